//! What a request is decided on.

use super::Saga;
use crate::port::{self, Callee, NoPort, Ports};
use fundflow_kernel::{ids::TransactionId, time::Timestamp};

/// What a request's decision sees.
pub struct Preparing<'a, S: Saga> {
    /// The caller's idempotency key, from which the saga's own keys are derived.
    pub id: &'a TransactionId,
    /// What the caller asks for; stored with the promise.
    pub request: &'a S::Request,
    /// What the decision looks at besides; not stored.
    pub asked: &'a S::Asked,
    /// The engine's clock at the decision; nothing else says what time it is.
    pub now: Timestamp,
    /// Who can be called; `None`: nobody knows.
    pub ports: Option<&'a Ports>,
}

impl<S: Saga> Preparing<'_, S> {
    /// Whether all of them can be called, as far as it is known whom there is.
    pub fn can_call(&self, callees: &[Callee]) -> bool {
        self.missing(callees).is_none()
    }

    /// The first of them who cannot be called, as far as it is known whom there is.
    pub fn missing(&self, callees: &[Callee]) -> Option<NoPort> {
        port::missing(callees, self.ports)
    }
}
