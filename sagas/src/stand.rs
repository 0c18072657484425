//! Where a saga stands: a pure function of its table and the facts that hold.

use crate::{
    step::{Exit, Move, Step, Table},
    world::{Fact, World},
};

/// Where a saga stands. The numbers index the table's rows; they are never stored.
#[derive(Debug, Clone, Copy)]
pub enum Stand {
    /// Running down; this row is next.
    Forward(usize, &'static Step),
    /// Leaving upwards; this move of that row's exit is next.
    Leaving(usize, &'static Move),
    /// A move met what must never be.
    Blocked(usize, &'static Move),
    /// The purchase is over.
    Over,
}

impl Table {
    /// The one place where the saga is, after everything the log says.
    pub fn stand(&self, world: &World<'_>) -> Stand {
        if world.holds(Fact::Ended) {
            return Stand::Over;
        }
        for (at, step) in self.steps.iter().enumerate() {
            if world.holds(step.done) {
                continue;
            }
            if step.rejected.is_some_and(|fact| world.holds(fact)) {
                return self.leave_above(at, world);
            }
            return Stand::Forward(at, step);
        }
        self.leave_above(self.steps.len(), world)
    }

    fn leave_above(&self, from: usize, world: &World<'_>) -> Stand {
        for (at, step) in self.steps[..from].iter().enumerate().rev() {
            let moves = match step.exit {
                Exit::Nothing => continue,
                Exit::Landing(_, Some(void)) if world.holds(void) => continue,
                Exit::Undo(moves) | Exit::Landing(moves, _) => moves,
            };
            for exit in moves {
                if exit.blocked.is_some_and(|fact| world.holds(fact)) {
                    return Stand::Blocked(at, exit);
                }
                if !world.holds(exit.done) {
                    return Stand::Leaving(at, exit);
                }
            }
        }
        Stand::Over
    }
}
