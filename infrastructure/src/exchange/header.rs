//! The lines in front of the records: who sends what to whom, which fields a record has and how
//! many records there are.
//!
//! Widths are insisted upon when writing and not when reading, since registrars differ. Up to
//! V2.1 the parties have 9 bytes and the record count 8; V2.2 has 20 and 16. Text is filled with
//! spaces on the right, numbers with zeros on the left; the field names are not filled at all.

use std::io::{self, BufRead};
use std::sync::Arc;

use chrono::NaiveDate;

use super::dictionary;
use super::finding::{Problem, Sink, Spot};
use super::layout::{Layout, LayoutError};
use super::lines::{LineEnd, Lines};
use super::version::{FileType, Version};

/// The first line of a data file.
pub(crate) const MAGIC: &str = "OFDCFDAT";
/// The last line of a data file and of an index.
pub(crate) const TRAILER: &str = "OFDCFEND";
/// Far above the 122 fields of the longest dictionary.
const FIELDS_MAX: u64 = 1_000;
/// Far above the longest field name.
pub(crate) const LINE_MAX: usize = 512;

/// What the lines in front of the records say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The edition of the standard.
    pub version: Version,
    /// Who made the file.
    pub creator: String,
    /// Whom it is made for.
    pub receiver: String,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// Summary number, 1 in most files; 999 is seen too.
    pub sequence: u32,
    /// The kind of file.
    pub file_type: FileType,
    /// Who sends it, 8 bytes in every edition.
    pub sender: String,
    /// Who gets it, 8 bytes in every edition.
    pub recipient: String,
    /// The field names in the order of the record, spelled as in the file.
    pub fields: Vec<String>,
    /// The number of records.
    pub records: u64,
}

/// Why a header cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Wider than its line.
    #[error("{what} {value:?} is wider than the {limit} bytes of its header line; shorten it")]
    TooLong {
        /// Which line.
        what: &'static str,
        /// What should stand there.
        value: String,
        /// Bytes of the line.
        limit: usize,
    },
    /// Header lines are ASCII without spaces at the ends, which the reader would trim.
    #[error("{what} {value:?} must be printable ASCII without spaces around it")]
    NotPlain {
        /// Which line.
        what: &'static str,
        /// What should stand there.
        value: String,
    },
    /// A date outside the four-digit years.
    #[error("the date {value} has no form YYYYMMDD; choose a year from 0 to 9999")]
    Date {
        /// The date.
        value: NaiveDate,
    },
    /// The name list does not fit the dictionary.
    #[error("{0}")]
    Layout(LayoutError),
}

struct Widths {
    version: usize,
    party: usize,
    sequence: usize,
    file_type: usize,
    endpoint: usize,
    fields: usize,
    records: usize,
}

const fn widths(version: Version) -> Widths {
    match version {
        Version::V20 | Version::V21 => Widths {
            version: 4,
            party: 9,
            sequence: 3,
            file_type: 2,
            endpoint: 8,
            fields: 3,
            records: 8,
        },
        Version::V22 => Widths {
            version: 8,
            party: 20,
            sequence: 8,
            file_type: 8,
            endpoint: 8,
            fields: 8,
            records: 16,
        },
    }
}

impl Header {
    /// A header with every field of the edition, in the order of the standard, and no records
    /// yet; the sender and the recipient are the two parties.
    pub fn standard(
        file_type: FileType,
        version: Version,
        (creator, receiver): (&str, &str),
        date: NaiveDate,
    ) -> Self {
        let fields = dictionary::fields_of(file_type, version).map(|field| field.name.clone());
        Self {
            version,
            creator: creator.to_owned(),
            receiver: receiver.to_owned(),
            date,
            sequence: 1,
            file_type,
            sender: creator.to_owned(),
            recipient: receiver.to_owned(),
            fields: fields.collect(),
            records: 0,
        }
    }

    /// Lays out the records of this header.
    pub fn layout(&self) -> Result<Arc<Layout>, HeaderError> {
        Layout::new(self.file_type, self.version, &self.fields).map(Arc::new).map_err(|errors| {
            let first = errors.into_iter().next().map(|(_, error)| error);
            HeaderError::Layout(first.unwrap_or(LayoutError::Empty))
        })
    }

