//! What can be said of a store without believing it: is all there that was acknowledged, and does the database say
//! of itself that it is whole. And the way on where it is not: a person takes what is there for all of it.

use crate::{
    acknowledged::Acknowledged,
    form, lock, open,
    open_error::{OpenError, Trouble},
    place::{MARK_MOST, Place, private},
    rescue, sql, tree,
};
use fundflow_kernel::store::Position;
use rusqlite::Connection;
use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Condition of a store, read without opening it for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The database, by its canonical path.
    pub path: PathBuf,
    /// Format of the tables.
    pub format: i32,
    /// The store's own name, in hexadecimal; none until format 3.
    pub identity: Option<String>,
    /// The last position that is there.
    pub head: Position,
    /// Up to where its events were acknowledged, by its companion.
    pub acknowledged: Option<Position>,
    /// What is wrong with it; empty where nothing is.
    pub faults: Vec<String>,
}

/// Looks at a store without changing it, also beside the process that writes. Reads all of it.
///
/// # Errors
/// [`OpenError`] where there is no store of ours to look at.
pub fn condition(path: impl AsRef<Path>) -> Result<Condition, OpenError> {
    let (path, place) = placed(path.as_ref())?;
    look(&place).map_err(|trouble| trouble.at(&place)).map(|found| Condition { path, ..found })
}

/// Takes what is there for all that was acknowledged, and keeps the mark that said otherwise beside it, under the
/// name that is returned.
///
/// # Errors
/// [`OpenError`] where another process writes, or there is no store of ours.
pub fn accept(path: impl AsRef<Path>) -> Result<Option<PathBuf>, OpenError> {
    let (path, place) = placed(path.as_ref())?;
    let denied = |denied| match denied {
        lock::Denied::HeldBy(holder) => OpenError::Held { path: path.clone(), holder },
        lock::Denied::Io(source) => OpenError::Io { path: path.clone(), source },
    };
    let (lock, _) = lock::take(&place).map_err(denied)?;
    let lock = lock.and_database(&place).map_err(denied)?;
    let accepted = mark_anew(&place).map_err(|trouble| trouble.at(&place));
    drop(lock);
    accepted
}

fn placed(path: &Path) -> Result<(PathBuf, Place), OpenError> {
    if !path.exists() {
        return Err(Place::without_database(path));
    }
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let place = Place::of(path).map_err(io)?;
    Ok((place.database().to_owned(), place))
}

/// Looks whether what the store keeps of the tree over its events fits them. Reads all of them.
///
/// # Errors
/// [`OpenError`] where there is no store of ours to look at.
pub fn tree_faults(path: impl AsRef<Path>) -> Result<Vec<String>, OpenError> {
    let (_, place) = placed(path.as_ref())?;
    let look = || {
        let connection = open::for_reading(&place)?;
        tree::faults(&connection, open::check_format(&connection)?)
    };
    look().map_err(|trouble: Trouble| trouble.at(&place))
}

fn look(place: &Place) -> Result<Condition, Trouble> {
    let mark = place.mark();
    let connection = open::for_reading(place)?;
    let format = open::check_format(&connection)?;
    let has_identity = format != open::WITHOUT_IDENTITY;
    let mut faults = Vec::new();
    let acknowledged = match mark {
        Ok(mark) => mark,
        Err(trouble) => {
            faults.push(trouble.at(place).to_string());
            None
        }
    };
    let checked = match acknowledged {
        Some(mark) if has_identity => open::check_acknowledged(&connection, mark).map(drop),
        None if has_identity && faults.is_empty() => Err(Trouble::Alone),
        _ => Ok(()),
    };
    faults.extend(checked.err().map(|trouble| trouble.at(place).to_string()));
    faults.extend(acknowledged.and_then(|mark| place.doubt(mark)));
    // What is damaged enough is not even looked through.
    faults.extend(integrity(&connection).unwrap_or_else(|error| vec![error.to_string()]));
    faults.extend(form::faults(&connection, place, format)?);
    let identity = has_identity.then(|| open::identity(&connection)).transpose()?;
    Ok(Condition {
        path: PathBuf::new(),
        format,
        identity: identity.map(|identity| identity.to_string()),
        head: open::head(&connection)?,
        acknowledged: acknowledged.map(|mark| mark.position),
        faults,
    })
}

/// What the database finds wrong with itself: pages, and indexes that do not fit their tables.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = connection.prepare(sql::INTEGRITY)?;
    let found = check.query_map([], |row| row.get::<_, String>(0))?;
    let found: Vec<String> = found.collect::<Result<_, _>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

fn mark_anew(place: &Place) -> Result<Option<PathBuf>, Trouble> {
    rescue::rescue(place, open::PATIENCE)?;
    let connection = open::unmoved(place)?;
    let format = open::check_format(&connection)?;
    if format == open::WITHOUT_IDENTITY {
        // The next opening for writing gives it a companion that says what is there.
        return Ok(None);
    }
    let set_aside_at = set_aside(place)?;
    let mark = open::mark_of(&connection, open::identity(&connection)?)?;
    Acknowledged::create(place, &mark)?;
    place.sync_directory()?;
    Ok(set_aside_at)
}

/// The mark of before is evidence: it gets the first name that is free.
fn set_aside(place: &Place) -> io::Result<Option<PathBuf>> {
    let mark = place.acknowledged();
    if !mark.exists() {
        return Ok(None);
    }
    let names = (1_u32..).map(|nth| mark.with_extension(format!("acknowledged-{nth}")));
    let free = names.into_iter().find(|name| !name.exists());
    let free = free.ok_or(io::ErrorKind::AlreadyExists)?;
    let bytes = fundflow_files::read(&mark, MARK_MOST)?;
    private().create_new(true).open(&free)?.write_all(&bytes)?;
    Ok(Some(free))
}
