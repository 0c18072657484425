//! What an investor agrees to: which fund, how much, how often, until when, and what moves a date.
//!
//! 1. A plan with a `wallet_fund` is a discount purchase each time, of shares that the wallet holds where
//!    they are enough; without one, a plain purchase.
//! 2. `start` and `through` bound *nominal* dates. The trading day that a date moves to may lie
//!    outside of them.
//! 3. Every nominal date that comes up uses one of the `periods`, whether it was done or missed.
//!    Dates that a pause passes over use none.

use crate::{
    ids::{AccountRef, DistributorCode, FundCode, InvestorId},
    money::Amount,
};
use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    num::{NonZeroU8, NonZeroU32},
};

/// A day that some month has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct DayOfMonth(u8);

/// The number is no day of any month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a day of the month: 1 to 31")]
pub struct NotADayOfMonth(u8);

impl DayOfMonth {
    /// Takes 1 to 31.
    ///
    /// # Errors
    /// [`NotADayOfMonth`] naming the number.
    pub const fn new(day: u8) -> Result<Self, NotADayOfMonth> {
        match day {
            1..=31 => Ok(Self(day)),
            0 | 32.. => Err(NotADayOfMonth(day)),
        }
    }

    /// The number of the day, 1 to 31.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for DayOfMonth {
    type Error = NotADayOfMonth;
    fn try_from(day: u8) -> Result<Self, NotADayOfMonth> {
        Self::new(day)
    }
}

impl From<DayOfMonth> for u8 {
    fn from(day: DayOfMonth) -> u8 {
        day.0
    }
}

/// How often money is invested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Once a month, on one day.
    Monthly {
        /// A month without that day is the business of [`MissingDay`].
        day: DayOfMonth,
    },
    /// Once a week, on one weekday.
    Weekly {
        /// Saturday and Sunday are allowed; they always move.
        weekday: Weekday,
    },
    /// Once in two weeks.
    Biweekly {
        /// Saturday and Sunday are allowed; they always move.
        weekday: Weekday,
        /// The first such weekday on or after this date counts, and every second one from it on.
        counted_from: NaiveDate,
    },
    /// Every trading day; none of them ever moves.
    Daily,
}

impl Frequency {
    /// As a person writes it: `daily`, `weekly mon`, `biweekly mon`, `monthly 15`. Every second week
    /// is counted from that date.
    pub fn from_words(text: &str, counted_from: NaiveDate) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (often, on, end) = (words.next()?, words.next(), words.next());
        let weekday = || on?.parse::<Weekday>().ok();
        match (often, end) {
            ("daily", None) if on.is_none() => Some(Self::Daily),
            ("weekly", None) => Some(Self::Weekly { weekday: weekday()? }),
            ("biweekly", None) => Some(Self::Biweekly { weekday: weekday()?, counted_from }),
            ("monthly", None) => {
                let day = on.and_then(crate::written::whole);
                let day = day.and_then(|day| DayOfMonth::new(day).ok())?;
                Some(Self::Monthly { day })
            }
            (_, _) => None,
        }
    }
}

/// What becomes of a nominal date on which the exchange is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveRule {
    /// It takes place on the next trading day, perhaps in the next month.
    #[default]
    NextTradingDay,
    /// It takes place on the trading day before, perhaps in the month before.
    PreviousTradingDay,
}

/// The nominal date of a month that is too short for the plan's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingDay {
    /// The month's last day.
    #[default]
    LastOfMonth,
    /// The first day of the month after it.
    FirstOfNext,
}

