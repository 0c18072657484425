//! [`check`] reads a file once and lists every error; [`open_verified`] does the same and, if there was none, goes
//! back to the start and streams the records; [`read_all_or_refuse`] collects them, for files that are known to be
//! small. [`take_all`] refuses a file only for its frame, and has every record with what of it cannot be
//! read: a day of a registrar is not held up by one field.
//!
//! The second pass of a verified file validates and hashes again: a file that somebody changes
//! between the passes ends with [`ReadError::Changed`], so whoever applies records does it in a
//! transaction that commits after the last one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use super::finding::{Finding, Findings, Sink};
use super::header::{Header, LINE_MAX};
use super::lines::Lines;
use super::reader::{Begun, FINDINGS_MAX, ReadError, Reader, Step, Taken};
use super::record::Record;

/// What a whole file is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The name the findings carry.
    pub file: Arc<str>,
    /// The header; without one, the records could not be looked at.
    pub header: Option<Header>,
    /// Records found, sound or not.
    pub records: u64,
    /// Everything that is wrong.
    pub errors: Findings,
    /// Of the errors those that stand in the way of the whole file. The others are its records' own.
    pub of_frame: u64,
    /// Records that are not taken, because something hangs on a field that cannot be read.
    pub set_aside: u64,
    /// Oddities that are accepted.
    pub warnings: Findings,
    /// SHA-256 of all bytes of the file.
    pub sha256: [u8; 32],
    /// Whether the header is padded the way the standard writes it.
    pub header_as_standard: bool,
    /// Whether the trailer has its optional line end.
    pub final_line_end: bool,
}

impl Report {
    /// Whether nothing is wrong with the file.
    pub const fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether its records are all there and have different keys, so that those that can be read may be applied.
    pub const fn is_framed(&self) -> bool {
        self.of_frame == 0
    }

    /// The digest in hexadecimal.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// A digest in hexadecimal.
pub fn hex(digest: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(HEX[usize::from(half)]));
    digest.iter().flat_map(digits).collect()
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes read at once; records are about a thousand.
const CHUNK: usize = 256 * 1024;

/// Checks a whole file on disk.
pub fn check(path: &Path) -> io::Result<Report> {
    let file = BufReader::with_capacity(CHUNK, fundflow_files::open(path)?);
    check_bytes(&path.display().to_string(), file)
}

/// Checks a whole file from any source; `file` is the name that findings carry.
pub fn check_bytes(file: &str, input: impl BufRead) -> io::Result<Report> {
    check_bounded(file, input, FINDINGS_MAX)
}

/// Like [`check_bytes`], listing at most `bound` errors and `bound` warnings; all are counted.
pub fn check_bounded(file: &str, input: impl BufRead, bound: usize) -> io::Result<Report> {
    let name: Arc<str> = Arc::from(file);
    let sink = Sink::new(Arc::clone(&name), bound);
    let (begun, mut sink) = Reader::begin(Lines::new(input, LINE_MAX, true), sink)?;
    let mut reader = match begun {
        Begun::Reader(reader) => reader,
        Begun::Unreadable { sha256 } => {
            return Ok(Report {
                file: name,
                header: None,
                records: 0,
                of_frame: sink.of_frame,
                set_aside: 0,
                errors: sink.errors,
                warnings: sink.warnings,
                sha256: sha256.unwrap_or_default(),
                header_as_standard: false,
                final_line_end: false,
            });
        }
    };
    let mut set_aside = 0;
    loop {
        let before = sink.of_records;
        match reader.step(&mut sink)? {
            Step::End => break,
            Step::Flawed => set_aside += u64::from(sink.of_records > before),
            Step::Record | Step::Damaged => {}
        }
    }
    let standard = reader.header().to_bytes().is_ok_and(|bytes| bytes == reader.raw_header());
    Ok(Report {
        file: name,
        records: reader.records(),
        of_frame: sink.of_frame,
        set_aside,
        errors: sink.errors,
        warnings: sink.warnings,
        sha256: reader.digest().unwrap_or_default(),
        header_as_standard: standard,
        final_line_end: reader.has_final_line_end(),
        header: Some(reader.header().clone()),
    })
}

/// A file that was checked as a whole, ready to stream its records.
#[derive(Debug)]
pub struct Verified<R> {
    /// What the check found; without errors.
    pub report: Report,
    /// The records behind the header, read as they are asked for.
    pub reader: Reader<BufReader<R>>,
}

/// Checks a file on disk and opens it if it is sound.
pub fn open_verified(path: &Path) -> Result<Verified<File>, ReadError> {
    verify(&path.display().to_string(), fundflow_files::open(path)?)
}

/// Checks a file from any source that can be read twice, and opens it if it is sound.
pub fn verify<R: Read + Seek>(file: &str, input: R) -> Result<Verified<R>, ReadError> {
    verify_if(file, input, Report::is_sound)
}

fn verify_if<R: Read + Seek>(
    file: &str,
    mut input: R,
    is_taken: fn(&Report) -> bool,
) -> Result<Verified<R>, ReadError> {
    let report = check_bytes(file, BufReader::with_capacity(CHUNK, &mut input))?;
    if !is_taken(&report) {
        return Err(ReadError::Damaged(report.errors));
    }
    input.rewind()?;
    let reader = Reader::again(file, BufReader::with_capacity(CHUNK, input), report.sha256)?;
    Ok(Verified { report, reader })
}

/// Checks a file on disk and opens it if its frame is whole, however damaged its fields are: its records are
/// streamed by [`Reader::next_taken`].
///
/// # Errors
/// [`ReadError`]; of a broken frame everything that is wrong with the file.
pub fn open_framed(path: &Path) -> Result<Verified<File>, ReadError> {
    framed(&path.display().to_string(), fundflow_files::open(path)?)
}

/// The same of a file from any source that can be read twice; `file` is the name that findings carry.
///
/// # Errors
/// As [`open_framed`].
pub fn framed<R: Read + Seek>(file: &str, input: R) -> Result<Verified<R>, ReadError> {
    verify_if(file, input, Report::is_framed)
}

/// The records of a sound file, or every error of a damaged one. It holds the whole file, so it
/// is for files that are known to be small.
pub fn read_all_or_refuse(path: &Path) -> Result<(Report, Vec<Record>), ReadError> {
    let Verified { report, mut reader } = open_verified(path)?;
    let mut records = Vec::new();
    while let Some(record) = reader.next_record()? {
        records.push(record.to_record());
    }
    Ok((report, records))
}

/// A record of a file whose frame is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRecord {
    /// The record; a field that cannot be read is an error when it is asked for.
    pub record: Record,
    /// Line number, counted from 1.
    pub line: u64,
    /// What of its fields cannot be read.
    pub findings: Vec<Finding>,
}

/// Every record of a file whose frame is whole, however damaged the fields are, from any source that can be read twice;
/// `file` is the name that findings carry. It holds the whole file, as [`read_all_or_refuse`] does.
///
/// # Errors
/// [`ReadError`]; of a broken frame everything that is wrong with the file.
pub fn take_all<R: Read + Seek>(
    file: &str,
    input: R,
) -> Result<(Report, Vec<TakenRecord>), ReadError> {
    let Verified { report, mut reader } = framed(file, input)?;
    let mut records = Vec::new();
    while let Some(Taken { record, line, findings }) = reader.next_taken()? {
        records.push(TakenRecord { record: record.to_record(), line, findings });
    }
    Ok((report, records))
}
