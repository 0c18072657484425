//! A saga in the words of its table: where it stands, what it waits for, what is in flight.

use fundflow::runtime::{
    liveness::Wait,
    process::Retry,
    saga::{OpenEnd, Saga as _},
    timeline::{Line, Mark, Part},
};
use fundflow_application::desk::{self, Listed, Shown};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_kernel::{cause::Cause, envelope::Recorded};
use fundflow_sagas::{clearing::Clearing, day_cut::DayCut, income::Income};
use serde::Serialize;
use std::{iter, sync::Arc};

/// A job of a fund, and no order of an investor.
pub(crate) fn is_income(row: &desk::SagaRow) -> bool {
    *row.kind == *Income::KIND
}

/// Work of the house that no row of a day asked for, and that waits for a person.
pub(crate) fn is_stuck_at_home(row: &desk::SagaRow) -> bool {
    row.state() == desk::State::Parked && [DayCut::KIND, Clearing::KIND].contains(&&*row.kind)
}

/// What it waits for, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct WaitJson {
    pub(crate) kind: &'static str,
    pub(crate) row: Option<Arc<str>>,
    pub(crate) due: Option<String>,
    pub(crate) words: String,
    /// Beside the reason, in a list.
    #[serde(skip)]
    brief: Option<String>,
}

/// Money or shares under way.
#[derive(Debug, Serialize)]
pub(crate) struct EndJson {
    pub(crate) name: Arc<str>,
    pub(crate) worth: String,
    /// What that is counted in, where the saga says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
}

/// One saga in a list.
#[derive(Debug, Serialize)]
pub(crate) struct SagaRow {
    pub(crate) kind: Arc<str>,
    pub(crate) transaction: TransactionId,
    /// Who asked for the saga.
    pub(crate) requester: Arc<str>,
    /// What was asked, in one line.
    pub(crate) summary: Arc<str>,
    pub(crate) trade_date: Option<String>,
    /// `open`, `parked`, or how it ended.
    pub(crate) state: String,
    /// Row and cause, while it waits for a person.
    pub(crate) parked: Option<(Arc<str>, Cause)>,
    /// Why it did not go through.
    pub(crate) failure: Option<Cause>,
    pub(crate) since: Timestamp,
    pub(crate) moved: Timestamp,
    /// The row where it stands; none when it is over.
    pub(crate) stands_at: Option<String>,
    pub(crate) waits_for: Vec<WaitJson>,
    pub(crate) in_flight: Vec<EndJson>,
}

/// One line of the timeline, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct LineJson {
    pub(crate) row: &'static str,
    pub(crate) part: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) at: Option<String>,
    pub(crate) position: Option<u64>,
    pub(crate) actor: Option<String>,
}

/// `open`, `parked`, or how it ended.
fn state(parked: bool, ending: Option<&str>) -> String {
    match (parked, ending) {
        (true, _) => "parked".to_owned(),
        (false, Some(ending)) => ending_words(ending),
        (false, None) => "open".to_owned(),
    }
}

/// `discount_purchase.kept_in_wallet` as people read it.
pub(crate) fn ending_words(ending: &str) -> String {
    let short = ending.split_once('.').map_or(ending, |(_, short)| short);
    short.replace('_', " ")
}

/// What the money of a redemption buys, as the event says that it is taken back.
pub(crate) const TARGET: &str = "target";

/// Whether what is taken back last is that.
pub(crate) fn is_of_target<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> bool {
    let asked = events.into_iter().filter(|it| it.event.event_type.ends_with(".cancel_asked"));
    asked.last().is_some_and(|it| {
        let body = serde_json::from_str::<serde_json::Value>(&it.event.data).ok();
        body.is_some_and(|body| body.get("scope").is_some_and(|scope| scope == TARGET))
    })
}

