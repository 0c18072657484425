//! A registrar that takes out more money-fund shares than it says were bought: nobody paid for what they became.
//! Either of its two words may be the later one.

use super::{
    facts::entry,
    saga::{DiscountPurchase, Turn, View},
};
use crate::parts::{application::ApplicationLeg, cases::finding};
use fundflow_domain::{
    application::{Confirmation, ConversionConfirmed, Outcome, Terms},
    case::{Disputed, Figure, Finding, Kind},
    modes::ConversionMode,
    money::Shares,
    wallet::{Credit, Reservation},
};
use fundflow_runtime::{saga::Heard, turn::NotDone};

/// That a record takes out more than was bought, where the purchase has its last word already.
pub(super) fn by_conversion(
    view: &View<'_>,
    terms: &Terms,
    said: &Confirmation,
) -> Option<Finding> {
    let left = ApplicationLeg::shares_out_of(said)?;
    if terms.order != view.plan.out.order {
        return None;
    }
    let (bought, held) = if is_linked(view) && view.plan.buy.is_rejected(view) {
        (Shares::ZERO, Shares::ZERO)
    } else {
        let Credit::Confirmed(bought) = entry(view).credit else { return None };
        match entry(view).reservation {
            Reservation::Held(held) | Reservation::Leaving { held, .. } => (bought, held),
            Reservation::None | Reservation::Spent(_) | Reservation::Released => return None,
        }
    };
    (left > held).then(|| beyond(terms, said, (left, bought, held)))
}

/// That a record took out more than is bought, now that the purchase has its last word.
fn by_purchase<'a>(view: &View<'a>) -> Option<(&'a Confirmation, Finding)> {
    let out = view.plan.out.application(view).filter(|_| is_linked(view))?;
    let last = out.confirmations().last()?;
    let bought = bought(view)?;
    let gone = |it: &Confirmation| ApplicationLeg::shares_out_of(it);
    let left = out.confirmations().try_fold(Shares::ZERO, |sum, it| sum.plus(gone(it)?))?;
    let known = out.case_of(last);
    let notes = &view.open.notes;
    let had_its_case = notes.disputes.contains(&known) || notes.settled.contains(&known);
    let held = bought.minus(left.minus(gone(last)?)?).unwrap_or_default();
    (left > bought && !had_its_case).then(|| (last, beyond(&out.terms, last, (left, bought, held))))
}

fn is_linked(view: &View<'_>) -> bool {
    view.plan.mode == ConversionMode::LinkedSameDay
}

/// Shares by the purchase's last word; `None` while that is to come.
fn bought(view: &View<'_>) -> Option<Shares> {
    let buy = &view.plan.buy;
    if buy.is_rejected(view) {
        return Some(Shares::ZERO);
    }
    if buy.is_confirmed(view) { buy.shares_in(view) } else { None }
}

/// In dispute is what came of the shares above those that the record could take.
fn beyond(
    terms: &Terms,
    said: &Confirmation,
    (left, bought, held): (Shares, Shares, Shares),
) -> Finding {
    let text = format!("{left} shares left, and {bought} were bought");
    let ours = vec![Figure::new("shares", held)];
    let own = ApplicationLeg::shares_out_of(said).unwrap_or(left);
    let theirs = vec![Figure::new("shares", own)];
    let disputed = match &said.outcome {
        Outcome::Conversion(numbers) => unpaid(terms, numbers, held),
        Outcome::Redemption(_)
        | Outcome::Purchase(_)
        | Outcome::Subscription(_)
        | Outcome::FastTransfer(_) => Disputed::default(),
    };
    Finding { disputed, ..finding(Kind::SharesExceedAsked, &text, ours, theirs) }
}

fn unpaid(terms: &Terms, numbers: &ConversionConfirmed, held: Shares) -> Disputed {
    let excess = numbers.shares_out.minus(held).unwrap_or_default();
    let due = held.value_half_up(numbers.nav_out);
    let due = due.and_then(|worth| worth.shares_at(numbers.nav_in, terms.rounding));
    let shares = numbers.shares_in.minus(due.unwrap_or_default()).unwrap_or_default();
    Disputed { shares, money: excess.value_half_up(numbers.nav_out).unwrap_or_default() }
}

impl DiscountPurchase {
    /// Before the purchase's word is heard: the case that it may open must be in memory.
    ///
    /// # Errors
    /// [`NotDone::Missing`].
    pub(super) fn foresee_beyond(turn: &Turn<'_>) -> Result<(), NotDone> {
        let view = turn.view()?;
        let out = &view.plan.out;
        let known = out.application(&view).filter(|_| is_linked(&view));
        let Some(last) = known.and_then(|known| known.confirmations().last()) else {
            return Ok(());
        };
        let missing = turn.streams().missing(out.needs_of_doubt(&view, last));
        if missing.is_empty() { Ok(()) } else { Err(NotDone::Missing(missing)) }
    }

    /// After it: what it leaves of a conversion that was confirmed before.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub(super) fn hold_beyond(&self, turn: &mut Turn<'_>, heard: Heard) -> Result<Heard, NotDone> {
        let Heard::Recorded(events) = heard else { return Ok(heard) };
        let found = by_purchase(&turn.view()?).map(|(said, found)| (said.clone(), found));
        let Some((said, found)) = found.filter(|_| events > 0) else { return Ok(heard) };
        let out = &turn.plan().out;
        let (cause, opened) = out.doubt(self, turn, said, found)?;
        Ok(Heard::Disputed(cause, events + opened))
    }
}
