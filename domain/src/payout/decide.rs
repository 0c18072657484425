//! Which facts follow from a command to a payout.

use super::{Decision, Event, Payout, Refusal, Stage, Terms, Transfer};
use crate::{
    ids::{AccountRef, PaymentNo},
    money::Money,
    orders::Cause,
    time::Timestamp,
};

pub(super) fn asked(event: Event, at: Timestamp) -> Event {
    match event {
        Event::Redirected { after, no, account, reason, .. } => {
            Event::Redirected { after, no, account, reason, asked_at: Some(at) }
        }
        Event::Requested(_) | Event::PaidOut(_) | Event::Refused { .. } => event,
    }
}

pub(super) fn requested(terms: &Terms) -> Decision {
    if terms.no.leaves_room() {
        return Ok(vec![Event::Requested(Box::new(terms.clone()))]);
    }
    Err(Refusal::NoRoomForAttempt(terms.no.clone()))
}

pub(super) fn paid_out(payout: &Payout, transfer: &Transfer) -> Decision {
    let came = || Box::new(transfer.clone());
    match &payout.numbered(&transfer.no)?.stage {
        Stage::Requested if transfer.amount == Money::from(payout.terms.amount) => {
            Ok(vec![Event::PaidOut(transfer.clone())])
        }
        Stage::Requested => Err(Refusal::AmountDiffers {
            asked: payout.terms.amount,
            came: transfer.amount,
            serial: transfer.serial.clone(),
        }),
        Stage::Refused(cause) => {
            Err(Refusal::PaidAfterRefusal { cause: cause.clone(), came: came() })
        }
        Stage::PaidOut(known)
            if known.serial == transfer.serial && known.amount == transfer.amount =>
        {
            Ok(vec![])
        }
        Stage::PaidOut(known) => {
            Err(Refusal::PaidTwice { known: Box::new(known.clone()), came: came() })
        }
    }
}

pub(super) fn refused(payout: &Payout, no: &PaymentNo, cause: &Cause) -> Decision {
    match &payout.numbered(no)?.stage {
        Stage::Requested => Ok(vec![Event::Refused { no: no.clone(), cause: cause.clone() }]),
        Stage::Refused(_) => Ok(vec![]),
        Stage::PaidOut(known) => {
            let known = Box::new(known.clone());
            Err(Refusal::RefusedAfterPaid { known, cause: cause.clone() })
        }
    }
}

pub(super) fn redirected(
    payout: &Payout,
    after: &PaymentNo,
    account: &AccountRef,
    reason: &Cause,
) -> Decision {
    let refused = payout.numbered(after)?;
    if let Some(next) = payout.attempts().skip_while(|attempt| attempt.no != *after).nth(1) {
        if next.account == *account {
            return Ok(vec![]);
        }
        let (after, known) = (after.clone(), next.account.clone());
        return Err(Refusal::RedirectedDifferently { after, known, asked: account.clone() });
    }
    match refused.stage {
        Stage::Requested | Stage::PaidOut(_) => Err(Refusal::NotRefused(after.clone())),
        Stage::Refused(_) => {
            let nth = payout.attempts().count().saturating_add(1);
            let no = payout.terms.no.nth_attempt(nth);
            let no = no.ok_or_else(|| Refusal::NoRoomForAttempt(payout.terms.no.clone()))?;
            let (after, account, reason) = (after.clone(), account.clone(), reason.clone());
            Ok(vec![Event::Redirected { after, no, account, reason, asked_at: None }])
        }
    }
}
