//! A saga that waits for a person. The other side is asked all the same, slowly: what it says may
//! make the person superfluous.
//!
//! 1. Who is parked because an answer is missing, and hears that the call never came, makes it, as it
//!    would have before: under its key it acts once. It stays parked until there is an answer.
//! 2. Who is parked for another reason (a refusal, a dispute, a defect) calls nobody anew.
//! 3. Who is parked since a rule of ours said no, or something that it looks at was not there, tries again
//!    when others have written to its streams, and in the next process.
//! 4. A call that its row does not want any more is not made: the row is refused, what it hangs on is
//!    decided anew, or a person decides.

use super::{Desk, LaneState, MAIN, Running, advance::not_done};
use crate::{
    breaker::Caller,
    message::NeverGot,
    port::Ask,
    process::{self, NOT_LISTED, Parked},
    retry,
    saga::Saga,
    stand::Stand,
    step::{Deed, Late, Sends, Step},
};
use fundflow_kernel::{cause::Cause, time::Timestamp};
use std::sync::Arc;

impl<S: Saga> Running<S> {
    /// Asks whoever the row is about. Returns whether the saga moved.
    pub(super) fn ask_while_parked(&mut self, desk: &mut Desk<'_>, stand: &Stand<S>) -> bool {
        let step = match stand {
            Stand::Forward(_, step) => Some(*step),
            Stand::Leaving(..) => None,
            Stand::Blocked(..) | Stand::Over => return false,
        };
        let deed = stand.deed();
        let deed = deed.filter(|deed| self.is_parked_at(desk.streams, deed.name));
        deed.is_some_and(|deed| self.ask_slowly(desk, MAIN, deed, step))
    }

    /// Returns whether the saga moved.
    pub(super) fn ask_slowly(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        deed: &'static Deed<S>,
        row: Option<&'static Step<S>>,
    ) -> bool {
        if !matches!(deed.send, Sends::Call(_) | Sends::Await(_)) {
            return false;
        }
        self.lanes[at].again = None;
        // Only "it never came" leaves a lane certain that nothing is under way.
        let never_came = matches!(deed.send, Sends::Call(_))
            && !self.lanes[at].uncertain
            && self.parked(desk, deed.name).is_some_and(|parked| parked.lacks_answer);
        match self.lanes[at].state {
            LaneState::Waiting(_) | LaneState::InFlight | LaneState::Queued(_) => false,
            LaneState::Idle | LaneState::Due if never_came => self.make(desk, at, deed, row),
            // What the process before this one could not look up may be there.
            LaneState::Idle if self.asked_parked == 0 && self.was_unlisted(desk, deed.name) => {
                self.asked_parked = 1;
                self.emit(desk, at, (deed, row), Ask::Query);
                false
            }
            LaneState::Idle => {
                self.wait_slowly(desk, at, deed);
                false
            }
            LaneState::Due => {
                self.asked_parked = self.asked_parked.wrapping_add(1);
                self.emit(desk, at, (deed, row), Ask::Query);
                false
            }
        }
    }

    fn wait_slowly(&mut self, desk: &Desk<'_>, at: usize, deed: &'static Deed<S>) {
        let key = (self.id.transaction.as_str(), deed.name);
        let due = retry::while_parked(self.asked_parked, key, desk.now);
        self.lanes[at].state = LaneState::Waiting(due);
    }

    /// Makes a call that is known not to have been made, unless its time is over and its row says
    /// otherwise. Returns whether the saga moved.
    pub(super) fn make(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        deed: &'static Deed<S>,
        row: Option<&'static Step<S>>,
    ) -> bool {
        let late = row.map_or(Late::Made, |row| row.late);
        let instead = row.and_then(|row| if late == Late::Anew { row.anew } else { row.refuse });
        let late_from = self.late_from(desk, deed, row);
        let is_over = late_from.is_some_and(|due| due <= desk.now);
        match (late, instead) {
            (Late::Refused | Late::Anew, Some(instead)) if is_over => {
                let moved = self.act_row(desk, deed.name, instead);
                self.wake_if_moved(desk, moved, "what it waited for will not come");
                if !moved {
                    self.lanes[at].uncertain = true;
                    self.wait_slowly(desk, at, deed);
                }
                moved
            }
            (Late::Person, _) if is_over && self.is_parked_at(desk.streams, deed.name) => {
                self.lanes[at].uncertain = true;
                self.wait_slowly(desk, at, deed);
                false
            }
            (Late::Person, _) if is_over => {
                let text = "the call never came, and its time is over";
                self.park_for_answer(desk, deed.name, Cause::new("too_late", text));
                false
            }
            (Late::Made | Late::Refused | Late::Person | Late::Anew, _) => {
                self.emit(desk, at, (deed, row), Ask::Call);
                // Who may not call now looks again when the call is late.
                let late_from = late_from.filter(|_| late != Late::Made);
                if let LaneState::Queued(until) = self.lanes[at].state {
                    let until = until.into_iter().chain(late_from).min();
                    self.lanes[at].state = LaneState::Queued(until);
                }
                false
            }
        }
    }

