//! A record that comes after the one that closed the order, and takes its place or stands beside it.
//!
//! 1. A final record takes the place of the last one: the order stays closed.
//! 2. A record with more to come opens the order again where it takes that place: its rest is waited for.
//! 3. Where it fits beside the last record, it is a portion that the last one overtook.

use super::{Application, Confirmation, Event, Last, Message, Quantity, Refusal, Stage, decide};
use crate::orders::Cause;
use std::cmp::Ordering;

impl Application {
    /// How much a record settles, against what is left beside all that stand. Greater: both cannot be true.
    pub fn beside_what_stands(&self, came: &Confirmation) -> Ordering {
        let asked = self.terms.ask.quantity();
        let refunds = self.confirmations().map(|it| match asked {
            Quantity::Money(_) => Quantity::Money(it.outcome.refund()),
            Quantity::Shares(_) => asked.none(),
        });
        let left = refunds.fold(Some(self.unsettled()), |left, it| left?.minus(it));
        let left = left.unwrap_or_else(|| asked.none());
        match left.minus(came.outcome.quantity()) {
            None => Ordering::Greater,
            Some(rest) if rest == asked.none() => Ordering::Equal,
            Some(_) => Ordering::Less,
        }
    }

    /// A record with more to come, while a part is settled and a record closed it: both may be true.
    pub fn was_overtaken(&self, came: &Confirmation) -> bool {
        let closed = matches!(self.stage, Stage::PartlyConfirmed(Last::Confirmation(_)));
        closed && !came.finished && self.beside_what_stands(came).is_le()
    }
}

/// A portion that the last record overtook.
pub(super) fn join(known: &Application, came: &Confirmation) -> decide::Decision {
    let message = |it: &Confirmation| Message::Confirmation(it.clone());
    if !known.terms.ask.fits(&came.outcome) {
        return Err(decide::wrong_kind(known, came.outcome.name(), message(came)));
    }
    match known.confirmations().find(|it| it.serial == came.serial) {
        Some(was) if was.says_the_same(came) => Ok(vec![]),
        Some(was) => Err(decide::contradicts(message(was), message(came))),
        None if known.was_overtaken(came) => {
            Ok(vec![Event::PortionConfirmed(Box::new(came.clone()))])
        }
        None => Err(Refusal::TooEarly { stage: known.stage.name(), step: "a portion beside it" }),
    }
}

/// That record in place of the last one.
pub(super) fn in_place_of(
    known: &Application,
    last: &Confirmation,
    came: &Confirmation,
) -> Vec<Event> {
    let (serial, confirmation) = (last.serial.clone(), Box::new(came.clone()));
    if came.finished {
        return vec![Event::Corrected { reverses: serial, confirmation }];
    }
    let cause = Cause::new("corrected", "another record of the registrar took its place");
    let upheld = known.is_upheld(&serial);
    let withdrawn = Event::Withdrawn { serial, cause, taken_back: false, overruled: true };
    // What the order was paid with may have gone back, whichever record holds against that.
    let holds = if upheld { Event::Upheld } else { Event::PortionConfirmed };
    vec![withdrawn, holds(confirmation)]
}