/// What the investor agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The investor whose plan it is.
    pub investor: InvestorId,
    /// Pays each time, unless a wallet's own shares are enough, and receives any refund.
    pub account: AccountRef,
    /// The fund that is bought.
    pub fund: FundCode,
    /// The money-market fund in between, where each occurrence is a discount purchase.
    pub wallet_fund: Option<FundCode>,
    /// Gross, fee included, on each date: yuan to the fen.
    pub amount: Amount,
    /// Which dates are nominal dates.
    pub frequency: Frequency,
    /// The first date that may be a nominal date.
    pub start: NaiveDate,
    /// The last date that may be a nominal date; none: the investor ends it.
    pub through: Option<NaiveDate>,
    /// It is over after so many nominal dates; none: they are not counted.
    pub periods: Option<NonZeroU32>,
    /// Where a closed day moves to.
    pub move_rule: MoveRule,
    /// Where a day that the month lacks moves to, before `move_rule` is applied.
    pub missing_day: MissingDay,
    /// So many misses in a row end the plan.
    pub max_misses: NonZeroU8,
    /// Through whom each date is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// What an investor may change while the plan runs; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Gross, fee included, on each date: yuan to the fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Pays from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRef>,
    /// How often and on which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
}

impl Changes {
    /// The terms with the changes made.
    #[must_use]
    pub fn applied(&self, terms: &Terms) -> Terms {
        let mut changed = terms.clone();
        changed.amount = self.amount.unwrap_or(changed.amount);
        changed.frequency = self.frequency.unwrap_or(changed.frequency);
        if let Some(account) = &self.account {
            changed.account = account.clone();
        }
        changed
    }

    /// Whether somebody who says the one again says the other. From which day a fortnight is counted follows from the
    /// day on which it was said, and programs have not always read that alike: what was agreed first stays.
    pub(super) fn is_same_word(&self, other: &Self) -> bool {
        let often = |frequency: Frequency| match frequency {
            Frequency::Biweekly { weekday, .. } => {
                Frequency::Biweekly { weekday, counted_from: NaiveDate::MIN }
            }
            other => other,
        };
        let said = |it: &Self| Self { frequency: it.frequency.map(often), ..it.clone() };
        said(self) == said(other)
    }

    /// Of these, what newer ones say otherwise.
    pub(super) fn undone_by(self, newer: &Self) -> Self {
        fn differs<T: PartialEq>(was: Option<T>, now: Option<&T>) -> Option<T> {
            was.filter(|was| now.is_some_and(|now| now != was))
        }
        Self {
            amount: differs(self.amount, newer.amount.as_ref()),
            account: differs(self.account, newer.account.as_ref()),
            frequency: differs(self.frequency, newer.frequency.as_ref()),
        }
    }

    /// What makes the one terms the other, as far as an investor may change it.
    pub(super) fn between(before: &Terms, after: &Terms) -> Self {
        Self {
            amount: (before.amount != after.amount).then_some(after.amount),
            account: (before.account != after.account).then(|| after.account.clone()),
            frequency: (before.frequency != after.frequency).then_some(after.frequency),
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount.map(|it| it.to_string());
        let account = self.account.as_ref().map(|it| format!("paid from {it}"));
        let frequency = self.frequency.map(|it| it.to_string());
        let all: Vec<_> = [amount, account, frequency].into_iter().flatten().collect();
        out.write_str(&all.join(", "))
    }
}

impl Terms {
    /// Names of the fields in which `other` agrees to something else.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let Self { investor, account, fund, wallet_fund, amount, frequency, start, .. } = self;
        let Self { through, periods, move_rule, missing_day, max_misses, distributor, .. } = self;
        [
            ("investor", *investor != other.investor),
            ("account", *account != other.account),
            ("fund", *fund != other.fund),
            ("wallet_fund", *wallet_fund != other.wallet_fund),
            ("amount", *amount != other.amount),
            ("frequency", *frequency != other.frequency),
            ("start", *start != other.start),
            ("through", *through != other.through),
            ("periods", *periods != other.periods),
            ("move_rule", *move_rule != other.move_rule),
            ("missing_day", *missing_day != other.missing_day),
            ("max_misses", *max_misses != other.max_misses),
            ("distributor", *distributor != other.distributor),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}
