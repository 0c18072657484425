//! What is wrong with a file: each finding says where, which field, which value, what is allowed
//! and what to do. A list of findings is bounded, but counts on beyond its bound.

use std::fmt;
use std::sync::Arc;

use super::field_error::FieldError;
use super::field_type::FieldType;
use super::gb18030::TextFault;
use super::layout::{Layout, LayoutError};

/// One thing that is wrong, or odd, at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name without the directory.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: u64,
    /// Byte within the line, counted from 1.
    pub column: usize,
    /// The field, if it is about one.
    pub field: Option<Arc<str>>,
    /// What stands there, decoded as far as it can be.
    pub value: String,
    /// What is wrong with it.
    pub problem: Problem,
    /// What it stands in the way of.
    pub stops: Stops,
}

impl Finding {
    /// What is wrong with a value of that line of a file, where it is a day, a time or a sign.
    pub fn of_value(file: &str, line: u64, layout: &Layout, error: FieldError) -> Option<Self> {
        let (field, value, problem) = match error {
            FieldError::Date { field, value } => (field, value, Problem::NoDay),
            FieldError::Time { field, value } => (field, value, Problem::NoTime),
            FieldError::Sign { field, value } => (field, value, Problem::NoSign),
            _ => return None,
        };
        let slot = layout.position(&field).and_then(|at| layout.slots().get(at))?;
        let stops = if slot.decides { Stops::Record } else { Stops::Nothing };
        let (column, field) = (slot.offset + 1, Some(Arc::clone(&slot.name)));
        Some(Self { file: Arc::from(file), line, column, field, value, problem, stops })
    }
}

/// What something that is wrong stands in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stops {
    /// The whole file: nobody knows where its records begin, or whether they are all there.
    File,
    /// The record: something hangs on the field.
    Record,
    /// Nothing: the record is taken without the field, or with what it can only mean.
    Nothing,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if let Some(field) = &self.field {
            write!(out, "{field} = {:?}: ", self.value)?;
        } else if !self.value.is_empty() {
            write!(out, "{:?}: ", self.value)?;
        }
        write!(out, "{}", self.problem)
    }
}

/// What can be wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum Problem {
    /// It has a name and no byte.
    #[error("the file is empty")]
    Empty,
    /// EF BB BF in front.
    #[error("the file begins with a UTF-8 byte order mark, but the encoding is GB18030")]
    ByteOrderMark,
    /// The first line is another one.
    #[error("the first line must be {expected}")]
    Magic {
        /// `OFDCFDAT` or `OFDCFIDX`.
        expected: &'static str,
    },
    /// The first line is that of an index, which says which files there are.
    #[error("this is an index of files, and no data file")]
    Index,
    /// Not 20, 21 or 22.
    #[error("the version must be 20, 21 or 22")]
    Version,
    /// Not one of the six kinds.
    #[error("the file type must be 03, 04, 05, 06, 07 or 25")]
    FileType,
    /// Not a day of the calendar.
    #[error("{what} must be a day of the calendar as YYYYMMDD")]
    Date { what: &'static str },
    /// Not a number.
    #[error("{what} must be a number")]
    Number { what: &'static str },
    /// Header lines are ASCII.
    #[error("{what} must be printable ASCII")]
    HeaderText { what: &'static str },
    /// The name list does not fit the dictionary.
    #[error(transparent)]
    Layout(LayoutError),
    /// A name in an index that is no file name of the standard.
    #[error("a data file is named OFD_<creator>_<receiver>_<YYYYMMDD>_<type>.TXT")]
    FileName,
    /// A line that ends in another way than CR LF.
    #[error("the line must end with CR LF, but ends with {found}")]
    LineEnd {
        /// Bytes at the end of the line.
        found: &'static str,
    },
    /// A record of another width; its fields were not looked at, since their places are unknown.
    #[error("the record must have {expected} bytes, but has {actual}")]
    Width {
        /// The sum of the widths of its fields.
        expected: usize,
        /// The bytes that are there.
        actual: u64,
    },
    /// Something else than digits in an `A` or `N` field.
    #[error("{kind} allows {allowed}")]
    Digits {
        kind: FieldType,
        /// Values that the field permits.
        allowed: &'static str,
    },
    /// Not text, in a `C` field.
    #[error("{kind} holds GB18030 text, but {fault}")]
    Text {
        kind: FieldType,
        /// The fault in the text.
        fault: TextFault,
    },
    /// A warning: a name of letters where the edition has digits, which is taken as it is.
    #[error("{kind} is of digits; the letters were taken as they are")]
    Letters { kind: FieldType },
    /// Digits that are no day.
    #[error("it must be a day of the calendar as YYYYMMDD, or blank")]
    NoDay,
    /// Digits that are no time of day.
    #[error("it must be a time of day as HHMMSS, or blank")]
    NoTime,
    /// A flag that is no sign.
    #[error("it must be 0 for plus or 1 for minus")]
    NoSign,
    /// A warning: an `N` field of spaces, which is read as zero.
    #[error("{kind} is filled with zeros when absent; the spaces were read as 0")]
    BlankNumber { kind: FieldType },
    /// The index promises another number of files.
    #[error("of files the index says {stated}, but it names {found}")]
    Files {
        /// Count that the index states.
        stated: u64,
        /// Count of the names in it.
        found: u64,
    },
    /// The header promises another number of records.
    #[error("of records the header says {stated}, but the file has {found}")]
    Count {
        /// Count that the header states.
        stated: u64,
        /// Count of the records that are there.
        found: u64,
    },
    /// The file ends too early.
    #[error("the file ends before {expected}")]
    Truncated {
        /// Expected part of the file.
        expected: &'static str,
    },
    /// Its last line is another than `OFDCFEND`: it was cut, or is still being written.
    #[error("the last line must be OFDCFEND")]
    Trailer,
    /// Bytes behind `OFDCFEND`.
    #[error("nothing may follow OFDCFEND")]
    AfterTrailer,
}

impl Problem {
    /// What a person can do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Empty
            | Self::Truncated { .. }
            | Self::Trailer
            | Self::Files { .. }
            | Self::Count { .. } => "the transfer was probably cut: fetch the file again",
            Self::ByteOrderMark | Self::LineEnd { .. } | Self::AfterTrailer => {
                "a program changed the file on its way: fetch it again in binary mode"
            }
            Self::Magic { .. } => "check that this is the file you meant",
            Self::Index => "name a file that it names; only a check takes an index",
            Self::Version | Self::FileType => {
                "ask the sender for a version and a type that both sides know"
            }
            Self::Layout(_) => "ask the sender which version of the standard the fields are from",
            Self::BlankNumber { .. } | Self::Letters { .. } => {
                "nothing needs to be done; tell the sender"
            }
            Self::Digits { .. } | Self::Text { .. } | Self::NoDay | Self::NoTime | Self::NoSign => {
                "ask the sender for a corrected record; a day takes the others all the same"
            }
            Self::Date { .. }
            | Self::Number { .. }
            | Self::HeaderText { .. }
            | Self::FileName
            | Self::Width { .. } => {
                "ask the sender for a corrected file; nothing of it was applied"
            }
        }
    }
}

