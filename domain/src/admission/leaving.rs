//! May shares leave a fund, for money or for shares of another, on which T, and how many?
//!
//! 1. Shares of a money-market fund are in a wallet and leave by other doors.
//! 2. An expired identity document blocks buying, so also a conversion, and never a redemption.
//! 3. What the register froze and what is in dispute is not free; the refusal says how many are.
//! 4. What would be left below the fund's minimum goes out with the rest.
//! 5. A conversion is bought into its target: status, limits, suitability and the pair's conditions
//!    are checked besides. Its amount is not known before both prices are; limits see what the shares
//!    were worth at the latest published price, where there is one.

mod enough;
mod into;
mod refusal;

pub use enough::{enough_on, long_enough_on};
pub use into::bought_on;
pub use refusal::Refusal;

use super::{Order, checks, days::reaches, no_day};
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    day_limit::DayTally,
    fund::{ConversionPair, FundKind, FundTerms},
    ids::VersionTag,
    investor::{CustomerType, InvestorProfile, SalesChannel},
    limits::{Exit, ExitRefusal, LimitKey, Outflow},
    money::{Amount, Discount, Money, Nav, ShareRounding, Shares},
    orders::Serial,
    status::Stops,
    suitability::{Suitability, SuitabilityRules},
    time::Timestamp,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Shares of one lot that nobody else chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeLot {
    /// The registrar's confirmation that registered it.
    pub serial: Serial,
    /// The holding period starts here.
    pub registered_on: NaiveDate,
    /// What is left of it.
    pub shares: Shares,
}

/// The investor's shares of the fund that they leave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Shares that the registrar has confirmed, to 0.01, reserved, frozen and disputed ones included.
    pub registered: Shares,
    /// Of them, earmarked for other orders.
    pub reserved: Shares,
    /// Of them, frozen by the register.
    pub frozen: Shares,
    /// Shares among them that are in dispute, to 0.01.
    pub disputed: Shares,
    /// Free for any use.
    pub free: Shares,
    /// In the order in which they leave.
    pub lots: Vec<FreeLot>,
}

/// What a conversion goes into.
#[derive(Debug, Clone)]
pub struct Into {
    /// The target's terms in force on T.
    pub fund: Arc<FundTerms>,
    /// The latest published price of the fund that is left: what the shares are worth by it counts
    /// towards the target's limits.
    pub nav: Option<Nav>,
    /// What has been bought of the target on T already, under the order's limit key.
    pub used: DayTally,
}

/// Everything that a decision on an order by shares looks at. Not stored.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// How many are to leave; where nothing is said, all of the lots that the investor chose, or all
    /// that are free.
    pub shares: Option<Shares>,
    /// Lots that the investor chose; empty: in the fund's sequence.
    pub chosen: Vec<(Serial, Shares)>,
    /// The instant of the request.
    pub at: Timestamp,
    /// Investor of the redemption or conversion.
    pub investor: InvestorProfile,
    /// The fund's terms in force on T.
    pub fund: Arc<FundTerms>,
    /// The fund that they are converted into; none: they leave for money.
    pub into: Option<Into>,
    /// What is held of the fund.
    pub held: Held,
    /// The channel that it is ordered through.
    pub channel: SalesChannel,
    /// Which warning text the investor has confirmed.
    pub warning_confirmed: Option<VersionTag>,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// The answer, as it is stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The instant of the request.
    pub requested_at: Timestamp,
    /// The day whose batch carries it, and whose price counts.
    pub trade_date: TradingDay,
    /// The day on which the registrar must have confirmed it.
    pub confirm_by: TradingDay,
    /// How many leave, and whether that is all.
    pub exit: Exit,
    /// The calendar that gave the days.
    pub calendar: VersionTag,
    /// The terms of the fund that is left.
    pub terms: VersionTag,
    /// Version of the fee schedule that decided it.
    pub fee_schedule: VersionTag,
    /// Whose limits apply: those of natural persons and of institutions differ.
    pub customer: CustomerType,
    /// Through whom it was ordered.
    pub channel: SalesChannel,
    /// What a conversion was admitted with besides; none: they leave for money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<AdmittedInto>,
}

/// What was decided about the target of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmittedInto {
    /// Version of the target's terms that decided it.
    pub terms: VersionTag,
    /// The target's fee schedule.
    pub fee_schedule: VersionTag,
    /// Multiplier on the top-up.
    pub topup_discount: Discount,
    /// The rule that granted it: the pair's, the channel's or a campaign's.
    pub rule: VersionTag,
    /// The verdict on the target.
    pub suitability: Option<Suitability>,
    /// The last day of the investor's identity document; absent from events stored before the field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_valid_until: Option<NaiveDate>,
    /// What counts towards the target's limits. Yuan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Amount>,
    /// The day's limit that it counts against, where one is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<LimitKey>,
}

/// Decides on a request.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(a: &Leaving) -> Result<Admitted, Refusal> {
    decide(a).map_err(|refusal| offering(a, refusal))
}

