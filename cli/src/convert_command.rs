//! `fundflow store convert FROM TO`: the log of one store, event for event, in another one of any kind.
//!
//! 1. Events keep their streams, versions, IDs and links, and their order, so that heads and proofs of the one hold for the other.
//! 2. A run that was stopped is typed again: what is there is compared with where it came from, and the rest follows.
//! 3. In the end both are read, and every event is compared.
//!
//! Only the log is copied. Files beside a store (heads, exchange files, the ledger) are not part of it; lists of readers are made anew.

use crate::{
    args::Format,
    reading::{Failure, complain, database, json, pairs},
    store_url::StoreUrl,
};
#[cfg(feature = "postgres")]
use fundflow_infrastructure::postgres::{self, PostgresStore};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    envelope::Recorded,
    loaded::with_sources,
    merkle::{TreeHash, TreeHead},
    store::{AppendError, EventStore, Position, ReadError, StreamAppend, Version},
};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// Events that are read and appended together.
const PAGE: u32 = 1_000;
/// So often it says how far it is, in events.
const SAYS_EVERY: u64 = 100_000;

/// What was done, for programs.
#[derive(Debug, Serialize)]
struct Converted {
    from: String,
    to: String,
    events: u64,
    /// Of these, those that this run added.
    added: u64,
    tree_hash: &'static str,
    root: String,
}

/// Why a log was not copied, or is not the same.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConvertError {
    #[error("the store that is copied cannot be read")]
    From(#[source] ReadError),
    #[error("the store that is written cannot be read")]
    To(#[source] ReadError),
    #[error("the store that is written does not take an event")]
    Append(#[source] AppendError),
    #[error(
        "position {0} is another event in the store that is written: it is a store of its own, and stays as it is; name a new one"
    )]
    Another(Position),
    #[error(
        "the store that is written has {there} events, and the one that is copied {here}; name a new one"
    )]
    Longer { there: u64, here: u64 },
    #[error(
        "the trees over both logs differ: {from} and {to}; keep both, and run `fundflow audit verify`"
    )]
    Trees { from: String, to: String },
}

/// A store that is copied or written, of any kind.
enum Store {
    Sqlite(SqliteStore),
    #[cfg(feature = "postgres")]
    Postgres(PostgresStore),
}

/// Copies what is missing, compares all, and says it.
pub(crate) async fn run(
    (from, to): (&StoreUrl, &StoreUrl),
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let source = Store::to_read(from).await?;
    let head = source.tree_head().await?;
    let target = Store::to_write(to, head.hash).await?;
    let copied = match (&source, &target) {
        (Store::Sqlite(one), Store::Sqlite(other)) => convert(one, other).await,
        #[cfg(feature = "postgres")]
        (Store::Sqlite(one), Store::Postgres(other)) => convert(one, other).await,
        #[cfg(feature = "postgres")]
        (Store::Postgres(one), Store::Sqlite(other)) => convert(one, other).await,
        #[cfg(feature = "postgres")]
        (Store::Postgres(one), Store::Postgres(other)) => convert(one, other).await,
    };
    let written = target.tree_head().await;
    target.close().await;
    let refused = |error: ConvertError| Failure::Engine(with_sources(&error));
    let (events, added) = copied.map_err(refused)?;
    let written = written?;
    if (written.size, written.root) != (head.size, head.root) {
        let said = |head: &TreeHead| format!("{} events, {}", head.size, head.root);
        return Err(refused(ConvertError::Trees { from: said(&head), to: said(&written) }));
    }
    let root = head.root.to_string();
    let (from, to) = (from.to_string(), to.to_string());
    say(&Converted { from, to, events, added, tree_hash: head.hash.name(), root }, format, out)?;
    Ok(ExitCode::SUCCESS)
}

fn say(said: &Converted, format: Format, out: &mut impl Write) -> Result<(), Failure> {
    if format == Format::Json {
        return json(out, said);
    }
    pairs(
        out,
        &[
            ("from", said.from.clone()),
            ("to", said.to.clone()),
            ("events", said.events.to_string()),
            ("added by this run", said.added.to_string()),
            ("tree", format!("{} {}", said.tree_hash, said.root)),
            ("compared", "every event".to_owned()),
        ],
    )
}

