//! Terms out of the catalogue, for quotes that name a fund.

use super::{
    answer::{Failure, needed},
    values::{ChannelName, RateText},
};
use crate::fund_command;
use chrono::NaiveDate;
use fundflow_domain::{
    explain,
    fees::{
        Business, Channel,
        discount::{DiscountCase, Discounted},
        regime::Regimes,
        tiers::Charge,
    },
    fund::{FundKind, FundTerms},
    ids::FundCode,
    money::{Discount, Money, Nav},
};
use std::{path::Path, sync::Arc};

/// The terms of a fund on a day, if a fund is named.
pub(super) fn resolve(
    fund: Option<FundCode>,
    on: Option<NaiveDate>,
    catalogue: Option<&Path>,
) -> Result<Option<Arc<FundTerms>>, Failure> {
    let Some(fund) = fund else { return Ok(None) };
    let on = needed(on, "on", "the T of the order as YYYY-MM-DD, together with a fund")?;
    resolve_fund(fund, on, catalogue).map(Some)
}

fn resolve_fund(
    fund: FundCode,
    on: NaiveDate,
    catalogue: Option<&Path>,
) -> Result<Arc<FundTerms>, Failure> {
    let catalogue = fund_command::opened(catalogue).map_err(|errors| {
        Failure::Catalogue(errors.first().map_or_else(String::new, ToString::to_string))
    })?;
    catalogue.on(fund, on).ok_or(Failure::NoTerms { fund, on })
}

/// The price that was typed; that of a money fund is known, and no other one is taken.
pub(super) fn price_of(
    fund: Option<&FundTerms>,
    (flag, typed, what): (&'static str, Option<Nav>, &'static str),
) -> Result<Nav, Failure> {
    let Some(fund) = fund.filter(|fund| fund.kind == FundKind::Money) else {
        return needed(typed, flag, what);
    };
    match typed.filter(|typed| *typed != Nav::ONE) {
        Some(_) => Err(Failure::AtPar { flag, fund: fund.code }),
        None => Ok(Nav::ONE),
    }
}

/// A fee that was put off is a rate of what each lot cost, and a quote does not know that.
pub(super) fn no_back_end(fund: &FundTerms) -> Result<(), Failure> {
    match fund.fees.back_end {
        Some(_) => Err(Failure::BackEnd { fund: fund.code }),
        None => Ok(()),
    }
}

/// The published regimes on fees.
pub(super) fn regimes() -> Result<Regimes, Failure> {
    Regimes::published().map_err(|error| Failure::Internal(error.to_string()))
}

/// The charge that was typed; a file could say both.
pub(super) fn typed(
    (rate_flag, rate): (&'static str, Option<RateText>),
    (fixed_flag, fixed): (&'static str, Option<Money>),
) -> Result<Option<Charge>, Failure> {
    match (rate, fixed) {
        (Some(_), Some(_)) => Err(Failure::Both { left: rate_flag, right: fixed_flag }),
        (Some(rate), None) => Ok(Some(Charge::Rate(rate.0))),
        (None, fixed) => Ok(fixed.map(Charge::Fixed)),
    }
}

/// What an order is charged, and how that came about.
pub(super) struct Charged {
    pub(super) charge: Charge,
    pub(super) explain: Vec<String>,
}

/// The typed charge after the typed discount; without a typed charge the fund's, after the typed
/// discount or the strongest of the fund's own.
pub(super) fn charged(
    typed: Option<Charge>,
    discount: Option<Discount>,
    terms: Option<&FundTerms>,
    amount: Money,
    case: DiscountCase,
) -> Result<Charged, Failure> {
    if let Some(charge) = typed {
        return Ok(discounted(charge, discount.unwrap_or(Discount::NONE)));
    }
    let missing = Failure::Missing { flag: "rate", allowed: "--rate, --fixed-fee or --fund" };
    let fund = terms.ok_or(missing)?;
    let tier = fund.fees.tiers_for(case.business)?.at(amount);
    let mut explain = vec![format!("tier from {} of schedule {}", tier.from, fund.fees.version)];
    if let Some(discount) = discount {
        let after = discounted(tier.charge, discount);
        explain.extend(after.explain);
        return Ok(Charged { charge: after.charge, explain });
    }
    let after: Discounted = fund.fees.charge_for(amount, &fund.discounts, case)?;
    explain.extend(after.explain());
    Ok(Charged { charge: after.charge, explain })
}

fn discounted(charge: Charge, discount: Discount) -> Charged {
    match charge {
        Charge::Rate(rate) => {
            let after = rate.discounted_half_up(discount);
            let by = discount.decimal().normalize();
            let line =
                format!("rate = {} × {by} = {}", explain::percent(rate), explain::percent(after));
            Charged { charge: Charge::Rate(after), explain: vec![line] }
        }
        Charge::Fixed(fee) => {
            let line = format!("charge: {fee} per order; a fixed fee is not discounted");
            Charged { charge, explain: vec![line] }
        }
    }
}

/// The order that asks the fund for a discount. Without a day no fund is named and nobody asks.
pub(super) fn case(
    business: Business,
    channel: Option<ChannelName>,
    on: Option<NaiveDate>,
) -> DiscountCase {
    let channel = channel.map_or(Channel::DirectOnline, Channel::from);
    DiscountCase { channel, business, on: on.unwrap_or_default() }
}
