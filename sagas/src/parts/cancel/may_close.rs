//! Whether a case of a saga may be closed in that way: asked before anything is decided on it.

use super::NotTakenBack;
use crate::parts::{
    application::{ApplicationLeg, FundSaga},
    compensation,
    lacking::MISSING,
};
use fundflow_domain::{
    case::{self, Around, CaseId, Cases, Closing, How},
    decider::Decider as _,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{process::Disposed, turn::Turn};

/// Refuses a closing before anything is decided on it. One that took effect already is only repeated: whoever
/// died after it, or does not know that it did, is told no reason that does not hold.
pub(super) fn may_close<S: FundSaga>(
    turn: &Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<(), NotTakenBack> {
    let state = turn.state(&Key::<Cases>::of(&case));
    let known = state.and_then(case::State::case);
    let known = known.filter(|known| known.transaction.as_ref() == Some(turn.id()));
    let kind = known.ok_or(NotTakenBack::NoSuchCase(case))?.kind();
    // A closing that is refused says nothing of the record. One that is repeated may find only a part
    // of what the first one decided.
    let judged = || {
        let judged =
            state.map(|state| Cases::decide(state, &case::Command::Close(closing.clone())));
        judged.transpose().map_err(|error| NotTakenBack::Refused(error.to_string())).map(drop)
    };
    if matches!(state, Some(case::State::Closed(..))) {
        return judged();
    }
    let is_ours_to_pay = matches!(closing.how, How::PaidByUs { .. });
    let view = turn.view().map_err(|_| NotTakenBack::NoSuchCase(case))?;
    let notes = &view.open.notes;
    let announced = compensation::announced(turn, case);
    let around = Around {
        is_booked: notes.disputes.contains(&case) || notes.settled.contains(&case),
        has_the_cash: announced.is_none() && S::has_the_cash(&view),
    };
    if let Some(why) = kind.refuses(&closing.how, around) {
        return Err(NotTakenBack::Nothing(why));
    }
    if is_ours_to_pay && announced.is_none() && is_by_hand(turn) {
        return Err(NotTakenBack::Nothing(
            "a person has what this transaction still owed, and settles that by hand; pay what this case is \
             about by hand as well, and close it as manual",
        ));
    }
    judged()?;
    if !is_ours_to_pay && let Some(amount) = announced {
        let text = format!("{amount} yuan of ours are on their way for it; close it as paid by us");
        return Err(NotTakenBack::Refused(text));
    }
    if matches!(closing.how, How::Withdrawn) && is_on_standing_rejection(turn, case) {
        return Err(NotTakenBack::Nothing(
            "the case is on a rejection that stands; should the registrar carry it out after all, its \
             confirmation opens a case of its own, to be closed as accepted",
        ));
    }
    Ok(())
}

/// A person took over money or an order of it, so that nobody but that person knows what is paid.
fn is_by_hand<S: FundSaga>(turn: &Turn<'_, S>) -> bool {
    let shares = |end: &Disposed| *end.name == *MISSING;
    turn.view().is_ok_and(|view| !view.open.given_up.iter().all(shares))
}

/// A rejection has no record that could be taken back: asked again, the registrar repeats it.
fn is_on_standing_rejection<S: FundSaga>(turn: &Turn<'_, S>, case: CaseId) -> bool {
    turn.view().is_ok_and(|view| {
        let legs = S::legs(view.plan);
        legs.into_iter().any(|leg: &ApplicationLeg| leg.rejection_case(&view) == Some(case))
    })
}
