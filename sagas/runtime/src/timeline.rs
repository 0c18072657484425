//! A saga's past, in the rows of its table: what was done when, where it stands, what is ahead;
//! once it leaves, the moves of its exits; and what the lanes beside the table had to do.
//!
//! 1. The instant of a row is that of the first event after which its fact held. A fact that ceases
//!    to hold has no instant until it holds again.
//! 2. An exit's move, or a lane's work, that was never called for (its fact held from the start) is
//!    no deed, and has no line. Nor has a lane of our own commands that decided nothing, because others
//!    had made its fact hold, nor one for after the end that was not needed then.
//! 3. What happens to the saga's streams in other sagas' names is folded as well, because its facts
//!    are facts of whole streams.

use crate::{
    replay::Replayed,
    saga::{Saga, View},
    stand::Stand,
    step::{Exit, Sends, Side, Table},
};
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    store::{Position, ReadError},
};
use std::collections::{HashMap, HashSet};

/// State of a row in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The fact that ends the row holds.
    Done,
    /// It will not be done.
    Rejected,
    /// The saga stands here.
    Here,
    /// The saga stands here, and what must never be is.
    Blocked,
    /// The saga has not come to this row yet.
    Ahead,
}

/// Which part of the table a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A row, on the way down.
    Row,
    /// A move of an exit, on the way out.
    WayOut,
    /// A lane beside the table.
    Beside,
}

/// One row, move or lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name in the table.
    pub row: &'static str,
    /// Where in the table it stands.
    pub part: Part,
    /// Whether it is done, rejected, stood at, or still to come.
    pub mark: Mark,
    /// The event that made it so.
    pub by: Option<Recorded>,
}

/// When each fact of a saga's table came to hold, as its events were heard.
pub(crate) struct Instants<'a, S: Saga> {
    table: Option<&'static Table<S>>,
    facts: Vec<S::Fact>,
    /// The event, and whether the fact held as soon as there was a saga.
    since: HashMap<S::Fact, (&'a Recorded, bool)>,
    /// The rows, moves and lanes whose own commands decided something.
    decided: HashSet<&'a str>,
    ended: Option<Position>,
}

impl<'a, S: Saga> Instants<'a, S> {
    pub(crate) fn new() -> Self {
        let (since, decided) = (HashMap::new(), HashSet::new());
        Self { table: None, facts: Vec::new(), since, decided, ended: None }
    }

    /// Notes what holds now that the event was heard.
    pub(crate) fn note(&mut self, replayed: &Replayed<S>, event: &'a Recorded) {
        let Some(view) = replayed.view() else { return };
        let begins = self.table.is_none();
        let known = self.facts.len();
        if self.table.map(|table| table.version) != replayed.table().map(|table| table.version) {
            self.table = replayed.table();
            let facts = self.table.map(Table::facts).unwrap_or_default();
            let new: Vec<_> = facts.into_iter().filter(|it| !self.facts.contains(it)).collect();
            self.facts.extend(new);
        }
        if event.event.process.as_ref() == S::KIND {
            self.decided.insert(&event.event.causation);
        }
        if view.ending.is_some() && self.ended.is_none() {
            self.ended = Some(event.position);
        }
        for (at, fact) in self.facts.iter().enumerate() {
            if S::holds(&view, *fact) {
                // What holds already of a table that the saga comes to was never called for.
                self.since.entry(*fact).or_insert((event, begins || at >= known));
            } else {
                self.since.remove(fact);
            }
        }
    }

    /// The lines of the saga as it stands now; none if nothing was prepared, or its table is gone.
    pub(crate) fn lines(&self, replayed: &Replayed<S>) -> Vec<Line> {
        let (Some(view), Some(table)) = (replayed.view(), self.table) else { return Vec::new() };
        let (mut lines, left_from) = rows(table, &view, self);
        if let Some(from) = left_from {
            way_out(table, &view, from, self, &mut lines);
        }
        beside(table, &view, self, &mut lines);
        lines
    }

    fn at(&self, fact: S::Fact) -> Option<Recorded> {
        self.since.get(&fact).map(|(event, _)| (*event).clone())
    }

    /// Whether the lane has brought its fact about, or could not.
    fn has_worked(&self, side: &Side<S>) -> bool {
        let after_the_end = self
            .since
            .get(&side.deed.done)
            .is_some_and(|(event, _)| self.ended.is_some_and(|ended| event.position > ended));
        let decided = match side.deed.send {
            Sends::Do(_) => self.decided.contains(side.deed.name),
            Sends::Call(_) | Sends::Await(_) | Sends::Wait => true,
        };
        decided && (after_the_end || !side.only_after_the_end)
    }

