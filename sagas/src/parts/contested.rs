//! What a registrar says against what had taken effect.
//!
//! 1. It is remembered with its figures and opens a case. A confirmation is contested until the case is
//!    closed; what it says that left is held meanwhile.
//! 2. Where the order had been rejected or taken back, by its registrar or by us, the confirmation holds at
//!    once: the register's last word is the truth. What came by it is held until the case is closed, and so is what comes
//!    by each further record of that order, which has a case of its own.
//! 3. A rejection of what was confirmed is contested as well. Accepted, it takes the place of the last
//!    confirmation; what that brought is held meanwhile. One that its registrar corrects before that gives way to
//!    the corrected one, and its case is closed.
//! 4. Everything else that contradicts has no effect but its case.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases::{self, Record, finding},
    corrected::rejection_corrected,
    disputes,
    hearing::{found, speaks},
    milestone::Milestone,
};
use crate::ports::registrar::{ApplicationAnswer, OfAnother};
use fundflow_domain::{
    application::{Applications, Command, Confirmation, Message, Outcome, Refusal, Rejection},
    case::{CaseId, Cases, Disputed, Figure, Finding, How, Kind, State},
    confirmation_check::of_another,
    decider::Decider,
    money::{Money, SignedMoney},
    orders::Cause,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::Heard,
    turn::{NotDone, Turn},
};
use std::{fmt, sync::Arc};

