//! `fundflow event`: the events of the store, as they are stored.
//!
//! ```text
//! fundflow event ls   [--stream S] [--type T] [--after POS] [--limit N]
//! fundflow event show POSITION|EVENT_ID
//! fundflow event tail [--after POS] [--follow]     one line, or one JSON object, per event
//! ```
//!
//! A position is looked up at once. An event ID is searched from the start, because no index of the
//! store is by ID.

use crate::{
    args::Format,
    event_json::{EventJson, HEADER, cells},
    house,
    reading::{Failure, LIMIT, complain, finish, json, open, pairs, table},
    registry::Registry,
};
use clap::Subcommand;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, Position, Version},
    streams::Opener,
};
use std::{
    collections::BTreeSet, io::Write, path::Path, process::ExitCode, sync::Arc, time::Duration,
};

const PAGE: u32 = 1024;
/// How often a follower looks; nothing tells one process of another's commits.
const PATIENCE: Duration = Duration::from_millis(200);
/// What `tail` shows before it follows.
const TAIL: u64 = 10;

/// What to do with events.
#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    /// List events in commit order
    Ls {
        /// Only of this stream, as in application-0ABCD…
        #[arg(long)]
        stream: Option<StreamName>,
        /// Only of this type, as in `wallet.shares_reserved` or `shares_reserved`
        #[arg(long = "type", value_name = "TYPE")]
        event_type: Option<String>,
        /// Only behind this position
        #[arg(long, value_name = "POSITION", default_value_t = 0, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
        after: u64,
        /// At most so many
        #[arg(long, default_value_t = LIMIT, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
        limit: usize,
    },
    /// Show one event
    Show {
        /// Its position, or its event ID
        #[arg(value_name = "POSITION|EVENT_ID", allow_negative_numbers = true)]
        which: String,
    },
    /// Show the latest events, one a line; with -o json one JSON object a line
    Tail {
        /// From behind this position
        #[arg(long, value_name = "POSITION", allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
        after: Option<u64>,
        /// Go on with each event that is committed, until interrupted
        #[arg(long)]
        follow: bool,
    },
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &EventCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        EventCommand::Ls { stream, event_type, after, limit } => {
            let wanted = Wanted {
                stream: stream.as_ref(),
                event_type: event_type.as_deref(),
                limit: *limit,
            };
            list(registry, store, &wanted, Position(*after), format, out).await
        }
        EventCommand::Show { which } => show(store, which, format, out).await,
        EventCommand::Tail { after, follow } => tail(store, *after, *follow, format, out).await,
    })
}

struct Wanted<'a> {
    stream: Option<&'a StreamName>,
    event_type: Option<&'a str>,
    limit: usize,
}

