//! A day's records beside our events: gathered, joined, and of each break what becomes of its case.
//!
//! 1. A page of breaks is written before the next page is read, so memory stays bounded and who dies repeats no more than a
//!    page.
//! 2. Whoever only looks writes nothing: without a [`Writer`] it is said what would become of cases.
//! 3. Done again it changes nothing.

mod apply;
mod figures;
mod files;
mod folded;
mod gather;
mod judged;
mod known;
mod ours;
mod positions;

pub use apply::{Deed, Writer};
pub use folded::names_of;
pub use judged::{Becomes, BreakRow, Found};

use crate::place::Place;
use chrono::NaiveDate;
use fundflow_domain::{calendar::CalendarError, time::Timestamp};
use fundflow_infrastructure::{reconciled::StagingError, sqlite::SqliteStore};
use fundflow_kernel::{
    loaded::with_sources,
    store::{EventStore, Position, ReadError},
};
use fundflow_reconciliation::rules::Rules;
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
    let mut gathered = gather(&day).await?;
    let mut run = Run::new(&day, known, writer.is_some());
    run.begin(&mut gathered);
    let mut after = None;
    loop {
        let behind = after.as_ref().map(|(source, key): &(_, String)| (*source, key.as_str()));
        let page = gathered.staging.page(behind)?;
        let Some(last) = page.last() else { break };
        after = Some((last.source, last.key.clone()));
        for group in page {
            run.group(group, &gathered.reached);
            if run.deeds.len() >= PAGE {
                write(writer, &mut run).await?;
            }
        }
    }
    run.end();
    write(writer, &mut run).await?;
    if let (Some(writer), Some(figures)) = (writer, run.tally.figures(&run.found, date)) {
        writer.compared(figures).await?;
    }
    Ok(run.found)
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
