//! The rules of a reconciliation: data, checked as a whole when they are read.
//!
//! 1. The shipped ones are `rules.toml` of this crate. A file of a person's own takes the place of the tables that it
//!    has; a source that it leaves out keeps the shipped ones.
//! 2. What is wrong is named with its line, its field and what is allowed. Nothing of a file with a mistake is used.

use crate::{source::Source, spelled};
use chrono::NaiveTime;
use fundflow_domain::case::{Kind, Severity};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// By how much two values may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// In the unit of the value: yuan, shares, yuan a share.
    Number(Decimal),
    /// In natural days.
    Days(u32),
    /// Not at all.
    Exact,
}

/// What is said of a kind of break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Treatment {
    /// How much hangs on it.
    pub severity: Severity,
    /// Natural days after which it is too old.
    pub age_days: u32,
    /// What to do about it, for a person.
    pub act: String,
}

/// The rules of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRules {
    /// Whose records they are about.
    pub source: Source,
    /// Values that both sides have in common; at least one.
    pub join: Vec<String>,
    /// Values that tell several records of a key apart.
    pub tell: Vec<String>,
    /// When files must be there, on the day after, in Shanghai.
    pub due: NaiveTime,
    /// Our positions are those of then, on the day after, in Shanghai: a register makes its file before it is due.
    pub as_of: NaiveTime,
    /// What must agree, by name.
    pub compare: BTreeMap<String, Tolerance>,
    /// By kind; those that have none of their own are treated as `other`.
    pub treatments: BTreeMap<Kind, Treatment>,
    /// Of every kind that has none of its own.
    pub other: Treatment,
    /// Of a statement: our value, and the heading of its column.
    pub columns: BTreeMap<String, String>,
}

impl SourceRules {
    /// What is said of that kind.
    pub fn treatment(&self, kind: Kind) -> &Treatment {
        self.treatments.get(&kind).unwrap_or(&self.other)
    }
}

/// The rules of every source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    confirmations: SourceRules,
    holdings: SourceRules,
    fund_days: SourceRules,
    settlements: SourceRules,
    statement: SourceRules,
}

/// What is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}, line {line}: {field}: {problem}")]
pub struct RulesError {
    /// The name of the file.
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// The field, from the table down; what surrounds it where the text is no TOML.
    pub field: String,
    /// What is wrong and what is allowed.
    pub problem: String,
}

/// The rules that are part of the program, as text.
pub const SHIPPED: &str = include_str!("../rules.toml");

impl Rules {
    /// Those that are part of the program.
    ///
    /// # Errors
    /// None of a program whose tests passed.
    pub fn shipped() -> Result<Self, RulesError> {
        let mut rules = spelled::read("the shipped rules", SHIPPED)?;
        let mut of = |source: Source| {
            let missing = || RulesError {
                name: "the shipped rules".to_owned(),
                line: 1,
                field: source.to_string(),
                problem: "is missing".to_owned(),
            };
            rules.remove(&source).ok_or_else(missing)
        };
        Ok(Self {
            confirmations: of(Source::Confirmations)?,
            holdings: of(Source::Holdings)?,
            fund_days: of(Source::FundDays)?,
            settlements: of(Source::Settlements)?,
            statement: of(Source::Statement)?,
        })
    }

    /// The shipped ones, with the tables of that file in their place.
    ///
    /// # Errors
    /// The first mistake of the file, with its line.
    pub fn of(name: &str, text: &str) -> Result<Self, RulesError> {
        let mut rules = Self::shipped()?;
        for (source, own) in spelled::read(name, text)? {
            *rules.of_source(source) = own;
        }
        Ok(rules)
    }

    /// Those of a source.
    pub const fn source(&self, source: Source) -> &SourceRules {
        match source {
            Source::Confirmations => &self.confirmations,
            Source::Holdings => &self.holdings,
            Source::FundDays => &self.fund_days,
            Source::Settlements => &self.settlements,
            Source::Statement => &self.statement,
        }
    }

    const fn of_source(&mut self, source: Source) -> &mut SourceRules {
        match source {
            Source::Confirmations => &mut self.confirmations,
            Source::Holdings => &mut self.holdings,
            Source::FundDays => &mut self.fund_days,
            Source::Settlements => &mut self.settlements,
            Source::Statement => &mut self.statement,
        }
    }
}

/// The kinds of break by the names that rules give them.
pub const KINDS: [(&str, Kind); 11] = [
    ("missing", Kind::BreakMissing),
    ("extra", Kind::BreakExtra),
    ("amount", Kind::BreakAmount),
    ("shares", Kind::BreakShares),
    ("fee", Kind::BreakFee),
    ("nav", Kind::BreakNav),
    ("status", Kind::BreakStatus),
    ("date", Kind::BreakDate),
    ("holding", Kind::BreakHolding),
    ("duplicate", Kind::BreakDuplicate),
    ("late", Kind::BreakLate),
];

/// A kind of break as rules and lists spell it: `missing` instead of `break_missing`.
pub fn short(kind: Kind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or(kind.as_str(), |(name, _)| name)
}
