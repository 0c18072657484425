//! One saga as a whole, read from its own streams.

use super::{
    DeskError, Registry,
    foreign::foreign_kinds,
    reading::{damage_of, whole},
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    store::{EventStore, Position, ReadError},
    time::Timestamp,
};
use fundflow_runtime::{
    kind::Kind,
    look::{Look, LookError},
};
use std::sync::Arc;

/// One saga and its own events.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Everything that its log says.
    pub look: Look,
    /// Its events, in commit order, of whichever stream; not those of others in shared streams.
    pub events: Vec<Recorded>,
    /// The position of the last of them: what an operator names to say what was seen.
    pub version: Position,
    /// Instant of `prepared`.
    pub since: Timestamp,
    /// When its last event was recorded.
    pub moved: Timestamp,
}

/// The kind that has a saga under that transaction ID.
///
/// # Errors
/// [`DeskError`]: none has, several have, or the kind that was named is unknown.
pub async fn find<S: EventStore>(
    store: &S,
    registry: &Registry,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<Arc<dyn Kind>, DeskError> {
    let candidates: Vec<&Arc<dyn Kind>> = match kind {
        Some(name) => registry.get(name).into_iter().collect(),
        None => registry.kinds().collect(),
    };
    match &having(store, candidates, transaction).await[..] {
        [] => Err(missing(store, registry, kind, transaction).await?),
        [kind] => Ok(Arc::clone(kind)),
        several => {
            let kinds = several.iter().map(|kind| kind.name()).collect();
            Err(DeskError::Ambiguous { transaction: transaction.clone(), kinds })
        }
    }
}

/// Those of the kinds that have it.
async fn having<'a, S: EventStore>(
    store: &S,
    kinds: Vec<&'a Arc<dyn Kind>>,
    transaction: &TransactionId,
) -> Vec<&'a Arc<dyn Kind>> {
    let mut found = Vec::new();
    for kind in kinds {
        let stream = StreamName::of(kind.name(), transaction);
        let first = store.read(&stream, fundflow_kernel::store::Version::NONE, 1).await;
        // One that cannot be read is there all the same.
        if !matches!(first, Ok(events) if events.is_empty()) {
            found.push(kind);
        }
    }
    found
}

/// Why no registered kind has it, or not the one that was named.
async fn missing<S: EventStore>(
    store: &S,
    registry: &Registry,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<DeskError, DeskError> {
    let kinds = foreign_kinds(store, registry, kind, transaction).await?;
    let transaction = transaction.clone();
    if !kinds.is_empty() {
        return Ok(DeskError::Foreign { transaction, kinds });
    }
    let Some(named) = kind.map(|kind| registry.known(kind)).transpose()? else {
        return Ok(DeskError::NotFound { transaction });
    };
    let others = having(store, registry.kinds().collect(), &transaction).await;
    let kinds: Vec<&'static str> = others.iter().map(|kind| kind.name()).collect();
    Ok(if kinds.is_empty() {
        DeskError::NotFound { transaction }
    } else {
        DeskError::AnotherKind { transaction, asked: named.name(), kinds }
    })
}

/// Everything about one saga.
///
/// # Errors
/// [`DeskError`]: it is not there, or a stream of it is damaged.
pub async fn show<S: EventStore>(
    store: &S,
    registry: &Registry,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<Shown, DeskError> {
    let registry = registry.renewed(store).await?;
    let kind = find(store, &registry, kind, transaction).await?;
    look_at(store, kind.as_ref(), transaction).await
}

pub(crate) async fn look_at<S: EventStore>(
    store: &S,
    kind: &dyn Kind,
    transaction: &TransactionId,
) -> Result<Shown, DeskError> {
    let mut events = all_of(store, kind, transaction).await?;
    let look = kind.look(transaction, &events)?;
    let own = |event: &Recorded| {
        event.event.correlation == *transaction && *event.event.process == *kind.name()
    };
    events.retain(own);
    events.sort_by_key(|event| event.position);
    let (first, last) = (events.first(), events.last());
    Ok(Shown {
        since: first.map_or_else(Timestamp::default, |event| event.event.recorded_at),
        moved: last.map_or_else(Timestamp::default, |event| event.event.recorded_at),
        version: last.map_or(Position::START, |event| event.position),
        look,
        events,
    })
}

/// The events of all streams that it ever worked on.
pub(crate) async fn all_of<S: EventStore>(
    store: &S,
    kind: &dyn Kind,
    transaction: &TransactionId,
) -> Result<Vec<Recorded>, DeskError> {
    let process = StreamName::of(kind.name(), transaction);
    let mut events = read(store, &process).await?;
    for stream in kind.streams_of(transaction, &events) {
        if stream != process {
            events.extend(read(store, &stream).await?);
        }
    }
    Ok(events)
}

async fn read<S: EventStore>(store: &S, stream: &StreamName) -> Result<Vec<Recorded>, DeskError> {
    whole(store, stream).await.map_err(|error| match error {
        damaged @ ReadError::Damaged { .. } => {
            LookError::Damaged(damage_of(stream, &damaged)).into()
        }
        fault @ ReadError::Fault(_) => fault.into(),
    })
}
