//! The shipped [`FileExchange`]: two directories that the counterparty reads and writes.
//!
//! ```text
//! outgoing/   OFD_…_03.TXT …    then OFI_….sha256, then OFI_….TXT
//! incoming/   OFD_…_04.TXT …    OFI_….TXT, and OFI_….sha256 where the counterparty writes one
//! taken       what was taken: digest, length, time of the last change, name
//! ```
//!
//! 1. A file appears under its name whole: it is written beside it, synced, and renamed; then its directory is synced.
//!    The index comes last, so that a process that dies leaves no set, or a whole one.
//! 2. A set is there as soon as its index is, and every file that it names; where sums lie beside them, each file has
//!    its own.
//! 3. A file that changes while it is read is not taken. Nor is a link, a pipe, a device, or what is larger than the
//!    limit.

mod copied;
mod ledger;
mod sums;
#[cfg(test)]
mod tests;

use crate::exchange::{file_name::IndexName, index::IndexFile};
use copied::{copy, digest_of};
use fundflow_sagas::ports::file_exchange::{Arrived, FileExchange, FileSet, FileSum, NotExchanged};
use ledger::Ledger;
use std::{
    fs,
    io::{self, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes of the largest file that is taken, unless said otherwise: some seven million confirmations.
const MOST: u64 = 1 << 33;
/// Bytes of an index: a line for each file.
const INDEX_MOST: u64 = 1 << 20;

/// Directories through which files come and go.
#[derive(Debug, Clone)]
pub struct DirectoryExchange {
    outgoing: PathBuf,
    incoming: PathBuf,
    ledger: Ledger,
    most: u64,
}

impl DirectoryExchange {
    /// With what was taken noted in that file, which must not lie in either directory.
    pub fn of(outgoing: PathBuf, incoming: PathBuf, taken: PathBuf) -> Self {
        Self { outgoing, incoming, ledger: Ledger::of(taken), most: MOST }
    }

    /// Takes no file that is larger than so many bytes.
    #[must_use]
    pub fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Forgets what was taken: whatever is there is taken as if for the first time.
    ///
    /// # Errors
    /// [`NotExchanged::Unreachable`].
    pub fn forget(&self) -> Result<(), NotExchanged> {
        self.ledger.remove()
    }

    fn put_now(&self, index: &Path) -> Result<Vec<FileSum>, NotExchanged> {
        let from = index.parent().unwrap_or(Path::new("."));
        let (name, set) = named(index)?;
        let announcing = digest_of(&from.join(&*name), INDEX_MOST)?;
        let there = self.outgoing.join(&*name);
        let announced = there.symlink_metadata().is_ok();
        if announced && digest_of(&there, INDEX_MOST)? != announcing {
            return Err(NotExchanged::Otherwise { name: name.to_string() });
        }
        let mut sums = Vec::new();
        for file in &set.files {
            sums.push(copy((from, &self.outgoing), file, announced, self.most)?);
        }
        sync(&self.outgoing)?;
        let all: Vec<_> = sums.into_iter().chain([announcing]).collect();
        // Sums of files that are there already are written anew: they are the same.
        sums::write(&self.outgoing, &name, &all)?;
        copy((from, &self.outgoing), &name, announced, INDEX_MOST)?;
        sync(&self.outgoing)?;
        Ok(all)
    }

    fn arrived_now(&self) -> Result<Vec<Arrived>, NotExchanged> {
        let entries = match fs::read_dir(&self.incoming) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreachable(&self.incoming, &error)),
        };
        let taken = self.ledger.read()?;
        let mut arrived = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreachable(&self.incoming, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name.filter(|name| name.parse::<IndexName>().is_ok()) else {
                continue;
            };
            // What is no index yet, or names what is not there yet, has not arrived.
            let Ok((index, set)) = named(&path) else { continue };
            if !set.files.iter().all(|file| self.incoming.join(file).exists()) {
                continue;
            }
            let files = set.files.iter().map(String::as_str).chain([name]);
            arrived.push(Arrived { index, taken: taken.of(&self.incoming, files, self.most)? });
        }
        arrived.sort_by(|one, other| one.index.cmp(&other.index));
        Ok(arrived)
    }

    fn get_now(&self, index: &str) -> Result<FileSet, NotExchanged> {
        if index.parse::<IndexName>().is_err() {
            let why = "is not named as an index".to_owned();
            return Err(NotExchanged::Refused { name: index.to_owned(), why });
        }
        let path = self.incoming.join(index);
        let (_, set) = named(&path)?;
        let (taken, sums) = (self.ledger.read()?, sums::read(&self.incoming, index)?);
        let mut files = Vec::new();
        for name in set.files.iter().map(String::as_str).chain([index]) {
            let sum = digest_of(&self.incoming.join(name), self.most)?;
            if sums.get(name).is_some_and(|stated| *stated != sum.sha256) {
                let why = "its bytes are not those of the sums beside it".to_owned();
                return Err(NotExchanged::Incomplete { name: name.to_owned(), why });
            }
            if taken.digest_of(name).is_some_and(|before| before != sum.sha256) {
                return Err(NotExchanged::Otherwise { name: name.to_owned() });
            }
            files.push(sum);
        }
        // An index that was replaced meanwhile names other files.
        let (_, again) = named(&path)?;
        if again != set {
            let why = "it was replaced while its files were read".to_owned();
            return Err(NotExchanged::Incomplete { name: index.to_owned(), why });
        }
        Ok(FileSet { index: path, files })
    }
}

