//! What its shell gives a runner before the first input.

use super::{Runner, Unclaimed};
use crate::{breaker::Limits, guard::Guard, port::Ports};
use std::sync::Arc;

impl Runner {
    /// Where news about keys that nobody handed out are stored.
    pub fn set_unclaimed(&mut self, unclaimed: Arc<dyn Unclaimed>) {
        self.unclaimed = Some(unclaimed);
    }

    /// Looks at every decision of a saga from here on, before it is written.
    pub fn set_guard(&mut self, guard: Arc<dyn Guard>) {
        self.guard = Some(guard);
    }

    /// Other bounds for every counterparty.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// From here on a request is refused that would call others than these.
    pub fn set_ports(&mut self, ports: Arc<Ports>) {
        self.ports = Some(ports);
    }
}
