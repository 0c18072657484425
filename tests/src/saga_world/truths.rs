//! What must be true of a purchase at every point of every future.
//!
//! 1. Money and shares are conserved to the fen.
//! 2. At rest it is over and owes nothing, or it waits for a person.
//! 3. What was told and recorded is not lost, and nothing is applied twice.
//! 4. The log alone says where it stands and what is to be sent.
//! 5. Each stream is gapless and linked (kept by [`super::log::Log::append`]).
//! 6. A decision once taken is not contradicted.

use super::{World, counterparties::sum};
use crate::worlds::calendar;
use fundflow_domain::{
    discount_purchase::Ending,
    fund_order::{Event, FundOrder, Order, Stage},
    money::{Money, Shares},
    wallet::{Credit, Reservation},
};
use fundflow_sagas::{
    runner::{Lane, Runner},
    world::{Fact, owed},
};

/// Facts that, once they hold, hold for ever.
const LASTING: [Fact; 20] = [
    Fact::BuyPlaced,
    Fact::PaymentRequested,
    Fact::Paid,
    Fact::Declined,
    Fact::BuyAccepted,
    Fact::BuyRejected,
    Fact::BuyConfirmed,
    Fact::Credited,
    Fact::CreditConfirmed,
    Fact::CreditReversed,
    Fact::Committed,
    Fact::Reserved,
    Fact::Released,
    Fact::ConvertPlaced,
    Fact::ConvertAccepted,
    Fact::ConvertRejected,
    Fact::ConvertConfirmed,
    Fact::Spent,
    Fact::RefundRequested,
    Fact::Ended,
];

/// Checks everything that holds at every point.
///
/// # Errors
/// In words, the first thing that does not hold.
pub fn always(world: &World) -> Result<(), String> {
    no_call_twice(world)?;
    money_is_conserved(world)?;
    shares_are_conserved(world)?;
    same_history_same_pending(world)
}

#[allow(clippy::needless_pass_by_value, reason = "it reads better where it is called")]
fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: T, should: T) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what}: {is:?} is not {should:?}")) }
}

/// One thing at a time: nothing is called again while the same call is not answered.
fn no_call_twice(world: &World) -> Result<(), String> {
    let mut calls: Vec<String> = world.in_flight.iter().map(super::name_of).collect();
    calls.sort();
    let twice = calls.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(format!("{} is in flight twice", pair[0])))
}

/// What came in is what goes back and what is held for somebody.
fn money_is_conserved(world: &World) -> Result<(), String> {
    let Some(order) = world.log.buy.state.order() else { return Ok(()) };
    let recorded = sum(world.log.decoded::<FundOrder>().filter_map(|event| match event {
        Event::Paid { payment, .. } | Event::PaymentUnapplied { payment, .. } => {
            Some(payment.amount)
        }
        _ => None,
    }));
    let owed = sum(order.refunds.iter().map(|refund| refund.amount));
    let held = held(order, Money::from(world.request.amount));
    same("paid, and refunded or held", owed.plus(held), Some(recorded))?;

    let (taken, returned) = (world.channel.taken(), world.channel.returned());
    let arrived = order.refunds.iter().filter(|refund| refund.arrived);
    let arrived = sum(arrived.map(|refund| refund.amount));
    if recorded > taken {
        return Err(format!("{recorded} were recorded and {taken} were taken"));
    }
    if returned > owed || arrived > returned {
        return Err(format!("{returned} went back, {owed} are owed, {arrived} arrived"));
    }
    if world.channel.numbers() > 1 {
        return Err("money was asked for under two numbers".into());
    }
    Ok(())
}

/// What an order keeps of its payment.
fn held(order: &Order, gross: Money) -> Money {
    match &order.stage {
        Stage::Placed | Stage::PaymentRequested | Stage::Declined(_) => Money::ZERO,
        Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent => gross,
        Stage::Confirmed(told) => match &told.outcome {
            fundflow_domain::fund_order::Outcome::Purchase(told) => told.amount,
            fundflow_domain::fund_order::Outcome::Conversion(_) => Money::ZERO,
        },
        Stage::Rejected(_) | Stage::Cancelled(_) => {
            if order.payment.is_some() && order.payback().is_none() { gross } else { Money::ZERO }
        }
    }
}

fn shares_are_conserved(world: &World) -> Result<(), String> {
    let wallet = &world.log.wallet.state;
    let entry = wallet.entry(world.transaction());
    let spent = match entry.reservation {
        Reservation::Spent(spent) => spent,
        Reservation::None | Reservation::Held(_) | Reservation::Released => Shares::ZERO,
    };
    let out = wallet.registered().plus(spent);
    match entry.credit {
        Credit::None | Credit::Reversed => {
            same("shares of nothing", out, Some(Shares::ZERO))?;
        }
        Credit::InTransit(_) => same("shares before the register", out, Some(Shares::ZERO))?,
        Credit::Confirmed(registered) => {
            same("registered, and held or spent", out, Some(registered))?;
            same("the wallet and the register", registered, world.registrar.registered())?;
        }
    }
    if !spent.is_zero() {
        same("spent and converted", spent, world.registrar.converted())?;
    }
    let there = wallet.registered().plus(wallet.in_transit()).unwrap_or_default();
    if wallet.reserved() > there {
        return Err(format!("{} shares are reserved out of {there}", wallet.reserved()));
    }
    Ok(())
}

