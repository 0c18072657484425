//! May a fund be bought for money, for which T, at which charge? Purchases, subscriptions and
//! occurrences of a regular plan.
//!
//! 1. The *order* is judged at the instant of the request (investor, suitability); the *day* is its T,
//!    or, once paid, the T of the payment: status, limits, charge. When T moves, both are
//!    [decided again](super::again).
//! 2. Checks are those of every admission, in the order in which [`Refusal`] defines them.
//! 3. A subscription is an order of a day of the raising period, with the cut-off that the fund's
//!    terms give it; its charge is that of the subscription table.
//! 4. Where the manager accepts up to the day's limit, what fits is accepted.

use super::{
    Order, Refusal, again_and_again::by_terms, checks, day_max, days::reaches, least, no_day,
};
use crate::{
    application::PromisedFee,
    calendar::{TradingCalendar, TradingDay},
    day_limit::DayTally,
    fees::{
        Business,
        discount::DiscountCase,
        tiers::{AmountTiers, Charge},
    },
    fund::FundTerms,
    ids::{InvestorId, VersionTag},
    investor::{CustomerType, InvestorProfile, SalesChannel},
    limits::LimitKey,
    money::{Amount, Discount},
    suitability::{Suitability, SuitabilityRules},
    time::Timestamp,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// In which way money becomes shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 022: at the price of T.
    Purchase,
    /// 020: at face value, while the fund is raised.
    Subscription,
    /// 039: at the price of T, as a plan says.
    RegularPlan,
}

/// Everything that a decision on an order by amount looks at. Not stored.
#[derive(Debug, Clone)]
pub struct Buying {
    /// Purchase, subscription, or occurrence of a plan.
    pub way: Way,
    /// Gross, fee included: yuan to the fen, never zero.
    pub amount: Amount,
    /// The instant of the request.
    pub at: Timestamp,
    /// The investor who buys, as known at that instant.
    pub investor: InvestorProfile,
    /// The fund's terms in force on T.
    pub fund: Arc<FundTerms>,
    /// The channel that it is ordered through.
    pub channel: SalesChannel,
    /// Which warning text the investor has confirmed.
    pub warning_confirmed: Option<VersionTag>,
    /// What has been bought of the fund on T already, under the order's limit key.
    pub used: DayTally,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// The answer, as it is stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// Purchase, subscription, or occurrence of a plan.
    pub way: Way,
    /// The instant of the request: nothing that belongs to it happened before.
    pub requested_at: Timestamp,
    /// The day whose batch carries it.
    pub trade_date: TradingDay,
    /// The day on which the registrar must have confirmed it, or received a subscription.
    pub confirm_by: TradingDay,
    /// The day on which a subscription must have become shares, or money again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded_by: Option<TradingDay>,
    /// The calendar that gave the days.
    pub calendar: VersionTag,
    /// Version of the fund's terms that decided it.
    pub terms: VersionTag,
    /// What the schedule charges for this amount.
    pub published: Charge,
    /// The schedule that the charge is from.
    pub fee_schedule: VersionTag,
    /// What remains of it after the discount and its floor.
    pub charge: Charge,
    /// The same of smaller amounts that may be confirmed of it, where they are charged otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<AmountTiers>,
    /// What the rate is multiplied with.
    pub discount: Discount,
    /// The rule that granted the discount.
    pub discount_rule: VersionTag,
    /// The verdict on the fund.
    pub suitability: Option<Suitability>,
    /// Whose limits apply: those of natural persons and of institutions differ.
    pub customer: CustomerType,
    /// The last day of the investor's identity document; absent from events stored before the field was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_valid_until: Option<NaiveDate>,
    /// Through whom it was ordered.
    pub channel: SalesChannel,
    /// Shares of the fund were held already, so that its additional minimum applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_before: bool,
    /// The part of the amount that the day's limit lets in, where that is less than what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Amount>,
    /// The day's limit that the amount counts against, where one is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<LimitKey>,
}

