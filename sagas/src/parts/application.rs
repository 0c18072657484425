//! The leg on which shares are bought, converted or redeemed at a registrar.

use super::{
    cases::{self, About, Record, finding},
    check,
    milestone::{Milestone, Notes},
};
use crate::{
    house::House,
    ports::registrar::{self as port, ApplicationAnswer, RegistrarCall},
};
use fundflow_domain::{
    application::{
        Application, Applications, Command, Confirmation, Message, Outcome, Refusal, Rejection,
        Stage, Terms,
    },
    calendar::TradingDay,
    case::{self, Figure, Finding, Kind, SourceKind},
    ids::{ApplicationNo, OrderId},
    money::{Income, Money, Shares},
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::Actor,
    loaded::DecideError,
    streams::Key,
};
use fundflow_runtime::{
    saga::{Heard, Saga, View},
    turn::{NotDone, Turn},
};
use chrono::NaiveTime;
use std::sync::Arc;

/// A saga of the fund business: one whose milestones are those of [`super::milestone`].
pub trait FundSaga:
    Saga<Milestone = Milestone<<Self as Saga>::Promise>, Notes = Notes<<Self as Saga>::Promise>>
{
    /// Calendar, catalogue and names of ports.
    fn house(&self) -> &House;
    /// The instant of the request: nothing that belongs to it happened before.
    fn requested_at(promise: &Self::Promise) -> Timestamp;
    /// The T that was promised.
    fn trade_date(promise: &Self::Promise) -> TradingDay;
    /// The cut-off of its orders, where it is not the exchange's.
    fn cut_off(&self, view: &View<'_, Self>) -> Option<NaiveTime> {
        let _ = view;
        None
    }
    /// What leaving a fund costs by that confirmation, where the saga knows the lots that leave.
    fn leaving(
        &self,
        view: &View<'_, Self>,
        terms: &Terms,
        confirmation: &Confirmation,
    ) -> Option<check::Leaving> {
        let _ = (view, terms, confirmation);
        None
    }
    /// Why the order of that leg may not be one of that later T.
    fn refuses(
        &self,
        view: &View<'_, Self>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Option<Cause> {
        let _ = (view, leg, day);
        None
    }
    /// What does not add up in a confirmation besides what holds of any saga's.
    fn findings(
        &self,
        view: &View<'_, Self>,
        terms: &Terms,
        confirmation: &Confirmation,
    ) -> Vec<Finding> {
        let _ = (view, terms, confirmation);
        Vec::new()
    }
}

/// Keys and facts of one application.
#[derive(Debug, Clone)]
pub struct ApplicationLeg {
    /// The idempotency key at the registrar.
    pub no: ApplicationNo,
    /// Its stream.
    pub key: Key<Applications>,
    /// The order that it carries out.
    pub order: OrderId,
}

impl ApplicationLeg {
    /// The application of that order.
    pub fn of(order: &OrderId) -> Self {
        let no = ApplicationNo::of(order);
        Self { key: Key::of(&no), no, order: order.clone() }
    }

    /// The application, once it was placed.
    pub fn application<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Application> {
        view.state(&self.key)?.application()
    }

