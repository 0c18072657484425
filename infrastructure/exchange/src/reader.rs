//! Records of a data file, one after the other, in constant memory: one line is held at a time
//! and a record borrows it. Every field is validated before the record is handed out. Whoever only passes records
//! on wants nothing but sound ones ([`Reader::next_record`]); whoever acts on them takes what can be taken
//! ([`Reader::next_taken`]), since one field that cannot be read must not hold up the others' orders.
//!
//! A stream can only know at its end that the file is whole. Whoever acts on records must check
//! the whole file first; [`super::check`] does that and then hands out this reader.

use std::io::{self, BufRead};
use std::sync::Arc;

use super::finding::{Finding, Findings, Problem, Sink, Spot};
use super::header::{Header, LINE_MAX, TRAILER};
use super::header_lines::{self, HeaderLines};
use super::layout::Layout;
use super::lines::{LineEnd, Lines};
use super::record::RecordRef;
use super::validate;

/// Reasons why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes did not come.
    #[error("the file cannot be read; check the disk and the permissions")]
    Io(#[from] io::Error),
    /// The file is damaged. It must be refused as a whole.
    #[error("{0}")]
    Damaged(Findings),
    /// The file was checked, and then somebody changed it before it was read.
    #[error("the file was changed after it was checked; undo what was applied and find out who")]
    Changed,
}

/// What comes next in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Record,
    /// A record of which fields cannot be read.
    Flawed,
    Damaged,
    End,
}

/// A record as it is, and what of its fields cannot be read.
#[derive(Debug)]
pub struct Taken<'a> {
    /// The record; a field that cannot be read is an error when it is asked for.
    pub record: RecordRef<'a>,
    /// Line number, counted from 1.
    pub line: u64,
    /// Nothing for a sound record.
    pub findings: Vec<Finding>,
}

/// A reader, or a file whose records cannot be laid out.
pub(crate) enum Begun<R> {
    Reader(Box<Reader<R>>),
    Unreadable { sha256: Option<[u8; 32]> },
}

/// Reads one data file.
#[derive(Debug)]
pub struct Reader<R> {
    lines: Lines<R>,
    sink: Sink,
    header: Header,
    raw_header: Vec<u8>,
    layout: Arc<Layout>,
    records: u64,
    final_line_end: bool,
    ended: bool,
    expected: Option<[u8; 32]>,
}

/// Findings a reader keeps when nobody says otherwise.
pub const FINDINGS_MAX: usize = 1_000;

impl<R: BufRead> Reader<R> {
    /// Reads the header. `file` is the name that findings carry.
    pub fn new(file: &str, input: R) -> Result<Self, ReadError> {
        let sink = Sink::new(Arc::from(file), FINDINGS_MAX);
        Self::finish_new(Lines::new(input, LINE_MAX, false), sink)
    }

    /// Reads a file again that had this digest when it was checked.
    pub(crate) fn again(file: &str, input: R, sha256: [u8; 32]) -> Result<Self, ReadError> {
        let sink = Sink::new(Arc::from(file), FINDINGS_MAX);
        let reader = Self::finish_new(Lines::new(input, LINE_MAX, true), sink)?;
        Ok(Self { expected: Some(sha256), ..reader })
    }

    fn finish_new(lines: Lines<R>, sink: Sink) -> Result<Self, ReadError> {
        let (begun, sink) = Self::begin(lines, sink)?;
        match begun {
            Begun::Reader(reader) if sink.errors.is_empty() => Ok(Self { sink, ..*reader }),
            Begun::Reader(_) | Begun::Unreadable { .. } => Err(ReadError::Damaged(sink.errors)),
        }
    }

    /// Reads the header into a reader, if it allows to lay the records out. The sink goes in and
    /// comes out, because the findings matter without a reader too.
    pub(crate) fn begin(mut lines: Lines<R>, mut sink: Sink) -> io::Result<(Begun<R>, Sink)> {
        let mut source = HeaderLines { lines: &mut lines, sink: &mut sink, raw: Vec::new() };
        let read = header_lines::read(&mut source)?;
        let raw_header = source.raw;
        let Some((header, layout)) = read else {
            lines.drain()?;
            return Ok((Begun::Unreadable { sha256: lines.digest() }, sink));
        };
        lines.set_bound(layout.width().max(LINE_MAX));
        let empty = Sink::new(Arc::clone(&sink.file), 0);
        let reader = Self {
            lines,
            sink: empty,
            header,
            raw_header,
            layout,
            records: 0,
            final_line_end: false,
            ended: false,
            expected: None,
        };
        Ok((Begun::Reader(Box::new(reader)), sink))
    }

    /// What the lines in front of the records say.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The header byte by byte, since its padding may differ from the standard's.
    pub fn raw_header(&self) -> &[u8] {
        &self.raw_header
    }

    /// The layout of the records.
    pub const fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// Records seen so far.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Line of the last record, from 1.
    pub const fn line(&self) -> u64 {
        self.lines.number()
    }

