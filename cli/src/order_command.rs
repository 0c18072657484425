//! `fundflow order`: what the registrar was asked and what it said.
//!
//! ```text
//! fundflow order show ORDER                     as in TX-1.mmf, TX-1.convert
//! fundflow order ls [--stage S] [--limit N]
//! ```
//!
//! `show` reads the order's own stream; `ls` follows the whole log.

use crate::{
    args::Format,
    event_json::{self, EventJson},
    reading::{Failure, List, finish, json, open, or_dash, pairs, table},
};
use clap::Subcommand;
use fundflow_application::read_models::{Kept, OrderRow, Orders, catch_up};
use fundflow_domain::{
    decider::Decider as _,
    fund_order::{Confirmation, FundOrder, Outcome, Stage},
    ids::OrderId,
};
use fundflow_kernel::envelope::{Recorded, StreamName};
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode};

/// Which orders.
#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// List orders
    Ls {
        /// Only at this stage: placed, `payment_requested`, paid, declined, accepted, sealed, sent,
        /// confirmed, rejected or cancelled
        #[arg(long)]
        stage: Option<String>,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show an order: terms, stage, money, confirmation and events
    Show {
        /// As in TX-1.mmf or TX-1.convert
        order: OrderId,
    },
}

const STAGES: [&str; 10] = [
    "placed",
    "payment requested",
    "paid",
    "declined",
    "accepted",
    "sealed",
    "sent",
    "confirmed",
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
        OrderCommand::Ls { stage, limit } => {
            list(store, stage.as_deref(), *limit, format, out).await
        }
        OrderCommand::Show { order } => show(store, order, format, out).await,
    })
}

const HEADER: &[&str] =
    &["ORDER", "INVESTOR", "KIND", "FUND", "ASKED ", "T", "STAGE", "APPLICATION", "MOVED"];

fn cells(row: &OrderRow) -> Vec<String> {
    vec![
        row.order.to_string(),
        row.investor.to_string(),
        row.kind.to_owned(),
        funds(row),
        asked(row),
        row.trade_date.to_string(),
        row.stage.to_owned(),
        row.application.to_string(),
        row.moved.to_string(),
    ]
}

fn funds(row: &OrderRow) -> String {
    row.into.map_or_else(|| row.fund.to_string(), |into| format!("{} -> {into}", row.fund))
}

fn asked(row: &OrderRow) -> String {
    match (row.amount, row.shares) {
        (Some(amount), _) => format!("{amount} yuan"),
        (None, Some(shares)) => format!("{shares} shares"),
        (None, None) => "-".to_owned(),
    }
}

async fn list(
    store: &Path,
    stage: Option<&str>,
    limit: Option<usize>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let wanted = stage.map(|stage| stage.replace(['_', '-'], " "));
    if let Some(wanted) = wanted.as_ref().filter(|wanted| !STAGES.contains(&wanted.as_str())) {
        let what = format!("{wanted:?} is not a stage; write one of: {}", STAGES.join(", "));
        return Err(Failure::Typed(what));
    }
    let mut orders = Orders::default();
    catch_up(&open(store)?, &mut orders).await?;
    let rows = orders.iter().filter_map(|(id, kept)| OrderRow::of(id.parse().ok()?, kept));
    let rows = rows.filter(|row| wanted.as_ref().is_none_or(|stage| stage == row.stage));
    List::of(rows, limit).print(format, HEADER, cells, out)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: &'a OrderRow,
    confirmation: Option<&'a Confirmation>,
    events: Vec<EventJson<'a>>,
}

async fn show(
    store: &Path,
    order: &OrderId,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let stream = StreamName::of(FundOrder::CATEGORY, order);
    let (kept, events) = Kept::<FundOrder>::load(&open(store)?, &stream).await?;
    let Some(row) = OrderRow::of(order.clone(), &kept) else {
        return Err(Failure::NotFound(format!(
            "there is no order {order}; `fundflow order ls` lists those there are"
        )));
    };
    let stage = kept.loaded.state.order().map(|order| &order.stage);
    let confirmation =
        if let Some(Stage::Confirmed(told)) = stage { Some(told.as_ref()) } else { None };
    match format {
        Format::Json => {
            let events = events.iter().map(EventJson::from).collect();
            json(out, &Shown { row: &row, confirmation, events })?;
        }
        Format::Table => print(&row, confirmation, &events, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print(
    row: &OrderRow,
    confirmation: Option<&Confirmation>,
    events: &[Recorded],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut lines = vec![
        ("order", row.order.to_string()),
        ("investor", row.investor.to_string()),
        ("asks", format!("{} of {}, {}", row.kind, funds(row), asked(row))),
        ("T", row.trade_date.to_string()),
        ("stage", row.stage.to_owned()),
        ("application", row.application.to_string()),
    ];
    if let Some(cause) = &row.cause {
        lines.push(("because", format!("{} ({})", cause.text, cause.code)));
    }
    if let Some(payment) = &row.payment {
        let serial = or_dash(row.payment_serial.as_ref());
        lines.push(("payment", format!("{payment}, the channel's number {serial}")));
    }
    for refund in &row.refunds {
        let standing = if refund.arrived { "arrived" } else { "on its way" };
        lines.push(("refund", format!("{} yuan, {}, {standing}", refund.amount, refund.no)));
    }
    if let Some(told) = confirmation {
        let (serial, on) = (&told.serial, told.confirmed_on);
        lines.push(("confirmed", format!("on {on} under {serial}: {}", numbers(&told.outcome))));
    }
    pairs(out, &lines)?;
    writeln!(out)?;
    table(out, event_json::HEADER, events.iter().map(event_json::cells))
}

fn numbers(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Purchase(told) => format!(
            "{} yuan (fee {}) at {} = {} shares, {} yuan back",
            told.amount, told.fee, told.nav, told.shares, told.refund
        ),
        Outcome::Conversion(told) => format!(
            "{} shares at {}, fees {} + {}, {} yuan at {} = {} shares",
            told.shares_out,
            told.nav_out,
            told.redemption_fee,
            told.topup_fee,
            told.net_in,
            told.nav_in,
            told.shares_in
        ),
    }
}
