//! Runs a saga as far as it goes without anybody else: decides what its table asks of our own
//! aggregates, then sends what it asks of a counterparty, then waits.

use super::{Desk, Lane, LaneState, Lanes, MAIN, Running, asks, ending_name};
use crate::{
    breaker::{Admission, Pass},
    message::{Effect, NeverGot, Rest},
    port::Ask,
    process::{self, GUARDED, NOT_LISTED, REFUSED, Retry},
    retry,
    saga::{Calling, Saga},
    stand::{NO_TABLE, Place, Stand},
    step::{Deed, Sends, Side, Step, Table},
    turn::NotDone,
};
use fundflow_kernel::{cause::Cause, streams::Streams, time::Timestamp};
use std::sync::Arc;

/// A table has fewer rows and moves than this; more rounds would be a circle.
const ROUNDS: usize = 64;

impl<S: Saga> Running<S> {
    /// Goes on until somebody else must speak.
    pub(super) fn advance(&mut self, desk: &mut Desk<'_>) {
        if self.plan.is_none() && self.open(desk.streams).is_none() {
            return;
        }
        for _ in 0..ROUNDS {
            // Whoever must be read first is read by the shell, which then comes back here.
            if !self.is_ready(desk.streams) {
                return;
            }
            if let Some(damage) = &self.sick {
                let cause = Cause::new("damaged", format!("{}: {}", damage.place, damage.what));
                desk.out.rests.push((self.id.clone(), Rest::Parked(cause)));
                return;
            }
            if self.asleep && self.outstanding == 0 {
                self.rouse(desk);
            }
            if self.do_rest(desk) {
                continue;
            }
            self.wake_if_left_behind(desk);
            let were_parked = self.parked_rows(desk.streams);
            if self.step(desk) {
                continue;
            }
            let (moved, all_done) = self.sides(desk);
            // Who was parked just now goes round once more: what is parked is asked for slowly.
            if !moved && were_parked == self.parked_rows(desk.streams) {
                if all_done && self.has_ended(desk.streams) {
                    desk.out.finished.push(self.id.clone());
                }
                return;
            }
        }
        let cause = Cause::new("circle", "the saga's table goes round in a circle");
        self.park(desk, self.here.map_or("", Place::name), cause);
    }

    /// Returns whether the saga may have moved.
    fn step(&mut self, desk: &mut Desk<'_>) -> bool {
        let Some(stand) = self.stand(desk.streams) else {
            if !self.is_parked(desk.streams) {
                let cause = Cause::new("unknown_table", "this program does not know its table");
                self.park(desk, NO_TABLE, cause);
            }
            return false;
        };
        self.arrive(stand.place());
        if self.is_stopped(desk.streams) {
            return self.ask_while_parked(desk, &stand);
        }
        match stand {
            Stand::Over if self.ending(desk.streams).is_none() => {
                let text = "its table has led out of every row, and none has ended it";
                self.park(desk, Place::Over.name(), Cause::new("no_end", text));
                false
            }
            Stand::Over => false,
            Stand::Blocked(_, exit) => {
                let cause = self.why_blocked(desk, exit.deed.name);
                self.park(desk, exit.deed.name, cause);
                false
            }
            Stand::Leaving(_, exit) => self.send(desk, &exit.deed, exit.deed.send, None),
            Stand::Forward(_, step) => {
                let chosen = self.open(desk.streams).is_some_and(|open| open.landing_chosen);
                let send = match step.refuse {
                    Some(refuse) if chosen => Sends::Do(refuse),
                    Some(_) | None => step.deed.send,
                };
                self.send(desk, &step.deed, send, Some(step))
            }
        }
    }

    /// A new row: whatever was outstanding belongs to the past.
    fn arrive(&mut self, place: Place) {
        if self.here == Some(place) {
            return;
        }
        let first = self.here.is_none();
        self.here = Some(place);
        let lane = &mut self.lanes[MAIN];
        lane.again = None;
        if !first {
            (lane.state, lane.uncertain, lane.key) = (LaneState::Idle, false, None);
        }
    }

    fn send(
        &mut self,
        desk: &mut Desk<'_>,
        deed: &'static Deed<S>,
        send: Sends<S>,
        row: Option<&'static Step<S>>,
    ) -> bool {
        match send {
            Sends::Do(what) if matches!(deed.send, Sends::Do(_)) => {
                self.act_in_time(desk, MAIN, deed, what)
            }
            // In the row's stead: an operator's refusal has no time to wait for.
            Sends::Do(what) => self.act_row(desk, deed.name, what),
            Sends::Wait => false,
            Sends::Call(_) | Sends::Await(_) => self.converse(desk, MAIN, deed, row),
        }
    }

    /// Some commands of our own have their time, too.
    fn act_in_time(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        deed: &'static Deed<S>,
        what: S::Do,
    ) -> bool {
        if deed.asks.is_some() {
            let due = self.when(desk, deed.asks).unwrap_or(desk.now);
            if due > desk.now {
                self.lanes[at].state = LaneState::Waiting(due);
                return false;
            }
            if self.lanes[at].state != LaneState::Idle {
                self.lanes[at].state = LaneState::Idle;
            }
        }
        self.act_row(desk, deed.name, what)
    }

