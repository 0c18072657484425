//! What surrounds a fact: which stream, who, why, when, and the link of the chain.
//!
//! 1. The chain covers everything but the position: changing, removing or reordering any stored
//!    event of a stream breaks every later link of it.
//! 2. The event ID is the beginning of the event's own link. The same event at the same place always
//!    has the same ID, so that a retried append is recognised, and another event there never has.
//! 3. `process` and `correlation` say together whose event it is: the kind of saga and the
//!    transaction, in every stream that the saga writes, also in one that several sagas share.

use crate::{
    ids::{IdError, TransactionId},
    store::{Position, Version},
    time::Timestamp,
};
use chrono::{Datelike as _, NaiveDate};
use foldhash::quality::RandomState;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    cell::Cell,
    cmp::Ordering,
    fmt,
    fmt::Write as _,
    hash::{BuildHasher as _, Hash, Hasher},
    str::FromStr,
    sync::{Arc, LazyLock},
};

thread_local! {
    /// Room in which names are put together, so that each is one allocation of its own length.
    static ROOM: Cell<String> = const { Cell::new(String::new()) };
}

/// `{category}-{id}`: one aggregate's events.
///
/// A name is looked up far more often than it is made, so it is hashed once. The hash differs from
/// process to process and is never stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct StreamName {
    text: Arc<str>,
    hash: u64,
}

impl StreamName {
    /// Of an aggregate. The category holds no `-`; the ID may.
    pub fn of(category: &'static str, id: &dyn fmt::Display) -> Self {
        let mut name = ROOM.take();
        name.clear();
        name.push_str(category);
        name.push('-');
        // Writing into a text cannot fail.
        let _ = write!(name, "{id}");
        let named = Self::named(name.as_str().into());
        ROOM.set(name);
        named
    }

    fn named(text: Arc<str>) -> Self {
        static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
        let hash = SEED.hash_one(&*text);
        Self { text, hash }
    }

    /// The part before the first `-`.
    pub fn category(&self) -> &str {
        self.text.split_once('-').map_or("", |(category, _)| category)
    }

    /// The part after the first `-`.
    pub fn id(&self) -> &str {
        Self::id_of(&self.text)
    }

    /// That part of a name.
    pub fn id_of(name: &str) -> &str {
        name.split_once('-').map_or("", |(_, id)| id)
    }

    /// The whole name, category and ID.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Most of the time one allocation is compared with itself.
impl PartialEq for StreamName {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (Arc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }
}

impl Eq for StreamName {}

impl Hash for StreamName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for StreamName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StreamName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("StreamName").field(&self.text).finish()
    }
}

impl TryFrom<Arc<str>> for StreamName {
    type Error = IdError;
    fn try_from(text: Arc<str>) -> Result<Self, IdError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let named = text.split_once('-').is_some_and(|(c, id)| !c.is_empty() && !id.is_empty());
        if named && text.len() <= 120 && text.bytes().all(plain) {
            return Ok(Self::named(text));
        }
        let value = text.chars().take(80).collect();
        Err(IdError { what: "a stream name", value, allowed: "{category}-{id}, at most 120 bytes" })
    }
}

impl From<StreamName> for Arc<str> {
    fn from(name: StreamName) -> Arc<str> {
        name.text
    }
}

impl FromStr for StreamName {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(Arc::<str>::from(text))
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.text)
    }
}

/// The first 128 bits of the event's link in its stream's chain; shown as a UUID (version 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 16]);

impl EventId {
    /// The one ID of the event whose link this is. Two writers that saw the same stream and learned
    /// different things do not look like one writer that repeats itself.
    pub fn of(link: Chain) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&link.0[..16]);
        id[6] = id[6] & 0x0f | 0x80; // UUID version 8: the maker's own scheme
        id[8] = id[8] & 0x3f | 0x80; // RFC 9562 variant
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                out.write_str("-")?;
            }
            write!(out, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Who brought an event about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "who", rename_all = "snake_case")]
pub enum Actor {
    /// Who asked for the transaction, by ID, through the service that embeds the engine. Stored and printed as
    /// `investor`, which the requesters of the shipped sagas are.
    #[serde(rename = "investor")]
    Requester(Arc<str>),
    /// A payment channel or registrar, by name.
    Counterparty(Arc<str>),
    /// A person with the admin command, by name.
    Operator(Arc<str>),
    /// The engine itself: a saga's next step, a timer.
    Engine,
}

impl fmt::Display for Actor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Requester(who) => write!(out, "investor:{who}"),
            Actor::Counterparty(who) => write!(out, "counterparty:{who}"),
            Actor::Operator(who) => write!(out, "operator:{who}"),
            Actor::Engine => out.write_str("engine"),
        }
    }
}

