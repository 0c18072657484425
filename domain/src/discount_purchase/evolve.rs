//! What a purchase remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Ending, Event, Open, Retry, State};

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    match (state, event) {
        (State::Absent, Event::Prepared { request, admitted, table }) => Some(State::Open(Open {
            request: request.clone(),
            admitted: admitted.clone(),
            table: table.clone(),
            committed: false,
            retries: Vec::new(),
            parked: None,
            landing_chosen: false,
            given_up: Vec::new(),
        })),
        (State::Absent, _) => None,
        (State::Open(open), event) => open_after(open, event),
        (State::Ended(mut open, ending), event) => {
            aftermath(&mut open, event)?;
            Some(State::Ended(open, ending))
        }
    }
}

fn open_after(mut open: Open, event: &Event) -> Option<State> {
    match event {
        Event::Committed {} => {
            (!open.committed).then(|| open.committed = true)?;
        }
        Event::LandingChosen { .. } => {
            open.parked = None;
            open.retries.clear();
            open.landing_chosen = true;
        }
        Event::Abandoned { legs, .. } => {
            // What was waited for is a person's now; what comes later is the engine's again.
            open.parked = None;
            open.retries.clear();
            open.given_up = legs.iter().map(|leg| leg.leg.clone()).collect();
            return Some(State::Ended(open, Ending::Abandoned));
        }
        Event::Completed {} => return Some(State::Ended(open, Ending::Completed)),
        Event::KeptInWallet { .. } => return Some(State::Ended(open, Ending::KeptInWallet)),
        Event::RolledBack { .. } | Event::Compensated { .. } => {
            return Some(State::Ended(open, Ending::Failed));
        }
        Event::Prepared { .. }
        | Event::RetryScheduled(_)
        | Event::Parked { .. }
        | Event::Resumed { .. } => aftermath(&mut open, event)?,
    }
    Some(State::Open(open))
}

/// What can still happen when the purchase itself is over.
fn aftermath(open: &mut Open, event: &Event) -> Option<()> {
    match event {
        Event::RetryScheduled(retry) => remember(&mut open.retries, retry),
        Event::Parked { row, cause } => open.parked = Some(Box::new((row.clone(), cause.clone()))),
        Event::Resumed { .. } => {
            open.parked.take()?;
            // The retries start over: a person has looked.
            open.retries.clear();
        }
        Event::Prepared { .. }
        | Event::Committed {}
        | Event::LandingChosen { .. }
        | Event::Abandoned { .. }
        | Event::Completed {}
        | Event::KeptInWallet { .. }
        | Event::RolledBack { .. }
        | Event::Compensated { .. } => return None,
    }
    Some(())
}

fn remember(retries: &mut Vec<Retry>, retry: &Retry) {
    match retries.iter_mut().find(|was| was.row == retry.row) {
        Some(was) => *was = retry.clone(),
        None => retries.push(retry.clone()),
    }
}
