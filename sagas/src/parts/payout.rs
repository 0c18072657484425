//! The leg on which money leaves for an investor's account.
//!
//! ```text
//! request -> call -> paid out
//!                `-> refused -> parked -> redirected (a person, to an account of the same name) -> call
//! ```
//!
//! 1. An attempt that the bank refused is over; the next one has a number of its own.
//! 2. Another account is a person's decision with a reason, and only one of the investor's own name.

use super::{
    application::FundSaga,
    cases::{self, About, Record, finding},
};
use crate::house::House;
use crate::ports::bank::{BankCall, Payout as Call, PayoutAnswer};
use fundflow_domain::{
    bounds::{CLOCK_SKEW, check_instant},
    calendar::TradingDay,
    case::{Figure, Kind, SourceKind},
    decider::Decider as _,
    ids::{AccountRef, InvestorId, OrderId, PaymentNo},
    orders::Cause,
    payout::{self, Command, Payout, Payouts, Stage, Terms},
    spelling::Spelling,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::Actor,
    loaded::DecideError,
    streams::{Key, Need},
};
use fundflow_runtime::{
    saga::{Heard, Saga, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Keys and facts of one payout.
#[derive(Debug, Clone)]
pub struct PayoutLeg {
    /// The idempotency key of the first attempt at the bank.
    pub no: PaymentNo,
    /// Its stream; later attempts share it.
    pub key: Key<Payouts>,
    /// The order that the money comes of.
    pub order: OrderId,
}

/// Why a payout goes to no other account. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRedirected {
    /// Money goes out only to the investor.
    #[error("account {0} is not in the investor's own name")]
    AccountOfAnotherName(AccountRef),
    /// Our books know whose it is.
    #[error(
        "account {account} is investor {owner}'s, and this pays out to {investor}; name an account of \
         {investor}'s own"
    )]
    AccountOfAnotherInvestor {
        /// Account of the operator's command.
        account: AccountRef,
        /// The investor who has used the account before.
        owner: InvestorId,
        /// Is paid out to.
        investor: Arc<str>,
    },
    /// Nothing is being paid out.
    #[error(
        "nothing is being paid out that could go to another account; money that goes back goes to the \
         account that it came from, and where that takes none, pay by hand and give it up by its name"
    )]
    Nothing,
    /// The bank has not refused it.
    #[error("{0}")]
    Refused(String),
}

/// Refuses an account that our books know to be another investor's. Whose an unknown one is, the person
/// vouches for who names it, and the reason that is stored says so by its code, `vouched`.
///
/// # Errors
/// [`NotRedirected::AccountOfAnotherInvestor`].
pub fn may_go_to<S: FundSaga>(
    saga: &S,
    turn: &Turn<'_, S>,
    account: &AccountRef,
    reason: &Arc<str>,
) -> Result<Cause, NotRedirected> {
    let view = turn.view().map_err(|_| NotRedirected::Nothing)?;
    let investor = S::requester(&view.open.request);
    match (saga.house().accounts)(account) {
        Some(owner) if owner.as_str() != &*investor => {
            let account = account.clone();
            Err(NotRedirected::AccountOfAnotherInvestor { account, owner, investor })
        }
        Some(_) => Ok(Cause::new("operator", reason.clone())),
        None => Ok(Cause::new("vouched", reason.clone())),
    }
}

impl PayoutLeg {
    /// What that order pays out.
    pub fn of(order: &OrderId) -> Self {
        let no = PaymentNo::out(order);
        Self { key: Key::of(&no), no, order: order.clone() }
    }

    /// The payout, once it was requested.
    pub fn payout<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Payout> {
        view.state(&self.key)?.payout()
    }

