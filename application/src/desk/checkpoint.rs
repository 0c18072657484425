//! The list of sagas, saved in the store, so that the next one who asks reads only what came since.
//!
//! 1. What is saved stands behind its own hash, names the kinds that it was made with, and the last
//!    event that is in it. What does not fit is as good as nothing: the list is built again.
//! 2. It is a cache. A store that cannot keep it costs time and nothing else.

use super::{Registry, SagaRow};
use fundflow_kernel::store::{Checkpoints, EventStore, Position, ReadError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const READER: &str = "desk.sagas";
const FORMAT: u32 = 5;
const HASH: usize = 32;

#[derive(Serialize, Deserialize)]
struct Saved<R> {
    format: u32,
    kinds: Vec<String>,
    /// The ID of the last event that is in it; none before the first.
    last: Option<String>,
    rows: R,
}

/// The rows that were saved, and up to which position they speak; `None` where nothing fits.
pub(super) async fn load<S: EventStore + Checkpoints>(
    store: &S,
    registry: &Registry,
) -> Result<Option<(Position, Vec<SagaRow>)>, ReadError> {
    let Some((at, bytes)) = store.load(READER).await? else { return Ok(None) };
    let Some(saved) = sound(&bytes) else { return Ok(None) };
    let fits = saved.format == FORMAT && saved.kinds == registry.names();
    if fits && saved.last == event_at(store, at).await? {
        return Ok(Some((at, saved.rows)));
    }
    Ok(None)
}

fn sound(bytes: &[u8]) -> Option<Saved<Vec<SagaRow>>> {
    let (hash, body) = bytes.split_at_checked(HASH)?;
    (Sha256::digest(body)[..] == *hash).then_some(())?;
    serde_json::from_slice(body).ok()
}

/// The ID of the event at that position. One that cannot be read fits nothing.
async fn event_at<S: EventStore>(store: &S, at: Position) -> Result<Option<String>, ReadError> {
    let before = Position(at.0.saturating_sub(1));
    let found = match store.read_all(before, 1).await {
        Ok(found) => found,
        Err(ReadError::Damaged { place, .. }) => return Ok(Some(place)),
        Err(fault @ ReadError::Fault(_)) => return Err(fault),
    };
    let found = found.into_iter().find(|event| event.position == at);
    Ok(found.map(|event| event.event.event_id.to_string()))
}

/// Keeps the rows as they are at that position. Returns whether they were saved.
pub(super) async fn save<S: EventStore + Checkpoints>(
    store: &S,
    registry: &Registry,
    at: Position,
    rows: Vec<&SagaRow>,
) -> bool {
    let Ok(last) = event_at(store, at).await else { return false };
    let kinds = registry.names().into_iter().map(str::to_owned).collect();
    let saved = Saved { format: FORMAT, kinds, last, rows };
    let Ok(body) = serde_json::to_vec(&saved) else { return false };
    let mut bytes = Sha256::digest(&body).to_vec();
    bytes.extend(body);
    store.save(READER, at, bytes).await.is_ok()
}
