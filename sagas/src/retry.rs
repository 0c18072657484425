//! When to ask again, and when to stop asking.
//!
//! Sixteen waits from 10 s to 2 h (the schedule known from message brokers' consumer retries), each
//! moved by up to a tenth in a direction that depends on the transaction, so that ten thousand
//! sagas that met the same outage do not all come back in the same second. Exhausted means parked:
//! a person decides. Nothing is ever dropped, and nothing asks for ever.

use fundflow_domain::time::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};

/// In seconds, the wait before attempt 2, 3, … 17.
pub const WAITS: [i64; 16] =
    [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];

/// When to try again after `attempts` failed ones; `None` when enough were made.
pub fn next(attempts: u32, key: &str, row: &str, now: Timestamp) -> Option<Timestamp> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let seconds = *WAITS.get(index)?;
    let mut hasher = DefaultHasher::new();
    (key, row, attempts).hash(&mut hasher);
    // -10 % … +10 % in steps of 0.1 %
    let per_mille = i64::try_from(hasher.finish() % 201).ok()? - 100;
    Some(now.plus_millis(seconds * 1000 + seconds * per_mille))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_stay_near_the_schedule_and_end() {
        let now = Timestamp::default();
        for (index, seconds) in (1..).zip(WAITS) {
            let wait = next(index, "TX-1", "pay", now).unwrap().micros() / 1000;
            assert!((seconds * 900..=seconds * 1100).contains(&wait), "{index}: {wait} ms");
        }
        assert_eq!(next(17, "TX-1", "pay", now), None);
    }
}
