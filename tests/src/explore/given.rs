//! One future of a saga in literals: given what happened, when something comes, then this is sent
//! and stored; and what a table sends after a refusal at each of its rows.
//!
//! Besides what is asked, `then` checks of every input that the same input, once more, stores
//! nothing and sends nothing, and that everything that is always true is true. Nobody can forget to
//! ask.

use super::{counterparties::Counterparties, truths, world::World};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    message::{Action, Reply, What},
    saga::Saga,
};
use std::{any::Any, sync::Arc};

/// Something that comes from outside.
#[derive(Debug, Clone)]
pub enum Happening {
    /// The caller asks for the saga.
    Asked,
    /// The call with that key is answered with that.
    Answered(Arc<str>, Something),
    /// The call with that key is answered with the first thing that may be said and whose words hold these.
    Said(Arc<str>, Arc<str>),
    /// Nobody knows what became of the call with that key.
    Silence(Arc<str>),
    /// News that nobody asked for.
    News(StreamName, Something),
    /// The caller asks that of the running saga.
    Command(Something),
    /// An operator acts.
    Act(Action),
    /// The next timer rings.
    Timer,
    /// The process dies and another one starts.
    Crash,
}

/// A value whose type the saga knows.
#[derive(Debug, Clone)]
pub struct Something(fundflow_runtime::port::Payload);

/// The caller asks for the saga.
pub const fn asked() -> Happening {
    Happening::Asked
}

/// The call with that key is answered with a value of its port's answer type.
pub fn answered(key: &str, answer: impl Any + Send + Sync) -> Happening {
    Happening::Answered(key.into(), Something(Arc::new(answer)))
}

/// The call with that key is answered: of what the counterparties may say, with the first thing whose words hold
/// these. They remember what they said.
pub fn says(key: &str, words: &str) -> Happening {
    Happening::Said(key.into(), words.into())
}

/// Nobody knows what became of the call with that key.
pub fn silence(key: &str) -> Happening {
    Happening::Silence(key.into())
}

/// News about the stream of an outside key, of a type that the saga can read.
pub fn unasked(stream: StreamName, news: impl Any + Send + Sync) -> Happening {
    Happening::News(stream, Something(Arc::new(news)))
}

/// The caller asks that, a `Saga::Command`, of the running saga.
pub fn command(command: impl Any + Send + Sync) -> Happening {
    Happening::Command(Something(Arc::new(command)))
}

/// An operator acts.
pub const fn act(action: Action) -> Happening {
    Happening::Act(action)
}

/// The next timer rings.
pub const fn timer() -> Happening {
    Happening::Timer
}

/// The process dies and another one starts from what is durable.
pub const fn crash() -> Happening {
    Happening::Crash
}

/// A world, as far as it has come.
#[derive(Debug)]
pub struct Given<S: Saga, C> {
    world: World<S, C>,
}

/// A world before and after one input.
#[derive(Debug)]
pub struct When<S: Saga, C> {
    /// The world after the command.
    pub world: World<S, C>,
    happened: Happening,
    /// The same input once more, unless it cannot come twice.
    again: Option<What>,
    events: usize,
    sent: usize,
}

/// From that world on; what happened to it already is in its log.
pub const fn given<S: Saga, C: Counterparties>(world: World<S, C>) -> Given<S, C> {
    Given { world }
}

impl<S: Saga, C: Counterparties> Given<S, C> {
    /// After these have happened.
    ///
    /// # Panics
    /// If one of them cannot happen.
    #[must_use]
    #[track_caller]
    pub fn after(mut self, happenings: impl IntoIterator<Item = Happening>) -> Self {
        for happening in happenings {
            happen(&mut self.world, &happening);
        }
        self
    }

    /// What comes now.
    ///
    /// # Panics
    /// If it cannot come.
    #[track_caller]
    pub fn when(mut self, happening: Happening) -> When<S, C> {
        let (events, sent) = (self.world.log().len(), calls(&self.world).len());
        let again = happen(&mut self.world, &happening);
        When { world: self.world, happened: happening, again, events, sent }
    }
}

impl<S: Saga, C: Counterparties> When<S, C> {
    /// Exactly these calls are sent, in this order.
    ///
    /// # Panics
    /// If others are.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "it checks")]
    #[track_caller]
    pub fn then_sends<const N: usize>(self, expected: [&str; N]) -> Self {
        let calls = calls(&self.world);
        assert_eq!(calls[self.sent..], expected, "what is sent when {:?}", self.happened);
        self.then_holds()
    }

    /// Exactly these events are stored, in this order.
    ///
    /// # Panics
    /// If others are, if the same input decides anything again, or if something is not true that
    /// always is.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "it checks")]
    #[track_caller]
    pub fn then_events<const N: usize>(self, expected: [&str; N]) -> Self {
        let types = self.world.log().types();
        assert_eq!(types[self.events..], expected, "what is stored when {:?}", self.happened);
        self.then_holds()
    }