/// Another process that has only the log believes the same, decides nothing, and waits for the same.
fn same_history_same_pending(world: &World) -> Result<(), String> {
    if world.log.purchase.version.0 == 0 {
        return Ok(());
    }
    let mut other = world.clone();
    other.runner = Runner::new(calendar());
    let output = other.restarted();
    let appended: Vec<_> = output.appends.iter().map(|append| append.stream.as_str()).collect();
    same("decided by a restart", appended, vec![])?;
    let Some(live) = world.saga() else { return Ok(()) };
    same("the place after a restart", other.place(), world.place())?;
    let Some(again) = other.saga() else { return Err("the restart forgot it".into()) };
    if live.is_parked() {
        return Ok(());
    }
    for (which, live, again) in
        [("row", live.lane(), again.lane()), ("refunds", live.refund_lane(), again.refund_lane())]
    {
        if !pends_alike(live, again, world) {
            return Err(format!("{which}: pending {live:?}, after a restart {again:?}"));
        }
    }
    Ok(())
}

fn pends_alike(live: Lane, again: Lane, world: &World) -> bool {
    match (live, again) {
        (Lane::Waiting(due), Lane::Waiting(again)) => due == again,
        // A question about what is overdue is asked again at once.
        (Lane::InFlight, Lane::Waiting(due)) => due <= world.now,
        (live, again) => live == again,
    }
}

/// Checks that nothing that was decided was taken back on the way.
///
/// # Errors
/// In words, what was.
pub fn not_contradicted(before: &World, after: &World) -> Result<(), String> {
    if before.ending().is_some() {
        same("how it ended", after.ending(), before.ending())?;
    }
    let taken_back = LASTING.into_iter().find(|fact| holds(before, *fact) && !holds(after, *fact));
    taken_back.map_or(Ok(()), |fact| Err(format!("{fact:?} does not hold any more")))
}

fn holds(world: &World, fact: Fact) -> bool {
    fundflow_sagas::world::World {
        purchase: &world.log.purchase.state,
        buy: &world.log.buy.state,
        convert: &world.log.convert.state,
        entry: world.log.wallet.state.entry(world.transaction()),
    }
    .holds(fact)
}

/// Checks that something will happen: a timer, a call, a person, or the end.
///
/// # Errors
/// If nothing ever will.
pub fn not_stranded(world: &World) -> Result<(), String> {
    let Some(saga) = world.saga() else { return Ok(()) };
    if saga.is_parked() {
        return Ok(());
    }
    let calls = !world.in_flight.is_empty();
    let owes = owed(&world.log.purchase.state, &world.log.buy.state).is_some();
    if calls && !owes && world.ending().is_some() {
        // Kept until the last reply is in, so that nobody has to load it for that.
        return Ok(());
    }
    let timer = |lane| match lane {
        Lane::Waiting(due) => world.runner.next_timer().is_some_and(|next| next <= due),
        Lane::InFlight => calls,
        Lane::Idle | Lane::Due => false,
    };
    if timer(saga.lane()) || timer(saga.refund_lane()) {
        return Ok(());
    }
    Err(format!("nothing drives it: {:?}, {:?}", saga.lane(), saga.refund_lane()))
}

/// Checks a purchase for which nothing is under way any more.
///
/// # Errors
/// In words, what is left open.
pub fn at_rest(world: &World) -> Result<(), String> {
    let Some(ending) = world.ending() else {
        return if world.is_parked() { Ok(()) } else { Err("it rests without an end".into()) };
    };
    if world.is_parked() {
        return Ok(());
    }
    let order = world.log.buy.state.order();
    same("owed at rest", order.and_then(Order::owed).is_some(), false)?;
    let kept = world.channel.taken().minus(world.channel.returned());
    let wallet = &world.log.wallet.state;
    same("in transit at rest", wallet.in_transit(), Shares::ZERO)?;
    same("reserved at rest", wallet.reserved(), Shares::ZERO)?;
    let register = (world.registrar.registered(), world.registrar.converted());
    let left = register.0.minus(register.1);
    same("registered at rest", Some(wallet.registered()), left)?;
    match ending {
        Ending::Failed => same("kept of a failure", kept, Some(Money::ZERO)),
        Ending::Completed | Ending::KeptInWallet => {
            // A money-market share costs one yuan.
            same("kept and bought", kept, Money::new(register.0.decimal()).ok())
        }
        Ending::Abandoned => Ok(()),
    }
}
