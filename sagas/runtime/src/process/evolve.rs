//! What a process remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Disposed, Event, Open, Over, Retry, State};
use crate::saga::Saga;

pub(super) fn evolve<S: Saga>(state: State<S>, event: &Event<S>) -> Option<State<S>> {
    match (state, event) {
        (State::Absent, Event::Prepared { request, promise, table }) => {
            Some(State::Open(Box::new(Open {
                request: request.clone(),
                promise: promise.clone(),
                table: table.clone(),
                notes: S::Notes::default(),
                retries: Vec::new(),
                parked: None,
                landing_chosen: false,
                left_because: None,
                given_up: Vec::new(),
            })))
        }
        (State::Absent, _) => None,
        (State::Open(open), event) => open_after(open, event),
        (State::Ended(mut open, over), event) => {
            aftermath(&mut open, event)?;
            Some(State::Ended(open, over))
        }
    }
}

fn open_after<S: Saga>(mut open: Box<Open<S>>, event: &Event<S>) -> Option<State<S>> {
    match event {
        Event::LandingChosen { reason } => {
            open.left_because = Some(reason.clone());
            open.parked = None;
            open.retries.clear();
            open.landing_chosen = true;
        }
        Event::Abandoned { reason, ends } => {
            open.left_because = Some(reason.clone());
            // What was waited for is a person's now; what comes later is the engine's again.
            open.parked = None;
            open.retries.clear();
            give_up(&mut open, ends);
            return Some(State::Ended(open, Over::Abandoned));
        }
        Event::Ended { ending, .. } => return Some(State::Ended(open, Over::Ended(*ending))),
        Event::Prepared { .. }
        | Event::Reached(_)
        | Event::RetryScheduled(_)
        | Event::Parked(_)
        | Event::Resumed { .. } => aftermath(&mut open, event)?,
    }
    Some(State::Open(open))
}

/// What can still happen when the saga itself is over.
fn aftermath<S: Saga>(open: &mut Open<S>, event: &Event<S>) -> Option<()> {
    match event {
        Event::Reached(milestone) => S::remember(&mut open.notes, milestone)?,
        Event::RetryScheduled(retry) => remember(&mut open.retries, retry),
        Event::Parked(parked) => open.parked = Some(Box::new(parked.clone())),
        Event::Resumed { .. } => {
            open.parked.take()?;
            // The retries start over: a person has looked, or the other side has spoken.
            open.retries.clear();
        }
        // A person disposes of what is still open, or otherwise of what was given up.
        Event::Abandoned { ends, .. } => {
            if ends.iter().any(|end| end.came_of.is_none()) {
                open.parked = None;
                open.retries.clear();
            }
            give_up(open, ends);
        }
        Event::Prepared { .. } | Event::LandingChosen { .. } | Event::Ended { .. } => return None,
    }
    Some(())
}

fn give_up<S: Saga>(open: &mut Open<S>, ends: &[Disposed]) {
    for end in ends {
        match open.given_up.iter_mut().find(|known| known.name == end.name) {
            Some(was) => *was = end.clone(),
            None => open.given_up.push(end.clone()),
        }
    }
}

fn remember(retries: &mut Vec<Retry>, retry: &Retry) {
    match retries.iter_mut().find(|was| was.row == retry.row) {
        Some(was) => *was = retry.clone(),
        None => retries.push(retry.clone()),
    }
}