    pub(super) fn act_row(&mut self, desk: &mut Desk<'_>, row: &'static str, what: S::Do) -> bool {
        let Some(plan) = self.plan.clone() else { return false };
        let voice = Self::engine(row, desk.now);
        let ended = self.ending(desk.streams).is_some();
        let done = self.as_one(desk, &plan, voice, |saga, turn| saga.act(turn, what));
        match done {
            Ok(events) if events > 0 => {
                if let Some(over) = self.ending(desk.streams).filter(|_| !ended) {
                    let rest = Rest::Ended(ending_name::<S>(over).into());
                    desk.out.rests.push((self.id.clone(), rest));
                }
                true
            }
            Ok(_) => {
                let cause = Cause::new("no_progress", "the row was sent and nothing followed");
                self.park(desk, row, cause);
                false
            }
            Err(error) => {
                self.park(desk, row, not_done(&error.into()));
                false
            }
        }
    }

    /// A lane whose work is somebody else's: call, wait, ask. Returns whether the saga moved.
    fn converse(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        deed: &'static Deed<S>,
        row: Option<&'static Step<S>>,
    ) -> bool {
        if self.lanes[at].again.is_some()
            && let Some(cause) = self.lanes[at].again.take()
        {
            self.try_later(desk, at, deed, *cause);
            return false;
        }
        let now = desk.now;
        match (deed.send, &self.lanes[at].state) {
            (_, LaneState::InFlight | LaneState::Queued(_)) => {}
            (_, LaneState::Waiting(due)) if *due > now => {}
            // Also after a wait: what is waited for may be due later than it was, since a part came.
            (Sends::Await(_), _) => {
                let due = self.when(desk, deed.asks).unwrap_or(now);
                if due > now {
                    self.lanes[at].state = LaneState::Waiting(due);
                } else {
                    self.emit(desk, at, (deed, row), Ask::Query);
                }
            }
            (Sends::Call(_), _) if self.lanes[at].uncertain => {
                self.emit(desk, at, (deed, row), Ask::Query);
            }
            (Sends::Call(_), _) => return self.make(desk, at, deed, row),
            (Sends::Do(_) | Sends::Wait, _) => {}
        }
        false
    }

    pub(super) fn emit(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        (deed, row): (&'static Deed<S>, Option<&'static Step<S>>),
        ask: Ask,
    ) {
        let (Sends::Call(what) | Sends::Await(what)) = deed.send else { return };
        let calling =
            self.view(desk.streams).and_then(|view| self.saga.call(&view, what, desk.now));
        let Some(calling) = calling else {
            return self.park(
                desk,
                deed.name,
                Cause::new("unknown", "the log lacks what this row needs"),
            );
        };
        let caller = self.caller(desk, deed.name);
        match asks(desk, &calling.port, caller, &self.id) {
            Admission::Go(pass) => {
                let never_got = self.never_got(desk, deed, row);
                self.leave(desk, at, calling, (ask, pass, never_got));
            }
            Admission::Queue => self.queue(desk, at, deed),
        }
    }

    fn leave(
        &mut self,
        desk: &mut Desk<'_>,
        at: usize,
        calling: Calling<S>,
        (ask, pass, never_got): (Ask, Pass, NeverGot),
    ) {
        self.seq = self.seq.wrapping_add(1);
        self.outstanding = self.outstanding.saturating_add(1);
        let Calling { port, key, call, wrap, .. } = calling;
        let (saga, seq) = (self.id.clone(), self.seq);
        let lane = &mut self.lanes[at];
        (lane.state, lane.seq, lane.key) = (LaneState::InFlight, seq, Some(key.clone()));
        lane.uncertain = true;
        let effect = Effect { saga, port, ask, key, never_got, pass, lane: at, seq, call, wrap };
        desk.out.effects.push(effect);
    }

    /// Plans the next attempt of a row, or parks the saga at the row's deadline.
    fn try_later(&mut self, desk: &mut Desk<'_>, at: usize, deed: &'static Deed<S>, cause: Cause) {
        let Some(open) = self.open(desk.streams) else { return };
        let before = open.retries.iter().find(|retry| *retry.row == *deed.name);
        let attempt = before.map_or(0, |retry| retry.attempt).saturating_add(1);
        let deadline = self.when(desk, deed.parks);
        let key = (self.id.transaction.as_str(), deed.name);
        let Some(due) = retry::next(attempt, key, desk.now, deadline) else {
            let unbounded = deadline.is_none() && deed.parks.is_some();
            let text =
                || format!("{}; until when to wait for another one is not known", cause.text);
            let cause = if unbounded { Cause::new(cause.code.clone(), text()) } else { cause };
            return self.park_for_answer(desk, deed.name, cause);
        };
        let retry = Retry { row: deed.name.into(), attempt, cause, due };
        let voice = Self::engine("retry", desk.now);
        self.process(desk, &process::Command::ScheduleRetry(retry), voice);
        self.lanes[at].state = LaneState::Waiting(due);
    }

