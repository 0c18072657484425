//! How much may be bought at once, in a day, and how little may be left.
//!
//! 1. All limits are data of the fund's terms and of dated notices; this file only compares.
//! 2. A day's limit counts per [`LimitKey`]: the *master* fund (all share classes together), the
//!    investor, T, the type of customer and the sales channel. Purchases (022), conversions in (036)
//!    and plans (039) are added together, as the managers' notices on large purchases say.
//! 3. The limit itself may be reached; one fen above it is too much.
//! 4. What remains below the minimum balance must go out entirely.
//! 5. Sums that leave the range of money are above every limit.

use crate::{
    calendar::TradingDay,
    ids::{FundCode, InvestorId},
    investor::{CustomerType, SalesChannel},
    money::{Amount, Money, Shares},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What may be ordered at once. Yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLimits {
    /// The least for an investor who holds none of the fund.
    pub first_min: Amount,
    /// The least for one who does.
    pub additional_min: Amount,
    /// Orders are a multiple of it.
    pub step: Option<Amount>,
    /// The most in one order.
    pub order_max: Option<Amount>,
    /// The most in one conversion into the fund.
    pub conversion_in_max: Option<Amount>,
    /// The most in a day, per [`LimitKey`].
    pub day_max: Option<DayMax>,
}

/// A day's limit and what happens above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMax {
    /// Yuan per [`LimitKey`]; may be reached.
    pub amount: Money,
    /// Treatment of the excess.
    pub on_excess: ExcessPolicy,
}

/// What a manager does with an order that would leave the day's limit behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcessPolicy {
    /// The order that exceeds is refused, the ones before it stand.
    RejectWhole,
    /// The order is cut to what is left.
    AcceptUpToLimit,
    /// All orders of the key and day are refused.
    RejectAllOfDay,
}

/// "Suspension of large purchases": a dated notice that caps a day for some or for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargePurchaseNotice {
    /// First T on which it holds.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub from: NaiveDate,
    /// Last T; none: until further notice.
    #[serde(default, deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub through: Option<NaiveDate>,
    /// Sales channels that the limit is for; empty: all.
    #[serde(default)]
    pub channels: Vec<SalesChannel>,
    /// Kinds of customers that the limit is for; empty: all.
    #[serde(default)]
    pub customers: Vec<CustomerType>,
    /// The cap and what happens above it.
    pub day_max: DayMax,
    /// The public notice, in words that find it.
    pub notice: String,
}

/// How little may be moved or left. Shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLimits {
    /// The least in one redemption.
    pub redemption_min: Shares,
    /// The least in one conversion out.
    pub conversion_min: Shares,
    /// The least that may stay behind; less must go out too.
    pub balance_min: Shares,
}

/// All limits of one fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Limits on orders of natural persons.
    pub individual: OrderLimits,
    /// For institutions and products.
    pub institution: OrderLimits,
    /// Limits on shares, for every customer.
    pub shares: ShareLimits,
    /// Caps on large purchases, each with its dates.
    #[serde(default)]
    pub large_purchases: Vec<LargePurchaseNotice>,
    /// Yuan per investor, fund, distributor and natural day that may be cashed out at once; none:
    /// the fund has no fast redemption.
    pub fast_redemption_day_max: Option<Money>,
}

/// What a day's limit is counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LimitKey {
    /// The fund, all its share classes together.
    pub master: FundCode,
    /// The investor: one fund account per registrar.
    pub investor: InvestorId,
    /// The T on which amounts are counted.
    pub day: TradingDay,
    /// The type of customer whose limits hold.
    pub customer: CustomerType,
    /// The sales channel that is counted for.
    pub channel: SalesChannel,
}

impl fmt::Display for LimitKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { master, investor, day, customer, channel } = self;
        write!(out, "{master}.{investor}.{day}.{customer}.{channel}")
    }
}

