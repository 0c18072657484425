//! Which facts follow from a command to an application, or why none may.

use super::{
    Application, Ask, Command, Confirmation, Event, Last, Message, Reception, Refusal, Rejection,
    Stage, State, doubts,
    moving::{moved, placed_again},
};
use crate::{
    money::Shares,
    orders::{Cause, Serial},
    time::Timestamp,
};
use std::sync::Arc;

pub(super) type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn decide(state: &State, command: &Command) -> Decision {
    use {Command as C, State as S};
    match (state, command) {
        (S::Absent, C::Place(terms)) => Ok(vec![Event::Placed(terms.clone())]),
        (
            S::Absent,
            C::MoveTo(..)
            | C::AskFor(_)
            | C::Accept(_)
            | C::Seal(_)
            | C::Send(..)
            | C::Receive(_)
            | C::Confirm(_)
            | C::Correct { .. }
            | C::Contest(_)
            | C::Overrule(_)
            | C::Uphold(_)
            | C::Withdraw(..)
            | C::TakeBack(..)
            | C::Reject(_)
            | C::ContestRejection(_)
            | C::UpholdRejection(_)
            | C::DropRejection { .. }
            | C::Cancel { .. },
        ) => Err(Refusal::NotPlaced),

        (S::Known(known), C::MoveTo(to, promise, by)) => moved(known, *to, promise.clone(), *by),
        (S::Known(known), C::AskFor(shares)) => asked_for(known, *shares),
        (S::Known(known), C::Accept(serial)) => accepted(known, serial),
        (S::Known(known), C::Seal(batch)) => sealed(known, batch),
        (S::Known(known), C::Send(file, record)) => sent(known, file, *record),
        (S::Known(known), C::Receive(reception)) => received(known, reception),
        (S::Known(known), C::Confirm(confirmation)) => confirmed(known, confirmation),
        (S::Known(known), C::Correct { reverses, confirmation }) => {
            corrected(known, reverses, confirmation)
        }
        (S::Known(known), C::Contest(confirmation)) => doubts::contest(known, confirmation),
        (S::Known(known), C::Overrule(confirmation)) => doubts::overrule(known, confirmation),
        (S::Known(known), C::Uphold(serial)) => doubts::uphold(known, serial),
        (S::Known(known), C::Withdraw(serial, cause)) => {
            doubts::withdraw(known, serial, cause, false)
        }
        (S::Known(known), C::TakeBack(serial, cause)) => {
            doubts::withdraw(known, serial, cause, true)
        }
        (S::Known(known), C::Reject(rejection)) => rejected(known, rejection),
        (S::Known(known), C::ContestRejection(rejection)) => {
            doubts::contest_rejection(known, rejection)
        }
        (S::Known(known), C::UpholdRejection(cause)) => doubts::uphold_rejection(known, cause),
        (S::Known(known), C::DropRejection { cause, taken_back }) => {
            doubts::drop_rejection(known, cause, *taken_back)
        }
        (S::Known(known), C::Cancel { at, cut_off, cause }) => {
            cancelled(known, *at, *cut_off, cause)
        }

        (S::Known(known), C::Place(terms)) => placed_again(&known.terms, terms),
    }
}

/// What was called for in vain is called for anew, under the same number: it is carried out once.
fn asked_for(known: &Application, to: Shares) -> Decision {
    let Ask::Redemption { shares: from, lots, .. } = &known.terms.ask else {
        return Err(Refusal::AskFixed { asked: known.terms.ask.name() });
    };
    if *from == to {
        return Ok(vec![]);
    }
    match known.stage {
        Stage::Placed if !to.is_zero() && lots.is_empty() => {
            Ok(vec![Event::AskChanged { from: *from, to }])
        }
        Stage::Placed => Err(Refusal::AskFixed { asked: known.terms.ask.name() }),
        Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(_)
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => Err(too_late(known, "asking for other shares")),
    }
}

fn accepted(known: &Application, serial: &Serial) -> Decision {
    let came = || Message::Acceptance(serial.clone());
    match (&known.accepted, &known.stage) {
        (Some(was), _) if was == serial => Ok(vec![]),
        (Some(was), _) => Err(contradicts(Message::Acceptance(was.clone()), came())),
        (None, Stage::Placed) => Ok(vec![Event::Accepted { serial: Some(serial.clone()) }]),
        // What the registrar said later has implied it.
        (
            None,
            Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_),
        ) => Ok(vec![]),
        (None, Stage::Rejected(rejection)) => {
            Err(contradicts(Message::Rejection(rejection.clone()), came()))
        }
        (None, Stage::Cancelled(cause)) => {
            Err(contradicts(Message::Cancellation(cause.clone()), came()))
        }
    }
}

