//! An event as a row, both ways. The meaning of each column is in `docs/STORE_FORMAT.md`.
//!
//! Two columns are shorter than what they stand for: `actor` is `e`, or `i:`, `c:`, `o:` and a name;
//! `correlation` is a number *n* when the transaction ID is the first *n* bytes of the stream's ID,
//! which it is for every order and purchase, and the text itself otherwise.

use chrono::{Datelike as _, NaiveDate};
use fundflow_kernel::counted::counted;
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, Recorded, StreamName},
    ids::TransactionId,
    store::{Position, ReadError, Version},
    time::Timestamp,
};
use rusqlite::{Row, Statement, types::ValueRef};
use std::{borrow::Cow, fmt::Write as _, sync::Arc};

/// Days from 0001-01-01, which chrono counts as day 1, to 1970-01-01.
const EPOCH_DAY: i32 = 719_163;

/// What the writer adds to an event.
pub(super) struct Place<'a> {
    pub(super) position: Position,
    pub(super) name: &'a StreamName,
    pub(super) stream: i64,
    pub(super) version: Version,
    pub(super) event_type: i64,
}

/// Inserts one event; `scratch` only lives from event to event to save an allocation.
pub(super) fn insert(
    insert: &mut Statement<'_>,
    place: &Place<'_>,
    event: &NewEvent,
    scratch: &mut String,
) -> rusqlite::Result<()> {
    let mut column = 0;
    let mut bind = |value: &dyn rusqlite::ToSql| {
        column += 1;
        insert.raw_bind_parameter(column, value)
    };
    bind(&signed(place.position.0))?;
    bind(&place.stream)?;
    bind(&signed(place.version.0))?;
    bind(&place.event_type)?;
    bind(&event.schema)?;
    bind(&&event.event_id.0[..])?;
    let correlation = event.correlation.as_str();
    if place.name.id().starts_with(correlation) {
        bind(&signed(correlation.len() as u64))?;
    } else {
        bind(&correlation)?;
    }
    bind(&&*event.process)?;
    bind(&&*event.causation)?;
    write_actor(&event.actor, scratch);
    bind(&scratch.as_str())?;
    bind(&event.trace_parent.as_deref())?;
    bind(&event.occurred_at.micros())?;
    bind(&event.recorded_at.micros())?;
    bind(&event.trade_date.map(|day| day.num_days_from_ce() - EPOCH_DAY))?;
    bind(&&*event.data)?;
    bind(&&event.chain.0[..])?;
    insert.raw_execute().map(drop)
}

/// A count as SQLite keeps it. No store reaches 2^63 events.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn write_actor(actor: &Actor, text: &mut String) {
    text.clear();
    let (kind, who) = match actor {
        Actor::Requester(who) => ("i:", who),
        Actor::Counterparty(who) => ("c:", who),
        Actor::Operator(who) => ("o:", who),
        Actor::Engine => return text.push('e'),
    };
    text.push_str(kind);
    text.push_str(who);
}

fn read_actor(text: &str) -> Option<Actor> {
    match text.split_at_checked(2) {
        Some(("i:", who)) => Some(Actor::Requester(who.into())),
        Some(("c:", who)) => Some(Actor::Counterparty(who.into())),
        Some(("o:", who)) => Some(Actor::Operator(who.into())),
        None if text == "e" => Some(Actor::Engine),
        _ => None,
    }
}

/// A row of `read_all.sql` and its siblings, whose numbers for names are still to be looked up.
pub(super) struct Numbers {
    pub(super) position: i64,
    pub(super) stream: i64,
    pub(super) event_type: i64,
}

/// The numbers of a row.
pub(super) fn numbers(row: &Row<'_>) -> rusqlite::Result<Numbers> {
    Ok(Numbers { position: row.get(0)?, stream: row.get(1)?, event_type: row.get(3)? })
}

