//! A day's applications and the registrar's answers, as files of the industry's standard.
//!
//! ```text
//! applications ──write_applications──► OFD_…_03.TXT, OFI_….TXT ──► registrar
//! answers ◄──read_answers── OFI_….TXT, OFD_…_04, _05, _07, _25.TXT ◄── registrar
//! ```
//!
//! 1. The same applications make the same bytes, so that a batch whose sending broke off is simply
//!    written again.
//! 2. The index is written last and read first: without it there are no files.
//! 3. A record that names its application otherwise than it was sent is handed on with that.
//! 4. A file is refused only where its frame is broken: header, width and count of the records, trailer.
//! 5. A record that cannot be understood, or that nobody takes, is a puzzle with its number and reason, and
//!    with what its case shows; it is neither dropped nor guessed, and it does not stop the records around it.

mod accounts;
mod answers;
mod applications;
mod balances;
mod confirmations;
#[cfg(test)]
mod digits_tests;
mod dividends;
mod findings;
mod last;
mod naming;
#[cfg(test)]
mod naming_tests;
mod numbers;
#[cfg(test)]
mod parties_tests;
mod portions;
mod puzzles;
#[cfg(test)]
mod puzzles_tests;
mod raising;
mod repeated;
mod rows;
mod serials;
#[cfg(test)]
mod taken_tests;
#[cfg(test)]
mod tests;

pub(crate) use accounts::nth_fund_account;
pub use accounts::{Accounts, fund_account};
pub use answers::{Answers, AsSent, Balance, Sent, read_answers};
pub(crate) use applications::each_application;
pub use applications::{
    Applied, Batch, Customers, FirstOf, Investors, application_numbers, application_of,
    write_applications,
};
pub use balances::{Stated, StatedFrozen};
pub use dividends::{Gives, StatedDividend};
pub use findings::Finding;
pub(crate) use numbers::serial_digits;
pub use numbers::{ByDigits, Numbers, is_in_digits};
pub use puzzles::Puzzle;
pub use rows::{Ours, RowError, SetRows, rows_of};
pub use serials::{SerialOf, Whose, of_serial};

use crate::exchange::{
    field_error::FieldError,
    file_name::FileName,
    header::{Header, HeaderError},
    index::{IndexError, IndexFile},
    reader::ReadError,
    record::Record,
    version::{FileType, Version},
    writer::{WriteError, Writer},
};
use chrono::NaiveDate;
use std::{
    collections::BTreeMap,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

/// Who exchanges files, and in which edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// The code of whoever sends applications, in names and records: up to 9 letters and digits.
    pub distributor: String,
    /// The code of whoever answers them, written alike.
    pub registrar: String,
    /// Conventions of their files.
    pub filing: Filing,
}

/// How the files of one registrar are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filing {
    /// The edition of the standard.
    pub version: Version,
    /// What numbers of orders, accounts and records consist of.
    pub numbers: Numbers,
}

impl Default for Filing {
    fn default() -> Self {
        let version = Version::V22;
        Self { version, numbers: Numbers::of(version) }
    }
}

/// Why files are not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The operating system refuses a file.
    #[error("{path} cannot be read or written; check that the directory is there and yours")]
    Io {
        /// The file or directory that could not be used.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A value has no place in its column.
    #[error("record {record} of {file} has a value that its field cannot hold")]
    Field {
        /// The name of the file within the exchange folder.
        file: String,
        /// Counted from 1.
        record: usize,
        /// Which field of the record is wrong.
        source: FieldError,
    },
    /// The header has no place for something.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The file is not written.
    #[error("{file} is not written")]
    Write {
        /// The name of the file within the exchange folder.
        file: String,
        /// Which value does not fit its field.
        source: WriteError,
    },
    /// The file does not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The batch's index file could not be read.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// A file to write: its kind, and one filler per record.
pub(crate) struct Draft<'a> {
    pub(crate) file_type: FileType,
    pub(crate) fillers: Vec<Filler<'a>>,
}

pub(crate) type Filler<'a> = Box<dyn Fn(&mut Record) -> Result<(), FieldError> + 'a>;

/// Files that were written and announced.
pub(crate) struct Published {
    pub(crate) index: PathBuf,
    pub(crate) paths: Vec<PathBuf>,
    /// What no record has room for: the draft, the filler, and why. The others are written without it.
    pub(crate) unfit: Vec<(usize, usize, FieldError)>,
}

/// Writes files from `creator` to `receiver` into a directory, which is made, and announces them.
pub(crate) fn publish(
    directory: &Path,
    (creator, receiver): (&str, &str),
    version: Version,
    date: NaiveDate,
    drafts: &[Draft<'_>],
) -> Result<Published, BatchError> {
    let failed = |path: &Path, source| BatchError::Io { path: path.to_owned(), source };
    fundflow_files::make_directory(directory, directory)
        .map_err(|error| failed(directory, error))?;
    let (mut names, mut paths, mut unfit) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, draft) in drafts.iter().enumerate() {
        let name = FileName {
            creator: creator.to_owned(),
            receiver: receiver.to_owned(),
            date,
            file_type: draft.file_type.code().to_owned(),
            part: None,
        };
        // What stands in a header must not lead out of the directory.
        let name = name.to_string().parse::<FileName>().map_err(IndexError::from)?.to_string();
        let path = directory.join(&name);
        let header = Header::standard(draft.file_type, version, (creator, receiver), date);
        // Nearly always it is written at once.
        let mut left_out = BTreeMap::new();
        while let Some((index, source)) = write(&path, &name, &header, draft, &left_out)? {
            left_out.insert(index, source);
        }
        unfit.extend(left_out.into_iter().map(|(index, source)| (nth, index, source)));
        names.push(name);
        paths.push(path);
    }
    let index = IndexFile {
        version,
        creator: creator.to_owned(),
        receiver: receiver.to_owned(),
        date,
        files: names,
    };
    Ok(Published { index: index.publish(directory)?, paths, unfit })
}

/// Writes one file without the records that are left out; returns the first of the others that has no
/// room for something, and the file is to be written again.
fn write(
    path: &Path,
    name: &str,
    header: &Header,
    draft: &Draft<'_>,
    left_out: &BTreeMap<usize, FieldError>,
) -> Result<Option<(usize, FieldError)>, BatchError> {
    let failed = |source| BatchError::Io { path: path.to_owned(), source };
    let write = |source| BatchError::Write { file: name.to_owned(), source };
    let mut header = header.clone();
    header.records = draft.fillers.len().saturating_sub(left_out.len()) as u64;
    let mut file = fundflow_files::Draft::of(path).map_err(failed)?;
    let mut writer = Writer::new(BufWriter::new(&mut file), header).map_err(write)?;
    let mut record = writer.blank();
    for (index, fill) in draft.fillers.iter().enumerate() {
        if left_out.contains_key(&index) {
            continue;
        }
        if let Err(source) = fill(&mut record) {
            return Ok(Some((index, source)));
        }
        writer.write(record.as_ref()).map_err(write)?;
    }
    writer.finish().map_err(write)?;
    file.finish().map_err(failed)?;
    Ok(None)
}