impl FileExchange for DirectoryExchange {
    async fn put(&self, index: PathBuf) -> Result<Vec<FileSum>, NotExchanged> {
        self.put_now(&index)
    }

    async fn arrived(&self) -> Result<Vec<Arrived>, NotExchanged> {
        self.arrived_now()
    }

    async fn get(&self, index: Arc<str>) -> Result<FileSet, NotExchanged> {
        self.get_now(&index)
    }

    async fn taken(&self, set: FileSet) -> Result<(), NotExchanged> {
        self.ledger.add(&self.incoming, &set.files)
    }
}

/// An index and its name.
fn named(path: &Path) -> Result<(Arc<str>, IndexFile), NotExchanged> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let file = fundflow_files::open_itself(path).map_err(|error| of_file(name, path, &error))?;
    let len = file.metadata().map_err(|error| unreachable(path, &error))?.len();
    if len > INDEX_MOST {
        return Err(too_large(name, INDEX_MOST));
    }
    let read = IndexFile::read(name, BufReader::new(file));
    let index = read.map_err(|error| NotExchanged::Incomplete {
        name: name.to_owned(),
        why: error.to_string(),
    })?;
    Ok((name.into(), index))
}

/// Whether the file is none to be exchanged, or cannot be had.
fn of_file(name: &str, path: &Path, error: &io::Error) -> NotExchanged {
    match error.kind() {
        io::ErrorKind::NotFound => {
            NotExchanged::Incomplete { name: name.to_owned(), why: "it is not there".to_owned() }
        }
        io::ErrorKind::InvalidInput => {
            NotExchanged::Refused { name: name.to_owned(), why: error.to_string() }
        }
        _ => unreachable(path, error),
    }
}

fn too_large(name: &str, most: u64) -> NotExchanged {
    let why = format!("is larger than {most} bytes, which are the most that is taken");
    NotExchanged::Refused { name: name.to_owned(), why }
}

fn unreachable(what: &Path, error: &io::Error) -> NotExchanged {
    NotExchanged::Unreachable { what: what.display().to_string(), why: error.to_string() }
}

fn sync(directory: &Path) -> Result<(), NotExchanged> {
    fundflow_files::sync_directory(directory).map_err(|error| unreachable(directory, &error))
}
