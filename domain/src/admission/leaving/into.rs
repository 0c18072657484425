//! The fund that a conversion buys: its own limits on the day.

use super::{AdmittedInto, Into, Leaving, Refusal};
use crate::{
    admission::{Order, checks, day_max, topup},
    calendar::TradingDay,
    fund::{ConversionPair, FundTerms},
    ids::InvestorId,
    investor::{CustomerType, InvestorProfile, SalesChannel},
    limits::{ExcessPolicy, LimitKey},
    time::Timestamp,
};
use chrono::NaiveTime;

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
        id_valid_until: Some(a.investor.id_valid_until),
        worth,
        counted: worth.and_then(|_| key(&into.fund, &a.investor.id, a, t)),
    })
}

/// Whether the same worth may be bought of the target on a later T, by its terms of that T: the limits of one
/// order, and whether the investor is [still fit for it](crate::admission::again). `holds`: shares of the target
/// are held by now.
///
/// # Errors
/// The first [`Refusal`](crate::admission::Refusal) that applies.
pub fn bought_on(
    was: &AdmittedInto,
    (investor, customer): (&InvestorId, CustomerType),
    (fund, holds): (&FundTerms, bool),
    t: TradingDay,
) -> Result<(), crate::admission::Refusal> {
    checks::papers_again(was.id_valid_until, t)?;
    if let Some(amount) = was.worth {
        let held = holds.then_some(fund.code);
        let investor = &InvestorProfile::judged_as(investor.clone(), customer, held);
        let at = Timestamp::shanghai(t.date(), NaiveTime::MIN);
        // Nothing of it depends on the channel.
        let channel = SalesChannel::DirectOnline;
        let order = Order { amount, investor, channel, at, warning_confirmed: None };
        checks::order_limits(&order, fund, true)?;
    }
    match &was.suitability {
        Some(known) => checks::suitable_again(known, fund, t).map(drop),
        None => Ok(()),
    }
}

fn key(fund: &FundTerms, investor: &InvestorId, a: &Leaving, t: TradingDay) -> Option<LimitKey> {
    super::super::buying::limit_key(fund, investor, (a.investor.customer_type, a.channel), t)
}
