//! What is wrong with records that are taken all the same.

use super::{puzzles::Source, repeated::Place};
use crate::exchange::{
    field_error::FieldError,
    finding,
    flow::{
        dividend::Dividend, fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
        trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
    },
    version::FileType,
};
use std::fmt;

/// Something that is wrong with a record that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A field on which nothing hangs cannot be read.
    Field(finding::Finding),
    /// The record was there before.
    Repeated {
        /// The name of its file.
        file: String,
        /// Which one it is of it, from 1.
        record: usize,
        /// Place of the first one.
        before: String,
        /// Whether it says the same; the order of the other one has a case.
        same: bool,
    },
}

impl Finding {
    /// That a record is there twice, word for word.
    pub(super) fn again(source: &Source<'_>, first: &Place) -> Self {
        Self::repeated(source, first, true)
    }

    /// That a record says otherwise than the first of its number.
    pub(super) fn otherwise(source: &Source<'_>, first: &Place) -> Self {
        Self::repeated(source, first, false)
    }

    fn repeated(source: &Source<'_>, first: &Place, same: bool) -> Self {
        let before = format!("record {} of {}", first.nth, first.file);
        Self::Repeated { file: source.file.to_owned(), record: source.nth, before, same }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(finding) => {
                write!(out, "{finding}; nothing hangs on it, and the record is taken without it")
            }
            Self::Repeated { file, record, before, same: true } => {
                write!(out, "{file}: record {record} is {before} once more; it counts once")
            }
            Self::Repeated { file, record, before, same: false } => {
                write!(
                    out,
                    "{file}: record {record} has the numbers of {before} and says otherwise"
                )
            }
        }
    }
}

/// Days and times of a record on which nothing hangs and that are none.
pub(super) fn oddities(source: &Source<'_>, line: u64) -> Vec<finding::Finding> {
    let record = source.record.as_ref();
    let errors = match source.kind {
        FileType::TradeApplication => TradeApplication::oddities(record),
        FileType::TradeConfirmation => TradeConfirmation::oddities(record),
        FileType::ShareBalance => ShareBalance::oddities(record),
        FileType::Dividend => Dividend::oddities(record),
        FileType::FundDay => FundDay::oddities(record),
        FileType::Settlement => Settlement::oddities(record),
    };
    let finding =
        |error: FieldError| finding::Finding::of_value(source.file, line, record.layout(), error);
    errors.into_iter().filter_map(finding).collect()
}
