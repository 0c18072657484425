//! What a fund charges: dated schedules, discounts on their rates, and the law that bounds both.
//!
//! ```text
//! FeeBook ──in force on a date──► FeeSchedule ──tier of the amount──► Charge ──discount──► Charge
//!                                     │
//!                                     └──checked against──► Regime (the rules of that date)
//! ```
//!
//! 1. A schedule never changes. A new one with a later `effective_from` takes its place, and the
//!    orders priced under the old one keep its [`VersionTag`](crate::ids::VersionTag).
//! 2. A tier holds from its lower bound (included) to the next one's (excluded). The fee may fall
//!    when an amount crosses a bound: that is what contracts say, and nothing here smooths it.
//! 3. A discount multiplies the rate, never the fee; a fixed fee per order has none.
//! 4. A regime is data as well. It refuses a schedule by naming field, value and limit.

pub mod discount;
mod published;
pub mod regime;
pub mod schedule;
pub mod tiers;

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What an investor asks for. Which fees apply depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Business {
    /// Buying while the fund is being raised, at face value.
    Subscription,
    /// Buying an open fund at its net asset value.
    Purchase,
    /// A purchase repeated by standing order.
    RegularPlan,
    /// Giving shares back for money.
    Redemption,
    /// Shares of one fund into shares of another.
    Conversion,
}

/// Through whom the order comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The manager's own web and phone front ends.
    DirectOnline,
    /// The manager's own counter.
    DirectCounter,
    /// Another distributor: a bank, a broker, a platform.
    Agency,
}

/// Kind of holder, by which fees differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerType {
    /// A natural person, to whom the limits of individuals apply.
    Individual,
    /// A company or other body.
    Institution,
    /// An asset-management product, which invests others' money.
    Product,
}

impl CustomerType {
    /// Every type of customer, individuals first.
    pub const ALL: [Self; 3] = [Self::Individual, Self::Institution, Self::Product];
}

/// What a fund invests in, as far as the rules on fees tell funds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundKind {
    /// Actively managed, shares for the most part.
    ActiveEquity,
    /// A mixed fund that is not mostly shares.
    OtherHybrid,
    /// Follows an index; other fee caps hold for it.
    Index,
    /// A bond fund (债券型).
    Bond,
    /// A money-market fund (货币市场型).
    MoneyMarket,
    /// Traded on an exchange.
    Etf,
    /// Interbank certificates of deposit.
    CertificateOfDeposit,
}

/// When the fee for buying is paid. The class letter alone does not say: class B of a money fund is
/// the one for large holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeMode {
    /// With the purchase, out of the amount.
    FrontEnd,
    /// With the redemption, less the longer the shares were held.
    BackEnd,
    /// Never; a service fee accrues in the net asset value instead.
    ServiceFee,
}

/// A class of a fund's shares: one letter, `A` to `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShareClass(char);

/// The text is not a share class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not a share class: one letter A to Z")]
pub struct NotAShareClass {
    /// The text as it was given, to be quoted.
    pub value: String,
}

impl ShareClass {
    /// Front-end, in most contracts.
    pub const A: Self = Self('A');
    /// Back-end, in most contracts.
    pub const B: Self = Self('B');
    /// With a service fee, in most contracts.
    pub const C: Self = Self('C');
}

impl FromStr for ShareClass {
    type Err = NotAShareClass;
    fn from_str(text: &str) -> Result<Self, NotAShareClass> {
        let bad = || NotAShareClass { value: text.chars().take(80).collect() };
        let letter = text.parse::<char>().map_err(|_| bad())?;
        if letter.is_ascii_uppercase() { Ok(Self(letter)) } else { Err(bad()) }
    }
}

impl TryFrom<String> for ShareClass {
    type Error = NotAShareClass;
    fn try_from(text: String) -> Result<Self, NotAShareClass> {
        text.parse()
    }
}

impl From<ShareClass> for String {
    fn from(class: ShareClass) -> String {
        class.0.to_string()
    }
}

impl fmt::Display for ShareClass {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.0.encode_utf8(&mut [0; 4]))
    }
}