/// Why the registrar does not take back what was to be taken back, if it said so: `all` of a transaction,
/// or its `conversion`. What it said of the one, where that was asked for, says nothing of the other.
pub(crate) fn cancel_refused<'a>(
    events: impl IntoIterator<Item = &'a Recorded>,
    scope: &str,
) -> Option<String> {
    let (mut asked, mut refused) = (Vec::new(), Vec::new());
    for event in events {
        let event_type = &event.event.event_type;
        let body = || serde_json::from_str::<serde_json::Value>(&event.event.data).ok();
        let text = |at| Some(body()?.pointer(at)?.as_str()?.to_owned());
        if event_type.ends_with(".cancel_asked") {
            asked.extend(text("/scope"));
        } else if event_type.ends_with(".cancel_refused") {
            let why = text("/cause/text");
            let why = why.unwrap_or_else(|| "the registrar does not take it back".to_owned());
            refused.push((asked.last().cloned(), why));
        }
    }
    // Asked once the shares were redeemed, all of it is the target.
    let scope = if asked.last().is_some_and(|it| it == TARGET) { TARGET } else { scope };
    let was_asked = asked.iter().any(|it| it == scope);
    let of_it = |(of, _): &(Option<String>, String)| !was_asked || of.as_deref() == Some(scope);
    refused.into_iter().rfind(of_it).map(|(_, why)| why)
}

impl SagaRow {
    pub(crate) fn of(shown: &Shown) -> Self {
        let look = &shown.look;
        let stands = (!look.finished).then_some(look.stands_at);
        Self {
            kind: look.id.kind.into(),
            transaction: look.id.transaction.clone(),
            requester: look.requester.clone(),
            summary: look.summary.as_str().into(),
            trade_date: look.business_date.map(|day| day.to_string()),
            state: state(look.parked.is_some(), look.ending),
            parked: look.parked.clone(),
            failure: look.failure.clone(),
            since: shown.since,
            moved: shown.moved,
            stands_at: stands.map(str::to_owned),
            waits_for: look.waits.iter().map(WaitJson::of).collect(),
            in_flight: ends(&look.open_ends, &look.units),
        }
    }

    /// Of a kind that this program does not know.
    pub(crate) fn foreign(row: &desk::SagaRow) -> Self {
        Self::listed(&Listed { row: row.clone(), stands: None, damage: None })
    }

    pub(crate) fn listed(listed: &Listed) -> Self {
        let desk::SagaRow { kind, transaction, requester, summary, day, .. } = &listed.row;
        let (row, stands) = (&listed.row, listed.stands.as_ref());
        let parked = row.parked.as_ref();
        let at = stands.map(|stands| stands.at.to_owned());
        let damage = || listed.damage.as_ref().map(ToString::to_string);
        let foreign = row.foreign.as_ref().map(|last| format!("after {last}"));
        Self {
            kind: kind.clone(),
            transaction: transaction.clone(),
            requester: requester.clone(),
            summary: summary.clone(),
            trade_date: day.map(|day| day.to_string()),
            state: match row.state() {
                desk::State::Unknown => row.state().name().to_owned(),
                desk::State::Open | desk::State::Parked | desk::State::Ended => {
                    state(parked.is_some(), row.ending.as_deref())
                }
            },
            parked: parked.map(|parked| (parked.row.clone(), parked.cause.clone())),
            failure: row.failure.clone(),
            since: row.since,
            moved: row.moved,
            stands_at: at.or_else(damage).or(foreign),
            waits_for: stands
                .map(|it| it.waits.iter().map(WaitJson::of).collect())
                .unwrap_or_default(),
            in_flight: match stands {
                Some(stands) => ends(&stands.open_ends, &stands.units),
                None => ends(&row.by_hand, &row.by_hand_units),
            },
        }
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        vec![
            self.kind.to_string(),
            self.transaction.to_string(),
            self.summary.to_string(),
            self.trade_date.clone().unwrap_or_else(dash),
            self.state.clone(),
            self.stands_at.clone().unwrap_or_else(dash),
            self.waits_in_short(),
            in_flight(&self.in_flight),
            self.because(),
        ]
    }

    /// What it is parked for, or why it did not go through.
    fn because(&self) -> String {
        let cause = self.parked.as_ref().map(|(_, cause)| cause).or(self.failure.as_ref());
        cause.map_or_else(dash, |cause| cause.text.to_string())
    }

    pub(crate) fn waits(&self) -> String {
        let words: Vec<_> = self.waits_for.iter().map(|wait| wait.words.as_str()).collect();
        if words.is_empty() { dash() } else { words.join("; ") }
    }

