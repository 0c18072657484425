//! May this discount purchase be placed, for which T, at which price day, rate and discount?
//!
//! A discount purchase buys shares of a money-market fund and converts them into a target fund. All
//! of its conditions are decided here, once, before any money moves; the answer is stored with the
//! order and nothing about it is ever looked up again.
//!
//! 1. [`admit`] reads nothing but its argument: the same [`Admission`] has the same answer for ever.
//! 2. The *order* is judged at the instant of the request (investor, suitability); the *day* is the
//!    T of the request, or, once paid, the T of the payment (status, limits, prices). A later T than was
//!    promised is [another decision](again), on both.
//! 3. [`Refusal`]s are checked in the order of their definition; the first one that applies is the
//!    answer.
//! 4. What is admitted is admitted for both funds and for both steps. Where the manager accepts up to
//!    the day's limit, what fits is accepted; elsewhere the refusal says what would fit.

use crate::{
    application::PromisedFee,
    calendar::{CalendarError, TradingCalendar, TradingDay},
    day_limit::DayTally,
    fees::tiers::{AmountTiers, Charge},
    fund::FundTerms,
    ids::VersionTag,
    investor::{CustomerType, InvestorProfile, SalesChannel},
    limits::LimitKey,
    modes::{self, ConversionMode},
    money::{Amount, Discount, Rate, Shares},
    suitability::{Suitability, SuitabilityRules},
    time::Timestamp,
};
use cash_out::Balance;
use chrono::NaiveDate;
use days::Days;
use later::Later;
use offers::Tried;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

pub mod again;
pub mod again_and_again;
pub mod buying;
pub mod cash_out;
mod checks;
pub mod countable;
mod day_max;
mod days;
mod held;
pub mod later;
mod least;
pub mod leaving;
pub mod offers;
mod refusal;
pub mod target;
pub mod topup;
mod words;

pub use day_max::PartRefused;
pub use held::HeldShares;
pub use least::{FeeEats, TooFewRedeemed};
pub use refusal::Refusal;

/// Everything that a decision on a discount purchase looks at. Not stored.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Gross, fee included: yuan to the fen, never zero.
    pub amount: Amount,
    /// The instant of the request.
    pub at: Timestamp,
    /// The mode asked for; none: the earliest price that is possible.
    pub mode: Option<ConversionMode>,
    /// The investor who asks, with risk class and accounts.
    pub investor: InvestorProfile,
    /// The money-market fund's terms in force on T.
    pub wallet_fund: Arc<FundTerms>,
    /// The target fund's terms in force on T.
    pub target_fund: Arc<FundTerms>,
    /// The sales channel, on which limits depend.
    pub channel: SalesChannel,
    /// Which warning text the investor has confirmed.
    pub warning_confirmed: Option<VersionTag>,
    /// What has been bought of both funds already, of each on its own T.
    pub used_today: DayUse,
    /// What the wallet holds: its free shares are what the held mode can convert.
    pub balance: Balance,
    /// Registered shares of the wallet that no other order takes, by the day of registration: what the held
    /// mode would convert.
    pub lots: Vec<(NaiveDate, Shares)>,
    /// Terms of both funds that come into force before a later leg's own day.
    pub later: Later,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// What every check of an order by amount looks at.
#[derive(Debug, Clone, Copy)]
struct Order<'a> {
    amount: Amount,
    investor: &'a InvestorProfile,
    channel: SalesChannel,
    /// Validity of papers and levels is judged on the Shanghai date of it.
    at: Timestamp,
    warning_confirmed: Option<&'a VersionTag>,
}

/// What stands under the [limit keys](crate::limits::LimitKey) of both funds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayUse {
    /// Of the money-market fund, on T.
    pub wallet_fund: DayTally,
    /// Of the target fund, purchases, conversions in and plans, on each day that may be the target's
    /// own T; nothing stands on the others.
    pub target_fund: BTreeMap<TradingDay, DayTally>,
}

impl DayUse {
    fn of_target_on(&self, day: TradingDay) -> DayTally {
        self.target_fund.get(&day).copied().unwrap_or_default()
    }
}

