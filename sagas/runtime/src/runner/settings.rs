//! What its shell gives a runner before the first input.

use super::Runner;
use crate::{
    breaker::Limits,
    guard::Guard,
    port::{Payload, Ports},
    turn::NotDone,
};
use fundflow_kernel::{
    envelope::StreamName,
    store::StreamAppend,
    streams::{Need, Streams},
    time::Timestamp,
};
use std::sync::Arc;

/// A place for news about keys that no saga has, so that they are not lost.
pub trait Unclaimed: Send + Sync {
    /// The stream that must be in memory to store it; `None` if it is not worth storing.
    fn need(&self, stream: &StreamName, news: &Payload) -> Option<Need>;

    /// Stores it, once however often it is said.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    fn store(
        &self,
        streams: &mut Streams,
        batch: &mut Vec<StreamAppend>,
        about: (&StreamName, &Payload),
        now: Timestamp,
    ) -> Result<usize, NotDone>;
}

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
