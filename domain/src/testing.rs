//! Given a history, when a command comes, then these facts follow, or this refusal.
//!
//! 1. `then` also reads every fact back from what is stored of it, folds it and issues the command again: that
//!    must decide nothing.
//! 2. A table of refusals is complete when [`each_once`] finds every variant in it, in its order.

use crate::decider::{Decider, replay};
use fundflow_kernel::codec::Stored;
use std::fmt::Debug;

/// The state after a history.
pub(crate) struct Given<D: Decider>(D::State);

/// That state, and the command to decide on it.
pub(crate) struct When<D: Decider>(D::State, D::Command);

/// Folds the history, oldest first; panics on one that no decider could have written.
#[track_caller]
pub(crate) fn given<D: Decider>(history: impl IntoIterator<Item = D::Event>) -> Given<D> {
    let history: Vec<_> = history.into_iter().collect();
    Given(replay::<D>(&history).unwrap())
}

/// The history that these commands write, in this order; panics on the first refusal.
#[track_caller]
pub(crate) fn history<D>(commands: impl IntoIterator<Item = D::Command>) -> Vec<D::Event>
where
    D: Decider<Event: Debug, Refusal: Debug>,
{
    let mut events = Vec::new();
    for command in commands {
        let state = replay::<D>(&events).unwrap();
        events.extend(D::decide(&state, &command).unwrap());
    }
    events
}

impl<D: Decider> Given<D> {
    /// What is remembered, for questions that no command asks.
    pub(crate) fn state(self) -> D::State {
        self.0
    }

    /// The command that comes now.
    pub(crate) fn when(self, command: D::Command) -> When<D> {
        When(self.0, command)
    }
}

impl<D> When<D>
where
    D: Stored<Event: PartialEq + Debug, Refusal: PartialEq + Debug>,
{
    /// Exactly these facts follow, and the same command decides nothing after them.
    #[track_caller]
    pub(crate) fn then(self, expected: impl IntoIterator<Item = D::Event>) -> Given<D> {
        let Self(mut state, command) = self;
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(D::decide(&state, &command).as_ref(), Ok(&expected), "what follows");
        for event in &expected {
            let mut body = Vec::new();
            D::write(event, &mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            assert_eq!(D::read(D::type_of(event), &body).as_ref().ok(), Some(event), "{body}");
            state = D::evolve(state, event).expect("evolve accepts what decide produced");
        }
        assert_eq!(D::decide(&state, &command), Ok(vec![]), "a repeated command decides nothing");
        Given(state)
    }

    /// Exactly this refusal.
    #[track_caller]
    pub(crate) fn then_refused(self, expected: D::Refusal) {
        assert_eq!(D::decide(&self.0, &self.1), Err(expected), "why it is refused");
    }
}

/// The places of a table's rows in their enum are `0..variants`, each once and in order.
#[track_caller]
pub(crate) fn each_once(places: impl IntoIterator<Item = usize>, variants: usize) {
    let places: Vec<_> = places.into_iter().collect();
    assert_eq!(places, (0..variants).collect::<Vec<_>>(), "a row for every variant, in its order");
}