impl FromStr for Actor {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once(':') {
            Some(("investor", who)) => Ok(Actor::Requester(who.into())),
            Some(("counterparty", who)) => Ok(Actor::Counterparty(who.into())),
            Some(("operator", who)) => Ok(Actor::Operator(who.into())),
            None if text == "engine" => Ok(Actor::Engine),
            _ => Err(IdError {
                what: "an actor",
                value: text.to_owned(),
                allowed: "engine, investor:ID, counterparty:NAME or operator:NAME",
            }),
        }
    }
}

/// A link of a stream's chain: SHA-256 over the link before and the event's own canonical bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// Before a stream's first event.
    pub const START: Self = Self([0; 32]);
}

impl fmt::Display for Chain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// An event on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Follows from the link; see [`EventId::of`].
    pub event_id: EventId,
    /// `{category}.{what_happened}`; never renamed.
    pub event_type: Cow<'static, str>,
    /// Of the payload; raised when its shape changes.
    pub schema: u16,
    /// The transaction that it belongs to.
    pub correlation: TransactionId,
    /// The kind of saga that it belongs to: the category of that saga's own stream.
    pub process: Arc<str>,
    /// The command, answer or operator action that brought it about.
    pub causation: Arc<str>,
    /// Requester, operator, counterparty or engine.
    pub actor: Actor,
    /// W3C trace context of the request, if the caller gave one.
    pub trace_parent: Option<Arc<str>>,
    /// The business instant: when it happened out there.
    pub occurred_at: Timestamp,
    /// When the engine took note, by its clock.
    pub recorded_at: Timestamp,
    /// The business day (T) that the event belongs to, where it belongs to one.
    pub trade_date: Option<NaiveDate>,
    /// The payload: one JSON object. Shared by whoever copies the event.
    pub data: Arc<str>,
    /// Covers all of the above and the link before.
    pub chain: Chain,
}

/// A part of the canonical bytes, behind its length.
fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

/// The same of a length that is known to the compiler, which then writes it without a call.
fn put_fixed<const LEN: usize>(bytes: &mut Vec<u8>, part: [u8; LEN]) {
    bytes.extend_from_slice(&(LEN as u64).to_be_bytes());
    bytes.extend_from_slice(&part);
}

impl NewEvent {
    /// Links the event behind `before`, at `version` of `stream`, and names it after its link.
    pub fn seal(&mut self, before: Chain, stream: &StreamName, version: Version) {
        self.chain = self.link(before, stream, version);
        self.event_id = EventId::of(self.chain);
    }

    /// The link that follows `before` for this event at `version` of `stream`. Canonical bytes are
    /// the link before, the place, and every field but ID and link in the order of the struct, each
    /// behind its length as eight big-endian bytes.
    pub fn link(&self, before: Chain, stream: &StreamName, version: Version) -> Chain {
        let mut bytes = Vec::with_capacity(self.data.len() + 480);
        let (kind, who) = match &self.actor {
            Actor::Requester(who) => (b"i", who.as_bytes()),
            Actor::Counterparty(who) => (b"c", who.as_bytes()),
            Actor::Operator(who) => (b"o", who.as_bytes()),
            Actor::Engine => (b"e", &b""[..]),
        };
        put_fixed(&mut bytes, before.0);
        put(&mut bytes, stream.as_str().as_bytes());
        put_fixed(&mut bytes, version.0.to_be_bytes());
        put(&mut bytes, self.event_type.as_bytes());
        put_fixed(&mut bytes, self.schema.to_be_bytes());
        put(&mut bytes, self.correlation.as_str().as_bytes());
        put(&mut bytes, self.process.as_bytes());
        put(&mut bytes, self.causation.as_bytes());
        put_fixed(&mut bytes, *kind);
        put(&mut bytes, who);
        put(&mut bytes, self.trace_parent.as_deref().unwrap_or_default().as_bytes());
        put_fixed(&mut bytes, self.occurred_at.micros().to_be_bytes());
        put_fixed(&mut bytes, self.recorded_at.micros().to_be_bytes());
        let days = self.trade_date.map(|day| day.num_days_from_ce());
        put_fixed(&mut bytes, days.unwrap_or_default().to_be_bytes());
        put(&mut bytes, self.data.as_bytes());
        Chain(Sha256::digest(&bytes).into())
    }
}

/// An event as the store gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place among all events, from 1.
    pub position: Position,
    /// The stream that it is in.
    pub stream: StreamName,
    /// Its place in its stream, from 1.
    pub version: Version,
    /// The event as it was appended.
    pub event: NewEvent,
}