/// The kind of saga of a row, as it stands there: few kinds, so the reader shares their texts.
pub(super) fn process<'row>(row: &'row Row<'_>) -> Result<&'row str, ReadError> {
    text(row, 7).map_err(|what| damaged(row, what))
}

/// The event of a row.
pub(super) fn event(
    row: &Row<'_>,
    stream: StreamName,
    event_type: Cow<'static, str>,
    process: Arc<str>,
) -> Result<Recorded, ReadError> {
    decode(row, stream, event_type, process).map_err(|what| damaged(row, what))
}

fn damaged(row: &Row<'_>, what: String) -> ReadError {
    let mut place = String::from("position ");
    // Writing to a string cannot fail; an unreadable position is left blank.
    let _ = row.get::<_, i64>(0).map(|position| write!(place, "{position}"));
    ReadError::Damaged { place, what }
}

fn decode(
    row: &Row<'_>,
    stream: StreamName,
    event_type: Cow<'static, str>,
    process: Arc<str>,
) -> Result<Recorded, String> {
    let correlation = match column(row, 6)? {
        ValueRef::Integer(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            stream.id().get(..length).ok_or("a correlation longer than the stream's ID")?
        }
        value => value.as_str().map_err(|error| error.to_string())?,
    };
    let correlation = TransactionId::new(correlation).map_err(|error| error.to_string())?;
    let event = NewEvent {
        event_id: EventId(bytes(row, 5)?),
        event_type,
        schema: number(row, 4)?,
        correlation,
        process,
        causation: text(row, 8)?.into(),
        actor: read_actor(text(row, 9)?).ok_or("an actor of no known kind")?,
        trace_parent: match column(row, 10)? {
            ValueRef::Null => None,
            value => Some(Arc::from(value.as_str().map_err(|error| error.to_string())?)),
        },
        occurred_at: instant(row, 11)?,
        recorded_at: instant(row, 12)?,
        trade_date: trade_date(column(row, 13)?)?,
        data: text(row, 14)?.into(),
        chain: Chain(bytes(row, 15)?),
    };
    let (position, version) = (Position(number(row, 0)?), Version(number(row, 2)?));
    Ok(Recorded { position, stream, version, event })
}

/// Of the years that can be written; nothing is decided or waited for by another one.
fn instant(row: &Row<'_>, index: usize) -> Result<Timestamp, String> {
    let micros = number(row, index)?;
    let outside = || format!("column {index}: {micros} is outside of the years 1 to 9999");
    Timestamp::from_stored(micros).ok_or_else(outside)
}

fn trade_date(value: ValueRef<'_>) -> Result<Option<NaiveDate>, String> {
    if value == ValueRef::Null {
        return Ok(None);
    }
    let days = value.as_i64().map_err(|error| error.to_string())?;
    let days = i32::try_from(days).ok().and_then(|days| days.checked_add(EPOCH_DAY));
    let date =
        days.and_then(NaiveDate::from_num_days_from_ce_opt).ok_or("a date of no calendar")?;
    Ok(Some(date))
}

fn column<'row>(row: &'row Row<'_>, index: usize) -> Result<ValueRef<'row>, String> {
    row.get_ref(index).map_err(|error| error.to_string())
}

fn text<'row>(row: &'row Row<'_>, index: usize) -> Result<&'row str, String> {
    column(row, index)?.as_str().map_err(|error| format!("column {index}: {error}"))
}

fn number<N: TryFrom<i64>>(row: &Row<'_>, index: usize) -> Result<N, String> {
    let number =
        column(row, index)?.as_i64().map_err(|error| format!("column {index}: {error}"))?;
    N::try_from(number).map_err(|_| format!("column {index}: {number} is out of range"))
}

fn bytes<const N: usize>(row: &Row<'_>, index: usize) -> Result<[u8; N], String> {
    let bytes =
        column(row, index)?.as_blob().map_err(|error| format!("column {index}: {error}"))?;
    bytes
        .try_into()
        .map_err(|_| format!("column {index}: {}, not {N}", counted(bytes.len(), "byte", "bytes")))
}