impl ApplicationLeg {
    /// A confirmation that contradicts. A second one of the same serial that says something else
    /// would be taken for the first, and only opens its case.
    pub(super) fn contested<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        (answer, said): (&ApplicationAnswer, &Confirmation),
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        let contest = Command::Contest(Box::new(said.clone()));
        let Refusal::Contradicts { stands, .. } = refusal else {
            return self.contradiction(turn, answer, refusal);
        };
        let Some(record) = self.record(&turn.view()?, answer) else {
            return self.contradiction(turn, answer, refusal);
        };
        let text: Arc<str> = refusal.to_string().into();
        let (kind, ours, theirs) = sides(refusal);
        let first = finding(kind, &text, ours, theirs);
        let mut findings = vec![Finding { disputed: disputed(&said.outcome), ..first }];
        // Nothing holds that it would take the place of.
        let alone = !matches!(stands.as_ref(), Message::Confirmation(_));
        let known = self.application(&turn.view()?).cloned();
        if let Some(known) = known {
            let view = turn.view()?;
            findings.extend(if alone {
                found(saga, &view, (&known, said), turn.now())
            } else {
                // What whoever accepts it accepts as well.
                saga.findings(&view, &known.terms, (&known.portions, said))
            });
        }
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        if Applications::decide(state, &contest).is_err() {
            let events = cases::open(turn, &record, self.about(turn)?, findings)?;
            return Ok(Heard::Contradicts(text, events));
        }
        let mut events = cases::open_with_effect(turn, &record, self.about(turn)?, findings)?;
        // Said before the record itself, so that whoever dies in the middle never has it without a dispute.
        events += turn.reach(Milestone::Disputed { case: record.case() })?;
        let said = if alone { Command::Overrule(Box::new(said.clone())) } else { contest };
        events += turn.decide(&self.key, &said)?;
        if turn.view()?.ending.is_some() {
            return Ok(Heard::Contradicts(text, events));
        }
        Ok(Heard::Disputed(Cause::new(disputes::CONTRADICTS, text), events))
    }

    /// A rejection of what was confirmed. What the confirmation brought is held until it is settled which of
    /// the two holds. One of what was rejected with other interest holds nobody's money: only its case is open.
    pub(super) fn contested_rejection<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        ((answer, rejection), stated): ((&ApplicationAnswer, &Rejection), Vec<Finding>),
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        match self.closed_case_of_held_interest(turn)? {
            Some(paid) if !paid.is_zero() && paid == rejection.interest => {
                return Ok(Heard::Recorded(0));
            }
            Some(_) => return self.contradiction(turn, answer, refusal),
            None => {}
        }
        let text: Arc<str> = refusal.to_string().into();
        let (kind, ours, theirs) = sides(refusal);
        let contest = Command::ContestRejection(rejection.clone());
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        let decided = Applications::decide(state, &contest);
        let contested = state.application().and_then(|it| it.contested_rejection());
        let is_contested = contested.is_some_and(|it| it.interest == rejection.interest);
        let before = || self.contested_before(turn, (answer, rejection), &stated);
        let replaced = decided.is_err().then(before).transpose()?.flatten();
        let is_news = match decided {
            // A person, or a confirmation that holds in its place, has settled it.
            Ok(events) if events.is_empty() && !is_contested => return Ok(Heard::Recorded(0)),
            Ok(events) => !events.is_empty(),
            Err(_) => replaced.is_some(),
        };
        let view = turn.view()?;
        let first = self.standing_rejection(&view).cloned();
        let last = match &first {
            Some(was) => Some(of_interest(was, rejection)),
            None => self.confirmation(&view).map(|last| disputed(&last.outcome)),
        };
        let record = self.record(&view, answer);
        // What a person has closed is not in dispute again because it is repeated.
        let record = record.filter(|it| {
            let case = turn.state(&it.key());
            case.is_none_or(|case| case.case().is_none() || case.is_open())
        });
        let (Some(record), Some(disputed), true) = (record, last, is_news) else {
            return self.contested_again(turn, answer, is_contested, refusal);
        };
        let mut found = vec![Finding { disputed, ..finding(kind, &text, ours, theirs) }];
        // What whoever lets it take the place of the confirmation accepts as well.
        found.extend(saga.rejected(&view, (self, rejection)));
        found.extend(self.unowed(&view, rejection));
        found.extend(stated);
        let mut events = cases::open_with_effect(turn, &record, self.about(turn)?, found)?;
        if first.is_none() {
            events += turn.reach(Milestone::Disputed { case: record.case() })?;
        }
        events += self.contest_in_place_of(turn, &contest, (replaced, &record))?;
        if first.is_some() || turn.view()?.ending.is_some() {
            return Ok(Heard::Contradicts(text, events));
        }
        Ok(Heard::Disputed(Cause::new(disputes::CONTRADICTS, text), events))
    }

    /// Contests what stands, in place of the rejection of that case, where there is one.
    fn contest_in_place_of<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        contest: &Command,
        (replaced, record): (Option<CaseId>, &Record),
    ) -> Result<usize, NotDone> {
        let Some(case) = replaced else { return Ok(turn.decide(&self.key, contest)?) };
        let mark = turn.mark();
        let mut events = turn.decide(&self.key, &by_a_corrected_one())?;
        events += turn.decide(&self.key, contest)?;
        turn.stored_as_one(mark);
        Ok(events + rejection_corrected(turn, case, record)?)
    }

    /// It was said before. Finishes what a death left between a corrected rejection and the case of the one before it.
    fn contested_again<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        is_contested: bool,
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        let closed = if is_contested { self.settled(turn, answer)? } else { 0 };
        if closed > 0 {
            return Ok(Heard::Recorded(closed));
        }
        self.contradiction(turn, answer, refusal)
    }

    /// The case of the contested rejection that this record takes the place of: its registrar has corrected what nobody
    /// has decided on yet. A front that says no more than that it is rejected corrects no record.
    fn contested_before<S: FundSaga>(
        &self,
        turn: &Turn<'_, S>,
        (answer, said): (&ApplicationAnswer, &Rejection),
        stated: &[Finding],
    ) -> Result<Option<CaseId>, NotDone> {
        let view = turn.view()?;
        let adds_up = stated.is_empty() && self.unowed(&view, said).is_none();
        let is_record = said.stated.is_some() || !said.interest.is_zero();
        let corrects = adds_up && is_record && self.standing_rejection(&view).is_none();
        let case = self.application(&view).and_then(|it| self.case_of_contested_rejection(it));
        let own = self.record(&view, answer).map(|record| record.case());
        let Some(case) = case.filter(|case| corrects && own.is_some_and(|own| own != *case)) else {
            return Ok(None);
        };
        let key: Key<Cases> = Key::of(&case);
        if !turn.streams().has(key.stream()) {
            return Err(NotDone::Missing(vec![key.need()]));
        }
        Ok(Some(case).filter(|_| turn.state(&key).is_some_and(State::is_open)))
    }

    /// Where the rejection that stands sends more than money can have earned, and a person has closed its case: what
    /// was paid with it, in yuan.
    fn closed_case_of_held_interest<S: FundSaga>(
        &self,
        turn: &Turn<'_, S>,
    ) -> Result<Option<Money>, NotDone> {
        let view = turn.view()?;
        let held = self.standing_rejection(&view).filter(|it| it.unearned);
        let Some(case) = held.and_then(|_| self.rejection_case(&view)) else { return Ok(None) };
        let key: Key<Cases> = Key::of(&case);
        if !turn.streams().has(key.stream()) {
            return Err(NotDone::Missing(vec![key.need()]));
        }
        Ok(match turn.state(&key) {
            Some(State::Closed(_, closing)) => Some(match closing.how {
                How::PaidByUs { amount } => amount.into(),
                How::Accepted | How::Withdrawn | How::Manual { .. } | How::Corrected { .. } => {
                    Money::ZERO
                }
            }),
            Some(State::Open(_) | State::Absent) | None => None,
        })
    }

    pub(super) fn contradiction<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        let text: Arc<str> = refusal.to_string().into();
        let Some(record) = self.record(&turn.view()?, answer) else {
            return Ok(Heard::Contradicts(text, 0));
        };
        let (kind, ours, theirs) = sides(refusal);
        let about = self.about(turn)?;
        let disputed = match (answer, self.standing_rejection(&turn.view()?)) {
            (ApplicationAnswer::Rejected(said), Some(was)) => of_interest(was, said),
            (ApplicationAnswer::Rejected(said), None) => {
                Disputed { money: said.interest, ..Disputed::default() }
            }
            _ => Disputed::default(),
        };
        let found = Finding { disputed, ..finding(kind, &text, ours, theirs) };
        let events = cases::open(turn, &record, about, vec![found])?;
        Ok(Heard::Contradicts(text, events))
    }

    /// A rejection, a reception, or that it was taken back, of a record that names another order: nobody knows
    /// of which it is, so that it has no effect but its case.
    pub(super) fn of_another<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        OfAnother { said, misnamed }: &OfAnother,
    ) -> Result<Heard, NotDone> {
        let Some(found) = of_another(misnamed, Disputed::default()) else {
            return Ok(Heard::Recorded(0));
        };
        let Some(record) = self.record(&turn.view()?, answer) else {
            return Ok(Heard::Recorded(0));
        };
        speaks(turn);
        let text: Arc<str> = found.what.as_str().into();
        let mut found = found;
        found.theirs.insert(0, Figure::new("says", said.name()));
        let events = cases::open(turn, &record, self.about(turn)?, vec![found])?;
        Ok(Heard::Contradicts(text, events))
    }

    pub(super) fn cancelled_unasked<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Result<Heard, NotDone> {
        let text = "the registrar says that it was taken back, and nobody asked for that";
        let Some(record) = self.record(&turn.view()?, answer) else {
            return Ok(Heard::Recorded(0));
        };
        speaks(turn);
        let found = finding(Kind::Other, text, vec![], vec![Figure::new("said", "cancelled")]);
        let events = cases::open(turn, &record, self.about(turn)?, vec![found])?;
        Ok(Heard::Contradicts(text.into(), events))
    }
}

