//! How the calendar and a version of it are shown.

use super::moves::{Moved, Moves};
use crate::reading::{Failure, or_dash, pairs, table};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{
        Ends, TradingCalendar,
        changes::{Added, State},
        version::{Change, Version},
    },
    time::Timestamp,
};
use fundflow_kernel::counted::counted;
use serde::Serialize;
use std::io::Write;

/// The calendar of a store.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    version: String,
    first: NaiveDate,
    last: NaiveDate,
    ends_in_days: i64,
    ends_soon: bool,
    versions: Vec<VersionRow>,
}

/// A version of the calendar.
#[derive(Debug, Serialize)]
struct VersionRow {
    version: String,
    after: Option<String>,
    from: Option<Timestamp>,
    change: Option<Change>,
    what: String,
    notice_date: Option<NaiveDate>,
    source: String,
    by: Option<String>,
    reason: Option<String>,
}

impl Shown {
    pub(super) fn of(
        shipped: &TradingCalendar,
        state: &State,
        (calendar, now): (&TradingCalendar, Timestamp),
    ) -> Self {
        let ends = calendar.ends(now);
        let (first, last) = calendar.range();
        let ends_soon = ends.is_near();
        let Ends { version, days: ends_in_days, .. } = ends;
        let (from, until) = shipped.range();
        let begin = VersionRow {
            version: shipped.version().to_string(),
            after: None,
            from: None,
            change: None,
            what: format!("{from} to {until}"),
            notice_date: None,
            source: "part of the program".to_owned(),
            by: None,
            reason: None,
        };
        let versions = std::iter::once(begin).chain(state.added().iter().map(row)).collect();
        Self { version: version.to_string(), first, last, ends_in_days, ends_soon, versions }
    }

    pub(super) fn print(&self, out: &mut impl Write) -> Result<(), Failure> {
        pairs(
            out,
            &[
                ("calendar", self.version.clone()),
                ("covers", format!("{} to {}", self.first, self.last)),
                ("ends", ends_in(self.ends_in_days)),
            ],
        )?;
        writeln!(out)?;
        let cells = |it: &VersionRow| {
            vec![
                it.version.clone(),
                it.what.clone(),
                or_dash(it.from.as_ref()),
                or_dash(it.notice_date.as_ref()),
                it.source.clone(),
                or_dash(it.by.as_ref()),
                or_dash(it.reason.as_ref()),
            ]
        };
        let header = ["VERSION", "DAYS", "IN FORCE FROM", "NOTICE", "SOURCE", "BY", "REASON"];
        table(out, &header, self.versions.iter().map(cells))
    }
}

fn ends_in(days: i64) -> String {
    match days {
        0.. => format!("in {}", counted(days.unsigned_abs(), "day", "days")),
        _ => format!("{} ago", counted(days.unsigned_abs(), "day", "days")),
    }
}

fn row(added: &Added) -> VersionRow {
    let Added { version, after, from, reason, by } = added;
    VersionRow {
        version: version.version.to_string(),
        after: Some(after.to_string()),
        from: Some(*from),
        change: Some(version.change.clone()),
        what: what(&version.change),
        notice_date: Some(version.notice_date),
        source: version.source.to_string(),
        by: Some(by.to_string()),
        reason: Some(reason.to_string()),
    }
}

fn what(change: &Change) -> String {
    match change {
        Change::Year { year, closed } => {
            format!("{year}, {} closed", counted(closed.len(), "weekday", "weekdays"))
        }
        Change::Days { closed, opened } => {
            let named = |word: &str, days: &[NaiveDate]| {
                let days: Vec<String> = days.iter().map(ToString::to_string).collect();
                (!days.is_empty()).then(|| format!("{word} {}", days.join(" ")))
            };
            let parts = [named("closed", closed), named("opened", opened)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a version does, or did.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    action: &'static str,
    version: String,
    after: String,
    /// Nothing is to be done: the calendar has it.
    known: bool,
    applied: bool,
    change: Change,
    /// Trading days of each year that it is about.
    sessions: Vec<Sessions>,
    moves: Vec<Moved>,
}

#[derive(Debug, Serialize)]
struct Sessions {
    year: i32,
    before: usize,
    after: usize,
}

impl Report {
    pub(super) fn of(
        action: &'static str,
        (version, was): (&Version, &TradingCalendar),
        applied: bool,
        moves: Moves,
    ) -> Self {
        let will = was.with(version);
        let mut years: Vec<i32> = match &version.change {
            Change::Year { year, .. } => vec![*year],
            Change::Days { closed, opened } => {
                closed.iter().chain(opened).map(chrono::Datelike::year).collect()
            }
        };
        years.sort_unstable();
        years.dedup();
        let sessions =
            |year| Sessions { year, before: was.sessions(year), after: will.sessions(year) };
        Self {
            action,
            version: version.version.to_string(),
            after: was.version().to_string(),
            known: false,
            applied,
            change: version.change.clone(),
            sessions: years.into_iter().map(sessions).collect(),
            moves: moves.sagas,
        }
    }

    pub(super) fn known(added: &Added) -> Self {
        Self {
            action: "none",
            version: added.version.version.to_string(),
            after: added.after.to_string(),
            known: true,
            applied: false,
            change: added.version.change.clone(),
            sessions: Vec::new(),
            moves: Vec::new(),
        }
    }

    pub(super) fn print(&self, out: &mut impl Write) -> Result<(), Failure> {
        let outcome = match (self.known, self.applied) {
            (true, _) => "was added before; nothing is to be done",
            (false, true) => "added",
            (false, false) => "can be added",
        };
        writeln!(out, "calendar {}: {outcome}", self.version)?;
        pairs(out, &[("after", self.after.clone()), ("days", what(&self.change))])?;
        for Sessions { year, before, after } in &self.sessions {
            writeln!(out, "{year}: {before} trading days before, {after} after")?;
        }
        if self.known {
            return Ok(());
        }
        if self.moves.is_empty() {
            return Ok(writeln!(out, "no open saga moves")?);
        }
        let is = if self.applied { "moved, or move at their next word" } else { "would move" };
        writeln!(out, "\n{} {is}\n", counted(self.moves.len(), "open saga", "open sagas"))?;
        table(
            out,
            &["KIND", "TRANSACTION", "WHAT", "BEFORE", "AFTER"],
            self.moves.iter().flat_map(cells),
        )
    }
}

fn cells(moved: &Moved) -> Vec<Vec<String>> {
    let row = |what: &str, before: String, after: String| {
        vec![moved.kind.clone(), moved.transaction.clone(), what.to_owned(), before, after]
    };
    let t = moved.trade_date.iter();
    let t = t.map(|days| row("T", days.before.to_string(), or_dash(days.after.as_ref())));
    let due = moved.due.iter();
    let due =
        due.map(|due| row(&due.row, or_dash(due.before.as_ref()), or_dash(due.after.as_ref())));
    let parked = moved.parked.iter();
    let parked = parked
        .map(|why| row("waits for a person", why.clone(), "goes on, or resume it".to_owned()));
    t.chain(due).chain(parked).collect()
}
