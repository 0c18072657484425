//! Another T: what an order that moves takes with it, and when it does not move any more.

use super::{
    Application, Event, Promise, Refusal, Stage, Terms,
    decide::{Decision, too_late},
};
use crate::{calendar::TradingDay, money::ShareRounding};

/// T and all that is decided by it may have moved since; they are not part of what the caller asked.
pub(super) fn placed_again(was: &Terms, again: &Terms) -> Decision {
    if was.is_same_order(again) { Ok(vec![]) } else { Err(Refusal::PlacedDifferently) }
}

/// What is applied for on the later T is what is promised for it.
pub(super) fn moved(
    known: &Application,
    to: TradingDay,
    promised: Promise,
    rounding: ShareRounding,
) -> Decision {
    let from = known.terms.trade_date;
    if to == from && promised == known.terms.promised {
        return Ok(vec![]);
    }
    match known.stage {
        Stage::Placed | Stage::Accepted if to > from => {
            let topup_discount = known.terms.ask.topup_discount();
            let topup_discount =
                topup_discount.filter(|was| *was != promised.discount).map(|_| promised.discount);
            let rounding = Some(rounding).filter(|rounding| *rounding != known.terms.rounding);
            Ok(vec![Event::Moved { from, to, promised, topup_discount, rounding }])
        }
        Stage::Placed | Stage::Accepted if to < from => Err(Refusal::MovesBack { from, to }),
        Stage::Placed | Stage::Accepted => Err(Refusal::PromisedDifferently(to)),
        Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(_)
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => Err(too_late(known, "moving to another T")),
    }
}
