//! Taking back what was asked, until its own cut-off; and closing the cases that keep a saga open.
//!
//! ```text
//! asked in time -> CancelAsked -> the registrar takes it back (if it has it) -> cancelled
//!                                  |                                      `--> refused: it stands
//!                                  |-> it says nothing until its batch is sealed -> cancelled by us
//!                                  `-> it says nothing, and the batch is not ours -> as it confirms or rejects
//! ```

mod instant;
mod may_close;
mod nothing;
mod until;

pub use instant::{asked, when};
use may_close::may_close;
pub use nothing::{Nothing, ended};
pub use until::{asked_before, revocable};

use super::{
    application::{ApplicationLeg, FundSaga, book},
    cases, compensation,
    milestone::{Milestone, Scope},
    payment::PaymentLeg,
};
use fundflow_domain::{
    application::{self, Application, Applications, Confirmation, Stage},
    case::{self, CaseId, Cases, Closing, How},
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::{
    process::Over,
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

/// Why nothing is taken back, or a case stays open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTakenBack {
    /// Its own cut-off has passed.
    #[error("{}, but this could be taken back only before {cut_off}", asked(*at, *heard_at))]
    TooLate {
        /// When it was asked, as the asker says.
        at: Timestamp,
        /// When we heard of it, which counts.
        heard_at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
    /// Nobody takes back what was not asked for yet.
    #[error(
        "asked at {at}, but this was asked for only at {requested_at}; say when it was taken back"
    )]
    BeforeAsked {
        /// When it was taken back, as the asker says.
        at: Timestamp,
        /// When it was asked for.
        requested_at: Timestamp,
    },
    /// There is nothing that could be taken back.
    #[error(transparent)]
    Nothing(#[from] Nothing),
    /// No case of that name is open on this saga.
    #[error("no case {0} is open on this transaction")]
    NoSuchCase(CaseId),
    /// The case, or the saga, says no.
    #[error("{0}")]
    Refused(String),
}

/// Takes the order of that leg back, and all that hangs on it; `payment`: what pays for it. An order
/// that is not placed yet belongs to the promised T.
///
/// # Errors
/// [`NotTakenBack`]; nothing has changed.
pub fn take_back<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    (leg, payment): (&ApplicationLeg, Option<&PaymentLeg>),
    at: Timestamp,
) -> Result<usize, NotTakenBack> {
    let view = turn.view().map_err(|_| Nothing::of("nothing was prepared"))?;
    if view.open.notes.cancel.is_some() {
        return Ok(0);
    }
    let heard_at = turn.now();
    let asked = at.max(heard_at);
    let cut_off = match until::until(saga, &view, (leg, payment)) {
        Ok(cut_off) => cut_off,
        Err(NotTakenBack::Nothing(why)) => {
            let cut_off = until::cut_off(saga, &view, leg)?;
            return Err(why.since(cut_off, asked).into());
        }
        Err(other) => return Err(other),
    };
    if asked >= cut_off {
        return Err(NotTakenBack::TooLate { at, heard_at, cut_off });
    }
    let at = when(&view, at, heard_at)?;
    reached(turn.reach(Milestone::CancelAsked { at, scope: Scope::All }))
}

/// Why that payment buys nothing any more: whoever takes its order back changes nothing.
pub fn unpaid<S: FundSaga>(view: &View<'_, S>, payment: &PaymentLeg) -> Option<&'static str> {
    if payment.is_over_unpaid(view) {
        return Some("the payment did not go through, and nothing is bought");
    }
    payment.is_paid_back(view).then_some("nothing is bought, and the money goes back")
}

/// Whether what is to be taken back of that order is settled: nothing is asked, the registrar said
/// no, or the order is over. One that the registrar has not taken yet is taken back once it has.
pub fn is_settled<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
    if view.open.notes.cancel.is_none() || is_refused(view) || view.ending.is_some() {
        return true;
    }
    leg.is_over(view) || !leg.is_accepted(view)
}

/// The registrar keeps it, and that stands: the investor asked, and not we. What we turned away may not
/// be carried out, so that a person has to settle it with the registrar.
pub fn is_refused<S: FundSaga>(view: &View<'_, S>) -> bool {
    let notes = &view.open.notes;
    notes.cancel_refused.is_some() && notes.turned_away.is_none()
}

/// The registrar keeps what was to be taken back. What may not be carried out waits for a person.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn not_cancelled<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    leg: &ApplicationLeg,
    cause: &Cause,
) -> Result<Heard, NotDone> {
    if leg.is_rejected(&turn.view()?) {
        // It went into no batch, whatever the registrar would keep.
        return Ok(Heard::Recorded(0));
    }
    let events = turn.reach(Milestone::CancelRefused { cause: cause.clone() })?;
    let stands = turn.view()?.open.notes.turned_away.is_none();
    Ok(if stands { Heard::Recorded(events) } else { Heard::Refused(cause.clone()) })
}

