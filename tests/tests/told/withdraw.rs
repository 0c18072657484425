//! Money out of the wallet on T+n.

use crate::table;
use fundflow_sagas::withdraw::Withdraw;
use fundflow_testkit::{
    at_par::withdraw,
    explore::{
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

fn refused(row: &str) -> Refused<Withdraw, Outside> {
    refused_at(withdraw([May::RejectAtFront, May::RejectInBatch]), row)
}

#[test]
fn the_story_of_a_withdrawal() {
    story!(table::<Withdraw>("withdraw.v2"), refused, {
        "redeem" => ["application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet"],
        "confirm redemption" => [
            "application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet",
        ],
    }, untold {
        "order redemption" =>
            "refused where nothing is left to redeem, which needs a log cut between two streams",
    });
}
