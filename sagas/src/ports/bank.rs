//! Moves money between an investor's account and the settlement account.

use fundflow_domain::{
    ids::{AccountRef, OrderId, PaymentNo},
    money::Amount,
    orders::{Cause, Serial},
    payment::Receipt,
    payout::Transfer,
};
use fundflow_kernel::{envelope::StreamName, streams::Key};
use fundflow_runtime::port::{Keyed, Payload, Port};
use std::{future::Future, sync::Arc};

/// Take money from an account for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The number of the payment: the idempotency key of the call.
    pub no: PaymentNo,
    /// The account that pays.
    pub account: AccountRef,
    /// Yuan to take from the account.
    pub amount: Amount,
    /// The order that is paid for.
    pub order: OrderId,
}

/// What a charge, or the query for it, is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeAnswer {
    /// The bank has taken the money.
    Paid(Receipt),
    /// No money moved and none will.
    Declined(Cause),
    /// Only to a query: the bank never heard of that number.
    NotFound,
    /// The bank has it, and has not decided.
    Pending(Cause),
    /// No answer came: not even that it is not known yet.
    Unknown(Cause),
}

/// Send money back to the account that paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The number of the refund: the idempotency key of the call.
    pub no: PaymentNo,
    /// The account that paid; money goes back nowhere else.
    pub account: AccountRef,
    /// Yuan to send back.
    pub amount: Amount,
    /// The order that it was paid for.
    pub order: OrderId,
}

/// What a refund is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money is back; the bank's number.
    Refunded(Serial),
    /// The account cannot take it (closed, frozen). A person must find another way.
    Refused(Cause),
    /// Only to a query: the bank never heard of that number.
    NotFound,
    /// The bank has it, and the money is on its way.
    Pending(Cause),
    /// Nobody answered; the same refund may be sent again.
    Unknown(Cause),
}

/// Pay an investor what a redemption brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// The number of the payout: the idempotency key of the call.
    pub no: PaymentNo,
    /// The investor's own account: money goes back where it came from.
    pub account: AccountRef,
    /// Yuan to pay out.
    pub amount: Amount,
    /// The order that it comes from.
    pub order: OrderId,
}

/// What a payout is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayoutAnswer {
    /// The bank says that the money arrived.
    PaidOut(Transfer),
    /// The account cannot take it. A person must find another way.
    Refused(Cause),
    /// Only to a query: the bank never heard of that number.
    NotFound,
    /// The bank has it, and the money is on its way.
    Pending(Cause),
    /// Nobody answered; the same payout may be sent again.
    Unknown(Cause),
}

/// What can be asked of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankCall {
    /// Take money from the investor's account.
    Charge(Charge),
    /// Send money back to the account that paid.
    Refund(Refund),
    /// Pay money out to the investor's account.
    Payout(Payout),
    /// Say what became of a refund that a person has taken over; move nothing.
    AskRefund(Refund),
    /// The same of a payout.
    AskPayout(Payout),
}

impl Keyed for BankCall {
    fn key(&self) -> Arc<str> {
        match self {
            BankCall::Charge(charge) => charge.no.clone().into(),
            BankCall::Refund(refund) | BankCall::AskRefund(refund) => refund.no.clone().into(),
            BankCall::Payout(payout) | BankCall::AskPayout(payout) => payout.no.clone().into(),
        }
    }
}

/// Answers of a bank, by kind of call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankAnswer {
    /// What the bank says of a charge.
    Charge(ChargeAnswer),
    /// About the refund of that number.
    Refund(PaymentNo, RefundAnswer),
    /// About the payout of that number.
    Payout(PaymentNo, PayoutAnswer),
}

/// News of a bank that nobody asked for, about the payment or payout of that number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankNotice(pub BankAnswer);