/// Returns how many events both have, and how many of them were added.
async fn convert(from: &impl EventStore, to: &impl EventStore) -> Result<(u64, u64), ConvertError> {
    let (here, there) = (from.head().borrow().0, to.head().borrow().0);
    if there > here {
        return Err(ConvertError::Longer { there, here });
    }
    // Before the first event is added: a store of its own is not continued with another log.
    compare(from, to, there).await?;
    let mut at = Position(there);
    while at.0 < here {
        let page = from.read_all(at, PAGE).await.map_err(ConvertError::From)?;
        let Some(last) = page.last() else { break };
        let (before, last) = (at.0, last.position);
        to.append(appends(page)).await.map_err(ConvertError::Append)?;
        at = last;
        says("copied", before, at.0, here);
    }
    compare(from, to, here).await?;
    Ok((here, here - there))
}

fn says(what: &str, before: u64, at: u64, of: u64) {
    if before / SAYS_EVERY < at / SAYS_EVERY {
        complain(&format!("{what} {at} of {of} events\n"));
    }
}

/// One append for each run of events of one stream.
fn appends(page: Vec<Recorded>) -> Vec<StreamAppend> {
    let mut appends: Vec<StreamAppend> = Vec::new();
    for Recorded { stream, version, event, .. } in page {
        if let Some(last) = appends.last_mut().filter(|last| last.stream == stream) {
            last.events.push(event);
        } else {
            let expected = Version(version.0.saturating_sub(1));
            appends.push(StreamAppend { stream, expected, events: vec![event] });
        }
    }
    appends
}

/// Holds the first events of both against each other, as they are read.
async fn compare(
    from: &impl EventStore,
    to: &impl EventStore,
    first: u64,
) -> Result<(), ConvertError> {
    let mut at = Position::START;
    while at.0 < first {
        let most = PAGE.min(u32::try_from(first - at.0).unwrap_or(PAGE));
        let here = from.read_all(at, most).await.map_err(ConvertError::From)?;
        let there = to.read_all(at, most).await.map_err(ConvertError::To)?;
        let differs = here.iter().zip(&there).find(|(here, there)| here != there);
        if let Some((here, _)) = differs {
            return Err(ConvertError::Another(here.position));
        }
        let before = at.0;
        at = match here.last().filter(|_| here.len() == there.len()) {
            Some(last) => last.position,
            None => return Err(ConvertError::Another(Position(at.0 + 1))),
        };
        says("compared", before, at.0, first);
    }
    Ok(())
}

impl Store {
    async fn to_read(url: &StoreUrl) -> Result<Self, Failure> {
        match url {
            StoreUrl::Sqlite(path) => {
                Ok(Self::Sqlite(SqliteStore::open_read_only(database(path))?))
            }
            #[cfg(feature = "postgres")]
            StoreUrl::Postgres(place) => {
                let settings = postgres::Settings::default();
                let opened = PostgresStore::open_read_only(place, &settings).await;
                Ok(Self::Postgres(opened.map_err(|error| refused(&error))?))
            }
        }
    }

    async fn to_write(url: &StoreUrl, tree_hash: TreeHash) -> Result<Self, Failure> {
        match url {
            StoreUrl::Sqlite(path) => {
                let settings = Settings { tree_hash, ..Settings::default() };
                Ok(Self::Sqlite(SqliteStore::open(database(path), &settings)?))
            }
            #[cfg(feature = "postgres")]
            StoreUrl::Postgres(place) => {
                let settings = postgres::Settings { tree_hash, ..postgres::Settings::default() };
                let owner = format!("store convert, process {}", std::process::id());
                let opened = PostgresStore::open(place, &settings, &owner).await;
                Ok(Self::Postgres(opened.map_err(|error| refused(&error))?))
            }
        }
    }

    async fn tree_head(&self) -> Result<TreeHead, Failure> {
        Ok(match self {
            Store::Sqlite(store) => store.tree_head()?,
            #[cfg(feature = "postgres")]
            Store::Postgres(store) => store.tree_head().await?,
        })
    }

    async fn close(&self) {
        match self {
            Store::Sqlite(store) => store.close().await,
            #[cfg(feature = "postgres")]
            Store::Postgres(store) => store.close().await,
        }
    }
}

#[cfg(feature = "postgres")]
fn refused(error: &postgres::OpenError) -> Failure {
    Failure::Typed(with_sources(error))
}