    /// The header as the standard writes it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HeaderError> {
        let widths = widths(self.version);
        let mut out = Vec::with_capacity(2_048);
        line(&mut out, MAGIC);
        line(&mut out, &text("the version", self.version.code(), widths.version)?);
        line(&mut out, &text("the creator", &self.creator, widths.party)?);
        line(&mut out, &text("the receiver", &self.receiver, widths.party)?);
        line(&mut out, &date(self.date)?);
        line(&mut out, &number("the sequence", self.sequence.into(), widths.sequence)?);
        line(&mut out, &text("the file type", self.file_type.code(), widths.file_type)?);
        line(&mut out, &text("the sender", &self.sender, widths.endpoint)?);
        line(&mut out, &text("the recipient", &self.recipient, widths.endpoint)?);
        let count = self.fields.len() as u64;
        line(&mut out, &number("the number of fields", count, widths.fields)?);
        for name in &self.fields {
            line(&mut out, name);
        }
        line(&mut out, &number("the number of records", self.records, widths.records)?);
        Ok(out)
    }
}

pub(crate) fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

pub(crate) fn text(what: &'static str, value: &str, limit: usize) -> Result<String, HeaderError> {
    let plain = super::gb18030::is_plain(value.as_bytes()) && value.trim() == value;
    if !plain {
        return Err(HeaderError::NotPlain { what, value: value.to_owned() });
    }
    if value.len() > limit {
        return Err(HeaderError::TooLong { what, value: value.to_owned(), limit });
    }
    Ok(format!("{value:<limit$}"))
}

pub(crate) fn number(what: &'static str, value: u64, limit: usize) -> Result<String, HeaderError> {
    let digits = format!("{value:0>limit$}");
    if digits.len() > limit {
        return Err(HeaderError::TooLong { what, value: digits, limit });
    }
    Ok(digits)
}

pub(crate) fn date(value: NaiveDate) -> Result<String, HeaderError> {
    let digits = value.format("%Y%m%d").to_string();
    if digits.len() == 8 { Ok(digits) } else { Err(HeaderError::Date { value }) }
}

/// Widths of the lines an index shares with a data file: version, party, number of files.
pub(crate) const fn index_widths(version: Version) -> (usize, usize, usize) {
    let widths = widths(version);
    (widths.version, widths.party, widths.fields)
}

/// Reads header lines and reports what is wrong with them; it goes on as long as the place of
/// the next line is certain.
pub(crate) struct HeaderLines<'a, R> {
    pub(crate) lines: &'a mut Lines<R>,
    pub(crate) sink: &'a mut Sink,
    pub(crate) raw: Vec<u8>,
}

impl<R: BufRead> HeaderLines<'_, R> {
    /// The next line, trimmed; nothing if the file ends or the line is not text.
    pub(crate) fn text(&mut self, what: &'static str) -> io::Result<Option<String>> {
        let Some(end) = self.lines.advance()? else {
            return Ok(None);
        };
        self.raw.extend_from_slice(self.lines.raw());
        let (number, text) = (self.lines.number(), self.lines.text());
        if end == LineEnd::Lf {
            let spot = Spot { column: text.len() + 1, ..Spot::line(number, b"") };
            self.sink.error(spot, Problem::LineEnd { found: end.name() });
        }
        let skipped = if number == 1 && text.starts_with(b"\xef\xbb\xbf") {
            self.sink.error(Spot::line(1, b""), Problem::ByteOrderMark);
            3
        } else {
            0
        };
        let text = &text[skipped..];
        if !super::gb18030::is_plain(text) || self.lines.len() > LINE_MAX as u64 {
            self.sink.error(Spot::line(number, text), Problem::HeaderText { what });
            return Ok(Some(String::new()));
        }
        Ok(Some(String::from_utf8_lossy(text).trim().to_owned()))
    }

    /// The next line, read by `parse`; a line it refuses is reported as `problem`.
    pub(crate) fn parsed<T>(
        &mut self,
        what: &'static str,
        problem: Problem,
        parse: impl Fn(&str) -> Option<T>,
    ) -> io::Result<Option<T>> {
        let before = self.sink.errors.total;
        let Some(text) = self.text(what)? else {
            return Ok(None);
        };
        let value = parse(&text);
        if value.is_none() && self.sink.errors.total == before {
            self.sink.error(Spot::line(self.lines.number(), text.as_bytes()), problem);
        }
        Ok(value)
    }

    pub(crate) fn number(&mut self, what: &'static str) -> io::Result<Option<u64>> {
        self.parsed(what, Problem::Number { what }, parse_number)
    }

    pub(crate) fn magic(&mut self, expected: &'static str) -> io::Result<Option<()>> {
        let same = |text: &str| (text == expected).then_some(());
        self.parsed("the first line", Problem::Magic { expected }, same)
    }

    pub(crate) fn version(&mut self) -> io::Result<Option<Version>> {
        self.parsed("the version", Problem::Version, Version::from_code)
    }

    pub(crate) fn date(&mut self) -> io::Result<Option<NaiveDate>> {
        self.parsed("the date", Problem::Date { what: "the date" }, parse_date)
    }

    fn names(&mut self, count: u64) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for _ in 0..count {
            let Some(name) = self.text("a field name")? else { break };
            names.push(name);
        }
        Ok(names)
    }
}

