//! The index says that a day's files are complete. It is written last; whoever receives files
//! acts on nothing before the index is there, whole, and every file it names is whole as well.
//!
//! Lines: `OFDCFIDX`, version, creator, receiver, date, number of files, the names, `OFDCFEND`.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::check::{self, Report};
use super::file_name::{FileName, IndexName, NameError};
use super::finding::{Findings, Problem, Sink, Spot};
use super::header::{self, HeaderError, LINE_MAX, TRAILER};
use super::header_lines::{self, HeaderLines};
use super::lines::{LineEnd, Lines};
use super::reader::{FINDINGS_MAX, ReadError};
use super::version::{FileType, Version};
use fundflow_files::Draft;

const MAGIC: &str = "OFDCFIDX";

/// Whether a first line, with its spaces, is that of an index.
pub(crate) fn is_magic(line: &[u8]) -> bool {
    line.trim_ascii() == MAGIC.as_bytes()
}

/// Whether the file at `path` begins as an index does.
pub fn is_index(path: &Path) -> io::Result<bool> {
    let mut begins = Vec::new();
    fundflow_files::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut begins)?;
    Ok(is_magic(&begins))
}

/// Content of an index file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// The edition of the standard.
    pub version: Version,
    /// Code of the creator of the files.
    pub creator: String,
    /// Whom they are made for.
    pub receiver: String,
    /// The day they belong to.
    pub date: NaiveDate,
    /// The names of the data files.
    pub files: Vec<String>,
}

/// Why the files of a day are not there, or cannot be announced.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum IndexError {
    /// The bytes did not come or go.
    #[error("{path} cannot be read or written; check that it is there and the permissions")]
    Io { path: PathBuf, source: io::Error },
    /// The index itself is damaged.
    #[error("{0}")]
    Damaged(Findings),
    /// Files the index names are not there yet: wait, and look again.
    #[error("the index names files that are not there: {}; wait for them", names.join(", "))]
    Missing { names: Vec<String> },
    /// Files the index names have a broken frame, or are ours and damaged; all errors of all of them.
    #[error("the index names damaged files:\n{}", display(reports))]
    DamagedFiles {
        /// The reports with errors.
        reports: Vec<Report>,
    },
    /// A line of the index has no place for something.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A party or a date makes no name of the standard.
    #[error(transparent)]
    Name(#[from] NameError),
}

fn display(reports: &[Report]) -> String {
    let lines: Vec<_> = reports.iter().map(|report| report.errors.to_string()).collect();
    lines.join("\n")
}

/// The files of a day, all of them whole.
#[derive(Debug)]
pub struct CompleteSet {
    /// The index that names them.
    pub index: IndexFile,
    /// One report per data file of a kind this engine reads, in the order of the index.
    pub reports: Vec<Report>,
    /// Files that are there but of other kinds.
    pub unread: Vec<String>,
}

/// What an index and the files that it names are like.
#[derive(Debug)]
pub struct IndexReport {
    /// The name that findings carry.
    pub file: Arc<str>,
    /// What it says; nothing if it is damaged.
    pub index: Option<IndexFile>,
    /// Everything that is wrong with the index itself.
    pub errors: Findings,
    /// Files that it names and that are not beside it.
    pub missing: Vec<String>,
    /// Of the files beside it: one per data file of a kind this engine reads.
    pub reports: Vec<Report>,
    /// SHA-256 of all bytes of the index.
    pub sha256: [u8; 32],
}

impl IndexReport {
    /// Whether the index is whole and all of its files are there; their own reports say the rest.
    pub const fn is_sound(&self) -> bool {
        self.index.is_some() && self.missing.is_empty()
    }
}

