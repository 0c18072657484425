//! `fundflow saga resume | skip-to-landing | abandon`: what a person may do to purchases that do not
//! come to an end by themselves.
//!
//! ```text
//! fundflow saga resume TX[@VERSION]… --reason TEXT             look: nothing is changed
//! fundflow saga resume TX@VERSION… --reason TEXT --apply       do it
//! ```
//!
//! 1. Without `--apply` it only looks, beside a running engine if there is one: which events would
//!    be written, which calls would be made, which money would move. The answer is the runner's own,
//!    on a copy of the purchase, and not a description of it.
//! 2. With `--apply` it takes the store for itself, looks again, and leaves alone what has moved
//!    since. The version is the position of the purchase's last event.
//! 3. Every action is an event with its operator and reason; `fundflow event ls` shows it.
//! 4. There is no way to make a purchase just go away: an abandoned one says what becomes of every
//!    leg that is open.
//! 5. Exit 0: all done. 1: none, or not possible. 2: typed wrongly. 3: some. 4: none, because they
//!    moved.

mod apply;
mod outside;
mod plan;
mod print;

use crate::{
    args::Format,
    reading::{Failure, json, open},
    saga_command::calendar,
};
use clap::{Args, ValueEnum};
use fundflow::Action;
use fundflow_domain::{
    discount_purchase::Disposition,
    ids::{IdError, TransactionId},
};
use plan::{Outcome, Row};
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode, str::FromStr, sync::Arc};

const IN_PART: u8 = 3;
const STALE: u8 = 4;

/// Purchases, and why.
#[derive(Debug, Args)]
pub(crate) struct SomeArgs {
    /// Transaction IDs; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(required = true, value_name = "TX[@VERSION]")]
    targets: Vec<Target>,
    #[command(flatten)]
    order: OrderArgs,
}

/// One purchase, and what becomes of its legs.
#[derive(Debug, Args)]
pub(crate) struct AbandonArgs {
    /// Transaction ID; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(value_name = "TX[@VERSION]")]
    target: Target,
    /// What becomes of an open leg: refund, suspense or manual; one for each that is open
    #[arg(long = "disposition", value_name = "LEG=DISPOSITION")]
    dispositions: Vec<Disposed>,
    #[command(flatten)]
    order: OrderArgs,
}

/// What every one of them is told.
#[derive(Debug, Args)]
struct OrderArgs {
    /// Why; it is kept with the purchase
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    /// Who; otherwise the user who is logged in ($USER)
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    operator: Option<String>,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

/// A purchase, and how it was when somebody looked.
#[derive(Debug, Clone)]
struct Target {
    transaction: TransactionId,
    version: Option<u64>,
}

/// A leg and what becomes of it.
#[derive(Debug, Clone)]
struct Disposed(Arc<str>, Disposition);

/// As it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum DispositionArg {
    Refund,
    Suspense,
    Manual,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Order {
    verb: &'static str,
    targets: Vec<Target>,
    action: Action,
    reason: String,
    operator: Option<String>,
    apply: bool,
}

/// What was looked at, or done.
#[derive(Debug, Serialize)]
struct Report<'a> {
    action: &'static str,
    applied: bool,
    operator: &'a str,
    reason: &'a str,
    purchases: Vec<Row>,
    /// Events of other open purchases, which go on as well while the engine runs.
    events_of_others: u64,
}

impl Order {
    pub(crate) fn resume(args: &SomeArgs) -> Self {
        let reason = args.order.reason.as_str().into();
        Self::of("resume", args.targets.clone(), Action::Resume { reason }, &args.order)
    }

    pub(crate) fn skip_to_landing(args: &SomeArgs) -> Self {
        let reason = args.order.reason.as_str().into();
        let action = Action::SkipToLanding { reason };
        Self::of("skip-to-landing", args.targets.clone(), action, &args.order)
    }

    pub(crate) fn abandon(args: &AbandonArgs) -> Self {
        let reason = args.order.reason.as_str().into();
        let dispositions = args.dispositions.iter().cloned().map(|Disposed(leg, to)| (leg, to));
        let action = Action::Abandon { reason, dispositions: dispositions.collect() };
        Self::of("abandon", vec![args.target.clone()], action, &args.order)
    }

    fn of(verb: &'static str, mut targets: Vec<Target>, action: Action, args: &OrderArgs) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        targets.retain(|target| seen.insert(target.transaction.clone()));
        let (reason, operator, apply) = (args.reason.clone(), args.operator.clone(), args.apply);
        Self { verb, targets, action, reason, operator, apply }
    }

    fn operator(&self) -> Result<String, Failure> {
        let user = || std::env::var("USER").ok().filter(|user| !user.trim().is_empty());
        self.operator.clone().or_else(user).ok_or_else(|| {
            Failure::Typed("who does this? $USER is empty: name yourself with --operator".into())
        })
    }
}

/// Looks, or does it.
pub(crate) async fn run(
    order: &Order,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let operator = order.operator()?;
    let calendar = Arc::new(calendar()?);
    let reader = open(store)?;
    let now = outside::time_of(&reader).await?;
    let desk = plan::Desk { order, operator: operator.as_str().into(), calendar, now };
    let mut rows = Vec::new();
    for target in &order.targets {
        rows.push(desk.look(&reader, &target.transaction, target.version).await?);
    }
    drop(reader);
    let mut events_of_others = 0;
    if order.apply && rows.iter().any(|row| row.outcome == Outcome::Planned) {
        events_of_others = apply::apply(&desk, store, &mut rows).await?;
    }
    let code = exit_code(&rows);
    let (action, applied, reason) = (order.verb, order.apply, order.reason.as_str());
    let report =
        Report { action, applied, operator: &operator, reason, purchases: rows, events_of_others };
    match format {
        Format::Json => json(out, &report)?,
        Format::Table => print::report(&report, out)?,
    }
    Ok(code)
}

fn exit_code(rows: &[Row]) -> ExitCode {
    let count =
        |wanted: &[Outcome]| rows.iter().filter(|row| wanted.contains(&row.outcome)).count();
    let good = count(&[Outcome::Planned, Outcome::Applied]);
    if good == rows.len() {
        ExitCode::SUCCESS
    } else if good > 0 {
        ExitCode::from(IN_PART)
    } else if count(&[Outcome::Stale]) > 0 {
        ExitCode::from(STALE)
    } else {
        ExitCode::FAILURE
    }
}

fn not_blank(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("write something here".to_owned()) } else { Ok(text.to_owned()) }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let told = |error: IdError| error.to_string();
        let Some((transaction, version)) = text.rsplit_once('@') else {
            return Ok(Self { transaction: text.parse().map_err(told)?, version: None });
        };
        let version = version.parse().map_err(|_| {
            format!("{version:?} is no version; take the whole number that a look prints")
        })?;
        Ok(Self { transaction: transaction.parse().map_err(told)?, version: Some(version) })
    }
}

impl FromStr for Disposed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not LEG=refund, LEG=suspense or LEG=manual");
        let (leg, to) = text.split_once('=').ok_or_else(wanted)?;
        let to = match DispositionArg::from_str(to, false).map_err(|_| wanted())? {
            DispositionArg::Refund => Disposition::Refund,
            DispositionArg::Suspense => Disposition::Suspense,
            DispositionArg::Manual => Disposition::Manual,
        };
        Ok(Self(leg.into(), to))
    }
}
