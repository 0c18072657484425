//! One saga, read from its own streams and in the words of its table, whatever its kind.

use crate::{
    reading::Failure,
    registry::{Registered, Sagas},
};
use fundflow::runtime::{
    kind::Kind,
    look::{Look, LookError},
};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, ReadError, Version},
};

const PAGE: u32 = 512;

/// A saga as its log has it.
pub(crate) struct Seen {
    pub(crate) look: Look,
    /// Every event of every stream that it works on, in commit order.
    pub(crate) events: Vec<Recorded>,
}

impl Seen {
    /// Its own events: others use the same wallet.
    pub(crate) fn own(&self) -> impl DoubleEndedIterator<Item = &Recorded> {
        let Look { id, .. } = &self.look;
        self.events.iter().filter(|it| {
            it.event.correlation == id.transaction && *it.event.process == *id.kind
        })
    }

    /// The position of its last event: who saw this has seen everything.
    pub(crate) fn version(&self) -> u64 {
        self.own().next_back().map_or(0, |last| last.position.0)
    }

    pub(crate) fn since(&self) -> Timestamp {
        self.own().next().map_or_else(Timestamp::default, |first| first.event.recorded_at)
    }

    pub(crate) fn moved(&self) -> Timestamp {
        self.own().next_back().map_or_else(Timestamp::default, |last| last.event.recorded_at)
    }
}

/// The saga of that transaction; `None` where nothing was prepared.
pub(crate) async fn see<S: EventStore>(
    store: &S,
    kind: &dyn Kind,
    transaction: &TransactionId,
) -> Result<Option<Seen>, Failure> {
    let process = history(store, &StreamName::of(kind.name(), transaction)).await?;
    if process.is_empty() {
        return Ok(None);
    }
    let mut events = Vec::new();
    for stream in kind.streams_of(transaction, &process) {
        if stream.category() != kind.name() {
            events.extend(history(store, &stream).await?);
        }
    }
    events.extend(process);
    events.sort_by_key(|event| event.position);
    match kind.look(transaction, &events) {
        Ok(look) => Ok(Some(Seen { look, events })),
        Err(LookError::Unknown(_)) => Ok(None),
        Err(error) => Err(Failure::Engine(format!(
            "{error}; `fundflow audit verify` looks at everything"
        ))),
    }
}

/// The sagas of that transaction: one, unless several kinds were asked for under one ID.
pub(crate) async fn find<'a, S: EventStore>(
    store: &S,
    sagas: &'a Sagas,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<Option<(&'a Registered, Seen)>, Failure> {
    let mut found = Vec::new();
    for registered in sagas.iter().filter(|it| kind.is_none_or(|kind| it.kind.name() == kind)) {
        if let Some(seen) = see(store, &*registered.kind, transaction).await? {
            found.push((registered, seen));
        }
    }
    if found.len() > 1 {
        let kinds: Vec<_> = found.iter().map(|(it, _)| it.kind.name()).collect();
        return Err(Failure::Typed(format!(
            "{transaction} stands for several sagas; add --kind, one of: {}",
            kinds.join(", ")
        )));
    }
    Ok(found.pop())
}

/// All events of a stream.
pub(crate) async fn history<S: EventStore>(
    store: &S,
    stream: &StreamName,
) -> Result<Vec<Recorded>, ReadError> {
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let page = store.read(stream, Version(events.len() as u64), PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        events.extend(page);
        if is_last {
            return Ok(events);
        }
    }
}

/// A kind that was typed, if the program knows it.
pub(crate) fn known(sagas: &Sagas, kind: Option<&str>) -> Result<(), Failure> {
    match kind.filter(|kind| sagas.of(kind).is_none()) {
        None => Ok(()),
        Some(kind) => Err(Failure::Typed(format!(
            "{kind:?} is no kind of saga here; write one of: {}",
            sagas.names()
        ))),
    }
}

/// The transactions of every saga of a kind, in the order of their names.
pub(crate) fn transactions(store: &SqliteStore, kind: &str) -> Result<Vec<TransactionId>, Failure> {
    // `.` follows `-` in the order of bytes, and no category holds either.
    let streams = store.stream_names(&format!("{kind}-"), &format!("{kind}."))?;
    Ok(streams.iter().filter_map(|stream| stream.id().parse().ok()).collect())
}
