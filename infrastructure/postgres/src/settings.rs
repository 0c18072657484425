//! How a store is opened.

use fundflow_kernel::merkle::TreeHash;
use std::time::Duration;

/// How a store is opened. The defaults suit one engine and a server in the same building.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long the store stays this writer's after its last word, by the server's clock. Another one waits as long for a
    /// writer that died.
    pub lease: Duration,
    /// How long a batch is tried again while the server is away or refuses for a reason that passes, before its caller hears
    /// of it; and how long an opening waits for another writer's lease.
    pub patience: Duration,
    /// The longest that one statement may take.
    pub statement_limit: Duration,
    /// Streams whose version is remembered; about 200 bytes each.
    pub cached_streams: usize,
    /// Appends that may wait for the writer before callers wait themselves.
    pub queued_appends: usize,
    /// The hash of the tree over the events; counts only when the store is made.
    pub tree_hash: TreeHash,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(3),
            patience: Duration::from_secs(30),
            statement_limit: Duration::from_secs(30),
            cached_streams: 16_384,
            queued_appends: 1024,
            tree_hash: TreeHash::Sha256,
        }
    }
}

impl Settings {
    pub(crate) fn lease_millis(&self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }
}
