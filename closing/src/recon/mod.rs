//! A day's records beside our events: gathered, joined, and of each break what becomes of its case.
//!
//! 1. What is gathered, and what is joined, is put aside page by page in `recon/DATE.rows.db` beside the store, with a mark of
//!    how far it has come: memory stays bounded, and who dies repeats no more than a page. The file is gone when the run is
//!    over, and of no use where anything that it was made of has changed since.
//! 2. Whoever only looks writes nothing: without a [`Writer`] it is said what would become of cases.
//! 3. Done again it changes nothing.

mod apply;
mod basis;
mod figures;
mod files;
mod folded;
mod found;
mod gather;
mod judged;
mod known;
mod named;
mod ours;
mod positions;

pub use apply::{Deed, Writer};
pub use folded::names_of;
pub use found::{Becomes, Began, BreakRow, Found};

use crate::place::Place;
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    calendar::{CalendarError, TradingDay},
    time::Timestamp,
};
use fundflow_infrastructure::{reconciled::StagingError, sqlite::SqliteStore};
use fundflow_kernel::{
    loaded::with_sources,
    store::{EventStore, Position, ReadError},
};
use fundflow_reconciliation::{breaks::Break, rules::Rules, source::Source};
use gather::{Day, gather};
use judged::Run;
use known::Known;
use std::path::PathBuf;

/// Who closes and reopens cases here.
pub const PROGRAM: &str = "reconciliation";

/// Deeds that are written at once.
const PAGE: usize = 256;

/// Events at the end of a log that may be damaged before nobody looks for one that is not.
const DAMAGED: u64 = 4096;

/// Why a day is not reconciled.
#[derive(Debug, thiserror::Error)]
pub enum ReconError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Rows cannot be put aside until they are joined.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The calendar does not reach the day on which something is due.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A file cannot be read, or a case is not to be decided so.
    #[error("{0}")]
    Refused(String),
}

impl ReconError {
    fn of(error: &dyn std::error::Error) -> Self {
        Self::Refused(with_sources(error))
    }
}

/// Joins both sides of that day, on that store and the directory beside it; with a writer, what follows for cases is
/// written, page by page. `statements`: in the place of those of the day, where any are named.
///
/// # Errors
/// [`ReconError`]; what was written by then stays, and is found by the next run.
pub async fn reconcile(
    store: &SqliteStore,
    writer: Option<&Writer>,
    place: &Place,
    rules: &Rules,
    (date, statements): (NaiveDate, &[PathBuf]),
) -> Result<Found, ReconError> {
    let now = time_of(store).await?;
    let day = Day { store, place, rules, date, statements, now };
    let known = Known::of(store).await?;
    let mut gathered = gather(&day, writer.is_some()).await?;
    let late = late(&day, &gathered.so_far.absent);
    let mut run = Run::new(&day, known, writer.is_some());
    let mut after = run.begin(&mut gathered, &late)?;
    loop {
        let behind = after.as_ref().map(|(source, key): &(_, String)| (*source, key.as_str()));
        let page = gathered.staging.page(behind)?;
        let Some(last) = page.last().map(|last| (last.source, last.key.clone())) else { break };
        for group in page {
            run.group(group, &gathered.so_far.reached);
        }
        write(writer, &mut run).await?;
        run.mark(&mut gathered.staging, &last)?;
        after = Some(last);
    }
    run.end();
    write(writer, &mut run).await?;
    if let (Some(writer), Some(figures)) = (writer, run.tally.figures(&run.found, date)) {
        writer.compared(figures).await?;
    }
    run.found.begun = Began { from: gathered.begun, rows: gathered.staging.added() };
    gathered.staging.remove()?;
    Ok(run.found)
}

/// A file that is not there breaks once its time has passed.
fn late(day: &Day<'_>, absent: &[(Source, String)]) -> Vec<Break> {
    let calendar = &day.place.house.calendar;
    let t = calendar.day(day.date).ok();
    let late = absent.iter().filter_map(|(source, from)| {
        let next = match t.filter(|_| *source != Source::Statement) {
            Some(t) => calendar.plus(t, 1).map(TradingDay::date).ok(),
            None => day.date.checked_add_days(Days::new(1)),
        };
        let due = next?;
        let is_over = day.now > Timestamp::shanghai(due, day.rules.source(*source).due);
        is_over.then(|| Break::file_is_late(*source, from, day.date, due))
    });
    late.collect()
}

async fn write(writer: Option<&Writer>, run: &mut Run<'_>) -> Result<(), ReconError> {
    let mut deeds = std::mem::take(&mut run.deeds);
    let Some(writer) = writer else { return Ok(()) };
    while !deeds.is_empty() {
        let rest = deeds.split_off(deeds.len().min(PAGE));
        writer.write(std::mem::replace(&mut deeds, rest)).await?;
    }
    Ok(())
}

/// The instant at which the log ends: of its last event that can be read, since an audit is wanted most where the very
/// last cannot.
///
/// # Errors
/// As the store's.
pub async fn time_of<S: EventStore>(store: &S) -> Result<Timestamp, ReadError> {
    let head = store.head().borrow().0;
    let mut before = head.saturating_sub(1);
    loop {
        match store.read_all(Position(before), 1).await {
            Ok(last) => {
                let last = last.first().map(|event| event.event.recorded_at);
                return Ok(last.unwrap_or_default());
            }
            Err(ReadError::Damaged { .. }) if before > 0 && head - before < DAMAGED => before -= 1,
            Err(error) => return Err(error),
        }
    }
}