/// What a refusal says would be possible is asked for, and left out where it is refused too.
fn offering(a: &Leaving, refusal: Refusal) -> Refusal {
    let passes =
        |shares, chosen| decide(&Leaving { shares: Some(shares), chosen, ..a.clone() }).is_ok();
    match refusal {
        Refusal::Exit(ExitRefusal::BelowMinimum { asked, min, .. }) => {
            let all = Some(a.held.free).filter(|all| passes(*all, Vec::new()));
            Refusal::Exit(ExitRefusal::BelowMinimum { asked, min, all })
        }
        Refusal::Order(rule) => {
            let step = a.into.as_ref().and_then(|into| into.fund.limits.of(a.customer()).step);
            let nav = a.into.as_ref().and_then(|into| into.nav);
            let shares = |worth| Money::from(worth).shares_at(nav?, ShareRounding::Truncate);
            let fits = |worth| shares(worth).is_some_and(|part| passes(part, Vec::new()));
            Refusal::Order(rule.fitting(step, fits))
        }
        other => other,
    }
}

fn decide(a: &Leaving) -> Result<Admitted, Refusal> {
    let t = a.calendar.t_of(a.at).map_err(|error| no_day(&error))?;
    if a.fund.kind == FundKind::Money {
        return Err(Refusal::InWallet(a.fund.code));
    }
    checks::in_force(&a.fund, t)?;
    investor(a)?;
    let mut admitted = on_day(a, t)?;
    let (Some(into), Some(decided)) = (&a.into, &mut admitted.into) else { return Ok(admitted) };
    let order = a.order();
    checks::questionnaire(&order)?;
    let rules = SuitabilityRules::standard();
    decided.suitability = Some(checks::suitable(&order, &into.fund, &rules)?);
    Ok(admitted)
}

/// Whether the funds would let the same shares leave on another T, and into the same target. The shares are
/// reserved.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn open_on(fund: &FundTerms, into: Option<&FundTerms>, day: TradingDay) -> Result<(), Refusal> {
    let status = fund.status_on(day.date());
    let Some(target) = into else {
        if status.permits_redemption() {
            return Ok(());
        }
        let notice = checks::notice(fund, day.date(), Stops::Redemption);
        return Err(Refusal::RedemptionNotOpen { fund: fund.code, status, day, notice });
    };
    pair(fund, target, day)?;
    Ok(checks::convertible(fund, (target, day), day)?)
}

impl Leaving {
    /// How many shares are asked for: where nothing is said, what is there now. Decided once, so that
    /// the same order asked again is the same order whatever is there then.
    pub fn how_many(&self) -> Shares {
        let sum = |sum: Shares, (_, shares): &(Serial, Shares)| sum.plus_or_most(*shares);
        let chosen = self.chosen.iter().fold(Shares::ZERO, sum);
        let all = if self.chosen.is_empty() { self.held.free } else { chosen };
        self.shares.unwrap_or(all)
    }

    const fn customer(&self) -> CustomerType {
        self.investor.customer_type
    }

    /// What the shares are worth at the latest published price; `None` where there is none. Yuan.
    fn worth(&self) -> Option<Amount> {
        let worth = self.how_many().value_half_up(self.into.as_ref()?.nav?)?;
        Amount::new(worth.decimal()).ok()
    }

    fn order(&self) -> Order<'_> {
        Order {
            amount: self.worth().unwrap_or(Amount::LEAST),
            investor: &self.investor,
            channel: self.channel,
            at: self.at,
            warning_confirmed: self.warning_confirmed.as_ref(),
        }
    }
}

fn investor(a: &Leaving) -> Result<(), Refusal> {
    if a.into.is_some() {
        return Ok(checks::investor(&a.order())?);
    }
    if !a.investor.kyc.permits_redemption() {
        return Err(Refusal::KycForbids(a.investor.kyc));
    }
    if !a.investor.same_name_card {
        return Err(Refusal::AccountOfAnotherName(a.investor.account.clone()));
    }
    Ok(())
}

fn on_day(a: &Leaving, t: TradingDay) -> Result<Admitted, Refusal> {
    let fund = &a.fund;
    let pair = match &a.into {
        Some(into) => Some(pair(fund, &into.fund, t)?),
        None => None,
    };
    open_on(fund, a.into.as_ref().map(|into| &*into.fund), t)?;
    let exit = exit(a, pair)?;
    lots(a, exit, pair, t)?;
    let into = match (&a.into, pair) {
        (Some(into), Some(pair)) => Some(into::target(a, into, pair, t)?),
        (Some(_) | None, _) => None,
    };
    let confirm_by = confirm_by(a, t).map_err(|it| no_day(&it))?;
    let paid_by = match a.into {
        Some(_) => Ok(confirm_by),
        None => fund.paid_by(&a.calendar, t),
    };
    let all = paid_by.and_then(|paid_by| reaches(&a.calendar, paid_by.max(confirm_by)));
    all.map_err(|it| no_day(&it))?;
    Ok(Admitted {
        requested_at: a.at,
        trade_date: t,
        confirm_by,
        exit,
        calendar: a.calendar.version().clone(),
        terms: fund.version.clone(),
        fee_schedule: fund.fees.version.clone(),
        customer: a.investor.customer_type,
        channel: a.channel,
        into,
    })
}

