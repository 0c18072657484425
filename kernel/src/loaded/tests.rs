//! A lamp that may burn out: decided, appended, raced for, and damaged.

use super::*;
use crate::streams::{Damage, Key, Streams};
use crate::{decider::Decider, memory_store::MemoryStore, store::AppendError};
use serde::{Deserialize, Serialize};

struct Lamp;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Command {
    Light,
    /// Decides a second event that the lamp's own `evolve` does not know how to follow.
    LightTwice,
    /// Decides an event that has no stored form.
    Smash,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Lit {},
    #[serde(skip)]
    Smashed,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum State {
    #[default]
    Dark,
    Bright,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it is broken")]
struct Refusal;

impl Decider for Lamp {
    const CATEGORY: &'static str = "lamp";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (State::Dark, Command::Light) => Ok(vec![Event::Lit {}]),
            (State::Bright, Command::Light) => Ok(Vec::new()),
            (State::Dark | State::Bright, Command::LightTwice) => {
                Ok(vec![Event::Lit {}, Event::Lit {}])
            }
            (State::Dark | State::Bright, Command::Smash) => {
                Ok(vec![Event::Lit {}, Event::Smashed])
            }
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        match (state, event) {
            (State::Dark, Event::Lit {}) => Some(State::Bright),
            (State::Bright, Event::Lit {}) | (State::Dark | State::Bright, Event::Smashed) => None,
        }
    }
}

impl Stored for Lamp {
    crate::stored_types!(Event {
        Lit => "lamp.lit",
        Smashed => "lamp.smashed",
    });
}

fn lamp() -> StreamName {
    StreamName::of(Lamp::CATEGORY, &"1")
}

fn meta(transaction: &str) -> Meta {
    Meta {
        correlation: transaction.parse().unwrap(),
        process: "evening".into(),
        causation: "dusk".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: None,
    }
}

fn lit(transaction: &str) -> (Loaded<Lamp>, Vec<StreamAppend>) {
    let (mut loaded, mut batch) = (Loaded::default(), Vec::new());
    let decided = loaded.decide(&lamp(), &Command::Light, &meta(transaction), &mut batch);
    assert_eq!(decided.unwrap(), 1);
    (loaded, batch)
}

async fn stored(batch: Vec<StreamAppend>) -> Vec<Recorded> {
    let store = MemoryStore::new();
    store.append(batch).await.unwrap();
    store.read(&lamp(), Version::NONE, 10).await.unwrap()
}

fn same(is: &Loaded<Lamp>, was: &Loaded<Lamp>) {
    assert_eq!((is.state, is.version, is.chain), (was.state, was.version, was.chain));
    assert_eq!(is.owner, was.owner);
}

#[tokio::test]
async fn a_stream_loads_as_it_was_decided() {
    let (decided, batch) = lit("TX-1");
    let store = MemoryStore::new();
    store.append(batch).await.unwrap();

    let loaded = Loaded::<Lamp>::load(&store, &lamp()).await.unwrap();

    same(&loaded, &decided);
    assert_eq!((loaded.state, loaded.version), (State::Bright, Version(1)));
}

#[tokio::test]
async fn whoever_lost_a_race_decides_again_on_what_the_winner_wrote() {
    let (store, mut rounds) = (MemoryStore::new(), 0);
    let (_, won) = lit("TX-1");
    let lost = Loaded::<Lamp>::load(&store, &lamp()).await.unwrap();
    store.append(won).await.unwrap();

    let mut loaded = lost;
    let decided = loop {
        let mut batch = Vec::new();
        let decided = loaded.decide(&lamp(), &Command::Light, &meta("TX-2"), &mut batch).unwrap();
        match store.append(batch).await {
            Ok(_) => break decided,
            Err(AppendError::Conflict { .. }) => rounds += 1,
            Err(other) => panic!("{other}"),
        }
        loaded = Loaded::load(&store, &lamp()).await.unwrap();
    };

    assert_eq!((rounds, decided, loaded.version), (1, 0, Version(1)));
}

#[test]
fn a_decision_whose_second_event_cannot_follow_leaves_fold_and_batch_as_they_were() {
    let (mut loaded, mut batch) = (Loaded::<Lamp>::default(), Vec::new());

    let impossible = loaded.decide(&lamp(), &Command::LightTwice, &meta("TX-1"), &mut batch);

    assert!(
        matches!(impossible, Err(DecideError::Impossible { version: Version(1), .. })),
        "{impossible:?}"
    );
    same(&loaded, &Loaded::default());
    assert!(batch.is_empty());
}

#[test]
fn a_decision_whose_second_event_cannot_be_stored_leaves_fold_and_batch_as_they_were() {
    let (mut loaded, mut batch) = (Loaded::<Lamp>::default(), Vec::new());

    let unstorable = loaded.decide(&lamp(), &Command::Smash, &meta("TX-1"), &mut batch);

    assert!(matches!(unstorable, Err(DecideError::Codec(_))), "{unstorable:?}");
    same(&loaded, &Loaded::default());
    assert!(batch.is_empty());
}

#[tokio::test]
async fn what_cannot_be_replayed_leaves_the_fold_as_it_was() {
    let (before, batch) = lit("TX-1");
    let mut impossible = stored(batch).await.remove(0);
    impossible.version = Version(2);
    let skipped = Recorded { version: Version(3), ..impossible.clone() };
    let mut unknown = impossible.clone();
    unknown.event.event_type = "lamp.polished".into();

    for damage in [&impossible, &skipped, &unknown] {
        let mut loaded = before.clone();
        let refused = loaded.replay(damage);

        assert!(matches!(refused, Err(ReadError::Damaged { .. })), "{refused:?}");
        same(&loaded, &before);
    }
}

#[tokio::test]
async fn a_page_is_replayed_as_a_whole_or_not_at_all() {
    let (_, batch) = lit("TX-1");
    let good = stored(batch).await.remove(0);
    let bad = Recorded { version: Version(2), ..good.clone() };
    let mut loaded = Loaded::<Lamp>::default();

    assert!(loaded.replay_all(&[good, bad]).is_err());

    same(&loaded, &Loaded::default());
}

#[tokio::test]
async fn a_stream_belongs_to_the_process_and_transaction_of_its_first_event() {
    let (decided, batch) = lit("TX-1");
    let mut replayed = Loaded::<Lamp>::default();

    replayed.replay(&stored(batch).await[0]).unwrap();

    let owner = Some(("evening".into(), "TX-1".parse().unwrap()));
    assert_eq!(decided.owner, owner);
    assert_eq!(replayed.owner, owner);
    assert_eq!(Loaded::<Lamp>::default().owner, None);
}

#[test]
fn every_event_of_a_decision_names_its_process() {
    let (_, batch) = lit("TX-1");

    let event = &batch[0].events[0];

    assert_eq!((&*event.process, event.schema), ("evening", 1));
    let mut other = event.clone();
    other.process = "morning".into();
    let link = |event: &NewEvent| event.link(Chain::START, &lamp(), Version(1));
    assert_eq!(link(event), event.chain);
    assert_ne!(link(&other), event.chain);
}

#[test]
fn nothing_is_decided_on_a_stream_that_is_damaged_and_reading_it_again_does_not_help() {
    let (key, mut streams) = (Key::<Lamp>::of(&"1"), Streams::default());
    let what: Arc<str> = "bad sector".into();
    let damage = Damage { place: key.stream().as_str().into(), what: what.clone() };
    streams.provide_damaged(&key.need(), damage);
    streams.provide(&key.need(), []);

    let mut batch = Vec::new();
    let decided = streams.decide(&key, &Command::Light, &meta("TX-1"), &mut batch);
    assert!(
        matches!(&decided, Err(DecideError::Damaged { what: said, .. }) if *said == what),
        "{decided:?}"
    );
    assert!(batch.is_empty());
    assert_eq!(streams.version(key.stream()), Version::default());
}

/// Lights that lamp in a memory where nothing was read but it.
fn light(streams: &mut Streams, key: &Key<Lamp>) {
    assert_eq!(streams.provide(&key.need(), []), None);
    assert_eq!(streams.decide(key, &Command::Light, &meta("TX-1"), &mut Vec::new()).unwrap(), 1);
}

#[test]
fn a_key_finds_its_own_stream_when_another_has_taken_its_place() {
    let (first, second) = (Key::<Lamp>::of(&"1"), Key::<Lamp>::of(&"2"));
    let mut streams = Streams::default();
    light(&mut streams, &first);
    let mut other_future = streams.clone();

    streams.drop_unheld([first.stream().clone()]);
    assert_eq!(streams.state(&first), None);
    streams.provide(&second.need(), []);
    assert_eq!((streams.state(&first), streams.state(&second)), (None, Some(&State::Dark)));
    assert_eq!(streams.version_of(&first), Version::NONE);

    // A key that two futures share is at home in both.
    assert_eq!(other_future.state(&first), Some(&State::Bright));
    other_future.drop_unheld([first.stream().clone()]);
    other_future.provide(&first.need(), []);
    assert_eq!(other_future.state(&first), Some(&State::Dark));
    assert_eq!((streams.state(&first), other_future.state(&second)), (None, None));
}

#[test]
fn a_stream_that_is_held_stays_until_the_last_has_let_it_go() {
    let key = Key::<Lamp>::of(&"1");
    let (mut streams, mut one, mut other) = (Streams::default(), Vec::new(), Vec::new());
    light(&mut streams, &key);
    for _ in 0..2 {
        streams.hold_once(key.stream(), &mut one);
    }
    streams.hold_once(key.stream(), &mut other);
    assert_eq!((one.len(), other.len()), (1, 1));
    assert_eq!(streams.stream_of(one[0]), Some(key.stream()));

    streams.let_go(one[0]);
    streams.drop_unheld([key.stream().clone()]);
    assert_eq!(streams.state(&key), Some(&State::Bright));
    streams.let_go(other[0]);
    assert_eq!((streams.state(&key), streams.stream_of(other[0])), (None, None));
}

/// A lamp that everybody lights.
struct StreetLamp;

impl Decider for StreetLamp {
    const CATEGORY: &'static str = "street_lamp";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        Lamp::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        Lamp::evolve(state, event)
    }
}

impl Stored for StreetLamp {
    const SHARED: bool = true;

    crate::stored_types!(Event {
        Lit => "street_lamp.lit",
        Smashed => "street_lamp.smashed",
    });
}

#[test]
fn the_owner_hears_of_what_others_write_unless_everybody_writes_there() {
    let mut streams = Streams::default();
    let (own, everybodys) = (Key::<Lamp>::of(&"1"), Key::<StreetLamp>::of(&"1"));
    let _ = streams.provide(&own.need(), []);
    let _ = streams.provide(&everybodys.need(), []);
    light(&mut streams, &own);
    let lit = streams.decide(&everybodys, &Command::Light, &meta("TX-1"), &mut Vec::new());
    assert_eq!(lit.unwrap(), 1);

    let owner = |(_, transaction): (_, &TransactionId)| transaction.to_string();

    assert_eq!(streams.listener(own.stream()).map(owner).as_deref(), Some("TX-1"));
    assert_eq!(streams.listener(everybodys.stream()), None);
    assert_eq!(streams.owner(everybodys.stream()).map(owner).as_deref(), Some("TX-1"));
}
