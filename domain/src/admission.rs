//! May this discount purchase be placed, for which T, at which price day, rate and discount?
//!
//! A discount purchase buys shares of a money-market fund and converts them into a target fund. All
//! of its conditions are decided here, once, before any money moves; the answer is stored with the
//! order and nothing about it is ever looked up again.
//!
//! 1. [`admit`] reads nothing but its argument: the same [`Admission`] has the same answer for ever.
//! 2. The *order* is judged at the instant of the request (investor, suitability); the *day* is the
//!    T of the request, or, once paid, the T of the payment (status, limits, prices).
//! 3. [`Refusal`]s are checked in the order of their definition; the first one that applies is the
//!    answer.
//! 4. What is admitted is admitted for both funds and for both steps. Where the manager accepts up to
//!    the day's limit, what fits is accepted; elsewhere the refusal says what would fit.

use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    day_limit::DayTally,
    fees::tiers::Charge,
    fund::FundTerms,
    ids::{InvestorId, VersionTag},
    investor::{CustomerType, InvestorProfile, SalesChannel},
    limits::LimitKey,
    modes::{self, ConversionMode, LotState},
    money::{Amount, Discount, Money, Nav, Rate, ShareRounding, Shares},
    suitability::{Suitability, SuitabilityRules},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub mod buying;
pub mod cash_out;
mod checks;
pub mod leaving;
mod refusal;

pub use refusal::Refusal;

/// Everything that a decision on a discount purchase looks at. Not stored.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Gross, in yuan.
    pub amount: Amount,
    /// The instant of the request.
    pub at: Timestamp,
    /// The mode asked for; none: the earliest price that is possible.
    pub mode: Option<ConversionMode>,
    /// Who.
    pub investor: InvestorProfile,
    /// The money-market fund's terms in force on T.
    pub wallet_fund: Arc<FundTerms>,
    /// The target fund's terms in force on T.
    pub target_fund: Arc<FundTerms>,
    /// Through whom.
    pub channel: SalesChannel,
    /// Which warning text the investor has confirmed.
    pub warning_confirmed: Option<VersionTag>,
    /// What has been bought of both funds on T already.
    pub used_today: DayUse,
    /// Wallet shares that are registered and free: what the held mode can convert.
    pub available: Shares,
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

/// What stands on T under the [limit keys](crate::limits::LimitKey) of both funds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayUse {
    /// Of the money-market fund.
    pub wallet_fund: DayTally,
    /// Of the target fund: purchases, conversions in and plans.
    pub target_fund: DayTally,
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
    /// What the rate is multiplied with. A fixed sum is not discounted unless it is waived.
    pub discount: Discount,
    /// The rule that granted the discount.
    pub discount_rule: VersionTag,
    /// The verdicts on the money-market fund and on the target fund.
    pub suitability: Vec<Suitability>,
    /// Whose limits apply.
    pub customer: CustomerType,
    /// Through whom it was ordered.
    pub channel: SalesChannel,
    /// Shares of the target were held already, so that its additional minimum applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_before: bool,
    /// The part of the amount that the day's limit lets in, where that is less than what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Amount>,
    /// The day's limits that the amount counts against; empty where no cap is in force.
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

    /// The day's limits of the wallet fund and of the target fund that the amount would count
    /// against on T; none for a fund without a cap in force.
    pub fn limit_keys(&self, t: TradingDay) -> [Option<LimitKey>; 2] {
        [&self.wallet_fund, &self.target_fund].map(|fund| {
            let customer = self.investor.customer_type;
            fund.limits.day_cap(customer, self.channel, t.date())?;
            Some(LimitKey {
                master: fund.master,
                investor: self.investor.id.clone(),
                day: t,
                customer,
                channel: self.channel,
            })
        })
    }
}

/// Decides on a request.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(a: &Admission) -> Result<Admitted, Refusal> {
    decide(a, a.at)
}

/// What a promise is decided on again with, when its money counts for a later T.
#[derive(Debug, Clone)]
pub struct Readmission {
    /// That T.
    pub trade_date: TradingDay,
    /// Gross, in yuan, as it was asked for.
    pub amount: Amount,
    /// Whose order it is.
    pub investor: InvestorId,
    /// The terms in force on that T.
    pub wallet_fund: Arc<FundTerms>,
    /// The terms in force on that T.
    pub target_fund: Arc<FundTerms>,
    /// What has been bought of both funds on that T already.
    pub used: DayUse,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// Decides again for a later T: status, closed periods, limits and prices are those of that T. The
/// investor was judged at the request, and the mode that was promised stays.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn readmit(was: &Admitted, again: &Readmission) -> Result<Admitted, Refusal> {
    let a = Admission {
        amount: again.amount,
        at: again.calendar.cut_off(again.trade_date).plus_millis(-1),
        mode: Some(was.mode),
        investor: InvestorProfile::judged(again.investor.clone(), was, again.target_fund.code),
        wallet_fund: again.wallet_fund.clone(),
        target_fund: again.target_fund.clone(),
        channel: was.channel,
        warning_confirmed: None,
        used_today: again.used,
        available: Shares::ZERO,
        calendar: again.calendar.clone(),
    };
    let mut admitted = on_day(&a, was.mode, again.trade_date)?;
    admitted.suitability.clone_from(&was.suitability);
    admitted.requested_at = was.requested_at;
    Ok(admitted)
}

