//! What things are called in transcripts.

use fundflow_domain::ids::{ApplicationNo, OrderId};
use fundflow_runtime::message::Effect;

/// What a call is called in transcripts: its key without the transaction.
pub(crate) fn name_of(effect: &Effect) -> String {
    let id = effect.saga.transaction.as_str();
    let key = effect.key.as_ref();
    for name in ["buy", "redeem", "convert", "mmf", "target"] {
        let order: OrderId = format!("{id}.{name}").parse().unwrap();
        if let Some(rest) = key.strip_prefix(ApplicationNo::of(&order).as_str()) {
            return format!("{name}{rest}");
        }
    }
    key.strip_prefix(id).unwrap_or(key).trim_start_matches('.').to_owned()
}
