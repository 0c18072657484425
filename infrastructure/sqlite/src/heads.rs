//! Where each stream ends, so that an append is judged without asking the database.
//!
//! A batch is first planned against the heads, then written. Planning moves the heads on; when a
//! later stream of the batch conflicts, what it moved is moved back and nothing was written.

use crate::{row::signed, sql};
use fundflow_kernel::{
    envelope::{NewEvent, StreamName},
    store::{AppendError, Position, StreamAppend, Version},
};
use fundflow_writing::{PossibleIds, Recent};
use rusqlite::{Connection, OptionalExtension as _, Statement};
use std::sync::Arc;

/// The end of one stream.
#[derive(Debug, Clone, Copy)]
struct Head {
    id: i64,
    version: Version,
}

/// What is to be done for one stream of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) enum Planned {
    /// Its events follow what is there; `first` of all its events if the stream is new.
    Write { id: i64, first: bool },
    /// They are there already, up to this position.
    Repeated(Position),
}

/// Why a batch was not planned.
pub(super) enum Unplanned {
    /// It may not be appended; nothing was written.
    Refused(AppendError),
    /// The database failed.
    Broken(rusqlite::Error),
}

impl From<rusqlite::Error> for Unplanned {
    fn from(error: rusqlite::Error) -> Self {
        Unplanned::Broken(error)
    }
}

/// How a stream that is to be new, and that nobody used lately, is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum New {
    /// Its name is unique in the database, so a mistake is found when it is inserted.
    Believed,
    LookedUp,
}

pub(super) struct Heads<'db> {
    database: &'db Connection,
    cached: usize,
    recent: Recent<StreamName, Head>,
    last_id: i64,
    ids: Arc<PossibleIds>,
    stream_head: Statement<'db>,
    stored_ids: Statement<'db>,
}

impl<'db> Heads<'db> {
    pub(super) fn of(
        database: &'db Connection,
        cached: usize,
        ids: Arc<PossibleIds>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            database,
            cached,
            recent: Recent::new(cached),
            last_id: last_id(database)?,
            ids,
            stream_head: database.prepare(sql::STREAM_HEAD)?,
            stored_ids: database.prepare(sql::STORED_IDS)?,
        })
    }

    /// Forgets what a transaction that was not committed has planned.
    pub(super) fn forget_all(&mut self) -> rusqlite::Result<()> {
        self.recent = Recent::new(self.cached);
        self.last_id = last_id(self.database)?;
        Ok(())
    }

    /// Plans the whole batch or nothing of it.
    pub(super) fn plan(
        &mut self,
        batch: &[StreamAppend],
        new: New,
    ) -> Result<Vec<Planned>, Unplanned> {
        let last_id = self.last_id;
        let mut plan = Vec::with_capacity(batch.len());
        for append in batch {
            match self.plan_one(append, new) {
                Ok(planned) => plan.push(planned),
                Err(unplanned) => {
                    self.take_back(&batch[..plan.len()], &plan);
                    self.last_id = last_id;
                    return Err(unplanned);
                }
            }
        }
        Ok(plan)
    }

    /// Between transactions: only then does the database know everything that may be forgotten.
    pub(super) fn age(&mut self) {
        self.ids.grow(usize::try_from(self.last_id).unwrap_or(usize::MAX));
        self.recent.age();
    }

    fn plan_one(&mut self, append: &StreamAppend, new: New) -> Result<Planned, Unplanned> {
        let StreamAppend { stream, expected, events } = append;
        let known = match self.recent.get(stream) {
            None if *expected == Version::NONE && new == New::Believed => None,
            None => self.look_up(stream)?,
            known => known,
        };
        let actual = known.map_or(Version::NONE, |head| head.version);
        if *expected == actual {
            let id = match known {
                Some(head) => head.id,
                None => self.new_id(stream)?,
            };
            self.recent.put(stream.clone(), Head { id, version: actual.plus(events.len()) });
            return Ok(Planned::Write { id, first: known.is_none() });
        }
        if let Some(head) = known
            && let Some(position) = self.repeated(head.id, *expected, events)?
        {
            return Ok(Planned::Repeated(position));
        }
        let (stream, expected, actual) = (stream.clone(), *expected, Some(actual));
        Err(Unplanned::Refused(AppendError::Conflict { stream, expected, actual }))
    }

    fn look_up(&mut self, stream: &StreamName) -> rusqlite::Result<Option<Head>> {
        let read = |row: &rusqlite::Row<'_>| {
            let version = Version(row.get::<_, i64>(1)?.unsigned_abs());
            Ok(Head { id: row.get(0)?, version })
        };
        let head = self.stream_head.query_row([stream.as_str()], read).optional()?;
        if let Some(head) = head {
            self.recent.put(stream.clone(), head);
        }
        Ok(head)
    }

    fn new_id(&mut self, stream: &StreamName) -> Result<i64, Unplanned> {
        // A name that could not be read back must not be written: `StreamName::of` trusts its caller.
        let name = StreamName::try_from(Arc::<str>::from(stream.clone()));
        name.map_err(|error| Unplanned::Refused(AppendError::Fault(error.into())))?;
        self.ids.add(stream.id());
        self.last_id += 1;
        Ok(self.last_id)
    }

    /// The position of the last of these events, if all of them are stored where they want to go.
    fn repeated(
        &mut self,
        id: i64,
        expected: Version,
        events: &[NewEvent],
    ) -> rusqlite::Result<Option<Position>> {
        let span = (id, signed(expected.0), signed(events.len() as u64));
        let mut rows = self.stored_ids.query(span)?;
        let mut last = None;
        for event in events {
            let Some(row) = rows.next()? else { return Ok(None) };
            if row.get_ref(1)?.as_blob().ok() != Some(&event.event_id.0) {
                return Ok(None);
            }
            last = Some(Position(row.get::<_, i64>(0)?.unsigned_abs()));
        }
        Ok(last)
    }

    fn take_back(&mut self, batch: &[StreamAppend], plan: &[Planned]) {
        for (append, planned) in batch.iter().zip(plan).rev() {
            match *planned {
                Planned::Write { first: true, .. } => self.recent.forget(&append.stream),
                Planned::Write { id, first: false } => {
                    self.recent.put(append.stream.clone(), Head { id, version: append.expected });
                }
                Planned::Repeated(_) => {}
            }
        }
    }
}

/// The number of the newest stream; they are given from 1 without a gap.
pub(super) fn last_id(database: &Connection) -> rusqlite::Result<i64> {
    database.query_row(sql::LAST_STREAM, [], |row| row.get(0))
}
