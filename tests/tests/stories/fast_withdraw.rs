//! Cash at once.

use crate::table;
use fundflow_domain::{
    application::{self, Applications, Rejection},
    fast_quota::{Command, FastQuota, QuotaKey},
};
use fundflow_kernel::{decider::Decider as _, streams::Key};
use fundflow_sagas::fast_withdraw::FastWithdraw;
use fundflow_testkit::{
    at_par::fast,
    explore::{
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_after_death, refused_at,
    },
    outside::{May, Outside},
    story,
    worlds::{amount, cause, date, investor_id, money, read, transaction, wallet_code},
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

/// The process dies before the cash is counted, and others take all of the day's quota before the next one starts.
fn quota_is_used_up(row: &str) -> Refused<FastWithdraw, Outside> {
    let key: Key<FastQuota> = Key::of(&QuotaKey {
        investor: investor_id(),
        fund: wallet_code(),
        distributor: read("DIST-1"),
        day: date("2026-02-13"),
    });
    let other = Command::Count {
        transaction: transaction("OTHER"),
        amount: amount("10000"),
        fund_max: Some(money("10000")),
        elsewhere: money("0"),
        by_code: true,
    };
    refused_after_death(fast([]), row, "count", |world| *world = world.clone().with(&key, [other]))
}

fn refused(row: &str) -> Refused<FastWithdraw, Outside> {
    match row {
        "reserve" => quota_is_used_up(row),
        _ => refused_at(fast([May::DeclineAdvance, May::RejectAtFront, May::RejectInBatch]), row),
    }
}

#[test]
fn the_story_of_a_fast_withdrawal() {
    story!(table::<FastWithdraw>("fast_withdraw.v1"), refused, {
        "reserve" => [
            "fast_withdraw.turned_away", "fast_quota.given_back", "fast_withdraw.kept_in_wallet",
        ],
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
    }, unrefused {
        "request advance" => "refused where the bank declines, which is asked behind it",
        "order transfer" => "refused where the transfer is rejected, which is placed by it",
        "order redemption" => "refused where the redemption is rejected, which is placed by it",
    });
}

/// So the story of the one is that of the other.
#[test]
fn a_row_without_a_line_is_refused_where_the_call_behind_it_is() {
    let table = table::<FastWithdraw>("fast_withdraw.v1");
    let rejected = |row: &str| {
        table.steps.iter().find(|step| step.deed.name == row).and_then(|step| step.rejected)
    };
    for (row, call) in [
        ("request advance", "advance"),
        ("order transfer", "transfer"),
        ("order redemption", "redeem"),
    ] {
        assert!(rejected(row).is_some() && rejected(row) == rejected(call), "{row}");
    }
}

/// And never before: what was not placed is not rejected.
#[test]
fn an_application_is_placed_before_it_is_rejected() {
    let reject = application::Command::Reject(Rejection::of(cause("0010", "not accepted")));
    let refused = Applications::decide(&application::State::default(), &reject);
    assert_eq!(refused, Err(application::Refusal::NotPlaced));
}