fn sealed(known: &Application, batch: &Arc<str>) -> Decision {
    match (&known.batch, &known.stage) {
        (Some(was), _) if was == batch => Ok(vec![]),
        (Some(was), _) => {
            Err(Refusal::SealedDifferently { known: was.clone(), came: batch.clone() })
        }
        (None, Stage::Accepted) => Ok(vec![Event::Sealed { batch: batch.clone() }]),
        (None, Stage::Placed) => Err(too_early(known, "sealing")),
        // The registrar's word overtook the sealing; there is nothing left to seal.
        (
            None,
            Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_),
        ) => Ok(vec![]),
        (None, Stage::Rejected(_) | Stage::Cancelled(_)) => Err(too_late(known, "sealing")),
    }
}

fn sent(known: &Application, file: &Arc<str>, record: u64) -> Decision {
    match known.stage {
        Stage::Sealed => Ok(vec![Event::Sent { file: file.clone(), record }]),
        Stage::Placed | Stage::Accepted => Err(too_early(known, "sending")),
        // Sending the same bytes again is no new fact; the registrar keeps one application.
        Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(_) => Ok(vec![]),
        Stage::Rejected(_) if known.sent.is_some() => Ok(vec![]),
        Stage::Rejected(_) | Stage::Cancelled(_) => Err(too_late(known, "sending")),
    }
}

fn received(known: &Application, reception: &Reception) -> Decision {
    let came = || Message::Reception(reception.clone());
    match known.terms.ask {
        Ask::Subscription { .. } => {}
        Ask::Purchase { .. }
        | Ask::Redemption { .. }
        | Ask::Conversion { .. }
        | Ask::FastTransfer { .. } => return Err(wrong_kind(known, "reception", came())),
    }
    match (&known.received, &known.stage) {
        (Some(was), _) if was.is_same(reception) => Ok(vec![]),
        (Some(was), _) => Err(contradicts(Message::Reception(was.clone()), came())),
        (None, Stage::Placed) => Ok(vec![implied(), Event::Received(reception.clone())]),
        (None, Stage::Accepted | Stage::Sealed | Stage::Sent) => {
            Ok(vec![Event::Received(reception.clone())])
        }
        // A confirmation is later news, and has implied it.
        (
            None,
            Stage::Received | Stage::Confirming | Stage::Confirmed(_) | Stage::PartlyConfirmed(_),
        ) => Ok(vec![]),
        (None, Stage::Rejected(rejection)) => {
            Err(contradicts(Message::Rejection(rejection.clone()), came()))
        }
        (None, Stage::Cancelled(cause)) => {
            Err(contradicts(Message::Cancellation(cause.clone()), came()))
        }
    }
}

fn confirmed(known: &Application, confirmation: &Confirmation) -> Decision {
    let came = || Message::Confirmation(confirmation.clone());
    if !known.terms.ask.fits(&confirmation.outcome) {
        return Err(wrong_kind(known, confirmation.outcome.name(), came()));
    }
    let same_serial = |was: &&Confirmation| was.serial == confirmation.serial;
    if let Some(was) = known.confirmations().find(same_serial) {
        if was.says_the_same(confirmation) {
            return Ok(vec![]);
        }
        return Err(contradicts(Message::Confirmation(was.clone()), came()));
    }
    // One that is contested may hold once the way is free; another record under its serial would be taken for it.
    if let Some(was) =
        known.contested().find(same_serial).filter(|it| !it.says_the_same(confirmation))
    {
        return Err(contradicts(Message::Confirmation(was.clone()), came()));
    }
    if let Some(decided) = doubts::heard_again(known, confirmation) {
        return decided;
    }
    match &known.stage {
        Stage::Placed => Ok(vec![implied(), confirms(known, confirmation)]),
        Stage::Accepted | Stage::Sealed | Stage::Sent | Stage::Received | Stage::Confirming => {
            Ok(vec![confirms(known, confirmation)])
        }
        Stage::Confirmed(last) => Err(contradicts(closing(last), came())),
        Stage::PartlyConfirmed(last) => Err(contradicts(last.message(), came())),
        Stage::Rejected(was) => Err(contradicts(Message::Rejection(was.clone()), came())),
        Stage::Cancelled(cause) => Err(contradicts(Message::Cancellation(cause.clone()), came())),
    }
}

/// A corrected record names what it takes back; whether it may is the caller's decision.
fn corrected(known: &Application, reverses: &Serial, came: &Confirmation) -> Decision {
    let message = || Message::Confirmation(came.clone());
    if !known.terms.ask.fits(&came.outcome) {
        return Err(wrong_kind(known, came.outcome.name(), message()));
    }
    let same = |was: &&Confirmation| was.serial == came.serial;
    match known.confirmations().find(same) {
        Some(was) if was.says_the_same(came) => return Ok(vec![]),
        Some(was) => return Err(contradicts(Message::Confirmation(was.clone()), message())),
        None => {}
    }
    // As it is contested, or not at all: another record under its serial would be taken for it.
    let came = match known.contested().find(same) {
        Some(was) if was.says_the_same(came) => was,
        Some(was) => return Err(contradicts(Message::Confirmation(was.clone()), message())),
        None => came,
    };
    match &known.stage {
        Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last))
            if last.serial == *reverses =>
        {
            let (reverses, confirmation) = (reverses.clone(), Box::new(came.clone()));
            Ok(vec![Event::Corrected { reverses, confirmation }])
        }
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(_)
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => Err(too_early(known, "a correction")),
    }
}

