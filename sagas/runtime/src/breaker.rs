//! How much is asked of one counterparty at a time, and whether it is asked at all.
//!
//! ```text
//! closed --5 silences in a row--> open: one probe of each kind at a time
//!    ^                              |   first: at once, then after 1 s, doubling to 60 s
//!    |                              |   again: after 30 s, doubling to 60 s
//!    `---------- any answer --------'
//! ```
//!
//! 1. Silence about one call says little of the others: a call that is asked for the first time is a
//!    probe of its own kind, and those that were left without an answer before never keep it waiting.
//! 2. A dead counterparty is asked by one probe of each kind at a time, not by every caller.
//! 3. Whoever may not call now is queued, and is called as soon as it may: a waiting caller needs no
//!    timer of its own.
//! 4. Any answer, be it "not decided yet", shows that the counterparty is well.
//! 5. Beyond the budget of calls in flight nobody calls either: they queue, in order.
//! 6. Nothing of this is stored. After a restart every counterparty is believed to be well.

use fundflow_kernel::time::Timestamp;
use std::collections::VecDeque;

/// Bounds of the calls to one counterparty.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls that may be unanswered at a time.
    pub in_flight: u32,
    /// Silences in a row after which only probes leave.
    pub silences: u32,
    /// Seconds between a probe that fails and the next one of those who ask for the first time;
    /// doubled with each that fails.
    pub shut_first: i64,
    /// Seconds between probes of callers who were left without an answer before.
    pub shut_again: i64,
    /// Seconds between probes, at most.
    pub shut_at_most: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { in_flight: 16_384, silences: 5, shut_first: 1, shut_again: 30, shut_at_most: 60 }
    }
}

/// Whether the counterparty left that caller without an answer before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A first call.
    First,
    /// A call after one that was left without an answer.
    Again,
}

/// Kind of pass by which a call left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The counterparty answers, and anybody may call; not counted.
    Free,
    /// A probe of whether the counterparty answers.
    Probe(Caller),
}

/// Whether a call may leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes; the call counts as in flight.
    Go(Pass),
    /// No; the caller is queued and will be called.
    Queue,
}

/// When the next probe of a kind may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gate {
    opens: Timestamp,
    /// Seconds that it stays shut after the next probe that fails.
    seconds: i64,
    /// A probe is under way since then.
    probing: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open { first: Gate, again: Gate },
}

/// The calls to one counterparty. `W` is whoever waits.
#[derive(Debug, Clone)]
pub struct Breaker<W> {
    limits: Limits,
    state: State,
    silences: u32,
    in_flight: u32,
    first: VecDeque<W>,
    again: VecDeque<W>,
}

impl Gate {
    /// From when on a probe may leave: one whose outcome never comes is not waited for longer than
    /// the longest shutting.
    fn next(&self, limits: Limits) -> Timestamp {
        self.probing.map_or(self.opens, |since| later(since, limits.shut_at_most))
    }

    fn failed(&mut self, now: Timestamp, limits: Limits) {
        (self.probing, self.opens) = (None, later(now, self.seconds));
        self.seconds = self.seconds.saturating_mul(2).min(limits.shut_at_most);
    }
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.plus_millis(seconds.saturating_mul(1000))
}

