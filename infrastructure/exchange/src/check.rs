//! A file is applied as a whole or not at all. [`check`] reads it once and lists every error;
//! [`open_verified`] does the same and, if there was none, goes back to the start and streams
//! the records; [`read_all_or_refuse`] collects them, for files that are known to be small.
//!
//! The second pass of a verified file validates and hashes again: a file that somebody changes
//! between the passes ends with [`ReadError::Changed`], so whoever applies records does it in a
//! transaction that commits after the last one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use super::finding::{Findings, Sink};
use super::header::{Header, LINE_MAX};
use super::lines::Lines;
use super::reader::{Begun, FINDINGS_MAX, ReadError, Reader, Step};
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
    /// Everything that is wrong. One is enough to refuse the file.
    pub errors: Findings,
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
    /// Whether the file may be applied.
    pub const fn is_sound(&self) -> bool {
        self.errors.is_empty()
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
                errors: sink.errors,
                warnings: sink.warnings,
                sha256: sha256.unwrap_or_default(),
                header_as_standard: false,
                final_line_end: false,
            });
        }
    };
    while reader.step(&mut sink)? != Step::End {}
    let standard = reader.header().to_bytes().is_ok_and(|bytes| bytes == reader.raw_header());
    Ok(Report {
        file: name,
        records: reader.records(),
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
pub fn verify<R: Read + Seek>(file: &str, mut input: R) -> Result<Verified<R>, ReadError> {
    let report = check_bytes(file, BufReader::with_capacity(CHUNK, &mut input))?;
    if !report.is_sound() {
        return Err(ReadError::Damaged(report.errors));
    }
    input.rewind()?;
    let reader = Reader::again(file, BufReader::with_capacity(CHUNK, input), report.sha256)?;
    Ok(Verified { report, reader })
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
