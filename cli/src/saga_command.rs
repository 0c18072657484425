//! `fundflow saga`: purchases, where they stand and what they wait for.
//!
//! ```text
//! fundflow saga ls [--stuck] [--open] [--ending E] [--investor I] [--trade-date D] [--limit N]
//! fundflow saga show TX
//! fundflow saga resume | skip-to-landing | abandon TX …      (see `operate`)
//! ```
//!
//! `show` reads the purchase's own streams and reads like its table: what was done when, where it
//! stands, what is ahead, and the way out once it leaves. `ls` follows the whole log.

use crate::{
    args::Format,
    operate::{self, AbandonArgs, Order, SomeArgs},
    reading::{Failure, List, finish, json, open, pairs, table},
    saga_words::{HEADER, LineJson, Told, can_skip, in_flight, lines},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use fundflow_application::read_models::{SagaStates, SagaView, Sagas, catch_up};
use fundflow_domain::{
    calendar::TradingCalendar,
    discount_purchase::{Ending, Retry},
    ids::{InvestorId, TransactionId},
};
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode};

/// Which purchases.
#[derive(Debug, Subcommand)]
pub(crate) enum SagaCommand {
    /// List purchases
    Ls(Filter),
    /// Show a purchase: its timeline, what it waits for, what an operator may do
    Show {
        /// Its transaction ID
        transaction: TransactionId,
    },
    /// Go on with purchases that are parked; their retries start over. Only looks without --apply
    Resume(SomeArgs),
    /// Close the row that nobody answers and leave towards the nearest landing. Only looks without
    /// --apply
    SkipToLanding(SomeArgs),
    /// Give a purchase up; every open leg needs a disposition. Only looks without --apply
    Abandon(AbandonArgs),
}

/// Which of them; all that are given must hold.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only those that wait for an operator
    #[arg(long)]
    stuck: bool,
    /// Only those that are not over
    #[arg(long)]
    open: bool,
    /// Only those that ended so
    #[arg(long, value_enum, conflicts_with = "open")]
    ending: Option<EndingArg>,
    /// Only of this investor
    #[arg(long)]
    investor: Option<InvestorId>,
    /// Only of this T (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    trade_date: Option<NaiveDate>,
    /// At most so many
    #[arg(long)]
    limit: Option<usize>,
}

/// How a purchase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum EndingArg {
    /// The investor owns the target fund
    Completed,
    /// The investor owns the money-market shares
    KeptInWallet,
    /// The money is back, or was never taken
    Failed,
    /// An operator gave it up
    Abandoned,
}

impl EndingArg {
    const fn meant(self) -> Ending {
        match self {
            EndingArg::Completed => Ending::Completed,
            EndingArg::KeptInWallet => Ending::KeptInWallet,
            EndingArg::Failed => Ending::Failed,
            EndingArg::Abandoned => Ending::Abandoned,
        }
    }
}

impl Filter {
    fn takes(&self, view: &SagaView<'_>) -> bool {
        let ending = view.purchase.ending();
        let wanted = |day: NaiveDate| view.trade_date().date() == day;
        (!self.stuck || view.open.parked.is_some())
            && (!self.open || !view.is_finished())
            && self.ending.is_none_or(|wanted| ending == Some(wanted.meant()))
            && self.investor.as_ref().is_none_or(|who| view.open.request.investor == *who)
            && self.trade_date.is_none_or(wanted)
    }
}

/// Does what was typed.
pub(crate) async fn run(
    command: &SagaCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        SagaCommand::Ls(filter) => list(store, filter, format, out).await,
        SagaCommand::Show { transaction } => show(store, transaction, format, out).await,
        SagaCommand::Resume(args) => operate(Order::resume(args), store, format, out).await,
        SagaCommand::SkipToLanding(args) => {
            operate(Order::skip_to_landing(args), store, format, out).await
        }
        SagaCommand::Abandon(args) => operate(Order::abandon(args), store, format, out).await,
    })
}

async fn operate(
    order: Order,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    operate::run(&order, store, format, out).await
}

pub(crate) fn calendar() -> Result<TradingCalendar, Failure> {
    TradingCalendar::xshg().map_err(|error| Failure::Calendar(error.to_string()))
}

