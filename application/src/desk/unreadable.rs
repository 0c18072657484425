//! Events that no command could use, whatever precedes them.

use super::{
    Registry,
    reading::{Log, Next},
};
use fundflow_kernel::{
    envelope::Recorded,
    loaded::with_sources,
    store::{EventStore, Position, ReadError},
    streams::Damage,
};

/// Every event that cannot be read, of all categories that the registry knows: its row, its schema, a field of its body.
/// Whether one can follow those before it is an audit's to say.
///
/// # Errors
/// [`ReadError::Fault`]; what is damaged is an answer.
pub async fn unreadable<S: EventStore>(
    store: &S,
    registry: &Registry,
) -> Result<Vec<Damage>, ReadError> {
    let (mut log, mut found) = (Log::after(store, Position::START), Vec::new());
    loop {
        match log.next(store).await? {
            Next::Events(page) => found.extend(page.iter().filter_map(|event| {
                let opener = registry.opener(event.stream.category())?;
                let why = opener.check_event(&event.event).err()?;
                let Recorded { stream, version, position, .. } = event;
                let place = format!("{stream} version {version} (position {position})").into();
                Some(Damage { place, what: with_sources(&why).into() })
            })),
            Next::Damaged(damage) => found.push(damage),
            Next::End => return Ok(found),
        }
    }
}
