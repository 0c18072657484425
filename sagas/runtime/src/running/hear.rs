//! What a counterparty says is recorded by the saga; what it leaves to be asked again is planned.
//!
//! *Unknown* is no fact: it plans the next question. *Not found* means that our call never arrived,
//! so it is made (again), under the same key. An answer that comes while the saga is parked for want
//! of it wakes it.

use super::{Desk, LaneState, MAIN, Running, advance::not_done};
use crate::{
    message::{ActionError, Answered, Noticed, Reply},
    port::{Ask, NoAnswer, Payload},
    process,
    saga::{Heard, Saga},
    stand::Stand,
    step::Sends,
    turn::{NotDone, Voice},
};
use fundflow_kernel::{
    cause::Cause,
    envelope::{Actor, StreamName},
    streams::Need,
};
use std::sync::Arc;

impl<S: Saga> Running<S> {
    /// The reply to a call of ours, whichever row it was made for.
    ///
    /// # Errors
    /// The streams that must be read first; nothing happened.
    pub(super) fn answered(
        &mut self,
        desk: &mut Desk<'_>,
        answered: &Answered,
    ) -> Result<(), Vec<Need>> {
        let Answered { effect, answer } = answered;
        let wrapped = (effect.wrap)(answer.as_ref());
        let typed = wrapped.as_ref().and_then(|answer| answer.downcast_ref::<S::Answer>());
        let heard = if let Some(answer) = typed {
            self.hear(desk, answer, effect.port.as_str())
        } else {
            let cause = unreadable(answer);
            self.alert(desk, format!("{effect} brought no answer: {cause}"));
            Ok(Heard::Unknown(cause))
        };
        if let Err(NotDone::Missing(needs)) = heard {
            return Err(needs);
        }
        self.outstanding = self.outstanding.saturating_sub(1);
        Self::tell_breaker(desk, effect, &heard);
        if self.awaits(effect) {
            self.lanes[effect.lane].state = LaneState::Idle;
            self.replied(desk, effect.lane, effect.ask, heard);
        } else {
            self.unasked(desk, &heard);
        }
        Ok(())
    }

    /// News that nobody asked for.
    ///
    /// # Errors
    /// The streams that must be read first; nothing happened.
    pub(super) fn noticed(
        &mut self,
        desk: &mut Desk<'_>,
        stream: &StreamName,
        news: &Payload,
    ) -> Result<Reply, Vec<Need>> {
        let answer = self.view(desk.streams).and_then(|view| S::notice(&view, stream, news));
        let Some(answer) = answer else { return Ok(Reply::Noticed(Noticed::Unclaimed(None))) };
        let before = desk.out.appends.len();
        let heard = self.hear(desk, &answer, "notice");
        if let Err(NotDone::Missing(needs)) = heard {
            return Err(needs);
        }
        self.unasked(desk, &heard);
        let stored = desk.out.appends.get(before..).unwrap_or_default();
        Ok(Reply::Noticed(match heard {
            // Its source is to say it again: nothing of it is stored.
            Err(NotDone::Guarded(breach)) => {
                return Ok(Reply::NotActed(ActionError::Guarded(breach)));
            }
            Ok(Heard::Recorded(0)) => Noticed::Repeated,
            Ok(Heard::Recorded(_) | Heard::Disputed(..)) => {
                let events = stored.iter().flat_map(|append| &append.events);
                Noticed::Recorded(events.map(|event| event.event_id).collect())
            }
            Ok(Heard::Refused(_) | Heard::Unknown(_) | Heard::Pending(_) | Heard::NotFound)
            | Err(NotDone::NotListed(_)) => Noticed::NoNews,
            Ok(Heard::Contradicts(..)) | Err(_) => {
                let stored: Vec<_> = stored.iter().map(|append| append.stream.clone()).collect();
                let stands = std::mem::take(&mut desk.stands);
                Noticed::Contradicted(if stored.is_empty() { stands } else { stored })
            }
        }))
    }

    fn hear(
        &mut self,
        desk: &mut Desk<'_>,
        answer: &S::Answer,
        who: &str,
    ) -> Result<Heard, NotDone> {
        let Some(plan) = self.plan.clone() else { return Err(NotDone::Lacks("its beginning")) };
        let before = desk.out.appends.len();
        let voice = Voice {
            actor: Actor::Counterparty(who.into()),
            cause: "answer".into(),
            occurred_at: desk.now,
            trace_parent: None,
            day: None,
        };
        let heard = self.as_one(desk, &plan, voice, |saga, turn| saga.hear(turn, answer));
        let moved = desk.out.appends.len() > before;
        self.wake_if_moved(desk, moved, "what it waited for came");
        Ok(heard?)
    }