    /// It was placed.
    pub fn is_placed<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_some()
    }

    /// The registrar's front had taken it, whatever came after.
    pub fn is_accepted<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let accepted = |it: &Application| {
            let said = it.accepted.is_some() || it.batch.is_some() || it.received.is_some();
            said || it.confirmations().next().is_some() || matches!(it.stage, Stage::Accepted)
        };
        self.application(view).is_some_and(accepted)
    }

    /// It is over without shares.
    pub fn is_rejected<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view)
            .is_some_and(|it| matches!(it.stage, Stage::Rejected(_) | Stage::Cancelled(_)))
    }

    /// The registrar's last word on it is shares, in full or in part.
    pub fn is_confirmed<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view)
            .is_some_and(|it| matches!(it.stage, Stage::Confirmed(_) | Stage::PartlyConfirmed(_)))
    }

    /// It has its outcome, or was never placed.
    pub fn is_over<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_none_or(|it| it.stage.is_over())
    }

    /// The last confirmation.
    pub fn confirmation<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Confirmation> {
        self.application(view)?.confirmations().last()
    }

    /// The T of the order as it was placed, or moved to.
    pub fn trade_date<S: Saga>(&self, view: &View<'_, S>) -> Option<TradingDay> {
        Some(self.application(view)?.terms.trade_date)
    }

    /// Shares that left by it, over all records of the registrar; `None` for an ask of money.
    pub fn shares_out<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Shares::ZERO, |sum, it| sum.plus(Self::shares_out_of(it)?))
    }

    /// Shares that left by one record; `None` for an ask of money.
    pub const fn shares_out_of(confirmation: &Confirmation) -> Option<Shares> {
        match &confirmation.outcome {
            Outcome::Conversion(numbers) => Some(numbers.shares_out),
            Outcome::Redemption(numbers) => Some(numbers.shares),
            Outcome::FastTransfer(numbers) => Some(numbers.shares),
            Outcome::Purchase(_) | Outcome::Subscription(_) => None,
        }
    }

    /// Shares that it brought, over all records of the registrar.
    pub fn shares_in<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Shares::ZERO, |sum, it| sum.plus(it.outcome.registered()))
    }

    /// Yuan that a redemption brought, settled income included, over all records of the registrar.
    pub fn proceeds<S: Saga>(&self, view: &View<'_, S>) -> Option<Money> {
        let part = |outcome: &Outcome| match outcome {
            Outcome::Redemption(numbers) => Some(numbers.payout),
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Conversion(_)
            | Outcome::FastTransfer(_) => None,
        };
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Money::ZERO, |sum, it| sum.plus(part(&it.outcome)?))
    }

    /// Unpaid income of a money fund that was settled with shares that left, over all records.
    pub fn income<S: Saga>(&self, view: &View<'_, S>) -> Option<Income> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Income::ZERO, |sum, it| sum.plus(Self::income_of(it)?))
    }

    /// Unpaid income that one record settled with shares that left; `None` for an ask of money.
    pub fn income_of(confirmation: &Confirmation) -> Option<Income> {
        let income = match &confirmation.outcome {
            Outcome::Redemption(numbers) => numbers.income,
            Outcome::Conversion(numbers) => numbers.income,
            Outcome::FastTransfer(numbers) => numbers.income,
            Outcome::Purchase(_) | Outcome::Subscription(_) => return None,
        };
        Income::new(income.decimal()).ok()
    }

    /// Why no shares came of it.
    pub fn failure<S: Saga>(&self, view: &View<'_, S>) -> Option<Cause> {
        match &self.application(view)?.stage {
            Stage::Rejected(rejection) => Some(rejection.cause.clone()),
            Stage::Cancelled(cause) => Some(cause.clone()),
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_) => None,
        }
    }

    /// Places it.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn place<S: Saga>(&self, turn: &mut Turn<'_, S>, terms: Terms) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::Place(Box::new(terms)))?)
    }

    /// Closes it without the registrar's word.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn close<S: Saga>(&self, turn: &mut Turn<'_, S>, cause: Cause) -> Result<usize, NotDone> {
        let rejection = Rejection { cause, interest: Money::ZERO };
        Ok(turn.decide(&self.key, &Command::Reject(rejection))?)
    }

    /// Moves it to a later T.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn move_to<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        day: TradingDay,
        promised: fundflow_domain::application::Promise,
    ) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::MoveTo(day, promised))?)
    }

    /// The application, as the registrar is given it at that instant.
    pub fn submit<S: Saga>(&self, view: &View<'_, S>, now: Timestamp) -> Option<RegistrarCall> {
        let terms = self.application(view)?.terms.clone();
        Some(RegistrarCall::Submit(port::Application { terms, applied_at: now }))
    }

    /// The request to take it back.
    pub fn cancel<S: Saga>(&self, view: &View<'_, S>, asked_at: Timestamp) -> Option<RegistrarCall> {
        let terms = self.application(view)?.terms.clone();
        Some(RegistrarCall::Cancel(port::Cancellation { terms, asked_at }))
    }

    /// Records what the registrar says. What does not add up opens a case and keeps the saga from
    /// completing; what contradicts opens one and changes nothing.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<Heard, NotDone> {
        let command = match answer {
            ApplicationAnswer::Accepted(serial) => Command::Accept(serial.clone()),
            ApplicationAnswer::Received(reception) => Command::Receive(reception.clone()),
            ApplicationAnswer::Rejected(rejection) => Command::Reject(rejection.clone()),
            ApplicationAnswer::Confirmed(said) => return self.confirmed(saga, turn, answer, said),
            ApplicationAnswer::Cancelled => match self.cancelled(saga, turn)? {
                Some(command) => command,
                None => return Ok(Heard::Recorded(0)),
            },
            ApplicationAnswer::NotCancelled(cause) => {
                let cause = cause.clone();
                return turn.reach(Milestone::CancelRefused { cause }).map(Heard::Recorded);
            }
            ApplicationAnswer::NotFound if self.is_accepted(&turn.view()?) => {
                let text = "the registrar does not know an application that it accepted";
                return Ok(Heard::Pending(Cause::new("lost", text)));
            }
            ApplicationAnswer::NotFound => return Ok(Heard::NotFound),
            ApplicationAnswer::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
        };
        self.speaks(turn);
        match turn.decide(&self.key, &command) {
            Ok(0) if matches!(command, Command::Accept(_)) && !self.is_over(&turn.view()?) => {
                let text = "the registrar has not confirmed yet";
                Ok(Heard::Pending(Cause::new("overdue", text)))
            }
            Ok(events) => Ok(Heard::Recorded(events)),
            Err(DecideError::Refused(refusal)) => self.contradiction(turn, answer, &refusal),
            Err(error) => Err(error.into()),
        }
    }

    fn confirmed<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Confirmation,
    ) -> Result<Heard, NotDone> {
        self.speaks(turn);
        let known = self.application(&turn.view()?).cloned();
        let Some(known) = known else { return Err(NotDone::Lacks("the application")) };
        let terms = known.terms.clone();
        let view = turn.view()?;
        let leaving = saga.leaving(&view, &terms, said);
        let against = check::Against { terms: &terms, before: &known.portions, leaving };
        let mut findings = check::findings(saga.house(), &against, said, turn.now());
        findings.extend(saga.findings(&view, &terms, said));
        if !findings.is_empty() {
            self.case_in_memory(turn, answer)?;
        }
        let confirm = Command::Confirm(Box::new(said.clone()));
        match turn.decide(&self.key, &confirm) {
            Ok(0) => Ok(Heard::Recorded(0)),
            Ok(events) if findings.is_empty() => Ok(Heard::Recorded(events)),
            Ok(events) => self.disputed(turn, answer, findings, events),
            Err(DecideError::Refused(refusal)) => {
                if let Some(heard) = self.corrected(turn, answer, said, &findings)? {
                    return Ok(heard);
                }
                self.contradiction(turn, answer, &refusal)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A turn asks for a stream before it decides anything.
    fn case_in_memory<S: Saga>(
        &self,
        turn: &Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<(), NotDone> {
        let Some(record) = self.record(answer) else { return Ok(()) };
        let key = record.key();
        if turn.streams().has(key.stream()) {
            return Ok(());
        }
        Err(NotDone::Missing(vec![key.need()]))
    }

    /// What the register says is recorded at once; what does not add up keeps the saga here.
    fn disputed<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        findings: Vec<Finding>,
        events: usize,
    ) -> Result<Heard, NotDone> {
        let Some(record) = self.record(answer) else { return Ok(Heard::Recorded(events)) };
        let text: Vec<&str> = findings.iter().map(|found| found.what.as_str()).collect();
        let cause = Cause::new("does_not_add_up", text.join("; "));
        let opened = cases::open(turn, &record, self.about(turn)?, findings)?;
        let disputed = turn.reach(Milestone::Disputed { case: record.case() })?;
        Ok(Heard::Disputed(cause, events + opened + disputed))
    }

    /// A second confirmation of an application whose first one is in dispute, and that adds up, is
    /// the corrected record: it takes the first one back and closes its case.
    fn corrected<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        said: &Confirmation,
        findings: &[Finding],
    ) -> Result<Option<Heard>, NotDone> {
        let view = turn.view()?;
        let first = self.confirmation(&view).cloned();
        let (Some(first), Some(record)) = (first, self.record(answer)) else { return Ok(None) };
        let first_case = self.record(&ApplicationAnswer::Confirmed(Box::new(first.clone())));
        let case = first_case.map(|record| record.case());
        let disputed = case.filter(|case| view.open.notes.disputes.contains(case));
        let Some(case) = disputed.filter(|_| findings.is_empty() && first.serial != said.serial)
        else {
            return Ok(None);
        };
        let case_key: Key<case::Cases> = Key::of(&case);
        if !turn.streams().has(case_key.stream()) {
            return Err(NotDone::Missing(vec![case_key.need()]));
        }
        let reverses = first.serial;
        let command = Command::Correct { reverses, confirmation: Box::new(said.clone()) };
        let mut events = turn.decide(&self.key, &command)?;
        let closing = case::Closing {
            how: case::How::Corrected { by_record: record.case() },
            by: fundflow_domain::text::Text::lossy("registrar"),
            reason: fundflow_domain::text::Text::lossy("the registrar corrected its record"),
        };
        events += turn.decide(&case_key, &case::Command::Close(closing))?;
        events += turn.reach(Milestone::Undisputed { case })?;
        Ok(Some(Heard::Recorded(events)))
    }

    fn cancelled<S: FundSaga>(
        &self,
        saga: &S,
        turn: &Turn<'_, S>,
    ) -> Result<Option<Command>, NotDone> {
        let view = turn.view()?;
        let Some((at, _)) = view.open.notes.cancel else { return Ok(None) };
        let Some(application) = self.application(&view) else { return Ok(None) };
        let cut_off = saga.house().cut_off(&application.terms);
        let cause = Cause::new("cancelled", "taken back by the investor");
        Ok(Some(Command::Cancel { at, cut_off, cause }))
    }

    fn contradiction<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        let text: Arc<str> = refusal.to_string().into();
        let Some(record) = self.record(answer) else { return Ok(Heard::Contradicts(text, 0)) };
        let (kind, ours, theirs) = sides(refusal);
        let about = self.about(turn)?;
        let events = cases::open(turn, &record, about, vec![finding(kind, &text, ours, theirs)])?;
        Ok(Heard::Contradicts(text, events))
    }

    fn speaks<S: Saga>(&self, turn: &mut Turn<'_, S>) {
        let now = turn.now();
        turn.speaks(Actor::Counterparty("registrar".into()), "registrar", now);
    }

    fn about<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<About, NotDone> {
        let fund = self.application(&turn.view()?).map(|it| it.terms.fund);
        Ok(About { transaction: None, order: Some(self.order.clone()), fund })
    }

    /// The record behind an answer; `None` where it says nothing that could contradict.
    pub(crate) fn record(&self, answer: &ApplicationAnswer) -> Option<Record> {
        match answer {
            ApplicationAnswer::Accepted(_)
            | ApplicationAnswer::Received(_)
            | ApplicationAnswer::Rejected(_)
            | ApplicationAnswer::Confirmed(_)
            | ApplicationAnswer::Cancelled => Some(Record {
                source: SourceKind::RegistrarCallback,
                name: "registrar".to_owned(),
                record: self.no.to_string(),
                evidence: format!("{answer:?}"),
            }),
            ApplicationAnswer::NotCancelled(_)
            | ApplicationAnswer::NotFound
            | ApplicationAnswer::Unknown(_) => None,
        }
    }
}

/// Kind and both sides' words of a contradiction.
fn sides(refusal: &Refusal) -> (Kind, Vec<Figure>, Vec<Figure>) {
    let Refusal::Contradicts { stands, came } = refusal else {
        return (Kind::Other, Vec::new(), Vec::new());
    };
    let kind = match (stands.as_ref(), came.as_ref()) {
        (Message::Confirmation(_), Message::Confirmation(_)) => Kind::SecondConfirmationDiffers,
        (Message::Confirmation(_), Message::Rejection(_)) => Kind::RejectedAfterConfirmed,
        (
            Message::Acceptance(_)
            | Message::Reception(_)
            | Message::Confirmation(_)
            | Message::Rejection(_)
            | Message::Cancellation(_),
            _,
        ) => Kind::AfterTheEnd,
    };
    let side = |message: &Message| vec![Figure::new(message.name(), format!("{message:?}"))];
    (kind, side(stands), side(came))
}

