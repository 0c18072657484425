//! What an aggregate is: a pure decision and a pure memory.
//!
//! `decide(state, command) -> events | refusal` · `evolve(state, event) -> state | impossible`
//!
//! 1. Neither reads a clock, draws a number or touches the world: all that arrives in the command.
//! 2. Repeating a command that already took effect decides nothing (`Ok` of no events).
//! 3. `evolve` judges nothing. It returns `None` only for a history that no decider wrote.

/// The rules of one aggregate, without any data of their own.
pub trait Decider {
    /// The part of a stream's name before the first `-`.
    const CATEGORY: &'static str;
    /// A request in the imperative.
    type Command;
    /// A fact in the past tense; the stored contract.
    type Event;
    /// What is remembered between commands. Cloned before it evolves, so that a command takes effect
    /// as a whole or not at all.
    type State: Default + Clone;
    /// The business says no.
    type Refusal: std::error::Error;

    /// Which facts follow from the command, or why none may.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
    ) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Remembers one fact. `None`: no decider could have written this event onto this state.
    fn evolve(state: Self::State, event: &Self::Event) -> Option<Self::State>;
}

/// The event at `index` (from 0) cannot follow those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("event {index} cannot follow the events before it; no decider wrote this history")]
pub struct Impossible {
    /// Counted from 0 within the replayed slice.
    pub index: usize,
}

/// Folds a history, oldest first, into the state that the next command is decided on.
pub fn replay<'a, D: Decider>(
    events: impl IntoIterator<Item = &'a D::Event>,
) -> Result<D::State, Impossible>
where
    D::Event: 'a,
{
    let mut state = D::State::default();
    for (index, event) in events.into_iter().enumerate() {
        state = D::evolve(state, event).ok_or(Impossible { index })?;
    }
    Ok(state)
}
