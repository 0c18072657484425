//! Whom the engine talks to: a payment channel and a registrar. Ports; adapters live outside.
//!
//! 1. Every call carries its idempotency key (payment, refund or application number). The engine
//!    may make the same call again at any time, and the counterparty must act once.
//! 2. *Unknown* is an answer: a time-out, a broken connection, a reply that cannot be read. The
//!    engine then asks for the standing under the same key and assumes nothing meanwhile.
//! 3. Answers that come by themselves (a callback, a file) are delivered to the engine as
//!    [`Notice`]s; they may be early, late, repeated or contradicting.

use fundflow_domain::{
    calendar::TradingDay,
    fund_order::{Ask, Cause, Confirmation, Payment},
    ids::{AccountRef, ApplicationNo, FundCode, InvestorId, OrderId, PaymentNo},
    money::{Amount, Money},
    time::Timestamp,
};
use std::{future::Future, sync::Arc};

/// Take money from an account for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Idempotency key.
    pub no: PaymentNo,
    /// From where.
    pub account: AccountRef,
    /// How much.
    pub amount: Amount,
    /// For which order.
    pub order: OrderId,
}

/// What a charge, or the query for it, is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeAnswer {
    /// Money moved.
    Paid(Payment),
    /// No money moved and none will.
    Declined(Cause),
    /// Only to a query: the channel never heard of that number.
    NotFound,
    /// Nobody knows yet.
    Unknown(Cause),
}

/// Send money back to the account that paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Idempotency key.
    pub no: PaymentNo,
    /// Where to.
    pub account: AccountRef,
    /// How much.
    pub amount: Money,
    /// For which order.
    pub order: OrderId,
}

/// What a refund is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money is back; the channel's number.
    Refunded(Arc<str>),
    /// The account cannot take it (closed, frozen). A person must find another way.
    Refused(Cause),
    /// Nobody knows yet; the same refund may be sent again.
    Unknown(Cause),
}

/// An application to the registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Idempotency key, unique per distributor.
    pub no: ApplicationNo,
    /// For which order.
    pub order: OrderId,
    /// Whose.
    pub investor: InvestorId,
    /// Bought, or converted out of.
    pub fund: FundCode,
    /// What is asked.
    pub ask: Ask,
    /// T.
    pub trade_date: TradingDay,
    /// When it was handed in.
    pub applied_at: Timestamp,
}

/// What an application, or the query for it, is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationAnswer {
    /// Taken under the registrar's serial. Not yet success.
    Accepted(Arc<str>),
    /// Refused at the front or rejected in the batch: no shares will come of it.
    Rejected(Cause),
    /// Final numbers.
    Confirmed(Box<Confirmation>),
    /// Only to a query: the registrar never heard of that number.
    NotFound,
    /// Nobody knows yet.
    Unknown(Cause),
}

/// News that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The channel's callback.
    Payment(OrderId, ChargeAnswer),
    /// The registrar's callback, or a record of its file.
    Application(OrderId, ApplicationAnswer),
}

/// Moves money between an investor's account and the settlement account.
pub trait PaymentChannel: Send + Sync + 'static {
    /// Takes money, once per payment number.
    fn charge(&self, charge: Charge) -> impl Future<Output = ChargeAnswer> + Send;
    /// How the charge under that number stands.
    fn query(&self, no: PaymentNo) -> impl Future<Output = ChargeAnswer> + Send;
    /// Sends money back, once per refund number.
    fn refund(&self, refund: Refund) -> impl Future<Output = RefundAnswer> + Send;
}

/// Keeps the register of shares; its confirmation is the only truth on them.
pub trait Registrar: Send + Sync + 'static {
    /// Hands in an application, once per application number.
    fn submit(&self, application: Application) -> impl Future<Output = ApplicationAnswer> + Send;
    /// How the application under that number stands.
    fn query(&self, no: ApplicationNo) -> impl Future<Output = ApplicationAnswer> + Send;
}
