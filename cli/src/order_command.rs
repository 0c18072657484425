//! `fundflow order`: what the registrar was asked and what it said.
//!
//! ```text
//! fundflow order show ORDER                     as in TX-1.mmf, TX-1.convert
//! fundflow order ls [--stage S] [--transaction TX] [--investor I] [--fund F] [--trade-date D] [--limit N]
//! ```
//!
//! `show` reads the order's own streams, the application's and the payment's; `ls` follows the log.

use crate::{
    args::Format,
    event_json::{self, EventJson},
    reading::{Failure, List, finish, json, one_of, open, or_dash, pairs, table},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use fundflow_application::read_models::{ConfirmedRow, OrderRow, OrderStreams, Orders, catch_up};
use fundflow_domain::{
    application::{Confirmation, Outcome},
    ids::{FundCode, InvestorId, OrderId, TransactionId},
    money::SignedMoney,
};
use fundflow_kernel::envelope::Recorded;
use serde::Serialize;
use std::{collections::BTreeSet, io::Write, path::Path, process::ExitCode};

/// What to do with orders.
#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// List orders, one line each
    Ls(Filter),
    /// Show an order: terms, stage, money, confirmation and events
    Show {
        /// As in TX-1.mmf or TX-1.convert
        order: OrderId,
    },
}

/// Which of them; all that are given must hold.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only at this stage, as `order ls` prints it, with _ for a blank
    #[arg(long)]
    stage: Option<String>,
    /// Only of this transaction
    #[arg(long, value_name = "TX")]
    transaction: Option<TransactionId>,
    /// Only of this investor
    #[arg(long)]
    investor: Option<InvestorId>,
    /// Only out of this fund, or into it
    #[arg(long, value_name = "CODE")]
    fund: Option<FundCode>,
    /// Only of this T (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    trade_date: Option<NaiveDate>,
    /// At most so many
    #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
    limit: Option<usize>,
}

const STAGES: [&str; 15] = [
    "payment requested",
    "paid",
    "paid back",
    "declined",
    "payment closed",
    "placed",
    "accepted",
    "sealed",
    "sent",
    "received",
    "confirmed in part so far",
    "confirmed",
    "partly confirmed",
    "rejected",
    "cancelled",
];

/// Does what was typed.
pub(crate) async fn run(
    command: &OrderCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        OrderCommand::Ls(filter) => list(store, filter, format, out).await,
        OrderCommand::Show { order } => show(store, order, format, out).await,
    })
}

const HEADER: &[&str] = &[
    "ORDER",
    "INVESTOR",
    "KIND",
    "FUND",
    "ASKED ",
    "CONFIRMED ",
    "T",
    "STAGE",
    "APPLICATION",
    "MOVED",
    "BECAUSE",
];

fn cells(row: &OrderRow) -> Vec<String> {
    vec![
        row.order.to_string(),
        or_dash(row.investor.as_ref()),
        row.kind.to_owned(),
        funds(row),
        asked(row),
        row.confirmed.as_ref().map_or_else(|| "-".to_owned(), confirmed),
        row.trade_date.to_string(),
        row.stage.to_owned(),
        or_dash(row.application.as_ref()),
        row.moved.to_string(),
        row.cause.as_ref().map_or_else(|| "-".to_owned(), |cause| cause.text.to_string()),
    ]
}

fn funds(row: &OrderRow) -> String {
    let fund = or_dash(row.fund.as_ref());
    row.into.map_or_else(|| fund.clone(), |into| format!("{fund} -> {into}"))
}

fn asked(row: &OrderRow) -> String {
    match (row.amount, row.shares) {
        (Some(amount), _) => format!("{amount} yuan"),
        (None, Some(shares)) => format!("{shares} shares"),
        (None, None) => "-".to_owned(),
    }
}

/// Shares and money that its records moved.
fn confirmed(it: &ConfirmedRow) -> String {
    let shares = match (it.shares_out, it.shares_in) {
        (Some(out), Some(came)) => format!("{out} -> {came} shares"),
        (Some(shares), None) | (None, Some(shares)) => format!("{shares} shares"),
        (None, None) => String::new(),
    };
    match it.payout {
        Some(payout) => format!("{shares} for {payout} yuan"),
        None => shares,
    }
}

async fn list(
    store: &Path,
    filter: &Filter,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let stage = filter.stage()?;
    let rows = all(store).await?;
    filter.check(&rows)?;
    let rows = rows.into_iter().filter(|row| filter.takes(row, stage.as_deref()));
    List::of(rows, filter.limit).print(format, HEADER, cells, out)
}

async fn all(store: &Path) -> Result<Vec<OrderRow>, Failure> {
    let mut orders = Orders::default();
    catch_up(&open(store)?, &mut orders).await?;
    Ok(orders.iter().filter_map(|(id, order)| order.row(id.clone())).collect())
}

/// Whoever names a transaction instead of one of its orders reads which it has.
fn instead_of(order: &OrderId, rows: &[OrderRow]) -> String {
    let own = rows.iter().filter(|row| transaction(row) == order.as_str());
    let own: Vec<&str> = own.map(|row| row.order.as_str()).collect();
    if own.is_empty() {
        return format!("there is no order {order}; `fundflow order ls` lists those there are");
    }
    format!("{order} is a transaction; its orders are {}", own.join(", "))
}

/// An order's name is its transaction's, and the part of it.
fn transaction(row: &OrderRow) -> &str {
    row.order.as_str().rsplit_once('.').map_or("", |(transaction, _)| transaction)
}

