//! Where a saga stands: a pure function of its table and the facts that hold.

use crate::{
    saga::{Saga, View},
    step::{Deed, Exit, Move, Step, Table},
};

/// Where a saga waits whose table this program does not know.
pub const NO_TABLE: &str = "table";

/// Where a saga stands. The numbers index the table's rows; they are never stored.
#[derive(Debug)]
pub enum Stand<S: Saga> {
    /// Running down; this row is next.
    Forward(usize, &'static Step<S>),
    /// Leaving upwards; this move of that row's exit is next.
    Leaving(usize, &'static Move<S>),
    /// A move met what must never be.
    Blocked(usize, &'static Move<S>),
    /// Nothing is left to do.
    Over,
}

/// A stand without its saga: for telling whether it is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A row of the table, by its name.
    Row(&'static str),
    /// That move of the exit of the row with this number.
    Exit(usize, &'static str),
    /// Nothing is left to do.
    Over,
}

impl<S: Saga> Stand<S> {
    /// The same without the saga's words.
    pub const fn place(&self) -> Place {
        match self {
            Stand::Forward(_, step) => Place::Row(step.deed.name),
            Stand::Leaving(at, exit) | Stand::Blocked(at, exit) => Place::Exit(*at, exit.deed.name),
            Stand::Over => Place::Over,
        }
    }

    /// Whether an operator may close the row that it stands on.
    pub const fn can_be_skipped(&self) -> bool {
        match self {
            Stand::Forward(_, step) => step.refuse.is_some(),
            Stand::Leaving(..) | Stand::Blocked(..) | Stand::Over => false,
        }
    }

    /// What is to be brought about next.
    pub const fn deed(&self) -> Option<&'static Deed<S>> {
        match self {
            Stand::Forward(_, step) => Some(&step.deed),
            Stand::Leaving(_, exit) | Stand::Blocked(_, exit) => Some(&exit.deed),
            Stand::Over => None,
        }
    }
}

impl Place {
    /// Name for tables and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Place::Row(name) | Place::Exit(_, name) => name,
            Place::Over => "its end",
        }
    }
}

impl<S: Saga> Table<S> {
    /// The one place where the saga is, after everything that the log says.
    pub fn stand(&self, view: &View<'_, S>) -> Stand<S> {
        if view.ending.is_some() {
            return Stand::Over;
        }
        for (at, step) in self.steps.iter().enumerate() {
            if S::holds(view, step.deed.done) {
                continue;
            }
            if step.rejected.is_some_and(|fact| S::holds(view, fact)) {
                return self.leave_above(at, view);
            }
            return Stand::Forward(at, step);
        }
        self.leave_above(self.steps.len(), view)
    }

    fn leave_above(&self, from: usize, view: &View<'_, S>) -> Stand<S> {
        for (at, step) in self.steps[..from].iter().enumerate().rev() {
            let moves = match step.exit {
                Exit::Nothing => continue,
                Exit::Landing(_, Some(void)) if S::holds(view, void) => continue,
                Exit::Undo(moves) | Exit::Landing(moves, _) => moves,
            };
            for exit in moves {
                if exit.blocked.is_some_and(|fact| S::holds(view, fact)) {
                    return Stand::Blocked(at, exit);
                }
                if !S::holds(view, exit.deed.done) {
                    return Stand::Leaving(at, exit);
                }
            }
        }
        Stand::Over
    }
}
