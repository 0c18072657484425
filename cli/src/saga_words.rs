//! A purchase in the words of its table: where it stands, what it waits for, what is in flight.

use fundflow_application::read_models::{SagaRow, SagaView};
use fundflow_domain::{calendar::TradingCalendar, discount_purchase::Retry, money::Money};
use fundflow_kernel::envelope::Recorded;
use fundflow_sagas::{
    discount_purchase::pinned,
    liveness::{Wait, Whose, waits},
    runner::legs_of,
    stand::Stand,
    timeline::{Line, Mark, timeline},
    world::World,
};
use serde::Serialize;
use std::sync::Arc;

/// What it waits for, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct WaitJson {
    pub(crate) kind: &'static str,
    pub(crate) row: Option<Arc<str>>,
    pub(crate) due: Option<String>,
    pub(crate) words: String,
}

/// Money or shares under way.
#[derive(Debug, Serialize)]
pub(crate) struct LegJson {
    pub(crate) leg: Arc<str>,
    pub(crate) worth: Money,
}

/// One purchase in a list.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    #[serde(flatten)]
    pub(crate) row: SagaRow,
    /// The row where it stands; none when it is over.
    pub(crate) stands_at: Option<String>,
    pub(crate) waits_for: Vec<WaitJson>,
    pub(crate) in_flight: Vec<LegJson>,
}

/// One line of the timeline, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct LineJson {
    pub(crate) row: &'static str,
    pub(crate) leaving: bool,
    pub(crate) mark: &'static str,
    pub(crate) at: Option<String>,
    pub(crate) position: Option<u64>,
    pub(crate) actor: Option<String>,
}

impl Told {
    pub(crate) fn of(view: &SagaView<'_>, calendar: &TradingCalendar) -> Self {
        let world = World::from(*view);
        let leg = |(leg, worth)| LegJson { leg, worth };
        Self {
            row: view.row(),
            stands_at: stands_at(view),
            waits_for: waits(&world, calendar).iter().map(WaitJson::of).collect(),
            in_flight: legs_of(&world).into_iter().map(leg).collect(),
        }
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let row = &self.row;
        let waits: Vec<_> = self.waits_for.iter().map(|wait| wait.words.as_str()).collect();
        vec![
            row.transaction.to_string(),
            row.investor.to_string(),
            format!("{} -> {}", row.wallet_fund, row.target_fund),
            row.amount.to_string(),
            row.trade_date.to_string(),
            row.state.to_owned(),
            self.stands_at.clone().unwrap_or_else(|| "-".to_owned()),
            if waits.is_empty() { "-".to_owned() } else { waits.join("; ") },
            in_flight(&self.in_flight),
        ]
    }
}

pub(crate) const HEADER: &[&str] = &[
    "TRANSACTION",
    "INVESTOR",
    "FUNDS",
    "AMOUNT ",
    "T",
    "STATE",
    "STANDS AT",
    "WAITS FOR",
    "IN FLIGHT",
];

pub(crate) fn in_flight(legs: &[LegJson]) -> String {
    if legs.is_empty() {
        return "-".to_owned();
    }
    let leg = |leg: &LegJson| format!("{} yuan ({})", leg.worth, leg.leg);
    legs.iter().map(leg).collect::<Vec<_>>().join(", ")
}

fn stands_at(view: &SagaView<'_>) -> Option<String> {
    let table = pinned(view.open.table.as_str())?;
    match table.stand(&World::from(*view)) {
        Stand::Forward(_, step) => Some(step.name.to_owned()),
        Stand::Leaving(_, exit) | Stand::Blocked(_, exit) => Some(exit.name.to_owned()),
        Stand::Over => None,
    }
}

/// Whether an operator may leave the row where it stands towards a landing.
pub(crate) fn can_skip(view: &SagaView<'_>) -> bool {
    let table = pinned(view.open.table.as_str());
    match table.map(|table| table.stand(&World::from(*view))) {
        Some(Stand::Forward(_, step)) => step.refuse.is_some(),
        Some(Stand::Leaving(..) | Stand::Blocked(..) | Stand::Over) | None => false,
    }
}

pub(crate) fn lines(view: &SagaView<'_>, events: &[Recorded]) -> Vec<LineJson> {
    let Some(table) = pinned(view.open.table.as_str()) else { return Vec::new() };
    let lines = timeline(table, &World::from(*view), view.transaction, events);
    lines.iter().map(LineJson::of).collect()
}

impl LineJson {
    fn of(line: &Line<'_>) -> Self {
        let mark = match line.mark {
            Mark::Done => "done",
            Mark::Rejected => "rejected",
            Mark::Here => "here",
            Mark::Blocked => "blocked",
            Mark::Ahead => "ahead",
        };
        Self {
            row: line.row,
            leaving: line.leaving,
            mark,
            at: line.by.map(|by| by.event.recorded_at.to_string()),
            position: line.by.map(|by| by.position.0),
            actor: line.by.map(|by| by.event.actor.to_string()),
        }
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let dash = || "-".to_owned();
        vec![
            self.mark.to_owned(),
            if self.leaving { format!("^ {}", self.row) } else { self.row.to_owned() },
            self.at.clone().unwrap_or_else(dash),
            self.position.map_or_else(dash, |position| position.to_string()),
            self.actor.clone().unwrap_or_else(dash),
        ]
    }
}

impl WaitJson {
    fn of(wait: &Wait) -> Self {
        let (kind, row, due, words) = match wait {
            Wait::Answer { row, whose: Whose::Channel } => {
                ("answer", row, None, format!("payment channel ({row})"))
            }
            Wait::Answer { row, whose: Whose::Registrar } => {
                ("answer", row, None, format!("registrar ({row})"))
            }
            Wait::Word { row, due } => {
                let asked = due.map_or_else(String::new, |due| format!(", asked from {due}"));
                ("confirmation", row, *due, format!("registrar's confirmation ({row}){asked}"))
            }
            Wait::Timer(retry) => ("timer", &retry.row, Some(retry.due), timer(retry)),
            Wait::Operator { row, cause } => {
                ("operator", row, None, format!("operator ({row}: {})", cause.text))
            }
            Wait::Nobody { row } => ("nobody", row, None, format!("nobody ({row})")),
            Wait::UnknownTable { table } => {
                let words = format!("a newer program (table {table})");
                return Self { kind: "unknown_table", row: None, due: None, words };
            }
        };
        let due = due.map(|due| due.to_string());
        Self { kind, row: Some(row.clone()), due, words }
    }
}

fn timer(retry: &Retry) -> String {
    format!("timer at {} ({}, attempt {})", retry.due, retry.row, retry.attempt.saturating_add(1))
}
