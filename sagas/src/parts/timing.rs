//! Which T something counts for.
//!
//! ```text
//! paid:      the instant that the bank states, if it is possible and its batch is still open:
//!            between the leaving of our call and the hearing of its answer, by our clock
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
    payment::PaymentLeg,
    payment_records,
};
use crate::house::{Cost, beyond};
use crate::ports::bank::{BankAnswer, ChargeAnswer};
use fundflow_domain::{
    application::{Stage, Terms},
    bounds::{CLOCK_SKEW, check_instant},
    calendar::TradingDay,
    case::{self, Cases, Closing, Figure, How, Kind, State},
    fund::FundTerms,
    orders::Cause,
    payment::{Payment, Receipt},
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::{
    saga::{Heard, Saga, View},
    turn::{NotDone, Turn},
};
use std::sync::Arc;

/// A time of Beijing that is stated as one of Greenwich is so much too early.
const ZONE_MILLIS: i64 = 8 * 3_600_000;

/// Records what the bank says of a payment. The T of a receipt that is applied by it is fixed
/// first, so that whoever dies in the middle never counts it for a T that is over.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn hear<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &PaymentLeg,
    said: &BankAnswer,
) -> Result<Heard, NotDone> {
    let view = turn.view()?;
    let applied = match said {
        BankAnswer::Charge(ChargeAnswer::Paid(receipt)) if leg.would_apply(&view, receipt) => {
            Some(receipt)
        }
        BankAnswer::Charge(_) | BankAnswer::Refund(..) | BankAnswer::Payout(..) => None,
    };
    if applied.is_some() {
        // Who cannot say which T it is records nothing of it.
        saga.cut_off(&view)?;
    }
    let dated = match applied {
        Some(receipt) => date(saga, turn, leg, (said, receipt), Heard::Recorded(0))?,
        None => Heard::Recorded(0),
    };
    let (heard, _) = leg.hear(turn, said)?;
    Ok(match (dated, heard) {
        (Heard::Recorded(before), Heard::Recorded(events)) => Heard::Recorded(before + events),
        (Heard::Disputed(cause, before), Heard::Recorded(events)) => {
            Heard::Disputed(cause, before + events)
        }
        (_, heard) => heard,
    })
}

/// What must be in memory for that: the case of an answer that contradicts, or that states an
/// instant which cannot be right.
pub fn needs<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    leg: &PaymentLeg,
    said: &BankAnswer,
    now: Timestamp,
) -> Vec<Need> {
    if let BankAnswer::Charge(ChargeAnswer::Paid(receipt)) = said
        && leg.would_apply(view, receipt)
        && possible(saga, view, leg, receipt, now).is_err()
    {
        return leg.needs(said);
    }
    leg.needs_for(view, said)
}

/// The instant of a receipt, or why a person must say when it was paid: it lies outside of the time in
/// which our call was under way, gives a T that this time does not allow, or would give another T if
/// its zone were wrong.
fn possible<S: FundSaga>(
    saga: &S,
    view: &View<'_, S>,
    leg: &PaymentLeg,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<Timestamp, String> {
    let left = leg.payment(view).and_then(|payment| payment.terms.asked_at);
    let left = left.unwrap_or_else(|| S::requested_at(&view.open.promise)).min(now);
    let paid_at = check_instant("paid_at", receipt.paid_at, left, now, CLOCK_SKEW);
    let paid_at = paid_at.map_err(|out| out.to_string())?;
    let house = saga.house();
    let cut_off = saga.cut_off(view).map_err(|no| no.to_string())?;
    let t = |at: Timestamp| house.calendar.t_by(at, cut_off).ok();
    let (stated, first, last) = (t(paid_at), t(left), t(now));
    if stated.is_some() && (stated < first || stated > last) {
        let text = "the charge was under way only on another T";
        return Err(format!("paid_at {paid_at} is outside of {left} to {now}: {text}"));
    }
    let counts = |at| house.t_of_payment(at, now, cut_off).ok();
    let shifted = paid_at.plus_millis(ZONE_MILLIS);
    if shifted <= now && counts(shifted) != counts(paid_at) {
        let text = "its zone may be wrong, and it would count for another T";
        return Err(format!("paid_at {paid_at} may be {shifted}: {text}"));
    }
    Ok(paid_at)
}

/// Fixes the T of a receipt that is applied.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn date<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &PaymentLeg,
    (said, receipt): (&BankAnswer, &Receipt),
    heard: Heard,
) -> Result<Heard, NotDone> {
    let Heard::Recorded(mut events) = heard else { return Ok(heard) };
    let possible = possible(saga, &turn.view()?, leg, receipt, turn.now());
    match possible {
        Ok(paid_at) => {
            events += redate(saga, turn, paid_at)?;
            Ok(Heard::Recorded(events))
        }
        Err(text) => {
            let cause = Cause::new("instant_out_of_bounds", text.clone());
            if let Some(record) = payment_records::record(&leg.no, said) {
                let theirs = vec![Figure::new("paid_at", receipt.paid_at)];
                let ours = vec![Figure::new("heard at", turn.now())];
                let found = cases::finding(Kind::InstantOutOfBounds, &text, ours, theirs);
                let about = About { order: Some(leg.order.clone()), ..About::default() };
                events += cases::open(turn, &record, about, vec![found])?;
            }
            events += turn.reach(Milestone::Undated { cause: cause.clone() })?;
            Ok(Heard::Disputed(cause, events))
        }
    }
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
    match saga.house().t_of_payment(paid_at, turn.now(), saga.cut_off(&view)?) {
        Ok(trade_date) if trade_date > promised => turn.reach(Milestone::Redated { trade_date }),
        Ok(_) => Ok(0),
        Err(error) => {
            let cause = Cause::new("no_day", error.to_string());
            turn.reach(Milestone::Undated { cause })
        }
    }
}

