//! Bug classes that long-lived transactions are known for, each as a test under its name. `docs/FAILURES.md` has the
//! rows that stand behind them.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{admission::buying::Way, modes::ConversionMode};
use fundflow_runtime::{
    message::{Reply, What},
    saga::Saga,
};
use fundflow_sagas::{
    discount_purchase::DiscountPurchase,
    ports::bank::{BankAnswer, charge_notice},
    purchase::Purchase,
};
use std::collections::BTreeMap;

use fundflow_testkit::{
    at_par::{buying, discount},
    explore::{Counterparties, World, truths},
    outside::{May, Outside},
    worlds::{amount, request},
};

/// Whatever is to be decided next; `None` once nothing is.
fn next<S: Saga>(world: &mut World<S, Outside>) -> Option<What> {
    let effect = world.in_flight.pop()?;
    let Some(said) = world.counterparties.answers(&effect).into_iter().next() else {
        let silence = world.counterparties.silence(&effect);
        return Some(World::<S, Outside>::answered(effect, silence));
    };
    world.counterparties = said.after;
    Some(World::<S, Outside>::answered(effect, said.payload))
}

/// Dies after so many appends of the batch at that step, and goes on with another process.
fn dies_at<S: Saga>(
    mut world: World<S, Outside>,
    step: usize,
    appends: usize,
) -> World<S, Outside> {
    let mut input = Some(world.request());
    for at in 0.. {
        let Some(what) = input.take().or_else(|| next(&mut world)) else {
            if world.is_parked() || !world.ring() {
                return world;
            }
            truths::always(&world).unwrap();
            continue;
        };
        let output = world.decide(what);
        if at == step {
            world.commit_and_crash(output, appends);
            // Whoever asked and was not answered asks again.
            input = Some(world.request());
        } else {
            world.commit(output);
        }
        truths::always(&world).unwrap_or_else(|what| panic!("step {step}, {appends}: {what}"));
    }
    world
}

fn is_stranded_nowhere<S: Saga>(world: impl Fn() -> World<S, Outside>, ending: &str) {
    let mut undisturbed = world();
    undisturbed.run();
    for step in 0..8 {
        for appends in 0..4 {
            let after = dies_at(world(), step, appends);
            let look = after.look().unwrap();
            assert_eq!(look.ending, Some(ending), "step {step}, {appends} appends: {look:#?}");
            assert!(look.finished, "step {step}, {appends} appends: {:?}", look.waits);
        }
    }
}

#[test]
fn no_saga_is_stranded_between_steps() {
    is_stranded_nowhere(|| buying(Way::Purchase, []), "purchase.completed");
    is_stranded_nowhere(
        || discount(ConversionMode::LinkedSameDay, []),
        "discount_purchase.completed",
    );
    is_stranded_nowhere(|| discount(ConversionMode::NextDay, []), "discount_purchase.completed");
}

/// A bank that will not take the money back is asked by a schedule, then a person is called: for a year.
#[test]
fn compensation_never_storms() {
    let may = [May::RejectAtFront, May::RefuseMoney];
    let mut world: World<Purchase, Outside> = buying(Way::Purchase, may);
    // Whoever may say no does.
    let mut calls: BTreeMap<_, usize> = BTreeMap::new();
    world.handle(world.request());
    let end = world.shell.now.plus_millis(60 * 86_400_000);
    for _ in 0..10_000 {
        if let Some(effect) = world.in_flight.pop() {
            *calls.entry(world.shell.now.date()).or_default() += 1;
            let is_refund = effect.key.contains("refund");
            if is_refund {
                let silence = world.counterparties.silence(&effect);
                world.handle(World::<Purchase, Outside>::answered(effect, silence));
                continue;
            }
            let ways = world.counterparties.answers(&effect);
            let at_registrar = effect.port.to_string().starts_with("ta");
            let said = if at_registrar { ways.last() } else { ways.first() }.unwrap().clone();
            world.counterparties = said.after;
            world.handle(World::<Purchase, Outside>::answered(effect, said.payload));
        } else if world.shell.now > end || !world.ring() {
            break;
        }
    }
    assert!(world.shell.now > end, "it came to rest at {}", world.shell.now);
    assert!(world.is_parked(), "a person is called: {:?}", world.waits());
    // Sixteen tries at first, then one in four hours; each may be asked about before it is made.
    assert!(calls.len() > 55, "it is asked on every day: {calls:?}");
    assert!(calls.values().all(|times| *times <= 24), "{calls:?}");
    let later = calls.values().skip(3);
    assert!(later.clone().all(|times| *times <= 14), "{calls:?}");
    truths::always(&world).unwrap();
}

/// The bank declines, the purchase is rolled back, and then the bank says that it was paid.
#[test]
fn late_confirmation_cannot_contradict() {
    let mut world: World<Purchase, Outside> = buying(Way::Purchase, [May::Decline]);
    world.handle(world.request());
    let charge = world.in_flight.pop().unwrap();
    let ways = world.counterparties.answers(&charge);
    let [paid, declined] = &ways[..] else { panic!("{ways:?}") };
    world.counterparties = declined.after.clone();
    world.handle(World::<Purchase, Outside>::answered(charge.clone(), declined.payload.clone()));
    world.run();
    assert_eq!(world.look().unwrap().ending, Some("purchase.rolled_back"));

    world.counterparties = paid.after.clone();
    let Some(BankAnswer::Charge(answer)) = paid.payload.downcast_ref() else { panic!("{paid:?}") };
    let (stream, news) = charge_notice(&"TX-1.buy.pay".parse().unwrap(), answer.clone());
    world.handle(What::Notice { stream, news });
    world.run();

    let look = world.look().unwrap();
    assert_eq!(look.ending, Some("purchase.rolled_back"), "what was decided stays");
    let types = world.log().types();
    assert!(!types.contains(&"application.placed"), "nothing is bought: {types:?}");
    let both = ["payment.declined", "payment.receipt_unapplied", "payment.refunded"];
    assert!(
        both.iter().all(|it| types.contains(it)),
        "both are stored, the money is back: {types:?}"
    );
    truths::always(&world).unwrap();
}

/// Ten years after the last confirmation the same request is the same order, and another one is refused.
#[test]
fn idempotency_outlives_the_order() {
    let mut world: World<DiscountPurchase, Outside> = discount(ConversionMode::NextDay, []);
    world.run();
    assert!(world.look().unwrap().finished);
    let stored = world.log().len();
    let first = format!("{:?}", world.look().unwrap().promise);

    world.shell.now = world.shell.now.plus_millis(3_650 * 86_400_000);
    world.crash();
    let replies = world.replies.len();
    world.handle(world.request());
    let Some(Reply::Placed { ending, .. }) = world.replies.get(replies) else {
        panic!("{:?}", world.replies)
    };
    assert_eq!(ending.as_deref(), Some("discount_purchase.completed"));
    assert_eq!(format!("{:?}", world.look().unwrap().promise), first);

    let mut other = request(ConversionMode::NextDay);
    other.amount = amount("10000.01");
    world.handle(world.other_request(other));
    let refused = world.replies.last();
    let Some(Reply::Refused(_, why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("amount"), "it names what differs: {why}");
    assert_eq!(world.log().len(), stored, "nothing was stored");
    assert_eq!(world.in_flight.len(), 0, "nobody is called");
}
