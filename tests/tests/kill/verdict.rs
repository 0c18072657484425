//! After the last kill: everything comes to rest, and the log, the channel's books and the callers'
//! notes tell the same story.

use crate::{
    parent::Heard,
    world::{self, Asked, World, registry},
};
use fundflow_application::{
    audit,
    desk::{self, SagaList, State},
    read_models::{Order, Orders, catch_up},
};
use fundflow_domain::{application::Quantity, ids::OrderId, money::Money, time::Timestamp};
use fundflow_infrastructure::sandbox::{
    channel::{ChargeEntry, RefundEntry},
    scenario::ChargeFate,
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{EventStore as _, Position},
};
use fundflow_runtime::look::Look;
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Instant,
};

/// Virtual hours in which everything must have come to rest; the registrar confirms after eleven
/// days of spring festival, and retries take five hours.
const HOURS: i64 = 24 * 14;

pub(crate) fn judge(place: &Path, seed: u64, heard: &Heard) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let begun = Instant::now();
        let world = World::start(place, seed, false).await;
        come_to_rest(&world).await;
        let looks = looks(&world).await;
        let ends = nothing_is_lost_and_nothing_unfinished(&looks, heard);
        what_moved_is_what_the_log_says(&world, &looks).await;
        repeats_change_nothing(&world, heard).await;
        world.engine.shutdown().await.expect("an engine that runs");
        let report = audit::verify(&*world.store, &registry(), |_, _| {}).await.expect("a store");
        assert!(
            report.passed(),
            "{} findings, the first: {:#?}",
            report.failures,
            report.findings.iter().take(3).collect::<Vec<_>>()
        );
        println!(
            "{} kills in {:?}; {} requests acknowledged, {} repeats answered alike, {} in doubt",
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
async fn come_to_rest(world: &World) {
    let mut sagas = SagaList::new(registry());
    let start = world.clock.now();
    for hour in 0..HOURS {
        loop {
            world.engine.settle().await.expect("an engine that runs");
            let due = world.due();
            if due.is_empty() {
                break;
            }
            for outcome in world.engine.deliver(due).await {
                outcome.expect("news that can be taken");
            }
        }
        sagas.catch_up(&*world.store).await.expect("the log");
        if sagas.rows().all(|row| row.state() != State::Open) && owes_nothing(world).await {
            break;
        }
        world.clock.advance_to(world::later(start, hour + 1));
    }
}

/// Whether all that is over is also paid back, or waits for a person.
async fn owes_nothing(world: &World) -> bool {
    looks(world).await.values().all(at_rest)
}

fn at_rest(look: &Look) -> bool {
    look.finished || look.parked.is_some()
}

/// Every saga as a whole.
async fn looks(world: &World) -> BTreeMap<String, Look> {
    let mut sagas = SagaList::new(registry());
    sagas.catch_up(&*world.store).await.expect("the log");
    let (known, mut looks) = (registry(), BTreeMap::new());
    for row in sagas.rows() {
        let shown = desk::show(&*world.store, &known, None, &row.transaction).await;
        looks.insert(row.transaction.to_string(), shown.expect("a saga that can be read").look);
    }
    looks
}

fn nothing_is_lost_and_nothing_unfinished(
    looks: &BTreeMap<String, Look>,
    heard: &Heard,
) -> HashMap<&'static str, u64> {
    for id in heard.acknowledged.keys() {
        assert!(looks.contains_key(id), "{id} was acknowledged and is lost");
    }
    let mut ends = HashMap::new();
    for (id, look) in looks {
        let asked = heard.acknowledged.contains_key(id) || heard.in_doubt.contains(id);
        assert!(asked, "{id} is in the log and nobody asked for it");
        assert!(at_rest(look), "{id} never came to rest: {look:#?}");
        *ends.entry(look.ending.unwrap_or("parked")).or_default() += 1;
    }
    ends
}

/// The channel's books against the log, purchase by purchase.
async fn what_moved_is_what_the_log_says(world: &World, looks: &BTreeMap<String, Look>) {
    let now = world.clock.now();
    let mut orders = Orders::default();
    catch_up(&*world.store, &mut orders).await.expect("the log");
    let mut refunds: HashMap<OrderId, Vec<RefundEntry>> = HashMap::new();
    for refund in world.channel.beyond.refunds() {
        refunds.entry(refund.order.clone()).or_default().push(refund);
    }
    for charge in &world.channel.beyond.charges() {
        let twice = charge.debits(now).len() > 1;
        assert!(!twice || charge.fate == ChargeFate::DoubleDebit, "{charge:?} moved money twice");
        let (id, _) = charge.order.parent().expect("an order of ours");
        let look = looks.get(id.as_str()).expect("nothing is charged before it is in the log");
        let order = orders.get(&charge.order).expect("nothing is charged before it is asked for");
        let (payment, _) = order.payment.expect("nothing is charged without a payment");
        assert_eq!(payment.terms.no, charge.no, "{id}");
        let of_order = refunds.remove(&charge.order).unwrap_or_default();
        money_is_where_it_belongs(look, &order, charge, &of_order, now);
    }
    assert!(refunds.is_empty(), "refunds of nothing: {refunds:#?}");
}

/// What the investor has paid and not got back is what was confirmed, or nothing.
fn money_is_where_it_belongs(
    look: &Look,
    order: &Order<'_>,
    charge: &ChargeEntry,
    refunds: &[RefundEntry],
    now: Timestamp,
) {
    // A parked one waits for a person: a closed account, silence, numbers that do not add up.
    let (Some(ending), None) = (look.ending, &look.parked) else { return };
    let sum = |sums: &mut dyn Iterator<Item = Money>| {
        sums.fold(Money::ZERO, |sum, next| sum.plus(next).expect("a sum of money"))
    };
    let paid = sum(&mut charge.debits(now).into_iter().map(|debit| debit.amount));
    let moved = refunds.iter().filter(|refund| refund.moved());
    let back = sum(&mut moved.map(|refund| refund.amount.into()));
    let at_the_fund = match order.application.map(|(application, _)| application.settled()) {
        Some(Quantity::Money(settled)) => settled,
        Some(Quantity::Shares(_)) | None => Money::ZERO,
    };
    let id = &look.id.transaction;
    assert_eq!(paid.minus(back), Some(at_the_fund), "{id}: {ending} {charge:#?} {refunds:#?}");
    let owns = ending.ends_with(".completed") || ending.ends_with(".kept_in_wallet");
    assert_eq!(owns, !at_the_fund.is_zero(), "{id} ended as {ending} with {at_the_fund} yuan");
}

/// Every acknowledged request once more: the same promise, and no event.
async fn repeats_change_nothing(world: &World, heard: &Heard) {
    let before = *world.store.head().borrow();
    for (id, first) in &heard.acknowledged {
        match world::ask(&world.engine, id).await {
            Asked::Placed(promised, _) => assert_eq!(promised, *first, "{id}"),
            Asked::Busy(_) => panic!("{id}: an engine at rest is busy"),
        }
    }
    world.engine.settle().await.expect("an engine that runs");
    let after: Position = *world.store.head().borrow();
    assert_eq!(before, after, "repeating requests added events");
}
