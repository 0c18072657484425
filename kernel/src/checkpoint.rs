//! What a reader keeps, so that it fits the log that it was made of, or is not used.
//!
//! 1. A content stands behind a hash over it, the format and the event at its position: what is spoilt, or belongs
//!    to another log, fits nothing.
//! 2. It is stored in two places in turn. One that does not fit is reported, and the one before counts; without any
//!    the reader reads the log from its start.

use crate::store::{AppendError, Checkpoints, EventStore, Position, ReadError};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

const HASH: usize = 32;
const PLACES: [&str; 2] = ["a", "b"];

/// Who keeps something, and in which shape. Another format is another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// A name of its own in the store.
    pub name: &'static str,
    /// Raised when the content changes its shape.
    pub format: u32,
}

/// What [`Reader::load`] found: a fold, and the position that it is of.
#[derive(Debug)]
pub struct Checkpoint<T> {
    /// The newest that fits, and where it was made.
    pub content: Option<(Position, T)>,
    /// What is there and does not fit: for people.
    pub unfit: Vec<String>,
}

impl Reader {
    /// The newest content that fits the log.
    ///
    /// # Errors
    /// [`ReadError::Fault`] as for any read. What is damaged does not fit.
    pub async fn load<S, T>(self, store: &S) -> Result<Checkpoint<T>, ReadError>
    where
        S: EventStore + Checkpoints,
        T: DeserializeOwned,
    {
        let mut checkpoint = Checkpoint { content: None, unfit: Vec::new() };
        for place in PLACES {
            let name = self.at(place);
            let Some((at, bytes)) = store.load(&name).await? else { continue };
            if checkpoint.content.as_ref().is_some_and(|(newest, _)| *newest >= at) {
                continue;
            }
            let seal = self.seal(at, event_at(store, at).await?.as_deref());
            match open(&seal, &bytes) {
                Some(content) => checkpoint.content = Some((at, content)),
                None => checkpoint.unfit.push(format!("{name} at position {at}")),
            }
        }
        Ok(checkpoint)
    }

    /// Keeps a content that was made of the log up to there, in the place of the older one.
    ///
    /// # Errors
    /// [`AppendError`] as for any append; it costs the reader time and nothing else.
    pub async fn save<S>(
        self,
        store: &S,
        at: Position,
        content: &impl Serialize,
    ) -> Result<(), AppendError>
    where
        S: EventStore + Checkpoints,
    {
        let fault = |error: ReadError| AppendError::Fault(error.into());
        let seal = self.seal(at, event_at(store, at).await.map_err(fault)?.as_deref());
        let body = serde_json::to_vec(content).map_err(|error| AppendError::Fault(error.into()))?;
        let mut bytes = hash(&seal, &body).to_vec();
        bytes.extend(body);
        store.save(&self.older(store).await.map_err(fault)?, at, bytes).await
    }

    /// What is there and fits the log in no format up to this one: for people. A list of an earlier format is whole.
    ///
    /// # Errors
    /// [`ReadError::Fault`] as for any read.
    pub async fn unfit<S: EventStore + Checkpoints>(
        self,
        store: &S,
    ) -> Result<Vec<String>, ReadError> {
        let mut unfit = Vec::new();
        for place in PLACES {
            let name = self.at(place);
            let Some((at, bytes)) = store.load(&name).await? else { continue };
            let event = event_at(store, at).await?;
            let seal = |format| Self { format, ..self }.seal(at, event.as_deref());
            if !(0..=self.format).any(|format| body(&seal(format), &bytes).is_some()) {
                unfit.push(format!("{name} at position {at}"));
            }
        }
        Ok(unfit)
    }

    /// The place whose content may be lost: one that does not fit, or the older.
    async fn older<S: EventStore + Checkpoints>(self, store: &S) -> Result<String, ReadError> {
        let mut oldest = None;
        for place in PLACES {
            let name = self.at(place);
            let mut fits_at = None;
            if let Some((at, bytes)) = store.load(&name).await? {
                let seal = self.seal(at, event_at(store, at).await?.as_deref());
                fits_at = body(&seal, &bytes).map(|_| at);
            }
            if oldest.as_ref().is_none_or(|(older, _)| fits_at < *older) {
                oldest = Some((fits_at, name));
            }
        }
        Ok(oldest.map(|(_, name)| name).unwrap_or_default())
    }

    fn at(self, place: &str) -> String {
        format!("{}.{place}", self.name)
    }

    fn seal(self, at: Position, event: Option<&str>) -> String {
        format!("{} {} {at} {}\n", self.name, self.format, event.unwrap_or("-"))
    }
}

fn open<T: DeserializeOwned>(seal: &str, bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(body(seal, bytes)?).ok()
}

fn body<'b>(seal: &str, bytes: &'b [u8]) -> Option<&'b [u8]> {
    let (found, body) = bytes.split_at_checked(HASH)?;
    (hash(seal, body)[..] == *found).then_some(body)
}

