//! Whether what a saga decided rests on what its streams held then, read off its log alone.
//!
//! 1. Who decides at a row, a move or a lane stands there, or has that lane to work at. Every event names
//!    where it was decided, so what precedes it must say the same: an event that is not there any more, and
//!    that a later decision rests on, is missed by that one.
//! 2. What one turn decided is judged as one, on what precedes its first event: nothing else was seen.
//! 3. Whoever gives a saga up sees every end that is open, and what it is worth: from this program, or from the one
//!    that ran then.
//! 4. What others say (answers, commands) may come at any time: it rests on no row.

use crate::{
    liveness::REST,
    process::{Disposed, Event, Process},
    replay::Followed,
    saga::{OpenEnd, Saga, View},
    step::Table,
};
use fundflow_kernel::{
    codec::decode,
    envelope::{Actor, Recorded, StreamName},
    store::{Position, Version},
    streams::Streams,
    time::Timestamp,
};
use std::{fmt, sync::Arc};

/// What the runtime calls its own causes: a row of that name is not judged by them.
const CAUSES: [&str; 7] = ["request", "command", "answer", "operator", "resume", REST, "batch"];

/// How a turn that stands at the end of a plain retry loop is parked: where it went is not stored.
const CIRCLE: &str = "circle";

/// A decision that does not follow from what precedes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groundless {
    /// The stream of its first event.
    pub stream: StreamName,
    /// Version of that event in its stream.
    pub version: Version,
    /// That event's place in the log.
    pub position: Position,
    /// Contradiction with the earlier events.
    pub why: Why,
}

/// The contradiction between a decision and the events before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It was decided at a row where the saga did not stand.
    Elsewhere {
        /// The row, move or lane that the decision names.
        row: Arc<str>,
        /// Row at which the saga stood.
        stood_at: &'static str,
    },
    /// A person took over other ends than were open.
    OtherEnds {
        /// The open ends that were shown to that person.
        stated: Vec<OpenEnd>,
        /// The open ends when it was given up, with their worth.
        open: Vec<OpenEnd>,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Elsewhere { row, stood_at } => write!(
                out,
                "it was decided at {row}, and by what precedes it there was nothing to decide there: the saga stood at {stood_at}"
            ),
            Why::OtherEnds { stated, open } => {
                let (stated, open) = (listed(stated), listed(open));
                write!(out, "a person took over {stated}, and by what precedes it open was {open}")
            }
        }
    }
}

fn listed(ends: &[OpenEnd]) -> String {
    let ends: Vec<String> =
        ends.iter().map(|OpenEnd { name, worth }| format!("{name} ({worth})")).collect();
    if ends.is_empty() { "nothing".to_owned() } else { ends.join(", ") }
}

/// The findings about one saga while its events are replayed.
#[derive(Debug, Default)]
pub(crate) struct Grounds {
    turn: Option<(Arc<str>, Timestamp)>,
    pub(crate) found: Vec<Groundless>,
}

impl Grounds {
    /// Judges the event by what its streams held before it.
    pub(crate) fn judge<S: Saga>(
        &mut self,
        saga: &Followed<S>,
        before: &Streams,
        event: &Recorded,
    ) {
        let new = &event.event;
        if *new.process != *S::KIND || new.correlation != *saga.id() {
            return;
        }
        let turn = (new.causation.clone(), new.recorded_at);
        let goes_on = self.turn.as_ref() == Some(&turn);
        self.turn = Some(turn);
        let (Some(view), Some(table)) = (saga.view(before), saga.table(before)) else { return };
        let past = Past { view, table };
        let why = match past.of_process(event) {
            Some(Said::Rests) => None,
            Some(Said::Groundless(why)) => Some(why),
            None if goes_on || new.actor != Actor::Engine => None,
            None => past.decided_at(&new.causation),
        };
        let Recorded { stream, version, position, .. } = event;
        let groundless = |why| Groundless {
            stream: stream.clone(),
            version: *version,
            position: *position,
            why,
        };
        self.found.extend(why.map(groundless));
    }
}

/// The check of an event of the process that states more than its cause.
enum Said {
    Rests,
    Groundless(Why),
}

impl From<Option<Why>> for Said {
    fn from(why: Option<Why>) -> Self {
        why.map_or(Said::Rests, Said::Groundless)
    }
}

/// A saga as it was before an event.
struct Past<'a, S: Saga> {
    view: View<'a, S>,
    table: &'static Table<S>,
}

impl<S: Saga> Past<'_, S> {
    /// `None` where the event states no more than its cause.
    fn of_process(&self, event: &Recorded) -> Option<Said> {
        if event.stream.category() != S::KIND {
            return None;
        }
        let new = &event.event;
        let said = decode::<Process<S>>(&new.event_type, new.schema, &new.data).ok()?;
        Some(match said {
            Event::RetryScheduled(retry) => self.unless(self.works_at(&retry.row), &retry.row),
            Event::Parked(parked) if *parked.cause.code == *CIRCLE => Said::Rests,
            Event::Parked(parked) => {
                let row = &parked.row;
                self.unless(self.table.has_lane(row) || self.stood_at() == &**row, row)
            }
            Event::LandingChosen { .. } => {
                let stand = self.table.stand(&self.view);
                self.unless(stand.can_be_skipped(), &"a row that can be closed".into())
            }
            Event::Abandoned { ends, at: Some(_), .. } => self.given_up(&ends).into(),
            Event::Prepared { .. }
            | Event::Reached(_)
            | Event::Resumed { .. }
            | Event::Abandoned { at: None, .. }
            | Event::Ended { .. } => return None,
        })
    }

    fn decided_at(&self, cause: &Arc<str>) -> Option<Why> {
        if CAUSES.contains(&&**cause) || !self.table.names().any(|name| *name == **cause) {
            return None;
        }
        (!self.works_at(cause)).then(|| self.elsewhere(cause))
    }

    /// Whether the saga stands there, is parked there, or has something to do in that lane.
    fn works_at(&self, row: &str) -> bool {
        let stands = self.table.stand(&self.view).deed().is_some_and(|deed| deed.name == row);
        let works = || {
            let mut lanes = self.table.beside.iter().filter(|side| side.deed.name == row);
            lanes.any(|side| {
                let idle = side.only_after_the_end && self.view.ending.is_none();
                !idle && !S::holds(&self.view, side.deed.done)
            })
        };
        // What is parked is decided again when somebody else has moved, whatever its facts say by then.
        let waits = self.view.open.parked_at(row).is_some();
        stands || waits || works()
    }

    /// What is taken over first is all that was open; what follows is some of it.
    fn given_up(&self, ends: &[Disposed]) -> Option<Why> {
        let stated: Vec<OpenEnd> = ends.iter().map(Disposed::end).collect();
        let open = S::open_ends(&self.view);
        let fits = |open: &[OpenEnd]| match self.view.ending {
            None => stated == open,
            Some(_) => stated.iter().all(|end| open.contains(end)),
        };
        let fitted = || S::open_ends_before(&self.view).is_some_and(|before| fits(&before));
        (!fits(&open) && !fitted()).then_some(Why::OtherEnds { stated, open })
    }

    fn unless(&self, fits: bool, row: &Arc<str>) -> Said {
        if fits { Said::Rests } else { Said::Groundless(self.elsewhere(row)) }
    }

    fn elsewhere(&self, row: &Arc<str>) -> Why {
        Why::Elsewhere { row: row.clone(), stood_at: self.stood_at() }
    }

    fn stood_at(&self) -> &'static str {
        self.table.stand(&self.view).place().name()
    }
}
