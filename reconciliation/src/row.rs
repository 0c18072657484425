//! A record of a counterparty, or what our events say in its place: the same values by the same names.

use crate::source::Source;
use chrono::NaiveDate;
use fundflow_domain::{
    case::CaseId,
    ids::{FundCode, OrderId, TransactionId},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What a record or an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yuan, shares or a price.
    Number(Decimal),
    /// A day of the calendar in Shanghai.
    Day(NaiveDate),
    /// A code, a number of digits, a word.
    Word(String),
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => fmt::Display::fmt(number, out),
            Self::Day(day) => fmt::Display::fmt(day, out),
            Self::Word(word) => out.pad(word),
        }
    }
}

/// Values by their names, as [`Source::columns`] has them. A value that one side does not state is not compared.
pub type Values = BTreeMap<String, Value>;

/// What a row is, and what it means if nothing joins it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// A record of a counterparty: without an event it breaks as extra.
    Record,
    /// A record in which nothing can be compared, since a field on which something hangs cannot be read.
    Unreadable,
    /// An event of the day: without a record it breaks as missing, or as late where it was heard after its day.
    Event {
        /// The day by which a record had to be there, where one is known.
        due: Option<NaiveDate>,
        /// The day on which it was heard.
        heard: NaiveDate,
        /// The day that it is of.
        dated: NaiveDate,
    },
    /// Something that was asked of the counterparty and is not answered: breaks as missing once it is due.
    Asked {
        /// The last day on which the record is in time.
        due: NaiveDate,
    },
    /// What is known beside the day: joins a record and is missed by nobody.
    Known {
        /// The last day on which its record was in time, where one is known.
        due: Option<NaiveDate>,
    },
}

/// One row of either side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where records like it come from.
    pub source: Source,
    /// What it is.
    pub stand: Stand,
    /// The file or the stream that it is in.
    pub place: String,
    /// Which of it: a line, an event's version.
    pub record: String,
    /// To whom the file was sent, where several hear the same: rows of two of them are no duplicates.
    pub recipient: String,
    /// The order that it is about, where known.
    pub order: Option<OrderId>,
    /// The request that it belongs to, where known.
    pub transaction: Option<TransactionId>,
    /// The fund that it is about, where known.
    pub fund: Option<FundCode>,
    /// What it says.
    pub values: Values,
    /// All of it in words, for a person: every field of a record, the events of ours.
    pub evidence: String,
    /// How many records or events of the other side's count it stands for: two of a conversion in halves.
    pub parts: u32,
    /// Cases that the engine opens by itself on such a record.
    pub cases: Vec<CaseId>,
}

impl Row {
    /// A row that says nothing yet.
    pub fn of(
        source: Source,
        stand: Stand,
        place: impl Into<String>,
        record: impl fmt::Display,
    ) -> Self {
        Self {
            source,
            stand,
            place: place.into(),
            record: record.to_string(),
            recipient: String::new(),
            order: None,
            transaction: None,
            fund: None,
            values: Values::new(),
            evidence: String::new(),
            parts: 1,
            cases: Vec::new(),
        }
    }

    /// With a number.
    #[must_use]
    pub fn number(mut self, name: &str, number: Decimal) -> Self {
        self.values.insert(name.to_owned(), Value::Number(number));
        self
    }

    /// With a day, where it is stated.
    #[must_use]
    pub fn day(mut self, name: &str, day: Option<NaiveDate>) -> Self {
        if let Some(day) = day {
            self.values.insert(name.to_owned(), Value::Day(day));
        }
        self
    }

    /// With a word, where it is not blank.
    #[must_use]
    pub fn word(mut self, name: &str, word: impl fmt::Display) -> Self {
        let word = word.to_string();
        if !word.is_empty() {
            self.values.insert(name.to_owned(), Value::Word(word));
        }
        self
    }

    /// Whether it is a counterparty's.
    pub const fn is_record(&self) -> bool {
        matches!(self.stand, Stand::Record | Stand::Unreadable)
    }

    /// What it says without where it stands: two rows that say the same are the same record.
    pub fn said(&self) -> String {
        let of = |(name, value): (&String, &Value)| format!("{name}={}", plain(value));
        let said: Vec<String> = self.values.iter().map(of).collect();
        if matches!(self.stand, Stand::Unreadable) { self.evidence.clone() } else { said.join("|") }
    }
}

/// A value as keys and hashes have it: 1.50 and 1.5 are one number.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) => number.normalize().to_string(),
        Value::Day(_) | Value::Word(_) => value.to_string(),
    }
}