fn hash(seal: &str, body: &[u8]) -> [u8; HASH] {
    let mut hash = Sha256::new();
    hash.update(seal);
    hash.update(body);
    hash.finalize().into()
}

/// The ID of the event at that position; none before the first, and none that can be named where it is damaged.
async fn event_at<S: EventStore>(store: &S, at: Position) -> Result<Option<String>, ReadError> {
    let before = Position(at.0.saturating_sub(1));
    let found = match store.read_all(before, 1).await {
        Ok(found) => found,
        Err(ReadError::Damaged { place, .. }) => return Ok(Some(format!("damaged {place}"))),
        Err(fault @ ReadError::Fault(_)) => return Err(fault),
    };
    let found = found.into_iter().find(|event| event.position == at);
    Ok(found.map(|event| event.event.event_id.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        envelope::{Actor, Chain, EventId, NewEvent, StreamName},
        memory_store::MemoryStore,
        store::{StreamAppend, Version},
        time::Timestamp,
    };

    const READER: Reader = Reader { name: "lamps", format: 1 };

    async fn log(events: u64, cause: &str) -> MemoryStore {
        let store = MemoryStore::default();
        let stream: StreamName = "lamp-1".parse().expect("a name");
        for nth in 0..events {
            let mut event = NewEvent {
                event_id: EventId([0; 16]),
                event_type: "lamp.lit".into(),
                schema: 1,
                correlation: "TX-1".parse().expect("a transaction"),
                process: "lamps".into(),
                causation: cause.into(),
                actor: Actor::Engine,
                trace_parent: None,
                occurred_at: Timestamp::from_micros(1),
                recorded_at: Timestamp::from_micros(2),
                trade_date: None,
                data: "{}".into(),
                chain: Chain::START,
            };
            event.seal(Chain::START, &stream, Version(nth + 1));
            let append = StreamAppend {
                stream: stream.clone(),
                expected: Version(nth),
                events: vec![event],
            };
            store.append(vec![append]).await.expect("an append");
        }
        store
    }

    async fn found(store: &MemoryStore) -> (Option<(u64, String)>, usize) {
        let checkpoint = READER.load::<_, String>(store).await.expect("a store that can be read");
        (checkpoint.content.map(|(at, content)| (at.0, content)), checkpoint.unfit.len())
    }

    async fn keep(store: &MemoryStore, at: u64, content: &str) {
        READER.save(store, Position(at), &content).await.expect("a save");
    }

    #[tokio::test]
    async fn the_newest_is_used_and_the_one_before_where_that_is_spoilt() {
        let store = log(4, "a").await;
        assert_eq!(found(&store).await, (None, 0));
        for at in 0..=4 {
            keep(&store, at, &format!("up to {at}")).await;
            assert_eq!(found(&store).await, (Some((at, format!("up to {at}"))), 0));
        }
        // The fifth stands in the first place.
        let (at, bytes) = store.load("lamps.a").await.expect("a read").expect("a content");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            store.save("lamps.a", at, flipped).await.expect("a save");
            assert_eq!(found(&store).await, (Some((3, "up to 3".to_owned())), 1), "bit {bit}");
        }
        store.save("lamps.a", at, Vec::new()).await.expect("a save");
        assert_eq!(found(&store).await, (Some((3, "up to 3".to_owned())), 1));
        store.save("lamps.a", Position(9), bytes).await.expect("a save");
        assert_eq!(
            found(&store).await,
            (Some((3, "up to 3".to_owned())), 1),
            "it was not made there"
        );
    }

    #[tokio::test]
    async fn what_was_made_of_another_log_or_in_another_format_does_not_fit() {
        let (one, other) = (log(4, "a").await, log(4, "b").await);
        keep(&one, 2, "of one").await;
        let (at, bytes) = one.load("lamps.a").await.expect("a read").expect("a content");
        other.save("lamps.a", at, bytes).await.expect("a save");
        assert_eq!(found(&other).await, (None, 1));
        let later = Reader { format: 2, ..READER };
        let checkpoint = later.load::<_, String>(&one).await.expect("a store that can be read");
        assert!(checkpoint.content.is_none() && checkpoint.unfit.len() == 1);
        // Who verifies a store finds nothing wrong with what an earlier program had left whole.
        let unfit =
            |reader: Reader, store| async move { reader.unfit(store).await.expect("a read") };
        assert_eq!(unfit(later, &one).await, Vec::<String>::new());
        assert_eq!(unfit(READER, &other).await, ["lamps.a at position 2"]);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_written_over_first_however_new_it_says_it_is() {
        let store = log(4, "a").await;
        for at in [1, 2] {
            keep(&store, at, "good").await;
        }
        store.save("lamps.b", Position(99), b"of another log".to_vec()).await.expect("a save");
        keep(&store, 3, "next").await;
        assert_eq!(found(&store).await, (Some((3, "next".to_owned())), 0));
    }
}
