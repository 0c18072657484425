//! A saga that is nobody's business, carried by the shipped runtime without an edit to it: every
//! future of it, its story in literals, its timeline, and many of it at once with another kind.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_testkit::{
    explore::{Explorer, World},
    simulate::Simulation,
    toy::{
        MEMBER, MORNING, account,
        account::Points,
        award::{self, Award},
        exchange::{Command, Exchange, Fact, Request},
        given_points,
        shop::{May, Shop},
        transaction,
    },
};

fn request(price: u64) -> Request {
    Request { member: MEMBER.into(), goods: "kettle".into(), price: Points(price) }
}

fn world(saga: Exchange, may: impl IntoIterator<Item = May>) -> World<Exchange, Shop> {
    let asked = (transaction("TX-1"), request(300), ());
    World::new(saga, Shop::that(may), asked, MORNING).with(&account(), [given_points(500)])
}

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

#[test]
fn whatever_the_shop_does_an_exchange_ends_soundly() {
    let may = [May::Decline, May::FailToPack, May::FailToShip, May::Damage];
    let start = std::time::Instant::now();
    let found = Explorer::new(world(Exchange::default(), may)).faults(2).lasting(LASTING).run();
    let found = found.unwrap();

    println!("{found:?} {:?}", start.elapsed());
    assert_eq!(found.endings(), ["collected", "completed", "failed"]);
}

#[test]
fn whatever_people_do_an_exchange_ends_soundly_or_waits_for_one() {
    let start = std::time::Instant::now();
    let found = Explorer::new(world(Exchange::default(), [May::Decline]))
        .acts(2)
        .operators()
        .command(Command::Withdraw)
        .lasting(LASTING)
        .run();
    let found = found.unwrap();

    println!("{found:?} {:?}", start.elapsed());
}

fn simulation(exchanges: u64, awards: u64) -> Simulation<Shop> {
    let may = [May::Decline, May::FailToPack, May::FailToShip, May::Damage, May::DenyPoints];
    let mut simulation = Simulation::new(Shop::that(may), MORNING)
        .saga(Exchange::default())
        .saga(Award)
        .with(&account(), given_points(1000));
    for at in 1..=exchanges {
        let id = transaction(&format!("EX-{at}"));
        simulation = simulation.request::<Exchange>(&id, request(100 + at), ());
    }
    for at in 1..=awards {
        let id = transaction(&format!("AW-{at}"));
        let award = award::Request { member: MEMBER.into(), points: Points(50) };
        simulation = simulation.request::<Award>(&id, award, ());
    }
    simulation
}

#[test]
fn many_sagas_of_two_kinds_survive_everything() {
    let start = std::time::Instant::now();
    for seed in 0..20 {
        let found = simulation(12, 6).run(seed).unwrap();
        println!("{found:?}");
    }
    println!("{:?}", start.elapsed());
}
