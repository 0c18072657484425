//! Reading: a few connections, each with what it has learned about names, lent to one caller at a
//! time. A read takes microseconds, so it runs where it is called, without a thread of its own.

use crate::{
    open,
    open_error::Trouble,
    place::Place,
    row::{self, signed},
    sql,
    tree::StoredTree,
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{Position, ReadError},
};
use fundflow_writing::Recent;
use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension as _, Params, Statement};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Idle connections that stay open; more readers at once open their own for the time.
const KEPT: usize = 4;
const CACHED_NAMES: usize = 16 * 1024;

pub(super) struct Readers {
    place: Place,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(super) fn of(place: Place) -> Self {
        Self { place, idle: Mutex::default() }
    }

    /// Lends a reader to `read`.
    pub(super) fn with<T>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.place).map_err(|error| fault(error.at(&self.place)))?,
        };
        let outcome = read(&mut reader)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(reader);
        }
        Ok(outcome)
    }

    /// Closes the idle ones, so that the writer can leave the database without a log.
    pub(super) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> ReadError {
    ReadError::Fault(Box::new(error))
}

/// SQLite's complaint in the port's words.
fn refused(error: rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            ReadError::Damaged { place: "the database file".into(), what: error.to_string() }
        }
        _ => fault(error),
    }
}

pub(super) struct Reader {
    database: Connection,
    names: Names,
}

/// What the numbers of a row stand for.
struct Names {
    streams: Recent<i64, StreamName>,
    types: Vec<Arc<str>>,
    processes: Vec<Arc<str>>,
}

impl Reader {
    pub(super) fn open(place: &Place) -> Result<Self, Trouble> {
        let database = open::for_reading(place)?;
        open::check_format(&database)?;
        let streams = Recent::new(CACHED_NAMES);
        let names = Names { streams, types: Vec::new(), processes: Vec::new() };
        Ok(Self { database, names })
    }

    /// The events that a statement selects; of `stream`, where that is one.
    pub(super) fn events(
        &mut self,
        statement: &str,
        binds: impl Params,
        stream: Option<&StreamName>,
    ) -> Result<Vec<Recorded>, ReadError> {
        let Self { database, names } = self;
        let mut statement = database.prepare_cached(statement).map_err(refused)?;
        let events = names.events(database, &mut statement, binds, stream);
        names.streams.age();
        events
    }

    /// The first events of each of the streams that may be there. All in one transaction: taking its lock costs
    /// as much as reading a short stream.
    pub(super) fn histories(
        &mut self,
        streams: &[StreamName],
        may_be: impl Fn(&StreamName) -> bool,
        limit: u32,
    ) -> Result<Vec<Vec<Recorded>>, ReadError> {
        let possible: Vec<&StreamName> = streams.iter().filter(|stream| may_be(stream)).collect();
        if possible.is_empty() {
            return Ok(vec![Vec::new(); streams.len()]);
        }
        let Self { database, names } = self;
        let reading = database.unchecked_transaction().map_err(refused)?;
        let ids = ids_of(&reading, &possible)?;
        let mut history = reading.prepare_cached(sql::READ_STREAM_OF_ID).map_err(refused)?;
        let mut histories = Vec::with_capacity(streams.len());
        for stream in streams {
            let id = ids.get(stream.as_str());
            let events =
                id.map(|id| names.events(&reading, &mut history, (id, limit), Some(stream)));
            histories.push(events.transpose()?.unwrap_or_default());
        }
        drop(history);
        reading.finish().map_err(refused)?;
        Ok(histories)
    }

    pub(super) fn stream_names(
        &mut self,
        from: &str,
        until: &str,
        most: Option<u32>,
    ) -> Result<Vec<StreamName>, ReadError> {
        let mut names = self.database.prepare_cached(sql::STREAM_NAMES).map_err(refused)?;
        let binds = rusqlite::params![from, until, most.map_or(-1, i64::from)];
        let names = names.query_map(binds, |row| row.get::<_, Arc<str>>(0));
        let names = names.map_err(refused)?;
        names.map(|name| Ok(StreamName::try_from(name.map_err(refused)?)?)).collect()
    }