impl Wanted<'_> {
    fn takes(&self, recorded: &Recorded) -> bool {
        let found = &recorded.event.event_type;
        self.event_type.is_none_or(|wanted| is_named(found, wanted))
    }

    /// A stream or a type that there is not would list nothing, as if nothing had happened. Types of
    /// programs that are not this one are known as far as the store has them.
    async fn check(&self, registry: &Registry, store: &SqliteStore) -> Result<(), Failure> {
        if let Some(stream) = self.stream
            && store.read(stream, Version::NONE, 1).await?.is_empty()
        {
            let what =
                format!("there is no stream {stream}; `fundflow event ls` names those there are");
            return Err(Failure::NotFound(what));
        }
        let Some(wanted) = self.event_type else { return Ok(()) };
        let house = house::shipped(house::REGISTRAR)?;
        let sagas = registry.sagas(&house).desk;
        let mut known: BTreeSet<Arc<str>> = BTreeSet::new();
        known.extend(sagas.openers().flat_map(Opener::types).map(|it| Arc::from(*it)));
        if known.iter().any(|it| is_named(it, wanted)) {
            return Ok(());
        }
        let mut after = Position::START;
        loop {
            let page = store.read_all(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            known.extend(page.iter().map(|it| Arc::from(it.event.event_type.as_ref())));
        }
        if known.iter().any(|it| is_named(it, wanted)) {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().map(|it| &**it).collect();
        let what = format!("no event is called {wanted:?}; write one of: {}", known.join(", "));
        Err(Failure::Typed(what))
    }
}

fn is_named(event_type: &str, wanted: &str) -> bool {
    event_type == wanted || event_type.split_once('.').is_some_and(|(_, short)| short == wanted)
}

async fn list(
    registry: &Registry,
    store: &Path,
    wanted: &Wanted<'_>,
    mut after: Position,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(store)?;
    wanted.check(registry, &store).await?;
    let (mut found, mut version) = (Vec::new(), Version::NONE);
    let mut more = false;
    while !more {
        let page = match wanted.stream {
            Some(stream) => store.read(stream, version, PAGE).await?,
            None => store.read_all(after, PAGE).await?,
        };
        let Some(last) = page.last() else { break };
        version = last.version;
        let next = last.position;
        for event in page.into_iter().filter(|event| event.position > after && wanted.takes(event))
        {
            if found.len() == wanted.limit {
                more = true;
                break;
            }
            found.push(event);
        }
        if wanted.stream.is_none() {
            after = next;
        }
    }
    match format {
        Format::Json => json(out, &found.iter().map(EventJson::from).collect::<Vec<_>>())?,
        Format::Table => table(out, HEADER, found.iter().map(cells))?,
    }
    if let (true, Some(last)) = (more, found.last()) {
        complain(&format!("there are more; go on with --after {}\n", last.position));
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(
    store: &Path,
    which: &str,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(store)?;
    let found = match fundflow_kernel::written::whole(which) {
        Some(position) => at(&store, Position(position)).await?,
        None if which.len() == 36 => by_id(&store, &which.to_ascii_lowercase()).await?,
        None => {
            let what = format!("{which:?} is neither a position nor an event ID of 36 characters");
            return Err(Failure::Typed(what));
        }
    };
    let Some(event) = found else {
        return Err(Failure::NotFound(format!(
            "there is no event {which}; `fundflow event ls` lists them"
        )));
    };
    match format {
        Format::Json => json(out, &EventJson::from(&event))?,
        Format::Table => print(&event, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn at(store: &SqliteStore, position: Position) -> Result<Option<Recorded>, Failure> {
    let Some(before) = position.0.checked_sub(1) else { return Ok(None) };
    let found = store.read_all(Position(before), 1).await?;
    Ok(found.into_iter().find(|event| event.position == position))
}

async fn by_id(store: &SqliteStore, id: &str) -> Result<Option<Recorded>, Failure> {
    let mut after = Position::START;
    loop {
        let page = store.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = last.position;
        let found = page.into_iter().find(|event| event.event.event_id.to_string() == id);
        if found.is_some() {
            return Ok(found);
        }
    }
}

fn print(recorded: &Recorded, out: &mut impl Write) -> Result<(), Failure> {
    let Recorded { position, stream, version, event } = recorded;
    let data = serde_json::from_str::<serde_json::Value>(&event.data);
    let data = data.and_then(|value| serde_json::to_string_pretty(&value));
    pairs(
        out,
        &[
            ("event", event.event_id.to_string()),
            ("type", format!("{} (schema {})", event.event_type, event.schema)),
            ("stream", format!("{stream} version {version}")),
            ("position", position.to_string()),
            ("correlation", event.correlation.to_string()),
            ("process", event.process.to_string()),
            ("causation", event.causation.to_string()),
            ("actor", event.actor.to_string()),
            ("trace", crate::reading::or_dash(event.trace_parent.as_ref())),
            ("occurred", event.occurred_at.to_string()),
            ("recorded", event.recorded_at.to_string()),
            ("T", crate::reading::or_dash(event.trade_date.as_ref())),
            ("chain", event.chain.to_string()),
        ],
    )?;
    let text = data.unwrap_or_else(|_| event.data.to_string());
    Ok(writeln!(out, "data\n{text}")?)
}

async fn tail(
    store: &Path,
    after: Option<u64>,
    follow: bool,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(store)?;
    let head = store.head().borrow().0;
    let mut after = Position(after.unwrap_or_else(|| head.saturating_sub(TAIL)));
    loop {
        let page = store.read_all(after, PAGE).await?;
        for event in &page {
            line(event, format, out)?;
            after = event.position;
        }
        if page.is_empty() {
            out.flush()?;
            if !follow {
                return Ok(ExitCode::SUCCESS);
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }
}

fn line(event: &Recorded, format: Format, out: &mut impl Write) -> Result<(), Failure> {
    match format {
        Format::Json => serde_json::to_writer(&mut *out, &EventJson::from(event))?,
        Format::Table => write!(out, "{}  {}", cells(event).join("  "), event.event.data)?,
    }
    Ok(writeln!(out)?)
}
