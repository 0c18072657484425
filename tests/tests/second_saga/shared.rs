//! Two sagas that share an account, in every order in which they can meet.

use super::kettle;
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    toy::{
        MEMBER, MORNING, account,
        account::{Hold, Points},
        award::{self, Award},
        exchange::Exchange,
        given_points,
        shop::{May, Shop},
        transaction,
    },
};

const SOUND: [Truth<Exchange, Shop>; 1] = [("no point is used twice", no_point_is_used_twice)];

fn no_point_is_used_twice(world: &World<Exchange, Shop>) -> Result<(), String> {
    let account = world.log().loaded(&account()).state;
    let used = account.holds.values().map(|hold| match hold {
        Hold::Held(points) | Hold::Spent(points) => points.0,
        Hold::Released => 0,
    });
    let used: u64 = used.sum();
    if used <= account.earned { Ok(()) } else { Err(format!("{used} of {}", account.earned)) }
}

/// An exchange of 300 points about to be asked for.
fn exchange(may: impl IntoIterator<Item = May>) -> World<Exchange, Shop> {
    let asked = (transaction("TX-1"), kettle(300), ());
    World::new(Exchange::default(), Shop::that(may), asked, MORNING)
}

#[test]
fn an_exchange_and_an_award_on_one_account_meet_in_every_order_and_both_end_soundly() {
    let request = award::Request { member: MEMBER.into(), points: Points(50) };
    let world = exchange([May::FailToPack, May::DenyPoints])
        .beside(Award, (transaction("AW-1"), request, ()))
        .with(&account(), [given_points(300)]);

    let found = Explorer::new(world).truths(SOUND).run().unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["completed", "failed"]);
    assert!(found.states > 1000, "less was explored than before");
}

#[test]
fn two_exchanges_never_have_the_same_points_whoever_comes_first() {
    let world = exchange([May::FailToPack])
        .beside(Exchange::default(), (transaction("TX-2"), kettle(300), ()))
        .with(&account(), [given_points(500)]);

    let found = Explorer::new(world).truths(SOUND).run().unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["completed", "failed"]);
}

#[test]
fn what_the_other_saga_does_to_a_shared_stream_is_found_by_the_shortest_way() {
    let untouched: Truth<Exchange, Shop> = ("nobody else holds points", |world| {
        let holds = world.log().loaded(&account()).state.holds.len();
        if holds > 1 { Err(format!("{holds} hold some")) } else { Ok(()) }
    });
    let world = exchange([])
        .beside(Exchange::default(), (transaction("TX-2"), kettle(200), ()))
        .with(&account(), [given_points(500)]);

    let found = Explorer::new(world).truths([untouched]).run().unwrap_err();

    assert_eq!(found.what, "nobody else holds points: 2 hold some");
    assert_eq!(found.path, ["the request comes", "the request for exchange TX-2 comes"]);
}
