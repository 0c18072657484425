//! When to ask again, and when to call a person.
//!
//! First sixteen waits from 10 s to 2 h (the schedule known from message brokers' consumer
//! retries), then every 2 h, so that a counterparty that is back in the morning is asked before the
//! cut-off. Each is moved by up to a tenth in a direction that
//! depends on the transaction, so that ten thousand sagas that met the same outage do not all come
//! back in the same second.
//!
//! 1. A deadline parks, never a count: what time will mend calls nobody.
//! 2. The last question is asked at the deadline itself.
//! 3. Where no deadline can be known (the calendar has ended), the fast schedule is all there is.
//! 4. What is parked is asked for again slowly; nothing is ever dropped.

use fundflow_kernel::time::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};

/// In seconds, the wait before attempt 2, 3, … 17.
pub const FAST: [i64; 16] =
    [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];

/// In seconds, the longest wait between two questions.
pub const SLOWEST: i64 = 2 * 3600;

/// When to ask after `attempts` failed ones; `None` when a person is to be called.
pub fn next(
    attempts: u32,
    (key, row): (&str, &str),
    now: Timestamp,
    deadline: Option<Timestamp>,
) -> Option<Timestamp> {
    let wait = match (fast(attempts), deadline) {
        (_, Some(deadline)) if now >= deadline => return None,
        (Some(seconds), _) => seconds,
        (None, Some(_)) => SLOWEST,
        (None, None) => return None,
    };
    let due = now.plus_millis(jittered(wait, attempts, key, row));
    Some(deadline.map_or(due, |deadline| due.min(deadline)))
}

/// When a parked row is asked for again.
pub fn while_parked(asked: u32, (key, row): (&str, &str), now: Timestamp) -> Timestamp {
    now.plus_millis(jittered(SLOWEST * 2, asked, key, row))
}

fn fast(attempts: u32) -> Option<i64> {
    FAST.get(usize::try_from(attempts.checked_sub(1)?).ok()?).copied()
}

/// Milliseconds: -10 % … +10 % in steps of 0.1 %.
fn jittered(seconds: i64, attempts: u32, key: &str, row: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    (key, row, attempts).hash(&mut hasher);
    let per_mille = i64::try_from(hasher.finish() % 201).unwrap_or_default() - 100;
    seconds * 1000 + seconds * per_mille
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: i64) -> Timestamp {
        Timestamp::default().plus_millis(seconds * 1000)
    }

    fn seconds(due: Option<Timestamp>) -> i64 {
        due.unwrap().micros() / 1_000_000
    }

    #[test]
    fn whoever_met_the_same_outage_comes_back_over_a_fifth_of_the_wait_and_at_no_other_time() {
        let asks = |nth: i32| seconds(next(16, (&format!("TX-{nth}"), "pay"), after(0), None));
        let all: Vec<i64> = (0..2_000).map(asks).collect();
        let (first, last) = (all.iter().min().unwrap(), all.iter().max().unwrap());
        assert_eq!((*first, *last), (7_200 - 720, 7_200 + 720));
        let early = all.iter().filter(|due| **due < 7_200).count();
        assert!((900..1_100).contains(&early), "{early} of 2,000 come early");
        let others = all.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(others, 201, "steps of a thousandth");
        assert_eq!(asks(7), asks(7), "and the same each time");
    }

    #[test]
    fn the_fast_waits_grow_and_stay_near_the_schedule() {
        for (index, wait) in (1..).zip(FAST) {
            let due = next(index, ("TX-1", "pay"), after(0), Some(after(1_000_000)));
            assert!((wait * 9 / 10..=wait * 11 / 10).contains(&seconds(due)), "{index}");
        }
    }

    #[test]
    fn ten_days_of_silence_are_asked_about_slowly_and_call_nobody_before_the_deadline() {
        let deadline = after(10 * 86_400);
        let (mut now, mut asked) = (after(0), 0);
        while let Some(due) = next(asked + 1, ("TX-1", "pay"), now, Some(deadline)) {
            assert!(due > now && due <= deadline);
            (now, asked) = (due, asked + 1);
        }

        assert_eq!(now, deadline, "the last question is asked at the deadline");
        assert!((115..140).contains(&asked), "{asked} questions");
    }

    #[test]
    fn without_a_deadline_the_fast_schedule_is_all() {
        assert_eq!(next(17, ("TX-1", "pay"), after(0), None), None);
        assert!(next(16, ("TX-1", "pay"), after(0), None).is_some());
    }

    #[test]
    fn what_is_parked_is_asked_for_every_four_hours() {
        let due = while_parked(3, ("TX-1", "pay"), after(0));
        assert!((12_960..=15_840).contains(&seconds(Some(due))), "{due:?}");
    }
}
