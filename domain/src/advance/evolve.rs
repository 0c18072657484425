//! What an advance remembers of each event.

use super::{Advance, Event, Return, Stage, State};
use crate::{money::Money, orders::Cause, time::Timestamp};

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    use {Event as E, State as S};
    match (state, event) {
        (S::Absent, E::Requested(terms)) => {
            let terms = terms.as_ref().clone();
            Some(S::Known(Box::new(Advance {
                terms,
                stage: Stage::Requested,
                closed_by_us: false,
                given_up_at: None,
                contested: Vec::new(),
                paid: None,
                repaid: Vec::new(),
                overpaid: Money::ZERO,
                returned: Vec::new(),
                recourse: Money::ZERO,
                retained: Money::ZERO,
            })))
        }
        (
            S::Known(advance),
            E::Advanced(_)
            | E::Declined { .. }
            | E::Contested(_)
            | E::RepaymentRequested { .. }
            | E::Repaid(_)
            | E::Recourse { .. }
            | E::ClaimChanged { .. }
            | E::Overpaid { .. }
            | E::Returned { .. },
        ) => moved(advance, event).map(S::Known),
        (S::Known(_), E::Requested(_))
        | (
            S::Absent,
            E::Advanced(_)
            | E::Declined { .. }
            | E::Contested(_)
            | E::RepaymentRequested { .. }
            | E::Repaid(_)
            | E::Recourse { .. }
            | E::ClaimChanged { .. }
            | E::Overpaid { .. }
            | E::Returned { .. },
        ) => None,
    }
}

fn moved(mut advance: Box<Advance>, event: &Event) -> Option<Box<Advance>> {
    use {Event as E, Stage as S};
    advance.stage = match (&advance.stage, event) {
        (S::Requested, E::Advanced(transfer)) => {
            advance.paid = Some(transfer.clone());
            S::Advanced
        }
        (S::Requested | S::Declined(_), E::Declined { cause, by_us, at }) => {
            declined(&mut advance, cause, (*by_us, *at))?
        }
        (S::Declined(cause), E::Contested(said)) => {
            let stage = S::Declined(cause.clone());
            advance.contested.push(said.clone());
            stage
        }
        (S::Advanced, E::Recourse { amount }) => {
            advance.recourse = Money::from(*amount);
            S::Settled
        }
        (S::Advanced | S::Repaying { .. } | S::Settled, E::ClaimChanged { retained, recourse }) => {
            (advance.retained, advance.recourse) = (*retained, *recourse);
            settled(&advance)?
        }
        (S::Advanced | S::Repaying { .. } | S::Settled, E::Overpaid { amount }) => {
            advance.overpaid = *amount;
            advance.stage.clone()
        }
        (S::Advanced | S::Repaying { .. } | S::Settled, E::Returned { amount, case }) => {
            advance.overpaid = advance.overpaid.minus(Money::from(*amount))?;
            advance.returned.push(Return { amount: *amount, case: *case });
            settled(&advance)?
        }
        (S::Advanced | S::Settled, E::RepaymentRequested { no, amount, asked_at }) => {
            S::Repaying { no: no.clone(), amount: *amount, asked_at: *asked_at }
        }
        (S::Repaying { .. }, E::Repaid(transfer)) => {
            advance.repaid.push(transfer.clone());
            S::Settled
        }
        (
            S::Requested | S::Declined(_) | S::Advanced | S::Repaying { .. } | S::Settled,
            E::Requested(_)
            | E::Advanced(_)
            | E::Declined { .. }
            | E::Contested(_)
            | E::RepaymentRequested { .. }
            | E::Repaid(_)
            | E::Recourse { .. }
            | E::ClaimChanged { .. }
            | E::Overpaid { .. }
            | E::Returned { .. },
        ) => return None,
    };
    Some(advance)
}

/// Declined by us, the bank says so later, and once. Why we gave it up stays the reason.
fn declined(
    advance: &mut Advance,
    cause: &Cause,
    (by_us, at): (bool, Option<Timestamp>),
) -> Option<Stage> {
    let stage = match &advance.stage {
        Stage::Requested => Stage::Declined(cause.clone()),
        Stage::Declined(was) if advance.closed_by_us && !by_us => {
            let is_ours = advance.given_up_at.is_some();
            Stage::Declined(if is_ours { was.clone() } else { cause.clone() })
        }
        Stage::Declined(_) | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled => {
            return None;
        }
    };
    (advance.closed_by_us, advance.given_up_at) = (by_us, at);
    Some(stage)
}

/// Whether any of it is lent still; what is on its way stays on its way.
fn settled(advance: &Advance) -> Option<Stage> {
    let is_lent = !advance.still_lent()?.is_zero();
    Some(match &advance.stage {
        on_its_way @ Stage::Repaying { .. } => on_its_way.clone(),
        Stage::Requested | Stage::Declined(_) | Stage::Advanced | Stage::Settled => {
            if is_lent {
                Stage::Advanced
            } else {
                Stage::Settled
            }
        }
    })
}
