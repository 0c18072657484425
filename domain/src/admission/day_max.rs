//! What a day's limit lets in of an order, and what is to be said of the rest.

use super::{Order, Refusal, checks::order_limits, words::because};
use crate::{
    calendar::TradingDay,
    day_limit::DayTally,
    fund::FundTerms,
    ids::FundCode,
    limits::ExcessPolicy,
    money::{Amount, Money},
};
use serde::{Deserialize, Serialize};

pub(super) fn day_not_refused(
    fund: &FundTerms,
    day: DayTally,
    t: TradingDay,
) -> Result<(), Refusal> {
    if day.is_refused() {
        return Err(Refusal::DayRefused { fund: fund.code, day: t });
    }
    Ok(())
}

/// Returns what fits of an amount that does not, in whole steps, where the manager accepts that.
pub(super) fn day_limit(
    a: &Order<'_>,
    fund: &FundTerms,
    (day, t): (DayTally, TradingDay),
    step: Option<Amount>,
) -> Result<Option<Fitting>, Refusal> {
    day_not_refused(fund, day, t)?;
    let used = day.used();
    let Some(cap) = fund.limits.day_cap(a.investor.customer_type, a.channel, t.date()) else {
        return Ok(None);
    };
    let max = cap.max.amount;
    if used.plus(a.amount.into()).is_some_and(|sum| sum <= max) {
        return Ok(None);
    }
    let room = max.minus(used).unwrap_or(Money::ZERO);
    if cap.max.on_excess == ExcessPolicy::AcceptUpToLimit
        && let Some(fitting) = Amount::checked(room.decimal())
        && let Some(fitting) = step.map_or(Some(fitting), |step| fitting.floored_to(step))
    {
        let notice = cap.notice.map(str::to_owned);
        let (amount, fund, asked, day) = (fitting, fund.code, a.amount, t);
        return Ok(Some(Fitting { amount, fund, asked, used, max, day, notice }));
    }
    Err(Refusal::AboveDayMaximum {
        fund: fund.code,
        amount: a.amount,
        used,
        max,
        room,
        day: t,
        policy: cap.max.on_excess,
        notice: cap.notice.map(str::to_owned),
    })
}

/// What the day's limit lets in of an amount is no order of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(
    "amount {amount} after {used} on {day} is above {max}, the most of fund {fund} in a day{}; only \
     {part} of it fits, and {rule}",
    because(notice.as_deref())
)]
pub struct PartRefused {
    /// The fund whose limit it is.
    pub fund: FundCode,
    /// The requested amount, in yuan.
    pub amount: Amount,
    /// Gross amounts of earlier orders of the day, in yuan.
    pub used: Money,
    /// The most yuan of one investor and day.
    pub max: Money,
    /// What fits of the amount.
    pub part: Amount,
    /// The T on which amounts are counted.
    pub day: TradingDay,
    /// The notice that set the limit, if it was one.
    pub notice: Option<String>,
    /// Why the part may not be ordered.
    pub rule: Box<Refusal>,
}

/// What a day's limit lets in of an amount, and which limit that is.
pub(super) struct Fitting {
    pub(super) amount: Amount,
    fund: FundCode,
    asked: Amount,
    used: Money,
    max: Money,
    day: TradingDay,
    notice: Option<String>,
}

impl Fitting {
    /// What is left over must still be an order of its own.
    pub(super) fn is_an_order(
        &self,
        order: &Order<'_>,
        fund: &FundTerms,
        by_conversion: bool,
    ) -> Result<(), Refusal> {
        let part = Order { amount: self.amount, ..*order };
        order_limits(&part, fund, by_conversion).map_err(|rule| self.refused(rule))
    }

    /// The part may not be ordered: the limit and that rule are why.
    pub(super) fn refused(&self, rule: Refusal) -> Refusal {
        Refusal::PartRefused(PartRefused {
            fund: self.fund,
            amount: self.asked,
            used: self.used,
            max: self.max,
            part: self.amount,
            day: self.day,
            notice: self.notice.clone(),
            rule: Box::new(rule),
        })
    }

    /// No part of the order can be taken, for all that fits.
    pub(super) fn not_in_part(self, policy: ExcessPolicy) -> Refusal {
        Refusal::AboveDayMaximum {
            fund: self.fund,
            amount: self.asked,
            used: self.used,
            max: self.max,
            room: self.amount.into(),
            day: self.day,
            policy,
            notice: self.notice,
        }
    }
}
