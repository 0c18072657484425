//! Reads the lines in front of the records, and those of an index, and reports what is wrong with
//! them: everything, as long as the place of the next line is certain.

use std::io::{self, BufRead};
use std::sync::Arc;

use chrono::NaiveDate;

use super::finding::{Problem, Sink, Spot};
use super::header::{Header, LINE_MAX, MAGIC};
use super::index;
use super::layout::Layout;
use super::lines::{LineEnd, Lines};
use super::version::{FileType, Version};

/// Far above the 122 fields of the longest dictionary.
const FIELDS_MAX: u64 = 1_000;

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
        let before = self.sink.errors.total;
        let Some(text) = self.text("the first line")? else { return Ok(None) };
        if text == expected {
            return Ok(Some(()));
        }
        if self.sink.errors.total == before {
            let is_index = index::is_magic(text.as_bytes());
            let problem = if is_index { Problem::Index } else { Problem::Magic { expected } };
            self.sink.error(Spot::line(self.lines.number(), text.as_bytes()), problem);
        }
        Ok(None)
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
    let year = i32::try_from(part(0..4).filter(|year| digits && *year > 0)?).ok()?;
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
    if source.magic(MAGIC)?.is_none() {
        if source.lines.number() == 0 {
            source.sink.error(Spot::line(1, b""), Problem::Empty);
            return Ok(None);
        }
        if index::is_magic(source.lines.text()) {
            return Ok(None);
        }
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
