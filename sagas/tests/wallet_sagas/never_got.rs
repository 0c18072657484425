//! Whoever was given up, and whose call the other side says that it never got, needs no person: nobody makes
//! that call any more. Only while a call may still be under way, for an hour, is that no last word.

use crate::{
    by_hand, fast_withdraw, recharge,
    stage::{Stage, at, out_no},
    withdraw,
};
use fundflow_domain::{
    advance::Transfer,
    fast_quota::{FastQuota, QuotaKey},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{message::Reply, process::Disposition, saga::Saga};
use fundflow_sagas::{
    fast_withdraw::FastWithdraw,
    ports::{
        advance::{AdvanceAnswer, AdvanceSaid, notice},
        registrar::ApplicationAnswer,
    },
};

const WAITED_FOR: [Disposition; 2] = [Disposition::Manual, Disposition::Suspense];

/// Yuan that count on the third of February.
fn used(played: &Stage<FastWithdraw>) -> String {
    let key = QuotaKey {
        investor: "i-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        distributor: "shop".parse().unwrap(),
        day: "2026-02-03".parse().unwrap(),
    };
    played.fold(&Key::<FastQuota>::of(&key)).state.used().to_string()
}

/// Nothing gets through to the bank, and the withdrawal is given up at that instant.
fn given_up_at(instant: &str, what: Disposition) -> Stage<FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 16:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(fast_withdraw::request("9000"), fast_withdraw::asked());
    stage.clock(instant);
    assert!(matches!(stage.abandon_with(what), Reply::Acted), "{}", stage.text());
    stage.settle();
    stage
}

#[test]
fn an_advance_that_the_bank_never_got_frees_its_shares_and_its_day_without_a_person() {
    for what in WAITED_FOR {
        let mut stage = given_up_at("02-03 18:00", what);
        stage.outside.down.clear();
        stage.clock("02-03 23:59");
        assert_eq!(stage.wallet().available(), "3000".parse().unwrap(), "the day is not over");
        stage.run();
        let look = stage.look();
        assert!(look.finished && look.parked.is_none(), "{:?} {}", look.parked, stage.text());
        assert_eq!(used(&stage), "0.00", "{}", stage.text());
        assert_eq!(stage.wallet().available(), "12000".parse().unwrap());
        assert_eq!(&*look.failure.unwrap().code, "too_late");
        assert!(by_hand::cases(&stage.events).is_empty());
        let calls = stage.lines.iter().filter(|it| *it == "call transfer.out").count();
        assert_eq!(calls, 1, "{}", stage.text());
        stage.crash();
        assert!(stage.look().finished, "{}", stage.text());
    }
}

#[test]
fn for_an_hour_after_it_was_given_up_a_call_may_be_under_way() {
    let mut stage = given_up_at("02-03 23:50", Disposition::Manual);
    stage.outside.down.clear();
    stage.clock("02-04 00:49");
    assert_eq!(stage.wallet().available(), "3000".parse().unwrap(), "{}", stage.text());
    stage.clock("02-04 00:51");
    assert_eq!(stage.wallet().available(), "12000".parse().unwrap(), "{}", stage.text());
    assert!(stage.look().finished && stage.look().parked.is_none());
}

#[test]
fn a_parked_advance_that_is_given_up_days_later_is_asked_about_an_hour_after_that() {
    let mut stage = given_up_at("02-06 10:00", Disposition::Manual);
    stage.outside.down.clear();
    stage.clock("02-06 10:59");
    assert_eq!(stage.wallet().available(), "3000".parse().unwrap(), "{}", stage.text());
    stage.clock("02-06 11:01");
    assert!(stage.look().finished && stage.look().parked.is_none(), "{}", stage.text());
    assert_eq!(stage.wallet().available(), "12000".parse().unwrap());
}

#[test]
fn cash_that_the_bank_pays_after_it_said_that_it_never_got_it_has_a_case_and_counts() {
    let mut stage = given_up_at("02-03 18:00", Disposition::Manual);
    stage.outside.down.clear();
    stage.run();
    let (serial, amount) = ("B-9".parse().unwrap(), "9000".parse().unwrap());
    let transfer = Transfer { serial, amount, at: at("02-03 17:59") };
    let said = AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer));
    stage.notice(notice(&out_no("transfer"), said));
    stage.run();
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
    assert_eq!(used(&stage), "9000.00", "{}", stage.text());
    assert_eq!(stage.wallet().available(), "3000".parse().unwrap(), "held for its case");
}

/// Nothing gets through to the registrar, and the saga is given up while it asks once more.
fn while_it_is_asked<S: Saga>(stage: &mut Stage<S>, name: &str, what: Disposition) {
    while stage.ring() && stage.in_flight.is_empty() {}
    assert!(matches!(stage.abandon_with(what), Reply::Acted), "{}", stage.text());
    stage.answer(name, ApplicationAnswer::NotFound);
    stage.outside.down.clear();
}

#[test]
fn shares_whose_order_the_registrar_never_got_are_free_once_no_call_is_under_way() {
    for what in WAITED_FOR {
        let mut stage = withdraw::stage("02-03 10:00");
        stage.outside.down.insert("redeem".into());
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.settle();
        while_it_is_asked(&mut stage, "redeem", what);
        assert_eq!(stage.wallet().reserved(), "400".parse().unwrap(), "{}", stage.text());
        stage.run();
        let look = stage.look();
        assert!(look.finished && look.parked.is_none(), "{:?} {}", look.parked, stage.text());
        assert!(stage.wallet().reserved().is_zero());
        assert_eq!(&*look.failure.unwrap().code, "too_late");
    }
}

#[test]
fn an_order_that_is_given_up_after_its_word_was_due_is_closed_an_hour_later() {
    let mut stage = withdraw::stage("02-03 10:00");
    stage.outside.down.insert("redeem".into());
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage.clock("02-04 14:00");
    while_it_is_asked(&mut stage, "redeem", Disposition::Manual);
    let given_up = stage.now;
    while !stage.look().finished {
        assert!(!stage.wallet().reserved().is_zero(), "{}", stage.text());
        assert!(stage.parked().is_none() && stage.ring(), "{}", stage.text());
        stage.settle();
    }
    assert_eq!(stage.now, given_up.plus_millis(3_600_000));
    assert!(stage.wallet().reserved().is_zero(), "{}", stage.text());
}

#[test]
fn a_recharge_whose_order_the_registrar_never_got_leaves_nothing_in_transit() {
    for what in WAITED_FOR {
        let mut stage = recharge::stage("02-03 10:00");
        stage.outside.down.insert("mmf".into());
        stage.request(recharge::request(), recharge::asked());
        stage.clock("02-03 11:00");
        assert!(matches!(stage.abandon_with(what), Reply::Acted), "{}", stage.text());
        stage.outside.down.clear();
        stage.run();
        let look = stage.look();
        assert!(look.finished && look.parked.is_none(), "{:?} {}", look.parked, stage.text());
        assert!(stage.wallet().in_transit().is_zero(), "{}", stage.text());
    }
}
