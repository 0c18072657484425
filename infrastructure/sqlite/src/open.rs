//! Opening a database file: is it ours, do we know its format, and with which settings.

use crate::{
    Durability, Settings,
    acknowledged::{Acknowledged, Identity, Mark},
    at_rest,
    open_error::Trouble,
    place::{self, Place},
    rescue,
    row::signed,
    sql, tree,
};
use fundflow_kernel::{
    envelope::Chain,
    merkle::{Frontier, TreeHash},
    store::Position,
};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior,
    config::DbConfig,
};
use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

/// `FFLW`, in the database header: tells our files from other SQLite databases.
pub(super) const APPLICATION_ID: i32 = 0x4646_4c57;
/// Of the tables. Raised by every change that an older program could not read.
pub(super) const FORMAT: i32 = 4;
/// Without a tree over its events. Read, and brought to [`FORMAT`] by the next opening for writing.
pub(super) const WITHOUT_TREE: i32 = 3;
/// Without an identity and a companion that says how far it had acknowledged. Read, and brought to [`FORMAT`] by the
/// next opening for writing.
pub(super) const WITHOUT_IDENTITY: i32 = 2;
pub(super) const PAGE_BYTES: i64 = 16 * 1024;
const READER_CACHE_KIB: i64 = 8 * 1024;
/// How long to wait for another process that holds the database for a moment.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Into so many waits the writer's patience is divided; after each it says what it waits for.
pub(super) const WAITS: u32 = 12;

/// A store that is open for writing.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) acknowledged: Acknowledged,
    pub(super) tree: Frontier,
}

/// Opens a store that is there. The lock on it is held.
pub(super) fn for_writing(place: &Place, settings: &Settings) -> Result<Opened, Trouble> {
    place.check_companion()?;
    rescue::rescue(place, settings.patience_with_readers)?;
    // An opening that fails leaves the log as it found it.
    let connection = unmoved(place)?;
    connection.busy_timeout(settings.patience / WAITS)?;
    let format = match check_format(&connection) {
        Err(Trouble::Unfinished) => {
            fill(&connection, place, settings.tree_hash).map(|()| FORMAT)?
        }
        format => format?,
    };
    // Not before the file is known to be ours: this changes its header.
    let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", mode)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Trouble::NoLog);
    }
    connection.pragma_update(None, "synchronous", settings.durability.as_pragma())?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.cache_mib) * 1024)?;
    // The bundled library checks foreign keys by default; ids are the writer's own.
    connection.pragma_update(None, "foreign_keys", false)?;
    if let Some(pages) = settings.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    if format == WITHOUT_IDENTITY {
        give_identity(&connection, place)?;
    }
    let last = check_acknowledged(&connection, place.mark()?.ok_or(Trouble::Alone)?)?;
    warn_of_doubt(place, last);
    if format < FORMAT {
        tree::give(&connection)?;
    }
    let tree = tree::frontier(&connection)?;
    let syncs = settings.durability == Durability::Full;
    let mut acknowledged = Acknowledged::open(place, last, syncs)?;
    // A process that died before it moved the mark has left more; from now on readers see it.
    let there = mark_of(&connection, last.store)?;
    acknowledged.write(there.position, there.link)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(Opened { connection, acknowledged, tree })
}

/// From now on no other writer appends. Answers the new epoch.
pub(super) fn take_over(database: &Connection, owner: String) -> rusqlite::Result<i64> {
    let transaction = begin(database)?;
    let epoch = transaction.query_row(sql::TAKE_OVER, [owner], |row| row.get(0))?;
    transaction.commit()?;
    Ok(epoch)
}

/// Another program may hold the database: a tool, a copy that is made. It is waited for, and that is said.
pub(super) fn begin(database: &Connection) -> rusqlite::Result<Transaction<'_>> {
    let mut waits = 1;
    loop {
        let begun = Transaction::new_unchecked(database, TransactionBehavior::Immediate);
        match begun {
            Err(error) if is_busy(&error) && waits < WAITS => {
                tracing::warn!(
                    waits,
                    of = WAITS,
                    "another program holds the database; it is waited for, and nothing is written meanwhile"
                );
                waits += 1;
            }
            begun => return begun,
        }
    }
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// A connection that may write, and that leaves the log where it is when it is closed.
pub(super) fn unmoved(place: &Place) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(place.database(), flags)?;
    connection.busy_timeout(PATIENCE)?;
    keep_plans(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// A connection that only moves the log into the database.
pub(super) fn helper(place: &Place, settings: &Settings) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(place.database(), flags)?;
    connection.busy_timeout(PATIENCE)?;
    // It syncs the log before it touches the database, and the database before the log is reused.
    connection.pragma_update(None, "synchronous", settings.durability.as_pragma())?;
    Ok(connection)
}