/// The first findings of a file and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The first ones, in the order of the file.
    pub listed: Vec<Finding>,
    /// All of them, listed or not.
    pub total: u64,
}

impl Findings {
    /// Whether there is no finding.
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(crate) fn clear(&mut self) {
        self.listed.clear();
        self.total = 0;
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.listed.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(out, "{separator}{finding}")?;
        }
        let unlisted = self.total - self.listed.len() as u64;
        if unlisted > 0 { write!(out, "\nand {unlisted} more") } else { Ok(()) }
    }
}

/// Where findings go while a file is read.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) file: Arc<str>,
    pub(crate) errors: Findings,
    pub(crate) warnings: Findings,
    /// Of the errors those that stand in the way of the whole file.
    pub(crate) of_frame: u64,
    /// And those that stand in the way of a record.
    pub(crate) of_records: u64,
    bound: usize,
}

/// A place in a file, and what stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) line: u64,
    pub(crate) column: usize,
    pub(crate) field: Option<&'a Arc<str>>,
    pub(crate) value: &'a [u8],
}

impl<'a> Spot<'a> {
    pub(crate) const fn line(line: u64, value: &'a [u8]) -> Self {
        Self { line, column: 1, field: None, value }
    }
}

/// Longer values are shortened in findings: a record is a thousand bytes and helps nobody.
const VALUE_MAX: usize = 80;

impl Sink {
    pub(crate) fn new(file: Arc<str>, bound: usize) -> Self {
        let (errors, warnings) = (Findings::default(), Findings::default());
        Self { file, errors, warnings, of_frame: 0, of_records: 0, bound }
    }

    pub(crate) fn error(&mut self, spot: Spot<'_>, problem: Problem) {
        self.of_frame += 1;
        self.add(Stops::File, spot, problem);
    }

    /// What is wrong with one field, and with nothing around it.
    pub(crate) fn field(&mut self, decides: bool, spot: Spot<'_>, problem: Problem) {
        self.of_records += u64::from(decides);
        self.add(if decides { Stops::Record } else { Stops::Nothing }, spot, problem);
    }

    fn add(&mut self, stops: Stops, spot: Spot<'_>, problem: Problem) {
        add(&mut self.errors, &self.file, self.bound, (spot, stops), problem);
    }

    pub(crate) fn warning(&mut self, spot: Spot<'_>, problem: Problem) {
        add(&mut self.warnings, &self.file, self.bound, (spot, Stops::Nothing), problem);
    }
}

fn add(
    list: &mut Findings,
    file: &Arc<str>,
    bound: usize,
    (spot, stops): (Spot<'_>, Stops),
    problem: Problem,
) {
    list.total += 1;
    if list.listed.len() >= bound {
        return;
    }
    let mut value = super::gb18030::decode_lossy(&spot.value[..spot.value.len().min(VALUE_MAX)]);
    if spot.value.len() > VALUE_MAX {
        value.push('…');
    }
    list.listed.push(Finding {
        file: Arc::clone(file),
        line: spot.line,
        column: spot.column,
        field: spot.field.map(Arc::clone),
        value,
        problem,
        stops,
    });
}
