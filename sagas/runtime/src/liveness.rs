//! What an unfinished saga waits for, read off the log alone.
//!
//! 1. Whoever is unfinished waits for an answer, a word, a timer, a person, or for what others bring into a
//!    stream that tells it so. There is no sixth thing: a saga that stands at a command of our own, and is
//!    not parked, has been forgotten.
//! 2. A parked saga waits for the person; the counterparty of the row is asked all the same, slowly.
//! 3. The lanes beside the table go their own way, so a saga may wait for several things.

use crate::{
    port::PortName,
    process::{Parked, Retry},
    saga::{Saga, View},
    stand::Stand,
    step::{Deed, Sends, Side, Table},
};
use fundflow_kernel::{cause::Cause, ids::VersionTag, time::Timestamp};
use std::sync::Arc;

/// Name of the row where a crash has cut off what follows from the stored events.
pub(crate) const REST: &str = "the rest";

/// Reasons why a saga rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// A call is out, or goes out again when the engine starts.
    Answer {
        /// The row or move.
        row: Arc<str>,
        /// Port that has the call.
        port: PortName,
    },
    /// A counterparty speaks by itself, and is asked when it does not.
    Word {
        /// The row or move.
        row: Arc<str>,
        /// Port whose notice is awaited.
        port: PortName,
        /// From when on it is asked; `None`: nobody can know (the calendar has ended).
        asks: Option<Timestamp>,
    },
    /// A command of our own has its time.
    Time {
        /// The row or move.
        row: Arc<str>,
        /// When it is decided; `None`: nobody can know (the calendar has ended).
        due: Option<Timestamp>,
    },
    /// The next attempt has its time.
    Timer(Retry),
    /// A person must decide.
    Operator {
        /// Row at which it parked.
        row: Arc<str>,
        /// Reason: code and text.
        cause: Cause,
        /// Who is asked meanwhile, slowly: its answer may make the person superfluous.
        asked: Option<PortName>,
    },
    /// The requester has paused it, and resumes it.
    Requester {
        /// The row or move.
        row: Arc<str>,
    },
    /// Others write to a stream of its own, by which it is notified.
    Others {
        /// The lane that waits for it.
        row: Arc<str>,
    },
    /// Nobody: the row is our own command and was not decided. Never so in a sound log.
    Nobody {
        /// The row or move.
        row: Arc<str>,
    },
    /// This program does not know the table that it is on.
    UnknownTable {
        /// Table that the saga pinned at its start.
        table: VersionTag,
    },
}

impl Wait {
    /// Whether this wait keeps the saga alive.
    pub const fn is_alive(&self) -> bool {
        match self {
            Wait::Answer { .. }
            | Wait::Word { .. }
            | Wait::Time { .. }
            | Wait::Timer(_)
            | Wait::Requester { .. }
            | Wait::Others { .. }
            | Wait::Operator { .. } => true,
            Wait::Nobody { .. } | Wait::UnknownTable { .. } => false,
        }
    }

    /// The row or move that waits; `None` while nobody can tell.
    pub fn row(&self) -> Option<&Arc<str>> {
        match self {
            Wait::Answer { row, .. }
            | Wait::Word { row, .. }
            | Wait::Time { row, .. }
            | Wait::Operator { row, .. }
            | Wait::Requester { row }
            | Wait::Others { row }
            | Wait::Nobody { row } => Some(row),
            Wait::Timer(retry) => Some(&retry.row),
            Wait::UnknownTable { .. } => None,
        }
    }
}

/// Everything that a saga waits for; empty when it is over and owes nothing. `table` is the one that
/// it pinned, `None` if this program does not know it.
pub fn waits<S: Saga>(saga: &S, view: &View<'_, S>, table: Option<&'static Table<S>>) -> Vec<Wait> {
    let Some(table) = table else {
        return vec![Wait::UnknownTable { table: view.open.table.clone() }];
    };
    let watch = Watch { saga, view, table };
    let mut sides: Vec<Wait> = table.beside.iter().filter_map(|side| watch.side(side)).collect();
    let stand = table.stand(view);
    let mut waits: Vec<Wait> =
        view.open.all_parked().map(|parked| watch.operator(&stand, parked)).collect();
    let sides_wait = !sides.is_empty() || !waits.is_empty();
    if !watch.is_stopped() {
        waits.extend(watch.main(&stand, sides_wait));
    }
    waits.append(&mut sides);
    if S::is_half_done(view) {
        waits.push(Wait::Nobody { row: REST.into() });
    }
    waits
}

