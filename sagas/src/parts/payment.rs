//! The leg on which an investor's money comes in, and what goes back of it.

use super::{
    application::FundSaga,
    by_hand::{self, Origin},
    cases::{self, About, finding},
    payment_records::{figures, of_receipt, record},
    timing::closing,
};
use crate::house::House;
use crate::ports::bank::{BankAnswer, BankCall, Charge, ChargeAnswer, Refund, RefundAnswer};
use fundflow_domain::{
    calendar::TradingDay,
    case::Kind,
    decider::Decider,
    ids::{OrderId, PaymentNo},
    orders::Cause,
    payment::{self, Command, Payment, Payments, Receipt, Refusal, SentBack, Stage, Terms},
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
use std::sync::Arc;

/// Open ends that an operator disposes of while nobody knows whether the money was taken.
pub const END: &str = "payment";

/// Trading days after a refund was asked for on which it must have arrived, and one.
const REFUND_DAYS: u32 = 3;

/// Keys and facts of one payment.
#[derive(Debug, Clone)]
pub struct PaymentLeg {
    /// The idempotency key at the bank.
    pub no: PaymentNo,
    /// The stream of the payment.
    pub key: Key<Payments>,
    /// Order that is paid for.
    pub order: OrderId,
}

impl PaymentLeg {
    /// The payment for that order.
    pub fn of(order: &OrderId) -> Self {
        let no = PaymentNo::pay(order);
        Self { key: Key::of(&no), no, order: order.clone() }
    }

    /// The payment, once it was requested.
    pub fn payment<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Payment> {
        view.state(&self.key)?.payment()
    }

    /// A charge may be on its way.
    pub fn is_requested<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payment(view).is_some()
    }

    /// The full amount arrived and is applied.
    pub fn is_paid<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payment(view).is_some_and(|payment| payment.applied().is_some())
    }

    /// No money will come that is applied.
    pub fn is_over_unpaid<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.payment(view).is_some_and(|p| matches!(p.stage, Stage::Declined(_) | Stage::Closed(_)))
    }

    /// The whole payment is going back.
    pub fn is_paid_back<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let back = |payment: &Payment| {
            payment.refunds.iter().any(|refund| refund.of == payment::Of::Payback)
                || payment.left().is_zero()
        };
        self.payment(view).is_some_and(|payment| payment.applied().is_some() && back(payment))
    }

    /// Nothing is on its way back, except what a person took over.
    pub fn owes_nothing<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        self.owed(view).is_none()
    }

    /// The next refund to be sent: the first that has not arrived and that nobody took over.
    pub fn owed<'a, S: FundSaga>(&self, view: &View<'a, S>) -> Option<&'a payment::Refund> {
        let ours = |refund: &&payment::Refund| !by_hand::is_by_hand(view, end_name(&refund.no));
        self.payment(view)?.owed().find(ours)
    }

    /// Where the money of that open end comes from, where it is a refund.
    pub fn comes_of(end: &str) -> Option<Origin> {
        end.starts_with("refund").then_some(Origin::owed(&[END]))
    }

    /// Announces the charge.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn request<S: Saga>(&self, turn: &mut Turn<'_, S>, terms: Terms) -> Result<usize, NotDone> {
        let terms = Terms { asked_at: Some(turn.now()), ..terms };
        Ok(turn.decide(&self.key, &Command::Request(terms))?)
    }

    /// Owes money back: asked for now.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn send_back<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        what: SentBack,
        cause: Cause,
    ) -> Result<usize, NotDone> {
        let command = Command::At(turn.now(), Box::new(Command::SendBack(what, cause)));
        Ok(turn.decide(&self.key, &command)?)
    }

    /// When a person is called about the next refund: at the cut-off of the third trading day after it
    /// was asked for. `t` is when it was, where the event is older than the field.
    pub fn refund_overdue<S: FundSaga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        t: TradingDay,
    ) -> Option<Timestamp> {
        Self::overdue(house, self.owed(view), t)
    }

    /// The same of that refund.
    pub(super) fn overdue(
        house: &House,
        refund: Option<&payment::Refund>,
        t: TradingDay,
    ) -> Option<Timestamp> {
        let asked_at = refund.and_then(|refund| refund.asked_at);
        let asked_on = asked_at.and_then(|at| house.calendar.t_of(at).ok()).unwrap_or(t);
        house.cut_off_after(asked_on, REFUND_DAYS)
    }

    /// Closes the payment, so that money that still comes goes back: a person gave up waiting for it,
    /// or the bank never got the charge and may not be given it any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn close<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let (view, at) = (turn.view()?, turn.now());
        let is_ours = !view.open.landing_chosen && view.ending.is_none();
        let cause = closing(&view, ("the bank", "the charge"), "whether the money was taken");
        let close = if is_ours { Command::CloseLate { cause, at } } else { Command::Close(cause) };
        Ok(turn.decide(&self.key, &close)?)
    }

    /// Sends the whole payment back.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn pay_back<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        cause: Cause,
    ) -> Result<usize, NotDone> {
        self.send_back(turn, SentBack::Payback, cause)
    }

    /// The charge, as the bank is given it.
    pub fn charge<S: Saga>(&self, view: &View<'_, S>) -> Option<BankCall> {
        let Terms { no, account, amount, order, .. } = self.payment(view)?.terms.clone();
        Some(BankCall::Charge(Charge { no, account, amount, order }))
    }

    /// The next refund, as the bank is given it.
    pub fn refund<S: FundSaga>(&self, view: &View<'_, S>) -> Option<BankCall> {
        Some(BankCall::Refund(self.refund_of(view, self.owed(view)?)?))
    }

    /// That refund, as the bank is given it.
    pub fn refund_of<S: Saga>(
        &self,
        view: &View<'_, S>,
        refund: &payment::Refund,
    ) -> Option<Refund> {
        let payment::Refund { no, amount, .. } = refund;
        Some(Refund {
            no: no.clone(),
            account: self.payment(view)?.terms.account.clone(),
            amount: *amount,
            order: self.order.clone(),
        })
    }

    /// It was closed, and the bank has not said since what became of the charge.
    pub fn is_closed_unheard<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let closed = |it: &Payment| matches!(it.stage, Stage::Closed(_)) && it.is_outstanding();
        self.payment(view).is_some_and(closed)
    }

    /// When we closed it by ourselves, where the bank has not said since what became of the charge.
    pub fn closed_late<S: Saga>(&self, view: &View<'_, S>) -> Option<Timestamp> {
        self.payment(view).filter(|_| self.is_closed_unheard(view))?.closed_at
    }

    /// Keeps that the bank never got the charge, and that nobody makes it any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn never_came<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        cause: Cause,
    ) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::RecordDecline(cause))?)
    }

    /// What is in transit or owed on this leg, as an operator names it.
    pub fn open_ends<S: Saga>(&self, view: &View<'_, S>) -> Vec<(Arc<str>, rust_decimal::Decimal)> {
        let Some(payment) = self.payment(view) else { return Vec::new() };
        let mut ends = Vec::new();
        if payment.is_outstanding() && matches!(payment.stage, Stage::Requested) {
            ends.push((END.into(), payment.terms.amount.decimal()));
        }
        for refund in payment.owed() {
            ends.push((end_name(&refund.no).into(), refund.amount.decimal()));
        }
        ends
    }

    /// Stream that hearing the answer may need: the case that it may open.
    pub fn needs(&self, answer: &BankAnswer) -> Vec<Need> {
        record(&self.no, answer).map_or_else(Vec::new, |record| record.needs())
    }

    /// Streams that must be in memory to hear that answer: the case that it opens by contradicting.
    pub fn needs_for<S: Saga>(&self, view: &View<'_, S>, answer: &BankAnswer) -> Vec<Need> {
        let Some(state) = view.state(&self.key) else { return Vec::new() };
        let refused = |command: Command| Payments::decide(state, &command).is_err();
        if command_of(answer).is_some_and(refused) { self.needs(answer) } else { Vec::new() }
    }

    /// Whether that receipt would be the one that is applied.
    pub fn would_apply<S: Saga>(&self, view: &View<'_, S>, receipt: &Receipt) -> bool {
        self.payment(view).is_some_and(|payment| {
            matches!(payment.stage, Stage::Requested)
                && receipt.no == self.no
                && receipt.amount == payment.terms.amount.into()
        })
    }

    /// Records what the bank says. `applied` is the receipt that was applied by it, if one was.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &BankAnswer,
    ) -> Result<(Heard, Option<Receipt>), NotDone> {
        let before = turn.state(&self.key).and_then(|state| state.payment()?.applied().cloned());
        let Some(command) = command_of(answer) else { return Ok((unrecorded(answer), None)) };
        turn.speaks(Actor::Counterparty("bank".into()), word(&command), at(&command, turn.now()));
        let now = Command::At(turn.now(), Box::new(command));
        match turn.decide(&self.key, &now) {
            Ok(events) => {
                let after = turn.state(&self.key).and_then(|s| s.payment()?.applied().cloned());
                let applied = after.filter(|_| before.is_none());
                Ok((Heard::Recorded(events), applied))
            }
            Err(DecideError::Refused(refusal)) => {
                Ok((self.contradiction(turn, answer, &refusal)?, None))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn contradiction<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &BankAnswer,
        refusal: &Refusal,
    ) -> Result<Heard, NotDone> {
        let text: Arc<str> = refusal.to_string().into();
        let Some(record) = record(&self.no, answer) else { return Ok(Heard::Contradicts(text, 0)) };
        let kind = match refusal {
            Refusal::ReceiptDiffers { .. } => Kind::PaidAmountDiffers,
            Refusal::DeclinedAfterReceipt { .. } => Kind::RejectedAfterConfirmed,
            Refusal::ReturnedTwice { .. } => Kind::PaidTwice,
            _ => Kind::Other,
        };
        let state = turn.state(&self.key).and_then(payment::State::payment);
        let ours = state.and_then(Payment::applied).map(of_receipt).unwrap_or_default();
        let about = About { order: Some(self.order.clone()), ..About::default() };
        let found = finding(kind, &text, ours, figures(answer));
        let events = cases::open(turn, &record, about, vec![found])?;
        Ok(Heard::Contradicts(text, events))
    }
}

/// What an answer says that is recorded.
fn command_of(answer: &BankAnswer) -> Option<Command> {
    match answer {
        BankAnswer::Charge(ChargeAnswer::Paid(receipt)) => {
            Some(Command::RecordPaid(receipt.clone()))
        }
        BankAnswer::Charge(ChargeAnswer::Declined(cause)) => {
            Some(Command::RecordDecline(cause.clone()))
        }
        BankAnswer::Refund(no, RefundAnswer::Refunded(serial)) => {
            Some(Command::RecordReturned { no: no.clone(), serial: serial.clone() })
        }
        BankAnswer::Charge(
            ChargeAnswer::NotFound | ChargeAnswer::Pending(_) | ChargeAnswer::Unknown(_),
        )
        | BankAnswer::Refund(
            _,
            RefundAnswer::Refused(_)
            | RefundAnswer::NotFound
            | RefundAnswer::Pending(_)
            | RefundAnswer::Unknown(_),
        )
        | BankAnswer::Payout(..) => None,
    }
}

/// What the others are to the saga.
fn unrecorded(answer: &BankAnswer) -> Heard {
    match answer {
        BankAnswer::Charge(ChargeAnswer::NotFound)
        | BankAnswer::Refund(_, RefundAnswer::NotFound) => Heard::NotFound,
        BankAnswer::Charge(ChargeAnswer::Pending(cause))
        | BankAnswer::Refund(_, RefundAnswer::Pending(cause)) => Heard::Pending(cause.clone()),
        BankAnswer::Charge(ChargeAnswer::Unknown(cause))
        | BankAnswer::Refund(_, RefundAnswer::Unknown(cause)) => Heard::Unknown(cause.clone()),
        BankAnswer::Refund(_, RefundAnswer::Refused(cause)) => Heard::Refused(cause.clone()),
        BankAnswer::Charge(ChargeAnswer::Paid(_) | ChargeAnswer::Declined(_))
        | BankAnswer::Refund(_, RefundAnswer::Refunded(_))
        | BankAnswer::Payout(..) => {
            Heard::Refused(Cause::new("no_payout", "nothing is paid out on this leg"))
        }
    }
}

/// How an operator names a refund: the last part of its number.
pub fn end_name(no: &PaymentNo) -> &str {
    no.as_str().rsplit_once('.').map_or("refund", |(_, last)| last)
}

const fn word(command: &Command) -> &'static str {
    match command {
        Command::RecordPaid(_) => "payment",
        Command::RecordDecline(_) => "decline",
        Command::At(..)
        | Command::Request(_)
        | Command::Close(_)
        | Command::CloseLate { .. }
        | Command::SendBack(..)
        | Command::RecordReturned { .. } => "refund",
    }
}

/// The business instant of what the bank says. What it states of a receipt is bounded elsewhere
/// before it decides anything; as the instant of the event it is what was stated.
const fn at(command: &Command, now: Timestamp) -> Timestamp {
    match command {
        Command::RecordPaid(receipt) => receipt.paid_at,
        Command::At(..)
        | Command::RecordDecline(_)
        | Command::Request(_)
        | Command::Close(_)
        | Command::CloseLate { .. }
        | Command::SendBack(..)
        | Command::RecordReturned { .. } => now,
    }
}