impl IndexFile {
    /// Checks the index at `path`, and every file that it names beside it, however damaged one is.
    pub fn check(path: &Path) -> io::Result<IndexReport> {
        let file: Arc<str> = Arc::from(path.display().to_string());
        let mut sink = Sink::new(Arc::clone(&file), FINDINGS_MAX);
        let mut lines = Lines::new(BufReader::new(fundflow_files::open(path)?), LINE_MAX, true);
        let source = HeaderLines { lines: &mut lines, sink: &mut sink, raw: Vec::new() };
        let index = read_lines(source)?.filter(|_| sink.errors.is_empty());
        lines.drain()?;
        let sha256 = lines.digest().unwrap_or_default();
        let directory = path.parent().unwrap_or(Path::new("."));
        let (mut missing, mut reports) = (Vec::new(), Vec::new());
        for name in index.iter().flat_map(|index| &index.files) {
            let data = directory.join(name);
            if !data.is_file() {
                missing.push(name.clone());
            } else if is_read_here(name) {
                reports.push(check::check(&data)?);
            }
        }
        Ok(IndexReport { file, index, errors: sink.errors, missing, reports, sha256 })
    }

    /// The name it is filed under.
    pub fn name(&self) -> IndexName {
        let (creator, receiver) = (self.creator.clone(), self.receiver.clone());
        IndexName { creator, receiver, date: self.date }
    }

    /// The index as the standard writes it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HeaderError> {
        let (version, party, count) = header::index_widths(self.version);
        let mut out = Vec::new();
        header::line(&mut out, MAGIC);
        header::line(&mut out, &header::text("the version", self.version.code(), version)?);
        header::line(&mut out, &header::text("the creator", &self.creator, party)?);
        header::line(&mut out, &header::text("the receiver", &self.receiver, party)?);
        header::line(&mut out, &header::date(self.date)?);
        let files = self.files.len() as u64;
        header::line(&mut out, &header::number("the number of files", files, count)?);
        for name in &self.files {
            header::line(&mut out, name);
        }
        header::line(&mut out, TRAILER);
        Ok(out)
    }

    /// Reads an index; `file` is the name that findings carry.
    pub fn read(file: &str, input: impl BufRead) -> Result<Self, ReadError> {
        let mut sink = Sink::new(Arc::from(file), FINDINGS_MAX);
        let mut lines = Lines::new(input, LINE_MAX, false);
        let source = HeaderLines { lines: &mut lines, sink: &mut sink, raw: Vec::new() };
        let index = read_lines(source)?;
        index.filter(|_| sink.errors.is_empty()).ok_or(ReadError::Damaged(sink.errors))
    }

    /// Reads the index at `path` and every file it names in the same directory, and returns them
    /// only if all are there and the frame of each is whole; what is wrong with a field is in the reports.
    pub fn open_complete(path: &Path) -> Result<CompleteSet, IndexError> {
        let failed = |source| IndexError::Io { path: path.to_owned(), source };
        let input = BufReader::new(fundflow_files::open(path).map_err(failed)?);
        let index = match Self::read(&path.display().to_string(), input) {
            Ok(index) => index,
            Err(ReadError::Io(source)) => return Err(failed(source)),
            Err(ReadError::Damaged(findings)) => return Err(IndexError::Damaged(findings)),
            Err(ReadError::Changed) => return Err(failed(io::ErrorKind::InvalidData.into())),
        };
        index.complete(path.parent().unwrap_or(Path::new(".")), Report::is_framed)
    }

    fn complete(
        self,
        directory: &Path,
        is_taken: fn(&Report) -> bool,
    ) -> Result<CompleteSet, IndexError> {
        let there = |name: &&String| directory.join(name).is_file();
        let missing: Vec<_> = self.files.iter().filter(|name| !there(name)).cloned().collect();
        if !missing.is_empty() {
            return Err(IndexError::Missing { names: missing });
        }
        let (mut reports, mut unread) = (Vec::new(), Vec::new());
        for name in &self.files {
            if !is_read_here(name) {
                unread.push(name.clone());
                continue;
            }
            let path = directory.join(name);
            let report =
                check::check(&path).map_err(|source| IndexError::Io { path: path.clone(), source });
            reports.push(report?);
        }
        if reports.iter().all(is_taken) {
            return Ok(CompleteSet { index: self, reports, unread });
        }
        reports.retain(|report| !is_taken(report));
        Err(IndexError::DamagedFiles { reports })
    }

    /// Announces the files of a directory: checks that all are there and whole, then puts the
    /// index beside them in one step, so that nobody ever sees half of it.
    pub fn publish(self, directory: &Path) -> Result<PathBuf, IndexError> {
        let (bytes, name) = (self.to_bytes()?, self.name().to_string());
        name.parse::<IndexName>()?;
        // What we send is sound in every field.
        self.complete(directory, Report::is_sound)?;
        let path = directory.join(&name);
        let write = || {
            let mut draft = Draft::of(&path)?;
            draft.write_all(&bytes)?;
            draft.finish_synced()
        };
        match write() {
            Ok(()) => Ok(path),
            Err(source) => Err(IndexError::Io { path, source }),
        }
    }
}