struct Watch<'a, S: Saga> {
    saga: &'a S,
    view: &'a View<'a, S>,
    table: &'static Table<S>,
}

impl<S: Saga> Watch<'_, S> {
    /// Whether a row of the table waits for a person; one of a lane keeps that lane alone.
    fn is_stopped(&self) -> bool {
        self.view.open.all_parked().any(|parked| !self.table.has_lane(&parked.row))
    }

    fn operator(&self, stand: &Stand<S>, parked: &Parked) -> Wait {
        let asked = match stand {
            Stand::Blocked(..) | Stand::Over => None,
            Stand::Forward(..) | Stand::Leaving(..) => stand.deed(),
        };
        let side = || self.table.beside.iter().map(|side| &side.deed);
        let here = asked.into_iter().chain(side()).find(|deed| *deed.name == *parked.row);
        Wait::Operator {
            row: parked.row.clone(),
            cause: parked.cause.clone(),
            asked: here.and_then(|deed| self.port(deed)),
        }
    }

    fn main(&self, stand: &Stand<S>, sides_wait: bool) -> Option<Wait> {
        match stand {
            Stand::Over if self.view.ending.is_none() => {
                Some(Wait::Nobody { row: stand.place().name().into() })
            }
            Stand::Over => None,
            Stand::Blocked(_, exit) => Some(Wait::Nobody { row: exit.deed.name.into() }),
            Stand::Leaving(_, exit) => self.deed(&exit.deed, sides_wait),
            Stand::Forward(_, step) if self.view.open.landing_chosen && step.refuse.is_some() => {
                Some(Wait::Nobody { row: step.deed.name.into() })
            }
            Stand::Forward(_, step) => self.deed(&step.deed, sides_wait),
        }
    }

    /// A lane beside the table. While a person is waited for, only lanes that ask others go on, and those
    /// that say so.
    fn side(&self, side: &Side<S>) -> Option<Wait> {
        let deed = &side.deed;
        let idle = side.only_after_the_end && self.view.ending.is_none();
        if idle || S::holds(self.view, deed.done) {
            return None;
        }
        let here = self.view.open.parked_at(deed.name).is_some();
        let waits_too = match deed.send {
            Sends::Wait => return Some(Wait::Others { row: deed.name.into() }),
            Sends::Do(_) => here || (self.is_stopped() && !side.while_parked),
            Sends::Call(_) | Sends::Await(_) => here,
        };
        if waits_too { None } else { self.deed(deed, false) }
    }

    fn deed(&self, deed: &Deed<S>, sides_wait: bool) -> Option<Wait> {
        let row: Arc<str> = deed.name.into();
        let retry = self.view.open.retries.iter().find(|retry| retry.row == row);
        let nobody = Wait::Nobody { row: row.clone() };
        match deed.send {
            Sends::Do(_) => Some(match deed.asks {
                Some(when) => Wait::Time { row, due: self.saga.when(self.view, when) },
                None => nobody,
            }),
            Sends::Wait if S::is_paused(self.view) => Some(Wait::Requester { row }),
            // The lanes that bring it about are waited for in its stead.
            Sends::Wait if sides_wait => None,
            Sends::Wait => Some(nobody),
            Sends::Call(_) | Sends::Await(_) if retry.is_some() => retry.cloned().map(Wait::Timer),
            Sends::Call(_) => {
                self.port(deed).map_or(Some(nobody), |port| Some(Wait::Answer { row, port }))
            }
            Sends::Await(_) => {
                let asks = deed.asks.and_then(|when| self.saga.when(self.view, when));
                let word = |port| Wait::Word { row, port, asks };
                Some(self.port(deed).map_or(nobody, word))
            }
        }
    }

    fn port(&self, deed: &Deed<S>) -> Option<PortName> {
        match deed.send {
            Sends::Do(_) | Sends::Wait => None,
            Sends::Call(what) | Sends::Await(what) => {
                self.saga.call(self.view, what, Timestamp::default()).map(|calling| calling.port)
            }
        }
    }
}
