//! What an engine's clock did.

use super::Entry;
use crate::worlds::request_time;
use fundflow_runtime::engine_clock::{EngineClock, Event as E};

pub(super) fn entries() -> Vec<Entry> {
    let log = request_time();
    vec![Entry::of::<EngineClock>(&[
        E::SetBack { log, clock: log.plus_millis(-30 * 86_400_000) },
        E::JumpedAhead { from: log, to: log.plus_millis(3_600_000), passed_ms: 1_000 },
    ])]
}