/// The answer, as it is stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The instant of the request: nothing that belongs to it happened before.
    pub requested_at: Timestamp,
    /// T: the day whose batch carries the purchase of the money-market fund.
    pub trade_date: TradingDay,
    /// The day whose NAV prices the target.
    pub nav_date: TradingDay,
    /// The day on which the registrar must have confirmed the target's shares.
    pub confirm_by: TradingDay,
    /// How the shares get there.
    pub mode: ConversionMode,
    /// The calendar that gave the days.
    pub calendar: VersionTag,
    /// The money-market fund's terms.
    pub wallet_terms: VersionTag,
    /// The target fund's terms.
    pub target_terms: VersionTag,
    /// The target's published purchase rate for this amount; 0 where a fixed sum is charged.
    pub published_rate: Rate,
    /// The target's schedule that the rate is from.
    pub fee_schedule: VersionTag,
    /// What remains of it after the discount and its floor: a rate, or yuan per order.
    pub charge: Charge,
    /// The same of smaller amounts that may be confirmed of it, where they are charged otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<AmountTiers>,
    /// What the rate is multiplied with. A fixed sum is not discounted unless it is waived.
    pub discount: Discount,
    /// The rule that granted the discount.
    pub discount_rule: VersionTag,
    /// The verdicts on the money-market fund and on the target fund.
    pub suitability: Vec<Suitability>,
    /// Whose limits apply: those of natural persons and of institutions differ.
    pub customer: CustomerType,
    /// The last day of the investor's identity document; absent from events stored before the field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_valid_until: Option<NaiveDate>,
    /// Through whom it was ordered.
    pub channel: SalesChannel,
    /// Shares of the target were held already, so that its additional minimum applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_before: bool,
    /// The part of the amount that the day's limit lets in, where that is less than what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Amount>,
    /// The part that the target's own T lets in, where that T has moved and lets in less than the rest
    /// of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_accepted: Option<Amount>,
    /// The day's limits that the amount counts against, each fund's on the T of its own order; empty
    /// where no cap is in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<LimitKey>,
}

impl Admission {
    fn order(&self) -> Order<'_> {
        Order {
            amount: self.amount,
            investor: &self.investor,
            channel: self.channel,
            at: self.at,
            warning_confirmed: self.warning_confirmed.as_ref(),
        }
    }

    /// The smallest step that is one of every fund that is bought, where one has any.
    fn step_in(&self, mode: ConversionMode) -> Option<Amount> {
        let of = |fund: &FundTerms| fund.limits.of(self.investor.customer_type).step;
        let wallet = of(&self.wallet_fund).filter(|_| mode.buys_the_money_fund());
        match (wallet, of(&self.target_fund)) {
            (Some(wallet), Some(target)) => wallet.common_multiple(target),
            (one, other) => one.or(other),
        }
    }

    /// The day's limits that the amount would count against in that mode: none for a fund without a
    /// cap in force, and none for a money-market fund of which nothing is bought.
    fn limit_keys(&self, mode: ConversionMode, days: &Days) -> Vec<LimitKey> {
        let who = (self.investor.customer_type, self.channel);
        let key = |fund, day| buying::limit_key(fund, &self.investor.id, who, day);
        let wallet = mode.buys_the_money_fund().then(|| key(&self.wallet_fund, days.wallet_in));
        wallet.flatten().into_iter().chain(key(&self.target_fund, days.target_in)).collect()
    }
}

/// Decides on a request.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(a: &Admission) -> Result<Admitted, Refusal> {
    decide(a).map_err(|refusal| fitted(a, refusal.offering(|| instead(a))))
}

/// Names what would fit only where that would be admitted.
fn fitted(a: &Admission, refusal: Refusal) -> Refusal {
    let fits = |amount| decide(&Admission { amount, ..a.clone() }).is_ok();
    let mode = a.mode.unwrap_or(ConversionMode::LinkedSameDay);
    let step = a.calendar.t_of(a.at).map_or(None, |t| a.bought(mode, t).step_in(mode));
    held::fitting(a, refusal.fitting(step, fits), (step, fits))
}

/// Whether the same request would be admitted in each other mode, the earliest price first: decided as it
/// would be if it were asked for.
fn instead(a: &Admission) -> Tried {
    let others = ConversionMode::ALL.into_iter().filter(|mode| a.mode != Some(*mode));
    let tried = |mode| {
        let other = Admission { mode: Some(mode), ..a.clone() };
        let decided = decide(&other).map(drop);
        (mode, decided.map_err(|refusal| offers::against(&fitted(&other, refusal))))
    };
    others.map(tried).collect()
}

fn decide(a: &Admission) -> Result<Admitted, Refusal> {
    let trade_date = a.calendar.t_of(a.at).map_err(|error| no_day(&error))?;
    checks::funds(a, trade_date)?;
    checks::investor(&a.order())?;
    let mode = chosen_mode(a, Some(trade_date))?;
    let mut admitted = on_day(a, mode, trade_date)?;
    let bought = a.bought(mode, trade_date);
    admitted.suitability = checks::suitability(&bought, &SuitabilityRules::standard())?.to_vec();
    Ok(admitted)
}

