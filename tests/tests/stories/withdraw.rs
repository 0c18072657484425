//! Money out of the wallet on T+n.

use crate::{
    house::{self, begun_on, comes_too_late, too_late},
    table,
};
use fundflow_sagas::withdraw::Withdraw;
use fundflow_testkit::{
    at_par::{in_wallet, wallet_key, withdraw, withdrawal, world},
    explore::{
        World,
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at,
    },
    outside::{May, Outside},
    story,
};

#[test]
fn given_shares_in_the_wallet_their_money_is_paid_out_once_they_are_redeemed() {
    given(withdraw([]))
        .when(asked())
        .then_events(["withdraw.prepared", "wallet.shares_reserved", "application.placed"])
        .then_sends(["call TX-1.redeem at ta-own"])
        .and_then([says("TX-1.redeem", "Accepted"), timer()])
        .when(says("TX-1.redeem", "Confirmed"))
        .then_events(["application.confirmed", "wallet.shares_taken_out", "payout.requested"])
        .when(says("TX-1.redeem.out", "PaidOut"))
        .then_events(["payout.paid_out", "withdraw.paid_out"]);
}

const MAY: [May; 2] = [May::RejectAtFront, May::RejectInBatch];

/// Where the fund takes no order of a later T.
fn closing() -> World<Withdraw, Outside> {
    let saga = Withdraw { house: house::closing() };
    world(saga, Outside::that(MAY), withdrawal()).with(&wallet_key(), in_wallet("1000"))
}

fn refused(row: &str) -> Refused<Withdraw, Outside> {
    match row {
        "order redemption" => comes_too_late(closing(), row, too_late()),
        _ => refused_at(withdraw(MAY), row),
    }
}

/// Of one that an earlier program began: nobody begins one on that table now.
fn refused_on(then: &str, row: &str) -> Refused<Withdraw, Outside> {
    let late = (row == "order redemption").then_some("wallet.shares_reserved");
    let world = if late.is_some() { closing() } else { withdraw(MAY) };
    begun_on(world, ("withdraw.v3", then), row, late)
}

#[test]
fn the_story_of_a_withdrawal() {
    story!(table::<Withdraw>("withdraw.v3"), refused, {
        "order redemption" => [
            "withdraw.turned_away", "wallet.shares_released", "withdraw.kept_in_wallet",
        ],
        "redeem" => ["application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet"],
        "confirm redemption" => [
            "application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet",
        ],
    });
}

#[test]
fn the_stories_of_withdrawals_that_earlier_programs_began() {
    for then in ["withdraw.v1", "withdraw.v2"] {
        story!(table::<Withdraw>(then), |row| refused_on(then, row), {
            "order redemption" => [
                "withdraw.turned_away", "wallet.shares_released", "withdraw.kept_in_wallet",
            ],
            "redeem" => [
                "application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet",
            ],
            "confirm redemption" => [
                "application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet",
            ],
        });
    }
}
