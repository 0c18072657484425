//! The head of the log: the file that a day-cut keeps, and the heads that it and others are made of.

use crate::{
    jobs::{Jobs, not_yet},
    place::unread,
    postings::{broken, of_ledger},
};
use fundflow_domain::orders::Cause;
use fundflow_infrastructure::{
    files::{self, Draft},
    sqlite::SqliteStore,
};
use fundflow_kernel::{
    loaded::with_sources,
    store::{EventStore, Position, ReadError},
};
use fundflow_proofs::{HEAD_MAX, Head, SignedHead};
use fundflow_sagas::{
    day_cut,
    ports::day_jobs::{Figures, JobCall, JobStand},
};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

/// Where heads are, below the directory of a store.
pub const DIRECTORY: &str = "heads";

/// Why there is no head.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What it stands for cannot be written as a head.
    #[error("{0}")]
    Unwritable(String),
}

/// The head of the log as it is; none of an empty one.
///
/// # Errors
/// [`HeadError`].
pub async fn of_now(store: &SqliteStore) -> Result<Option<Head>, HeadError> {
    let size = store.head().borrow().0;
    of_first(store, size).await
}

/// The head of the log as it was with so many events; none of an empty one.
///
/// # Errors
/// [`HeadError`].
pub async fn of_first(store: &SqliteStore, size: u64) -> Result<Option<Head>, HeadError> {
    let first = store.read_all(Position::START, 1).await?;
    let last = store.read_all(Position(size.saturating_sub(1)), 1).await?;
    let (Some(first), Some(last)) = (first.first(), last.first()) else { return Ok(None) };
    let tree = store.tree_head_at(Position(size))?;
    let head = Head::of(tree, first, last);
    Ok(Some(head.map_err(|unwritable| HeadError::Unwritable(unwritable.to_string()))?))
}

/// No more of a file than it may have, and one byte; a pipe or a device is refused.
///
/// # Errors
/// It cannot be read, or is no regular file.
pub fn bytes_of(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        let text = "it is not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// *If the process dies in between, there is a file of another name, which the next day replaces.*
///
/// # Errors
/// It cannot be written.
pub fn write(base: &Path, directory: &Path, path: &Path, text: &str) -> io::Result<()> {
    files::make_directory(base, directory)?;
    let mut draft = Draft::of(path)?;
    draft.write_all(text.as_bytes())?;
    draft.finish_synced()?;
    File::open(directory)?.sync_all()
}

impl<S: EventStore> Jobs<S> {
    /// What was booked behind the postings must hold, too; nobody looks twice at the same.
    async fn broken_since_posted(&self, call: &JobCall) -> Result<Option<Cause>, Cause> {
        let ledger = self.ledger().await?;
        let posted = self.posted_at(call, call.t).await?.unwrap_or_default();
        let is_new = ledger.is_posted_behind(posted).map_err(|error| of_ledger(&error))?;
        if is_new { broken(&ledger) } else { Ok(None) }
    }

    /// Under the day-cut's own name, and never written over. A store that keeps no tree has no such file; the figures
    /// then count the events alone.
    pub(crate) async fn head(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let name = day_cut::id(&call.registrar, call.t)
            .ok_or_else(|| Cause::new("no_name", "this day has no name for a head"))?;
        let directory = self.place.base.join(DIRECTORY);
        let name = format!("{name}.head");
        let path = directory.join(&name);
        if !path.exists() {
            if let Some(broken) = self.broken_since_posted(call).await? {
                return Ok(JobStand::Refused(broken));
            }
            let Some(store) = &self.heads else {
                return Ok(JobStand::Done(Figures::counting(self.store.head().borrow().0)));
            };
            let head = of_now(store).await;
            let head = head.map_err(|error| Cause::new("no_head", with_sources(&error)))?;
            let Some(head) = head else {
                return Ok(not_yet("empty_log", "the log has no event".to_owned()));
            };
            let text = SignedHead { head, signatures: Vec::new() }.to_string();
            write(&self.place.base, &directory, &path, &text)
                .map_err(|error| unread(&path, &error))?;
        }
        let bytes = bytes_of(&path, HEAD_MAX).map_err(|error| unread(&path, &error))?;
        let kept = SignedHead::read(&bytes);
        let kept = kept.map_err(|refused| Cause::new("no_head", refused.to_string()))?.head;
        let file = crate::found::file(&name, Sha256::digest(&bytes).into(), kept.tree.size)?;
        Ok(JobStand::Done(Figures { files: vec![file], ..Figures::counting(kept.tree.size) }))
    }
}