    pub(super) fn when(&self, desk: &Desk<'_>, when: Option<S::When>) -> Option<Timestamp> {
        self.saga.when(&self.view(desk.streams)?, when?)
    }

    /// The lanes beside the table. One that waits for a person keeps itself alone; while a row of the table
    /// does, only those go on that ask others, or say so. Returns whether one of them decided something (a row may have waited for it), and
    /// whether none of them had anything to do.
    fn sides(&mut self, desk: &mut Desk<'_>) -> (bool, bool) {
        let (mut moved, mut from) = (false, 0);
        let Some(table) = self.table(desk.streams) else { return (moved, true) };
        while let Some(index) = self.next_side(desk, table, from) {
            from = index + 1;
            moved |= self.side(desk, index + 1, &table.beside[index]);
        }
        (moved, from == 0)
    }

    /// The first lane beside the table, from that one on, that has something to bring about. Those
    /// before it are left.
    fn next_side(&mut self, desk: &Desk<'_>, table: &Table<S>, from: usize) -> Option<usize> {
        let view = self.view(desk.streams)?;
        let works = |side: &Side<S>| {
            let idle = side.only_after_the_end && view.ending.is_none();
            !idle && !S::holds(&view, side.deed.done)
        };
        let next = (from..table.beside.len()).find(|at| works(&table.beside[*at]));
        self.lanes.leave(from + 1..next.unwrap_or(table.beside.len()) + 1);
        next
    }

    fn side(&mut self, desk: &mut Desk<'_>, at: usize, side: &'static Side<S>) -> bool {
        let deed = &side.deed;
        if self.is_parked_at(desk.streams, deed.name) {
            return self.ask_slowly(desk, at, deed, None);
        }
        match deed.send {
            Sends::Do(what) if side.while_parked || !self.is_stopped(desk.streams) => {
                self.act_in_time(desk, at, deed, what)
            }
            Sends::Do(_) | Sends::Wait => false,
            Sends::Call(what) | Sends::Await(what) => {
                self.turn_to(desk, at, what);
                self.converse(desk, at, deed, None)
            }
        }
    }

    /// What a lane beside the table is about moves on (the next refund): a new conversation.
    fn turn_to(&mut self, desk: &Desk<'_>, at: usize, what: S::Call) {
        if self.lanes[at].key.is_none() {
            return;
        }
        let calling =
            self.view(desk.streams).and_then(|view| self.saga.call(&view, what, desk.now));
        let key: Option<Arc<str>> = calling.map(|calling| calling.key);
        let lane = &mut self.lanes[at];
        if lane.key != key {
            let seq = lane.seq;
            *lane = Lane { seq, ..Lane::idle(false) };
        }
    }

    /// Who is over is forgotten again; so is who was never prepared.
    pub(super) fn finish(&self, desk: &mut Desk<'_>) {
        if super::Instance::is_finished(self, desk.streams) {
            desk.out.finished.push(self.id.clone());
        }
    }

    /// Nothing is known to be outstanding. What a row waits for is still waited for.
    pub(super) fn rouse(&mut self, desk: &mut Desk<'_>) {
        self.asleep = true;
        if !self.is_ready(desk.streams) || self.sick.is_some() {
            return;
        }
        let Some(stand) = self.stand(desk.streams) else { return };
        self.here = Some(stand.place());
        let Some(table) = self.table(desk.streams) else { return };
        self.asleep = false;
        let names = stand.deed().map(|deed| deed.name).into_iter();
        let beside = table.beside.iter().map(|side| side.deed.name);
        let main = names.chain(std::iter::repeat("")).take(1);
        let states: Vec<LaneState> =
            main.chain(beside).map(|row| self.waiting(desk.streams, desk.now, row)).collect();
        self.lanes = Lanes::idle(states.len(), true);
        for (at, state) in states.into_iter().enumerate() {
            if state != LaneState::Idle {
                self.lanes[at].state = state;
            }
        }
    }

    pub(super) fn waiting(&self, streams: &Streams, now: Timestamp, row: &str) -> LaneState {
        let retries = self.open(streams).map_or(&[][..], |open| &open.retries);
        let due = retries.iter().find(|retry| *retry.row == *row).map(|retry| retry.due);
        due.filter(|due| *due > now).map_or(LaneState::Idle, LaneState::Waiting)
    }
}

pub(super) fn not_done(error: &NotDone) -> Cause {
    let code = match error {
        NotDone::Refused(_) => REFUSED,
        NotDone::NotListed(_) => NOT_LISTED,
        NotDone::Guarded(_) => GUARDED,
        NotDone::Damaged { .. } => "damaged",
        NotDone::Missing(_) | NotDone::Lacks(_) => "unknown",
    };
    Cause::new(code, error.to_string())
}
