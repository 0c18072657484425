//! Given a history, when a command comes, then these facts follow, or this refusal.
//!
//! ```
//! use fundflow_domain::wallet::{Command, Event, Wallet};
//! use fundflow_testkit::{decider::given, worlds::{shares, transaction}};
//!
//! let tx = transaction("TX-1");
//! given::<Wallet>([Event::CreditedInTransit { transaction: tx.clone(), shares: shares("100.00") }])
//!     .when(Command::Reserve(tx.clone(), shares("60.00")))
//!     .then([Event::SharesReserved { transaction: tx, shares: shares("60.00"), with_income: false }]);
//! ```
//!
//! Besides what is asked, `then` checks two things of every decider: `evolve` accepts what `decide`
//! produced, and the same command decides nothing the second time. Nobody can forget to ask.

use fundflow_domain::decider::{Decider, replay};
use std::fmt::Debug;

/// A state, folded from a history.
#[derive(Debug)]
pub struct Given<D: Decider> {
    state: D::State,
}

/// A state and the command that is decided on it.
#[derive(Debug)]
pub struct When<D: Decider> {
    state: D::State,
    command: D::Command,
}

/// What is remembered after a command that was not refused.
#[derive(Debug)]
pub struct Then<D: Decider> {
    /// Folded from the history and the facts that followed.
    pub state: D::State,
}

/// A history, oldest first.
///
/// # Panics
/// If no decider could have written it.
#[track_caller]
pub fn given<D: Decider>(history: impl IntoIterator<Item = D::Event>) -> Given<D> {
    let history: Vec<D::Event> = history.into_iter().collect();
    match replay::<D>(&history) {
        Ok(state) => Given { state },
        Err(impossible) => panic!("given an impossible history: {impossible}"),
    }
}

impl<D: Decider> Given<D> {
    /// The command that comes now.
    pub fn when(self, command: D::Command) -> When<D> {
        When { state: self.state, command }
    }
}

impl<D> When<D>
where
    D: Decider<Event: PartialEq + Debug, Refusal: PartialEq + Debug, State: PartialEq + Debug>,
{
    /// Exactly these facts follow, in this order; none, for a command that already took effect.
    ///
    /// # Panics
    /// If others follow, if `evolve` rejects them, or if the command decides anything again.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) -> Then<D> {
        let expected: Vec<D::Event> = expected.into_iter().collect();
        let decided = D::decide(&self.state, &self.command);
        assert_eq!(decided.as_ref(), Ok(&expected), "what follows from the command");
        let state = expected.iter().fold(self.state, |state, event| {
            let Some(next) = D::evolve(state, event) else {
                panic!("evolve rejects what decide produced: {event:?}");
            };
            next
        });
        let again = D::decide(&state, &self.command);
        assert_eq!(again, Ok(vec![]), "the same command, repeated, decides nothing");
        Then { state }
    }

    /// Exactly this refusal.
    ///
    /// # Panics
    /// If facts follow, or another refusal.
    #[track_caller]
    pub fn then_refused(self, expected: D::Refusal) {
        let decided = D::decide(&self.state, &self.command);
        assert_eq!(decided, Err(expected), "why the command is refused");
    }
}

impl<D: Decider> Then<D> {
    /// The next command, on what is remembered now.
    pub fn when(self, command: D::Command) -> When<D> {
        When { state: self.state, command }
    }
}
