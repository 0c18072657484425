//! An event in clear with its way to the root: one section of a bundle.

use crate::{
    lines::{LINE_MAX, Lines, Writer},
    refused::Refused,
    text::{date, escaped, instant, to_date, to_event_id, to_instant, unescaped},
};
use fundflow_kernel::{
    envelope::{Actor, Chain, NewEvent, Recorded},
    ids::TransactionId,
    merkle::Hash,
    store::{Position, Version},
};
use std::sync::Arc;

const TEXT: &str = "a text in its one form";
const INSTANT: &str = "an instant like 2026-03-02T01:00:00.000000Z";
const COUNT_MAX: u64 = i64::MAX.unsigned_abs();
/// No tree is higher.
const PATH_MAX: u64 = 64;

/// An event and what shows that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Its place among all events, from 0.
    pub index: u64,
    /// The event; its position is the index and 1.
    pub recorded: Recorded,
    /// The link before its own in its stream.
    pub before: Chain,
    /// From its leaf to the root.
    pub path: Vec<Hash>,
}

/// An event that a bundle cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{stream} version {version} cannot be written: {what}")]
pub struct Unwritable {
    stream: String,
    version: Version,
    what: &'static str,
}

impl Unwritable {
    pub(crate) fn of(recorded: &Recorded, what: &'static str) -> Self {
        Self { stream: recorded.stream.to_string(), version: recorded.version, what }
    }
}

impl Proven {
    /// Whether it can be written at all.
    pub(crate) fn is_writable(&self) -> Result<(), Unwritable> {
        let event = &self.recorded.event;
        let refuse = |what| Err(Unwritable::of(&self.recorded, what));
        if instant(event.occurred_at).is_none() || instant(event.recorded_at).is_none() {
            return refuse("an instant of it is not of the years 1 to 9999");
        }
        if event.trade_date.is_some_and(|day| date(day).is_none()) {
            return refuse("its trade date is not of the years 1 to 9999");
        }
        // Every character may become three of its bytes.
        let texts = [&*event.event_type, &event.causation, &event.process, &event.data];
        let trace = event.trace_parent.as_deref().unwrap_or_default();
        let too_long = |text: &str| escaped(text).len() + 64 > LINE_MAX;
        let who = event.actor.to_string();
        if texts.into_iter().any(too_long) || too_long(trace) || too_long(&who) {
            return refuse("a line would be longer than a mebibyte");
        }
        Ok(())
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        let Recorded { stream, version, event, .. } = &self.recorded;
        out.begin("event");
        out.put("index", self.index);
        out.put("stream", stream);
        out.put("version", version);
        out.put("event_type", escaped(&event.event_type));
        out.put("schema", event.schema);
        out.put("correlation", &event.correlation);
        out.put("process", escaped(&event.process));
        out.put("causation", escaped(&event.causation));
        out.put("actor", escaped(&event.actor.to_string()));
        out.put("trace_parent", escaped(event.trace_parent.as_deref().unwrap_or_default()));
        out.put("occurred_at", instant(event.occurred_at).unwrap_or_default());
        out.put("recorded_at", instant(event.recorded_at).unwrap_or_default());
        out.put("trade_date", event.trade_date.and_then(date).unwrap_or_default());
        out.put("data", escaped(&event.data));
        out.put("before", self.before);
        out.put("link", event.chain);
        out.put("event_id", event.event_id);
        out.path(&self.path);
        out.end();
    }

    pub(crate) fn read(lines: &mut Lines<'_>) -> Result<Self, Refused> {
        lines.begin("event")?;
        let index = lines.number("index", 0..=COUNT_MAX - 1)?;
        let stream = lines.field("stream", "CATEGORY-ID", |it| it.parse().ok())?;
        let version = Version(lines.number("version", 1..=COUNT_MAX)?);
        let event_type = lines.field("event_type", TEXT, unescaped)?.into();
        let schema = lines.number("schema", 0..=u64::from(u16::MAX))?;
        let correlation: TransactionId =
            lines.field("correlation", "1 to 64 of A-Z a-z 0-9 . _ -", |it| it.parse().ok())?;
        let process = lines.field("process", TEXT, unescaped)?.into();
        let causation = lines.field("causation", TEXT, unescaped)?.into();
        let allowed = "engine, investor:WHO, counterparty:WHO or operator:WHO";
        let actor: Actor = lines.field("actor", allowed, |it| unescaped(it)?.parse().ok())?;
        let trace: Arc<str> = lines.field("trace_parent", TEXT, unescaped)?.into();
        let occurred_at = lines.field("occurred_at", INSTANT, to_instant)?;
        let recorded_at = lines.field("recorded_at", INSTANT, to_instant)?;
        let trade_date = lines.field("trade_date", "a date like 2026-03-02, or none", |it| {
            if it.is_empty() { Some(None) } else { to_date(it).map(Some) }
        })?;
        let data = lines.field("data", TEXT, unescaped)?.into();
        let before = Chain(lines.hash("before")?);
        let chain = Chain(lines.hash("link")?);
        let event_id = lines.field("event_id", "an event ID", to_event_id)?;
        let path = lines.path(PATH_MAX)?;
        lines.end()?;
        let event = NewEvent {
            event_id,
            event_type,
            schema: u16::try_from(schema).unwrap_or_default(),
            correlation,
            process,
            causation,
            actor,
            trace_parent: (!trace.is_empty()).then_some(trace),
            occurred_at,
            recorded_at,
            trade_date,
            data,
            chain,
        };
        let recorded = Recorded { position: Position(index + 1), stream, version, event };
        Ok(Self { index, recorded, before, path })
    }
}