    fn tell_breaker(
        desk: &mut Desk<'_>,
        effect: &crate::message::Effect,
        heard: &Result<Heard, NotDone>,
    ) {
        let Some(breaker) = desk.breakers.get_mut(&effect.port) else { return };
        match heard {
            Ok(Heard::Unknown(_)) => breaker.silent(desk.now, effect.pass),
            Ok(_) | Err(_) => breaker.answered(),
        }
    }

    /// What a reply leaves to be done about its row, if the saga still stands there.
    fn replied(&mut self, desk: &mut Desk<'_>, at: usize, ask: Ask, heard: Result<Heard, NotDone>) {
        let again = match heard {
            Ok(Heard::Recorded(0)) => {
                // Asked again, they would only repeat what somebody must settle first.
                let held_up = self.view(desk.streams).and_then(|view| S::held_up_by(&view));
                if let Some(cause) = held_up.filter(|_| at == MAIN) {
                    let row = self.row_of(desk, at);
                    return self.park(desk, row, cause);
                }
                Some(self.said_before(desk, at))
            }
            Ok(Heard::Recorded(_)) => None,
            Ok(Heard::Unknown(cause) | Heard::Pending(cause)) => Some(cause),
            Ok(Heard::NotFound) if ask == Ask::Query && self.calls(desk, at) => {
                self.lanes[at].uncertain = false;
                None
            }
            // "Never heard of it" answers a question about a call of this row. To the call itself, and
            // where only a word is waited for, it is nonsense.
            Ok(Heard::NotFound) => {
                Some(Cause::new("not_found", "the counterparty knows no such call"))
            }
            Ok(Heard::Refused(cause) | Heard::Disputed(cause, _)) => {
                let row = self.row_of(desk, at);
                // A lane that has its word waits for nothing: where the saga stands, a person looks.
                let is_done = at != MAIN && self.is_side_done(desk, row);
                let row = if is_done { self.row_of(desk, MAIN) } else { row };
                return self.park(desk, row, cause);
            }
            Ok(Heard::Contradicts(text, _)) => {
                self.alert(desk, text.clone());
                Some(Cause::new("contradicts", text))
            }
            // Nothing is recorded of it: it is asked for once more.
            Err(error @ (NotDone::NotListed(_) | NotDone::Guarded(_))) => {
                let row = self.row_of(desk, at);
                return self.park_for_answer(desk, row, not_done(&error));
            }
            Err(error) => {
                let row = self.row_of(desk, at);
                return self.park(desk, row, Cause::new("defect", error.to_string()));
            }
        };
        if again.is_some() || self.lanes[at].again.is_some() {
            self.lanes[at].again = again.map(Box::new);
        }
    }

    fn unasked(&mut self, desk: &mut Desk<'_>, heard: &Result<Heard, NotDone>) {
        match heard {
            Ok(Heard::Contradicts(text, _)) => self.alert(desk, text.clone()),
            Ok(Heard::Refused(cause)) => {
                self.alert(desk, format!("refused, but nobody waits for it: {cause}"));
            }
            Ok(Heard::Disputed(cause, _)) => {
                let row = self.row_of(desk, MAIN);
                self.park(desk, row, cause.clone());
            }
            Err(error @ (NotDone::NotListed(_) | NotDone::Guarded(_))) => {
                let row = self.row_of(desk, MAIN);
                self.park_for_answer(desk, row, not_done(error));
            }
            Err(error) => self.alert(desk, error.to_string()),
            Ok(Heard::Recorded(_) | Heard::Unknown(_) | Heard::Pending(_) | Heard::NotFound) => {}
        }
    }

    /// Who is parked for want of an answer goes on when the answer is there.
    pub(super) fn wake_if_moved(&mut self, desk: &mut Desk<'_>, moved: bool, reason: &str) {
        if !moved || !self.is_parked(desk.streams) {
            return;
        }
        let rows = self.rows_parked(desk);
        self.replan(desk.streams);
        let stand = self.stand(desk.streams);
        let still_here = stand.as_ref().map(crate::stand::Stand::place) == self.here;
        let blocked = matches!(stand, Some(crate::stand::Stand::Blocked(..)));
        let went_on = !still_here && self.is_stopped(desk.streams);
        let done = || rows.iter().any(|row| self.is_side_done(desk, row));
        if blocked || !(went_on || done()) {
            return;
        }
        let voice = Self::engine("resume", desk.now);
        let reason: Arc<str> = reason.into();
        self.process(desk, &process::Command::Resume(reason), voice);
    }

