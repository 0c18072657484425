//! Shares that a court freezes.

use crate::table;
use fundflow_domain::{freeze::FrozenCause, wallet::Command};
use fundflow_sagas::freeze::Freeze;
use fundflow_testkit::{
    at_par::{freeze, wallet_key},
    explore::{
        given::{asked, given},
        refusal::Refused,
        refused_by_a_person,
    },
    outside::Outside,
    story,
    worlds::{read, shares, wallet_code},
};

#[test]
fn given_shares_that_a_court_freezes_they_are_not_available_at_once() {
    let when = given(freeze(wallet_code(), "600")).when(asked()).then_events([
        "freeze.prepared",
        "freeze.opened",
        "wallet.shares_frozen",
        "freeze.booked",
        "freeze.completed",
    ]);
    let wallet = when.world.log().loaded(&wallet_key()).state;
    assert_eq!(wallet.frozen(), shares("600"));
}

/// The process dies once it is asked for, and the next one finds other shares frozen under its name: it waits for
/// a person.
fn refused(row: &str) -> Refused<Freeze, Outside> {
    let mut world = freeze(wallet_code(), "600");
    let asked = world.request();
    let decided = world.decide(asked);
    let (record, cause) = (read("TX-1"), FrozenCause::Judicial);
    let other = Command::Freeze { record, shares: shares("500"), cause };
    let mut world = world.with(&wallet_key(), [other]);
    world.commit_and_crash(decided, 1);
    assert!(world.is_parked(), "{:?}", world.transcript);
    refused_by_a_person(world, row)
}

#[test]
fn the_story_of_a_freeze() {
    story!(table::<Freeze>("freeze.v1"), refused, {
        "book" => ["freeze.landing_chosen", "freeze.halted", "freeze.stopped"],
    });
}
