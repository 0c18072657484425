//! The list of sagas, saved in the store, so that the next one who asks reads only what came since.
//!
//! It names the kinds that it was made with. What does not fit them, or the log, is as good as nothing: the list is
//! built again. A store that cannot keep it costs time and nothing else.

use super::{Registry, SagaRow};
use fundflow_kernel::{
    checkpoint::Reader,
    store::{Checkpoints, EventStore, Position, ReadError},
};
use serde::{Deserialize, Serialize};

const READER: Reader = Reader { name: "desk.sagas", format: 5 };

#[derive(Serialize, Deserialize)]
struct Saved<R> {
    kinds: Vec<String>,
    rows: R,
}

/// The rows that were saved, and up to which position they speak; `None` where nothing fits.
pub(super) async fn load<S: EventStore + Checkpoints>(
    store: &S,
    registry: &Registry,
) -> Result<Option<(Position, Vec<SagaRow>)>, ReadError> {
    let checkpoint = READER.load::<_, Saved<Vec<SagaRow>>>(store).await?;
    let fits = checkpoint.content.filter(|(_, saved)| saved.kinds == registry.names());
    Ok(fits.map(|(at, saved)| (at, saved.rows)))
}

/// Keeps the rows as they are at that position. Returns whether they were saved.
pub(super) async fn save<S: EventStore + Checkpoints>(
    store: &S,
    registry: &Registry,
    at: Position,
    rows: Vec<&SagaRow>,
) -> bool {
    let kinds = registry.names().into_iter().map(str::to_owned).collect();
    READER.save(store, at, &Saved { kinds, rows }).await.is_ok()
}
