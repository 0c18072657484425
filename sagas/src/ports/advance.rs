//! A bank with a licence to sell funds, which pays investors out of its own money and gets it back
//! from the fund.

use fundflow_domain::{
    advance::{Advances, Transfer},
    ids::{AccountRef, OrderId, PaymentNo},
    money::Amount,
    orders::Cause,
};
use fundflow_kernel::{envelope::StreamName, streams::Key};
use fundflow_runtime::port::{Keyed, Payload, Port};
use std::{future::Future, sync::Arc};

/// Pay the investor now, out of the bank's own money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Idempotency key at the bank.
    pub no: PaymentNo,
    /// The investor's own account: money goes back where it came from.
    pub account: AccountRef,
    /// Yuan, each one a share.
    pub amount: Amount,
    /// The order that moves the shares to the bank.
    pub order: OrderId,
}

/// What an advance, or the query for it, is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvanceAnswer {
    /// The investor has the money.
    Advanced(Transfer),
    /// The bank pays nothing and never will.
    Declined(Cause),
    /// Only to a query: the bank never heard of that number.
    NotFound,
    /// The bank has it, and has not decided.
    Pending(Cause),
    /// No answer came: not even that it is not known yet.
    Unknown(Cause),
}

/// Take back what was advanced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repayment {
    /// Idempotency key at the bank.
    pub no: PaymentNo,
    /// The advance that it repays.
    pub advance: PaymentNo,
    /// Yuan, as many as were advanced.
    pub amount: Amount,
}

/// What a repayment is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepaymentAnswer {
    /// The bank has its money back.
    Repaid(Transfer),
    /// It cannot be taken. A person must find another way.
    Refused(Cause),
    /// Only to a query: the bank never heard of that number.
    NotFound,
    /// The bank has it, and has not taken its money yet.
    Pending(Cause),
    /// Nobody answered; the same repayment may be sent again.
    Unknown(Cause),
}

/// What can be asked of the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvanceCall {
    /// Money to the investor.
    Advance(Advance),
    /// Money back to the bank.
    Repay(Repayment),
    /// Say what became of a repayment that a person has taken over; move nothing.
    AskRepayment(Repayment),
}

impl Keyed for AdvanceCall {
    fn key(&self) -> Arc<str> {
        match self {
            AdvanceCall::Advance(advance) => advance.no.clone().into(),
            AdvanceCall::Repay(repayment) | AdvanceCall::AskRepayment(repayment) => {
                repayment.no.clone().into()
            }
        }
    }
}

/// Answer of the bank to an advance or a repayment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvanceSaid {
    /// What the bank says of an advance.
    Advance(AdvanceAnswer),
    /// What the bank says of an advance's repayment.
    Repayment(RepaymentAnswer),
}

/// News of the bank that nobody asked for, about the advance of that stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvanceNotice(pub AdvanceSaid);

/// A licensed bank that advances. Implement this and register it as [`Advancing`].
pub trait AdvanceBank: Send + Sync + 'static {
    /// Pays the investor, once per number.
    fn advance(&self, advance: Advance) -> impl Future<Output = AdvanceAnswer> + Send;
    /// Asks for the state of the advance.
    fn query(&self, advance: Advance) -> impl Future<Output = AdvanceAnswer> + Send;
    /// Takes its money back, once per number.
    fn repay(&self, repayment: Repayment) -> impl Future<Output = RepaymentAnswer> + Send;
    /// How that repayment stands; moves nothing.
    fn query_repayment(&self, repayment: Repayment)
    -> impl Future<Output = RepaymentAnswer> + Send;
}

/// An advancing bank as a port.
#[derive(Debug)]
pub struct Advancing<B>(pub Arc<B>);

impl<B: AdvanceBank> Port for Advancing<B> {
    type Call = AdvanceCall;
    type Answer = AdvanceSaid;

    async fn call(&self, call: AdvanceCall) -> AdvanceSaid {
        match call {
            AdvanceCall::Advance(advance) => AdvanceSaid::Advance(self.0.advance(advance).await),
            AdvanceCall::Repay(repayment) => AdvanceSaid::Repayment(self.0.repay(repayment).await),
            AdvanceCall::AskRepayment(_) => self.query(call).await,
        }
    }

    async fn query(&self, call: AdvanceCall) -> AdvanceSaid {
        match call {
            AdvanceCall::Advance(advance) => AdvanceSaid::Advance(self.0.query(advance).await),
            // Money that leaves is sent again under its number: that is the question.
            AdvanceCall::Repay(repayment) => AdvanceSaid::Repayment(self.0.repay(repayment).await),
            // Unless somebody else may have sent it by now.
            AdvanceCall::AskRepayment(repayment) => {
                AdvanceSaid::Repayment(self.0.query_repayment(repayment).await)
            }
        }
    }

    fn silence(call: &AdvanceCall, cause: Cause) -> AdvanceSaid {
        match call {
            AdvanceCall::Advance(_) => AdvanceSaid::Advance(AdvanceAnswer::Unknown(cause)),
            AdvanceCall::Repay(_) | AdvanceCall::AskRepayment(_) => {
                AdvanceSaid::Repayment(RepaymentAnswer::Unknown(cause))
            }
        }
    }
}

/// What the bank tells unasked about an advance or its repayment, for `Engine::deliver`.
pub fn notice(advance: &PaymentNo, said: AdvanceSaid) -> (StreamName, Payload) {
    let stream = Key::<Advances>::of(advance).stream().clone();
    (stream, Arc::new(AdvanceNotice(said)))
}