    /// The caller or operator hears no, in these words, and nothing is stored.
    ///
    /// # Panics
    /// If not.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "it checks")]
    #[track_caller]
    pub fn then_refused(self, expected: &str) -> Self {
        let words = match self.world.replies.last() {
            Some(Reply::Refused(_, words)) => words.to_string(),
            Some(Reply::NotActed(error)) => error.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(words, expected, "why it is refused");
        assert_eq!(self.world.log().len(), self.events, "nothing is stored when it is refused");
        self.then_holds()
    }

    #[track_caller]
    fn then_holds(self) -> Self {
        if let Err(what) = truths::always(&self.world) {
            panic!("{what}, when {:?}", self.happened);
        }
        if let Some(again) = &self.again {
            let mut other = self.world.clone();
            other.handle(again.clone());
            let (stored, sent) = (other.log().types(), calls(&other));
            let before = (self.world.log().types(), calls(&self.world));
            assert_eq!((stored, sent), before, "the same again: {:?}", self.happened);
        }
        self
    }

    /// After these have happened, too.
    ///
    /// # Panics
    /// If one of them cannot happen.
    #[must_use]
    #[track_caller]
    pub fn and_then(self, happenings: impl IntoIterator<Item = Happening>) -> Given<S, C> {
        Given { world: self.world }.after(happenings)
    }

    /// What comes next.
    ///
    /// # Panics
    /// If it cannot come.
    #[must_use]
    #[track_caller]
    pub fn when(self, happening: Happening) -> When<S, C> {
        Given { world: self.world }.when(happening)
    }
}

/// Everything that was sent, as `call KEY at PORT`.
pub fn calls<S: Saga, C>(world: &World<S, C>) -> Vec<&str> {
    let all = world.transcript.iter().map(AsRef::as_ref);
    all.filter(|line: &&str| line.contains(" at ")).collect()
}

/// Lets it happen. Returns the same input again, if it can come twice.
#[track_caller]
fn happen<S: Saga, C: Counterparties>(
    world: &mut World<S, C>,
    happening: &Happening,
) -> Option<What> {
    let what = match happening {
        Happening::Asked => world.request(),
        Happening::Answered(key, Something(answer)) => {
            World::<S, C>::answered(call_with(world, key), answer.clone())
        }
        Happening::Said(key, words) => {
            let effect = call_with(world, key);
            let ways = world.counterparties.answers(&effect);
            let Some(said) = ways.iter().find(|way| way.words().contains(&**words)) else {
                panic!("nobody says {words:?} to {effect:?}, but one of {ways:?}");
            };
            world.counterparties = said.after.clone();
            World::<S, C>::answered(effect, said.payload.clone())
        }
        Happening::Silence(key) => {
            let effect = call_with(world, key);
            let silence = world.counterparties.silence(&effect);
            World::<S, C>::answered(effect, silence)
        }
        Happening::News(stream, Something(news)) => {
            What::Notice { stream: stream.clone(), news: news.clone() }
        }
        Happening::Command(Something(command)) => world.command(command.clone()),
        Happening::Act(action) => world.act(action.clone()),
        Happening::Timer => {
            assert!(world.ring(), "no timer is set");
            return None;
        }
        Happening::Crash => {
            world.crash();
            return None;
        }
    };
    world.handle(what.clone());
    Some(what)
}

#[track_caller]
fn call_with<S: Saga, C: Counterparties>(
    world: &mut World<S, C>,
    key: &str,
) -> fundflow_runtime::message::Effect {
    let is_it = |effect: &fundflow_runtime::message::Effect| {
        *effect.key == *key || *world.counterparties.name(effect) == *key
    };
    let at = world.in_flight.iter().position(is_it);
    let Some(at) = at else {
        let names = world.in_flight.iter().map(|effect| world.counterparties.name(effect));
        panic!("{key} is not in flight, but {:?}", names.collect::<Vec<_>>());
    };
    world.in_flight.remove(at)
}

/// What a table stores and sends after a refusal at each of its rows, in literals.
///
/// The first argument is the table; the second makes, of a row's name, the world in which that row
/// was just refused and everything has come to rest, and says how long its transcript was before.
/// Every row that can be refused must have its line, and no other; one of which there is nothing to tell has a
/// reason for that under `unrefused`.
#[macro_export]
macro_rules! story {
    ($table:expr, $refused_at:expr, { $($row:literal => [$($line:literal),* $(,)?]),+ $(,)? }
        $(, unrefused { $($without:literal => $reason:literal),* $(,)? })?) => {{
        let story: &[(&str, &[&str])] = &[$(($row, &[$($line),*])),+];
        let unrefused: &[(&str, &str)] = &[$($(($without, $reason)),*)?];
        $crate::explore::given::is_whole($table, story, unrefused);
        for (row, expected) in story {
            let (world, before) = $refused_at(row);
            let lines: Vec<&str> = world.transcript[before..].iter().map(AsRef::as_ref).collect();
            assert_eq!(lines, *expected, "after a refusal at {row}");
        }
    }};
}

/// Checks that a story has a line for every row that can be refused, in the order of the table, but for those that
/// are named with a reason.
///
/// # Panics
/// If it does not, or if a row has a line and is named as unrefused.
#[track_caller]
pub fn is_whole<S: Saga>(
    table: &fundflow_runtime::step::Table<S>,
    story: &[(&str, &[&str])],
    unrefused: &[(&str, &str)],
) {
    let refused = table.steps.iter().filter(|step| step.rejected.is_some());
    let rows: Vec<&str> = refused.map(|step| step.deed.name).collect();
    let without =
        |row: &&str| unrefused.iter().any(|(name, reason)| name == row && !reason.is_empty());
    let expected: Vec<&str> = rows.iter().copied().filter(|row| !without(row)).collect();
    let lines: Vec<&str> = story.iter().map(|(row, _)| *row).collect();
    assert_eq!(lines, expected, "the rows that can be refused, and those that the story is about");
    for (row, _) in unrefused {
        assert!(rows.contains(row), "{row} cannot be refused: there is nothing to leave out");
    }
}
