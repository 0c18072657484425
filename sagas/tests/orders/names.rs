//! What things are called in tests and in transcripts.

use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, OrderId, TransactionId},
    money::Nav,
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
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

pub(crate) fn tx(text: &str) -> TransactionId {
    text.parse().unwrap()
}

/// `02-13 10:00` of 2026, in Shanghai.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-{day}T{time}{seconds}+08:00").parse().unwrap()
}

pub(crate) fn holding(fund: &str) -> Key<Holdings> {
    Key::of(&HoldingId { investor: "i-1".parse().unwrap(), fund: fund.parse().unwrap() })
}

pub(crate) fn nav(text: &str) -> Nav {
    text.parse().unwrap()
}