    pub(super) fn checkpoint(
        &mut self,
        reader: &str,
    ) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        let found = self.database.prepare_cached(sql::LOAD_CHECKPOINT).and_then(|mut load| {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
            load.query_row([reader], read).optional()
        });
        Ok(found.map_err(refused)?.map(|(at, content)| (Position(at.unsigned_abs()), content)))
    }

    /// All in one transaction, so that it is the tree of one moment.
    pub(super) fn tree<T>(
        &mut self,
        read: impl FnOnce(&mut StoredTree<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let reading = self.database.unchecked_transaction().map_err(refused)?;
        let format = reading.pragma_query_value(None, "user_version", |row| row.get(0));
        let outcome = read(&mut StoredTree::of(&reading, format.map_err(refused)?)?)?;
        reading.finish().map_err(refused)?;
        Ok(outcome)
    }

    pub(super) fn copy_to(&mut self, path: &str) -> Result<(), ReadError> {
        self.database.execute(sql::BACKUP, [path]).map(drop).map_err(refused)
    }
}

/// Numbers of streams by their names.
type Ids = HashMap<Box<str>, i64, RandomState>;

/// The numbers of those streams that exist. One statement for [`sql::NAMES`] names costs about as much
/// as one for a single name.
fn ids_of(database: &Connection, streams: &[&StreamName]) -> Result<Ids, ReadError> {
    let mut look_up = database.prepare_cached(sql::STREAM_IDS).map_err(refused)?;
    let mut ids = Ids::default();
    for some in streams.chunks(sql::NAMES) {
        let none = std::iter::repeat(None);
        let names = some.iter().map(|stream| Some(stream.as_str())).chain(none);
        let binds = rusqlite::params_from_iter(names.take(sql::NAMES));
        let mut rows = look_up.query(binds).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            ids.insert(row.get(0).map_err(refused)?, row.get(1).map_err(refused)?);
        }
    }
    Ok(ids)
}

impl Names {
    fn events(
        &mut self,
        database: &Connection,
        statement: &mut Statement<'_>,
        binds: impl Params,
        stream: Option<&StreamName>,
    ) -> Result<Vec<Recorded>, ReadError> {
        let mut rows = statement.query(binds).map_err(refused)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            let numbers = row::numbers(row).map_err(refused)?;
            let stream = match stream {
                Some(stream) => stream.clone(),
                None => self.stream(database, &numbers)?,
            };
            let event_type = self.event_type(database, &numbers)?;
            let process = self.process(row::process(row)?);
            events.push(row::event(row, stream, event_type, process)?);
        }
        Ok(events)
    }

    fn stream(
        &mut self,
        database: &Connection,
        numbers: &row::Numbers,
    ) -> Result<StreamName, ReadError> {
        if let Some(name) = self.streams.get(&numbers.stream) {
            return Ok(name);
        }
        let mut look_up = database.prepare_cached(sql::STREAM_NAME).map_err(refused)?;
        let name = look_up.query_row([numbers.stream], |row| row.get::<_, Arc<str>>(0));
        let name = name.optional().map_err(refused)?;
        let name = StreamName::try_from(name.ok_or_else(|| unnamed(numbers, "stream"))?)?;
        self.streams.put(numbers.stream, name.clone());
        Ok(name)
    }

    fn event_type(
        &mut self,
        database: &Connection,
        numbers: &row::Numbers,
    ) -> Result<Cow<'static, str>, ReadError> {
        let index = usize::try_from(numbers.event_type - 1).unwrap_or(usize::MAX);
        if index >= self.types.len() {
            self.learn_types(database).map_err(refused)?;
        }
        let name = self.types.get(index).ok_or_else(|| unnamed(numbers, "event type"))?;
        Ok(Cow::Owned(String::from(&**name)))
    }

    /// There is a handful of processes, each named by most rows.
    fn process(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.processes.iter().find(|known| &***known == name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.processes.push(new.clone());
        new
    }

    /// The writer numbers the types from 1 without a gap, so a type's place is its number.
    fn learn_types(&mut self, database: &Connection) -> rusqlite::Result<()> {
        let mut learn: CachedStatement<'_> = database.prepare_cached(sql::EVENT_TYPES)?;
        let known = signed(self.types.len() as u64);
        for name in learn.query_map([known], |row| row.get(1))? {
            self.types.push(name?);
        }
        Ok(())
    }
}

fn unnamed(numbers: &row::Numbers, what: &str) -> ReadError {
    let what = format!("its {what} has no name");
    ReadError::Damaged { place: format!("position {}", numbers.position), what }
}
