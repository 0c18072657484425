//! Values as people write them: `1.5%`, `3000@400d`, `30d=0.75%`.

use clap::ValueEnum;
use fundflow_domain::{
    fees::{Channel, CustomerType},
    fund::ConversionFeeMethod as Method,
    modes::ConversionMode,
    money::{Rate, ShareRounding, Shares},
    money_fund::{IncomeUnit, YieldMethod},
    plan::{MissingDay, MoveRule},
};
use fundflow_kernel::written;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::str::FromStr;

/// A rate, plain (`0.015`) or in percent (`1.5%`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct RateText(pub(crate) Rate);

/// Shares held for so many natural days: `3000@400d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LotText {
    pub(crate) shares: Shares,
    pub(crate) days: u32,
}

/// The rate below so many natural days: `30d=0.75%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TierText {
    pub(crate) days: u32,
    pub(crate) rate: Rate,
}

/// The text is not such a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {what}; write {allowed}")]
pub(crate) struct BadText {
    what: &'static str,
    value: String,
    allowed: &'static str,
}

fn rate(text: &str) -> Option<Rate> {
    match text.strip_suffix('%') {
        None => text.parse().ok(),
        Some(percent) => {
            // As the plain rate is written: no sign, no separator, no point without digits on both sides.
            let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
            let (whole, part) = percent.split_once('.').unwrap_or((percent, "0"));
            let is_plain = written::is_whole(whole) && digits(part);
            let percent = Decimal::from_str_exact(Some(percent).filter(|_| is_plain)?).ok()?;
            Rate::new(percent.checked_mul(Decimal::new(1, 2))?).ok()
        }
    }
}

// Longer holdings than a century are a slip of the keyboard.
fn days(text: &str) -> Option<u32> {
    let days = text.strip_suffix('d')?;
    written::whole(days).filter(|days| *days <= 36_525)
}

impl FromStr for RateText {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let allowed = "0 to 1 or 0% to 100% with at most 8 decimals, like 0.015 or 1.5%";
        let bad = || BadText { what: "a rate", value: text.to_owned(), allowed };
        rate(text).map(Self).ok_or_else(bad)
    }
}

impl FromStr for LotText {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let allowed =
            "SHARES@DAYSd, like 2500.55@20d, with at least 0.01 shares and at most 36525 days";
        let bad = || BadText { what: "a lot", value: text.to_owned(), allowed };
        let parse = || {
            let (shares, held) = text.split_once('@')?;
            let shares = shares.parse().ok().filter(|shares: &Shares| !shares.is_zero())?;
            Some(Self { shares, days: days(held)? })
        };
        parse().ok_or_else(bad)
    }
}

impl FromStr for TierText {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let allowed = "DAYSd=RATE for holdings below so many days, 1 to 36525, like 30d=0.75%";
        let bad = || BadText { what: "a tier", value: text.to_owned(), allowed };
        let parse = || {
            let (below, charged) = text.split_once('=')?;
            Some(Self { days: days(below).filter(|days| *days > 0)?, rate: rate(charged)? })
        };
        parse().ok_or_else(bad)
    }
}

macro_rules! from_string {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = BadText;
            fn try_from(text: String) -> Result<Self, BadText> {
                text.parse()
            }
        }
    )*};
}
from_string!(RateText, LotText, TierText);

/// What happens to the third decimal of shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RoundingName {
    /// To the nearest 0.01.
    HalfUp,
    /// The rest is dropped.
    Truncate,
}

/// How a conversion's differences are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MethodName {
    /// The difference of the two purchase fees.
    FeeDifference,
    /// The fee at the difference of the two purchase rates.
    RateDifference,
    /// The redemption fee is a difference too.
    BothDifferences,
}

/// The smallest income.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
pub(crate) enum UnitName {
    /// A fen, 0.01 yuan.
    #[value(name = "0.01")]
    #[serde(rename = "0.01")]
    Fen,
    /// A hundredth of a fen.
    #[value(name = "0.0001")]
    #[serde(rename = "0.0001")]
    HundredthOfFen,
}

/// When income becomes shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CarryName {
    /// Every day: the yield is compound.
    Daily,
    /// Once a month: the yield is simple.
    Monthly,
}

/// Through whom the order comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChannelName {
    /// The manager's own web and phone front ends.
    DirectOnline,
    /// The manager's own counter.
    DirectCounter,
    /// Through another distributor than the manager.
    Agency,
}

/// Who holds the shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CustomerName {
    /// A natural person.
    Individual,
    /// A company or other body.
    Institution,
    /// An asset-management product.
    Product,
}

/// How money-fund shares become shares of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum ModeName {
    /// Bought and converted in the batch of one T.
    LinkedSameDay,
    /// With shares that the wallet holds.
    Held,
    /// Converted on the day on which the purchase is confirmed.
    NextDay,
    /// Redeemed, and the money buys the target when it arrives.
    RedeemToPurchase,
}

/// Where a date moves that is no trading day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MoveName {
    /// To the next trading day.
    Next,
    /// To the trading day before.
    Previous,
}

/// Where a day moves that the month lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum MissingName {
    /// To the month's last day.
    Last,
    /// To the first day of the month after.
    FirstOfNext,
}

impl From<ModeName> for ConversionMode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::LinkedSameDay => ConversionMode::LinkedSameDay,
            ModeName::Held => ConversionMode::Held,
            ModeName::NextDay => ConversionMode::NextDay,
            ModeName::RedeemToPurchase => ConversionMode::RedeemToPurchase,
        }
    }
}

impl From<MoveName> for MoveRule {
    fn from(name: MoveName) -> Self {
        match name {
            MoveName::Next => MoveRule::NextTradingDay,
            MoveName::Previous => MoveRule::PreviousTradingDay,
        }
    }
}

impl From<MissingName> for MissingDay {
    fn from(name: MissingName) -> Self {
        match name {
            MissingName::Last => MissingDay::LastOfMonth,
            MissingName::FirstOfNext => MissingDay::FirstOfNext,
        }
    }
}

impl From<RoundingName> for ShareRounding {
    fn from(name: RoundingName) -> Self {
        match name {
            RoundingName::HalfUp => ShareRounding::HalfUp,
            RoundingName::Truncate => ShareRounding::Truncate,
        }
    }
}

impl From<MethodName> for Method {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::FeeDifference => Method::FeeDifference,
            MethodName::RateDifference => Method::RateDifference,
            MethodName::BothDifferences => Method::BothDifferences,
        }
    }
}

impl From<UnitName> for IncomeUnit {
    fn from(name: UnitName) -> Self {
        match name {
            UnitName::Fen => IncomeUnit::Fen,
            UnitName::HundredthOfFen => IncomeUnit::HundredthOfFen,
        }
    }
}

impl From<CarryName> for YieldMethod {
    fn from(name: CarryName) -> Self {
        match name {
            CarryName::Daily => YieldMethod::Compound,
            CarryName::Monthly => YieldMethod::Simple,
        }
    }
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::DirectOnline => Channel::DirectOnline,
            ChannelName::DirectCounter => Channel::DirectCounter,
            ChannelName::Agency => Channel::Agency,
        }
    }
}

impl From<CustomerName> for CustomerType {
    fn from(name: CustomerName) -> Self {
        match name {
            CustomerName::Individual => CustomerType::Individual,
            CustomerName::Institution => CustomerType::Institution,
            CustomerName::Product => CustomerType::Product,
        }
    }
}
