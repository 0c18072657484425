//! What happens to a fund or to an investor's shares, whoever asks for what.
//!
//! ```toml
//! [[suspended]]
//! fund = "018145"
//! from = "2026-02-12T10:30:00+08:00"
//!
//! [[huge]]
//! fund = "018145"
//! on = "2026-02-12"
//! part_per_mille = 400
//! in_two = true
//!
//! [[frozen]]
//! investor = "I-1001"
//! fund = "000730"
//! shares = "500.00"
//! from = "2026-02-12"
//! through = "2026-02-24"
//!
//! [[raising]]
//! fund = "018145"
//! founded_on = "2026-02-24"
//! rate = "0.0035"
//! fails = false
//!
//! [[answers]]
//! registrar = "05"
//! on = "2026-02-12"
//! come = "late"
//! until = "2026-02-13T17:00:00+08:00"
//! ```

use chrono::NaiveDate;
use fundflow_domain::{
    ids::{FundCode, InvestorId, RegistrarCode},
    money::{Rate, Shares},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// From when on the registrar's front takes nothing for a fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// Bought, left or entered.
    pub fund: FundCode,
    /// The first instant.
    pub from: Timestamp,
    /// The last day, included; none: until further notice.
    #[serde(default, deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub through: Option<NaiveDate>,
}

/// A day on which more leaves a fund than it can pay: redemptions and conversions out of that T are
/// confirmed in part, and so is what earlier days have carried over to it. The rest follows each order's own flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Huge {
    /// The fund that is left.
    pub fund: FundCode,
    /// The T on which it redeems in part.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub on: NaiveDate,
    /// How much of each order is confirmed; 1 to 999.
    pub part_per_mille: u16,
    /// Two records of that T confirm each order whose rest is carried over: the second one, such a part of what the
    /// first has left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_two: bool,
}

/// Shares that a court or a pledge took hold of at the register: they are there and cannot leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// Fund that the entry is about.
    pub fund: FundCode,
    /// Shares of one wallet or holding that the register freezes.
    pub shares: Shares,
    /// The first day on which they are; before the first of all where nothing is said.
    #[serde(default, deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub from: Option<NaiveDate>,
    /// The last day, included; none: until further notice.
    #[serde(default, deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub through: Option<NaiveDate>,
}

impl Frozen {
    pub(super) fn lasts(&self, on: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= on) && self.through.is_none_or(|through| on <= through)
    }
}

/// How a registrar's files of a T come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerFault {
    /// Whose files they are.
    pub registrar: RegistrarCode,
    /// The T whose applications they answer.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub on: NaiveDate,
    /// In which way.
    pub come: Come,
    /// From when on they are whole; never where nothing is said.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// In which way files come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Come {
    /// Not before then.
    Late,
    /// In the morning without file 05, which the index names.
    InPart,
    /// In the morning with a file 04 that ends in its middle.
    Damaged,
    /// In the morning with an index that ends in its middle.
    DamagedIndex,
    /// In the morning, and once more with the same bytes.
    Repeated,
    /// In the morning, and once more with other bytes in file 04.
    Changed,
}

impl Come {
    /// Whether nothing is wrong with them in the morning.
    pub const fn is_whole_at_first(self) -> bool {
        matches!(self, Come::Repeated | Come::Changed)
    }
}

/// How the raising of a fund ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raising {
    /// The fund that is subscribed to.
    pub fund: FundCode,
    /// The day on which it is founded, or on which it is known that it will not be.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub founded_on: NaiveDate,
    /// Interest on the money meanwhile, a year; 0.35 % where nothing is said.
    #[serde(default = "Raising::usual")]
    pub rate: Rate,
    /// It is not founded, and the money goes back with the interest.
    #[serde(default)]
    pub fails: bool,
}

impl Raising {
    /// The interest where nothing is said.
    pub(crate) const fn usual() -> Rate {
        Rate::basis_points(35)
    }
}