/// What a promise is decided on again with, when its money counts for a later T.
#[derive(Debug, Clone)]
pub struct Again {
    /// The T that the money counts for.
    pub trade_date: TradingDay,
    /// Gross, in yuan, as it was paid.
    pub amount: Amount,
    /// Owner of the order.
    pub investor: InvestorId,
    /// The terms in force on that T.
    pub fund: Arc<FundTerms>,
    /// What others have bought of the fund on that T already.
    pub used: DayTally,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

impl Way {
    /// As fee schedules name it.
    pub const fn business(self) -> Business {
        match self {
            Way::Purchase => Business::Purchase,
            Way::Subscription => Business::Subscription,
            Way::RegularPlan => Business::RegularPlan,
        }
    }
}

/// The T of an order by amount: a subscription has the cut-off of its raising.
///
/// # Errors
/// [`Refusal::NoTradingDay`] past the calendar's end.
pub fn trade_date(
    way: Way,
    at: Timestamp,
    fund: &FundTerms,
    calendar: &TradingCalendar,
) -> Result<TradingDay, Refusal> {
    calendar.t_by(at, fund.cut_off_for(way)).map_err(|error| no_day(&error))
}

/// The day's limit that an order of that T counts against; none without a cap in force.
pub fn limit_key(
    fund: &FundTerms,
    investor: &InvestorId,
    (customer, channel): (CustomerType, SalesChannel),
    day: TradingDay,
) -> Option<LimitKey> {
    fund.limits.day_cap(customer, channel, day.date())?;
    Some(LimitKey { master: fund.master, investor: investor.clone(), day, customer, channel })
}

impl Buying {
    fn step(&self) -> Option<Amount> {
        self.fund.limits.of(self.investor.customer_type).step
    }

    fn order(&self) -> Order<'_> {
        Order {
            amount: self.amount,
            investor: &self.investor,
            channel: self.channel,
            at: self.at,
            warning_confirmed: self.warning_confirmed.as_ref(),
        }
    }
}

/// Decides on a request.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(a: &Buying) -> Result<Admitted, Refusal> {
    let fits = |amount| decide(&Buying { amount, ..a.clone() }).is_ok();
    decide(a).map_err(|refusal| refusal.fitting(a.step(), fits))
}

fn decide(a: &Buying) -> Result<Admitted, Refusal> {
    let t = trade_date(a.way, a.at, &a.fund, &a.calendar)?;
    checks::in_force(&a.fund, t)?;
    checks::investor(&a.order())?;
    let mut admitted = on_day(a, t)?;
    checks::questionnaire(&a.order())?;
    let rules = SuitabilityRules::standard();
    admitted.suitability = Some(checks::suitable(&a.order(), &a.fund, &rules)?);
    Ok(admitted)
}

/// Whether the investor may agree to buy the fund again and again, from that T on: everything of an
/// admission that does not depend on the day of a purchase. Each occurrence is decided on by itself.
/// `None`: no calendar covers the first T yet.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn agree(a: &Buying, first: Option<TradingDay>) -> Result<Suitability, Refusal> {
    checks::investor(&a.order())?;
    if let Some(first) = first {
        // A closure is of single days: it skips a date.
        checks::purchase_open(&by_terms(&a.fund), first)?;
    }
    agree_again(a)?;
    checks::questionnaire(&a.order())?;
    checks::suitable(&a.order(), &a.fund, &SuitabilityRules::standard())
}

/// Whether an investor who has agreed may agree to another amount: nothing of it depends on who the
/// investor is by now, which each occurrence asks.
///
/// # Errors
/// The fund's limit that the amount breaks.
pub fn agree_again(a: &Buying) -> Result<(), Refusal> {
    checks::order_limits(&a.order(), &a.fund, false)?;
    // Of a business without a charge each occurrence says so, by the terms of its own day.
    let priced = trade_date(a.way, a.at, &a.fund, &a.calendar).and_then(|t| price(a, a.amount, t));
    priced.map_or(Ok(()), |price| least::pays(a.fund.code, a.amount, &price, a.step()))
}

/// Decides again for a T: status, closed periods, limits and charge are those of that T, and where it is a later
/// one, the investor must be fit for it there.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn readmit(was: &Admitted, again: &Again) -> Result<Admitted, Refusal> {
    let fund = again.fund.clone();
    let customer = was.customer;
    let a = Buying {
        way: was.way,
        amount: again.amount,
        at: was.requested_at,
        investor: InvestorProfile::judged_as(
            again.investor.clone(),
            customer,
            was.held_before.then_some(fund.code),
        ),
        fund,
        channel: was.channel,
        warning_confirmed: None,
        used: again.used,
        calendar: again.calendar.clone(),
    };
    let t = again.trade_date;
    let moves = t > was.trade_date;
    checks::in_force(&a.fund, t)?;
    if moves {
        checks::papers_again(was.id_valid_until, t)?;
    }
    let fits = |amount| on_day(&Buying { amount, ..a.clone() }, t).is_ok();
    let mut admitted = on_day(&a, t).map_err(|refusal| refusal.fitting(a.step(), fits))?;
    admitted.suitability = match &was.suitability {
        Some(known) if moves => Some(checks::suitable_again(known, &a.fund, t)?),
        known => known.clone(),
    };
    admitted.id_valid_until = was.id_valid_until;
    Ok(admitted)
}

