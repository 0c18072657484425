//! Sagas that are nobody's business, carried by the shipped runtime without an edit to it: every
//! future of them, their story in literals, what a desk sees of them, and many of them at once.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod days;
mod desk;
mod exploration;
mod grounds;
mod one_by_one;
mod shared;
mod simulation;
mod story;

use fundflow_testkit::{
    explore::World,
    toy::{
        MEMBER, MORNING, account,
        account::Points,
        exchange::{Exchange, Request},
        given_points,
        shop::{May, Shop},
        transaction,
    },
};

/// A kettle for so many points.
fn kettle(price: u64) -> Request {
    Request { member: MEMBER.into(), goods: "kettle".into(), price: Points(price) }
}

/// A member with 500 points, about to ask for a kettle of 300.
fn world(saga: Exchange, may: impl IntoIterator<Item = May>) -> World<Exchange, Shop> {
    let asked = (transaction("TX-1"), kettle(300), ());
    World::new(saga, Shop::that(may), asked, MORNING).with(&account(), [given_points(500)])
}
