//! Shares of a target for money.

use crate::{
    house::{begun_on, comes_too_late, too_late},
    table,
};
use fundflow_sagas::redemption::{Redemption, Request};
use fundflow_testkit::{
    at_par::{held, holdings_key, house, redeeming, redemption, world},
    explore::{
        World,
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at,
    },
    outside::{May, Outside},
    story,
    worlds::{self, target_code},
};

#[test]
fn given_shares_that_are_held_they_are_reserved_and_leave_with_the_registrars_word() {
    given(redemption([]))
        .when(asked())
        .then_events(["redemption.prepared", "holdings.shares_reserved", "application.placed"])
        .then_sends(["call TX-1.redeem at ta-own"])
        .when(says("TX-1.redeem", "Accepted"))
        .then_events(["application.accepted"])
        .when(timer())
        .then_sends(["query TX-1.redeem at ta-own"])
        .when(says("TX-1.redeem", "Confirmed"))
        .then_events(["application.confirmed", "holdings.shares_taken", "payout.requested"])
        .then_sends(["call TX-1.redeem.out at bank"])
        .when(says("TX-1.redeem.out", "PaidOut"))
        .then_events(["payout.paid_out", "redemption.completed"]);
}

/// Of no later T.
fn only_today() -> World<Redemption, Outside> {
    let request = Request { only_today: true, ..redeeming() };
    let outside = Outside::that([May::RejectAtFront, May::RejectInBatch]);
    world(Redemption { house: house() }, outside, (request, worlds::asked()))
        .with(&holdings_key(target_code()), held("1000"))
}

fn refused(row: &str) -> Refused<Redemption, Outside> {
    match row {
        "order" => comes_too_late(only_today(), row, too_late()),
        _ => refused_at(only_today(), row),
    }
}

/// Of one that an earlier program began: nobody begins one on that table now.
fn refused_before(row: &str) -> Refused<Redemption, Outside> {
    let late = (row == "order").then_some("holdings.shares_reserved");
    begun_on(only_today(), ("redemption.v2", "redemption.v1"), row, late)
}

#[test]
fn the_story_of_a_redemption() {
    story!(table::<Redemption>("redemption.v2"), refused, {
        "order" => ["redemption.turned_away", "holdings.shares_released", "redemption.rolled_back"],
        "redeem" => ["application.rejected", "holdings.shares_released", "redemption.rolled_back"],
        "confirm" => ["application.rejected", "holdings.shares_released", "redemption.rolled_back"],
    });
}

#[test]
fn the_story_of_a_redemption_that_an_earlier_program_began() {
    story!(table::<Redemption>("redemption.v1"), refused_before, {
        "order" => ["redemption.turned_away", "holdings.shares_released", "redemption.rolled_back"],
        "redeem" => ["application.rejected", "holdings.shares_released", "redemption.rolled_back"],
        "confirm" => ["application.rejected", "holdings.shares_released", "redemption.rolled_back"],
    });
}
