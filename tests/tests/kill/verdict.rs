//! After the last kill: everything comes to rest, and the log, the channel's books and the callers'
//! notes tell the same story.

use crate::{
    child::promised,
    parent::Heard,
    world::{self, World},
};
use fundflow_application::{
    audit,
    read_models::{SagaView, Sagas, catch_up},
};
use fundflow_domain::{
    discount_purchase::Ending,
    fund_order::{Outcome, Stage},
    ids::OrderId,
    money::Money,
    time::Timestamp,
};
use fundflow_infrastructure::sandbox::{
    channel::{ChargeEntry, RefundEntry},
    scenario::ChargeFate,
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{EventStore as _, Position},
};
use fundflow_testkit::worlds;
use std::{collections::HashMap, path::Path, time::Instant};

/// Virtual hours in which everything must have come to rest; the registrar confirms after eleven
/// days of spring festival, and retries take five hours.
const HOURS: i64 = 24 * 14;

pub(crate) fn judge(place: &Path, seed: u64, heard: &Heard) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let begun = Instant::now();
        let world = World::start(place, seed, false).await;
        let sagas = come_to_rest(&world).await;
        let ends = nothing_is_lost_and_nothing_unfinished(&sagas, heard);
        what_moved_is_what_the_log_says(&world, &sagas);
        repeats_change_nothing(&world, heard).await;
        world.engine.shutdown().await.expect("an engine that runs");
        let report = audit::verify(&*world.store, |_, _| {}).await.expect("a store").report;
        assert!(
            report.passed(),
            "{} findings, the first: {:#?}",
            report.failures,
            report.findings.iter().take(3).collect::<Vec<_>>()
        );
        println!(
            "{} kills in {:?}; {} purchases acknowledged, {} repeats answered alike, {} in doubt",
            heard.kills,
            heard.took,
            heard.acknowledged.len(),
            heard.repeated,
            heard.in_doubt.len()
        );
        println!("{} events; {ends:?}; judged in {:?}", report.counts.events, begun.elapsed());
    });
}

/// Moves time on until nobody waits for it.
async fn come_to_rest(world: &World) -> Sagas {
    let mut sagas = Sagas::default();
    let start = world.clock.now();
    for hour in 0..HOURS {
        loop {
            let due = world.due();
            if due.is_empty() {
                break;
            }
            world.engine.deliver(due).await.expect("an engine that runs");
            world.engine.settle().await.expect("an engine that runs");
        }
        world.engine.settle().await.expect("an engine that runs");
        catch_up(&*world.store, &mut sagas).await.expect("the log");
        let at_rest = |view: &SagaView<'_>| view.is_finished() || view.open.parked.is_some();
        if sagas.iter().all(|(id, parts)| parts.view(&id).is_some_and(|view| at_rest(&view))) {
            break;
        }
        world.clock.advance_to(world::later(start, hour + 1));
    }
    sagas
}

fn nothing_is_lost_and_nothing_unfinished(
    sagas: &Sagas,
    heard: &Heard,
) -> HashMap<&'static str, u64> {
    for id in heard.acknowledged.keys() {
        let found = sagas.one(&worlds::transaction(id)).is_some();
        assert!(found, "{id} was acknowledged and is lost");
    }
    let mut ends = HashMap::new();
    for (id, parts) in sagas.iter() {
        let view = parts.view(&id).expect("a prepared purchase");
        let text = id.as_str();
        let asked = heard.acknowledged.contains_key(text) || heard.in_doubt.contains(text);
        assert!(asked, "{id} is in the log and nobody asked for it");
        let row = view.row();
        let at_rest = view.is_finished() || row.parked.is_some();
        assert!(at_rest, "{id} never came to rest: {view:#?}");
        *ends.entry(row.state).or_default() += 1;
    }
    ends
}

/// The channel's books against the log, purchase by purchase.
fn what_moved_is_what_the_log_says(world: &World, sagas: &Sagas) {
    let now = world.clock.now();
    let charges = world.channel.beyond.charges();
    let mut refunds: HashMap<OrderId, Vec<RefundEntry>> = HashMap::new();
    for refund in world.channel.beyond.refunds() {
        refunds.entry(refund.order.clone()).or_default().push(refund);
    }
    for charge in &charges {
        let twice = charge.debits(now).len() > 1;
        assert!(!twice || charge.fate == ChargeFate::DoubleDebit, "{charge:?} moved money twice");
        let (id, _) = charge.order.parent().expect("an order of ours");
        let parts = sagas.one(&id).expect("nothing is charged before it is in the log");
        let view = parts.view(&id).expect("a prepared purchase");
        let order = view.buy.order().expect("nothing is charged before its order is placed");
        assert_eq!(order.payment_no.as_ref(), Some(&charge.no), "{id}");
        let of_order = refunds.remove(&charge.order).unwrap_or_default();
        money_is_where_it_belongs(&view, charge, &of_order, now);
    }
    assert!(refunds.is_empty(), "refunds of nothing: {refunds:#?}");
}

/// What the investor has paid and not got back is what was confirmed, or nothing.
fn money_is_where_it_belongs(
    view: &SagaView<'_>,
    charge: &ChargeEntry,
    refunds: &[RefundEntry],
    now: Timestamp,
) {
    // A parked one waits for a person: a closed account, silence, numbers that do not add up.
    let (Some(ending), None) = (view.purchase.ending(), &view.open.parked) else { return };
    let sum = |sums: &mut dyn Iterator<Item = Money>| {
        sums.fold(Money::ZERO, |sum, next| sum.plus(next).expect("a sum of money"))
    };
    let paid = sum(&mut charge.debits(now).into_iter().map(|debit| debit.amount));
    let moved = refunds.iter().filter(|refund| refund.moved());
    let back = sum(&mut moved.map(|refund| refund.amount));
    let kept = match view.buy.order().map(|order| &order.stage) {
        Some(Stage::Confirmed(told)) => match &told.outcome {
            Outcome::Purchase(told) => told.amount,
            Outcome::Conversion(_) => Money::ZERO,
        },
        Some(_) | None => Money::ZERO,
    };
    let id = view.transaction;
    assert_eq!(paid.minus(back), Some(kept), "{id}: {ending:?} {charge:#?} {refunds:#?}");
    let owns = ending == Ending::Completed || ending == Ending::KeptInWallet;
    assert_eq!(owns, !kept.is_zero(), "{id} ended as {ending:?} with {kept} yuan at the funds");
}

/// Every acknowledged request once more: the same promise, and no event.
async fn repeats_change_nothing(world: &World, heard: &Heard) {
    let before = *world.store.head().borrow();
    let all: Vec<_> = heard.acknowledged.iter().collect();
    for some in all.chunks(1024) {
        let again = some.iter().map(|(id, _)| world::request(id)).collect();
        let answers = world.engine.purchase_all(again).await.expect("an engine that runs");
        for ((id, first), answer) in some.iter().zip(answers) {
            let placed = answer.unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(promised(&placed), **first, "{id}");
        }
    }
    world.engine.settle().await.expect("an engine that runs");
    let after: Position = *world.store.head().borrow();
    assert_eq!(before, after, "repeating requests added events");
}