    /// Without the reason, which stands in a column of its own.
    fn waits_in_short(&self) -> String {
        let words = self.waits_for.iter().map(|it| it.brief.as_ref().unwrap_or(&it.words).as_str());
        let words: Vec<_> = words.collect();
        if words.is_empty() { dash() } else { words.join("; ") }
    }
}

pub(crate) const HEADER: &[&str] = &[
    "KIND",
    "TRANSACTION",
    "ASKED",
    "T",
    "STATE",
    "STANDS AT",
    "WAITS FOR",
    "IN FLIGHT",
    "BECAUSE",
];

fn dash() -> String {
    "-".to_owned()
}

pub(crate) fn ends(open: &[OpenEnd], units: &[Option<String>]) -> Vec<EndJson> {
    let units = units.iter().cloned().chain(iter::repeat(None));
    let end = |(end, unit): (&OpenEnd, Option<String>)| EndJson {
        name: end.name.clone(),
        worth: end.worth.to_string(),
        unit,
    };
    open.iter().zip(units).map(end).collect()
}

pub(crate) fn in_flight(ends: &[EndJson]) -> String {
    if ends.is_empty() {
        return dash();
    }
    let end = |end: &EndJson| match &end.unit {
        Some(unit) => format!("{} {unit} ({})", end.worth, end.name),
        None => format!("{} ({})", end.worth, end.name),
    };
    ends.iter().map(end).collect::<Vec<_>>().join(", ")
}

impl LineJson {
    pub(crate) fn of(line: &Line) -> Self {
        let mark = match line.mark {
            Mark::Done => "done",
            Mark::Rejected => "rejected",
            Mark::Here => "here",
            Mark::Blocked => "blocked",
            Mark::Ahead => "ahead",
        };
        let part = match line.part {
            Part::Row => "row",
            Part::WayOut => "way_out",
            Part::Beside => "beside",
        };
        let by = line.by.as_ref();
        Self {
            row: line.row,
            part,
            mark,
            at: by.map(|by| by.event.recorded_at.to_string()),
            position: by.map(|by| by.position.0),
            actor: by.map(|by| by.event.actor.to_string()),
        }
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let row = match self.part {
            "way_out" => format!("^ {}", self.row),
            "beside" => format!("| {}", self.row),
            _ => self.row.to_owned(),
        };
        vec![
            self.mark.to_owned(),
            row,
            self.at.clone().unwrap_or_else(dash),
            self.position.map_or_else(dash, |position| position.to_string()),
            self.actor.clone().unwrap_or_else(dash),
        ]
    }
}

impl WaitJson {
    fn of(wait: &Wait) -> Self {
        let mut brief = None;
        let (kind, due, words) = match wait {
            Wait::Answer { row, port } => ("answer", None, format!("{port} ({row})")),
            Wait::Word { row, port, asks } => {
                let asked = asks.map_or_else(String::new, |due| format!(", asked from {due}"));
                ("confirmation", *asks, format!("{port}'s word ({row}){asked}"))
            }
            Wait::Time { row, due } => {
                let at = due.map_or_else(|| "its time".to_owned(), |due| due.to_string());
                ("time", *due, format!("{at} ({row})"))
            }
            Wait::Timer(retry) => ("timer", Some(retry.due), timer(retry)),
            Wait::Operator { row, cause, asked } => {
                let meanwhile = asked
                    .as_ref()
                    .map_or_else(String::new, |port| format!("; {port} is asked meanwhile"));
                brief = Some(format!("operator ({row}){meanwhile}"));
                ("operator", None, format!("operator ({row}: {}){meanwhile}", cause.text))
            }
            Wait::Requester { row } => {
                ("requester", None, format!("whoever asked for it, who has paused it ({row})"))
            }
            Wait::Others { row } => ("others", None, format!("what others bring ({row})")),
            Wait::Nobody { row } => ("nobody", None, format!("nobody ({row})")),
            Wait::UnknownTable { table } => {
                ("unknown_table", None, format!("a newer program (table {table})"))
            }
        };
        let due = due.map(|due| due.to_string());
        Self { kind, row: wait.row().cloned(), due, words, brief }
    }
}

fn timer(retry: &Retry) -> String {
    format!("timer at {} ({}, attempt {})", retry.due, retry.row, retry.attempt.saturating_add(1))
}
