//! The fund that a conversion buys: its own limits on the day.

use super::{AdmittedInto, Into, Leaving, Refusal};
use crate::{
    admission::{self, Order, checks},
    calendar::TradingDay,
    fund::{ConversionPair, FundTerms},
    ids::InvestorId,
    limits::LimitKey,
    money::Amount,
};

/// What the target lets in of it.
pub(super) fn target(
    a: &Leaving,
    into: &Into,
    pair: &ConversionPair,
    t: TradingDay,
) -> Result<AdmittedInto, Refusal> {
    let order = a.order();
    checks::day_not_refused(&into.fund, into.used, t)?;
    let worth = a.worth();
    if worth.is_some() {
        checks::order_limits(&order, &into.fund, true)?;
        if let Some(room) = checks::day_limit(&order, &into.fund, (into.used, t), None)? {
            // A conversion is by shares, so no part of it fits an amount.
            return Err(above_day(&order, into, room, t).into());
        }
    }
    Ok(AdmittedInto {
        terms: into.fund.version.clone(),
        fee_schedule: into.fund.fees.version.clone(),
        topup_discount: pair.topup_discount,
        rule: pair.rule.clone(),
        suitability: None,
        worth,
        counted: worth.and_then(|_| key(&into.fund, &a.investor.id, a, t)),
    })
}

fn key(fund: &FundTerms, investor: &InvestorId, a: &Leaving, t: TradingDay) -> Option<LimitKey> {
    super::super::buying::limit_key(fund, investor, (a.investor.customer_type, a.channel), t)
}

fn above_day(order: &Order<'_>, into: &Into, room: Amount, day: TradingDay) -> admission::Refusal {
    let used = into.used.used();
    admission::Refusal::AboveDayMaximum {
        fund: into.fund.code,
        amount: order.amount,
        used,
        max: used.plus(room.into()).unwrap_or(used),
        room: room.into(),
        day,
        policy: crate::limits::ExcessPolicy::AcceptUpToLimit,
        notice: None,
    }
}