/// All that depends on the day, and nothing that depends on who the investor is.
fn on_day(a: &Buying, t: TradingDay) -> Result<Admitted, Refusal> {
    checks::in_force(&a.fund, t)?;
    open(a, t)?;
    let order = a.order();
    checks::order_limits(&order, &a.fund, false)?;
    let accepted = day_max::day_limit(&order, &a.fund, (a.used, t), a.step())?;
    if let Some(fitting) = &accepted {
        fitting.is_an_order(&order, &a.fund, false)?;
    }
    let amount = accepted.as_ref().map_or(a.amount, |fitting| fitting.amount);
    let price = price(a, amount, t)?;
    let paid = least::pays(a.fund.code, amount, &price, a.step());
    paid.map_err(|rule| accepted.as_ref().map_or(rule.clone(), |fitting| fitting.refused(rule)))?;
    let accepted = accepted.map(|fitting| fitting.amount);
    let confirm_by = a.fund.confirmed_by(&a.calendar, t).map_err(|it| no_day(&it))?;
    let founded_by = founded_by(a, t)?;
    // Where nothing is founded, what the money earned is paid on the day after.
    let last = founded_by.map_or(Ok(confirm_by), |by| a.calendar.plus(by, 1));
    let all = last.and_then(|last| reaches(&a.calendar, last.max(confirm_by)));
    all.map_err(|it| no_day(&it))?;
    Ok(Admitted {
        way: a.way,
        requested_at: a.at,
        trade_date: t,
        confirm_by,
        founded_by,
        calendar: a.calendar.version().clone(),
        terms: a.fund.version.clone(),
        published: price.published,
        fee_schedule: a.fund.fees.version.clone(),
        charge: price.charge,
        tiers: price.tiers,
        discount: price.discount,
        discount_rule: price.rule,
        suitability: None,
        customer: a.investor.customer_type,
        id_valid_until: Some(a.investor.id_valid_until),
        channel: a.channel,
        held_before: a.investor.holds.contains(&a.fund.code),
        accepted,
        counted: limit_key(&a.fund, &a.investor.id, (a.investor.customer_type, a.channel), t),
    })
}

fn open(a: &Buying, day: TradingDay) -> Result<(), Refusal> {
    let (fund, on) = (&a.fund, day.date());
    match a.way {
        Way::Purchase | Way::RegularPlan => checks::purchase_open(fund, day),
        Way::Subscription => {
            let status = fund.status_on(on);
            let raising = fund.raising.as_ref();
            let in_time = raising.is_none_or(|it| it.from <= on && on <= it.through);
            if status.permits_subscription() && in_time {
                return Ok(());
            }
            let (from, through) = (raising.map(|it| it.from), raising.map(|it| it.through));
            Err(Refusal::SubscriptionNotOpen { fund: fund.code, status, day, from, through })
        }
    }
}

fn price(a: &Buying, amount: Amount, t: TradingDay) -> Result<checks::Price, Refusal> {
    let (business, fund) = (a.way.business(), &a.fund);
    let tiers = fund.fees.tiers_for(business);
    let tiers = tiers.map_err(|why| Refusal::NoCharge { fund: fund.code, why: why.to_string() })?;
    let case = DiscountCase { channel: a.channel, business, on: t.date() };
    let rule = crate::fees::discount::strongest(&fund.discounts, case);
    Ok(checks::discounted(tiers, amount, rule))
}

fn founded_by(a: &Buying, t: TradingDay) -> Result<Option<TradingDay>, Refusal> {
    let (Way::Subscription, Some(raising)) = (a.way, &a.fund.raising) else {
        return Ok(None);
    };
    let by = raising.founded_by(&a.calendar, t);
    by.map(Some).map_err(|error| no_day(&error))
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

impl FundTerms {
    /// The cut-off of orders of that kind, where it is not the exchange's.
    pub fn cut_off_for(&self, way: Way) -> Option<chrono::NaiveTime> {
        match way {
            Way::Purchase | Way::RegularPlan => None,
            Way::Subscription => self.raising.as_ref()?.cut_off,
        }
    }
}
