//! The order that registers the target's shares, on a T of its own: next day it converts what was
//! bought, in redeem-to-purchase it spends what the redemption brought.
//!
//! 1. The day's limit of the target counts on that T, and on no other.
//! 2. Where it is another T than was promised, everything that depends on the day is decided again:
//!    terms, status, limits, charge, and whether the investor is fit for it. Where only its terms are others
//!    on the T that was promised, the investor is not judged again.
//! 3. Where the manager accepts up to the day's limit, what fits is accepted; what does not stays
//!    where it is.
//! 4. It is of what was confirmed before. Minima and steps are of what the investor ordered, and no reason
//!    to refuse what a registrar left of that; maxima and the day's limit are of what goes in.

use super::{
    Admission, Admitted, DayUse, Days, Order, Refusal, again, checks, day_max, later::Later, least,
    no_day,
};
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    day_limit::DayTally,
    fees::tiers::Charge,
    fund::FundTerms,
    ids::InvestorId,
    investor::InvestorProfile,
    modes::ConversionMode,
    money::{Amount, Rate},
    suitability::Suitability,
};
use std::{collections::BTreeMap, sync::Arc};

/// What the target's order is decided on again with.
#[derive(Debug, Clone)]
pub struct OnItsOwnT {
    /// The T of the target's own order.
    pub trade_date: TradingDay,
    /// Yuan that it is placed for; money-fund shares count 1.00 each.
    pub amount: Amount,
    /// Gross, in yuan, as the purchase was placed: a part of it may have been confirmed.
    pub ordered: Amount,
    /// The investor who ordered.
    pub investor: InvestorId,
    /// The terms in force on that T.
    pub wallet_fund: Arc<FundTerms>,
    /// The terms in force on that T.
    pub target_fund: Arc<FundTerms>,
    /// What others have bought of the target on that T already.
    pub used: DayTally,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// The T of the target's order, for a purchase of that T.
///
/// # Errors
/// [`CalendarError`] past the calendar's end.
pub fn target_day(
    mode: ConversionMode,
    funds: (&Arc<FundTerms>, &Arc<FundTerms>, &Later),
    calendar: &TradingCalendar,
    t: TradingDay,
) -> Result<TradingDay, CalendarError> {
    Ok(Days::between(calendar, funds, mode, t)?.target_in)
}

/// Decides on the target's order again. Returns the promise with what holds of it now.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn readmit_target(was: &Admitted, again: &OnItsOwnT) -> Result<Admitted, Refusal> {
    let (mode, day) = (was.mode, again.trade_date);
    let a = admission(was, again);
    checks::funds(&a, day)?;
    if mode.is_conversion() {
        one_registrar(&a, day)?;
        checks::convertible(&a.wallet_fund, (&a.target_fund, day), day)?;
    } else {
        checks::purchase_open(&a.target_fund, day)?;
    }
    let suitability = fit(was, &a.target_fund, day)?;
    let ordered = again.ordered.max(again.amount);
    checks::pair(&Admission { amount: ordered, ..a.clone() }, mode)?;
    let fits = |amount| accepted(&Admission { amount, ..a.clone() }, amount, mode, day).is_ok();
    let target_accepted = accepted(&a, ordered, mode, day);
    let target_accepted = target_accepted.map_err(|no| no.fitting(a.step_in(mode), fits))?;
    let part = Admission { amount: target_accepted.unwrap_or(a.amount), ..a.clone() };
    if target_accepted.is_some() {
        checks::pair(&part, mode)?;
    }
    let price = checks::price(&part, mode, day);
    let fund = &a.target_fund;
    let paid = least::pays(fund.code, part.amount, &price, a.step_in(mode));
    paid.map_err(|no| no.fitting(a.step_in(mode), fits))?;
    let by = |fund: &FundTerms| fund.confirmed_by(&a.calendar, day).map_err(|it| no_day(&it));
    let mut confirm_by = by(fund)?;
    if mode.is_conversion() {
        confirm_by = confirm_by.max(by(&a.wallet_fund)?);
    }
    let who = (a.investor.customer_type, a.channel);
    let mut counted = was.counted.clone();
    counted.retain(|key| key.master != fund.master);
    counted.extend(super::buying::limit_key(fund, &a.investor.id, who, day));
    Ok(Admitted {
        nav_date: day,
        confirm_by,
        target_terms: fund.version.clone(),
        wallet_terms: if mode.is_conversion() {
            a.wallet_fund.version.clone()
        } else {
            was.wallet_terms.clone()
        },
        published_rate: match price.published {
            Charge::Rate(rate) => rate,
            Charge::Fixed(_) => Rate::ZERO,
        },
        fee_schedule: fund.fees.version.clone(),
        charge: price.charge,
        tiers: price.tiers,
        discount: price.discount,
        discount_rule: price.rule,
        suitability,
        target_accepted,
        counted,
        ..was.clone()
    })
}

/// Both funds have the same registrar.
fn one_registrar(a: &Admission, day: TradingDay) -> Result<(), Refusal> {
    let (wallet, target) = (&a.wallet_fund, &a.target_fund);
    if wallet.registrar == target.registrar {
        return Ok(());
    }
    Err(Refusal::OtherRegistrar {
        wallet: wallet.code,
        registrar: wallet.registrar.clone(),
        target: target.code,
        other: target.registrar.clone(),
        day,
    })
}

fn fit(was: &Admitted, fund: &FundTerms, day: TradingDay) -> Result<Vec<Suitability>, Refusal> {
    if day <= was.nav_date {
        return Ok(was.suitability.clone());
    }
    checks::papers_again(was.id_valid_until, day)?;
    again::suitable_again(was, &[fund], day)
}

/// `ordered` is what the investor ordered, of which the amount is left.
fn accepted(
    a: &Admission,
    ordered: Amount,
    mode: ConversionMode,
    day: TradingDay,
) -> Result<Option<Amount>, Refusal> {
    let (order, fund) = (a.order(), &a.target_fund);
    checks::order_least(&Order { amount: ordered, ..order }, fund)?;
    checks::order_most(&order, fund, mode.is_conversion())?;
    let step = fund.limits.of(order.investor.customer_type).step;
    let fitting = day_max::day_limit(&order, fund, (a.used_today.of_target_on(day), day), step)?;
    if let Some(fitting) = &fitting {
        fitting.is_an_order(&order, fund, mode.is_conversion())?;
    }
    Ok(fitting.map(|fitting| fitting.amount))
}

fn admission(was: &Admitted, again: &OnItsOwnT) -> Admission {
    let target_fund = BTreeMap::from([(again.trade_date, again.used)]);
    Admission {
        amount: again.amount,
        at: again.calendar.cut_off(again.trade_date).plus_millis(-1),
        mode: Some(was.mode),
        investor: InvestorProfile::judged(again.investor.clone(), was, again.target_fund.code),
        wallet_fund: again.wallet_fund.clone(),
        target_fund: again.target_fund.clone(),
        channel: was.channel,
        warning_confirmed: None,
        used_today: DayUse { target_fund, ..DayUse::default() },
        balance: super::Balance::default(),
        lots: Vec::new(),
        later: Later::default(),
        calendar: again.calendar.clone(),
    }
}