/// Whether the order of that leg goes into no batch: it is being taken back, or the registrar keeps it
/// although we turned it away.
pub fn is_withheld<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
    let asked = view.open.notes.cancel.filter(|(_, scope)| S::takes_back(view.plan, leg, *scope));
    asked.is_some() && !is_refused(view)
}

/// Whether taking the order of that leg back is ours alone: its batch is sealed without it, and the
/// registrar, which has not said that it keeps it, has it in no file.
pub fn is_ours<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
    let unsealed = leg.application(view).is_some_and(Application::is_unsealed);
    unsealed && is_withheld(view, leg) && view.open.notes.cancel_refused.is_none()
}

/// A person gave the saga up while one of its orders was not over: it may still be carried out, whatever was asked
/// of its registrar.
pub(super) fn is_left_open<S: FundSaga>(view: &View<'_, S>) -> bool {
    let waits = |leg: &ApplicationLeg| !leg.is_over(view);
    matches!(view.ending, Some(Over::Abandoned)) && S::legs(view.plan).into_iter().any(waits)
}

/// Why the order of that leg did not go through, where the registrar does not say so: it was turned
/// away, or taken back. One that was to be turned away and is carried out all the same says that.
pub fn why<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> Option<Cause> {
    if is_left_open(view) {
        return None;
    }
    let notes = &view.open.notes;
    let turned_away = notes.turned_away.as_ref();
    if leg.is_confirmed(view) {
        return turned_away.map(|why| {
            let text = format!("{}, and the registrar carried it out all the same", why.text);
            Cause::new("not_taken_back", text)
        });
    }
    let taken_back = || {
        let stands = is_refused(view) && leg.is_placed(view);
        let asked = notes.cancel.filter(|_| !stands);
        asked.map(|_| Cause::new("cancelled", "taken back by the investor"))
    };
    turned_away.cloned().or_else(taken_back)
}

/// Streams that must be in memory to close a case.
pub fn case_needs(case: CaseId) -> Vec<Need> {
    std::iter::once(Key::<Cases>::of(&case).need()).chain(compensation::needs_of(case)).collect()
}

/// Closes a case of this transaction. What it was about holds from then on, or not: an accepted
/// record holds, one that the registrar takes back does not, and one that was settled in another way
/// stays as it was.
///
/// # Errors
/// [`NotTakenBack::NoSuchCase`], or what the case or the order itself says.
pub fn close_case<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<usize, NotTakenBack> {
    let key = Key::<Cases>::of(&case);
    may_close(turn, case, closing)?;
    let refused = |error: &dyn std::fmt::Display| NotTakenBack::Refused(error.to_string());
    let close = case::Command::Close(closing.clone());
    let mut events = 0;
    // What we owe is announced before the case is closed: whoever dies in the middle closes it again.
    if let How::PaidByUs { amount } = closing.how {
        events += compensation::owe(saga, turn, case, amount)?;
    }
    let contested = contested_rejection(turn, case).map(|it| it.unearned);
    let upheld = contested.filter(|_| matches!(closing.how, How::Accepted));
    if upheld == Some(true) {
        events += accept_all_but_interest(turn, case, closing).map_err(|error| refused(&error))?;
        return Ok(events + book(saga, turn));
    }
    if turn.view().is_ok_and(|view| view.open.notes.disputes.contains(&case)) {
        // First: it is that person's word, and the rest follows from it, whoever dies in between. A case whose
        // record cannot be settled stays open.
        events += turn.decide(&key, &close).map_err(|error| refused(&error))?;
        events += follow(turn, case, closing).map_err(|error| refused(&error))?;
        return Ok(events + book(saga, turn));
    }
    events += settle(turn, case, closing).map_err(|error| refused(&error))?;
    if upheld.is_some() || matches!(closing.how, How::PaidByUs { .. }) {
        events += reached(turn.reach(Milestone::Undisputed { case }))?;
    }
    // Last: the saga does not wait for it, so that a death before it leaves it open, to be closed again.
    let closed = turn.decide(&key, &close);
    events += closed.map_err(|error| refused(&error))?;
    Ok(events + book(saga, turn))
}

/// The rejection that contests what an order of this transaction booked, where the case is on that.
fn contested_rejection<'a, S: FundSaga>(
    turn: &'a Turn<'_, S>,
    case: CaseId,
) -> Option<&'a application::Rejection> {
    let legs = S::legs(turn.plan());
    legs.into_iter().find_map(|leg| {
        let known = turn.state(&leg.key).and_then(application::State::application)?;
        let own = leg.case_of_contested_rejection(known) == Some(case);
        known.contested_rejection().filter(|_| own)
    })
}