fn confirms(known: &Application, confirmation: &Confirmation) -> Event {
    let settled = known.settled().plus(confirmation.outcome.quantity());
    // Beyond the range of the quantity is beyond what was asked.
    let rest = settled.and_then(|settled| known.terms.ask.quantity().minus(settled));
    let in_full = rest.is_none_or(|rest| rest == rest.none());
    let confirmation = Box::new(confirmation.clone());
    match (confirmation.finished, in_full) {
        (false, true | false) => Event::PortionConfirmed(confirmation),
        (true, true) => Event::Confirmed(confirmation),
        (true, false) => Event::PartlyConfirmed(confirmation),
    }
}

fn rejected(known: &Application, rejection: &Rejection) -> Decision {
    let came = || Message::Rejection(rejection.clone());
    match &known.stage {
        Stage::Placed | Stage::Accepted | Stage::Sealed | Stage::Sent | Stage::Received => {
            Ok(vec![Event::Rejected(rejection.clone())])
        }
        Stage::Confirming => Ok(vec![Event::RestRejected(rejection.clone())]),
        // The wording of the reason may change; that nothing comes of it does not.
        Stage::Rejected(was) | Stage::PartlyConfirmed(Last::Rejection(was))
            if was.interest == rejection.interest =>
        {
            Ok(vec![])
        }
        Stage::Rejected(was) => Err(contradicts(Message::Rejection(was.clone()), came())),
        Stage::Cancelled(_) if rejection.interest.is_zero() => Ok(vec![]),
        Stage::Cancelled(cause) => Err(contradicts(Message::Cancellation(cause.clone()), came())),
        Stage::Confirmed(last) => Err(contradicts(closing(last), came())),
        Stage::PartlyConfirmed(last) => Err(contradicts(last.message(), came())),
    }
}

fn cancelled(known: &Application, at: Timestamp, cut_off: Timestamp, cause: &Cause) -> Decision {
    let irrevocable = matches!(known.terms.ask, Ask::FastTransfer { .. });
    let came = || Message::Cancellation(cause.clone());
    match &known.stage {
        Stage::Cancelled(_) => Ok(vec![]),
        Stage::Confirming | Stage::Confirmed(_) | Stage::PartlyConfirmed(_)
            if known.is_upheld_after_cancel() =>
        {
            Ok(vec![])
        }
        Stage::Rejected(was) => Err(contradicts(Message::Rejection(was.clone()), came())),
        Stage::Confirmed(last) => Err(contradicts(closing(last), came())),
        Stage::PartlyConfirmed(last) => Err(contradicts(last.message(), came())),
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
            if irrevocable =>
        {
            Err(Refusal::Irrevocable)
        }
        // Its money counts, as the registrar says before it is in any batch; it is the investor's until then.
        Stage::Placed | Stage::Accepted | Stage::Received
            if at < cut_off && known.batch.is_none() =>
        {
            Ok(vec![Event::Cancelled { cause: cause.clone() }])
        }
        Stage::Sealed | Stage::Sent | Stage::Received | Stage::Confirming if at < cut_off => {
            Err(Refusal::AlreadySealed { at, cut_off })
        }
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming => Err(Refusal::CutOffPassed { at, cut_off }),
    }
}

/// The front has it, since the registrar speaks of it.
const fn implied() -> Event {
    Event::Accepted { serial: None }
}

fn closing(last: &Confirmation) -> Message {
    Message::Confirmation(last.clone())
}

impl Last {
    fn message(&self) -> Message {
        match self {
            Last::Confirmation(last) => closing(last),
            Last::Rejection(last) => Message::Rejection(last.clone()),
        }
    }
}

fn contradicts(stands: Message, came: Message) -> Refusal {
    Refusal::Contradicts { stands: Box::new(stands), came: Box::new(came) }
}

fn wrong_kind(known: &Application, came: &'static str, message: Message) -> Refusal {
    Refusal::WrongKind { asked: known.terms.ask.name(), came, message: Box::new(message) }
}

fn too_early(known: &Application, step: &'static str) -> Refusal {
    Refusal::TooEarly { stage: known.stage.name(), step }
}

pub(super) fn too_late(known: &Application, step: &'static str) -> Refusal {
    Refusal::TooLate { stage: known.stage.name(), step }
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod edge_tests;
