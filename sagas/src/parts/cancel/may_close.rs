//! Whether a case of a saga may be closed in that way: asked before anything is decided on it.

use super::{NotTakenBack, contested_rejection};
use crate::parts::{
    application::{ApplicationLeg, FundSaga},
    compensation,
    lacking::MISSING,
};
use fundflow_domain::{
    application::Stage,
    case::{self, Around, CaseId, Cases, Closing, How},
    decider::Decider as _,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{process::Disposed, saga::View, turn::Turn};

/// Refuses a closing before anything is decided on it. One that took effect already is only repeated: whoever
/// died after it, or does not know that it did, gets no reason that does not hold.
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
        is_booked: notes.disputes.contains(&case)
            || notes.settled.contains(&case)
            || contested_rejection(turn, case).is_some(),
        has_the_cash: announced.is_none() && S::has_the_cash(&view),
    };
    if let Some(why) = kind.refuses(&closing.how, around) {
        return Err(NotTakenBack::Refused(why.to_owned()));
    }
    if is_ours_to_pay && announced.is_none() && is_by_hand(turn) {
        let text = "a person has what this transaction still owed, and settles that by hand; pay what this case is \
                    about by hand as well, and close it as manual";
        return Err(NotTakenBack::Refused(text.to_owned()));
    }
    if let Some(why) = rejection_refuses(turn, case, &closing.how) {
        return Err(NotTakenBack::Refused(why.to_owned()));
    }
    judged()?;
    if !is_ours_to_pay && let Some(amount) = announced {
        let text = format!("{amount} yuan of ours are on their way for it; close it as paid by us");
        return Err(NotTakenBack::Refused(text));
    }
    Ok(())
}

/// Why the case of a rejection is not closed in that way; `None` where it may be, or is on no rejection.
fn rejection_refuses<S: FundSaga>(
    turn: &Turn<'_, S>,
    case: CaseId,
    how: &How,
) -> Option<&'static str> {
    let view = turn.view().ok()?;
    let legs = S::legs(view.plan);
    let stands = |leg: &ApplicationLeg| leg.rejection_case(&view) == Some(case);
    match how {
        How::Withdrawn if legs.iter().any(|leg| stands(leg)) => Some(
            "the case is on a rejection that stands; should the registrar carry it out after all, its \
             confirmation opens a case of its own, to be closed as accepted",
        ),
        How::Withdrawn if legs.iter().any(|leg| leg.was_overturned(&view, case)) => Some(
            "the case is on a rejection that stood until the order was confirmed, and that stands again if the \
             confirmation is taken back; close the case of the confirmation, and this one as manual",
        ),
        How::Accepted if legs.iter().any(|leg| stands(leg) && leg.earned_too_much(&view)) => Some(
            "what the money of a raising earned is the investor's, and this is more than money on demand can \
             earn; a corrected record closes the case by itself; without one, agree on the amount with the \
             registrar, and close the case as paid by us with it, or as manual",
        ),
        How::PaidByUs { .. } if legs.iter().any(|leg| leg.is_said_to_earn_less(&view, case)) => {
            Some(
                "by this record the money earned less than is paid for it; close the case as accepted where it is \
             right, and otherwise as withdrawn or manual",
            )
        }
        How::Accepted
        | How::Withdrawn
        | How::PaidByUs { .. }
        | How::Manual { .. }
        | How::Corrected { .. } => None,
    }
}

/// A person took over money or an order of it, so that nobody but that person knows what is paid.
fn is_by_hand<S: FundSaga>(turn: &Turn<'_, S>) -> bool {
    let shares = |end: &Disposed| *end.name == *MISSING;
    turn.view().is_ok_and(|view| !view.open.given_up.iter().all(shares))
}

impl ApplicationLeg {
    /// Whether the case is on a rejection of it that held until a confirmation did.
    fn was_overturned<S: FundSaga>(&self, view: &View<'_, S>, case: CaseId) -> bool {
        let known = self.application(view);
        known.is_some_and(|it| it.overturned().any(|was| it.case_of_rejection(was) == case))
    }

    /// Whether the case is on a rejection of what was rejected with more interest.
    fn is_said_to_earn_less<S: FundSaga>(&self, view: &View<'_, S>, case: CaseId) -> bool {
        let Some(known) = self.application(view) else { return false };
        let own = self.case_of_contested_rejection(known) == Some(case);
        let said = known.contested_rejection().filter(|_| own);
        matches!((&known.stage, said), (Stage::Rejected(was), Some(said)) if said.interest < was.interest)
    }

    /// Whether the rejection that stands sends back the money of a raising with more than it can have earned.
    fn earned_too_much<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let known = self.application(view);
        known.is_some_and(|it| matches!(&it.stage, Stage::Rejected(said) if said.unearned))
    }
}
