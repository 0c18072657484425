//! Settlements as tables and as JSON.

use crate::{
    args::Format,
    folded,
    reading::{Failure, json, or_dash, pairs, table},
};
use fundflow_domain::settlement::{Part, SettlementId, Settlements, Way};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::streams::Key;
use fundflow_ledger::{Due, Settled};
use serde::Serialize;
use std::io::Write;

const HEADER: &[&str] = &["SETTLEMENT", "DUE ON", "NET ", "MOVED ", "REMAINS ", "CASE"];

/// One line each.
pub(super) fn settled(
    rows: &[Settled],
    format: Format,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let cells = |it: &Settled| {
        vec![
            it.settlement.clone(),
            it.due_on.clone(),
            it.net.to_string(),
            it.moved.to_string(),
            it.remains.to_string(),
            or_dash(it.case.as_ref()),
        ]
    };
    match format {
        Format::Json => json(out, &rows),
        Format::Table => table(out, HEADER, rows.iter().map(cells)),
    }
}

/// What is due, one line for each counterparty.
pub(super) fn dues(rows: &[Due], format: Format, out: &mut impl Write) -> Result<(), Failure> {
    let cells = |it: &Due| {
        let sums = [it.receivable, it.payable, it.fees].map(|sum| sum.to_string());
        [vec![it.party.clone()], sums.to_vec()].concat()
    };
    let header = ["PARTY", "RECEIVABLE ", "PAYABLE ", "FEES "];
    match format {
        Format::Json => json(out, &rows),
        Format::Table => table(out, &header, rows.iter().map(cells)),
    }
}

/// One settlement with all of its transfers.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    row: Settled,
    transfers: Vec<Transfer>,
    by_hand: Vec<ByHand>,
}

#[derive(Debug, Serialize)]
struct Transfer {
    serial: String,
    way: &'static str,
    amount: String,
    booked_on: String,
}

#[derive(Debug, Serialize)]
struct ByHand {
    case: String,
    rest: String,
}

impl Shown {
    /// Read from its stream.
    pub(super) async fn of(
        store: &SqliteStore,
        id: SettlementId,
        row: Option<Settled>,
    ) -> Result<Self, Failure> {
        let missing = || {
            Failure::NotFound(format!("no settlement {id}; `fundflow settlement ls` lists them"))
        };
        let key = Key::<Settlements>::of(&id);
        let found = folded::one::<Settlements, _>(store, key.stream()).await?;
        let row = row.ok_or_else(missing)?;
        let folded = found.ok_or_else(missing)?;
        let known = folded.fold.loaded.state.settlement().ok_or_else(missing)?;
        let transfers = known.parts.iter().map(transfer).collect();
        let by_hand = known
            .written_off
            .iter()
            .map(|(case, rest)| ByHand { case: case.to_string(), rest: rest.to_string() });
        Ok(Self { row, transfers, by_hand: by_hand.collect() })
    }

    /// For people, or as one JSON document.
    pub(super) fn print(&self, format: Format, out: &mut impl Write) -> Result<(), Failure> {
        if format == Format::Json {
            return json(out, self);
        }
        let row = &self.row;
        let sum = |sum: &rust_decimal::Decimal| sum.to_string();
        let named = [
            ("settlement", row.settlement.clone()),
            ("transaction", row.request.clone()),
            ("due on", row.due_on.clone()),
            ("receivable", sum(&row.receivable)),
            ("payable", sum(&row.payable)),
            ("fees", sum(&row.fees)),
            ("net", sum(&row.net)),
            ("moved", sum(&row.moved)),
            ("remains", sum(&row.remains)),
            ("case", or_dash(row.case.as_ref())),
        ];
        pairs(out, &named)?;
        if !self.transfers.is_empty() {
            writeln!(out)?;
            let cells = |it: &Transfer| {
                let way = it.way.to_owned();
                vec![it.serial.clone(), way, it.amount.clone(), it.booked_on.clone()]
            };
            let header = ["SERIAL", "WAY", "AMOUNT ", "BOOKED ON"];
            table(out, &header, self.transfers.iter().map(cells))?;
        }
        for ByHand { case, rest } in &self.by_hand {
            writeln!(out, "\n{rest} yuan are settled by hand, by case {case}")?;
        }
        Ok(())
    }
}

fn transfer(part: &Part) -> Transfer {
    let way = match part.way {
        Way::In => "in",
        Way::Out => "out",
    };
    let (serial, amount) = (part.serial.to_string(), part.amount.to_string());
    Transfer { serial, way, amount, booked_on: part.on.to_string() }
}
