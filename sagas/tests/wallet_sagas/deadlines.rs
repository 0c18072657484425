//! Deadlines park, at exactly their instant.

use crate::{
    fast_withdraw,
    outside::Fate,
    recharge,
    stage::{Stage, at},
    withdraw,
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::withdraw::Command;

/// Parked at that row, at that instant and never before.
#[track_caller]
fn parks<S: Saga>(mut stage: Stage<S>, row: &str, deadline: &str) -> Stage<S>
where
    S::Request: 'static,
{
    let before = at(deadline).plus_millis(-1000);
    stage.settle();
    while stage.runner.next_timer().is_some_and(|due| due <= before) {
        stage.ring();
        stage.settle();
    }
    assert_eq!(stage.parked(), None, "before {deadline}\n{}", stage.text());
    stage.clock(deadline);
    let parked = stage.parked().map(|(row, _)| row);
    assert_eq!(parked.as_deref(), Some(row), "at {deadline}\n{}", stage.text());
    stage
}

fn recharging(
    prepare: impl FnOnce(&mut Stage<fundflow_sagas::recharge::Recharge>),
) -> Stage<fundflow_sagas::recharge::Recharge> {
    let mut stage = recharge::stage("02-03 10:00");
    prepare(&mut stage);
    stage.request(recharge::request(), recharge::asked());
    stage
}

fn withdrawing(
    prepare: impl FnOnce(&mut Stage<fundflow_sagas::withdraw::Withdraw>),
) -> Stage<fundflow_sagas::withdraw::Withdraw> {
    let mut stage = withdraw::stage("02-03 10:00");
    prepare(&mut stage);
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage
}

#[test]
fn of_a_recharge() {
    for (name, row) in [("mmf.pay", "pay"), ("mmf", "buy")] {
        let down = |it: &mut Stage<_>| it.outside.down.extend([name.to_owned()]);
        parks(recharging(down), row, "02-04 15:00");
    }
    let mut silent = recharging(|_| ());
    silent.settle();
    silent.outside.down.insert("mmf".into());
    parks(silent, "confirm buy", "02-05 12:00");
    let refused = |it: &mut Stage<_>| {
        it.outside.fate("mmf", [Fate::Refused]);
        it.outside.down.insert("mmf.pay.refund1".into());
    };
    parks(recharging(refused), "refund payment", "02-06 15:00");
}

#[test]
fn of_a_withdrawal() {
    let down =
        |name: &'static str| move |it: &mut Stage<_>| it.outside.down.extend([name.to_owned()]);
    parks(withdrawing(down("redeem")), "redeem", "02-04 15:00");
    // The money of T = 3 February is here on the 4th.
    parks(withdrawing(down("redeem.out")), "paid out", "02-05 15:00");
    // Confirmed only on the 9th, and so asked for then.
    let mut late = withdrawing(down("redeem.out"));
    late.settle();
    late.outside.down.insert("redeem".into());
    let mut stage = parks(late, "confirm redemption", "02-05 12:00");
    stage.clock("02-09 10:00");
    stage.outside.down.remove("redeem");
    stage.clock("02-09 14:00");
    assert!(stage.count("payout.requested") == 1, "{}", stage.text());
    assert_eq!(stage.parked(), None, "{}", stage.text());
    parks(stage, "paid out", "02-10 15:00");
}

#[test]
fn of_a_repayment_that_is_asked_for_late() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.down.insert("transfer.out.repay".into());
    stage.request(fast_withdraw::request("400"), fast_withdraw::asked());
    // Transferred on T = 3, redeemed on T = 4: the money is here on the 5th.
    let mut late = parks(stage, "repaid", "02-06 15:00");
    late.outside.down.clear();
    late.run();

    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.down.insert("transfer.out.repay".into());
    stage.request(fast_withdraw::request("400"), fast_withdraw::asked());
    stage.clock("02-04 13:00");
    // Nobody confirms the bank's redemption before the 10th.
    stage.outside.down.insert("redeem".into());
    stage.clock("02-10 09:00");
    stage.outside.down.remove("redeem");
    stage.clock("02-10 13:00");
    assert_eq!(stage.count("advance.repayment_requested"), 1, "{}", stage.text());
    assert_eq!(stage.parked(), None, "{}", stage.text());
    parks(stage, "repaid", "02-11 15:00");
}

#[test]
fn of_a_payout_to_another_account() {
    let mut stage = withdrawing(|it| {
        it.outside.fate("redeem.out", [Fate::Refused]);
        it.outside.down.insert("redeem.out.2".into());
    });
    stage.clock("02-09 10:00");
    let account = "acc-2".parse().unwrap();
    stage.command(Command::Redirect { account, own_name: true, reason: "closed".into() });
    stage.clock("02-09 11:00");
    assert_eq!(stage.parked(), None, "{}", stage.text());
    parks(stage, "paid out", "02-10 15:00");
}
