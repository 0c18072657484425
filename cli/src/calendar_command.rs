//! `fundflow calendar`: what the trading calendar covers, and what a person adds to it by the exchange's notice.
//!
//! ```text
//! fundflow calendar show                          versions, range, and when it ends
//! fundflow calendar check FILE                    look: whether the calendar can take it, and which sagas it moves
//! fundflow calendar extend FILE --reason TEXT     do it
//! ```
//!
//! 1. A file is one version: a further year, or days that are closed or opened against the list. Every mistake of it is
//!    named with its line, key and value.
//! 2. A version is a saga of kind `calendar_change` under `calendar.{version}`: the same file typed again changes
//!    nothing, other days under the same tag are refused.
//! 3. `extend` takes the store for itself. A service that holds it takes the version while it runs, by a request of
//!    its own engine: `Engine::request::<CalendarChange>`.
//! 4. Exit 0: done, or was done before. 1: the store is held or cannot be read. 2: typed wrongly. 3: the file is
//!    refused, and nothing was changed.

mod extend;
mod moves;
mod print;

use crate::{
    args::Format,
    folded,
    house::{self, warn_of_end},
    operate::{not_blank, time_of},
    reading::{Failure, Place, complain, database, finish, json, open},
    registry::Registry,
    sandbox::BOOKS,
};
use clap::{Args, Subcommand};
use fundflow::SystemClock;
use fundflow_domain::{
    calendar::{
        TradingCalendar,
        changes::{self, Added, Calendars, Command, State},
        version::Version,
    },
    decider::Decider as _,
    text::Text,
    time::Timestamp,
};
use fundflow_infrastructure::{
    calendar_file::CalendarFile, catalogue::CatalogueError, sqlite::SqliteStore,
};
use fundflow_kernel::clock::Clock as _;
use fundflow_sagas::parts::by_calendar;
use moves::Moves;
use print::{Report, Shown};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

const REFUSED: u8 = 3;

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarCommand {
    /// Which versions there are, what they cover, and when the calendar ends
    Show,
    /// Whether the calendar can take a file, and which open sagas it moves; nothing is changed
    Check {
        /// The version: a further year, or days against the list
        file: PathBuf,
    },
    /// Add the version of a file
    Extend(ExtendArgs),
}

/// A version, and why.
#[derive(Debug, Args)]
pub(crate) struct ExtendArgs {
    /// The version: a further year, or days against the list
    file: PathBuf,
    /// Why; it is stored
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    /// Who; otherwise the user who is logged in ($USER)
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    operator: Option<String>,
}

/// The calendar of a store, and when it is looked at.
struct Known {
    /// None: there is no store yet.
    store: Option<SqliteStore>,
    state: State,
    calendar: Arc<TradingCalendar>,
    now: Timestamp,
}

/// What becomes of a file.
enum Fit {
    /// The calendar can take it.
    New(Box<CalendarFile>),
    /// It has it.
    Known(Box<Added>),
    /// It cannot: what is wrong, line by line.
    Refused(Vec<CatalogueError>),
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &CalendarCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        CalendarCommand::Show => show(place, format, out).await,
        CalendarCommand::Check { file } => check(registry, file, place, format, out).await,
        CalendarCommand::Extend(args) => extend::run(registry, args, place, format, out).await,
    })
}

impl Known {
    async fn of(place: Place<'_>) -> Result<Self, Failure> {
        let file = database(place.store);
        let shipped = Arc::new(house::calendar()?);
        if !file.exists() {
            let (state, now) = (State::default(), SystemClock.now());
            return Ok(Self { store: None, state, calendar: shipped, now });
        }
        let store = open(place.store)?;
        let stream = by_calendar::calendar();
        let known = folded::one::<Calendars, _>(&store, stream.stream()).await?;
        let state = known.map(|known| known.fold.loaded.state).unwrap_or_default();
        let calendar = Arc::new(state.calendar(&shipped));
        let now = now_of(&store, &file).await?;
        Ok(Self { store: Some(store), state, calendar, now })
    }

    /// Whether the calendar can take that file.
    fn fit(&self, file: &Path) -> Fit {
        let file = match CalendarFile::read(file) {
            Ok(file) => file,
            Err(errors) => return Fit::Refused(errors),
        };
        let add = added(&file.version, &self.calendar, self.now);
        match Calendars::decide(&self.state, &add) {
            Ok(events) if events.is_empty() => {
                let tag = &file.version.version;
                let known = self.state.added().iter().find(|it| it.version.version == *tag);
                known
                    .map_or_else(|| Fit::Refused(Vec::new()), |it| Fit::Known(Box::new(it.clone())))
            }
            Ok(_) => Fit::New(Box::new(file)),
            Err(changes::Refusal::Unfit(unfit)) => Fit::Refused(vec![file.located(&unfit)]),
            Err(
                refusal @ (changes::Refusal::KnownDifferently(_) | changes::Refusal::Damaged(_)),
            ) => Fit::Refused(vec![file.refused(&refusal)]),
        }
    }
}

/// The request, before anybody has said why: that changes nothing of what is decided.
fn added(version: &Version, calendar: &Arc<TradingCalendar>, at: Timestamp) -> Command {
    let (version, calendar) = (version.clone(), calendar.clone());
    Command::Add { version, calendar, at, reason: Text::lossy("-"), by: Text::lossy("-") }
}

/// The time of a store: the log's, where days are played into it; otherwise the machine's, and never before the log's.
async fn now_of(store: &SqliteStore, file: &Path) -> Result<Timestamp, Failure> {
    let last = time_of(store).await?;
    let is_played = file.with_file_name(BOOKS).is_dir();
    Ok(if is_played { last } else { last.max(SystemClock.now()) })
}

async fn show(place: Place<'_>, format: Format, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let known = Known::of(place).await?;
    warn_of_end(&known.calendar, known.now);
    let shown = Shown::of(&house::calendar()?, &known.state, (&known.calendar, known.now));
    match format {
        Format::Json => json(out, &shown)?,
        Format::Table => shown.print(out)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(
    registry: &Registry,
    file: &Path,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let known = Known::of(place).await?;
    let report = match known.fit(file) {
        Fit::Refused(errors) => return Ok(refused(&errors)),
        Fit::Known(added) => Report::known(&added),
        Fit::New(file) => {
            let moves = Moves::of(registry, place, &known, &file.version).await?;
            Report::of("check", (&file.version, &known.calendar), false, moves)
        }
    };
    tell(&report, format, out)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(report: &Report, format: Format, out: &mut impl Write) -> Result<(), Failure> {
    match format {
        Format::Json => json(out, report),
        Format::Table => report.print(out),
    }
}

fn refused(errors: &[CatalogueError]) -> ExitCode {
    for error in errors {
        complain(&format!("{error}\n"));
    }
    complain("nothing was changed\n");
    ExitCode::from(REFUSED)
}
