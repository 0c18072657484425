//! The machine's clock: the one place where it is read.

use fundflow_kernel::{clock::Clock, time::Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock, as good as its synchronisation.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the door that the ban points to")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
