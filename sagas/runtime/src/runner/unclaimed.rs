//! Where news about keys that no saga has are stored, so that they are not lost.

use crate::{port::Payload, turn::NotDone};
use fundflow_kernel::{
    envelope::StreamName,
    store::StreamAppend,
    streams::{Need, Streams},
    time::Timestamp,
};

/// A place for news that belong to nobody.
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
