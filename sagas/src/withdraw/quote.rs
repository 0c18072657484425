//! What a withdrawal would come to, as its own request decides it.

use super::{Plan, saga::Withdraw};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    money::{Income, Money, Nav, Shares},
    wallet::State,
};
use fundflow_kernel::streams::Streams;
use fundflow_runtime::{
    quote::Quoted,
    saga::{Preparing, Saga as _},
};

/// A money-market share is redeemed free of charge.
pub(super) const FEE: Money = Money::ZERO;

/// What a withdrawal would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The T that it would belong to.
    pub trade_date: TradingDay,
    /// The day on which the registrar must have confirmed it.
    pub confirm_by: TradingDay,
    /// The day on which the money is paid.
    pub paid_by: TradingDay,
    /// How many leave: what was asked, or all where too few would stay behind.
    pub shares: Shares,
    /// Their worth at 1.00. Yuan.
    pub gross: Money,
    /// What the redemption costs. Yuan.
    pub fee: Money,
    /// What is paid for the shares, without income. Yuan.
    pub payout: Money,
    /// Unpaid income that goes along, as far as it is known; `None` where it stays in the wallet.
    pub income: Option<Income>,
    /// The last natural day on which the shares earn: what they earn until then is added to the income.
    pub earns_until: Option<NaiveDate>,
}

impl Quoted for Withdraw {
    type Quote = Quote;

    fn quote(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Result<Quote, Self::Refusal> {
        let (promise, _) = self.prepare(streams, of)?;
        let gross = promise.shares.value_half_up(Nav::ONE).unwrap_or_default();
        let unpaid = || self.unpaid(streams, of);
        Ok(Quote {
            trade_date: promise.trade_date,
            confirm_by: promise.confirm_by,
            paid_by: promise.paid_by,
            shares: promise.shares,
            gross,
            fee: FEE,
            payout: gross.minus(FEE).unwrap_or_default(),
            income: promise.take_income.then(unpaid),
            earns_until: self.house.earns_until(promise.trade_date).ok(),
        })
    }
}

impl Withdraw {
    fn unpaid(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Income {
        let plan = Plan::of(&self.house, of.id, of.request, 0);
        plan.wallet.state(streams).map_or(Income::ZERO, State::unpaid_income)
    }
}
