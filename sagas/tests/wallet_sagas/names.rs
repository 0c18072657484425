//! What things are called in transcripts.

use crate::stage::order;
use fundflow_domain::ids::ApplicationNo;

/// An outside key as people say it: `mmf.pay` for `TX-1.mmf.pay` and `mmf` for its application.
pub(crate) fn name_of(key: &str) -> String {
    for name in ["mmf", "redeem", "transfer"] {
        let no = ApplicationNo::of(&order(name));
        if let Some(rest) = key.strip_prefix(no.as_str()) {
            return format!("{name}{rest}");
        }
    }
    key.strip_prefix("TX-1.").unwrap_or(key).to_owned()
}
