//! The files of a T as the registrars' side of a played day finds them.

use super::{Trouble, play::Play};
use fundflow_closing::{Set, announced};
use fundflow_domain::calendar::TradingDay;
use fundflow_infrastructure::{day_batch::BatchError, files};
use fundflow_kernel::store::EventStore;
use std::{
    io,
    path::{Path, PathBuf},
};

impl<S: EventStore> Play<S> {
    /// Every set of that T, by registrar, the manager's own first, and by distributor, the folder's first.
    pub(super) async fn sets(&self, t: TradingDay) -> Result<Vec<Set>, Trouble> {
        let mut sets = Vec::new();
        for registrar in self.registrars()? {
            sets.extend(self.jobs.sets(t, &registrar).await.map_err(Trouble::Job)?);
        }
        Ok(sets)
    }
}

impl<S> Play<S> {
    /// Makes a directory of files; below the store's none may be a link.
    pub(super) fn make(&self, directory: &Path) -> Result<(), Trouble> {
        let failed = |source| Trouble::Directory { path: directory.to_owned(), source };
        files::make_directory(&self.with.base, directory).map_err(failed)
    }
}

/// The index of a directory, if its files are announced.
pub(super) fn index(directory: &Path) -> Result<Option<PathBuf>, Trouble> {
    let found = announced(directory).map_err(|error| unread(directory, error))?;
    Ok(found.map(|(path, _)| path))
}

pub(super) fn unread(directory: &Path, source: io::Error) -> Trouble {
    BatchError::Io { path: directory.to_owned(), source }.into()
}
