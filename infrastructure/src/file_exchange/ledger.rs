//! What was taken, so that the same name with other bytes is found: a line for each file, with its digest, its length,
//! and when it was last changed.

use super::{copied::digest_of, sums::digest, unreachable};
use crate::exchange::check::hex;
use fundflow_sagas::ports::file_exchange::{FileSum, NotExchanged, Taken};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

/// Bytes of the ledger.
const MOST: u64 = 1 << 26;

/// Where it is.
#[derive(Debug, Clone)]
pub(super) struct Ledger(PathBuf);

/// Files that were taken, by name.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<String, Noted>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Noted {
    sha256: [u8; 32],
    state: State,
}

/// Length, and nanoseconds since 1970 of the last change.
type State = (u64, u128);

impl Ledger {
    pub(super) const fn of(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn read(&self) -> Result<Known, NotExchanged> {
        let file = match fundflow_files::open_itself(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::default()),
            Err(error) => return Err(unreachable(&self.0, &error)),
        };
        let mut text = String::new();
        let read = file.take(MOST).read_to_string(&mut text);
        read.map_err(|error| unreachable(&self.0, &error))?;
        let known: Option<BTreeMap<_, _>> = text.lines().map(line).collect();
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a line of it is not ours");
        Ok(Known(known.ok_or_else(|| unreachable(&self.0, &damaged()))?))
    }

    pub(super) fn remove(&self) -> Result<(), NotExchanged> {
        let removed = fundflow_files::open_itself(&self.0).and_then(|_| fs::remove_file(&self.0));
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unreachable(&self.0, &error))
            }
            _ => Ok(()),
        }
    }

    /// Adds files of that directory.
    pub(super) fn add(&self, directory: &Path, files: &[FileSum]) -> Result<(), NotExchanged> {
        let Known(mut known) = self.read()?;
        for file in files {
            let path = directory.join(&*file.name);
            let (_, changed) = state(&path).map_err(|error| unreachable(&path, &error))?;
            let noted = Noted { sha256: file.sha256, state: (file.len, changed) };
            if known.get(&*file.name).is_some_and(|before| before.sha256 != file.sha256) {
                return Err(NotExchanged::Otherwise { name: file.name.to_string() });
            }
            known.insert(file.name.to_string(), noted);
        }
        let lines = known.iter().map(|(name, Noted { sha256, state: (len, changed) })| {
            format!("{} {len} {changed} {name}\n", hex(sha256))
        });
        fundflow_files::replace(&self.0, lines.collect::<String>())
            .map_err(|error| unreachable(&self.0, &error))
    }
}

impl Known {
    /// What was taken under that name.
    pub(super) fn digest_of(&self, name: &str) -> Option<[u8; 32]> {
        self.0.get(name).map(|noted| noted.sha256)
    }

    /// Whether these files, whose set is there, were taken. Only what was touched since then is read again.
    pub(super) fn of<'a>(
        &self,
        directory: &Path,
        files: impl Iterator<Item = &'a str>,
        most: u64,
    ) -> Result<Taken, NotExchanged> {
        let (mut others, mut is_known) = (Vec::new(), true);
        for name in files {
            let Some(noted) = self.0.get(name) else {
                is_known = false;
                continue;
            };
            let path = directory.join(name);
            let now = state(&path).map_err(|error| unreachable(&path, &error))?;
            if now != noted.state && digest_of(&path, most)?.sha256 != noted.sha256 {
                others.push(Arc::from(name));
            }
        }
        Ok(match (others.is_empty(), is_known) {
            (false, _) => Taken::Otherwise(others),
            (true, true) => Taken::AsItIs,
            (true, false) => Taken::Never,
        })
    }
}

fn state(path: &Path) -> io::Result<State> {
    let metadata = fs::symlink_metadata(path)?;
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), since.as_nanos()))
}

fn line(line: &str) -> Option<(String, Noted)> {
    let mut parts = line.splitn(4, ' ');
    let sha256 = digest(parts.next()?)?;
    let state = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((parts.next()?.to_owned(), Noted { sha256, state }))
}
