//! Counterparties that are down until after the deadline, and then say that our call never came.

use crate::{fast_withdraw, outside::Fate, recharge, withdraw};

#[test]
fn a_bank_that_is_down_over_the_spring_festival_calls_nobody_before_the_next_cut_off() {
    let mut stage = recharge::stage("02-13 10:00");
    stage.outside.down.insert("mmf.pay".into());
    stage.request(recharge::request(), recharge::asked());
    stage.clock("02-24 14:00");
    assert_eq!(stage.parked(), None, "{}", stage.text());
    stage.clock("02-24 15:00");
    assert_eq!(stage.parked().unwrap().0, "pay");
}

#[test]
fn a_charge_that_never_came_is_not_made_after_the_next_cut_off_and_the_recharge_ends_by_itself() {
    let mut stage = recharge::stage("02-13 10:00");
    stage.outside.down.insert("mmf.pay".into());
    stage.request(recharge::request(), recharge::asked());
    stage.clock("02-24 16:00");
    let before = stage.lines.len();
    stage.outside.down.clear();
    stage.clock("02-24 23:00");

    let after = ["ask mmf.pay", "payment.closed", "recharge.resumed", "recharge.rolled_back"];
    // An hour later, when no call can be under way.
    let at_last = ["ask mmf.pay", "payment.declined"];
    assert_eq!(stage.lines[before..], [&after[..], &at_last].concat(), "{}", stage.text());
    let failure = stage.look().failure.unwrap();
    assert_eq!(
        failure.to_string(),
        "the bank never got the charge, and its time is over (too_late)"
    );
}

#[test]
fn a_charge_that_never_gets_through_is_given_up_at_the_next_cut_off_without_a_person() {
    let mut stage = recharge::stage("02-13 10:00");
    stage.outside.fate("mmf.pay", [Fate::Lost; 400]);
    stage.request(recharge::request(), recharge::asked());
    stage.clock("02-24 14:59");
    assert_eq!((stage.parked(), stage.look().ending), (None, None), "{}", stage.text());
    stage.clock("02-24 16:00");

    assert_eq!(stage.count("recharge.parked"), 0, "{}", stage.text());
    assert_eq!(stage.look().ending, Some("recharge.rolled_back"));
    assert!(stage.look().finished, "{}", stage.text());
}

#[test]
fn a_redemption_that_never_came_is_handed_in_late_for_the_t_of_that_hour() {
    let mut stage = withdraw::stage("02-03 10:00");
    stage.outside.down.insert("redeem".into());
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage.clock("02-04 16:00");
    assert_eq!(stage.parked().unwrap().0, "redeem");
    let before = stage.lines.len();
    stage.outside.down.clear();
    stage.clock("02-04 23:00");

    let after = [
        "ask redeem",
        "call redeem",
        "application.moved",
        "application.accepted",
        "withdraw.resumed",
    ];
    assert_eq!(stage.lines[before..], after, "{}", stage.text());
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
}

#[test]
fn cash_that_the_bank_never_heard_of_in_time_is_decided_again_and_counts_on_the_day_of_its_advance()
{
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(fast_withdraw::request("400"), fast_withdraw::asked());
    stage.clock("02-04 16:00");
    assert_eq!(stage.parked().unwrap().0, "advance");
    let before = stage.lines.len();
    stage.outside.down.clear();
    stage.clock("02-06 10:00");

    let after = [
        "ask transfer.out",
        "fast_withdraw.readmitted",
        "fast_quota.given_back",
        "call transfer.out",
        "advance.advanced",
        "fast_withdraw.resumed",
        "application.placed",
        "call transfer",
        "application.accepted",
    ];
    assert_eq!(stage.lines[before..][..after.len()], after, "{}", stage.text());
    stage.run();
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
}