/// A read connection. It sees what is committed and can change nothing.
pub(super) fn for_reading(place: &Place) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(place.database(), flags)?;
    connection.busy_timeout(PATIENCE)?;
    // The first look at the database is what needs an index of the log.
    if is_fresh(&connection).is_err_and(|trouble| trouble.is_for_want_of_writing()) {
        connection = at_rest::open(place)?;
    }
    keep_plans(&connection)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// Takes an empty log and its index away again, where nobody else has the store open and this process may.
pub(super) fn remove_empty_log(place: &Place) {
    if !place.log().exists() || place::has_content(&place.log()) {
        return;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // SQLite does so when the last connection that could write is closed. Where it cannot be, the files do no harm.
    let _ = Connection::open_with_flags(place.database(), flags)
        .map_err(Trouble::from)
        .and_then(|connection| is_fresh(&connection));
}

/// Looks whether everything that was acknowledged can be read, and up to where; and whether nobody can tell,
/// because what tells is not there.
pub(super) fn check_to_read(place: &Place) -> Result<(Position, bool), Trouble> {
    if !fs::metadata(place.database())?.is_file() {
        return Err(Trouble::NotAStore);
    }
    // Before the database is: beside a writer, that one may come to be ahead, and the mark never is.
    let mark = place.mark()?;
    let connection = for_reading(place)?;
    let mut is_alone = false;
    match (check_format(&connection)?, mark) {
        (WITHOUT_IDENTITY, _) => {}
        (_, Some(mark)) => warn_of_doubt(place, check_acknowledged(&connection, mark)?),
        (_, None) => {
            is_alone = true;
            tracing::warn!(store = %place.database().display(), "{}", Trouble::Alone.at(place));
        }
    }
    Ok((head(&connection)?, is_alone))
}

fn warn_of_doubt(place: &Place, mark: Mark) {
    if let Some(doubt) = place.doubt(mark) {
        tracing::warn!("{doubt}");
    }
}

/// Makes a copied database a store of its own, and gives it its name. *If the process dies before that, what is
/// there is a file of another name, and perhaps a companion without a database: nothing that opens as a store.*
pub(super) fn name_copy(place: &Place, copy: &Path) -> Result<(), Trouble> {
    let connection = Connection::open(copy)?;
    if check_format(&connection)? == WITHOUT_IDENTITY {
        give_identity(&connection, place)?;
    } else {
        let store = new_identity(&connection)?;
        Acknowledged::create(place, &mark_of(&connection, store)?)?;
        connection.execute(sql::SET_IDENTITY, [store.0])?;
    }
    connection.close().map_err(|(_, error)| error)?;
    File::open(copy)?.sync_all()?;
    fs::rename(copy, place.database())?;
    Ok(place.sync_directory()?)
}

/// The bundled library is built to plan a statement anew whenever another bound value might suggest
/// a better plan, which costs several times what the statement does. Ours have one plan.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

/// The format of a store, where this program knows it.
pub(super) fn check_format(connection: &Connection) -> Result<i32, Trouble> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    match pragma("application_id")? {
        APPLICATION_ID => {}
        // What creation left before its one transaction was there, until format 2.
        0 if is_fresh(connection)? => return Err(Trouble::Unfinished),
        _ => return Err(Trouble::NotAStore),
    }
    match pragma("user_version")? {
        found @ (FORMAT | WITHOUT_TREE | WITHOUT_IDENTITY) => Ok(found),
        found if found < FORMAT => Err(Trouble::Older(found)),
        found => Err(Trouble::Newer(found)),
    }
}

fn is_fresh(connection: &Connection) -> Result<bool, Trouble> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "schema_version", |row| row.get(0))?;
    // Creation is one transaction, so a process that dies in it leaves no tables at all.
    Ok(pages == 0 || version == 0)
}

