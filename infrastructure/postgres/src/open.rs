//! Opening: the server is looked at, the tables are made or brought to this format, and the store is taken over.

use crate::{
    connection::{Connection, Connector, Unanswered},
    open_error::OpenError,
    place::Place,
    row::column,
    settings::Settings,
    sql,
    state::{State, Unread},
};
use fundflow_kernel::store::{Position, ReadError};
use std::time::{Duration, Instant};
use tokio_postgres::Row;

/// The first server version that is tried by the tests.
const OLDEST: i32 = 150_000;
/// Between two looks at another writer's lease.
const LOOK: Duration = Duration::from_millis(50);

/// A store that is this process's to write.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) state: State,
    pub(crate) epoch: i64,
    /// The server's version and settings, for people.
    pub(crate) server: String,
}

/// What was going wrong, without the place.
enum Trouble {
    Unanswered(Unanswered),
    Damaged(ReadError),
    Unfit(String),
}

impl From<Unanswered> for Trouble {
    fn from(error: Unanswered) -> Self {
        Trouble::Unanswered(error)
    }
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Trouble::Damaged(error)
    }
}

impl From<Unread> for Trouble {
    fn from(error: Unread) -> Self {
        match error {
            Unread::Unanswered(error) => error.into(),
            Unread::Read(error) => error.into(),
        }
    }
}

impl Trouble {
    fn at(self, place: &Place) -> OpenError {
        let place = place.to_string();
        match self {
            Trouble::Unanswered(error) => OpenError::unanswered(error, place),
            Trouble::Damaged(source) => OpenError::Damaged { place, source },
            Trouble::Unfit(what) => OpenError::Unfit { place, what },
        }
    }
}

/// Opens for writing. An empty schema gets a store.
pub(crate) async fn for_writing(
    connector: &Connector,
    settings: &Settings,
    owner: &str,
) -> Result<Opened, OpenError> {
    let place = &connector.place;
    let trouble = |trouble: Trouble| trouble.at(place);
    let connection = connect(connector).await?;
    let server = server(&connection, true).await.map_err(trouble)?;
    if !is_there(&connection, place).await.map_err(trouble)? {
        create(&connection, place, settings).await.map_err(trouble)?;
    }
    check_format(&connection, place).await?;
    let epoch = take_over(&connection, settings, owner, place).await?;
    let read = State::read(&connection, settings.cached_streams).await;
    let (state, _) = read.map_err(|error| trouble(error.into()))?;
    Ok(Opened { connection, state, epoch, server })
}

/// Looks at a store that is only to be read, and returns its head and what serves it.
pub(crate) async fn for_reading(connector: &Connector) -> Result<(Position, String), OpenError> {
    let place = &connector.place;
    let trouble = |trouble: Trouble| trouble.at(place);
    let connection = connect(connector).await?;
    let server = server(&connection, false).await.map_err(trouble)?;
    if !is_there(&connection, place).await.map_err(trouble)? {
        return Err(OpenError::Missing { place: place.to_string() });
    }
    check_format(&connection, place).await?;
    let head = connection.query(sql::HEAD, &[]).await;
    let head = head.map_err(Trouble::from).and_then(|rows| Ok(column::<i64>(one(&rows)?, 0)?));
    Ok((Position(head.map_err(trouble)?.unsigned_abs()), server))
}

async fn connect(connector: &Connector) -> Result<Connection, OpenError> {
    let unreachable =
        |source| OpenError::Unreachable { place: connector.place.to_string(), source };
    connector.connect().await.map_err(unreachable)
}

fn one(rows: &[Row]) -> Result<&Row, ReadError> {
    let damaged = || ReadError::Damaged {
        place: "the server's answer".into(),
        what: "there is no row in it".into(),
    };
    rows.first().ok_or_else(damaged)
}