async fn list(
    store: &Path,
    filter: &Filter,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let (store, calendar) = (open(store)?, calendar()?);
    let mut sagas = Sagas::default();
    catch_up(&store, &mut sagas).await?;
    let rows = sagas.iter().filter_map(|(transaction, parts)| {
        let view = parts.view(&transaction)?;
        filter.takes(&view).then(|| Told::of(&view, &calendar))
    });
    List::of(rows, filter.limit).print(format, HEADER, Told::cells, out)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    told: Told,
    table: &'a str,
    timeline: Vec<LineJson>,
    retries: &'a [Retry],
    actions: Vec<String>,
}

async fn show(
    store: &Path,
    transaction: &TransactionId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let (store, calendar) = (open(store)?, calendar()?);
    let states = SagaStates::load(&store, transaction).await?;
    let view = states.as_ref().and_then(|states| Some((states.view()?, &states.events)));
    let Some((view, events)) = view else {
        return Err(Failure::NotFound(format!(
            "no purchase {transaction} was ever prepared; `fundflow saga ls` lists those there are"
        )));
    };
    let shown = Shown {
        told: Told::of(&view, &calendar),
        table: view.open.table.as_str(),
        timeline: lines(&view, events),
        retries: &view.open.retries,
        actions: actions(&view),
    };
    match format {
        Format::Json => json(out, &shown)?,
        Format::Table => print(&shown, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What an operator may type next. What is not parked needs nobody.
fn actions(view: &SagaView<'_>) -> Vec<String> {
    let (id, mut actions) = (view.transaction, Vec::new());
    if view.open.parked.is_some() {
        actions.push(format!("fundflow saga resume {id} --reason TEXT"));
    }
    if can_skip(view) {
        actions.push(format!("fundflow saga skip-to-landing {id} --reason TEXT"));
    }
    if view.open.parked.is_some() && view.purchase.ending().is_none() {
        let legs = fundflow_sagas::runner::legs_of(&(*view).into());
        let legs = legs.iter().fold(String::new(), |legs, (leg, _)| {
            legs + " --disposition " + leg + "=refund|suspense|manual"
        });
        actions.push(format!("fundflow saga abandon {id}{legs} --reason TEXT"));
    }
    actions
}

fn print(shown: &Shown<'_>, out: &mut impl Write) -> Result<(), Failure> {
    let row = &shown.told.row;
    let dash = || "-".to_owned();
    let waits: Vec<_> = shown.told.waits_for.iter().map(|wait| wait.words.as_str()).collect();
    let mut facts = vec![
        ("transaction", row.transaction.to_string()),
        ("investor", row.investor.to_string()),
        ("buys", format!("{} yuan, {} -> {}", row.amount, row.wallet_fund, row.target_fund)),
        ("table", shown.table.to_owned()),
        ("T", row.trade_date.to_string()),
        ("placed", row.since.to_string()),
        ("moved", row.moved.to_string()),
        ("state", row.state.to_owned()),
        ("stands at", shown.told.stands_at.clone().unwrap_or_else(dash)),
        ("waits for", if waits.is_empty() { dash() } else { waits.join("; ") }),
        ("in flight", in_flight(&shown.told.in_flight)),
    ];
    if let Some((at, cause)) = &row.parked {
        facts.push(("parked", format!("at {at}: {} ({})", cause.text, cause.code)));
    }
    pairs(out, &facts)?;
    writeln!(out)?;
    let header = &["", "ROW", "WHEN", "POSITION ", "BY"];
    table(out, header, shown.timeline.iter().map(LineJson::cells))?;
    if !shown.retries.is_empty() {
        writeln!(out)?;
        let cells = |retry: &Retry| {
            let cause = format!("{} ({})", retry.cause.text, retry.cause.code);
            vec![retry.row.to_string(), retry.attempt.to_string(), retry.due.to_string(), cause]
        };
        table(
            out,
            &["RETRIED", "ATTEMPTS ", "NEXT", "LAST ANSWER"],
            shown.retries.iter().map(cells),
        )?;
    }
    if !shown.actions.is_empty() {
        writeln!(out, "\nan operator may (looks only; does it with --apply)")?;
        shown.actions.iter().try_for_each(|action| writeln!(out, "  {action}"))?;
    }
    Ok(())
}
