//! May shares of a money fund leave a wallet for money, how many, and when is the money there?
//!
//! ```text
//! ordinary (024): T by the cut-off, paid out on T+n, any amount
//! fast (098):     at once, by a licensed bank's advance; a natural day's quota
//! ```
//!
//! 1. [`admit`] reads nothing but its argument; [`Refusal`]s are checked in the order of their
//!    definition.
//! 2. Only what is available leaves: not what is in transit, reserved, frozen or in dispute.
//! 3. Money that is in may leave: an expired document stops no withdrawal, a frozen account does.
//! 4. All shares together take the unpaid income along, whatever the fund's carry: so does the last of
//!    several orders that together take all of them. A fast withdrawal leaves it in the wallet.

mod offering;

use super::days::reaches;
use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    fast_quota::DAY_MAX,
    fast_redemption::Advancer,
    fund::{FundKind, FundTerms},
    ids::{AccountRef, FundCode, TransactionId, VersionTag},
    investor::InvestorProfile,
    kyc::KycState,
    limits::{Exit, ExitRefusal, Outflow},
    money::{Money, Nav, Shares},
    status::FundStatus,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// What a wallet holds, as far as it decides what may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Balance {
    /// In the register, free or not.
    pub registered: Shares,
    /// Free for any use.
    pub available: Shares,
    /// Earmarked by transactions, registered or in transit.
    pub reserved: Shares,
    /// Frozen by the register: a court, a pledge, the counter.
    pub frozen: Shares,
    /// In dispute under a case.
    pub disputed: Shares,
}

impl Balance {
    /// Whether nothing stays once so many have left, and what is reserved for others has, too.
    fn is_emptied_by(&self, asked: Shares) -> bool {
        asked == self.available && self.frozen.is_zero() && self.disputed.is_zero()
    }

    /// Shares that stay once so many have left, and what is reserved for others has, too.
    pub(super) fn left_without(&self, asked: Shares) -> Shares {
        let bound = self.frozen.plus(self.disputed).unwrap_or(self.registered);
        let bound = bound.min(self.registered.minus(self.available).unwrap_or_default());
        let free = self.available.minus(asked).unwrap_or_default();
        free.plus_or_most(bound)
    }
}

/// Which transactions reserve shares, and how many each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReservedBy(pub Vec<(TransactionId, Shares)>);

impl fmt::Display for ReservedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (transaction, shares)) in self.0.iter().enumerate() {
            let before = if nth == 0 { " (" } else { ", " };
            write!(f, "{before}{shares} by {transaction}")?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

/// Way in which the money reaches the investor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// On the day on which the fund pays.
    Ordinary,
    /// At once, out of a bank's own money.
    Fast {
        /// Who advances the cash: only a licensed bank may.
        by: Advancer,
        /// Yuan that count towards the natural day's quota already.
        used: Money,
    },
}

/// Everything that a decision on a withdrawal looks at. Not stored.
#[derive(Debug, Clone)]
pub struct CashOut {
    /// Ordinary, paid on T+n, or fast, advanced on the same day.
    pub way: Way,
    /// How many leave; all that are available where nothing is said.
    pub shares: Option<Shares>,
    /// The instant of the request.
    pub at: Timestamp,
    /// The investor who owns the shares.
    pub investor: InvestorProfile,
    /// Where the money is to go.
    pub account: AccountRef,
    /// The fund's terms in force on T.
    pub fund: Arc<FundTerms>,
    /// The wallet's shares: free, reserved, frozen, disputed.
    pub balance: Balance,
    /// For whom it is reserved.
    pub reserved_by: ReservedBy,
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
}

/// The answer, as it is stored with the withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The instant of the request: nothing that belongs to it happened before.
    pub requested_at: Timestamp,
    /// T: the day whose batch carries the order to the registrar.
    pub trade_date: TradingDay,
    /// The day on which the registrar must have confirmed it.
    pub confirm_by: TradingDay,
    /// The day on which the fund's money is here.
    pub paid_by: TradingDay,
    /// How many leave: what was asked, or all where too few would stay behind.
    pub shares: Shares,
    /// Every registered share leaves, or the last that no other order takes, and the unpaid income with
    /// them.
    pub take_income: bool,
    /// The calendar that gave the days.
    pub calendar: VersionTag,
    /// Version of the fund's terms that decided it.
    pub terms: VersionTag,
}

/// Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The calendar does not reach that far.
    #[error("no trading day can be named: {0}")]
    NoTradingDay(String),
    /// Only shares of a money fund are in a wallet.
    #[error("fund {fund} is a {kind} fund; only shares of a money-market fund are in a wallet")]
    NotAMoneyFund {
        /// The fund that was asked for.
        fund: FundCode,
        /// The kind that the fund is of instead.
        kind: FundKind,
    },
    /// The investor is frozen, closed, unknown, or on a list.
    #[error("an investor who is {state} cannot take money out")]
    KycForbids {
        /// State of the investor's identification.
        state: KycState,
    },
    /// Money goes back to where it came from, and nowhere else.
    #[error("money goes to account {own}, from which it came, and not to {asked}")]
    AnotherAccount {
        /// The requested account.
        asked: AccountRef,
        /// The account that paid.
        own: AccountRef,
    },
    /// The account is somebody else's.
    #[error("account {account} is not in the investor's own name")]
    AccountOfAnotherName {
        /// The account that was named.
        account: AccountRef,
    },
    /// The fund takes no redemptions on that day.
    #[error("fund {fund} takes no redemptions on {day}: {status}")]
    RedemptionNotOpen {
        /// The fund that was asked for.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// T of the order.
        day: TradingDay,
    },
    /// Too few are available.
    #[error(
        "{} and {} are available: {} are registered, {} reserved{by}, \
         {} frozen by the register, {} in dispute",
        asked.map_or("all shares were asked for".to_owned(), |it| format!("{it} shares were asked for")),
        balance.available, balance.registered, balance.reserved, balance.frozen, balance.disputed
    )]
    NotAvailable {
        /// What was asked for; none where it was all.
        asked: Option<Shares>,
        /// Shares of the wallet at the decision, by what keeps them back.
        balance: Box<Balance>,
        /// For whom it is reserved.
        by: ReservedBy,
    },
    /// None, or too few at once.
    #[error(transparent)]
    TooFew(ExitRefusal),
    /// The fund has no fast redemption.
    #[error("fund {fund} has no fast redemption{}", if *ordinary { "; an ordinary withdrawal is possible" } else { "" })]
    FastNotOffered {
        /// The fund that was asked for.
        fund: FundCode,
        /// The same shares would be admitted as an ordinary withdrawal.
        ordinary: bool,
    },
    /// Only a licensed bank may advance.
    #[error("{by} may not advance money; only a bank with a licence to sell funds may")]
    MayNotAdvance {
        /// Who would advance the cash: only a licensed bank may.
        by: Advancer,
    },
    /// Too much in a natural day, over all channels.
    #[error(
        "{asked} yuan at once after {used} on this day are above {max}; {room} would fit{}",
        if *ordinary { ", and an ordinary withdrawal is not limited" } else { "" }
    )]
    AboveFastMaximum {
        /// Yuan that were asked for.
        asked: Money,
        /// Yuan that count already.
        used: Money,
        /// The most of a day.
        max: Money,
        /// What would be admitted of it if it were asked for; 0 for nothing.
        room: Money,
        /// The same shares would be admitted as an ordinary withdrawal.
        ordinary: bool,
    },
}

impl Refusal {
    /// The same, where an ordinary withdrawal cannot be carried out either.
    #[must_use]
    pub fn without_ordinary(self) -> Self {
        match self {
            Refusal::FastNotOffered { fund, .. } => {
                Refusal::FastNotOffered { fund, ordinary: false }
            }
            Refusal::AboveFastMaximum { asked, used, max, room, .. } => {
                Refusal::AboveFastMaximum { asked, used, max, room, ordinary: false }
            }
            other => other,
        }
    }
}

/// Decides on a request.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(a: &CashOut) -> Result<Admitted, Refusal> {
    decide(a).map_err(|refusal| offering::of(a, refusal))
}

/// Decides on the days of cash at once again for the T of a later instant; the shares stay what they were.
///
/// # Errors
/// [`Refusal::NoTradingDay`], [`Refusal::RedemptionNotOpen`] or [`Refusal::FastNotOffered`].
pub fn readmit(
    was: &Admitted,
    fund: &FundTerms,
    (calendar, at): (&TradingCalendar, Timestamp),
) -> Result<Admitted, Refusal> {
    let no_day = |error: CalendarError| Refusal::NoTradingDay(error.to_string());
    let (trade_date, confirm_by, paid_by) = days(calendar, fund, at, true).map_err(no_day)?;
    may_leave(fund, trade_date)?;
    if fund.limits.fast_redemption_day_max.is_none() {
        return Err(Refusal::FastNotOffered { fund: fund.code, ordinary: false });
    }
    let (calendar, terms) = (calendar.version().clone(), fund.version.clone());
    Ok(Admitted { trade_date, confirm_by, paid_by, calendar, terms, ..was.clone() })
}