/// Whether what this server acknowledges is stored.
async fn server(connection: &Connection, to_write: bool) -> Result<String, Trouble> {
    let rows = connection.query(sql::SERVER, &[]).await?;
    let row = one(&rows)?;
    let (number, version): (i32, &str) = (column(row, 0)?, column(row, 1)?);
    let (fsync, full_pages): (bool, bool) = (column(row, 2)?, column(row, 3)?);
    let (commit, is_standby): (&str, bool) = (column(row, 4)?, column(row, 5)?);
    let unfit = |what: &str| Err(Trouble::Unfit(what.to_owned()));
    if number < OLDEST {
        return unfit(&format!(
            "it is PostgreSQL {version}, and 15 is the oldest that is known to serve"
        ));
    }
    if to_write && is_standby {
        return unfit("it is a standby, which cannot be written to; name the primary");
    }
    if to_write && !(fsync && full_pages) {
        return unfit(
            "fsync or full_page_writes is off, so that a crash may take what was acknowledged; set both to on",
        );
    }
    if to_write && !["on", "remote_apply"].contains(&commit) {
        return unfit(&format!(
            "synchronous_commit is {commit}, so that a commit is answered before it is stored; set it to on for this user"
        ));
    }
    Ok(format!("postgresql {version} fsync=on synchronous_commit={commit}"))
}

async fn is_there(connection: &Connection, place: &Place) -> Result<bool, Trouble> {
    Ok(column(one(&connection.query(sql::IS_THERE, &[&place.schema]).await?)?, 0)?)
}

/// All of it in one transaction: whoever dies in the middle leaves nothing.
async fn create(
    connection: &Connection,
    place: &Place,
    settings: &Settings,
) -> Result<(), Trouble> {
    connection.run("BEGIN").await?;
    let made = make(connection, place, settings).await;
    let end = if made.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.run(end).await;
    made?;
    Ok(ended?)
}

async fn make(connection: &Connection, place: &Place, settings: &Settings) -> Result<(), Trouble> {
    connection.query(sql::LOCK_FOR_CREATION, &[&place.schema]).await?;
    // Somebody else may have been first.
    if is_there(connection, place).await? {
        return Ok(());
    }
    connection.run(&sql::CREATE_SCHEMA.replace("{schema}", &place.schema)).await?;
    for migration in sql::MIGRATIONS {
        connection.run(migration).await?;
    }
    connection.query(sql::SET_TREE_HASH, &[&settings.tree_hash.name()]).await?;
    Ok(())
}

async fn check_format(connection: &Connection, place: &Place) -> Result<(), OpenError> {
    let format = async {
        let rows = connection.query(sql::FORMAT, &[]).await?;
        Ok::<i32, Trouble>(column(one(&rows)?, 0)?)
    };
    let format = format.await.map_err(|trouble| trouble.at(place))?;
    let known = sql::MIGRATIONS.len();
    match usize::try_from(format) {
        Ok(format) if format <= known => Ok(()),
        _ => Err(OpenError::Newer { place: place.to_string(), format, known }),
    }
}

/// Waits for the lease of a writer that died; one that lives keeps it.
async fn take_over(
    connection: &Connection,
    settings: &Settings,
    owner: &str,
    place: &Place,
) -> Result<i64, OpenError> {
    let until = Instant::now() + settings.patience;
    let lease = settings.lease_millis();
    let trouble = |trouble: Trouble| trouble.at(place);
    loop {
        let taken = connection.query(sql::TAKE_OVER, &[&owner, &lease]).await;
        if let Some(row) = taken.map_err(|error| trouble(error.into()))?.first() {
            return column(row, 0).map_err(|error| trouble(error.into()));
        }
        let held = connection.query(sql::OWNER, &[]).await;
        let held = held.map_err(|error| trouble(error.into()))?;
        // Between the two looks the lease may have ended.
        let Some(row) = held.first() else { continue };
        if Instant::now() >= until {
            let read = |error: ReadError| trouble(error.into());
            let (owner, left) = (column(row, 0).map_err(read)?, column(row, 1).map_err(read)?);
            return Err(OpenError::Held { place: place.to_string(), owner, left });
        }
        tokio::time::sleep(LOOK).await;
    }
}