/// All that depends on the day, and nothing that depends on who the investor is.
fn on_day(
    a: &Admission,
    mode: ConversionMode,
    trade_date: TradingDay,
) -> Result<Admitted, Refusal> {
    checks::funds(a, trade_date)?;
    let days = Days::of(a, mode, trade_date).map_err(|error| no_day(&error))?;
    let (own, bought) = (a.on_own_days(&days), a.bought(mode, trade_date));
    runs_by(&own, mode)?;
    checks::statuses(&own, &a.wallet_fund, mode, &days)?;
    checks::pair(&own, mode)?;
    least::redeemable(&own, mode)?;
    let accepted = checks::limits(&bought, mode, &days)?;
    let part = match &accepted {
        None => own.clone().into_owned(),
        Some(fitting) => {
            let part = Admission { amount: fitting.amount, ..own.clone().into_owned() };
            let leaves = checks::pair(&part, mode).and_then(|()| least::redeemable(&part, mode));
            leaves.map_err(|rule| fitting.refused(rule))?;
            part
        }
    };
    let price = checks::price(&part, mode, days.target_in);
    let paid = least::pays(part.target_fund.code, part.amount, &price, part.step_in(mode));
    paid.map_err(|rule| accepted.as_ref().map_or(rule.clone(), |fitting| fitting.refused(rule)))?;
    let accepted = accepted.map(|fitting| fitting.amount);
    Ok(Admitted {
        requested_at: a.at,
        trade_date,
        nav_date: days.target_in,
        confirm_by: days.confirm_by,
        mode,
        calendar: a.calendar.version().clone(),
        wallet_terms: if mode.is_conversion() { &own } else { a }.wallet_fund.version.clone(),
        target_terms: own.target_fund.version.clone(),
        published_rate: match price.published {
            Charge::Rate(rate) => rate,
            Charge::Fixed(_) => Rate::ZERO,
        },
        fee_schedule: own.target_fund.fees.version.clone(),
        charge: price.charge,
        tiers: price.tiers,
        discount: price.discount,
        discount_rule: price.rule,
        suitability: Vec::new(),
        customer: a.investor.customer_type,
        id_valid_until: Some(a.investor.id_valid_until),
        channel: a.channel,
        held_before: a.investor.holds.contains(&a.target_fund.code),
        accepted,
        target_accepted: None,
        counted: bought.limit_keys(mode, &days),
    })
}

impl Admitted {
    /// What an application for that amount is promised to cost.
    pub fn fee_of(&self, amount: Amount) -> PromisedFee {
        PromisedFee::of(self.charge, self.tiers.as_ref(), amount.into())
    }

    /// Yuan that are taken of the amount that was asked for.
    pub fn amount(&self, asked: Amount) -> Amount {
        self.accepted.unwrap_or(asked)
    }
}

/// The mode asked for, or the earliest price; without a T by the terms that are handed in.
fn chosen_mode(a: &Admission, t: Option<TradingDay>) -> Result<ConversionMode, Refusal> {
    let funds = (&a.wallet_fund, &a.target_fund, &a.later);
    match a.mode.unwrap_or_else(|| later::earliest(&a.calendar, funds, t)) {
        ConversionMode::Held => held::held(a),
        mode if later::works(&a.calendar, funds, mode, t) => {
            if mode == ConversionMode::RedeemToPurchase {
                least::stays(a)?;
            }
            Ok(mode)
        }
        mode => Err(unavailable(mode)),
    }
}

/// `own` has the terms of the days on which the shares leave and the target is bought.
fn runs_by(own: &Admission, mode: ConversionMode) -> Result<(), Refusal> {
    let works = modes::possible(mode.of_lots(), &own.wallet_fund, &own.target_fund).contains(&mode);
    if works { Ok(()) } else { Err(unavailable(mode)) }
}

const fn unavailable(mode: ConversionMode) -> Refusal {
    Refusal::ModeUnavailable { asked: Some(mode), possible: Vec::new(), why_none: Vec::new() }
}

fn no_day(error: &CalendarError) -> Refusal {
    Refusal::NoTradingDay { why: error.to_string() }
}

#[cfg(test)]
mod again_and_again_tests;
#[cfg(test)]
mod again_tests;
#[cfg(test)]
mod buying_tests;
#[cfg(test)]
mod edge_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod later_tests;
#[cfg(test)]
mod least_tests;
#[cfg(test)]
mod leaving_tests;
#[cfg(test)]
mod offers_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod target_tests;
#[cfg(test)]
mod tests;
