//! Every future within small bounds, and a wrong cell that is found by the shortest way.

use super::{kettle, world};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    toy::{
        MEMBER, MORNING, account,
        account::{Account, Event, Points},
        award::{self, Award},
        exchange::{self, Command, Exchange, FORGETS_TO_CANCEL, Fact},
        parcel::News,
        shop::{May, Shop},
        transaction,
    },
};

/// Facts that, once they hold, hold for ever.
const LASTING: [Fact; 11] = [
    Fact::Reserved,
    Fact::Released,
    Fact::Requested,
    Fact::Ordered,
    Fact::Declined,
    Fact::Packed,
    Fact::NotPacked,
    Fact::Cancelled,
    Fact::Spent,
    Fact::Shipped,
    Fact::Ended,
];

const TRUTHS: [Truth<Exchange, Shop>; 3] = [
    ("points are conserved", points_are_conserved),
    ("nothing is ordered twice", nothing_is_ordered_twice),
    ("no goods without points", no_goods_without_points),
];

fn points_are_conserved(world: &World<Exchange, Shop>) -> Result<(), String> {
    let spent = world.log().decoded::<Account>().any(|it| matches!(it, Event::Spent { .. }));
    let left = world.log().loaded(&account()).state.available().0;
    let expected: &[u64] = if spent { &[200] } else { &[200, 500] };
    if expected.contains(&left) { Ok(()) } else { Err(format!("{left} points are left")) }
}

fn nothing_is_ordered_twice(world: &World<Exchange, Shop>) -> Result<(), String> {
    let twice = world.counterparties.orders.iter().find(|(_, times)| **times > 1);
    twice.map_or(Ok(()), |(number, times)| Err(format!("{number} was ordered {times} times")))
}

fn no_goods_without_points(world: &World<Exchange, Shop>) -> Result<(), String> {
    let shop = world.counterparties.parcel("TX-1.parcel");
    let left = matches!(shop, Some(News::Shipped | News::Damaged | News::Apologised));
    if left && !world.holds(Fact::Spent) { Err("it left the shop unpaid".into()) } else { Ok(()) }
}

#[test]
fn whatever_the_shop_and_the_network_do_an_exchange_ends_soundly() {
    let may = [May::Decline, May::FailToPack, May::FailToShip, May::Damage];
    let found = Explorer::new(world(Exchange::default(), may))
        .faults(2)
        .lasting(LASTING)
        .truths(TRUTHS)
        .run()
        .unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["collected", "completed", "failed"]);
    assert!(found.states > 1000 && found.moves > 3000, "less was explored than before");
}

#[test]
fn whatever_people_do_an_exchange_ends_soundly_or_is_given_up() {
    let found = Explorer::new(world(Exchange::default(), [May::Decline, May::FailToShip]))
        .acts(2)
        .operators()
        .command(Command::Withdraw)
        .lasting(LASTING)
        .truths(TRUTHS)
        .run()
        .unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["abandoned", "collected", "completed", "failed"]);
}

#[test]
fn whatever_happens_an_award_ends_soundly() {
    let request = award::Request { member: MEMBER.into(), points: Points(50) };
    let asked = (transaction("AW-1"), request, ());
    let world = World::new(Award, Shop::that([May::DenyPoints]), asked, MORNING);
    let found = Explorer::new(world).faults(3).acts(1).operators().run().unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["abandoned", "credited", "denied"]);
}

#[test]
fn the_same_bounds_find_the_same_points() {
    let explore = || Explorer::new(world(Exchange::default(), [May::FailToPack])).run().unwrap();

    assert_eq!(explore(), explore());
}

#[test]
fn a_wrong_cell_is_found_by_the_shortest_way() {
    let saga = Exchange { table: &FORGETS_TO_CANCEL };
    let found = Explorer::new(world(saga, [May::FailToPack])).run().unwrap_err();

    assert_eq!(found.what, "exchange.failed, and parcel (300) is open");
    assert_eq!(
        found.path,
        [
            "the request comes",
            "call TX-1.parcel.order at shop: Parcel(Ordered)",
            "unasked: Parcel(Unpackable(Cause { code: \"broken\", text: \"the last one is broken\" }))",
        ]
    );
}

#[test]
fn a_truth_that_does_not_hold_is_named_with_the_way_to_it() {
    let never: Truth<Exchange, Shop> = ("nothing is ever packed", |world| {
        if world.holds(Fact::Packed) { Err("it was".into()) } else { Ok(()) }
    });
    let found = Explorer::new(world(Exchange::default(), [])).truths([never]).run().unwrap_err();

    assert_eq!(found.what, "nothing is ever packed: it was");
    assert_eq!(found.path.len(), 3, "{found}");
}

#[test]
fn bounds_that_are_too_small_are_said_to_be() {
    let found = Explorer::new(world(Exchange::default(), [])).states(5).run().unwrap_err();

    assert_eq!(found.what, "more than 5 points");
}

#[test]
fn a_request_that_cannot_be_paid_leaves_nothing_behind() {
    let asked = (transaction("TX-1"), kettle(501), ());
    let mut world: World<Exchange, Shop> =
        World::new(Exchange::default(), Shop::default(), asked, MORNING)
            .with(&account(), [fundflow_testkit::toy::given_points(500)]);
    world.handle(world.request());

    assert_eq!(world.log().len(), 1, "only what was given");
    assert_eq!(world.shell.runner.open(), 0);
    assert!(!world.shell.runner.streams().has(account().stream()), "and nothing in memory");
    let other = exchange::Request { ..kettle(500) };
    world.handle(world.other_request(other));
    assert!(world.holds(Fact::Reserved), "the ID is still free");
}