fn decide(a: &CashOut) -> Result<Admitted, Refusal> {
    let is_fast = matches!(a.way, Way::Fast { .. });
    let no_day = |error: CalendarError| Refusal::NoTradingDay(error.to_string());
    let (day, confirm_by, paid_by) = days(&a.calendar, &a.fund, a.at, is_fast).map_err(no_day)?;
    if a.fund.kind != FundKind::Money {
        return Err(Refusal::NotAMoneyFund { fund: a.fund.code, kind: a.fund.kind });
    }
    who(a)?;
    may_leave(&a.fund, day)?;
    let shares = how_many(a)?;
    if let Way::Fast { by, used } = &a.way {
        fast(a, by, *used, shares)?;
    }
    let take_income = a.way == Way::Ordinary && a.balance.is_emptied_by(shares);
    Ok(Admitted {
        requested_at: a.at,
        trade_date: day,
        confirm_by,
        paid_by,
        shares,
        take_income,
        calendar: a.calendar.version().clone(),
        terms: a.fund.version.clone(),
    })
}

/// T, the day of the registrar's word, and that of the money. What was handed to a bank is redeemed
/// by it as soon as it is there, and takes as long again.
fn days(
    calendar: &TradingCalendar,
    fund: &FundTerms,
    at: Timestamp,
    is_fast: bool,
) -> Result<(TradingDay, TradingDay, TradingDay), CalendarError> {
    let day = calendar.t_of(at)?;
    let confirm_by = fund.confirmed_by(calendar, day)?;
    let paid_by = fund.paid_by(calendar, day)?;
    let last = if is_fast { fund.paid_by(calendar, confirm_by)? } else { paid_by };
    reaches(calendar, last)?;
    Ok((day, confirm_by, paid_by))
}

/// Whether the fund lets shares leave for money on that T.
///
/// # Errors
/// [`Refusal::RedemptionNotOpen`].
pub fn may_leave(fund: &FundTerms, day: TradingDay) -> Result<(), Refusal> {
    let status = fund.status_on(day.date());
    if status.permits_redemption() {
        return Ok(());
    }
    Err(Refusal::RedemptionNotOpen { fund: fund.code, status, day })
}

fn who(a: &CashOut) -> Result<(), Refusal> {
    let InvestorProfile { kyc, account: own, same_name_card, .. } = &a.investor;
    if !kyc.permits_redemption() {
        return Err(Refusal::KycForbids { state: *kyc });
    }
    if a.account != *own {
        return Err(Refusal::AnotherAccount { asked: a.account.clone(), own: own.clone() });
    }
    if !same_name_card {
        return Err(Refusal::AccountOfAnotherName { account: own.clone() });
    }
    Ok(())
}

/// A remainder below the fund's minimum goes out too, unless more than that stays in the register.
fn how_many(a: &CashOut) -> Result<Shares, Refusal> {
    let available = a.balance.available;
    let asked = a.shares.unwrap_or(available);
    if asked > available || (a.shares.is_none() && available.is_zero()) {
        let (asked, by) = (a.shares, a.reserved_by.clone());
        return Err(Refusal::NotAvailable { asked, balance: Box::new(a.balance), by });
    }
    let limits = &a.fund.limits.shares;
    match limits.exit(Outflow::Redemption, asked, available).map_err(Refusal::TooFew)? {
        Exit::Part(shares) | Exit::Full(shares) => Ok(shares),
        Exit::ForcedFull(all) => {
            Ok(if a.balance.left_without(asked) < limits.balance_min { all } else { asked })
        }
    }
}

fn fast(a: &CashOut, by: &Advancer, used: Money, shares: Shares) -> Result<(), Refusal> {
    let offered = a.fund.limits.fast_redemption_day_max;
    let max =
        offered.ok_or(Refusal::FastNotOffered { fund: a.fund.code, ordinary: false })?.min(DAY_MAX);
    match by {
        Advancer::LicensedBank(_) => {}
        Advancer::OtherBank(_) | Advancer::Manager | Advancer::Distributor => {
            return Err(Refusal::MayNotAdvance { by: by.clone() });
        }
    }
    let asked = shares.value_half_up(Nav::ONE).unwrap_or(max);
    if used.plus(asked).is_some_and(|sum| sum <= max) {
        return Ok(());
    }
    let room = max.minus(used).unwrap_or(Money::ZERO);
    Err(Refusal::AboveFastMaximum { asked, used, max, room, ordinary: false })
}

#[cfg(test)]
#[path = "cash_out_tests.rs"]
mod tests;
