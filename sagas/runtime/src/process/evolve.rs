//! What a process remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Disposed, Event, Open, Over, Parked, Retry, State};
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
                parked_before: Vec::new(),
                looked_at: Vec::new(),
                landing_chosen: false,
                landing_chosen_at: None,
                left_because: None,
                given_up: Vec::new(),
                given_up_again: Vec::new(),
                named_before: Vec::new(),
                given_up_at: None,
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
        Event::LandingChosen { reason, at } => {
            open.left_because = Some(reason.clone());
            go_on(&mut open);
            (open.landing_chosen, open.landing_chosen_at) = (true, *at);
        }
        Event::Abandoned { reason, ends, at } => {
            open.given_up_at = *at;
            open.left_because = Some(reason.clone());
            // What was waited for is a person's now; what comes later is the engine's again.
            go_on(&mut open);
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
        Event::Reached(milestone) => {
            S::remember(&mut open.notes, milestone)?;
            if let Some(table) = S::leads_to(milestone) {
                open.table = table.clone();
            }
        }
        Event::RetryScheduled(retry) => remember(&mut open.retries, retry),
        Event::Parked(parked) => {
            open.parked_before.retain(|before| before.row != parked.row);
            let before = open.parked.replace(Box::new(parked.clone()));
            let before = before.filter(|before| before.row != parked.row);
            open.parked_before.extend(before.map(|before| *before));
        }
        Event::Resumed { .. } => {
            open.parked.as_ref()?;
            // A person has looked, or the other side has spoken.
            go_on(open);
        }
        // A person disposes of what is still open, or otherwise of what was given up.
        Event::Abandoned { ends, at, .. } => {
            if ends.iter().any(|end| end.came_of.is_none()) {
                open.given_up_at = *at;
                go_on(open);
                open.retries.clear();
            }
            give_up(open, ends);
        }
        Event::Prepared { .. } | Event::LandingChosen { .. } | Event::Ended { .. } => return None,
    }
    Some(())
}

/// Nothing of it waits for a person, and its retries start over.
fn go_on<S: Saga>(open: &mut Open<S>) {
    let parked: Vec<Parked> = open.all_parked().cloned().collect();
    open.looked_at.retain(|before| parked.iter().all(|it| it.row != before.row));
    open.looked_at.extend(parked);
    open.parked = None;
    open.parked_before.clear();
    open.retries.clear();
}

fn give_up<S: Saga>(open: &mut Open<S>, ends: &[Disposed]) {
    for end in ends {
        match open.given_up.iter_mut().find(|known| known.name == end.name) {
            Some(was) => {
                let again = was.is_of_itself() && end.came_of.is_none();
                if again && open.given_up_again.iter().all(|name| *name != end.name) {
                    open.given_up_again.push(end.name.clone());
                }
                let before = std::mem::replace(was, end.clone());
                if !before.is_named_like(end) {
                    open.named_before.push(before);
                }
            }
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
