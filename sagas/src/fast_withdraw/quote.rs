//! What a fast withdrawal would come to, and what of the day's quota is left besides.

use super::saga::FastWithdraw;
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    fast_quota::DAY_MAX,
    money::{Money, Nav, Shares},
};
use fundflow_kernel::streams::Streams;
use fundflow_runtime::{quote::Quoted, saga::Preparing};

/// Quote of a fast withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The natural day, in Shanghai, on which the cash counts.
    pub day: NaiveDate,
    /// The most of that day, over all channels and all share classes. Yuan.
    pub max: Money,
    /// Amount that counts already, in yuan.
    pub used: Money,
    /// What is left for others once this is counted. Yuan.
    pub left: Money,
    /// How many leave: what was asked, or all where too few would stay behind.
    pub shares: Shares,
    /// What the bank pays at once. Yuan.
    pub cash: Money,
    /// The T whose batch redeems the shares.
    pub trade_date: TradingDay,
    /// The day on which the registrar must have confirmed it.
    pub confirm_by: TradingDay,
    /// The day on which the fund's money is there that the bank gets back.
    pub repaid_by: TradingDay,
}

impl Quoted for FastWithdraw {
    type Quote = Quote;

    fn quote(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Result<Quote, Self::Refusal> {
        let (promise, _) = self.prepared(streams, of)?;
        let it = &promise.admitted;
        let quota = self.quota(of);
        let used = self.used(streams, of, &quota);
        let terms = (self.house.funds)(of.request.fund, it.trade_date.date());
        let max = terms.and_then(|terms| terms.limits.fast_redemption_day_max);
        let max = max.map_or(DAY_MAX, |max| max.min(DAY_MAX));
        let cash = it.shares.value_half_up(Nav::ONE).unwrap_or_default();
        let left = max.minus(used).and_then(|room| room.minus(cash));
        Ok(Quote {
            day: quota.day,
            max,
            used,
            left: left.unwrap_or_default(),
            shares: it.shares,
            cash,
            trade_date: it.trade_date,
            confirm_by: it.confirm_by,
            repaid_by: it.paid_by,
        })
    }
}
