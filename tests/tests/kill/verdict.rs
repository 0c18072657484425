//! After the last kill: everything comes to rest, and the log, the channel's books and the callers'
//! notes tell the same story. It is also the story of an engine that nobody killed.

use crate::{
    parent::Heard,
    reference, requests,
    world::{self, Asked, Weather, World, registry},
};
use fundflow_application::{
    audit,
    desk::{self, SagaList, State},
    read_models::{Order, Orders, Streams, catch_up},
};
use fundflow_domain::{
    application::Quantity, ids::OrderId, money::Money, payout::Payouts, time::Timestamp,
};
use fundflow_infrastructure::sandbox::{
    channel::{ChargeEntry, PayoutEntry, RefundEntry},
    scenario::ChargeFate,
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{EventStore as _, Position},
};
use fundflow_runtime::{liveness::Wait, look::Look};
use fundflow_testkit::worlds;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    time::Instant,
};

/// Virtual hours in which everything must have come to rest: the registrar confirms after eleven days
/// of spring festival, and two days later the money of a redemption is here.
const HOURS: i64 = 24 * 16;
const PLAN: &str = "regular_plan";

pub(crate) fn judge((place, undisturbed): (&Path, &Path), seed: u64, heard: &Heard) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let begun = Instant::now();
        let world = World::start(place, seed, Weather::Still, worlds::request_time()).await;
        come_to_rest(&world).await;
        let looks = looks(&world).await;
        let ends = nothing_is_lost_and_nothing_unfinished(&looks, heard);
        what_moved_is_what_the_log_says(&world, &looks).await;
        what_left_is_what_the_log_says(&world).await;
        it_is_as_if_nobody_had_been_killed(&world, undisturbed, seed).await;
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

/// Moves time on, from one thing that is due to the next, until nobody waits for it.
pub(crate) async fn come_to_rest(world: &World) {
    let mut sagas = SagaList::new(registry());
    let end = world::later(world.clock.now(), HOURS);
    loop {
        world.hear().await;
        sagas.catch_up(&*world.store).await.expect("the log");
        let mut waiting = sagas.rows().filter(|row| row.state() == State::Open);
        if waiting.all(|row| &*row.kind == PLAN) && owes_nothing(world).await {
            return;
        }
        match world.next_due().await {
            Some(due) if due <= end => world.clock.advance_to(due.max(world.clock.now())),
            Some(_) | None => return,
        }
    }
}

/// Whether all that is over is also paid back, or waits for a person.
async fn owes_nothing(world: &World) -> bool {
    looks(world).await.values().all(at_rest)
}

/// A plan may wait for the end of a purchase that is parked.
fn at_rest(look: &Look) -> bool {
    let waits_for_purchase = look.waits.iter().all(|it| matches!(it, Wait::Time { .. }));
    look.finished || look.parked.is_some() || (look.id.kind == PLAN && waits_for_purchase)
}

/// Every saga as a whole.
pub(crate) async fn looks(world: &World) -> BTreeMap<String, Look> {
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
        let endowed = requests::capital().contains(id);
        let asked = heard.acknowledged.contains_key(id) || heard.in_doubt.contains(id) || endowed;
        assert!(asked, "{id} is in the log and nobody asked for it");
        let stands = (look.stands_at, &look.waits);
        assert!(at_rest(look), "{id} never came to rest: {stands:?}");
        if look.id.kind == PLAN && !look.finished {
            let purchase = requests::occurrence_of(id).expect("a plan");
            let purchase = looks.get(purchase.as_str()).map(|look| look.parked.is_some());
            assert_eq!(purchase, Some(true), "{id} waits for nobody");
        }
        *ends.entry(look.ending.unwrap_or("parked")).or_default() += 1;
    }
    ends
}

/// The channel's books against the log: whatever left for an investor, once.
async fn what_left_is_what_the_log_says(world: &World) {
    let mut payouts = Streams::<Payouts>::default();
    catch_up(&*world.store, &mut payouts).await.expect("the log");
    let log = payouts.iter().filter_map(|(_, entry)| entry.loaded.state.payout()?.paid().cloned());
    let log: BTreeMap<_, Money> = log.map(|paid| (paid.no, paid.amount)).collect();
    let moved = world.channel.beyond.payouts().into_iter().filter(PayoutEntry::moved);
    let moved: BTreeMap<_, Money> = moved.map(|payout| (payout.no, payout.amount.into())).collect();
    assert_eq!(log, moved, "money that left is not what the log says");
    assert!(!log.is_empty(), "nothing was paid out");
}

async fn it_is_as_if_nobody_had_been_killed(world: &World, place: &Path, seed: u64) {
    let asked = reference::asked_of(world).await;
    let kinds: BTreeSet<_> = asked.iter().map(|id| requests::of(id).name()).collect();
    assert_eq!(kinds.len(), 11, "not everything was asked for: {kinds:?}");
    let found = reference::account(world).await;
    let expected = reference::undisturbed(place, seed, &asked).await;
    let names: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let differs = names.into_iter().filter(|name| found.get(*name) != expected.get(*name));
    let differs: Vec<_> = differs.map(|name| (name, found.get(name), expected.get(name))).collect();
    assert!(
        differs.is_empty(),
        "{} of {} differ from an engine that was not killed: {:#?}",
        differs.len(),
        expected.len(),
        &differs[..differs.len().min(8)]
    );
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
        let (id, _) = charge.order.as_str().rsplit_once('.').expect("an order of ours");
        let look = looks.get(id).expect("nothing is charged before it is in the log");
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