fn is_read_here(name: &str) -> bool {
    let name = name.parse::<FileName>();
    name.is_ok_and(|name| FileType::from_code(&name.file_type).is_some())
}

fn read_lines<R: BufRead>(mut source: HeaderLines<'_, R>) -> io::Result<Option<IndexFile>> {
    if source.magic(MAGIC)?.is_none() && source.lines.number() == 0 {
        source.sink.error(Spot::line(1, b""), Problem::Empty);
        return Ok(None);
    }
    let version = source.version()?;
    let creator = source.text("the creator")?;
    let receiver = source.text("the receiver")?;
    let date = source.date()?;
    let Some(count) = source.number("the number of files")? else {
        header_lines::report_end(&mut source);
        return Ok(None);
    };
    let (mut files, mut found) = (Vec::new(), 0);
    loop {
        let Some(name) = source.text("a file name")? else {
            source.sink.error(Spot::line(source.lines.number() + 1, b""), Problem::Trailer);
            return Ok(None);
        };
        if name == TRAILER {
            break;
        }
        if name.parse::<FileName>().is_err() {
            let spot = Spot::line(source.lines.number(), name.as_bytes());
            source.sink.error(spot, Problem::FileName);
        }
        found += 1;
        // Names beyond the promised number are counted, but not stored: they may be without end.
        if found <= count {
            files.push(name);
        }
    }
    if found != count {
        let problem = Problem::Files { stated: count, found };
        source.sink.error(Spot::line(6, count.to_string().as_bytes()), problem);
    }
    report_rest(&mut source)?;
    let (Some(version), Some(creator), Some(receiver), Some(date)) =
        (version, creator, receiver, date)
    else {
        return Ok(None);
    };
    Ok(Some(IndexFile { version, creator, receiver, date, files }))
}

fn report_rest<R: BufRead>(source: &mut HeaderLines<'_, R>) -> io::Result<()> {
    if source
        .lines
        .advance()?
        .is_some_and(|end| end != LineEnd::EndOfFile || source.lines.len() > 0)
    {
        let spot = Spot::line(source.lines.number(), source.lines.text());
        source.sink.error(spot, Problem::AfterTrailer);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(files: &[&str]) -> IndexFile {
        IndexFile {
            version: Version::V21,
            creator: "305".into(),
            receiver: "05".into(),
            date: NaiveDate::from_ymd_opt(2026, 2, 13).expect("a day"),
            files: files.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn an_index_reads_back_as_it_was_written() {
        let index = index(&["OFD_305_05_20260213_03.TXT", "OFD_305_05_20260213_01.TXT"]);
        let bytes = index.to_bytes().expect("narrow enough");
        assert!(
            bytes.starts_with(b"OFDCFIDX\r\n21  \r\n305      \r\n05       \r\n20260213\r\n002")
        );
        let read = IndexFile::read("index", bytes.as_slice()).expect("sound");
        assert_eq!(read, index);
    }

    #[test]
    fn an_index_that_breaks_off_is_not_an_index() {
        let bytes = index(&["OFD_305_05_20260213_03.TXT"]).to_bytes().expect("narrow enough");
        for len in 0..bytes.len() - 2 {
            assert!(IndexFile::read("index", &bytes[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn an_index_may_only_name_files_beside_it() {
        let bytes = index(&["../OFD_305_05_20260213_03.TXT"]).to_bytes().expect("narrow enough");
        let error = IndexFile::read("index", bytes.as_slice()).expect_err("it climbs");
        assert_eq!(
            error.to_string(),
            "index:7:1: \"../OFD_305_05_20260213_03.TXT\": a data file is named \
             OFD_<creator>_<receiver>_<YYYYMMDD>_<type>.TXT"
        );
    }
}
