//! The fund that a conversion buys: its own limits on the day.

use super::{AdmittedInto, Into, Leaving, Refusal};
use crate::{
    admission::{checks, day_max, topup},
    calendar::TradingDay,
    fund::{ConversionPair, FundTerms},
    ids::InvestorId,
    limits::{ExcessPolicy, LimitKey},
};

/// What the target lets in of it.
pub(super) fn target(
    a: &Leaving,
    into: &Into,
    pair: &ConversionPair,
    t: TradingDay,
) -> Result<AdmittedInto, Refusal> {
    let order = a.order();
    let topup = topup::rule(&a.fund, &into.fund, a.channel, t.date());
    day_max::day_not_refused(&into.fund, into.used, t)?;
    let worth = a.worth();
    if worth.is_some() {
        checks::order_limits(&order, &into.fund, true)?;
        if let Some(fitting) = day_max::day_limit(&order, &into.fund, (into.used, t), None)? {
            // A conversion is by shares, so no part of it fits an amount.
            return Err(fitting.not_in_part(ExcessPolicy::AcceptUpToLimit).into());
        }
    }
    Ok(AdmittedInto {
        terms: into.fund.version.clone(),
        fee_schedule: into.fund.fees.version.clone(),
        topup_discount: topup.as_ref().map_or(pair.topup_discount, |rule| rule.multiplier),
        rule: topup.map_or_else(|| pair.rule.clone(), |rule| rule.id),
        suitability: None,
        worth,
        counted: worth.and_then(|_| key(&into.fund, &a.investor.id, a, t)),
    })
}

fn key(fund: &FundTerms, investor: &InvestorId, a: &Leaving, t: TradingDay) -> Option<LimitKey> {
    super::super::buying::limit_key(fund, investor, (a.investor.customer_type, a.channel), t)
}