fn decide(a: &Admission, t_instant: Timestamp) -> Result<Admitted, Refusal> {
    let trade_date = a.calendar.t_of(t_instant).map_err(|error| no_day(&error))?;
    checks::funds(a, trade_date)?;
    checks::investor(&a.order())?;
    let mode = chosen_mode(a, trade_date)?;
    let mut admitted = on_day(a, mode, trade_date)?;
    admitted.suitability = checks::suitability(a, &SuitabilityRules::standard())?.to_vec();
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
    checks::statuses(a, mode, &days)?;
    checks::pair(a, mode)?;
    let accepted = checks::limits(a, mode, &days)?;
    let price = checks::price(a, mode, trade_date);
    Ok(Admitted {
        requested_at: a.at,
        trade_date,
        nav_date: days.target_in,
        confirm_by: days.confirm_by,
        mode,
        calendar: a.calendar.version().clone(),
        wallet_terms: a.wallet_fund.version.clone(),
        target_terms: a.target_fund.version.clone(),
        published_rate: match price.published {
            Charge::Rate(rate) => rate,
            Charge::Fixed(_) => Rate::ZERO,
        },
        fee_schedule: a.target_fund.fees.version.clone(),
        charge: price.charge,
        discount: price.discount,
        discount_rule: price.rule,
        suitability: Vec::new(),
        customer: a.investor.customer_type,
        channel: a.channel,
        held_before: a.investor.holds.contains(&a.target_fund.code),
        accepted,
        counted: a.limit_keys(trade_date).into_iter().flatten().collect(),
    })
}

impl Admitted {
    /// Yuan that are taken of the amount that was asked for.
    pub fn amount(&self, asked: Amount) -> Amount {
        self.accepted.unwrap_or(asked)
    }
}

/// The mode asked for, or the earliest price. An alternative that a refusal names is one that would
/// be admitted.
fn chosen_mode(a: &Admission, t: TradingDay) -> Result<ConversionMode, Refusal> {
    let shares = Money::from(a.amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    let held = shares.is_some_and(|shares| shares <= a.available);
    let mut possible = modes::possible(LotState::BoughtNow, &a.wallet_fund, &a.target_fund);
    if held
        && modes::possible(LotState::Available, &a.wallet_fund, &a.target_fund)
            .contains(&ConversionMode::Held)
    {
        possible.push(ConversionMode::Held);
    }
    let wanted = a.mode.or_else(|| possible.first().copied());
    match wanted {
        Some(mode) if possible.contains(&mode) => Ok(mode),
        asked => {
            possible.retain(|mode| on_day(a, *mode, t).is_ok());
            Err(Refusal::ModeUnavailable { asked, possible })
        }
    }
}

/// The days on which something happens to the order.
struct Days {
    /// T: the money-market fund is bought.
    wallet_in: TradingDay,
    /// The money-market shares leave: converted, or redeemed.
    wallet_out: TradingDay,
    /// The target is bought, at this day's price.
    target_in: TradingDay,
    /// The target's shares are confirmed by then.
    confirm_by: TradingDay,
}

impl Days {
    fn of(a: &Admission, mode: ConversionMode, t: TradingDay) -> Result<Self, CalendarError> {
        let confirmed =
            || open_days_after(&a.calendar, &a.wallet_fund, t, a.wallet_fund.confirm_lag);
        let (wallet_out, target_in) = match mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => (t, t),
            ConversionMode::NextDay => (confirmed()?, confirmed()?),
            ConversionMode::RedeemToPurchase => {
                let out = confirmed()?;
                (out, a.calendar.plus(out, u32::from(a.wallet_fund.payout_lag))?)
            }
        };
        let lag = a.target_fund.confirm_lag;
        let confirm_by = open_days_after(&a.calendar, &a.target_fund, target_in, lag)?;
        Ok(Self { wallet_in: t, wallet_out, target_in, confirm_by })
    }
}

/// The n-th day after `day` on which the exchange trades and the fund is not shut.
fn open_days_after(
    calendar: &TradingCalendar,
    fund: &FundTerms,
    day: TradingDay,
    n: u8,
) -> Result<TradingDay, CalendarError> {
    (0..n).try_fold(day, |day, _| {
        let mut next = calendar.plus(day, 1)?;
        while fund.is_shut_on(next.date()) {
            next = calendar.plus(next, 1)?;
        }
        Ok(next)
    })
}

fn no_day(error: &CalendarError) -> Refusal {
    Refusal::NoTradingDay { why: error.to_string() }
}

#[cfg(test)]
mod buying_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod leaving_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;
