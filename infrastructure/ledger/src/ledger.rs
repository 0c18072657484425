//! One ledger: opened, brought to the log's end, and made anew.

use crate::{
    LedgerError,
    entry::{entry, number},
    place,
    poster::Poster,
    sql,
};
use fundflow_kernel::{
    envelope::Recorded,
    merkle::{TreeHash, leaf},
    store::{EventStore, Position},
};
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::{Path, PathBuf};

const PAGE: u32 = 1024;

/// The tables, as far as the log was followed.
pub struct Ledger {
    pub(crate) tables: Connection,
    path: PathBuf,
}

/// How a ledger came to the log's end.
#[derive(Debug)]
pub struct Caught {
    /// Events that were booked.
    pub events: u64,
    /// Why the tables that were there do not serve, so that they were made anew.
    pub anew: Option<LedgerError>,
}

/// The last event that is in the tables, and its leaf in the tree over the log.
struct Checkpoint {
    at: Position,
    leaf: Vec<u8>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Ledger").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Ledger {
    /// The ledger in the directory of a store; an empty one where there is none, and one in memory where nothing can
    /// be written.
    ///
    /// # Errors
    /// [`LedgerError`], which says what to do.
    pub fn open(directory: &Path) -> Result<Self, LedgerError> {
        let path = place::of(directory);
        Ok(Self { tables: place::open(&path)?, path })
    }

    /// The ledger in the directory of a store, at the log's end. Where it is of another log, of one that was put back, or
    /// of an earlier program, it is made anew aside.
    ///
    /// # Errors
    /// [`LedgerError`], which says what to do.
    pub async fn current<S: EventStore>(
        directory: &Path,
        store: &S,
    ) -> Result<(Self, Caught), LedgerError> {
        let followed = match Self::open(directory) {
            Ok(mut ledger) => ledger.follow(store).await.map(|events| (ledger, events)),
            Err(error) => Err(error),
        };
        match followed {
            Ok((ledger, events)) => Ok((ledger, Caught { events, anew: None })),
            Err(error) if error.is_mended_by_making_anew() => {
                let (ledger, events) = Self::rebuild(directory, store).await?;
                Ok((ledger, Caught { events, anew: Some(error) }))
            }
            Err(error) => Err(error),
        }
    }

    /// The last event that is in it.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn at(&self) -> Result<Position, LedgerError> {
        Ok(checkpoint(&self.tables)?.at)
    }

    /// Books what was committed when it was called and is not in it yet, a page at a time. Reads the last event that is
    /// in it, the new ones, and the streams of those that post something. Returns how many events were new.
    ///
    /// # Errors
    /// [`LedgerError::AnotherLog`] where it was made of another one; the log's errors.
    pub async fn follow<S: EventStore>(&mut self, store: &S) -> Result<u64, LedgerError> {
        let head = *store.head().borrow();
        let began = checkpoint(&self.tables)?;
        began.is_of(store).await?;
        let (mut poster, mut new) = (None, 0);
        loop {
            let at = checkpoint(&self.tables)?.at;
            if at >= head {
                return Ok(new);
            }
            let known = poster.take().filter(|known: &Poster| known.at == at);
            let mut known = known.map_or_else(|| Poster::recalled(&self.tables, at), Ok)?;
            let mut page = store.read_all(at, PAGE).await?;
            page.retain(|event| event.position <= head);
            if page.is_empty() {
                return Ok(new);
            }
            known.provide(store, &page).await?;
            new += self.book(&mut known, &page)?;
            poster = Some(known);
        }
    }

    /// Makes it anew beside the one that is there, and takes its place once it is whole.
    ///
    /// # Errors
    /// As [`Self::follow`]; where nothing can be written the file's.
    pub async fn rebuild<S: EventStore>(
        directory: &Path,
        store: &S,
    ) -> Result<(Self, u64), LedgerError> {
        let path = place::of(directory);
        let (tables, aside) = place::aside(&path)?;
        let mut anew = Self { tables, path: aside.clone() };
        let events = anew.follow(store).await?;
        place::swap(anew.tables, &aside, &path)?;
        Ok((Self::open(directory)?, events))
    }

    /// Empty tables beside it, for a comparison.
    pub(crate) fn aside(directory: &Path) -> Result<(Self, PathBuf), LedgerError> {
        let path = place::of(directory).with_extension("replay");
        let (tables, aside) = place::aside(&path)?;
        Ok((Self { tables, path: aside.clone() }, aside))
    }

    /// One page and the checkpoint behind it, as one transaction; nothing, where another process was here meanwhile.
    fn book(&mut self, poster: &mut Poster, page: &[Recorded]) -> Result<u64, LedgerError> {
        let begun = self.tables.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(last) = page.last() else { return Ok(0) };
        if checkpoint(&begun)?.at != poster.at {
            return Ok(0);
        }
        let mut new = 0;
        for event in page {
            let heard = poster.hear(&begun, event)?;
            entry(&begun, &mut poster.hot, event, &heard)?;
            poster.hot.fold_at(&begun, event)?;
            new += 1;
        }
        poster.hot.write(&begun)?;
        for (case, remembered) in poster.take_changed()? {
            begun.prepare_cached(sql::REMEMBER)?.execute(params![case, remembered])?;
        }
        let statement = sql::MOVE_CHECKPOINT;
        begun.execute(statement, params![number(last.position)?, leaf_of(last)])?;
        begun.commit()?;
        Ok(new)
    }
}

impl Checkpoint {
    /// Whether that log has the event at which this stands.
    ///
    /// # Errors
    /// [`LedgerError::AnotherLog`] where it has another one there, or none.
    async fn is_of<S: EventStore>(&self, store: &S) -> Result<(), LedgerError> {
        let Some(before) = self.at.0.checked_sub(1) else { return Ok(()) };
        let there = store.read_all(Position(before), 1).await?;
        let same = |event: &&Recorded| event.position == self.at && leaf_of(event) == self.leaf;
        there.first().filter(same).map(drop).ok_or(LedgerError::AnotherLog(self.at))
    }
}

fn checkpoint(tables: &Connection) -> Result<Checkpoint, LedgerError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let (at, leaf) = tables.query_row(sql::CHECKPOINT, (), row)?;
    Ok(Checkpoint { at: Position(u64::try_from(at).unwrap_or_default()), leaf })
}

fn leaf_of(event: &Recorded) -> Vec<u8> {
    let (stream, version, link) = (event.stream.as_str(), event.version, event.event.chain);
    leaf(TreeHash::Sha256, stream, version, link).0.to_vec()
}
