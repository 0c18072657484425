//! Reads whole streams, and the log past what is damaged.

use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    loaded::with_sources,
    store::{EventStore, Position, ReadError, Version},
    streams::Damage,
};

pub(crate) const PAGE: u32 = 1024;

/// All events of a stream.
pub(crate) async fn whole<S: EventStore>(
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

/// What keeps a stream from being read.
pub(crate) fn damage_of(stream: &StreamName, error: &ReadError) -> Damage {
    match error {
        ReadError::Damaged { place, what } => {
            Damage { place: place.as_str().into(), what: what.as_str().into() }
        }
        fault @ ReadError::Fault(_) => {
            Damage { place: stream.as_str().into(), what: with_sources(fault).into() }
        }
    }
}

/// The log from a position on, as far as it was committed when the reading began.
#[derive(Debug)]
pub(crate) struct Log {
    /// The last position that was read or passed over.
    pub(crate) at: Position,
    /// Position at which the reading ends.
    pub(crate) head: Position,
    limit: u32,
    unread: Option<String>,
}

/// What is there next.
#[derive(Debug)]
pub(crate) enum Next {
    /// In commit order, not empty.
    Events(Vec<Recorded>),
    /// A place that cannot be read, said once.
    Damaged(Damage),
    /// The end of the log, or of the streams that were asked for.
    End,
}

impl Log {
    pub(crate) fn after<S: EventStore>(store: &S, at: Position) -> Self {
        Self { at, head: *store.head().borrow(), limit: 2 * PAGE, unread: None }
    }

    /// # Errors
    /// [`ReadError::Fault`]; what is damaged is passed over, one position at a time.
    pub(crate) async fn next<S: EventStore>(&mut self, store: &S) -> Result<Next, ReadError> {
        while self.at < self.head {
            match store.read_all(self.at, self.limit).await {
                Ok(mut page) => {
                    page.retain(|event| event.position <= self.head);
                    let Some(last) = page.last() else { break };
                    (self.at, self.limit) = (last.position, 2 * PAGE);
                    return Ok(Next::Events(page));
                }
                Err(ReadError::Damaged { .. }) if self.limit > 1 => self.limit = 1,
                Err(ReadError::Damaged { place, what }) => {
                    self.at = Position(self.at.0.saturating_add(1));
                    // Passing over one position at a time meets the same row until it lies behind.
                    if self.unread.as_ref() != Some(&place) {
                        self.unread = Some(place.clone());
                        let (place, what) = (place.into(), what.into());
                        return Ok(Next::Damaged(Damage { place, what }));
                    }
                }
                Err(fault @ ReadError::Fault(_)) => return Err(fault),
            }
        }
        Ok(Next::End)
    }
}
