//! Which T something counts for.
//!
//! ```text
//! paid:      the instant that the bank states, if it is possible and its batch is still open
//!            a later T otherwise: what depends on the day is decided again
//!            a person's decision where the instant cannot be right
//! accepted:  before the cut-off of its T (a paid purchase: before that batch is sealed), or the next
//! ```
//!
//! 1. A T only ever moves forward, and never by a date that others state.
//! 2. What may not go on that later T is taken back.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases::{self, About},
    milestone::{Milestone, Scope},
    payment::{self, PaymentLeg},
};
use crate::ports::bank::{BankAnswer, ChargeAnswer};
use fundflow_domain::{
    application::{Ask, Stage},
    bounds::{CLOCK_SKEW, OutOfBounds, check_instant},
    calendar::TradingDay,
    case::{Figure, Kind},
    orders::Cause,
    payment::Receipt,
    time::Timestamp,
};
use fundflow_runtime::{
    saga::Heard,
    turn::{NotDone, Turn},
};
use std::sync::Arc;

/// Records what the bank says of that payment. A receipt that is applied by it fixes the T.
///
/// # Errors
/// [`NotDone`], for defects, and for a case that must be read first; then nothing has changed.
pub fn hear_payment<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &PaymentLeg,
    said: &BankAnswer,
) -> Result<Heard, NotDone> {
    let out = match said {
        BankAnswer::Charge(ChargeAnswer::Paid(receipt)) => out_of_bounds(turn, receipt)?,
        BankAnswer::Charge(_) | BankAnswer::Refund(..) | BankAnswer::Payout(..) => None,
    };
    let record = out.is_some().then(|| payment::record(&leg.no, said)).flatten();
    if let Some(record) = &record
        && !turn.streams().has(record.key().stream())
    {
        return Err(NotDone::Missing(vec![record.key().need()]));
    }
    let (heard, applied) = leg.hear(turn, said)?;
    let (Some(receipt), Heard::Recorded(mut events)) = (applied, heard.clone()) else {
        return Ok(heard);
    };
    let Some(out) = out else {
        events += redate(saga, turn, receipt.paid_at)?;
        return Ok(Heard::Recorded(events));
    };
    let text = out.to_string();
    let cause = Cause::new("instant_out_of_bounds", text.clone());
    if let Some(record) = record {
        let theirs = vec![Figure::new("paid_at", receipt.paid_at)];
        let ours = vec![Figure::new("heard at", turn.now())];
        let found = cases::finding(Kind::InstantOutOfBounds, &text, ours, theirs);
        let about = About { order: Some(leg.order.clone()), ..About::default() };
        events += cases::open(turn, &record, about, vec![found])?;
    }
    events += turn.reach(Milestone::Undated { cause: cause.clone() })?;
    Ok(Heard::Disputed(cause, events))
}

fn out_of_bounds<S: FundSaga>(
    turn: &Turn<'_, S>,
    receipt: &Receipt,
) -> Result<Option<OutOfBounds>, NotDone> {
    let earliest = S::requested_at(&turn.view()?.open.promise).min(turn.now());
    Ok(check_instant("paid_at", receipt.paid_at, earliest, turn.now(), CLOCK_SKEW).err())
}

/// Moves the T if money that was paid at that instant belongs to a later one than was promised.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn redate<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    paid_at: Timestamp,
) -> Result<usize, NotDone> {
    let view = turn.view()?;
    let promised = S::trade_date(&view.open.promise);
    match saga.house().t_of_payment(paid_at, turn.now(), saga.cut_off(&view)) {
        Ok(trade_date) if trade_date > promised => turn.reach(Milestone::Redated { trade_date }),
        Ok(_) => Ok(0),
        Err(error) => {
            let cause = Cause::new("no_day", error.to_string());
            turn.reach(Milestone::Undated { cause })
        }
    }
}

/// A person says when the money counts as paid, where the bank's own word cannot be right. `None` if
/// nobody has to.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn dated<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    at: Timestamp,
    reason: &Arc<str>,
) -> Result<Option<usize>, NotDone> {
    if !turn.view()?.open.notes.undated {
        return Ok(None);
    }
    let reason = Cause::new("operator", reason.clone());
    let events = turn.reach(Milestone::Dated { at, reason })?;
    Ok(Some(events + redate(saga, turn, at)?))
}

/// What the registrar takes after the cut-off belongs to the next T. Call it before the acceptance
/// is recorded. `paid` purchases wait for the sealing of their batch instead of the cut-off; what
/// may not go on the later T is taken back, all or in part.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn late_acceptance<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &ApplicationLeg,
    paid: bool,
    scope: Scope,
) -> Result<(), NotDone> {
    let (now, house, view) = (turn.now(), saga.house(), turn.view()?);
    let placed = leg.application(&view).filter(|it| matches!(it.stage, Stage::Placed));
    let Some(terms) = placed.map(|application| application.terms.clone()) else { return Ok(()) };
    let until = if paid {
        house.sealed_by(terms.trade_date, saga.cut_off(&view))
    } else {
        house.cut_off(&terms)
    };
    if now < until {
        return Ok(());
    }
    let day = house.calendar.t_by(now, saga.cut_off(&view));
    let day = day.map_err(|_| NotDone::Lacks("a trading day"))?;
    let unwanted = saga.refuses(&view, leg, day).is_some();
    let confirming = match &terms.ask {
        Ask::Conversion { into, .. } => *into,
        Ask::Purchase { .. }
        | Ask::Subscription { .. }
        | Ask::Redemption { .. }
        | Ask::FastTransfer { .. } => terms.fund,
    };
    let fund = house.terms(confirming, day)?;
    let promised = house.promise(&fund, day, terms.promised.fee, terms.promised.discount)?;
    leg.move_to(turn, day, promised)?;
    if unwanted {
        turn.reach(Milestone::CancelAsked { at: now, scope })?;
    }
    Ok(())
}

/// The T that is promised now: the first one, or the later one that it moved to.
pub fn promised_day<S: FundSaga>(view: &fundflow_runtime::saga::View<'_, S>) -> TradingDay {
    S::trade_date(view.open.notes.promise(&view.open.promise))
}