/// The rejection holds; what it sends above what money can have earned is nobody's for that, and stays in dispute
/// with the same case.
fn accept_all_but_interest<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<usize, NotDone> {
    let key = Key::<Cases>::of(&case);
    // First: whoever dies before the rejection holds accepts it once more, and nothing waits for that.
    let mut events = turn.reach(Milestone::Undisputed { case })?;
    events += settle(turn, case, closing)?;
    let mark = turn.mark();
    events += turn.decide(&key, &case::Command::Close(closing.clone()))?;
    let (at, by) = (turn.now(), cases::name("engine"));
    let text =
        "the rejection holds; interest above what money on demand can earn is still to be settled";
    let reason = case::Remark::lossy(format!("{text} (accepted at {at})"));
    events += turn.decide(&key, &case::Command::Reopen(case::Reopening { by, reason }))?;
    let first = turn.state(&key).and_then(case::State::case).and_then(|it| it.findings.first());
    // What is left of it is about the interest only.
    let about_nothing = |it: &case::Finding| {
        Box::new(case::Finding { disputed: case::Disputed::default(), ..it.clone() })
    };
    if let Some(finding) = first.map(about_nothing) {
        events += turn.decide(&key, &case::Command::Restate { at, finding })?;
    }
    turn.stored_as_one(mark);
    Ok(events)
}

/// What follows from the closing of a case that the saga waited for: its order hears of it, and the dispute
/// is over.
///
/// # Errors
/// [`NotDone`]; nothing of it was decided.
pub(super) fn follow<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<usize, NotDone> {
    let mut events = settle(turn, case, closing)?;
    let last = turn.view()?.open.notes.disputes.len() == 1;
    if last && matches!(closing.how, How::Withdrawn) {
        // It stands where it stood, and the registrar is asked anew.
        events += turn.resume("the record was taken back")?;
    }
    // Last: until then all of it is done again.
    Ok(events + turn.reach(Milestone::Undisputed { case })?)
}

/// What the order hears of it, and what is frozen by a rejection that holds since.
fn settle<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<usize, NotDone> {
    let mut events = 0;
    if let Some((leg, command)) = settling(turn, case, closing)? {
        events += turn.decide(&leg, &command)?;
    }
    let plan = turn.plan();
    for leg in S::legs(plan) {
        if leg.rejection_case(&turn.view()?) == Some(case) {
            events += freeze(turn, &leg.key)?;
        }
    }
    Ok(events)
}

/// What the order hears of it, where the case is about a record of one.
fn settling<S: FundSaga>(
    turn: &Turn<'_, S>,
    case: CaseId,
    closing: &Closing,
) -> Result<Option<(Key<Applications>, application::Command)>, NotDone> {
    let view = turn.view()?;
    for leg in S::legs(view.plan) {
        let Some(application) = leg.application(&view) else { continue };
        if leg.case_of_contested_rejection(application) == Some(case) {
            let why = Cause::new("operator", closing.reason.as_str());
            let taken_back = matches!(closing.how, How::Withdrawn);
            let command = match closing.how {
                How::Accepted => application::Command::UpholdRejection(why),
                How::Withdrawn
                | How::Corrected { .. }
                | How::PaidByUs { .. }
                | How::Manual { .. } => {
                    application::Command::DropRejection { cause: why, taken_back }
                }
            };
            return Ok(Some((leg.key.clone(), command)));
        }
        let of_case = |said: &&Confirmation| application.case_of(said) == case;
        let contested = application.contested().find(of_case);
        let holds = application.confirmations().find(of_case);
        let Some(said) = contested.or(holds) else { continue };
        let (serial, contested) = (said.serial.clone(), contested.is_some());
        let why = || Cause::new("operator", closing.reason.as_str());
        let command = match closing.how {
            How::Accepted if contested => application::Command::Uphold(serial),
            How::Withdrawn => application::Command::TakeBack(serial, why()),
            How::Corrected { .. } | How::PaidByUs { .. } | How::Manual { .. } if contested => {
                application::Command::Withdraw(serial, why())
            }
            How::Accepted | How::Corrected { .. } | How::PaidByUs { .. } | How::Manual { .. } => {
                return Ok(None);
            }
        };
        return Ok(Some((leg.key.clone(), command)));
    }
    Ok(None)
}

/// What a rejection that holds at last says is frozen.
fn freeze<S: FundSaga>(turn: &mut Turn<'_, S>, of: &Key<Applications>) -> Result<usize, NotDone> {
    let plan = turn.plan();
    let leg = S::legs(plan).into_iter().find(|leg| leg.key.stream() == of.stream());
    let state = turn.state(of).and_then(application::State::application);
    let rejection = state.and_then(|it| match &it.stage {
        Stage::Rejected(it) | Stage::PartlyConfirmed(application::Last::Rejection(it)) => {
            Some(it.clone())
        }
        _ => None,
    });
    match (leg, rejection) {
        (Some(leg), Some(rejection)) => leg.freeze(turn, &rejection),
        (None, _) | (_, None) => Ok(0),
    }
}

fn reached(done: Result<usize, NotDone>) -> Result<usize, NotTakenBack> {
    done.map_err(|error| NotTakenBack::Refused(error.to_string()))
}
