//! Sagas of kinds that this program does not know: what their envelopes say, and nothing that would
//! look as if it were all.
//!
//! Their streams, their links and the runtime's own notes (parked, resumed) can be read by anybody.
//! Their plans, their rules and whether they are over only a program knows that registers the kind.

use crate::{
    args::Format,
    event_json::{EventJson, HEADER, cells},
    reading::{Failure, complain, json, pairs, table},
    saga_words::SagaRow,
};
use fundflow_application::desk::{Foreign, ForeignStream};
use serde::Serialize;
use std::{collections::BTreeMap, io::Write};

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: SagaRow,
    streams: Vec<StreamJson<'a>>,
    events: Vec<EventJson<'a>>,
    /// What an operator may do is for a program that knows the kind.
    actions: [String; 0],
}

#[derive(Serialize)]
struct StreamJson<'a> {
    stream: &'a str,
    events: u64,
    links: String,
}

/// Shows sagas of one transaction ID, each of another kind.
pub(crate) fn show(sagas: &[Foreign], format: Format, out: &mut impl Write) -> Result<(), Failure> {
    for saga in sagas {
        let shown = Shown {
            row: SagaRow::foreign(&saga.row),
            streams: saga.streams.iter().map(StreamJson::of).collect(),
            events: saga.events.iter().map(EventJson::from).collect(),
            actions: [],
        };
        match format {
            Format::Json => json(out, &shown)?,
            Format::Table => print(saga, &shown, out)?,
        }
    }
    complain(&note(sagas.iter().map(|saga| &*saga.row.kind)));
    Ok(())
}

fn print(saga: &Foreign, shown: &Shown<'_>, out: &mut impl Write) -> Result<(), Failure> {
    let row = &shown.row;
    let mut facts = vec![
        ("transaction", row.transaction.to_string()),
        ("kind", row.kind.to_string()),
        ("asked", row.summary.to_string()),
        ("by", row.requester.to_string()),
        ("T", row.trade_date.clone().unwrap_or_else(|| "-".to_owned())),
        ("placed", row.since.to_string()),
        ("moved", row.moved.to_string()),
        ("state", row.state.clone()),
        ("stands at", row.stands_at.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    if let Some((at, cause)) = &row.parked {
        facts.push(("parked", format!("at {at}: {} ({})", cause.text, cause.code)));
    }
    pairs(out, &facts)?;
    writeln!(out)?;
    let streams = shown.streams.iter();
    let line =
        |it: &StreamJson<'_>| vec![it.stream.to_owned(), it.events.to_string(), it.links.clone()];
    table(out, &["STREAM", "EVENTS ", "LINKS"], streams.map(line))?;
    writeln!(out)?;
    table(out, HEADER, saga.events.iter().map(cells))
}

impl<'a> StreamJson<'a> {
    fn of(it: &'a ForeignStream) -> Self {
        let links = match &it.damage {
            None => "verified".to_owned(),
            Some(damage) => format!("{}: {}", damage.place, damage.what),
        };
        Self { stream: it.stream.as_str(), events: it.events, links }
    }
}

/// Says once of each kind that it is not known; nothing where all are.
pub(crate) fn note<'a>(kinds: impl Iterator<Item = &'a str>) -> String {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds {
        let sagas = counted.entry(kind).or_default();
        *sagas = sagas.saturating_add(1);
    }
    let line = |(kind, sagas): (&str, usize)| {
        let noun = if sagas == 1 { "saga" } else { "sagas" };
        format!(
            "{sagas} {noun} of kind {kind}: decisions not checked, this program does not know \
             that kind; its own program knows more\n"
        )
    };
    counted.into_iter().map(line).collect()
}