/// A person says when the money counts as paid, where the bank's own word cannot be right; the case on that
/// is closed with it. `None` if nobody has to.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn dated<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &PaymentLeg,
    (at, reason): (Timestamp, &Arc<str>),
) -> Result<Option<usize>, NotDone> {
    if !turn.view()?.open.notes.undated {
        return Ok(None);
    }
    let earliest = S::requested_at(&turn.view()?.open.promise).min(turn.now());
    let at = check_instant("at", at, earliest, turn.now(), CLOCK_SKEW);
    let at = at.map_err(|out| NotDone::Refused(out.to_string().into()))?;
    let how = How::Manual { text: Text::lossy(format!("it counts as paid at {at}")) };
    let closing = Closing { how, by: Text::lossy("operator"), reason: Text::lossy(&**reason) };
    let is_open = |case: &Key<Cases>| turn.state(case).is_some_and(State::is_open);
    let case = undated_cases(&turn.view()?, leg).into_iter().find(is_open);
    // First: whoever dies before the rest still has to say when it was. A case that was closed that way
    // before, and reopened, stays open.
    let close = |case| turn.decide(&case, &case::Command::Close(closing)).unwrap_or_default();
    let mut events = case.map_or(0, close);
    events += redate(saga, turn, at)?;
    let reason = Cause::new("operator", reason.clone());
    Ok(Some(events + turn.reach(Milestone::Dated { at, reason })?))
}

/// Streams that must be in memory to say that: the case of an instant that cannot be right.
pub fn needs_to_date<S: FundSaga>(view: &View<'_, S>, leg: &PaymentLeg) -> Vec<Need> {
    undated_cases(view, leg).iter().map(Key::need).collect()
}

/// What the row does on which a payment without a day waits: it parks, however often it is let go on,
/// until a person has said when it was paid.
///
/// # Errors
/// Always.
pub fn await_date() -> Result<usize, NotDone> {
    let text = "the bank's instant cannot be right; a person says when it was paid";
    Err(NotDone::Refused(text.into()))
}

/// The case of the receipt whose instant cannot be right, for whoever says it instead.
fn undated_cases<S: FundSaga>(view: &View<'_, S>, leg: &PaymentLeg) -> Vec<Key<Cases>> {
    let applied = leg.payment(view).and_then(Payment::applied).cloned();
    let said = applied.map(|receipt| BankAnswer::Charge(ChargeAnswer::Paid(receipt)));
    let record = said.and_then(|said| payment_records::record(&leg.no, &said));
    record.map_or_else(Vec::new, |record| record.keys())
}

/// What the registrar takes after the cut-off belongs to the next T. Call it before the acceptance
/// is recorded. `paid` purchases wait for the sealing of their batch instead of the cut-off; what
/// may not go on the later T is taken back, all or in part; nothing of it without a `scope`.
///
/// # Errors
/// [`NotDone`], for defects.
pub fn late_acceptance<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &ApplicationLeg,
    paid: bool,
    scope: Option<Scope>,
) -> Result<(), NotDone> {
    let (now, house, view) = (turn.now(), saga.house(), turn.view()?);
    let placed = leg.application(&view).filter(|it| matches!(it.stage, Stage::Placed));
    let Some(terms) = placed.map(|application| application.terms.clone()) else { return Ok(()) };
    let cut_off = saga.cut_off(&view)?;
    let until =
        if paid { house.sealed_by(terms.trade_date, cut_off) } else { house.cut_off(&terms) };
    if now < until {
        return Ok(());
    }
    let day = house.calendar.t_by(now, cut_off).map_err(beyond)?;
    move_to(saga, turn, leg, (&terms, day), scope)
}

