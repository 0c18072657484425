//! What an advance answers to each command.

use super::{Advance, Brought, Command, Contested, Event, Refusal, Stage, State, Terms, Transfer};
use crate::{
    case::CaseId,
    fast_redemption::Advancer,
    money::{Amount, Money},
    orders::Cause,
    time::Timestamp,
};

type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn decide(state: &State, command: &Command) -> Decision {
    use {Command as C, State as S};
    match (state, command) {
        (S::Absent | S::Known(_), C::At(at, command)) => {
            let events = decide(state, command)?.into_iter();
            Ok(events.map(|event| asked(event, *at)).collect())
        }
        (S::Absent, C::Request(terms)) => requested(terms),
        (
            S::Absent,
            C::RecordAdvanced(_)
            | C::RecordDecline(_)
            | C::Close(_)
            | C::GiveUp { .. }
            | C::Contest(_)
            | C::RequestRepayment(_)
            | C::KeepShares(_)
            | C::RecordRepaid(_)
            | C::RecordReturned(_),
        ) => Err(Refusal::NotRequested),
        (S::Known(advance), C::RecordAdvanced(transfer)) => advanced(advance, transfer),
        (S::Known(advance), C::RecordDecline(cause)) => declined(advance, cause),
        (S::Known(advance), C::Contest(said)) => contested(advance, said),
        (S::Known(advance), C::Close(cause)) => closed(advance, cause, None),
        (S::Known(advance), C::GiveUp { cause, at }) => closed(advance, cause, Some(*at)),
        (S::Known(advance), C::RequestRepayment(brought)) => repaying(advance, *brought),
        (S::Known(advance), C::KeepShares(brought)) => keeping(advance, *brought),
        (S::Known(advance), C::RecordRepaid(transfer)) => repaid(advance, transfer),
        (S::Known(advance), C::RecordReturned(case)) => returned(advance, *case),
        (S::Known(advance), C::Request(terms)) if advance.terms == *terms => Ok(vec![]),
        (S::Known(advance), C::Request(_)) => {
            Err(Refusal::RequestedDifferently(advance.terms.no.clone()))
        }
    }
}

pub(super) fn asked(event: Event, at: Timestamp) -> Event {
    match event {
        Event::RepaymentRequested { no, amount, .. } => {
            Event::RepaymentRequested { no, amount, asked_at: Some(at) }
        }
        Event::Requested(_)
        | Event::Advanced(_)
        | Event::Declined { .. }
        | Event::Contested(_)
        | Event::Repaid(_)
        | Event::Recourse { .. }
        | Event::ClaimChanged { .. }
        | Event::Overpaid { .. }
        | Event::Returned { .. } => event,
    }
}

pub(super) fn requested(terms: &Terms) -> Decision {
    match terms.by {
        Advancer::LicensedBank(_) => {}
        Advancer::OtherBank(_) | Advancer::Manager | Advancer::Distributor => {
            return Err(Refusal::MayNotAdvance(terms.by.clone()));
        }
    }
    if !terms.no.leaves_room() {
        return Err(Refusal::NoRoomForRepayment(terms.no.clone()));
    }
    Ok(vec![Event::Requested(Box::new(terms.clone()))])
}

pub(super) fn advanced(advance: &Advance, transfer: &Transfer) -> Decision {
    match (&advance.stage, &advance.paid) {
        (Stage::Declined(cause), _) => {
            let (cause, came) = (cause.clone(), Box::new(transfer.clone()));
            Err(Refusal::AdvancedAfterDecline { cause, came })
        }
        (
            Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled,
            Some(known),
        ) => again(known, transfer),
        (Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled, None) => {
            agreed(advance.terms.amount, transfer)?;
            Ok(vec![Event::Advanced(transfer.clone())])
        }
    }
}

pub(super) fn declined(advance: &Advance, cause: &Cause) -> Decision {
    match (&advance.stage, &advance.paid) {
        (Stage::Declined(_), _) if !advance.closed_by_us => Ok(vec![]),
        (Stage::Declined(_), _) => {
            Ok(vec![Event::Declined { cause: cause.clone(), by_us: false, at: None }])
        }
        (
            Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled,
            Some(known),
        ) => {
            let known = Box::new(known.clone());
            Err(Refusal::DeclinedAfterAdvance { known, cause: cause.clone() })
        }
        (Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled, None) => {
            Ok(vec![Event::Declined { cause: cause.clone(), by_us: false, at: None }])
        }
    }
}

/// Each such word once: the same transfer, said again, is no news.
pub(super) fn contested(advance: &Advance, said: &Contested) -> Decision {
    if !matches!(advance.stage, Stage::Declined(_)) {
        return Err(Refusal::NotDeclined(said.transfer.serial.clone()));
    }
    let known = advance.contested.iter().any(|it| it.transfer == said.transfer);
    Ok(if known { vec![] } else { vec![Event::Contested(said.clone())] })
}

/// What was declined already needs no word of ours.
pub(super) fn closed(advance: &Advance, cause: &Cause, at: Option<Timestamp>) -> Decision {
    if matches!(advance.stage, Stage::Declined(_)) {
        return Ok(vec![]);
    }
    let by_us = |event| match event {
        Event::Declined { cause, .. } => Event::Declined { cause, by_us: true, at },
        other => other,
    };
    Ok(declined(advance, cause)?.into_iter().map(by_us).collect())
}

