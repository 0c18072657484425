//! The books on disk: one JSON line per decision, appended before anybody hears of the decision.
//!
//! 1. A line that the end of the file cuts off was never announced; it is dropped on opening.
//! 2. Any other line that does not read is an error with its number: a journal is never repaired by
//!    leaving something out.
//! 3. A later line under the same key replaces the earlier one.
//! 4. Lines reach the operating system before the answer is given, not the disk: a sandbox has to
//!    survive the end of its process, not that of the machine.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Bytes of a line, far above those of any entry.
const LINE_MAX: u64 = 1 << 20;

/// Why the books cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its directory.
    #[error("{path} cannot be read or written; check that the directory is there and yours")]
    Io {
        /// The file that could not be read or written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line is no entry.
    #[error(
        "{path}:{line} is not an entry of these books; restore the file, or remove it to begin anew"
    )]
    Damaged {
        /// The journal that was damaged.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Where its line stops being JSON.
        source: serde_json::Error,
    },
}

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens or creates it, and reads what stands in it.
    pub(super) fn open<E: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<E>), JournalError> {
        let failed = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = fundflow_files::append(path).map_err(failed)?;
        let (mut input, mut entries, mut end) = (BufReader::new(&file), Vec::new(), 0);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read =
                input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).map_err(failed)?;
            let ends = line.last() == Some(&b'\n');
            if !ends && u64::try_from(read).is_ok_and(|read| read < LINE_MAX) {
                break;
            }
            let number = entries.len() + 1;
            let damaged =
                |source| JournalError::Damaged { path: path.to_owned(), line: number, source };
            entries.push(serde_json::from_slice(&line).map_err(damaged)?);
            end += u64::try_from(read).unwrap_or(u64::MAX);
        }
        file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok((Self { path: path.to_owned(), file: Mutex::new(file) }, entries))
    }

    /// Appends one line.
    pub(super) fn append<E: Serialize>(&self, entry: &E) -> Result<(), JournalError> {
        let failed = |source| JournalError::Io { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_line_that_was_cut_off_is_dropped_and_the_next_one_follows_the_last_whole_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("books.jsonl");
        fs::write(&path, "1\n2\n\"half").unwrap();

        let (journal, entries) = Journal::open::<u32>(&path).unwrap();
        assert_eq!(entries, [1, 2]);
        journal.append(&3).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n3\n");
    }

    #[test]
    fn a_line_that_is_no_entry_is_an_error_with_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("books.jsonl");
        fs::write(&path, "1\nx\n3\n").unwrap();

        let error = Journal::open::<u32>(&path).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "{}:2 is not an entry of these books; restore the file, or remove it to begin anew",
                path.display()
            )
        );
    }
}
