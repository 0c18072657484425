//! A fund's terms: everything about a fund that decides an order, with a version and a first day.
//!
//! 1. Terms are never changed. A change is another [`FundTerms`] with a later
//!    [`effective_from`](FundTerms::effective_from); an order keeps the version it was decided on.
//! 2. Whatever differs between funds is a field here, never an `if` on a fund code elsewhere.
//! 3. Closed days are those of the fund *besides* the exchange's: the trading calendar comes first,
//!    the fund's own notice has the last word.
//! 4. [`source`](FundTerms::source) names where the terms were published.

use crate::{
    calendar::TradingDay,
    conversion::{Policy, TierBase},
    fees::{discount::DiscountRule, schedule::FeeSchedule},
    ids::{FundCode, RegistrarCode, VersionTag},
    limits::Limits,
    money::{Discount, ShareRounding, Shares},
    money_fund::{Carry, IncomeUnit},
    status::{ConvertStatus, FundStatus, Stops},
};
use chrono::{Days, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

mod days;

/// What a fund invests in, as far as a rule distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundKind {
    /// Money market: price 1.00, the wallet.
    Money,
    /// A bond fund (债券型).
    Bond,
    /// Invests in shares and bonds, in any proportion that its contract allows.
    Hybrid,
    /// An equity fund (股票型).
    Equity,
    /// Follows an index; other fee caps hold for it.
    Index,
    /// Invests abroad; closed when the foreign market is.
    Qdii,
    /// A fund of funds.
    Fof,
}

/// A product's risk class (AMAC guideline 2017). A money-market fund is R1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "R1 is the lowest risk, R5 the highest; there is no more to say")]
pub enum ProductRisk {
    R1,
    R2,
    R3,
    R4,
    R5,
}

/// Which lots leave first (registrar parameter `RedemptionSequence`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionSequence {
    /// Code 0: the oldest.
    #[default]
    Fifo,
    /// Code 1: the newest.
    Lifo,
}

/// How the fee of a conversion follows from those of its two funds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversionFeeMethod {
    /// Redemption fee plus the difference of the two purchase *fees*.
    FeeDifference,
    /// Redemption fee plus the fee at the difference of the two purchase *rates*.
    RateDifference,
    /// Both the redemption fee and the purchase fee are differences.
    BothDifferences,
}

/// Into which fund, and on which conditions, shares of this fund can be converted (file C3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionPair {
    /// The fund that shares are converted into, six digits.
    pub target: FundCode,
    /// How the fee is computed.
    pub method: ConversionFeeMethod,
    /// Which amount decides the tiers of both funds.
    #[serde(default)]
    pub tier_base: TierBase,
    /// The least in one conversion.
    pub shares_min: Shares,
    /// Natural days that the shares must have been held.
    pub days_min: u32,
    /// On the rate of the top-up fee; 0 for a wallet purchase (`BackenloadDiscount`, sic).
    pub topup_discount: Discount,
    /// Names the rule in the event.
    pub rule: VersionTag,
}

/// Days on which the fund, by its own notice, does less than its status says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// The first day on which it is closed.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub from: NaiveDate,
    /// The last natural day of it, itself included.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub through: NaiveDate,
    /// The business that the notice stops.
    pub stops: Stops,
    /// The public notice, in words that find it.
    pub notice: String,
}

/// The period in which a fund that does not exist yet is sold at face value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raising {
    /// The first day on which money is raised.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub from: NaiveDate,
    /// The last natural day of it, itself included.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub through: NaiveDate,
    /// From when on an order belongs to the next day; the exchange's cut-off where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "fundflow_kernel::written::read_time_if_any")]
    pub cut_off: Option<NaiveTime>,
    /// The day on which the fund comes into being, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub founded_on: Option<NaiveDate>,
}

/// Everything about a fund that decides an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundTerms {
    /// The fund's code, six digits.
    pub code: FundCode,
    /// The fund that all share classes belong to; day limits are counted on it.
    pub master: FundCode,
    /// The fund's name, as it is published.
    pub name: String,
    /// Kind of fund by its investments.
    pub kind: FundKind,
    /// Who keeps the register of its shares.
    pub registrar: RegistrarCode,
    /// The risk class of the product, R1 to R5.
    pub risk: ProductRisk,
    /// What it permits, unless a [`Closure`] says less.
    pub status: FundStatus,
    /// Which directions of conversion are open.
    pub convert_status: ConvertStatus,
    /// The registrar confirms by T + this many trading days, 1 to 3, whether the fund takes orders on them
    /// or not; [`foreign_holidays`](Self::foreign_holidays) are not counted.
    pub confirm_lag: u8,
    /// The customer has redemption money on T + this many trading days, and later by as many as holidays
    /// abroad keep the registrar's word.
    pub payout_lag: u8,
    /// Of a money fund: when its income becomes shares.
    #[serde(default)]
    pub carry: Carry,
    /// Of a money fund: the smallest income that its contract credits.
    #[serde(default)]
    pub income_unit: IncomeUnit,
    /// The third decimal of shares.
    pub share_rounding: ShareRounding,
    /// Minima, steps and maxima of orders, and notices on large ones.
    pub limits: Limits,
    /// Schedule of its purchase and redemption fees.
    pub fees: FeeSchedule,
    /// Published discounts on the purchase rate. One that names no business is for purchases only:
    /// what holds for a conversion says so, or a general discount would end the wallet's zero fee.
    pub discounts: Vec<DiscountRule>,
    /// What its shares can be converted into.
    pub conversions: Vec<ConversionPair>,
    /// Whether the registrar books a purchase and a conversion of the same T in one batch.
    pub linked_processing: bool,
    /// Closed or half closed days of its own: foreign holidays, closed periods, notices.
    pub closures: Vec<Closure>,
    /// Weekdays on which the market abroad is closed, in ascending order: T+n does not count them. They
    /// close the fund to nobody: a [`Closure`] does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "fundflow_kernel::written::read_dates")]
    pub foreign_holidays: Vec<NaiveDate>,
    /// Order in which lots leave.
    pub redemption_sequence: RedemptionSequence,
    /// While the fund is raised: when, and until what time of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raising: Option<Raising>,
    /// Version under which decisions name these terms.
    pub version: VersionTag,
    /// The first T on which they hold.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub effective_from: NaiveDate,
    /// Publication of the terms: document and date.
    pub source: String,
}

impl FundTerms {
    /// The status on a day: the general one, less what the fund's notices stop on it.
    pub fn status_on(&self, day: NaiveDate) -> FundStatus {
        self.closures_on(day).fold(self.status, |status, closure| status.without(closure.stops))
    }

    /// The notices that stop something on a day.
    pub fn closures_on(&self, day: NaiveDate) -> impl Iterator<Item = &Closure> {
        self.closures.iter().filter(move |closure| closure.from <= day && day <= closure.through)
    }

    /// The conditions on which shares go into `target`.
    pub fn conversion_into(&self, target: FundCode) -> Option<&ConversionPair> {
        self.conversions.iter().find(|pair| pair.target == target)
    }
}

impl ConversionPair {
    /// How a conversion into a fund with that share rounding is priced.
    pub const fn policy(&self, rounding: ShareRounding) -> Policy {
        let Self { method, tier_base, topup_discount, .. } = *self;
        Policy { method, tier_base, topup_discount, topup_floor: None, rounding }
    }

    /// Whether shares of that registration date have been held long enough on that T.
    pub fn lets_go(&self, registered_on: NaiveDate, t: TradingDay) -> bool {
        let from = registered_on.checked_add_days(Days::new(self.days_min.into()));
        from.is_some_and(|from| from <= t.date())
    }
}