/// Moves an order that is with its registrar, or on its way there, to a later T: what depends on the day is decided
/// again; what may not go on is taken back, all or in part; nothing of it without a `scope`.
pub(super) fn move_to<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    leg: &ApplicationLeg,
    (terms, day): (&Terms, TradingDay),
    scope: Option<Scope>,
) -> Result<(), NotDone> {
    let (now, house) = (turn.now(), saga.house());
    let funds = house.are_listed(terms, day)?;
    let funds: Vec<&FundTerms> = funds.iter().map(|fund| &**fund).collect();
    let left = scope.and_then(|_| elsewhere(terms, &funds, day));
    let unwanted = match left {
        None => saga.moves(turn, leg, day)?,
        left => left,
    };
    let before = || Cost::from(terms.promised.clone());
    let cost = saga.cost(&turn.view()?, leg, day)?.unwrap_or_else(before);
    let promised = house.promise(&funds, day, cost)?;
    // Where the shares come in, if any do.
    let rounding = funds.last().map_or(terms.rounding, |fund| fund.share_rounding);
    if let (Some(cause), Some(scope)) = (unwanted, scope) {
        turn.reach(Milestone::TurnedAway { cause })?;
        turn.reach(Milestone::CancelAsked { at: now, scope })?;
    }
    // Last: until it has moved, whoever hears the acceptance again decides all of it again.
    leg.move_to(turn, day, (promised, rounding))?;
    Ok(())
}

/// Why the registrar that has the order cannot carry it out on that T: it keeps the register no more then.
fn elsewhere(terms: &Terms, funds: &[&FundTerms], day: TradingDay) -> Option<Cause> {
    let left = funds.first().filter(|fund| fund.registrar != terms.registrar)?;
    let (fund, now, had) = (left.code, &left.registrar, &terms.registrar);
    let text =
        format!("fund {fund} is at registrar {now} on {day}, and registrar {had} has the order");
    Some(Cause::new("other_registrar", text))
}

/// Milliseconds that a call may be under way: whoever answers an hour after the last one that it never
/// came says so for good.
const UNDER_WAY: i64 = 3_600_000;

/// Since when no call can be under way that was made before that.
pub fn arrived(at: Timestamp) -> Timestamp {
    at.plus_millis(UNDER_WAY)
}

/// Since when no call of a saga that was given up can be under way; `None` where it was not given up, or
/// the event is older than the field.
pub fn landed<S: Saga>(view: &View<'_, S>) -> Option<Timestamp> {
    view.open.given_up_at.map(|at| at.plus_millis(UNDER_WAY))
}

/// The same of a saga whose row a person has left: since when no call of that row can be under way.
pub fn left<S: Saga>(view: &View<'_, S>) -> Option<Timestamp> {
    view.open.landing_chosen_at.map(|at| at.plus_millis(UNDER_WAY))
}

/// From when on the other side is asked for a word that is due then: what was given up, not before all
/// calls for it have come, or never will.
pub fn asked_from<S: Saga>(view: &View<'_, S>, due: Option<Timestamp>) -> Option<Timestamp> {
    due.into_iter().chain(landed(view)).max()
}

/// Whether "it never came" is the last word on a call of the saga: it is over, so that nobody makes it any
/// more, and none is under way, of what a person gave up or of the row that a person left.
pub fn never_comes<S: Saga>(view: &View<'_, S>, now: Timestamp) -> bool {
    let under_way = landed(view).into_iter().chain(left(view)).any(|until| now < until);
    view.ending.is_some() && !under_way
}

/// Why a row is closed whose call the other side never got.
pub fn never_got(who: &str, what: &str) -> Cause {
    Cause::new("too_late", format!("{who} never got {what}, and its time is over"))
}

/// Why a row is closed without the other side's word: a person gave up waiting for it, or the call
/// never came and is too late. `undecided`: what the other side had not said by then.
pub fn closing<S: Saga>(view: &View<'_, S>, (who, what): (&str, &str), undecided: &str) -> Cause {
    if view.open.landing_chosen || view.ending.is_some() {
        let text = format!("closed by a person before {who} had said {undecided}");
        return Cause::new("operator", text);
    }
    never_got(who, what)
}

/// The T that is promised now: the first one, or the later one that it moved to.
pub fn promised_day<S: FundSaga>(view: &View<'_, S>) -> TradingDay {
    S::trade_date(view.open.notes.promise(&view.open.promise))
}