    /// A transfer may be on its way.
    pub fn is_requested<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payout(view).is_some()
    }

    /// The investor has the money.
    pub fn is_paid_out<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payout(view).is_some_and(|payout| payout.paid().is_some())
    }

    /// The bank said what became of the last attempt: it arrived, or it never will.
    pub fn is_answered<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payout(view)
            .is_some_and(|it| matches!(it.attempt.stage, Stage::PaidOut(_) | Stage::Refused(_)))
    }

    /// The bank refuses the account of the last attempt.
    pub fn is_refused<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payout(view).is_some_and(|it| matches!(it.attempt.stage, Stage::Refused(_)))
    }

    /// Announces it before it is sent.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn request<S: Saga>(&self, turn: &mut Turn<'_, S>, terms: Terms) -> Result<usize, NotDone> {
        let terms = Terms { asked_at: Some(turn.now()), ..terms };
        Ok(turn.decide(&self.key, &Command::Request(terms))?)
    }

    /// The day on which the investor must have money that was to be there on that day: no earlier than
    /// that on which it is asked for.
    ///
    /// # Errors
    /// [`NotDone::Lacks`] past the calendar's end.
    pub fn due<S: Saga>(
        house: &House,
        turn: &Turn<'_, S>,
        day: TradingDay,
    ) -> Result<TradingDay, NotDone> {
        Ok(day.max(house.t_of(turn.now())?))
    }

    /// When a person is called about it: at the cut-off of the trading day after it was due, or after
    /// another account was named. `None` until it is requested, and past the calendar's end.
    pub fn overdue<S: Saga>(&self, house: &House, view: &View<'_, S>) -> Option<Timestamp> {
        let payout = self.payout(view)?;
        let again = payout.attempt.asked_at.and_then(|at| house.calendar.t_of(at).ok());
        house.cut_off_after(again.map_or(payout.terms.due, |day| day.max(payout.terms.due)), 1)
    }

    /// What the row after a refused attempt does: it parks with the bank's reason, until a person
    /// names another account.
    ///
    /// # Errors
    /// Always.
    pub fn ask_for_account<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<usize, NotDone> {
        let view = turn.view()?;
        match self.payout(&view).map(|payout| &payout.attempt.stage) {
            Some(Stage::Refused(cause)) => {
                let text = format!("the bank refuses the account ({cause}); name another");
                Err(NotDone::Refused(text.into()))
            }
            Some(Stage::Requested | Stage::PaidOut(_)) | None => {
                Err(NotDone::Lacks("the bank's refusal"))
            }
        }
    }

    /// Sends what the bank refused to another account.
    ///
    /// # Errors
    /// [`NotRedirected`]; nothing has changed.
    pub fn redirect<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        account: &AccountRef,
        own_name: bool,
        reason: &Cause,
    ) -> Result<usize, NotRedirected> {
        if !own_name {
            return Err(NotRedirected::AccountOfAnotherName(account.clone()));
        }
        // A saga that pays nothing out does not have the stream in memory.
        let known = turn.state(&self.key).and_then(payout::State::payout);
        let after = known.ok_or(NotRedirected::Nothing)?.attempt.no.clone();
        let (account, reason) = (account.clone(), reason.clone());
        let command = Command::Redirect { after, account, reason };
        let command = Command::At(turn.now(), Box::new(command));
        let done = turn.decide(&self.key, &command);
        done.map_err(|error| NotRedirected::Refused(NotDone::from(error).to_string()))
    }

    /// The attempt, as the bank is given it.
    pub fn call<S: Saga>(&self, view: &View<'_, S>) -> Option<BankCall> {
        self.attempt(view).map(BankCall::Payout)
    }

    /// The newest attempt: the only one that can still be paid.
    pub fn attempt<S: Saga>(&self, view: &View<'_, S>) -> Option<Call> {
        let payout = self.payout(view)?;
        Some(Call {
            no: payout.attempt.no.clone(),
            account: payout.attempt.account.clone(),
            amount: payout.terms.amount,
            order: payout.terms.order.clone(),
        })
    }

    /// Keeps that the bank never got that attempt, and that nobody makes it any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn never_came<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        no: &PaymentNo,
        cause: Cause,
    ) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::RecordRefusal(no.clone(), cause))?)
    }

    /// What is on its way, as an operator names it. Yuan.
    pub fn open_end<S: Saga>(&self, view: &View<'_, S>) -> Option<(Arc<str>, Decimal)> {
        let payout = self.payout(view).filter(|payout| payout.paid().is_none())?;
        Some(("payout".into(), payout.terms.amount.decimal()))
    }

    /// Stream that hearing the answer may need: the case that it may open.
    pub fn needs(&self, no: &PaymentNo, answer: &PayoutAnswer) -> Vec<Need> {
        record(no, answer).map(|record| record.key().need()).into_iter().collect()
    }

    /// Records what the bank says of that attempt.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        no: &PaymentNo,
        answer: &PayoutAnswer,
    ) -> Result<Heard, NotDone> {
        let (command, at) = match answer {
            PayoutAnswer::PaidOut(transfer) => {
                (Command::RecordPaidOut(transfer.clone()), transfer.at.min(turn.now()))
            }
            PayoutAnswer::Refused(cause) => {
                (Command::RecordRefusal(no.clone(), cause.clone()), turn.now())
            }
            PayoutAnswer::NotFound => return Ok(Heard::NotFound),
            PayoutAnswer::Pending(cause) => return Ok(Heard::Pending(cause.clone())),
            PayoutAnswer::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
        };
        let mut events = 0;
        if let (PayoutAnswer::PaidOut(transfer), true) = (answer, self.is_news(turn, &command)) {
            events += self.misdated(turn, no, answer, transfer.at)?;
        }
        turn.speaks(Actor::Counterparty("bank".into()), "payout", at);
        match turn.decide(&self.key, &command) {
            Ok(more) => Ok(Heard::Recorded(events + more)),
            Err(DecideError::Refused(refusal)) => self.contradiction(turn, no, answer, &refusal),
            Err(error) => Err(error.into()),
        }
    }

    fn is_news<S: Saga>(&self, turn: &Turn<'_, S>, command: &Command) -> bool {
        let state = turn.state(&self.key);
        let decided = state.and_then(|state| Payouts::decide(state, command).ok());
        decided.is_some_and(|events| !events.is_empty())
    }

    /// Money arrives after it was sent and before that is heard. Nothing hangs on the instant, so what is
    /// out of bounds is stored beside the record.
    fn misdated<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        no: &PaymentNo,
        answer: &PayoutAnswer,
        stated: Timestamp,
    ) -> Result<usize, NotDone> {
        let payout = turn.state(&self.key).and_then(payout::State::payout);
        let asked_at = payout.and_then(|it| it.attempt.asked_at.or(it.terms.asked_at));
        let from = asked_at.unwrap_or(stated).min(turn.now());
        let Err(out) = check_instant("at", stated, from, turn.now(), CLOCK_SKEW) else {
            return Ok(0);
        };
        let Some(record) = record(no, answer) else { return Ok(0) };
        let theirs = vec![Figure::new("at", stated)];
        let ours = vec![Figure::new("heard at", turn.now())];
        let found = finding(Kind::InstantOutOfBounds, &out.to_string(), ours, theirs);
        let about = About { order: Some(self.order.clone()), ..About::default() };
        cases::open(turn, &record, about, vec![found])
    }

    fn contradiction<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        no: &PaymentNo,
        answer: &PayoutAnswer,
        refusal: &payout::Refusal,
    ) -> Result<Heard, NotDone> {
        let text: Arc<str> = refusal.to_string().into();
        let Some(record) = record(no, answer) else { return Ok(Heard::Contradicts(text, 0)) };
        let kind = match refusal {
            payout::Refusal::AmountDiffers { .. } => Kind::PaidAmountDiffers,
            payout::Refusal::PaidTwice { .. } => Kind::PaidTwice,
            _ => Kind::Other,
        };
        let theirs = match answer {
            PayoutAnswer::PaidOut(transfer) => vec![
                Figure::new("says", "paid out"),
                Figure::new("serial", &transfer.serial),
                Figure::new("amount", transfer.amount),
            ],
            PayoutAnswer::Refused(cause) => {
                vec![Figure::new("says", "refused"), Figure::new("reason", cause)]
            }
            PayoutAnswer::NotFound | PayoutAnswer::Pending(_) | PayoutAnswer::Unknown(_) => {
                Vec::new()
            }
        };
        let about = About { order: Some(self.order.clone()), ..About::default() };
        let events = cases::open(turn, &record, about, vec![finding(kind, &text, vec![], theirs)])?;
        Ok(Heard::Contradicts(text, events))
    }
}

/// The record behind an answer; `None` where it says nothing that could contradict.
fn record(no: &PaymentNo, answer: &PayoutAnswer) -> Option<Record> {
    match answer {
        PayoutAnswer::PaidOut(_) | PayoutAnswer::Refused(_) => Some(Record {
            source: SourceKind::ChannelCallback,
            name: "bank".to_owned(),
            record: no.to_string(),
            said: Spelling::of(answer),
            again: 0,
            to_the_letter: None,
        }),
        PayoutAnswer::NotFound | PayoutAnswer::Pending(_) | PayoutAnswer::Unknown(_) => None,
    }
}
