//! `fundflow audit`: replay everything, check everything, say everything; and what leaves the house, so that others need
//! not believe it.
//!
//! ```text
//! fundflow audit verify [--head FILE]…        replay everything; is the log still the one of those heads, and of
//!                                             those beside the store
//! fundflow audit head > FILE                  the tree over the log as it is now
//! fundflow audit prove ORDER|EVENT > BUNDLE   its events in clear, and their way to a head
//! fundflow audit prove --from OLD --to NEW    the later log begins with the earlier one
//! fundflow audit verify-bundle FILE           without a store
//! fundflow audit keygen · countersign         who signs heads
//! ```
//!
//! Exit 0 when nothing was found, 5 when something was, 1 when the store cannot be read. The report
//! names what was checked, and prints what is stored beside each complaint.

pub(crate) mod beside;
mod bundle;
pub(crate) mod heads;
mod prove;
#[cfg(feature = "signatures")]
mod sign;

use crate::{
    args::Format,
    house::Terms,
    operate::time_of,
    reading::{Failure, Place, complain, database, finish, json, open, pairs, table},
    registry::Registry,
};
use clap::{Args, Subcommand};
use fundflow_application::audit::{Check, Difference, Holding, Report, Witness, verify_beside};
use fundflow_infrastructure::{
    sqlite::{self, Condition, SqliteStore},
    wallet_owners::WalletOwners,
};
use fundflow_kernel::counted::counted;
use fundflow_kernel::store::Position;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::{
    io::{self, IsTerminal as _, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Something is wrong with what is stored; of every command that verifies.
pub(crate) const VERIFICATION_FAILED: u8 = 5;

/// What to verify.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Replay every stream; check links, histories, sums and unfinished sagas, and whether the log is still that of heads
    /// that were stored elsewhere
    Verify(VerifyArgs),
    /// Write the head of the log: how many events it has, and what stands for all of them
    Head {
        #[cfg(feature = "signatures")]
        #[command(flatten)]
        signer: sign::OptionalSigner,
    },
    /// Write events in clear with their way to a head, or the way from one head to a later one
    Prove(prove::ProveArgs),
    /// Check a bundle that `prove` wrote; needs no store
    VerifyBundle(bundle::BundleArgs),
    /// Make a key file, and print the key that checks its signatures
    #[cfg(feature = "signatures")]
    Keygen(sign::KeygenArgs),
    /// Sign somebody else's head, into a file beside it
    #[cfg(feature = "signatures")]
    Countersign(sign::CountersignArgs),
}

/// What the log is held against.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A head that was stored elsewhere; counter-signatures beside it are read with it
    #[arg(long = "head", value_name = "FILE")]
    heads: Vec<PathBuf>,
    #[command(flatten)]
    keys: heads::Keys,
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
        AuditCommand::Verify(args) => everything(registry, args, place, format, out).await,
        AuditCommand::Head { .. } | AuditCommand::Prove(_) if format == Format::Json => {
            Err(Failure::Typed(
                "audit head and audit prove write a file of a form of its own, whatever is asked for; leave out \
                 -o json"
                    .to_owned(),
            ))
        }
        #[cfg(feature = "signatures")]
        AuditCommand::Head { signer } => heads::write(place.store, signer, out).await,
        #[cfg(not(feature = "signatures"))]
        AuditCommand::Head {} => heads::write(place.store, out).await,
        AuditCommand::Prove(args) => prove::run(place.store, args, out).await,
        AuditCommand::VerifyBundle(args) => bundle::run(args, format, out),
        #[cfg(feature = "signatures")]
        AuditCommand::Keygen(args) => sign::keygen(args, format, out),
        #[cfg(feature = "signatures")]
        AuditCommand::Countersign(args) => sign::countersign(args, format, out),
    })
}

async fn everything(
    registry: &Registry,
    args: &VerifyArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let given = heads::read_all(&args.heads, &args.keys)?;
    let path = database(place.store);
    let condition = match sqlite::condition(&path) {
        // It opens for nobody, so what is wrong with it is all that can be said.
        Ok(condition) if opens(&condition) => condition,
        Ok(condition) => return Ok(failed(&condition.faults.join("; "))),
        Err(error) => return Err(error.into()),
    };
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(now)?);
    let bar = bar();
    let beside = beside::read(&path, &args.heads, &args.keys);
    let mut witness = heads::witness(&store, given.iter().chain(&beside))?;
    let report = verify_beside(&store, &sagas.desk, &mut witness, |done, head: Position| {
        bar.set_length(head.0);
        bar.set_position(done.0);
    })
    .await;
    bar.finish_and_clear();
    let mut report = report?;
    for fault in condition.faults {
        report.add(Check::Database, path.display().to_string(), fault, None);
    }
    for unfit in unfit(&store).await? {
        report.add(Check::Database, path.display().to_string(), unfit, None);
    }
    tree(&store, &witness, &mut report)?;
    let heads = heads::hold(&given, &witness, &mut report);
    let beside = heads::hold(&beside, &witness, &mut report);
    match format {
        Format::Json => {
            json(out, &Verified { report: &report, heads: &heads, heads_beside: &beside })?;
        }
        Format::Table => {
            let mut lines: Vec<_> = heads.iter().map(|held| ("head", held.to_string())).collect();
            lines.extend(beside::lines(&beside));
            print(&report, lines, out)?;
        }
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

/// A report, and the heads that the log was held against.
#[derive(Debug, Serialize)]
struct Verified<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    heads: &'a [heads::Held],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    heads_beside: &'a [heads::Held],
}

/// Lists that are stored beside the events so that the log need not be read, and that do not fit it.
async fn unfit(store: &SqliteStore) -> Result<Vec<String>, Failure> {
    let mut unfit = fundflow::unfit_lists(store).await?;
    unfit.extend(WalletOwners::unfit(store).await?);
    let said =
        |what| format!("the list {what} does not fit the log; it is not used, and made anew");
    Ok(unfit.into_iter().map(said).collect())
}

/// What the store keeps of its tree is compared with what was computed.
fn tree(store: &SqliteStore, witness: &Witness, report: &mut Report) -> Result<(), Failure> {
    // What could not be read was said; behind it no event has its index.
    if witness.gap().is_some() {
        return Ok(());
    }
    let stored = store.tree(|tree| Ok(tree.is_stored().then_some(tree.all_stored()?)))?;
    let Some(mut stored) = stored else { return Ok(()) };
    // A writer beside may have completed more since.
    let size = witness.size();
    stored.retain(|(height, number, _)| {
        let last = 1_u64
            .checked_shl(*height)
            .and_then(|events| number.checked_add(1)?.checked_mul(events));
        last.is_none_or(|last| last <= size)
    });
    for fault in sqlite::differences(witness.nodes(), &stored) {
        report.add(Check::Tree, "the tree".to_owned(), fault, None);
    }
    Ok(())
}

fn print(
    report: &Report,
    heads: Vec<(&'static str, String)>,
    out: &mut impl Write,
) -> Result<(), Failure> {
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
    let mut lines = checked(report);
    lines.extend(heads);
    pairs(out, &lines)?;
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
