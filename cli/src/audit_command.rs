//! `fundflow audit verify`: replay everything, check everything, say everything.
//!
//! Exit 0 when nothing was found, 5 when something was, 1 when the store cannot be read. The report
//! names what was checked, and prints what is stored beside each complaint.

use crate::{
    args::Format,
    house::Terms,
    operate::time_of,
    reading::{Failure, Place, complain, database, finish, json, open, pairs, table},
    registry::Registry,
};
use clap::Subcommand;
use fundflow_application::audit::{Check, Difference, Holding, Report, verify};
use fundflow_infrastructure::sqlite::{self, Condition, SqliteStore};
use fundflow_kernel::counted::counted;
use fundflow_kernel::store::Position;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal as _, Write},
    process::ExitCode,
};

/// Something is wrong with what is stored; of every command that verifies.
pub(crate) const VERIFICATION_FAILED: u8 = 5;

/// What to verify.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Replay every stream; check links, histories, sums and unfinished sagas
    Verify,
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &AuditCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        AuditCommand::Verify => everything(registry, place, format, out).await,
    })
}

async fn everything(
    registry: &Registry,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let path = database(place.store);
    let condition = match sqlite::condition(&path) {
        // It opens for nobody, so what is wrong with it is all that can be said.
        Ok(condition) if opens(&condition) => condition,
        Ok(condition) => return Ok(failed(&condition.faults.join("; "))),
        Err(error) => return Err(error.into()),
    };
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let sagas = registry.sagas(&Terms::of(&place)?.house(now)?);
    let bar = bar();
    let report = verify(&store, &sagas.desk, |done, head: Position| {
        bar.set_length(head.0);
        bar.set_position(done.0);
    })
    .await;
    bar.finish_and_clear();
    let mut report = report?;
    for fault in condition.faults {
        report.add(Check::Database, path.display().to_string(), fault, None);
    }
    match format {
        Format::Json => json(out, &report)?,
        Format::Table => print(&report, out)?,
    }
    if report.passed() {
        return Ok(ExitCode::SUCCESS);
    }
    out.flush()?;
    Ok(failed(&counted(report.failures, "finding", "findings")))
}

fn opens(condition: &Condition) -> bool {
    SqliteStore::open_read_only(&condition.path).is_ok()
}

fn failed(what: &str) -> ExitCode {
    complain(&format!("error: {what}; nothing was changed\n"));
    ExitCode::from(VERIFICATION_FAILED)
}

/// Seen only on a terminal: a log file has no use for it.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn print(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    let unlisted = report.failures - report.findings.len() as u64;
    if unlisted > 0 {
        writeln!(out, "and {}", counted(unlisted, "more finding", "more findings"))?;
    }
    if !report.passed() {
        writeln!(out)?;
    }
    pairs(out, &checked(report))?;
    if !report.balances.is_empty() {
        writeln!(out)?;
        let cells = |holding: &Holding| {
            let (class, commodity) = (holding.class.clone(), holding.commodity.clone());
            vec![class, commodity, holding.balance.to_string()]
        };
        table(out, &["ACCOUNTS", "OF", "BALANCE "], report.balances.iter().map(cells))?;
    }
    if !report.differences.is_empty() {
        writeln!(out)?;
        let cells = |it: &Difference| {
            let by = it.by.clone().unwrap_or_else(|| "-".to_owned());
            let (order, case, class) = (it.order.clone(), it.case.clone(), it.class.clone());
            vec![order, case, class, it.balance.to_string(), by]
        };
        let header = ["DIFFERENCE OF", "CASE", "ON", "BALANCE ", "CLOSED BY"];
        table(out, &header, report.differences.iter().map(cells))?;
    }
    let verdict = if report.passed() { "verified: nothing is wrong" } else { "FAILED" };
    Ok(writeln!(out, "\n{verdict}")?)
}

/// What was looked at, line by line.
fn checked(report: &Report) -> Vec<(&'static str, String)> {
    let counts = &report.counts;
    let mut checked = vec![
        ("up to position", report.up_to.to_string()),
        ("events", counts.events.to_string()),
        ("streams", counts.streams.to_string()),
        ("links", counts.links.to_string()),
        ("sagas", format!("{}, of these {} unfinished", counts.sagas, counts.unfinished)),
        ("open cases", counts.open_cases.to_string()),
        ("ledger", {
            let entries = counted(counts.entries, "entry", "entries");
            format!("{entries}, {}", counted(counts.postings, "posting", "postings"))
        }),
    ];
    if counts.ends_left_to_cases > 0 {
        let ends = counted(counts.ends_left_to_cases, "open end", "open ends");
        checked.push(("not compared", format!("{ends} with what open cases are about")));
    }
    if counts.unjudged > 0 {
        checked.push(("not judged", {
            format!("{} behind damage", counted(counts.unjudged, "event", "events"))
        }));
    }
    if counts.clock_set_back > 0 {
        checked.push(("clock set back", counted(counts.clock_set_back, "time", "times")));
    }
    for it in &report.unchecked {
        let streams = counted(it.streams, "stream", "streams");
        let events = counted(it.events, "event", "events");
        let what = format!("{}: decisions not checked ({streams}, {events})", it.category);
        checked.push(("unknown", what));
    }
    checked
}