    /// The counterparty takes no call now. That does not move the row's deadline.
    pub(super) fn queue(&mut self, desk: &mut Desk<'_>, at: usize, deed: &'static Deed<S>) {
        let deadline = self.when(desk, deed.parks);
        let is_parked = self.is_parked_at(desk.streams, deed.name);
        if !is_parked && deadline.is_some_and(|deadline| deadline <= desk.now) {
            let cause = self.unanswered(desk, at, deed.name);
            return self.park_for_answer(desk, deed.name, cause);
        }
        self.lanes[at].state = LaneState::Queued(deadline.filter(|_| !is_parked));
    }

    /// What is known of the row's own call, where its counterparty takes none: whoever decides what becomes of
    /// it must know whether it was ever made.
    fn unanswered(&self, desk: &Desk<'_>, at: usize, row: &str) -> Cause {
        let retries = self.open(desk.streams).map(|open| open.retries.iter());
        let last = retries.and_then(|mut all| all.find(|retry| *retry.row == *row));
        match last.map(|retry| &retry.cause) {
            Some(Cause { code, text }) => Cause::new(
                code.clone(),
                format!(
                    "{text}; by now the counterparty answers nobody, and the time for this is over"
                ),
            ),
            None if self.lanes[at].uncertain => Cause::new(
                "time_out",
                "no answer in time; by now the counterparty answers nobody, and the time for this is over",
            ),
            None => Cause::new(
                "shut",
                "it was never asked: the counterparty answers nobody, and the time for this is over",
            ),
        }
    }

    /// Whether the row was left waiting before, or asks for the first time.
    pub(super) fn caller(&self, desk: &Desk<'_>, row: &str) -> Caller {
        let open = self.open(desk.streams);
        let left_waiting = |open: &process::Open<S>| {
            open.parked_at(row).is_some() || open.retries.iter().any(|retry| *retry.row == *row)
        };
        if open.is_some_and(left_waiting) { Caller::Again } else { Caller::First }
    }

    /// From when on a call of the row is late.
    fn late_from(
        &self,
        desk: &Desk<'_>,
        deed: &Deed<S>,
        row: Option<&'static Step<S>>,
    ) -> Option<Timestamp> {
        self.when(desk, row.and_then(|row| row.late_from).or(deed.parks))
    }

    /// What becomes of a call of the row that the other side never got, if it says so now.
    pub(super) fn never_got(
        &self,
        desk: &Desk<'_>,
        deed: &Deed<S>,
        row: Option<&'static Step<S>>,
    ) -> NeverGot {
        let parked = self.parked(desk, deed.name);
        if !matches!(deed.send, Sends::Call(_)) || parked.is_some_and(|it| !it.lacks_answer) {
            return NeverGot::Waited;
        }
        let is_over = self.late_from(desk, deed, row).is_some_and(|due| due <= desk.now);
        match row.map_or(Late::Made, |row| row.late) {
            Late::Made => NeverGot::Made,
            Late::Refused | Late::Anew | Late::Person if !is_over => NeverGot::Made,
            Late::Refused => NeverGot::Refused,
            Late::Anew => NeverGot::Anew,
            Late::Person => NeverGot::Person,
        }
    }

