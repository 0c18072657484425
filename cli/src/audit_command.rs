//! `fundflow audit verify`: replay everything, check everything, say everything.
//!
//! Exit 0 when nothing was found, 5 when something was, 1 when the store cannot be read. The report
//! names what was checked, and prints what is stored beside each complaint.

use crate::{
    args::Format,
    reading::{Failure, complain, finish, json, open, pairs, table},
    saga_command::calendar,
};
use clap::Subcommand;
use fundflow_application::audit::{Audited, Check, Holding, Report, verify};
use fundflow_domain::calendar::TradingCalendar;
use fundflow_kernel::store::Position;
use fundflow_sagas::{
    liveness::{Wait, waits},
    world::World,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal as _, Write},
    path::Path,
    process::ExitCode,
};

const VERIFICATION_FAILED: u8 = 5;

/// What to verify.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Replay every stream; check links, histories, sums and unfinished purchases
    Verify,
}

/// Does what was typed.
pub(crate) async fn run(
    command: &AuditCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        AuditCommand::Verify => everything(store, format, out).await,
    })
}

async fn everything(
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let (store, calendar) = (open(store)?, calendar()?);
    let bar = bar();
    let audited = verify(&store, |done, head: Position| {
        bar.set_length(head.0);
        bar.set_position(done.0);
    })
    .await;
    bar.finish_and_clear();
    let report = with_liveness(audited?, &calendar);
    match format {
        Format::Json => json(out, &report)?,
        Format::Table => print(&report, out)?,
    }
    if report.passed() {
        return Ok(ExitCode::SUCCESS);
    }
    out.flush()?;
    complain(&format!("error: {} findings; nothing was changed\n", report.failures));
    Ok(ExitCode::from(VERIFICATION_FAILED))
}

/// Seen only on a terminal: a log file has no use for it.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Whoever is unfinished must be waited for by somebody.
fn with_liveness(audited: Audited, calendar: &TradingCalendar) -> Report {
    let Audited { mut report, unfinished } = audited;
    for (transaction, parts) in unfinished.iter() {
        let Some(view) = parts.view(&transaction) else { continue };
        let waits = waits(&World::from(view), calendar);
        let place = transaction.to_string();
        if waits.is_empty() && !view.is_finished() {
            report.add(Check::Liveness, place, "it is not over and waits for nothing".into(), None);
            continue;
        }
        for wait in waits.iter().filter(|wait| !wait.is_alive()) {
            report.add(Check::Liveness, place.clone(), forgotten(wait), None);
        }
    }
    report
}

fn forgotten(wait: &Wait) -> String {
    match wait {
        Wait::Nobody { row } => {
            format!("it stands at {row:?}, our own move, with no timer, effect or hold")
        }
        Wait::UnknownTable { table } => format!("it is on table {table}, which is not known here"),
        Wait::Answer { row, .. } | Wait::Word { row, .. } | Wait::Operator { row, .. } => {
            format!("it waits at {row:?}")
        }
        Wait::Timer(retry) => format!("it waits at {:?}", retry.row),
    }
}

fn print(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    let unlisted = report.failures - report.findings.len() as u64;
    if unlisted > 0 {
        writeln!(out, "and {unlisted} more findings")?;
    }
    if !report.passed() {
        writeln!(out)?;
    }
    let counts = &report.counts;
    let mut checked = vec![
        ("up to position", report.up_to.to_string()),
        ("events", counts.events.to_string()),
        ("streams", counts.streams.to_string()),
        ("links", counts.links.to_string()),
        ("purchases", format!("{}, of these {} unfinished", counts.sagas, counts.unfinished)),
        ("ledger", format!("{} entries, {} postings", counts.entries, counts.postings)),
    ];
    if counts.unjudged > 0 {
        checked.push(("not judged", format!("{} events behind damage", counts.unjudged)));
    }
    if counts.clock_set_back > 0 {
        checked.push(("clock set back", format!("{} times", counts.clock_set_back)));
    }
    pairs(out, &checked)?;
    if !report.balances.is_empty() {
        writeln!(out)?;
        let cells = |holding: &Holding| {
            let (class, commodity) = (holding.class.clone(), holding.commodity.clone());
            vec![class, commodity, holding.balance.to_string()]
        };
        table(out, &["ACCOUNTS", "OF", "BALANCE "], report.balances.iter().map(cells))?;
    }
    let verdict = if report.passed() { "verified: nothing is wrong" } else { "FAILED" };
    Ok(writeln!(out, "\n{verdict}")?)
}
