//! What stands in the way of a request whatever its saga: its name, or a key of it.

use fundflow_kernel::{envelope::StreamName, ids::TransactionId};
use std::sync::Arc;

/// Why the identity of a request refuses it: any saga's refusal can be made of this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// The transaction ID stands for another request.
    #[error("the transaction ID already stands for another request; it differs in {}", .0.join(", "))]
    Differs(Vec<&'static str>),
    /// A key that it would hand out belongs to another saga.
    #[error("{stream} belongs to {kind} {by}; use a new transaction ID")]
    Taken {
        /// Named after the key.
        stream: StreamName,
        /// The other saga's kind.
        kind: Arc<str>,
        /// The other saga's transaction.
        by: TransactionId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clash_says_what_differs_and_whose_a_key_is() {
        let taken = Clash::Taken {
            stream: StreamName::of("parcel", &"7"),
            kind: "exchange".into(),
            by: TransactionId::new("TX-1").unwrap(),
        };

        assert_eq!(
            Clash::Differs(vec!["member", "points"]).to_string(),
            "the transaction ID already stands for another request; it differs in member, points"
        );
        assert_eq!(
            taken.to_string(),
            "parcel-7 belongs to exchange TX-1; use a new transaction ID"
        );
    }
}