impl<W> Breaker<W> {
    /// A breaker that lets everybody through.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Closed,
            silences: 0,
            in_flight: 0,
            first: VecDeque::new(),
            again: VecDeque::new(),
        }
    }

    /// Whether a call may leave now.
    pub fn admit(&mut self, now: Timestamp, caller: Caller, who: W) -> Admission {
        let pass = match (&mut self.state, caller) {
            (State::Closed, _) => (self.in_flight < self.limits.in_flight).then_some(Pass::Free),
            (State::Open { first: gate, .. }, Caller::First)
            | (State::Open { again: gate, .. }, Caller::Again) => {
                let opens = gate.next(self.limits) <= now;
                opens.then(|| gate.probing = Some(now)).map(|()| Pass::Probe(caller))
            }
        };
        if let Some(pass) = pass {
            self.in_flight = self.in_flight.saturating_add(1);
            Admission::Go(pass)
        } else {
            self.queue(caller).push_back(who);
            Admission::Queue
        }
    }

    /// Notes a call that was answered, whatever the answer.
    pub fn answered(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
        (self.silences, self.state) = (0, State::Closed);
    }

    /// Notes a call that was not answered in time.
    pub fn silent(&mut self, now: Timestamp, pass: Pass) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.silences = self.silences.saturating_add(1);
        let limits = self.limits;
        match (&mut self.state, pass) {
            (State::Closed, _) if self.silences >= limits.silences => {
                let first = Gate { opens: now, seconds: limits.shut_first, probing: None };
                let mut again = Gate { seconds: limits.shut_again, ..first };
                again.failed(now, limits);
                self.state = State::Open { first, again };
            }
            (State::Open { first, .. }, Pass::Probe(Caller::First)) => first.failed(now, limits),
            (State::Open { again, .. }, Pass::Probe(Caller::Again)) => again.failed(now, limits),
            (State::Closed, _) | (State::Open { .. }, Pass::Free) => {}
        }
    }

    /// The next waiting caller that may ask now: first calls go before the others.
    pub fn next(&mut self, now: Timestamp) -> Option<W> {
        let (first, again) = match self.state {
            State::Closed if self.in_flight >= self.limits.in_flight => return None,
            State::Closed => (true, true),
            State::Open { first, again } => {
                let opens = |gate: Gate| gate.next(self.limits) <= now;
                (opens(first), opens(again))
            }
        };
        let of_first = if first { self.first.pop_front() } else { None };
        of_first.or_else(|| if again { self.again.pop_front() } else { None })
    }

    /// Instant at which the next waiting caller may ask, where time alone decides.
    pub fn due(&self) -> Option<Timestamp> {
        let State::Open { first, again } = self.state else { return None };
        let of =
            |queue: &VecDeque<W>, gate: Gate| (!queue.is_empty()).then(|| gate.next(self.limits));
        of(&self.first, first).into_iter().chain(of(&self.again, again)).min()
    }

    fn queue(&mut self, caller: Caller) -> &mut VecDeque<W> {
        match caller {
            Caller::First => &mut self.first,
            Caller::Again => &mut self.again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Caller::{Again, First};
    use Pass::{Free, Probe};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::default().plus_millis(seconds * 1000)
    }

    /// Shut at 0 by five who asked for the first time.
    fn shut() -> Breaker<&'static str> {
        let mut breaker = Breaker::new(Limits::default());
        for _ in 0..5 {
            assert_eq!(breaker.admit(at(0), First, "early"), Admission::Go(Free));
        }
        for _ in 0..5 {
            breaker.silent(at(0), Free);
        }
        breaker
    }

    #[test]
    fn a_dead_counterparty_is_asked_by_one_probe_of_each_kind() {
        let mut breaker = shut();

        assert_eq!(breaker.admit(at(1), First, "new"), Admission::Go(Probe(First)));
        for _ in 0..1000 {
            assert_eq!(breaker.admit(at(1), First, "newer"), Admission::Queue);
        }
        assert_eq!(breaker.next(at(10)), None, "the probe is not answered yet");
        breaker.silent(at(10), Probe(First));

        let mut now = 11;
        for wait in [2, 4, 8, 16, 32, 60, 60] {
            assert_eq!((breaker.due(), breaker.next(at(now - 1))), (Some(at(now)), None));
            assert_eq!(breaker.next(at(now)), Some("newer"));
            assert_eq!(breaker.admit(at(now), First, "newer"), Admission::Go(Probe(First)));
            breaker.silent(at(now), Probe(First));
            now += wait;
        }
    }

    #[test]
    fn silence_about_some_keeps_no_other_call_waiting() {
        let mut breaker = shut();
        assert_eq!(breaker.admit(at(29), Again, "silent"), Admission::Queue);
        for second in [30, 90, 150, 210] {
            assert_eq!(breaker.next(at(second)), Some("silent"));
            assert_eq!(breaker.admit(at(second), Again, "silent"), Admission::Go(Probe(Again)));
            breaker.silent(at(second), Probe(Again));
            assert_eq!(breaker.admit(at(second + 1), Again, "silent"), Admission::Queue);
        }

        assert_eq!(breaker.admit(at(211), First, "new"), Admission::Go(Probe(First)));
        assert_eq!(breaker.admit(at(211), First, "newer"), Admission::Queue);
        breaker.answered();
        assert_eq!([breaker.next(at(211)), breaker.next(at(211))], [Some("newer"), Some("silent")]);
        assert_eq!(breaker.admit(at(211), First, "newer"), Admission::Go(Free));
    }

    #[test]
    fn an_answer_to_anybody_opens_the_way_for_all() {
        let mut breaker = shut();
        assert_eq!(breaker.admit(at(1), Again, "silent"), Admission::Queue);

        breaker.answered();

        assert_eq!((breaker.due(), breaker.next(at(1))), (None, Some("silent")));
        assert_eq!(breaker.admit(at(1), Again, "silent"), Admission::Go(Free));
    }

    #[test]
    fn a_probe_whose_outcome_never_comes_is_followed_by_another() {
        let mut breaker = shut();
        assert_eq!(breaker.admit(at(1), First, "lost"), Admission::Go(Probe(First)));
        assert_eq!(breaker.admit(at(2), First, "new"), Admission::Queue);

        assert_eq!(breaker.due(), Some(at(61)));
        assert_eq!(breaker.next(at(61)), Some("new"));
        assert_eq!(breaker.admit(at(61), First, "new"), Admission::Go(Probe(First)));
    }

    #[test]
    fn beyond_the_budget_callers_queue_in_order() {
        let mut breaker = Breaker::new(Limits { in_flight: 2, ..Limits::default() });
        for who in [1, 2] {
            assert_eq!(breaker.admit(at(0), First, who), Admission::Go(Free));
        }
        for who in [3, 4, 5] {
            assert_eq!(breaker.admit(at(0), First, who), Admission::Queue);
        }

        assert_eq!(breaker.next(at(1)), None);
        breaker.answered();
        assert_eq!(breaker.next(at(1)), Some(3));
        assert_eq!(breaker.next(at(1)), Some(4), "3 has not called");
        assert_eq!(breaker.admit(at(1), First, 4), Admission::Go(Free));
        assert_eq!(breaker.next(at(1)), None);
        breaker.silent(at(1), Free);
        assert_eq!(breaker.next(at(1)), Some(5));
    }

    #[test]
    fn an_answer_in_between_starts_the_count_again() {
        let mut breaker = Breaker::new(Limits::default());
        for _ in 0..4 {
            breaker.admit(at(0), First, ());
            breaker.silent(at(0), Free);
        }
        breaker.admit(at(0), First, ());
        breaker.answered();
        breaker.admit(at(0), First, ());
        breaker.silent(at(0), Free);

        assert_eq!(breaker.admit(at(0), Again, ()), Admission::Go(Free));
    }
}
