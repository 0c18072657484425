//! The machine's clock: the one place where it is read.

use fundflow_kernel::{clock::Clock, time::Timestamp};
use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// When it was first asked.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's clock, as good as its synchronisation.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the door that the ban points to")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn passed(&self) -> Option<Duration> {
        Some(START.elapsed())
    }
}