/// Whether everything that was acknowledged is there.
pub(super) fn check_acknowledged(connection: &Connection, mark: Mark) -> Result<Mark, Trouble> {
    if identity(connection)? != mark.store {
        return Err(Trouble::OfAnother);
    }
    if mark.position == Position::START {
        return Ok(mark);
    }
    let found = match link_at(connection, mark.position)? {
        Some(link) if link == mark.link => return Ok(mark),
        Some(_) => "has another event at the last position".to_owned(),
        None => format!("ends at position {}", head(connection)?),
    };
    Err(Trouble::Lost { acknowledged: mark.position, found })
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Position> {
    let head = connection.query_row(sql::HEAD, [], |row| row.get::<_, i64>(0))?;
    Ok(Position(head.unsigned_abs()))
}

pub(super) fn identity(connection: &Connection) -> rusqlite::Result<Identity> {
    connection.query_row(sql::IDENTITY, [], |row| row.get(0)).map(Identity)
}

fn link_at(connection: &Connection, position: Position) -> rusqlite::Result<Option<Chain>> {
    let at = [signed(position.0)];
    connection.query_row(sql::LINK_AT, at, |row| row.get(0)).map(Chain).optional()
}

/// What is there now is all that was acknowledged.
pub(super) fn mark_of(connection: &Connection, store: Identity) -> rusqlite::Result<Mark> {
    let head = head(connection)?;
    let link = link_at(connection, head)?.unwrap_or(Chain::START);
    Ok(Mark::made(store, head, link))
}

fn new_identity(connection: &Connection) -> rusqlite::Result<Identity> {
    connection.query_row(sql::NEW_IDENTITY, [], |row| row.get(0)).map(Identity)
}

/// Makes the database under another name and gives it its own when it is whole. The lock on its name is held.
pub(super) fn create(place: &Place, hash: TreeHash) -> Result<(), Trouble> {
    let new = place.begin("")?;
    let connection = Connection::open(&new)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    fill(&connection, place, hash)?;
    connection.close().map_err(|(_, error)| error)?;
    File::open(&new)?.sync_all()?;
    fs::rename(&new, place.database())?;
    place.sync_directory()?;
    Ok(())
}

/// All tables, in one transaction. *If the process dies before it, the companion is one that acknowledged nothing, and
/// says nothing beside a database that is not there or is not filled.*
fn fill(connection: &Connection, place: &Place, hash: TreeHash) -> Result<(), Trouble> {
    let store = new_identity(connection)?;
    Acknowledged::create(place, &Mark::first(store))?;
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    for statement in sql::CREATE {
        transaction.execute(statement, [])?;
    }
    transaction.execute(sql::SET_IDENTITY, [store.0])?;
    transaction.execute(sql::SET_TREE_HASH, [hash.name()])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// Brings a store of before the companion to the format that has one. *If the process dies in between, the companion is of a
/// store without an identity, and made again.*
fn give_identity(connection: &Connection, place: &Place) -> Result<(), Trouble> {
    let store = new_identity(connection)?;
    Acknowledged::create(place, &mark_of(connection, store)?)?;
    place.sync_directory()?;
    let transaction = begin(connection)?;
    transaction.execute(sql::CREATE_STORE, [])?;
    transaction.execute(sql::SET_IDENTITY, [store.0])?;
    transaction.pragma_update(None, "user_version", WITHOUT_TREE)?;
    transaction.commit()?;
    Ok(())
}

impl Durability {
    pub(super) const fn as_pragma(self) -> &'static str {
        match self {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OpenError, SqliteStore};

    fn open_at(path: &Path) -> Result<(), OpenError> {
        SqliteStore::open(path, &Settings::default()).map(drop)
    }

    /// What a process leaves that dies while it makes a store, with what an earlier death has left already.
    #[test]
    fn a_store_whose_creation_was_cut_is_made_anew() {
        let garbage = b"half of a database".to_vec();
        for left in
            ["events.db.unfinished", "events.db.unfinished-journal", "events.db-wal.unfinished"]
        {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let path = directory.path().join("events.db");
            fs::write(directory.path().join(left), &garbage).expect("a file");
            let first = Mark::first(Identity([1; 16]));
            let place = Place::of(&path).expect("a place");
            Acknowledged::create(&place, &first).expect("a companion");
            let read = SqliteStore::open_read_only(&path).map(drop);
            assert!(matches!(read, Err(OpenError::Missing { .. })), "{left}: {read:?}");
            open_at(&path).expect("a store");
            open_at(&path).expect("the same store");
            SqliteStore::open_read_only(&path).map(drop).expect("a store to read");
        }
    }

    /// Until format 2 the database was made under its own name.
    #[test]
    fn a_creation_that_an_earlier_program_did_not_finish_says_so_to_readers_and_is_finished() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("events.db");
        let connection = Connection::open(&path).expect("a database");
        connection.pragma_update(None, "page_size", PAGE_BYTES).expect("a page size");
        let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        connection.pragma_update_and_check(None, "journal_mode", "WAL", mode).expect("a log");
        drop(connection);
        let read = SqliteStore::open_read_only(&path).map(drop);
        assert!(matches!(read, Err(OpenError::Unfinished { .. })), "{read:?}");
        let says = read.map_err(|error| error.to_string()).unwrap_err();
        assert!(says.contains("the next opening for writing finishes it"), "{says}");
        open_at(&path).expect("a store");
        SqliteStore::open_read_only(&path).map(drop).expect("a store to read");
    }

    #[test]
    fn an_empty_database_of_another_program_is_no_store_of_ours() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("events.db");
        let other = Connection::open(&path).expect("a database");
        other.pragma_update(None, "application_id", 7).expect("an id");
        let read = SqliteStore::open_read_only(&path).map(drop);
        assert!(matches!(read, Err(OpenError::NotAStore { .. })), "{read:?}");
    }
}