pub(super) fn repaying(advance: &Advance, brought: Brought) -> Decision {
    match &advance.stage {
        Stage::Requested | Stage::Declined(_) => Err(Refusal::NothingAdvanced),
        // What came meanwhile goes back once this has arrived.
        Stage::Repaying { .. } => Ok(vec![]),
        Stage::Advanced | Stage::Settled => {
            let (had, money) = (advance.got_back().unwrap_or_default(), brought.money);
            let Some(more) = money.minus(had) else { return Ok(too_much(advance, money)) };
            let next = next_repayment(advance, more)?;
            let lent = Money::from(advance.terms.amount).minus(money).unwrap_or_default();
            let retained = brought.retained.min(lent);
            let otherwise = otherwise(advance, retained, lent.minus(retained).unwrap_or_default());
            let said = too_much(advance, money).into_iter();
            Ok(said.chain(otherwise).chain(next).collect())
        }
    }
}

/// Nobody may ever hear whether what is on its way has arrived, and the person pays what it is less the shares.
/// The money that these brought is the bank's first: however many more it keeps, that money is nobody else's.
pub(super) fn keeping(advance: &Advance, brought: Brought) -> Decision {
    match &advance.stage {
        Stage::Requested | Stage::Declined(_) => Err(Refusal::NothingAdvanced),
        Stage::Advanced | Stage::Repaying { .. } | Stage::Settled => {
            let (had, money) = (advance.got_back().unwrap_or_default(), brought.money);
            if money.minus(had).is_none() {
                return Ok(too_much(advance, money));
            }
            let lent = Money::from(advance.terms.amount).minus(money).unwrap_or_default();
            let retained = brought.retained.min(lent);
            let recourse = advance.recourse.min(lent.minus(retained).unwrap_or_default());
            let said = too_much(advance, money).into_iter();
            Ok(said.chain(otherwise(advance, retained, recourse)).collect())
        }
    }
}

/// What the bank has of our money that the shares did not bring, if that is not known already. Until it has
/// returned that, it has no shares or claim for it.
fn too_much(advance: &Advance, money: Money) -> Vec<Event> {
    let had = advance.got_back().unwrap_or_default();
    let amount = had.minus(money).unwrap_or_default();
    let news = (amount != advance.overpaid).then_some(Event::Overpaid { amount });
    news.into_iter().collect()
}

pub(super) fn returned(advance: &Advance, case: CaseId) -> Decision {
    match &advance.stage {
        Stage::Requested | Stage::Declined(_) => Err(Refusal::NothingAdvanced),
        Stage::Advanced | Stage::Repaying { .. } | Stage::Settled => {
            if advance.returned.iter().any(|it| it.case == case) {
                return Ok(vec![]);
            }
            let amount = positive(advance.overpaid).ok_or(Refusal::NothingOverpaid)?;
            Ok(vec![Event::Returned { amount, case }])
        }
    }
}

/// What settles it besides money, if that is not known already.
fn otherwise(advance: &Advance, retained: Money, recourse: Money) -> Option<Event> {
    if (retained, recourse) == (advance.retained, advance.recourse) {
        return None;
    }
    let first = retained.is_zero() && advance.retained.is_zero() && advance.recourse.is_zero();
    if first {
        return positive(recourse).map(|amount| Event::Recourse { amount });
    }
    Some(Event::ClaimChanged { retained, recourse })
}

fn next_repayment(advance: &Advance, amount: Money) -> Result<Option<Event>, Refusal> {
    let Some(amount) = positive(amount) else { return Ok(None) };
    let no = &advance.terms.no;
    let next = no.nth_repayment(advance.repaid.len() + 1);
    let next = next.ok_or_else(|| Refusal::NoRoomForRepayment(no.clone()))?;
    Ok(Some(Event::RepaymentRequested { no: next, amount, asked_at: None }))
}

fn positive(money: Money) -> Option<Amount> {
    Amount::new(money.decimal()).ok()
}

pub(super) fn repaid(advance: &Advance, transfer: &Transfer) -> Decision {
    let same = |known: &&Transfer| known.serial == transfer.serial;
    match (&advance.stage, advance.repaid.iter().find(same), advance.repaid.last()) {
        (Stage::Requested | Stage::Declined(_), ..) => Err(Refusal::NothingAdvanced),
        (_, Some(known), _) => again(known, transfer),
        (Stage::Repaying { amount, .. }, None, _) => {
            agreed(*amount, transfer)?;
            Ok(vec![Event::Repaid(transfer.clone())])
        }
        (Stage::Settled, None, Some(known)) => again(known, transfer),
        (Stage::Advanced | Stage::Settled, None, _) => {
            Err(Refusal::RepaidUnasked(transfer.serial.clone()))
        }
    }
}

fn agreed(asked: Amount, transfer: &Transfer) -> Result<(), Refusal> {
    let came = transfer.amount;
    if came == Money::from(asked) {
        return Ok(());
    }
    Err(Refusal::AmountDiffers { asked, came, serial: transfer.serial.clone() })
}

fn again(known: &Transfer, came: &Transfer) -> Decision {
    if known.serial == came.serial && known.amount == came.amount {
        return Ok(vec![]);
    }
    let (known, came) = (Box::new(known.clone()), Box::new(came.clone()));
    Err(Refusal::MovedTwice { known, came })
}
