//! How much is asked of one counterparty at a time, and whether it is asked at all.
//!
//! ```text
//! closed --5 silences in a row--> open (30 s, doubling to 10 min) --time--> half open
//!    ^                               ^------------------ silence ------------'   |
//!    `--------------------------------------- answer --------------------------'
//! ```
//!
//! 1. While it is open nobody calls; who wants to is told when to come back.
//! 2. Half open lets one probe through. A dead bank is asked by one probe, not by every saga.
//! 3. Beyond the budget of calls in flight nobody calls either: they queue, in order.
//! 4. Nothing of this is stored. After a restart every counterparty is believed to be well.

use fundflow_kernel::time::Timestamp;
use std::collections::VecDeque;

/// What bounds the calls to one counterparty.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls that may be unanswered at a time.
    pub in_flight: u32,
    /// Silences in a row after which nobody calls.
    pub silences: u32,
    /// Seconds until the first probe; doubled with each that fails.
    pub shut: i64,
    /// Seconds between probes, at most.
    pub shut_at_most: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { in_flight: 16_384, silences: 5, shut: 30, shut_at_most: 600 }
    }
}

/// Whether a call may leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may, and counts as in flight.
    Go,
    /// The counterparty does not answer: ask for admission again then.
    Shut(Timestamp),
    /// Its budget is used up: the one who asks is queued and will be called.
    Queue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: Timestamp, seconds: i64 },
    Probing { seconds: i64, since: Timestamp },
}

/// The calls to one counterparty. `W` is whoever waits.
#[derive(Debug, Clone)]
pub struct Breaker<W> {
    limits: Limits,
    state: State,
    silences: u32,
    in_flight: u32,
    queue: VecDeque<W>,
}

impl<W> Breaker<W> {
    /// Believed to be well.
    pub const fn new(limits: Limits) -> Self {
        let queue = VecDeque::new();
        Self { limits, state: State::Closed, silences: 0, in_flight: 0, queue }
    }

    /// Whether a call may leave now.
    pub fn admit(&mut self, now: Timestamp, who: W) -> Admission {
        match self.state {
            State::Closed if self.in_flight >= self.limits.in_flight => {
                self.queue.push_back(who);
                Admission::Queue
            }
            State::Closed => {
                self.in_flight = self.in_flight.saturating_add(1);
                Admission::Go
            }
            State::Open { until, .. } if now < until => Admission::Shut(until),
            State::Open { seconds, .. } => {
                self.state = State::Probing { seconds, since: now };
                self.in_flight = self.in_flight.saturating_add(1);
                Admission::Go
            }
            State::Probing { seconds, since } => Admission::Shut(
                since.plus_millis(seconds.saturating_mul(1000)).max(now.plus_millis(1000)),
            ),
        }
    }

    /// A call was answered. Returns those who may ask again now.
    pub fn answered(&mut self) -> Vec<W> {
        self.settle();
        (self.silences, self.state) = (0, State::Closed);
        let room = self.limits.in_flight.saturating_sub(self.in_flight);
        let many = self.queue.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        self.queue.drain(..many).collect()
    }

    /// A call was not answered in time, or nobody knows. Returns those who may ask again.
    pub fn silent(&mut self, now: Timestamp) -> Vec<W> {
        self.settle();
        self.silences = self.silences.saturating_add(1);
        let shut = |seconds: i64| State::Open {
            until: now.plus_millis(seconds.saturating_mul(1000)),
            seconds,
        };
        match self.state {
            State::Probing { seconds, .. } => {
                self.state = shut(seconds.saturating_mul(2).min(self.limits.shut_at_most));
            }
            State::Closed if self.silences >= self.limits.silences => {
                self.state = shut(self.limits.shut);
            }
            State::Closed | State::Open { .. } => {}
        }
        // Who is queued learns that it is shut, or goes.
        self.queue.drain(..).collect()
    }

    /// Whether nobody may call.
    pub const fn is_shut(&self) -> bool {
        !matches!(self.state, State::Closed)
    }

    fn settle(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::default().plus_millis(seconds * 1000)
    }

    #[test]
    fn a_dead_counterparty_is_asked_by_one_probe() {
        let mut breaker = Breaker::new(Limits::default());
        for _ in 0..5 {
            assert_eq!(breaker.admit(at(0), ()), Admission::Go);
        }
        for _ in 0..5 {
            breaker.silent(at(10));
        }

        assert_eq!(breaker.admit(at(11), ()), Admission::Shut(at(40)));
        assert_eq!(breaker.admit(at(40), ()), Admission::Go, "the probe");
        for _ in 0..1000 {
            assert!(matches!(breaker.admit(at(41), ()), Admission::Shut(_)));
        }
        breaker.silent(at(45));
        assert_eq!(breaker.admit(at(46), ()), Admission::Shut(at(105)), "twice as long");
        assert_eq!(breaker.admit(at(105), ()), Admission::Go);
        breaker.answered();
        assert_eq!(breaker.admit(at(106), ()), Admission::Go, "it is well again");
    }

    #[test]
    fn beyond_the_budget_callers_queue_in_order() {
        let mut breaker = Breaker::new(Limits { in_flight: 2, ..Limits::default() });
        assert_eq!(breaker.admit(at(0), 1), Admission::Go);
        assert_eq!(breaker.admit(at(0), 2), Admission::Go);
        assert_eq!(breaker.admit(at(0), 3), Admission::Queue);
        assert_eq!(breaker.admit(at(0), 4), Admission::Queue);

        assert_eq!(breaker.answered(), vec![3]);
        assert_eq!(breaker.admit(at(1), 3), Admission::Go);
        assert_eq!(breaker.answered(), vec![4]);
    }

    #[test]
    fn an_answer_in_between_starts_the_count_again() {
        let mut breaker = Breaker::new(Limits::default());
        for _ in 0..4 {
            breaker.admit(at(0), ());
            breaker.silent(at(0));
        }
        breaker.admit(at(0), ());
        breaker.answered();
        breaker.admit(at(0), ());
        breaker.silent(at(0));

        assert!(!breaker.is_shut());
    }
}
