//! Which facts follow from a command to a process, or why none may.

use super::{Command, Disposed, Disposition, Event, Open, Refusal, Retry, State};
use crate::saga::{OpenEnd, Saga};
use fundflow_kernel::time::Timestamp;
use std::sync::Arc;

pub(super) fn decide<S: Saga>(
    state: &State<S>,
    command: &Command<S>,
) -> Result<Vec<Event<S>>, Refusal> {
    use {Command as C, State as T};
    match (state, command) {
        (T::Absent, C::Prepare { request, promise, table }) => Ok(vec![Event::Prepared {
            request: request.clone(),
            promise: promise.clone(),
            table: table.clone(),
        }]),
        (
            T::Absent,
            C::Reach(_)
            | C::End(..)
            | C::ScheduleRetry(_)
            | C::Park(..)
            | C::Resume(_)
            | C::ChooseLanding { .. }
            | C::Abandon { .. }
            | C::HandOver { .. },
        ) => Err(Refusal::NotPrepared),
        (T::Open(was) | T::Ended(was, _), C::Prepare { request, .. }) => repeat(was, request),

        (T::Open(open) | T::Ended(open, _), C::Reach(milestone)) => reach(open, milestone),
        (T::Open(_), C::End(ending, cause)) => {
            Ok(vec![Event::Ended { ending: *ending, cause: cause.clone() }])
        }
        (T::Open(open), C::ChooseLanding { reason, at }) => {
            let chosen = || Event::LandingChosen { reason: reason.clone(), at: Some(*at) };
            Ok(once(!open.landing_chosen, chosen))
        }
        (T::Open(_), C::Abandon { reason, open, dispositions, at }) => {
            are_clear(&[], open, dispositions)?;
            abandon((reason, *at), open, dispositions)
        }

        (T::Open(was) | T::Ended(was, _), C::ScheduleRetry(retry)) => Ok(schedule(was, retry)),
        (T::Open(was) | T::Ended(was, _), C::Park(parked)) => {
            Ok(once(was.parks_anew(parked), || Event::Parked(parked.clone())))
        }
        (T::Open(was) | T::Ended(was, _), C::Resume(reason)) => {
            Ok(once(was.parked.is_some(), || Event::Resumed { reason: reason.clone() }))
        }

        (T::Ended(_, super::Over::Ended(was)), C::End(again, _)) if was == again => Ok(vec![]),
        // Whoever is over may still owe something.
        (T::Ended(_, super::Over::Ended(_)), C::Abandon { open, .. }) if open.is_empty() => {
            Err(late("abandonment"))
        }
        (T::Ended(was, _), C::Abandon { reason, open, dispositions, at }) => {
            are_clear(&was.given_up, open, dispositions)?;
            abandon_again(was, (reason, *at), open, dispositions)
        }
        (T::Ended(was, _), C::HandOver { reason, ends }) => Ok(hand_over(was, reason, ends)),
        (T::Open(_), C::HandOver { .. }) => Err(Refusal::NotGivenUp),
        (T::Ended(..), C::End(..)) => Err(late("end")),
        (T::Ended(..), C::ChooseLanding { .. }) => Err(late("choice of landing")),
    }
}

fn repeat<S: Saga>(first: &Open<S>, again: &S::Request) -> Result<Vec<Event<S>>, Refusal> {
    let fields = S::differences(&first.request, again);
    if fields.is_empty() { Ok(vec![]) } else { Err(Refusal::DiffersFromFirst { fields }) }
}

/// A milestone that changes nothing was reached before.
fn reach<S: Saga>(open: &Open<S>, milestone: &S::Milestone) -> Result<Vec<Event<S>>, Refusal> {
    let mut notes = open.notes.clone();
    S::remember(&mut notes, milestone).ok_or(Refusal::OutOfOrder)?;
    Ok(once(notes != open.notes, || Event::Reached(milestone.clone())))
}

fn once<S: Saga>(first: bool, event: impl FnOnce() -> Event<S>) -> Vec<Event<S>> {
    if first { vec![event()] } else { vec![] }
}

