//! Cash at once.

use crate::table;
use fundflow_sagas::fast_withdraw::FastWithdraw;
use fundflow_testkit::{
    at_par::fast,
    explore::{
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at,
    },
    outside::{May, Outside},
    story,
};

#[test]
fn given_cash_that_a_bank_advanced_the_shares_go_to_it_and_their_money_repays_it() {
    given(fast([]))
        .when(asked())
        .then_events([
            "fast_withdraw.prepared",
            "fast_quota.counted",
            "wallet.shares_reserved",
            "advance.requested",
        ])
        .then_sends(["call TX-1.transfer.out at advance"])
        .when(says("TX-1.transfer.out", "Advanced"))
        .then_events(["advance.advanced", "application.placed"])
        .and_then([says("TX-1.transfer", "Accepted"), timer()])
        .when(says("TX-1.transfer", "Confirmed"))
        .then_events(["application.confirmed", "wallet.shares_taken_out", "application.placed"])
        .and_then([says("TX-1.redeem", "Accepted"), timer()])
        .when(says("TX-1.redeem", "Confirmed"))
        .then_events(["application.confirmed", "advance.repayment_requested"])
        .when(says("TX-1.transfer.out.repay", "Repaid"))
        .then_events(["advance.repaid", "fast_withdraw.paid_out"]);
}

fn refused(row: &str) -> Refused<FastWithdraw, Outside> {
    refused_at(fast([May::DeclineAdvance, May::RejectAtFront, May::RejectInBatch]), row)
}

#[test]
fn the_story_of_a_fast_withdrawal() {
    story!(table::<FastWithdraw>("fast_withdraw.v1"), refused, {
        "advance" => [
            "advance.declined", "wallet.shares_released", "fast_quota.given_back",
            "fast_withdraw.kept_in_wallet",
        ],
        "transfer" => [
            "case.opened", "fast_withdraw.disputed", "application.rejected", "fast_withdraw.parked",
        ],
        "confirm transfer" => [
            "case.opened", "fast_withdraw.disputed", "application.rejected", "fast_withdraw.parked",
        ],
        "redeem" => [
            "case.opened", "fast_withdraw.disputed", "application.rejected", "fast_withdraw.parked",
        ],
        "confirm redemption" => [
            "case.opened", "fast_withdraw.disputed", "application.rejected", "fast_withdraw.parked",
        ],
    }, untold {
        "reserve" => "refused where the advance is declined, which is asked for behind it",
        "request advance" => "refused where the bank declines, which is asked behind it",
        "order transfer" => "refused where the transfer is rejected, which is placed by it",
        "order redemption" => "refused where the redemption is rejected, which is placed by it",
    });
}
