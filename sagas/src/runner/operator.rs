//! What a person, or the day's cut on a person's behalf, may do to a purchase.
//!
//! Each is an event with its actor and reason. None of them can contradict the registrar: a row
//! that waits for its word can be asked again (resume) but not skipped.

use super::{Runner, Saga, advance, refusal_text};
use crate::{stand::Stand, world::World};
use fundflow_domain::{
    discount_purchase::{self as purchase, DiscountPurchase, Disposition},
    fund_order::{Command, FundOrder, Stage},
    ids::{Leg, TransactionId},
    money::Money,
    time::Timestamp,
    wallet::{Credit, Entry, Reservation},
};
use fundflow_kernel::envelope::Actor;
use std::sync::Arc;

/// What may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Go on where it is parked, with the retries started over.
    Resume {
        /// Why.
        reason: Arc<str>,
    },
    /// Leave towards the nearest landing: the row that nobody answers is closed, and a late answer
    /// to it is unapplied.
    SkipToLanding {
        /// Why.
        reason: Arc<str>,
    },
    /// Give up; every open leg needs a disposition.
    Abandon {
        /// Why.
        reason: Arc<str>,
        /// Leg and what becomes of it.
        dispositions: Vec<(Arc<str>, Disposition)>,
    },
    /// The order of that leg belongs to the batch of its T.
    Seal(Leg, Arc<str>),
    /// It went out in that file, as that record (from 1).
    Send(Leg, Arc<str>, u64),
}

/// Why an action was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// Look the transaction ID up with `fundflow saga ls`.
    #[error("no purchase {0} was ever prepared")]
    Unknown(TransactionId),
    /// Only what is parked can be resumed.
    #[error("the purchase is not parked; it stands at {at}")]
    NotParked {
        /// Where it is.
        at: String,
    },
    /// The registrar, or our own books, must speak first; resume asks again.
    #[error("{at} cannot be skipped: only the other side can say how it ends; resume asks again")]
    CannotSkip {
        /// Where it is.
        at: String,
    },
    /// The purchase's own rules say no.
    #[error("{0}")]
    Refused(String),
    /// A defect of the engine; report it with the purchase's events.
    #[error("{0}")]
    Defect(String),
}

impl Runner {
    pub(super) fn act(
        &mut self,
        transaction: &TransactionId,
        action: Action,
        operator: &Arc<str>,
        now: Timestamp,
    ) -> super::Reply {
        match self.acted(transaction, action, operator, now) {
            Ok(()) => super::Reply::Acted,
            Err(error) => super::Reply::NotActed(error),
        }
    }

    fn acted(
        &mut self,
        transaction: &TransactionId,
        action: Action,
        operator: &Arc<str>,
        now: Timestamp,
    ) -> Result<(), ActionError> {
        let found = self.sagas.get(transaction).filter(|saga| saga.known().is_some());
        let Some(saga) = found else {
            self.out.finished.push(transaction.clone());
            return Err(ActionError::Unknown(transaction.clone()));
        };
        let entry = self.entry(transaction, saga);
        let command = match action {
            Action::Resume { reason } => {
                if !saga.is_parked() {
                    return Err(ActionError::NotParked { at: place(saga, entry) });
                }
                purchase::Command::Resume(reason)
            }
            Action::SkipToLanding { reason } => {
                if !can_skip(saga, entry) {
                    return Err(ActionError::CannotSkip { at: place(saga, entry) });
                }
                purchase::Command::ChooseLanding(reason)
            }
            Action::Abandon { reason, dispositions } => {
                let open = legs(saga, entry);
                purchase::Command::Abandon { reason, open, dispositions }
            }
            Action::Seal(leg, batch) => {
                return self.order_act(transaction, leg, &Command::Seal(batch), operator, now);
            }
            Action::Send(leg, file, record) => {
                let command = Command::Send(file, record);
                return self.order_act(transaction, leg, &command, operator, now);
            }
        };
        let by = (Actor::Operator(operator.clone()), "operator", now);
        self.decide_purchase_as(transaction, &command, by, now)
            .map_err(|error| ActionError::Refused(refusal_text::<DiscountPurchase>(&error)))?;
        self.rouse(transaction, now);
        if let Some(saga) = self.sagas.get(transaction) {
            let ending = saga.purchase.state.ending();
            self.out.rests.extend(ending.map(|end| (transaction.clone(), super::Rest::Ended(end))));
        }
        Ok(())
    }

    fn order_act(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        command: &Command,
        operator: &Arc<str>,
        now: Timestamp,
    ) -> Result<(), ActionError> {
        let by = (Actor::Operator(operator.clone()), "day-cut", now);
        self.decide_order_as(transaction, leg, command, by, now)
            .map(|_| ())
            .map_err(|error| ActionError::Refused(refusal_text::<FundOrder>(&error)))
    }
}

/// Where a purchase stands, in the words of its table.
pub fn place(saga: &Saga, entry: Entry) -> String {
    match saga.stand(entry) {
        Some(Stand::Forward(_, step)) => step.name.to_owned(),
        Some(Stand::Leaving(_, exit) | Stand::Blocked(_, exit)) => exit.name.to_owned(),
        Some(Stand::Over) => advance::why(saga)
            .map_or_else(|| "its end".to_owned(), |cause| format!("its end ({})", cause.text)),
        None => "a table that this build does not know".to_owned(),
    }
}

/// Whether an operator may close the row that it stands on.
pub fn can_skip(saga: &Saga, entry: Entry) -> bool {
    match saga.stand(entry) {
        Some(Stand::Forward(_, step)) => step.refuse.is_some(),
        Some(Stand::Leaving(..) | Stand::Blocked(..) | Stand::Over) | None => false,
    }
}

/// The legs on which money or shares are under way, and what they are worth in yuan.
pub fn legs(saga: &Saga, entry: Entry) -> Vec<(Arc<str>, Money)> {
    legs_of(&saga.world(entry))
}

/// As [`legs`], of states that no runner holds.
pub fn legs_of(world: &World<'_>) -> Vec<(Arc<str>, Money)> {
    let mut legs: Vec<(Arc<str>, Money)> = Vec::new();
    let Some(open) = world.purchase.known() else { return legs };
    let gross = Money::from(open.request.amount);
    if let Some(order) = world.buy.order() {
        match &order.stage {
            Stage::PaymentRequested => legs.push(("payment".into(), gross)),
            Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent => {
                legs.push(("money_fund".into(), gross));
            }
            Stage::Rejected(_) | Stage::Cancelled(_) if order.payback().is_none() => {
                legs.push(("money_fund".into(), gross));
            }
            Stage::Placed
            | Stage::Declined(_)
            | Stage::Confirmed(_)
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => {}
        }
        for refund in order.refunds.iter().filter(|refund| !refund.arrived) {
            legs.push((refund.leg().into(), refund.amount));
        }
    }
    // A money-market share is worth 1.00 by definition.
    let worth = |shares: fundflow_domain::money::Shares| Money::new(shares.decimal());
    match (world.entry.reservation, world.entry.credit) {
        (Reservation::Held(shares), Credit::Confirmed(_) | Credit::None) => {
            legs.extend(worth(shares).ok().map(|worth| ("wallet".into(), worth)));
        }
        (_, Credit::InTransit(_) | Credit::Reversed | Credit::None | Credit::Confirmed(_)) => {}
    }
    legs
}
