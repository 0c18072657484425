//! Which facts follow from a command to a purchase, or why none may.

use super::{Command, Disposed, Disposition, Ending, Event, Open, Refusal, Request, Retry, State};
use crate::{
    admission::{Admission, admit},
    fund_order::Cause,
    ids::{FundCode, VersionTag},
    money::Money,
};
use std::sync::Arc;

pub(super) fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    use {Command as C, State as S};
    match (state, command) {
        (S::Absent, C::Place(request, admission, table)) => place(request, admission, table),
        (S::Absent, _) => Err(Refusal::NotPrepared),
        (S::Open(was) | S::Ended(was, _), C::Place(again, ..)) => repeat(&was.request, again),

        (S::Open(open), C::Commit) => Ok(once(!open.committed, || Event::Committed {})),
        (S::Open(open), C::End(ending, cause)) => end(open, *ending, cause.clone()),
        (S::Open(open), C::ChooseLanding(reason)) => {
            Ok(once(!open.landing_chosen, || Event::LandingChosen { reason: reason.clone() }))
        }
        (S::Open(_), C::Abandon { reason, open, dispositions }) => {
            abandon(reason, open, dispositions)
        }

        (S::Open(was) | S::Ended(was, _), C::ScheduleRetry(retry)) => Ok(schedule(was, retry)),
        (S::Open(was) | S::Ended(was, _), C::Park(row, cause)) => {
            let park = || Event::Parked { row: row.clone(), cause: cause.clone() };
            Ok(once(was.parked.is_none(), park))
        }
        (S::Open(was) | S::Ended(was, _), C::Resume(reason)) => {
            Ok(once(was.parked.is_some(), || Event::Resumed { reason: reason.clone() }))
        }

        (S::Ended(was, _), C::Commit) if was.committed => Ok(vec![]),
        (S::Ended(_, ending), C::End(again, _)) if ending == again => Ok(vec![]),
        (S::Ended(_, Ending::Abandoned), C::Abandon { .. }) => Ok(vec![]),
        (S::Ended(_, ending), C::Commit | C::End(..) | C::ChooseLanding(_) | C::Abandon { .. }) => {
            Err(late(*ending, command))
        }
    }
}

fn place(
    request: &Request,
    admission: &Result<Box<Admission>, FundCode>,
    table: &VersionTag,
) -> Result<Vec<Event>, Refusal> {
    if request.wallet_fund == request.target_fund {
        return Err(Refusal::SameFund(request.target_fund));
    }
    let admission = admission.as_ref().map_err(|code| Refusal::UnknownFund(*code))?;
    let admitted = Box::new(admit(admission)?);
    let (request, table) = (Box::new(request.clone()), table.clone());
    Ok(vec![Event::Prepared { request, admitted, table }])
}

fn repeat(first: &Request, again: &Request) -> Result<Vec<Event>, Refusal> {
    let fields = first.differences(again);
    if fields.is_empty() { Ok(vec![]) } else { Err(Refusal::DiffersFromFirst { fields }) }
}

fn once(first: bool, event: impl FnOnce() -> Event) -> Vec<Event> {
    if first { vec![event()] } else { vec![] }
}

fn schedule(open: &Open, retry: &Retry) -> Vec<Event> {
    let known = open.retries.iter().find(|was| was.row == retry.row);
    let repeated = known.is_some_and(|was| was.attempt >= retry.attempt);
    once(!repeated, || Event::RetryScheduled(retry.clone()))
}

fn end(open: &Open, ending: Ending, cause: Option<Cause>) -> Result<Vec<Event>, Refusal> {
    match (ending, open.committed) {
        (Ending::Completed, true) => Ok(vec![Event::Completed {}]),
        (Ending::KeptInWallet, true) => Ok(vec![Event::KeptInWallet { cause }]),
        (Ending::Completed, false) => Err(Refusal::NotCommitted("completed")),
        (Ending::KeptInWallet, false) => Err(Refusal::NotCommitted("kept in wallet")),
        (Ending::Failed, false) => Ok(vec![Event::RolledBack { cause }]),
        (Ending::Failed, true) => Ok(vec![Event::Compensated { cause }]),
        (Ending::Abandoned, _) => {
            Err(Refusal::ContradictsEarlier { now: "open", message: "end without dispositions" })
        }
    }
}

fn abandon(
    reason: &Arc<str>,
    open: &[(Arc<str>, Money)],
    dispositions: &[(Arc<str>, Disposition)],
) -> Result<Vec<Event>, Refusal> {
    let disposed = |(leg, worth): &(Arc<str>, Money)| {
        let chosen = dispositions.iter().find(|(named, _)| named == leg);
        let (leg, worth) = (leg.clone(), *worth);
        match chosen {
            Some((_, disposition)) => Ok(Disposed { leg, worth, disposition: *disposition }),
            None => Err(Refusal::MissingDisposition { leg, worth }),
        }
    };
    let legs = open.iter().map(disposed).collect::<Result<_, _>>()?;
    Ok(vec![Event::Abandoned { reason: reason.clone(), legs }])
}

fn late(ending: Ending, command: &Command) -> Refusal {
    let message = match command {
        Command::Commit => "commit",
        Command::End(..) => "end",
        Command::ChooseLanding(_) => "choice of landing",
        Command::Abandon { .. } => "abandonment",
        Command::Place(..) | Command::ScheduleRetry(_) | Command::Park(..) | Command::Resume(_) => {
            "request"
        }
    };
    Refusal::ContradictsEarlier { now: ending.name(), message }
}
