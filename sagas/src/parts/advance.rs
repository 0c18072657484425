//! The leg on which a licensed bank pays an investor out of its own money, and gets it back.
//!
//! 1. An advance whose answer is unknown is asked for, never assumed; only a decline frees the
//!    shares.
//! 2. What contradicts an earlier word of the bank opens a case: cash and shares may both be with the
//!    investor.

use super::{
    application::FundSaga,
    cases::{self, About, finding},
    milestone::Milestone,
    timing::{arrived, closing, never_comes, never_got},
};
use crate::ports::advance::{
    Advance as Call, AdvanceAnswer, AdvanceCall, AdvanceSaid, Repayment, RepaymentAnswer,
};
use fundflow_domain::{
    advance::{Advance, Advances, Brought, Command, Stage, Terms},
    bounds::{CLOCK_SKEW, OutOfBounds, check_instant},
    case::{CaseId, Figure, Kind},
    decider::Decider as _,
    ids::{OrderId, PaymentNo},
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{envelope::Actor, loaded::DecideError, streams::Key};
use fundflow_runtime::{
    saga::{Heard, Saga, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Keys and facts of one advance.
#[derive(Debug, Clone)]
pub struct AdvanceLeg {
    /// The idempotency key at the bank.
    pub no: PaymentNo,
    /// Its stream, which the repayment shares.
    pub key: Key<Advances>,
    /// The order that moves the shares to the bank.
    pub order: OrderId,
}

impl AdvanceLeg {
    /// The advance on that order's shares.
    pub fn of(order: &OrderId) -> Self {
        let no = PaymentNo::out(order);
        Self { key: Key::of(&no), no, order: order.clone() }
    }

    /// The advance, once it was requested.
    pub fn advance<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Advance> {
        view.state(&self.key)?.advance()
    }

    /// The bank may pay, or has paid or declined.
    pub fn is_requested<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some()
    }

    /// The investor has the money.
    pub fn is_advanced<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some_and(|advance| advance.paid.is_some())
    }

    /// It was closed by a person or by us, and the bank has not said since what became of it.
    pub fn is_closed_unheard<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some_and(|advance| advance.closed_by_us)
    }

    /// When we gave it up by ourselves, where the bank has not said since what became of it.
    pub fn given_up_late<S: Saga>(&self, view: &View<'_, S>) -> Option<Timestamp> {
        self.advance(view)?.given_up_at
    }

    /// The bank pays nothing.
    pub fn is_declined<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some_and(|advance| matches!(advance.stage, Stage::Declined(_)))
    }

    /// All that came of its shares is the bank's, or on its way there, and what its claim is, is said.
    pub fn is_repaying<S: Saga>(&self, view: &View<'_, S>, brought: Brought) -> bool {
        self.is_said(view, &Command::RequestRepayment(brought))
    }

    /// What the shares are worth that the bank keeps is said, or is to be said later.
    pub fn is_keeping<S: Saga>(&self, view: &View<'_, S>, brought: Brought) -> bool {
        self.is_said(view, &Command::KeepShares(brought))
    }

    fn is_said<S: Saga>(&self, view: &View<'_, S>, command: &Command) -> bool {
        let said = view.state(&self.key).map(|state| Advances::decide(state, command));
        matches!(said, Some(Ok(events)) if events.is_empty())
    }

    /// Nothing is on its way to the bank, which has what was announced.
    pub fn is_settled<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some_and(|advance| matches!(advance.stage, Stage::Settled))
    }

    /// Money may be on its way back to the bank.
    pub fn is_on_its_way<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.advance(view).is_some_and(|advance| matches!(advance.stage, Stage::Repaying { .. }))
    }

    /// Why the bank has not got all of it back.
    pub fn shortfall<S: Saga>(&self, view: &View<'_, S>) -> Option<Cause> {
        let advance = self.advance(view).filter(|advance| !advance.recourse.is_zero())?;
        let (recourse, amount) = (advance.recourse, advance.terms.amount);
        let text = format!(
            "the shares brought {recourse} yuan less than the {amount} that the bank advanced"
        );
        Some(Cause::new("recourse", text))
    }

    /// Why the bank pays nothing.
    pub fn failure<S: Saga>(&self, view: &View<'_, S>) -> Option<Cause> {
        match &self.advance(view)?.stage {
            Stage::Declined(cause) => Some(cause.clone()),
            Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled => None,
        }
    }

    /// Announces it before it is asked for.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn request<S: Saga>(&self, turn: &mut Turn<'_, S>, terms: Terms) -> Result<usize, NotDone> {
        let terms = Terms { asked_at: Some(turn.now()), ..terms };
        Ok(turn.decide(&self.key, &Command::Request(terms))?)
    }

    /// Closes it: it never reached the bank, nobody asks for it any more, and no call for it is under way.
    /// Whoever says that it never came before that has said nothing yet.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    fn never_came<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<Heard, NotDone> {
        let view = turn.view()?;
        let waits = self
            .advance(&view)
            .is_some_and(|it| matches!(it.stage, Stage::Requested) || it.closed_by_us);
        let now = turn.now();
        let is_under_way = self.given_up_late(&view).is_some_and(|at| now < arrived(at));
        if !waits || is_under_way || !never_comes(&view, now) {
            return Ok(Heard::NotFound);
        }
        turn.speaks(Actor::Counterparty("advancing bank".into()), "advance", now);
        let cause = never_got("the bank", "the order to advance");
        Ok(Heard::Recorded(turn.decide(&self.key, &Command::RecordDecline(cause))?))
    }

    /// Closes it: its bank says that it never got it, and it is not to be made any more. The bank is asked once
    /// more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn give_up<S: Saga>(&self, turn: &mut Turn<'_, S>, cause: Cause) -> Result<usize, NotDone> {
        let at = turn.now();
        Ok(turn.decide(&self.key, &Command::GiveUp { cause, at })?)
    }

    /// Closes it: a person knows that the bank paid nothing.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn close<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let cause = closing(
            &turn.view()?,
            ("the bank", "the order to advance"),
            "whether it advanced the money",
        );
        Ok(turn.decide(&self.key, &Command::Close(cause))?)
    }

    /// Announces the repayment of what its shares brought; what they did not bring is left to the
    /// bank.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn request_repayment<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        brought: Brought,
    ) -> Result<usize, NotDone> {
        let command = Command::RequestRepayment(brought);
        Ok(turn.decide(&self.key, &Command::At(turn.now(), Box::new(command)))?)
    }

    /// Says what the shares are worth that the bank keeps, while a person settles the rest with it.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn keep<S: Saga>(&self, turn: &mut Turn<'_, S>, all: Brought) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::KeepShares(all))?)
    }

    /// Says that the bank has returned what it had too much, since that case is closed.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn give_back<S: Saga>(&self, turn: &mut Turn<'_, S>, of: CaseId) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::RecordReturned(of))?)
    }

    /// The advance, as the bank is given it.
    pub fn call<S: Saga>(&self, view: &View<'_, S>) -> Option<AdvanceCall> {
        let Terms { no, account, amount, order, .. } = self.advance(view)?.terms.clone();
        Some(AdvanceCall::Advance(Call { no, account, amount, order }))
    }

    /// The repayment, as the bank is given it.
    pub fn repay<S: Saga>(&self, view: &View<'_, S>) -> Option<Repayment> {
        let advance = self.advance(view)?;
        let Stage::Repaying { no, amount, .. } = &advance.stage else { return None };
        let (no, amount) = (no.clone(), *amount);
        Some(Repayment { no, advance: advance.terms.no.clone(), amount })
    }

    /// When the bank was asked to take its money, while it is on its way; `None` where the event is older
    /// than the field.
    pub fn repayment_asked_at<S: Saga>(&self, view: &View<'_, S>) -> Option<Timestamp> {
        match self.advance(view)?.stage {
            Stage::Repaying { asked_at, .. } => asked_at,
            Stage::Requested | Stage::Declined(_) | Stage::Advanced | Stage::Settled => None,
        }
    }

    /// What is on its way or owed to the bank, as an operator names it. Yuan.
    pub fn open_end<S: Saga>(&self, view: &View<'_, S>) -> Option<(Arc<str>, Decimal)> {
        let advance = self.advance(view)?;
        let (name, amount) = match advance.stage {
            Stage::Requested => ("advance", advance.terms.amount),
            Stage::Advanced => ("repayment", advance.terms.amount),
            Stage::Repaying { amount, .. } => ("repayment", amount),
            Stage::Declined(_) | Stage::Settled => return None,
        };
        Some((name.into(), amount.decimal()))
    }

    /// Records what the bank says.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        said: &AdvanceSaid,
    ) -> Result<Heard, NotDone> {
        let (command, moved) = match said {
            AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer)) => {
                (Command::RecordAdvanced(transfer.clone()), Some(transfer.at))
            }
            AdvanceSaid::Advance(AdvanceAnswer::Declined(cause)) => {
                (Command::RecordDecline(cause.clone()), None)
            }
            AdvanceSaid::Repayment(RepaymentAnswer::Repaid(transfer)) => {
                (Command::RecordRepaid(transfer.clone()), Some(transfer.at))
            }
            AdvanceSaid::Advance(AdvanceAnswer::NotFound) => return self.never_came(turn),
            AdvanceSaid::Repayment(RepaymentAnswer::NotFound) => return Ok(Heard::NotFound),
            AdvanceSaid::Repayment(RepaymentAnswer::Refused(cause)) => {
                return Ok(Heard::Refused(cause.clone()));
            }
            AdvanceSaid::Advance(AdvanceAnswer::Pending(cause))
            | AdvanceSaid::Repayment(RepaymentAnswer::Pending(cause)) => {
                return Ok(Heard::Pending(cause.clone()));
            }
            AdvanceSaid::Advance(AdvanceAnswer::Unknown(cause))
            | AdvanceSaid::Repayment(RepaymentAnswer::Unknown(cause)) => {
                return Ok(Heard::Unknown(cause.clone()));
            }
        };
        let now = turn.now();
        let speaks = |turn: &mut Turn<'_, S>, at| {
            turn.speaks(Actor::Counterparty("advancing bank".into()), "advance", at);
        };
        speaks(turn, now);
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the advance"))?;
        let is_news = Advances::decide(state, &command).is_ok_and(|events| !events.is_empty());
        let misdated = match moved.filter(|_| is_news) {
            Some(stated) => self.misdated(turn, said, stated)?,
            None => 0,
        };
        speaks(turn, moved.filter(|_| misdated == 0).map_or(now, |at| at.min(now)));
        match turn.decide(&self.key, &command) {
            Ok(events) => Ok(Heard::Recorded(misdated + events)),
            Err(DecideError::Refused(refusal)) => self.contradiction(turn, said, &refusal),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether that instant of the advance itself can be right.
    pub fn check_instant<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        stated: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp, OutOfBounds> {
        let asked = self.advance(view).and_then(|advance| advance.terms.asked_at);
        let asked = asked.unwrap_or_else(|| S::requested_at(&view.open.promise));
        check_instant("at", stated, asked.min(now), now, CLOCK_SKEW)
    }

    /// Money moves after it was asked for, and before that is heard. What is out of bounds has a case, and
    /// no day hangs on it.
    fn misdated<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        said: &AdvanceSaid,
        stated: Timestamp,
    ) -> Result<usize, NotDone> {
        let (view, now) = (turn.view()?, turn.now());
        let repaying = match (said, self.advance(&view).map(|advance| &advance.stage)) {
            (AdvanceSaid::Repayment(_), Some(Stage::Repaying { asked_at, .. })) => *asked_at,
            _ => None,
        };
        let checked = match repaying {
            Some(asked) => check_instant("at", stated, asked.min(now), now, CLOCK_SKEW),
            None => self.check_instant(&view, stated, now),
        };
        let Err(out) = checked else { return Ok(0) };
        let Some(record) = self.record(said) else { return Ok(0) };
        let theirs = vec![Figure::new("at", stated)];
        let ours = vec![Figure::new("heard at", now)];
        let found = finding(Kind::InstantOutOfBounds, &out.to_string(), ours, theirs);
        let events = cases::open(turn, &record, self.about(), vec![found])?;
        if matches!(said, AdvanceSaid::Repayment(_)) {
            return Ok(events);
        }
        // Said before the advance itself, so that nobody takes the instant for a sound one.
        let cause = Cause::new("instant_out_of_bounds", out.to_string());
        Ok(events + turn.reach(Milestone::Undated { cause })?)
    }

    pub(super) fn about(&self) -> About {
        About { order: Some(self.order.clone()), ..About::default() }
    }
}