fn by_a_corrected_one() -> Command {
    let cause = Cause::new("registrar", "the registrar corrected its record");
    Command::DropRejection { cause, taken_back: false }
}

/// By how much two rejections differ in what they send.
fn of_interest(one: &Rejection, other: &Rejection) -> Disputed {
    let [one, other] = [one.interest, other.interest];
    let money = one.minus(other).or_else(|| other.minus(one)).unwrap_or_default();
    Disputed { money, ..Disputed::default() }
}

/// What the whole record is worth: shares that came or left, and the money for them.
pub(super) fn disputed(outcome: &Outcome) -> Disputed {
    let (shares, money) = match outcome {
        Outcome::Purchase(it) => (it.shares, it.amount),
        Outcome::Subscription(it) => (it.shares, it.amount),
        Outcome::Redemption(it) => (it.shares, it.payout),
        Outcome::Conversion(it) => (it.shares_in, it.net_in),
        Outcome::FastTransfer(it) => (it.shares, Money::ZERO),
    };
    Disputed { shares, money }
}

/// Kind and both sides' figures of a contradiction.
fn sides(refusal: &Refusal) -> (Kind, Vec<Figure>, Vec<Figure>) {
    let (stands, came) = match refusal {
        Refusal::Contradicts { stands, came } => (stands.as_ref(), came.as_ref()),
        Refusal::WrongKind { message, .. } => {
            return (Kind::Other, Vec::new(), figures(message.as_ref()));
        }
        _ => return (Kind::Other, Vec::new(), Vec::new()),
    };
    let kind = match (stands, came) {
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
    (kind, figures(stands), figures(came))
}

fn figures(message: &Message) -> Vec<Figure> {
    let of = |name: &str, value: &dyn fmt::Display| Figure::new(name, value);
    let mut all = vec![of("says", &message.name())];
    match message {
        Message::Acceptance(serial) => all.push(of("serial", &serial)),
        Message::Reception(it) => {
            all.extend([of("serial", &it.serial), of("received on", &it.on)]);
            all.extend(it.amount.map(|amount| of("amount", &amount)));
        }
        Message::Confirmation(it) => all.extend(of_confirmation(it)),
        Message::Rejection(it) => {
            all.extend([of("reason", &it.cause), of("interest", &it.interest)]);
        }
        Message::Cancellation(cause) => all.push(of("reason", &cause)),
    }
    all
}

pub(super) fn of_confirmation(said: &Confirmation) -> Vec<Figure> {
    let of = |name: &str, value: &dyn fmt::Display| Figure::new(name, value);
    let mut all = vec![of("serial", &said.serial), of("confirmed on", &said.confirmed_on)];
    match &said.outcome {
        Outcome::Purchase(it) => all.extend([
            of("amount", &it.amount),
            of("fee", &it.fee),
            of("refund", &it.refund),
            of("nav", &it.nav.decimal()),
            of("shares", &it.shares),
        ]),
        Outcome::Subscription(it) => all.extend([
            of("amount", &it.amount),
            of("fee", &it.fee),
            of("refund", &it.refund),
            of("interest", &it.interest),
            of("shares", &it.shares),
        ]),
        Outcome::Redemption(it) => all.extend([
            of("shares", &it.shares),
            of("nav", &it.nav.decimal()),
            of("gross", &it.gross),
            of("fee", &it.fee),
            of("income", &it.income),
            of("payout", &it.payout),
        ]),
        Outcome::Conversion(it) => {
            all.extend([
                of("shares out", &it.shares_out),
                of("nav out", &it.nav_out.decimal()),
                of("redemption fee", &it.redemption_fee),
                of("top-up fee", &it.topup_fee),
                of("net in", &it.net_in),
                of("nav in", &it.nav_in.decimal()),
                of("shares in", &it.shares_in),
            ]);
            all.extend((it.income != SignedMoney::ZERO).then(|| of("income", &it.income)));
        }
        Outcome::FastTransfer(it) => {
            all.extend([of("shares", &it.shares), of("income", &it.income)]);
        }
    }
    all
}