    /// Whether the trailer had a line end, which is optional; known after the last record.
    pub const fn has_final_line_end(&self) -> bool {
        self.final_line_end
    }

    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        self.lines.digest()
    }

    /// The next record, or nothing after the last one. With [`ReadError::Damaged`] the errors
    /// are those of this line, and reading may go on to find the others.
    pub fn next_record(&mut self) -> Result<Option<RecordRef<'_>>, ReadError> {
        match self.next_step()? {
            Step::Record => Ok(Some(self.current(false))),
            Step::End if self.sink.errors.is_empty() => self.end(),
            Step::End | Step::Flawed | Step::Damaged => Err(self.damaged()),
        }
    }

    /// The next record, sound or not, or nothing after the last one. Only what is wrong with the frame is an error.
    pub fn next_taken(&mut self) -> Result<Option<Taken<'_>>, ReadError> {
        let step = self.next_step()?;
        match step {
            Step::Record | Step::Flawed => {
                let findings = std::mem::take(&mut self.sink.errors).listed;
                let record = self.current(step == Step::Flawed);
                Ok(Some(Taken { record, line: self.line(), findings }))
            }
            Step::End if self.sink.errors.is_empty() => self.end(),
            Step::End | Step::Damaged => Err(self.damaged()),
        }
    }

    fn next_step(&mut self) -> Result<Step, ReadError> {
        let mut sink = std::mem::replace(&mut self.sink, Sink::new(Arc::from(""), 0));
        sink.errors.clear();
        let step = self.step(&mut sink);
        self.sink = sink;
        Ok(step?)
    }

    fn end<T>(&self) -> Result<Option<T>, ReadError> {
        let same = self.expected.is_none_or(|digest| self.digest() == Some(digest));
        if same { Ok(None) } else { Err(ReadError::Changed) }
    }

    fn damaged(&mut self) -> ReadError {
        ReadError::Damaged(std::mem::take(&mut self.sink.errors))
    }

    /// Warnings so far.
    pub const fn warnings(&self) -> &Findings {
        &self.sink.warnings
    }

    fn current(&self, flawed: bool) -> RecordRef<'_> {
        RecordRef { layout: &self.layout, bytes: self.lines.text(), flawed }
    }

    pub(crate) fn step(&mut self, sink: &mut Sink) -> io::Result<Step> {
        if self.ended {
            return Ok(Step::End);
        }
        let Some(end) = self.lines.advance()? else {
            self.ended = true;
            self.report_count(sink);
            sink.error(Spot::line(self.lines.number() + 1, b""), Problem::Trailer);
            return Ok(Step::End);
        };
        if self.is_trailer() {
            self.ended = true;
            self.report_count(sink);
            return self.finish(end, sink).map(|()| Step::End);
        }
        self.records += 1;
        Ok(self.examine(end, sink))
    }

    /// As long as records are due, a record may begin with the trailer's letters, and one of
    /// eight bytes may even consist of them.
    fn is_trailer(&self) -> bool {
        let due = self.records < self.header.records;
        let text = self.lines.text();
        if due {
            text == TRAILER.as_bytes() && self.layout.width() != TRAILER.len()
        } else {
            text.trim_ascii_end() == TRAILER.as_bytes()
        }
    }

    fn examine(&self, end: LineEnd, sink: &mut Sink) -> Step {
        let (line, bytes, width) = (self.lines.number(), self.lines.text(), self.layout.width());
        let before = sink.of_frame;
        match end {
            LineEnd::CrLf => {}
            LineEnd::EndOfFile => {
                let expected = "the record and its CR LF are complete";
                let spot = Spot { column: bytes.len() + 1, ..Spot::line(line, bytes) };
                sink.error(spot, Problem::Truncated { expected });
            }
            LineEnd::Lf => {
                let spot = Spot { column: bytes.len() + 1, ..Spot::line(line, b"") };
                sink.error(spot, Problem::LineEnd { found: end.name() });
            }
        }
        if self.lines.len() != width as u64 {
            if end != LineEnd::EndOfFile {
                let problem = Problem::Width { expected: width, actual: self.lines.len() };
                sink.error(Spot::line(line, bytes), problem);
            }
            return Step::Damaged;
        }
        let sound = validate::record(&self.layout, bytes, line, sink);
        match (sink.of_frame == before, sound) {
            (false, _) => Step::Damaged,
            (true, false) => Step::Flawed,
            (true, true) => Step::Record,
        }
    }

    fn report_count(&self, sink: &mut Sink) {
        let (stated, found) = (self.header.records, self.records);
        if stated != found {
            // The count stands in the header's last line, right in front of the records.
            let line = self.header.fields.len() as u64 + 11;
            let value = stated.to_string();
            sink.error(Spot::line(line, value.as_bytes()), Problem::Count { stated, found });
        }
    }

    fn finish(&mut self, end: LineEnd, sink: &mut Sink) -> io::Result<()> {
        let (line, text) = (self.lines.number(), self.lines.text());
        if self.lines.len() != TRAILER.len() as u64 {
            sink.error(Spot::line(line, text), Problem::Trailer);
        }
        if end == LineEnd::Lf {
            let spot = Spot { column: text.len() + 1, ..Spot::line(line, b"") };
            sink.error(spot, Problem::LineEnd { found: end.name() });
        }
        self.final_line_end = end != LineEnd::EndOfFile;
        if self.lines.advance()?.is_some() {
            sink.error(Spot::line(line + 1, self.lines.text()), Problem::AfterTrailer);
            self.lines.drain()?;
        }
        Ok(())
    }
}
