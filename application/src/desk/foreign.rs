//! A saga of a kind that nobody registered: what its envelopes say, and whether its streams' links hold.

use super::{
    Registry, SagaRow,
    list::begins_foreign,
    reading::{Log, Next, damage_of, whole},
};
use fundflow_kernel::{
    envelope::{Chain, Recorded, StreamName},
    ids::TransactionId,
    store::{EventStore, ReadError, Version},
    streams::Damage,
};
use std::collections::BTreeMap;

/// A saga that nobody here can replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// What a list says of it.
    pub row: SagaRow,
    /// Its events, in commit order, of whichever stream.
    pub events: Vec<Recorded>,
    /// The streams that it wrote to, by name.
    pub streams: Vec<ForeignStream>,
}

/// A stream that such a saga wrote to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignStream {
    /// Under that name it stands in the store.
    pub stream: StreamName,
    /// Events of that saga in it.
    pub events: u64,
    /// Where a link does not hold, or what cannot be read; `None`: every link of it was verified.
    pub damage: Option<Damage>,
    /// Its category is of an aggregate that is registered, so that an audit folds it.
    pub known: bool,
}

/// The sagas with that transaction ID whose kinds nobody registered.
///
/// # Errors
/// The store cannot be read at all.
pub async fn foreign<S: EventStore>(
    store: &S,
    registry: &Registry,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<Vec<Foreign>, ReadError> {
    let mut found: BTreeMap<String, Foreign> = BTreeMap::new();
    let mut log = Log::after(store, fundflow_kernel::store::Position::START);
    loop {
        let page = match log.next(store).await? {
            Next::Events(page) => page,
            Next::Damaged(_) => continue,
            Next::End => break,
        };
        for event in page.into_iter().filter(|event| event.event.correlation == *transaction) {
            let process = event.event.process.clone();
            if kind.is_some_and(|kind| *kind != *process) {
                continue;
            }
            if let Some(saga) = found.get_mut(&*process) {
                saga.row.hear_foreign(&event);
                saga.events.push(event);
            } else if begins_foreign(registry, &event) {
                let row = SagaRow::foreign(&event);
                let saga = Foreign { row, events: vec![event], streams: Vec::new() };
                found.insert(process.to_string(), saga);
            }
        }
    }
    let mut sagas: Vec<Foreign> = found.into_values().collect();
    for saga in &mut sagas {
        let mut streams: BTreeMap<StreamName, u64> = BTreeMap::new();
        for event in &saga.events {
            let events = streams.entry(event.stream.clone()).or_default();
            *events = events.saturating_add(1);
        }
        for (stream, events) in streams {
            let known = registry.opener(stream.category()).is_some();
            let damage = links(store, &stream).await?;
            saga.streams.push(ForeignStream { stream, events, damage, known });
        }
    }
    Ok(sagas)
}

/// The kinds of those sagas.
pub(super) async fn foreign_kinds<S: EventStore>(
    store: &S,
    registry: &Registry,
    kind: Option<&str>,
    transaction: &TransactionId,
) -> Result<Vec<String>, ReadError> {
    let found = foreign(store, registry, kind, transaction).await?;
    Ok(found.into_iter().map(|saga| saga.row.kind.to_string()).collect())
}

/// The first place of the stream whose link does not follow from the one before.
async fn links<S: EventStore>(store: &S, name: &StreamName) -> Result<Option<Damage>, ReadError> {
    let events = match whole(store, name).await {
        Ok(events) => events,
        Err(error @ ReadError::Damaged { .. }) => return Ok(Some(damage_of(name, &error))),
        Err(fault @ ReadError::Fault(_)) => return Err(fault),
    };
    let (mut chain, mut version) = (Chain::START, Version::NONE);
    for event in &events {
        version = version.plus(1);
        let link = event.event.link(chain, name, version);
        if event.version != version || link != event.event.chain {
            let place = format!("{name} version {}", event.version).into();
            let what = format!("the link is {} and should be {link}", event.event.chain).into();
            return Ok(Some(Damage { place, what }));
        }
        chain = link;
    }
    Ok(None)
}