    fn never_called_for(&self, fact: S::Fact) -> bool {
        self.since.get(&fact).is_some_and(|(_, from_the_start)| *from_the_start)
    }
}

/// The timeline of a saga. `events` are all of its streams', in commit order.
///
/// # Errors
/// [`ReadError::Damaged`] at the first event that cannot be folded.
pub fn timeline<'a, S: Saga>(
    saga: &S,
    id: &TransactionId,
    events: impl IntoIterator<Item = &'a Recorded>,
) -> Result<Vec<Line>, ReadError> {
    let (mut replayed, mut instants) = (Replayed::<S>::new(id.clone()), Instants::new());
    for event in events {
        replayed.hear(saga, event)?;
        instants.note(&replayed, event);
    }
    Ok(instants.lines(&replayed))
}

/// The rows, and the number of the one above which it leaves.
fn rows<S: Saga>(
    table: &'static Table<S>,
    view: &View<'_, S>,
    instants: &Instants<'_, S>,
) -> (Vec<Line>, Option<usize>) {
    let mut lines = Vec::new();
    let line = |row, mark, by| Line { row, part: Part::Row, mark, by };
    for (index, step) in table.steps.iter().enumerate() {
        let name = step.deed.name;
        if S::holds(view, step.deed.done) {
            lines.push(line(name, Mark::Done, instants.at(step.deed.done)));
            continue;
        }
        if let Some(fact) = step.rejected.filter(|fact| S::holds(view, *fact)) {
            lines.push(line(name, Mark::Rejected, instants.at(fact)));
            return (lines, Some(index));
        }
        let over = view.ending.is_some();
        lines.push(line(name, if over { Mark::Ahead } else { Mark::Here }, None));
        let ahead = table.steps.iter().skip(index + 1);
        lines.extend(ahead.map(|step| line(step.deed.name, Mark::Ahead, None)));
        return (lines, None);
    }
    (lines, Some(table.steps.len()))
}

fn way_out<S: Saga>(
    table: &'static Table<S>,
    view: &View<'_, S>,
    from: usize,
    instants: &Instants<'_, S>,
    lines: &mut Vec<Line>,
) {
    let stand = table.stand(view);
    for (index, step) in table.steps[..from].iter().enumerate().rev() {
        let landed = match step.exit {
            Exit::Nothing => continue,
            Exit::Landing(_, Some(void)) if S::holds(view, void) => continue,
            Exit::Undo(_) => false,
            Exit::Landing(..) => true,
        };
        for exit in step.exit.moves() {
            let here = |at: usize, name: &str| at == index && name == exit.deed.name;
            let mark = match &stand {
                Stand::Leaving(at, it) if here(*at, it.deed.name) => Mark::Here,
                Stand::Blocked(at, it) if here(*at, it.deed.name) => Mark::Blocked,
                Stand::Leaving(..) | Stand::Blocked(..) | Stand::Forward(..) | Stand::Over => {
                    if S::holds(view, exit.deed.done) {
                        Mark::Done
                    } else {
                        Mark::Ahead
                    }
                }
            };
            let done = mark == Mark::Done;
            if !(done && instants.never_called_for(exit.deed.done)) {
                let by = if done { instants.at(exit.deed.done) } else { None };
                lines.push(Line { row: exit.deed.name, part: Part::WayOut, mark, by });
            }
        }
        if landed {
            return;
        }
    }
}

fn beside<S: Saga>(
    table: &'static Table<S>,
    view: &View<'_, S>,
    instants: &Instants<'_, S>,
    lines: &mut Vec<Line>,
) {
    for side in table.beside {
        let fact = side.deed.done;
        let rejected = side.rejected.filter(|rejected| S::holds(view, *rejected));
        let (mark, by) = match (S::holds(view, fact), view.ending) {
            (true, _) if instants.never_called_for(fact) || !instants.has_worked(side) => continue,
            (true, _) if rejected.is_some() => {
                (Mark::Rejected, rejected.and_then(|rejected| instants.at(rejected)))
            }
            (true, _) => (Mark::Done, instants.at(fact)),
            (false, None) if side.only_after_the_end => continue,
            (false, _) => (Mark::Here, None),
        };
        lines.push(Line { row: side.deed.name, part: Part::Beside, mark, by });
    }
}
