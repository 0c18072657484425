//! One batch, judged against where its streams end: what it adds, or why nothing of it.

use super::Failed;
use crate::{
    connection::Connection,
    ends::{End, Judged},
    row::{column, signed},
    rows::{Mark, Rows},
    sql,
    state::State,
};
use fundflow_kernel::{
    envelope::StreamName,
    store::{AppendError, Position, StreamAppend, Version},
};
use std::sync::Arc;

/// An append that was added.
struct Added<'w> {
    append: &'w StreamAppend,
    id: i64,
    first: bool,
}

/// What one append comes to: the position of its last event, and what was added for it.
type One<'w> = Result<(Position, Option<Added<'w>>), AppendError>;

/// Adds the whole batch to the rows, or nothing of it. Returns the position of its last event, or why it may not be
/// appended.
pub(super) async fn add<'w>(
    connection: &Connection,
    state: &mut State,
    rows: &mut Rows<'w>,
    batch: &'w [StreamAppend],
) -> Result<Result<Position, AppendError>, Failed> {
    let mark = rows.mark();
    let mut added = Vec::new();
    let mut last = Position::START;
    for append in batch {
        match add_one(connection, state, rows, append).await? {
            Ok((position, written)) => {
                last = last.max(position);
                added.extend(written);
            }
            Err(refused) => {
                take_back(state, rows, mark, added);
                return Ok(Err(refused));
            }
        }
    }
    Ok(Ok(last))
}

async fn add_one<'w>(
    connection: &Connection,
    state: &mut State,
    rows: &mut Rows<'w>,
    append: &'w StreamAppend,
) -> Result<One<'w>, Failed> {
    let conflict = |actual: Version| {
        let (stream, expected) = (append.stream.clone(), append.expected);
        Ok(Err(AppendError::Conflict { stream, expected, actual: Some(actual) }))
    };
    match state.ends.judge(append) {
        Judged::Follows { id, first } => {
            // A name that could not be read back must not be written: `StreamName::of` trusts its caller.
            let name = StreamName::try_from(Arc::<str>::from(append.stream.clone()));
            if let (true, Err(error)) = (first, name) {
                return Ok(Err(AppendError::Fault(error.into())));
            }
            if first {
                rows.stream(id, append);
            }
            let position = write(state, rows, append, id);
            state.ends.move_on(append, id);
            Ok(Ok((position, Some(Added { append, id, first }))))
        }
        Judged::Elsewhere(end) => match repeated(connection, rows, append, end).await? {
            Some(position) => Ok(Ok((position, None))),
            None => conflict(end.version),
        },
        Judged::Nowhere => conflict(Version::NONE),
    }
}

fn write<'w>(
    state: &mut State,
    rows: &mut Rows<'w>,
    append: &'w StreamAppend,
    id: i64,
) -> Position {
    for (index, event) in append.events.iter().enumerate() {
        let known = state.types.get(&*event.event_type).copied();
        let event_type = known.unwrap_or_else(|| {
            let new = i32::try_from(state.types.len() + 1).unwrap_or(i32::MAX);
            state.types.insert(event.event_type.as_ref().into(), new);
            rows.event_type(new, &event.event_type);
            new
        });
        let version = append.expected.plus(index + 1);
        rows.event((id, append.stream.as_str(), version), event_type, event);
    }
    rows.head()
}

fn take_back<'w>(state: &mut State, rows: &mut Rows<'w>, mark: Mark, added: Vec<Added<'w>>) {
    for name in rows.back_to(mark) {
        state.types.remove(name);
    }
    for Added { append, id, first } in added.into_iter().rev() {
        state.ends.move_back(append, id, first);
    }
}

/// The position of the last of these events, if all of them are where they want to go: on the server, or in this group.
async fn repeated(
    connection: &Connection,
    rows: &Rows<'_>,
    append: &StreamAppend,
    end: End,
) -> Result<Option<Position>, Failed> {
    let (from, most) = (signed(append.expected.0), signed(append.events.len() as u64));
    let stored = connection.query(sql::STORED_IDS, &[&end.id, &from, &most]).await?;
    let mut there: Vec<(Position, &[u8])> = Vec::with_capacity(stored.len());
    for row in &stored {
        let position = Position(column::<i64>(row, 0)?.unsigned_abs());
        there.push((position, column(row, 1)?));
    }
    // Those of this group are the last ones of the stream.
    let in_group = rows.of_stream(end.id).count() as u64;
    let before_group = end.version.0.saturating_sub(in_group);
    let skipped = append.expected.0.saturating_sub(before_group);
    there.extend(rows.of_stream(end.id).skip(usize::try_from(skipped).unwrap_or(usize::MAX)));
    let mut last = None;
    for (nth, event) in append.events.iter().enumerate() {
        match there.get(nth) {
            Some((position, id)) if **id == event.event_id.0 => last = Some(*position),
            _ => return Ok(None),
        }
    }
    Ok(last)
}
