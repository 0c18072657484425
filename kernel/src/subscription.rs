//! All events from a position on: first those that are there, then each as it is committed.
//!
//! 1. No event is missed and none is given twice, because the position moves only with what was
//!    given, and a commit that falls between looking and waiting is seen by the wait.
//! 2. Events come in batches that are never empty; a slow reader gets fuller ones, and holds
//!    nothing up.
//! 3. Waiting may be cancelled at any point. What was not given is given the next time.
//!
//! Where it has come to is the reader's to keep (see `Checkpoints`), together with what it made of
//! the events.

use crate::{
    envelope::Recorded,
    store::{EventStore, Position, ReadError},
};
use std::num::NonZeroU32;
use tokio::sync::watch;

/// One reader of all events.
#[derive(Debug)]
pub struct Subscription<S> {
    store: S,
    head: watch::Receiver<Position>,
    after: Position,
    limit: NonZeroU32,
}

impl<S: EventStore> Subscription<S> {
    /// From the first event after `after`, in batches of at most `limit`.
    pub fn new(store: S, after: Position, limit: NonZeroU32) -> Self {
        let head = store.head();
        Self { store, head, after, limit }
    }

    /// The position of the last event given.
    pub fn position(&self) -> Position {
        self.after
    }

    /// The next events; waits until there are some.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] if the store gives events out of order, [`ReadError::Fault`] if it
    /// cannot be read or was closed. The position stays, so the same call may be repeated.
    pub async fn next(&mut self) -> Result<Vec<Recorded>, ReadError> {
        loop {
            // Marked as seen before looking: what is committed from here on ends the wait below.
            self.head.borrow_and_update();
            let events = self.store.read_all(self.after, self.limit.get()).await?;
            if let Some(last) = events.last() {
                let last = last.position;
                self.check_order(&events)?;
                self.after = last;
                return Ok(events);
            }
            self.head.changed().await.map_err(|closed| ReadError::Fault(closed.into()))?;
        }
    }

    fn check_order(&self, events: &[Recorded]) -> Result<(), ReadError> {
        let mut before = self.after;
        for event in events {
            if event.position <= before {
                return Err(ReadError::Damaged {
                    place: format!("position {}", event.position),
                    what: format!("it was given after position {before}"),
                });
            }
            before = event.position;
        }
        Ok(())
    }
}