impl Filter {
    fn stage(&self) -> Result<Option<String>, Failure> {
        let wanted = self.stage.as_ref().map(|stage| stage.replace(['_', '-'], " "));
        if let Some(wanted) = wanted.as_ref().filter(|wanted| !STAGES.contains(&wanted.as_str())) {
            let what = format!("{wanted:?} is not a stage; write one of: {}", STAGES.join(", "));
            return Err(Failure::Typed(what));
        }
        Ok(wanted)
    }

    /// What no order here has would list nothing, as if there were none.
    fn check(&self, all: &[OrderRow]) -> Result<(), Failure> {
        let no = |wanted: String, known: BTreeSet<String>| {
            if known.contains(&wanted) {
                return Ok(());
            }
            Err(Failure::Typed(format!("{wanted:?} has no order here; {}", one_of(&known))))
        };
        if let Some(wanted) = &self.transaction {
            no(wanted.to_string(), all.iter().map(|row| transaction(row).to_owned()).collect())?;
        }
        if let Some(wanted) = &self.investor {
            no(
                wanted.to_string(),
                all.iter().filter_map(|row| Some(row.investor.as_ref()?.to_string())).collect(),
            )?;
        }
        if let Some(wanted) = &self.fund {
            let funds = all.iter().flat_map(|row| [row.fund, row.into]).flatten();
            no(wanted.to_string(), funds.map(|fund| fund.to_string()).collect())?;
        }
        Ok(())
    }

    fn takes(&self, row: &OrderRow, stage: Option<&str>) -> bool {
        let of = |it: &TransactionId| transaction(row) == it.as_str();
        stage.is_none_or(|stage| stage == row.stage)
            && self.transaction.as_ref().is_none_or(of)
            && self.investor.as_ref().is_none_or(|it| row.investor.as_ref() == Some(it))
            && self.fund.is_none_or(|it| [row.fund, row.into].contains(&Some(it)))
            && self.trade_date.is_none_or(|day| row.trade_date.date() == day)
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: &'a OrderRow,
    confirmations: Vec<&'a Confirmation>,
    events: Vec<EventJson<'a>>,
}

async fn show(
    store: &Path,
    order: &OrderId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let streams = OrderStreams::load(&open(store)?, order).await?;
    let Some(row) = streams.order().row(order.clone()) else {
        return Err(Failure::NotFound(instead_of(order, &all(store).await?)));
    };
    let application = streams.application.loaded.state.application();
    let confirmations: Vec<_> =
        application.map(|it| it.confirmations().collect()).unwrap_or_default();
    match format {
        Format::Json => {
            let events = streams.events.iter().map(EventJson::from).collect();
            json(out, &Shown { row: &row, confirmations, events })?;
        }
        Format::Table => print(&row, &confirmations, &streams.events, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print(
    row: &OrderRow,
    confirmations: &[&Confirmation],
    events: &[Recorded],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut lines = vec![
        ("order", row.order.to_string()),
        ("investor", or_dash(row.investor.as_ref())),
        ("asks", format!("{} of {}, {}", row.kind, funds(row), asked(row))),
        ("T", row.trade_date.to_string()),
        ("stage", row.stage.to_owned()),
        ("application", or_dash(row.application.as_ref())),
    ];
    if let Some(cause) = &row.cause {
        lines.push(("because", format!("{} ({})", cause.text, cause.code)));
    }
    if let Some(payment) = &row.payment {
        let serial = or_dash(row.payment_serial.as_ref());
        let stage = row.payment_stage.unwrap_or("-");
        lines.push(("payment", format!("{payment}, {stage}, the channel's number {serial}")));
    }
    for refund in &row.refunds {
        let standing = if refund.arrived { "arrived" } else { "on its way" };
        lines.push(("refund", format!("{} yuan, {}, {standing}", refund.amount, refund.no)));
    }
    for confirmation in confirmations {
        let (serial, on) = (&confirmation.serial, confirmation.confirmed_on);
        let more = if confirmation.finished { "" } else { "; more will come" };
        let numbers = numbers(&confirmation.outcome);
        lines.push(("confirmed", format!("on {on} under {serial}: {numbers}{more}")));
    }
    pairs(out, &lines)?;
    writeln!(out)?;
    table(out, event_json::HEADER, events.iter().map(event_json::cells))
}

fn numbers(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Purchase(it) => format!(
            "{} yuan (fee {}) at {} = {} shares, {} yuan back",
            it.amount, it.fee, it.nav, it.shares, it.refund
        ),
        Outcome::Subscription(it) => format!(
            "{} yuan (fee {}) and interest {} at {} = {} shares, {} yuan back",
            it.amount, it.fee, it.interest, it.face, it.shares, it.refund
        ),
        Outcome::Redemption(it) => format!(
            "{} shares at {} = {} yuan, fee {}{}, income {}, {} yuan to the investor",
            it.shares,
            it.nav,
            it.gross,
            it.fee,
            put_off(outcome),
            it.income,
            it.payout
        ),
        Outcome::Conversion(it) => format!(
            "{} shares at {}, fees {}{} + {}{}, {} yuan at {} = {} shares",
            it.shares_out,
            it.nav_out,
            it.redemption_fee,
            put_off(outcome),
            it.topup_fee,
            with_income(it.income),
            it.net_in,
            it.nav_in,
            it.shares_in
        ),
        Outcome::FastTransfer(it) => {
            format!("{} shares change hands, income {}", it.shares, it.income)
        }
    }
}

/// Income that went along with a conversion; most often none does.
fn with_income(income: SignedMoney) -> String {
    if income == SignedMoney::ZERO { String::new() } else { format!(", income {income}") }
}

/// How much of a fee for leaving is the one for buying that was put off.
fn put_off(outcome: &Outcome) -> String {
    let fee = outcome.back_end_fee();
    if fee.is_zero() { String::new() } else { format!(" (of it {fee} put off from buying)") }
}
