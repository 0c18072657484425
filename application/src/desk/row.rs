//! A saga in a list: what its envelopes and its process stream say, and nothing that would need a
//! replay.
//!
//! ```text
//! open --parked--> parked --resumed | landing chosen--> open --one of its endings--> ended
//! ```
//!
//! A saga can be parked after its end, for what it still owes.

use chrono::NaiveDate;
use fundflow_kernel::{
    cause::Cause,
    envelope::{Actor, Recorded},
    ids::TransactionId,
    store::Position,
    time::Timestamp,
};
use fundflow_runtime::{kind::Kind, saga::OpenEnd};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Row and cause, while a person is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// The row of its table.
    pub row: Arc<str>,
    /// Why it waits for a person, in the words that were stored.
    pub cause: Cause,
}

/// How a saga is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was prepared, and is not over.
    Open,
    /// A person is waited for.
    Parked,
    /// Over; it may still owe something.
    Ended,
    /// Of a kind that nobody registered: whether it is over, nobody here can say.
    Unknown,
}

impl State {
    /// Name in tables and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Parked => "parked",
            State::Ended => "ended",
            State::Unknown => "unknown",
        }
    }
}

/// One saga in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaRow {
    /// The category of its process stream.
    pub kind: Arc<str>,
    /// The transaction ID, which the caller made.
    pub transaction: TransactionId,
    /// Who asked for it: an investor, mostly.
    pub requester: Arc<str>,
    /// What was asked, in one line; what holds now where that was changed, once it was looked at.
    pub summary: Arc<str>,
    /// While it waits for a person.
    pub parked: Option<Parked>,
    /// Why it does not go through, or did not, or brought less than was asked for; of what is under way,
    /// known once it was looked at.
    pub failure: Option<Cause>,
    /// The stored type of its ending, if it is over.
    pub ending: Option<Arc<str>>,
    /// The business day that its last event belongs to.
    pub day: Option<NaiveDate>,
    /// Instant of `prepared`.
    pub since: Timestamp,
    /// When its last event was recorded, in whichever stream.
    pub moved: Timestamp,
    /// The position of its last event, in whichever stream: its version.
    pub version: Position,
    /// It was seen to be over and to owe nothing at that version.
    pub settled: bool,
    /// What was left then for persons who took it over.
    pub by_hand: Vec<OpenEnd>,
    /// What each of them is counted in, in the same order.
    pub by_hand_units: Vec<Option<String>>,
    /// Of a kind that nobody registered: the type of its own stream's last event, which is all that
    /// can be said of where it stands.
    pub foreign: Option<Arc<str>>,
}

impl SagaRow {
    /// Whether it waits for a person, and so.
    pub(super) fn parked_as(&self, so: impl Fn(&Parked) -> bool) -> bool {
        self.parked.as_ref().is_some_and(so)
    }

    /// How it is, in one word.
    pub const fn state(&self) -> State {
        match (&self.parked, &self.ending, &self.foreign) {
            (Some(_), _, _) => State::Parked,
            (None, Some(_), _) => State::Ended,
            (None, None, Some(_)) => State::Unknown,
            (None, None, None) => State::Open,
        }
    }

    /// How it ended, without its kind: `completed`.
    pub fn ending_name(&self) -> Option<&str> {
        let ending = self.ending.as_deref()?;
        Some(ending.split_once('.').map_or(ending, |(_, name)| name))
    }

    /// The row of a saga whose first event that is. What its kind cannot read is said in its place.
    pub(super) fn prepared(kind: &dyn Kind, event: &Recorded) -> Self {
        let new = &event.event;
        let look = kind.look(&new.correlation, std::slice::from_ref(event));
        let (requester, summary) = match look {
            Ok(look) => (look.requester, look.summary.into()),
            Err(error) => ("?".into(), error.to_string().into()),
        };
        Self {
            kind: kind.name().into(),
            transaction: new.correlation.clone(),
            requester,
            summary,
            parked: None,
            failure: None,
            ending: None,
            day: new.trade_date,
            since: new.recorded_at,
            moved: new.recorded_at,
            version: event.position,
            settled: false,
            by_hand: Vec::new(),
            by_hand_units: Vec::new(),
            foreign: None,
        }
    }

    /// The row of a saga of a kind that nobody registered, whose first event that is.
    pub(super) fn foreign(event: &Recorded) -> Self {
        let new = &event.event;
        Self {
            kind: new.process.clone(),
            transaction: new.correlation.clone(),
            requester: match &new.actor {
                Actor::Requester(who) => who.clone(),
                other @ (Actor::Counterparty(_) | Actor::Operator(_) | Actor::Engine) => {
                    other.to_string().into()
                }
            },
            summary: not_known(&new.process).into(),
            parked: None,
            failure: None,
            ending: None,
            day: new.trade_date,
            since: new.recorded_at,
            moved: new.recorded_at,
            version: event.position,
            settled: false,
            by_hand: Vec::new(),
            by_hand_units: Vec::new(),
            foreign: Some(new.event_type.clone().into()),
        }
    }

    /// What the runtime writes for every kind is read for one that nobody registered, too.
    pub(super) fn hear_foreign(&mut self, event: &Recorded) {
        self.moves(event);
        if event.stream.category() != &*self.kind {
            return;
        }
        let event_type = event.event.event_type.as_ref();
        match event_type.strip_prefix(&*self.kind).and_then(|rest| rest.strip_prefix('.')) {
            Some("parked") => self.parked = serde_json::from_str(&event.event.data).ok(),
            Some("resumed" | "landing_chosen" | "abandoned") => self.parked = None,
            Some(_) | None => {}
        }
        self.foreign = Some(event_type.into());
    }

    fn moves(&mut self, event: &Recorded) {
        let new = &event.event;
        self.moved = new.recorded_at;
        self.version = event.position;
        self.settled = false;
        self.by_hand.clear();
        self.by_hand_units.clear();
        self.day = new.trade_date.or(self.day);
    }

    /// Takes in an event of the saga, of any of its streams.
    pub(super) fn hear(&mut self, kind: &dyn Kind, event: &Recorded) {
        self.moves(event);
        let new = &event.event;
        if event.stream.category() != kind.name() {
            return;
        }
        let (names, event_type) = (kind.names(), new.event_type.as_ref());
        if event_type == names.parked {
            self.parked = serde_json::from_str(&new.data).ok();
        } else if event_type == names.resumed || event_type == names.landing_chosen {
            self.parked = None;
        } else if kind.ending_types().contains(&event_type) {
            // Who gives up what is owed after the end changes nothing about that end.
            if self.ending.is_none() {
                self.ending = Some(event_type.into());
                let over: Option<Ended> = serde_json::from_str(&new.data).ok();
                self.failure = over.and_then(|over| over.cause);
            }
            if event_type == names.abandoned {
                self.parked = None;
            }
        }
    }
}

/// What an ending says of itself.
#[derive(Deserialize)]
struct Ended {
    #[serde(default)]
    cause: Option<Cause>,
}

/// What is said of a saga whose kind nobody registered.
pub(super) fn not_known(kind: &str) -> String {
    format!("decisions not checked: this program does not know kind {kind}")
}