fn schedule<S: Saga>(open: &Open<S>, retry: &Retry) -> Vec<Event<S>> {
    let known = open.retries.iter().find(|was| was.row == retry.row);
    let repeated = known.is_some_and(|was| was.attempt >= retry.attempt);
    once(!repeated, || Event::RetryScheduled(retry.clone()))
}

/// Each end that is disposed of is open, or was given up before, and one thing becomes of it.
fn are_clear(
    given_up: &[Disposed],
    open: &[OpenEnd],
    dispositions: &[(Arc<str>, Disposition)],
) -> Result<(), Refusal> {
    let unclear =
        |name: &Arc<str>, why: String| Refusal::Unclear { name: name.clone(), why: why.into() };
    for (name, chosen) in dispositions {
        let other = dispositions.iter().find(|(named, it)| named == name && it != chosen);
        if let Some((_, other)) = other {
            let why =
                format!("both {} and {} were named for it; name one", word(*chosen), word(*other));
            return Err(unclear(name, why));
        }
        let known = open.iter().any(|end| end.name == *name);
        if !known && given_up.iter().all(|end| end.name != *name) {
            let ends: Vec<&str> = open.iter().map(|end| &*end.name).collect();
            let why = if ends.is_empty() {
                "nothing is open; leave it out".to_owned()
            } else {
                format!("no end of that name is open; open are {}", ends.join(", "))
            };
            return Err(unclear(name, why));
        }
    }
    Ok(())
}

const fn word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Refund => "refund",
        Disposition::Suspense => "suspense",
        Disposition::Manual => "manual",
    }
}

fn abandon<S: Saga>(
    (reason, at): (&Arc<str>, Timestamp),
    open: &[OpenEnd],
    dispositions: &[(Arc<str>, Disposition)],
) -> Result<Vec<Event<S>>, Refusal> {
    let disposed = |OpenEnd { name, worth }: &OpenEnd| {
        let chosen = dispositions.iter().find(|(named, _)| named == name);
        let (name, worth) = (name.clone(), *worth);
        match chosen {
            Some((_, disposition)) => Ok(Disposed::by_a_person(name, worth, *disposition)),
            None => Err(Refusal::MissingDisposition { name, worth }),
        }
    };
    let ends = open.iter().map(disposed).collect::<Result<_, _>>()?;
    Ok(vec![Event::Abandoned { reason: reason.clone(), ends, at: Some(at) }])
}

/// A person may dispose otherwise of what is still open. What is not named stays whose it is.
fn abandon_again<S: Saga>(
    was: &Open<S>,
    (reason, at): (&Arc<str>, Timestamp),
    open: &[OpenEnd],
    dispositions: &[(Arc<str>, Disposition)],
) -> Result<Vec<Event<S>>, Refusal> {
    let mut ends = Vec::new();
    for OpenEnd { name, worth } in open {
        let known = was.given_up.iter().find(|it| it.name == *name);
        match (dispositions.iter().find(|(named, _)| named == name), known) {
            (Some((_, chosen)), Some(known)) if known.disposition == *chosen => {}
            (Some((_, chosen)), _) => {
                let own = Disposed::by_a_person(name.clone(), *worth, *chosen);
                ends.push(Disposed { before: known.and_then(|it| it.named_before(*worth)), ..own });
            }
            (None, None) if dispositions.is_empty() => {
                return Err(Refusal::MissingDisposition { name: name.clone(), worth: *worth });
            }
            (None, _) => {}
        }
    }
    let again = || Event::Abandoned { reason: reason.clone(), ends: ends.clone(), at: Some(at) };
    Ok(once(!ends.is_empty(), again))
}

fn hand_over<S: Saga>(was: &Open<S>, reason: &Arc<str>, ends: &[Disposed]) -> Vec<Event<S>> {
    let new = |end: &&Disposed| !was.given_up.contains(end);
    let ends: Vec<Disposed> = ends.iter().filter(new).cloned().collect();
    once(!ends.is_empty(), || Event::Abandoned {
        reason: reason.clone(),
        ends: ends.clone(),
        at: None,
    })
}

fn late(message: &'static str) -> Refusal {
    Refusal::ContradictsEarlier { message }
}