    /// Who is parked at a row that is done goes on: another saga has done it, or a process died between
    /// the answer and the waking. So does who waits for a person who has decided, at whichever row. Whoever
    /// stands where only a person can help waits on, for a reason that holds.
    pub(super) fn wake_if_left_behind(&mut self, desk: &mut Desk<'_>) {
        if !self.is_parked(desk.streams) {
            return;
        }
        let rows = self.rows_parked(desk);
        let left = rows.iter().any(|row| self.is_side_done(desk, row) || self.is_past(desk, row));
        if left || self.is_settled(desk) {
            let voice = Self::engine("resume", desk.now);
            let reason: Arc<str> = "what it waited for had come".into();
            self.process(desk, &process::Command::Resume(reason), voice);
        }
    }

    fn is_settled(&self, desk: &Desk<'_>) -> bool {
        let view = self.view(desk.streams);
        view.is_some_and(|view| view.open.all_parked().any(|it| S::is_settled(&view, it)))
    }

    fn rows_parked(&self, desk: &Desk<'_>) -> Vec<Arc<str>> {
        let open = self.open(desk.streams);
        open.into_iter().flat_map(|open| open.all_parked().map(|it| it.row.clone())).collect()
    }

    /// Whether the row is one of the table, and the saga stands at another that somebody can do
    /// something about.
    fn is_past(&self, desk: &Desk<'_>, row: &str) -> bool {
        let Some(stand) = self.stand(desk.streams) else { return false };
        let ours = match &stand {
            Stand::Blocked(..) | Stand::Over => return false,
            Stand::Forward(..) | Stand::Leaving(..) => stand.deed(),
        };
        let of_main = self.table(desk.streams).is_some_and(|table| !table.has_lane(row));
        let deed = ours.filter(|deed| !matches!(deed.send, Sends::Wait));
        of_main && deed.is_some_and(|deed| *deed.name != *row)
    }

    /// Whether the row is a lane's beside the table, and that lane has nothing to do any more.
    fn is_side_done(&self, desk: &Desk<'_>, row: &str) -> bool {
        let (Some(table), Some(view)) = (self.table(desk.streams), self.view(desk.streams)) else {
            return false;
        };
        let side = table.beside.iter().find(|side| side.deed.name == row);
        side.is_some_and(|side| S::holds(&view, side.deed.done))
    }

    /// Why an answer that changes nothing is none yet: who is only waited for repeats what is known, and is
    /// late; the answer to a call should have said what became of it.
    fn said_before(&self, desk: &Desk<'_>, at: usize) -> Cause {
        if self.calls(desk, at) {
            return Cause::new("no_effect", "the counterparty's answer changed nothing");
        }
        Cause::new("overdue", "the counterparty repeats what is known; its word is still to come")
    }

    /// Whether the lane makes a call, and does not only wait for a word.
    fn calls(&self, desk: &Desk<'_>, at: usize) -> bool {
        let deed = if at == MAIN {
            self.stand(desk.streams).and_then(|stand| stand.deed())
        } else {
            let table = self.table(desk.streams);
            table.and_then(|table| table.beside.get(at - 1)).map(|side| &side.deed)
        };
        deed.is_some_and(|deed| matches!(deed.send, Sends::Call(_)))
    }

    /// What was heard may have moved it: the row on which it stands now.
    fn row_of(&mut self, desk: &Desk<'_>, at: usize) -> &'static str {
        if at == MAIN {
            self.replan(desk.streams);
            let now = self.stand(desk.streams).map(|stand| stand.place());
            return now.or(self.here).map_or("", crate::stand::Place::name);
        }
        let table = self.table(desk.streams);
        table.and_then(|table| table.beside.get(at - 1)).map_or("", |side| side.deed.name)
    }
}

/// What is no answer of the port's kind is *unknown*: it is asked for again, and in the end parks.
fn unreadable(answer: &Payload) -> Cause {
    match answer.downcast_ref::<NoAnswer>() {
        Some(NoAnswer(cause)) => cause.clone(),
        None => Cause::new("unreadable", "the answer is another port's"),
    }
}
