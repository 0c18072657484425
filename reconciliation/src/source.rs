//! Where records come from, and which values a record of each has.
//!
//! | source | record | joins |
//! |---|---|---|
//! | `confirmations` | file 04 | what the registrar's word became of an application |
//! | `holdings` | file 05 | an investor's registered shares of a fund |
//! | `fund_days` | file 07 | the price and status of a fund on T |
//! | `settlements` | file 25 | the sum of what was confirmed of a fund and business on T |
//! | `statement` | a channel's or a bank's CSV | money that came in or went out on a natural day |

use fundflow_domain::case::{Kind, SourceKind};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where records of a kind come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// File 04 of a registrar.
    Confirmations,
    /// File 05 of a registrar.
    Holdings,
    /// File 07 of a registrar.
    FundDays,
    /// File 25 of a registrar.
    Settlements,
    /// The CSV of a payment channel or a bank.
    Statement,
}

/// What a value is, which decides how it is compared and what a difference is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// It tells records apart and is never compared.
    Key,
    /// Numbers that differ by more than the rule's tolerance break, as that kind.
    Number(Kind),
    /// Days that differ by more days than the rule's tolerance break, as a date.
    Day,
    /// Words that differ break, as a status.
    Word,
}

/// A value of the records of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// As rules and findings spell it.
    pub name: &'static str,
    /// How it is compared.
    pub is: Is,
}

const fn key(name: &'static str) -> Column {
    Column { name, is: Is::Key }
}

const fn number(name: &'static str, kind: Kind) -> Column {
    Column { name, is: Is::Number(kind) }
}

const fn day(name: &'static str) -> Column {
    Column { name, is: Is::Day }
}

const fn word(name: &'static str) -> Column {
    Column { name, is: Is::Word }
}

const CONFIRMATIONS: &[Column] = &[
    key("application"),
    key("serial"),
    key("business"),
    number("amount", Kind::BreakAmount),
    number("refund", Kind::BreakAmount),
    number("shares", Kind::BreakShares),
    number("shares_out", Kind::BreakShares),
    number("fee", Kind::BreakFee),
    number("nav", Kind::BreakNav),
    number("nav_in", Kind::BreakNav),
    // What was asked for: no record states it, and what has no record is worth that.
    key("asked_amount"),
    key("asked_shares"),
    word("status"),
    word("fund"),
    day("trade_date"),
    day("confirmed_on"),
];
const HOLDINGS: &[Column] = &[
    key("account"),
    key("fund"),
    key("lot"),
    number("registered", Kind::BreakHolding),
    number("frozen", Kind::BreakHolding),
    // Shares of the total that are neither free nor frozen.
    number("unaccounted", Kind::BreakHolding),
];
const FUND_DAYS: &[Column] = &[
    key("fund"),
    key("day"),
    key("value_type"),
    number("nav", Kind::BreakNav),
    word("status"),
    word("convert_status"),
];
const SETTLEMENTS: &[Column] = &[
    key("fund"),
    key("business"),
    key("trade_date"),
    key("distributor"),
    number("amount", Kind::BreakAmount),
    word("direction"),
    day("pay_date"),
];
const STATEMENT: &[Column] = &[
    key("number"),
    key("serial"),
    key("direction"),
    number("amount", Kind::BreakAmount),
    number("fee", Kind::BreakFee),
    word("status"),
    day("date"),
    // What the account has after the movement: no movement is compared by it.
    key("balance"),
];

impl Source {
    /// Each of them, in the order in which a day brings them.
    pub const ALL: [Self; 5] =
        [Self::Confirmations, Self::Holdings, Self::FundDays, Self::Settlements, Self::Statement];

    /// As rules, cases and lists spell it; stored, never renamed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmations => "confirmations",
            Self::Holdings => "holdings",
            Self::FundDays => "fund_days",
            Self::Settlements => "settlements",
            Self::Statement => "statement",
        }
    }

    /// The kind of file, as the industry's standard numbers it; CSV for a statement.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Confirmations => "04",
            Self::Holdings => "05",
            Self::FundDays => "07",
            Self::Settlements => "25",
            Self::Statement => "csv",
        }
    }

    /// The door through which its records come.
    pub const fn kind(self) -> SourceKind {
        match self {
            Self::Confirmations | Self::Holdings | Self::FundDays | Self::Settlements => {
                SourceKind::RegistrarFile
            }
            Self::Statement => SourceKind::ChannelFile,
        }
    }

    /// What its records say, keys first.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Confirmations => CONFIRMATIONS,
            Self::Holdings => HOLDINGS,
            Self::FundDays => FUND_DAYS,
            Self::Settlements => SETTLEMENTS,
            Self::Statement => STATEMENT,
        }
    }

    /// The value of that name; `None` where its records have none.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name == name)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// A name that is no source's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no source; write one of: confirmations, holdings, fund_days, settlements, statement"
)]
pub struct UnknownSource(pub String);

impl FromStr for Source {
    type Err = UnknownSource;
    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        let found = Self::ALL.into_iter().find(|source| source.name() == text);
        found.ok_or_else(|| UnknownSource(text.chars().take(80).collect()))
    }
}
