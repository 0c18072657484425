//! Orders as people read them.

use super::{Kept, Streams};
use fundflow_domain::{
    calendar::TradingDay,
    fund_order::{Ask, Cause, FundOrder, Order, Outcome, Stage, State},
    ids::{ApplicationNo, FundCode, InvestorId, OrderId, PaymentNo},
    money::{Amount, Money, Shares},
    time::Timestamp,
};
use serde::Serialize;
use std::sync::Arc;

/// Every order.
pub type Orders = Streams<FundOrder>;

/// A refund of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundRow {
    /// Its idempotency key at the channel.
    pub no: PaymentNo,
    /// How much.
    pub amount: Money,
    /// The channel has confirmed it.
    pub arrived: bool,
}

/// One order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderRow {
    /// Which.
    pub order: OrderId,
    /// Whose.
    pub investor: InvestorId,
    /// `purchase` or `conversion`.
    pub kind: &'static str,
    /// Bought, or converted out of.
    pub fund: FundCode,
    /// Converted into.
    pub into: Option<FundCode>,
    /// Asked, in yuan.
    pub amount: Option<Amount>,
    /// Asked, in shares of `fund`.
    pub shares: Option<Shares>,
    /// Its T.
    pub trade_date: TradingDay,
    /// How far it is.
    pub stage: &'static str,
    /// Why it ended without shares.
    pub cause: Option<Cause>,
    /// The number under which the registrar knows it.
    pub application: ApplicationNo,
    /// The number under which the channel knows its payment.
    pub payment: Option<PaymentNo>,
    /// The channel's number of the applied payment.
    pub payment_serial: Option<Arc<str>>,
    /// Money on its way back, or back.
    pub refunds: Vec<RefundRow>,
    /// Registered by it: of `fund`, or of `into`.
    pub confirmed_shares: Option<Shares>,
    /// When it was placed.
    pub since: Timestamp,
    /// When it last moved.
    pub moved: Timestamp,
}

impl OrderRow {
    /// `None` for a stream that holds no order.
    pub fn of(order: OrderId, kept: &Kept<FundOrder>) -> Option<Self> {
        let State::Known(known) = &kept.loaded.state else { return None };
        let Order { terms, stage, payment_no, payment, refunds, .. } = known.as_ref();
        let (kind, into, amount, shares) = match &terms.ask {
            Ask::Purchase { amount, .. } => ("purchase", None, Some(*amount), None),
            Ask::Conversion { shares, into, .. } => {
                ("conversion", Some(*into), None, Some(*shares))
            }
        };
        let refund = |refund: &fundflow_domain::fund_order::Refund| RefundRow {
            no: refund.no.clone(),
            amount: refund.amount,
            arrived: refund.arrived,
        };
        Some(Self {
            application: ApplicationNo::of(&order),
            order,
            investor: terms.investor.clone(),
            kind,
            fund: terms.fund,
            into,
            amount,
            shares,
            trade_date: terms.trade_date,
            stage: stage.name(),
            cause: cause_of(stage).cloned(),
            payment: payment_no.clone(),
            payment_serial: payment.clone(),
            refunds: refunds.iter().map(refund).collect(),
            confirmed_shares: confirmed_shares(stage),
            since: kept.since,
            moved: kept.moved,
        })
    }
}

fn cause_of(stage: &Stage) -> Option<&Cause> {
    match stage {
        Stage::Declined(cause) | Stage::Rejected(cause) | Stage::Cancelled(cause) => Some(cause),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Confirmed(_) => None,
    }
}

fn confirmed_shares(stage: &Stage) -> Option<Shares> {
    match stage {
        Stage::Confirmed(told) => Some(match &told.outcome {
            Outcome::Purchase(told) => told.shares,
            Outcome::Conversion(told) => told.shares_in,
        }),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Declined(_)
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => None,
    }
}