/// A bank or payment channel. Implement this and register it as [`Bank`].
pub trait PaymentChannel: Send + Sync + 'static {
    /// Takes money, once per payment number.
    fn charge(&self, charge: Charge) -> impl Future<Output = ChargeAnswer> + Send;
    /// Asks for the state of the charge.
    fn query(&self, charge: Charge) -> impl Future<Output = ChargeAnswer> + Send;
    /// Sends money back, once per refund number.
    fn refund(&self, refund: Refund) -> impl Future<Output = RefundAnswer> + Send;
    /// How that refund stands; sends nothing.
    fn query_refund(&self, refund: Refund) -> impl Future<Output = RefundAnswer> + Send;
    /// Pays out, once per payout number.
    fn pay_out(&self, payout: Payout) -> impl Future<Output = PayoutAnswer> + Send {
        let _ = payout;
        std::future::ready(PayoutAnswer::Refused(Cause::new(
            "not_offered",
            "this bank pays nothing out",
        )))
    }
    /// How that payout stands; pays nothing.
    fn query_payout(&self, payout: Payout) -> impl Future<Output = PayoutAnswer> + Send;
}

/// A payment channel as a port.
#[derive(Debug)]
pub struct Bank<C>(pub Arc<C>);

impl<C: PaymentChannel> Port for Bank<C> {
    type Call = BankCall;
    type Answer = BankAnswer;

    async fn call(&self, call: BankCall) -> BankAnswer {
        match call {
            BankCall::Charge(charge) => BankAnswer::Charge(self.0.charge(charge).await),
            BankCall::Refund(refund) => {
                BankAnswer::Refund(refund.no.clone(), self.0.refund(refund).await)
            }
            BankCall::Payout(payout) => {
                BankAnswer::Payout(payout.no.clone(), self.0.pay_out(payout).await)
            }
            BankCall::AskRefund(_) | BankCall::AskPayout(_) => self.query(call).await,
        }
    }

    async fn query(&self, call: BankCall) -> BankAnswer {
        match call {
            BankCall::Charge(charge) => BankAnswer::Charge(self.0.query(charge).await),
            // Money that leaves is sent again under its number: that is the question.
            BankCall::Refund(refund) => {
                BankAnswer::Refund(refund.no.clone(), self.0.refund(refund).await)
            }
            BankCall::Payout(payout) => {
                BankAnswer::Payout(payout.no.clone(), self.0.pay_out(payout).await)
            }
            // Unless somebody else may have sent it by now.
            BankCall::AskRefund(refund) => {
                BankAnswer::Refund(refund.no.clone(), self.0.query_refund(refund).await)
            }
            BankCall::AskPayout(payout) => {
                BankAnswer::Payout(payout.no.clone(), self.0.query_payout(payout).await)
            }
        }
    }

    fn silence(call: &BankCall, cause: Cause) -> BankAnswer {
        match call {
            BankCall::Charge(_) => BankAnswer::Charge(ChargeAnswer::Unknown(cause)),
            BankCall::Refund(refund) | BankCall::AskRefund(refund) => {
                BankAnswer::Refund(refund.no.clone(), RefundAnswer::Unknown(cause))
            }
            BankCall::Payout(payout) | BankCall::AskPayout(payout) => {
                BankAnswer::Payout(payout.no.clone(), PayoutAnswer::Unknown(cause))
            }
        }
    }
}

/// What a bank tells unasked about a charge, for `Engine::deliver`.
pub fn charge_notice(no: &PaymentNo, answer: ChargeAnswer) -> (StreamName, Payload) {
    let stream = Key::<fundflow_domain::payment::Payments>::of(no).stream().clone();
    (stream, Arc::new(BankNotice(BankAnswer::Charge(answer))))
}

/// What a bank tells unasked about a refund of that payment.
pub fn refund_notice(
    payment: &PaymentNo,
    refund: PaymentNo,
    answer: RefundAnswer,
) -> (StreamName, Payload) {
    let stream = Key::<fundflow_domain::payment::Payments>::of(payment).stream().clone();
    (stream, Arc::new(BankNotice(BankAnswer::Refund(refund, answer))))
}

/// What a bank tells unasked about a payout. Later attempts of one payout share its stream.
pub fn payout_notice(
    payout: &PaymentNo,
    attempt: PaymentNo,
    answer: PayoutAnswer,
) -> (StreamName, Payload) {
    let stream = Key::<fundflow_domain::payout::Payouts>::of(payout).stream().clone();
    (stream, Arc::new(BankNotice(BankAnswer::Payout(attempt, answer))))
}