/// A conversion is confirmed once both of its funds' registers have it.
fn confirm_by(a: &Leaving, t: TradingDay) -> Result<TradingDay, CalendarError> {
    let left = a.fund.confirmed_by(&a.calendar, t)?;
    let into = a.into.as_ref().map(|into| into.fund.confirmed_by(&a.calendar, t));
    Ok(into.transpose()?.map_or(left, |into| left.max(into)))
}

fn pair<'a>(
    fund: &'a FundTerms,
    target: &FundTerms,
    t: TradingDay,
) -> Result<&'a ConversionPair, Refusal> {
    let (source_fund, into) = (fund.code, target.code);
    if fund.master == target.master {
        return Err(super::Refusal::SameFund { fund: into }.into());
    }
    checks::in_force(target, t)?;
    if fund.registrar != target.registrar {
        return Err(Refusal::OtherRegistrar { source_fund, target: into });
    }
    let pair = fund.conversion_into(into);
    let pair =
        pair.ok_or(super::Refusal::NoConversionPair { wallet: source_fund, target: into })?;
    if crate::conversion::may_convert(&fund.fees, &target.fees).is_err() {
        return Err(super::Refusal::ChargeSideMismatch { wallet: source_fund, target: into }.into());
    }
    Ok(pair)
}

fn exit(a: &Leaving, pair: Option<&ConversionPair>) -> Result<Exit, Refusal> {
    let Held { registered, reserved, frozen, disputed, free, .. } = a.held;
    let asked = a.how_many();
    if a.shares.is_none() && asked.is_zero() {
        let fund = a.fund.code;
        return Err(Refusal::NothingFree { fund, registered, reserved, frozen, disputed });
    }
    if asked > free {
        return Err(Refusal::NotFree { asked, free, registered, reserved, frozen, disputed });
    }
    let way = if a.into.is_some() { Outflow::Conversion } else { Outflow::Redemption };
    // What is frozen or in dispute stays behind, so it is no reason to let everything go.
    let held = registered.minus(reserved).unwrap_or(free).max(free);
    let exit = match a.fund.limits.shares.exit(way, asked, held)? {
        Exit::ForcedFull(all) if all > free => Exit::Part(asked),
        exit @ (Exit::Part(_) | Exit::Full(_) | Exit::ForcedFull(_)) => exit,
    };
    let (Some(pair), Some(into)) = (pair, &a.into) else { return Ok(exit) };
    let (shares, min) = (exit.shares(), pair.shares_min);
    if shares < min {
        let (source_fund, target) = (a.fund.code, into.fund.code);
        return Err(Refusal::BelowPairMinimum { source_fund, target, shares, min });
    }
    Ok(exit)
}

/// The lots that leave are there, and were held long enough.
fn lots(
    a: &Leaving,
    exit: Exit,
    pair: Option<&ConversionPair>,
    t: TradingDay,
) -> Result<(), Refusal> {
    let find = |serial: &Serial| a.held.lots.iter().find(|lot| lot.serial == *serial);
    let mut chosen = Shares::ZERO;
    for (at, (serial, asked)) in a.chosen.iter().enumerate() {
        let lot = find(serial).ok_or_else(|| Refusal::UnknownLot(serial.clone()))?;
        let serial = || serial.clone();
        if let Some((_, first)) = a.chosen[..at].iter().find(|(other, _)| *other == lot.serial) {
            return Err(Refusal::LotTwice { serial: serial(), first: *first, second: *asked });
        }
        if *asked > lot.shares || asked.is_zero() {
            let (asked, free) = (*asked, lot.shares);
            return Err(Refusal::LotTooSmall { serial: serial(), asked, free });
        }
        chosen = chosen.plus_or_most(*asked);
    }
    if !a.chosen.is_empty() && chosen != a.how_many() {
        return Err(Refusal::ChosenDiffers { asked: a.how_many(), chosen });
    }
    let (Some(pair), Some(into)) = (pair, &a.into) else { return Ok(()) };
    let mut left = exit.shares();
    // Where the rest must go too, no lot is chosen any more.
    let all = a.chosen.is_empty() || chosen != left;
    for lot in &a.held.lots {
        let is_chosen = all || a.chosen.iter().any(|(it, _)| *it == lot.serial);
        if left.is_zero() || !is_chosen || lot.shares.is_zero() {
            continue;
        }
        left = left.minus(lot.shares.min(left)).unwrap_or_default();
        if !pair.lets_go(lot.registered_on, t) {
            return Err(Refusal::HeldTooShort {
                source_fund: a.fund.code,
                target: into.fund.code,
                days_min: pair.days_min,
                serial: lot.serial.clone(),
                since: lot.registered_on,
            });
        }
    }
    Ok(())
}
