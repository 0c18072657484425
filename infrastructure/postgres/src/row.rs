//! An event from its row; the columns are those of `sql/read_all.sql`.

use chrono::NaiveDate;
use fundflow_kernel::{
    envelope::{Chain, EventId, NewEvent, Recorded, StreamName},
    ids::TransactionId,
    store::{Position, ReadError, Version},
    time::Timestamp,
};
use std::{borrow::Cow, sync::Arc};
use tokio_postgres::{Row, types::FromSql};

/// A count as the server keeps it. No store reaches 2^63 events.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A column of a row that is not an event.
pub(crate) fn column<'row, T: FromSql<'row>>(row: &'row Row, index: usize) -> Result<T, ReadError> {
    let damaged = |error: tokio_postgres::Error| ReadError::Damaged {
        place: "a row of the server".into(),
        what: error.to_string(),
    };
    row.try_get(index).map_err(damaged)
}

/// The event of a row.
pub(crate) fn event(row: &Row) -> Result<Recorded, ReadError> {
    decode(row).map_err(|what| {
        let place = row.try_get::<_, i64>(0);
        let place = place.map_or_else(|_| "a position".into(), |at| format!("position {at}"));
        ReadError::Damaged { place, what }
    })
}

fn decode(row: &Row) -> Result<Recorded, String> {
    let stream = StreamName::try_from(Arc::<str>::from(get::<&str>(row, 1)?)).map_err(text)?;
    let event = NewEvent {
        event_id: EventId(bytes(row, 5)?),
        event_type: Cow::Owned(get(row, 3)?),
        schema: number::<i32, _>(row, 4)?,
        correlation: TransactionId::new(get::<&str>(row, 6)?).map_err(text)?,
        process: get::<&str>(row, 7)?.into(),
        causation: get::<&str>(row, 8)?.into(),
        actor: get::<&str>(row, 9)?.parse().map_err(text)?,
        trace_parent: get::<Option<&str>>(row, 10)?.map(Into::into),
        occurred_at: instant(row, 11)?,
        recorded_at: instant(row, 12)?,
        trade_date: get::<Option<NaiveDate>>(row, 13)?,
        data: get::<&str>(row, 14)?.into(),
        chain: Chain(bytes(row, 15)?),
    };
    let position = Position(number::<i64, _>(row, 0)?);
    let version = Version(number::<i64, _>(row, 2)?);
    Ok(Recorded { position, stream, version, event })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn get<'row, T: FromSql<'row>>(row: &'row Row, index: usize) -> Result<T, String> {
    row.try_get(index).map_err(|error| format!("column {index}: {error}"))
}

fn number<'row, F, N>(row: &'row Row, index: usize) -> Result<N, String>
where
    F: FromSql<'row> + Copy + std::fmt::Display,
    N: TryFrom<F>,
{
    let found: F = get(row, index)?;
    N::try_from(found).map_err(|_| format!("column {index}: {found} is out of range"))
}

/// Of the years that can be written; nothing is decided or waited for by another one.
fn instant(row: &Row, index: usize) -> Result<Timestamp, String> {
    let micros: i64 = get(row, index)?;
    let outside = || format!("column {index}: {micros} is outside of the years 1 to 9999");
    Timestamp::from_stored(micros).ok_or_else(outside)
}

fn bytes<const N: usize>(row: &Row, index: usize) -> Result<[u8; N], String> {
    let found: &[u8] = get(row, index)?;
    found.try_into().map_err(|_| format!("column {index}: {} bytes, not {N}", found.len()))
}