fn parse_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `YYYYMMDD` and nothing else.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(0..4).filter(|_| digits)?).ok()?;
    NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)
}

/// The lines in front of the field names, as far as they could be read.
struct Opening {
    version: Option<Version>,
    creator: Option<String>,
    receiver: Option<String>,
    date: Option<NaiveDate>,
    sequence: Option<u32>,
    file_type: Option<FileType>,
    sender: Option<String>,
    recipient: Option<String>,
}

impl Opening {
    fn read<R: BufRead>(source: &mut HeaderLines<'_, R>) -> io::Result<Self> {
        let sequence = |text: &str| u32::try_from(parse_number(text)?).ok();
        let wrong = Problem::Number { what: "the sequence" };
        Ok(Self {
            version: source.version()?,
            creator: source.text("the creator")?,
            receiver: source.text("the receiver")?,
            date: source.date()?,
            sequence: source.parsed("the sequence", wrong, sequence)?,
            file_type: source.parsed("the file type", Problem::FileType, FileType::from_code)?,
            sender: source.text("the sender")?,
            recipient: source.text("the recipient")?,
        })
    }

    fn header(self, fields: Vec<String>, records: u64) -> Option<Header> {
        Some(Header {
            version: self.version?,
            creator: self.creator?,
            receiver: self.receiver?,
            date: self.date?,
            sequence: self.sequence?,
            file_type: self.file_type?,
            sender: self.sender?,
            recipient: self.recipient?,
            fields,
            records,
        })
    }
}

/// Reads the header; nothing if it is so damaged that the records cannot be laid out.
pub(crate) fn read<R: BufRead>(
    source: &mut HeaderLines<'_, R>,
) -> io::Result<Option<(Header, Arc<Layout>)>> {
    if source.magic(MAGIC)?.is_none() && source.lines.number() == 0 {
        source.sink.error(Spot::line(1, b""), Problem::Empty);
        return Ok(None);
    }
    let opening = Opening::read(source)?;
    let few = |text: &str| parse_number(text).filter(|count| *count <= FIELDS_MAX);
    let what = "the number of fields";
    let Some(count) = source.parsed(what, Problem::Number { what }, few)? else {
        report_end(source);
        return Ok(None);
    };
    let names_from = source.lines.number() + 1;
    let fields = source.names(count)?;
    let mut layout = None;
    if let (Some(version), Some(file_type)) = (opening.version, opening.file_type) {
        layout = lay_out(file_type, version, &fields, names_from, source.sink);
    }
    let Some(records) = source.number("the number of records")? else {
        report_end(source);
        return Ok(None);
    };
    Ok(opening.header(fields, records).zip(layout))
}

/// Reports the end of the file if that is why the header cannot be read further.
pub(crate) fn report_end<R: BufRead>(source: &mut HeaderLines<'_, R>) {
    if source.lines.raw().is_empty() {
        let line = source.lines.number() + 1;
        let expected = "its header is complete";
        source.sink.error(Spot::line(line, b""), Problem::Truncated { expected });
    }
}

fn lay_out(
    file_type: FileType,
    version: Version,
    fields: &[String],
    names_from: u64,
    sink: &mut Sink,
) -> Option<Arc<Layout>> {
    match Layout::new(file_type, version, fields) {
        Ok(layout) => Some(Arc::new(layout)),
        Err(errors) => {
            for (position, error) in errors {
                let name = fields.get(position).map(|name| Arc::from(name.as_str()));
                let value = fields.get(position).map_or(&b""[..], |name| name.as_bytes());
                let line = names_from + position as u64;
                let spot = Spot { line, column: 1, field: name.as_ref(), value };
                sink.error(spot, Problem::Layout(error));
            }
            None
        }
    }
}