    /// What a row lacked may be there: what our own rules refused is decided once more. Where it is refused
    /// again it stays parked, and says so only in other figures.
    pub(super) fn decide_again(&mut self, desk: &mut Desk<'_>) {
        let _ = self.do_rest(desk);
        if !self.is_parked(desk.streams) || !self.is_ready(desk.streams) || self.sick.is_some() {
            return;
        }
        let Some(plan) = self.plan.clone() else { return };
        let mut moved = false;
        for deed in self.refused(desk) {
            let Sends::Do(what) = deed.send else { continue };
            if self.when(desk, deed.asks).is_some_and(|due| due > desk.now) {
                self.wait_for_its_time(desk);
                continue;
            }
            let voice = Self::engine(deed.name, desk.now);
            let done = self.as_one(desk, &plan, voice, |saga, turn| saga.act(turn, what));
            match done {
                Ok(events) => moved |= events > 0,
                Err(error) => {
                    let (row, cause) = (deed.name.into(), not_done(&error.into()));
                    let again = Parked { row, cause, lacks_answer: false };
                    let voice = Self::engine("park", desk.now);
                    self.process(desk, &process::Command::Park(again), voice);
                }
            }
        }
        self.wake_if_moved(desk, moved, "what it lacked has come");
    }

    /// A row whose time nobody knew is decided when it comes.
    fn wait_for_its_time(&mut self, desk: &mut Desk<'_>) {
        let all_ours = |open: &process::Open<S>| open.all_parked().all(Parked::is_ours);
        if self.open(desk.streams).is_some_and(all_ours) {
            let voice = Self::engine("resume", desk.now);
            let reason: Arc<str> = "it is known when its time comes".into();
            self.process(desk, &process::Command::Resume(reason), voice);
        }
    }

    /// The rows that wait for a person since a rule of ours said no, or what it looks at was not there.
    fn refused(&self, desk: &Desk<'_>) -> Vec<&'static Deed<S>> {
        let stand = self.stand(desk.streams).and_then(|stand| stand.deed());
        let beside = self.table(desk.streams).into_iter().flat_map(|table| table.beside);
        let deeds = stand.into_iter().chain(beside.map(|side| &side.deed));
        let refused = |deed: &&Deed<S>| self.parked(desk, deed.name).is_some_and(Parked::is_ours);
        deeds.filter(refused).collect()
    }

    fn was_unlisted(&self, desk: &Desk<'_>, row: &str) -> bool {
        self.parked(desk, row).is_some_and(|parked| *parked.cause.code == *NOT_LISTED)
    }

    fn parked<'a>(&'a self, desk: &'a Desk<'_>, row: &str) -> Option<&'a Parked> {
        self.open(desk.streams)?.parked_at(row)
    }

    /// A person who lets it go on takes nothing away of what blocks it; what is settled blocks nothing.
    pub(super) fn why_blocked(&self, desk: &Desk<'_>, row: &str) -> Cause {
        let view = self.view(desk.streams);
        let before = view.and_then(|view| {
            let last = view.open.parked_last_at(row)?;
            (!S::is_settled(&view, last)).then(|| last.cause.clone())
        });
        let text = "what must never be is; see its open ends";
        before.unwrap_or_else(|| Cause::new("blocked", text))
    }

    /// Waits for a person, who must decide.
    pub(super) fn park(&mut self, desk: &mut Desk<'_>, row: &str, cause: Cause) {
        self.park_as(desk, Parked { row: row.into(), cause, lacks_answer: false });
    }

    /// Waits for a person, because nobody answers.
    pub(super) fn park_for_answer(&mut self, desk: &mut Desk<'_>, row: &str, cause: Cause) {
        self.park_as(desk, Parked { row: row.into(), cause, lacks_answer: true });
    }

    fn park_as(&mut self, desk: &mut Desk<'_>, parked: Parked) {
        let Parked { row, cause, .. } = &parked;
        self.alert(desk, format!("parked at {row}: {cause}"));
        let rest = crate::message::Rest::Parked(cause.clone());
        desk.out.rests.push((self.id.clone(), rest));
        self.asked_parked = u32::from(*cause.code == *NOT_LISTED);
        // A table stops at one row.
        let of_table = self.table(desk.streams).is_none_or(|table| !table.has_lane(row));
        if of_table && self.is_stopped(desk.streams) {
            return;
        }
        let voice = Self::engine("park", desk.now);
        self.process(desk, &process::Command::Park(parked), voice);
    }
}
