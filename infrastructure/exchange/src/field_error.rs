//! Why a value does not come out of a field, or does not go in. Each names the field, the value
//! and the limit it breaks.

use rust_decimal::Decimal;

use super::field_type::FieldType;
use super::finding::Problem;
use super::gb18030::{self, TextFault};
use super::layout::Slot;
use super::version::{FileType, Version};

/// Why a value and a field do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum FieldError {
    /// The header of the file does not list the field.
    #[error("field {field} is not in the header of this file; ask for a file that has it")]
    Absent { field: String },
    /// Bytes that hold no value of the field's type.
    #[error("{field} = {value:?}: {problem}")]
    Malformed { field: String, value: String, problem: Box<Problem> },
    /// Asked for a number where text is, or the other way round.
    #[error("field {field} is of type {kind}, which is not {asked}")]
    WrongType {
        field: String,
        kind: FieldType,
        /// Name of the field in the dictionary.
        asked: &'static str,
    },
    /// More bytes than the field has.
    #[error("{field} = {value:?} takes {taken} bytes of GB18030, the limit is {limit}; shorten it")]
    TooLong {
        field: String,
        value: String,
        /// Bytes it takes.
        taken: usize,
        /// Bytes the field has.
        limit: usize,
    },
    /// Other characters than digits.
    #[error("{field} = {value:?} must consist of digits")]
    NotDigits { field: String, value: String },
    /// More digits than the field has.
    #[error("{field} = {value} has more digits than {kind} holds; split the amount")]
    TooLarge { field: String, value: Decimal, kind: FieldType },
    /// More decimals than the field has; nothing is rounded here.
    #[error("{field} = {value} has more than the {limit} decimals of the field; round it first")]
    Decimals {
        field: String,
        value: Decimal,
        /// Decimals of the field.
        limit: u32,
    },
    /// `N` has no sign.
    #[error("{field} = {value} is negative, but the field has no sign; write it as signed")]
    Negative { field: String, value: Decimal },
    /// A sign flag that is neither.
    #[error("{field} = {value:?} must be 0 for plus or 1 for minus")]
    Sign { field: String, value: String },
    /// Not a day of the calendar.
    #[error("{field} = {value:?} must be a day of the calendar as YYYYMMDD, or blank")]
    Date { field: String, value: String },
    /// Not a time of day.
    #[error("{field} = {value:?} must be a time of day as HHMMSS, or blank")]
    Time { field: String, value: String },
    /// Text that GB18030 cannot carry.
    #[error("{field} = {value:?} cannot be written as GB18030: {fault}")]
    Text { field: String, value: String, fault: TextFault },
    /// Spaces at the end would be read as fill.
    #[error("{field} = {value:?} ends with a space, which would be lost; trim it")]
    TrailingSpace { field: String, value: String },
    /// A field that this kind of business cannot do without.
    #[error("{field} must be filled in for business {business}")]
    Required {
        field: String,
        /// The business code.
        business: String,
    },
    /// A record of another kind of file.
    #[error("a record of file {found} is not one of file {expected}; open the right file")]
    OtherFile {
        /// The kind that is wanted.
        expected: FileType,
        /// The kind that came.
        found: FileType,
    },
    /// A value in a field that another edition lacks.
    #[error("{field} = {value:?} has no place in version {version}; choose a newer version")]
    NotInVersion { field: String, value: String, version: Version },
    /// A code outside the values of the field.
    #[error("{field} = {value:?} must be {allowed}")]
    Code {
        field: String,
        value: String,
        /// Values that the standard permits.
        allowed: &'static str,
    },
}

impl FieldError {
    pub(crate) fn malformed(slot: &Slot, bytes: &[u8], problem: Problem) -> Self {
        let (field, value) = (slot.name.to_string(), gb18030::decode_lossy(bytes));
        Self::Malformed { field, value, problem: Box::new(problem) }
    }

    pub(crate) fn wrong_type(slot: &Slot, asked: &'static str) -> Self {
        Self::WrongType { field: slot.name.to_string(), kind: slot.kind, asked }
    }
}