/// The cap in force for an order, and the notice that set it, if one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCap<'a> {
    /// The lowest of all that apply.
    pub max: DayMax,
    /// The notice, when it is not the fund's ordinary limit.
    pub notice: Option<&'a str>,
}

impl Limits {
    /// What binds this kind of customer.
    pub const fn of(&self, customer: CustomerType) -> &OrderLimits {
        match customer {
            CustomerType::Individual => &self.individual,
            CustomerType::Institution | CustomerType::Product => &self.institution,
        }
    }

    /// The lowest cap of the day: the ordinary one and every notice that binds this order.
    pub fn day_cap(
        &self,
        customer: CustomerType,
        channel: SalesChannel,
        day: NaiveDate,
    ) -> Option<DayCap<'_>> {
        let ordinary = self.of(customer).day_max.map(|max| DayCap { max, notice: None });
        let notices =
            self.large_purchases.iter().filter(|notice| notice.binds(customer, channel, day));
        let dated = notices.map(|n| DayCap { max: n.day_max, notice: Some(n.notice.as_str()) });
        ordinary.into_iter().chain(dated).min_by_key(|cap| cap.max.amount)
    }
}

impl LargePurchaseNotice {
    /// Whether it says anything about such an order on that T.
    pub fn binds(&self, customer: CustomerType, channel: SalesChannel, day: NaiveDate) -> bool {
        self.from <= day
            && self.through.is_none_or(|last| day <= last)
            && (self.channels.is_empty() || self.channels.contains(&channel))
            && (self.customers.is_empty() || self.customers.contains(&customer))
    }
}

/// Which way shares leave a fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outflow {
    /// Shares leave the fund for money.
    Redemption,
    /// For shares of another fund.
    Conversion,
}

/// Number of shares that leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// As asked; enough stays behind.
    Part(Shares),
    /// All shares that were asked for.
    Full(Shares),
    /// All, because too little would have stayed behind.
    ForcedFull(Shares),
}

impl Exit {
    /// Shares that leave, to 0.01.
    pub const fn shares(self) -> Shares {
        match self {
            Exit::Part(shares) | Exit::Full(shares) | Exit::ForcedFull(shares) => shares,
        }
    }
}

/// Why shares cannot leave. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ExitRefusal {
    /// The request is for 0.00 shares.
    #[error("no shares were asked for")]
    NoShares,
    /// More was asked for than there is.
    #[error("{asked} shares were asked for and {held} are held")]
    NotHeld {
        /// The requested shares, to 0.01.
        asked: Shares,
        /// Shares that there are at the decision.
        held: Shares,
    },
    /// Too few, and not all.
    #[error("{asked} shares are below the minimum of {min}{}", all.map(|all| format!("; all {all} may leave")).unwrap_or_default())]
    BelowMinimum {
        /// The requested shares, to 0.01.
        asked: Shares,
        /// The least number of shares that may leave.
        min: Shares,
        /// What there is, where all of it may leave.
        all: Option<Shares>,
    },
}

impl ShareLimits {
    /// What leaves when `asked` of `held` shares are to. All of them may always leave.
    ///
    /// # Errors
    /// [`ExitRefusal`], in the order of its definition.
    pub fn exit(&self, way: Outflow, asked: Shares, held: Shares) -> Result<Exit, ExitRefusal> {
        if asked.is_zero() {
            return Err(ExitRefusal::NoShares);
        }
        let left = held.minus(asked).ok_or(ExitRefusal::NotHeld { asked, held })?;
        if left.is_zero() {
            return Ok(Exit::Full(held));
        }
        let min = match way {
            Outflow::Redemption => self.redemption_min,
            Outflow::Conversion => self.conversion_min,
        };
        if asked < min {
            return Err(ExitRefusal::BelowMinimum { asked, min, all: Some(held) });
        }
        Ok(if left < self.balance_min { Exit::ForcedFull(held) } else { Exit::Part(asked) })
    }
}

#[cfg(test)]
mod tests;
