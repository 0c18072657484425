//! Shares that others free: whoever was refused for want of them goes on at once, whether its lack is claimed or not.
//! A process that starts decides no more than the one that runs.

use crate::{
    outside::{Word, record, redeemed, rejected},
    stage::{Stage, at, tx},
    withdraw,
};
use fundflow_domain::{
    ids::{ApplicationNo, OrderId},
    money::Shares,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{ports::registrar::notice, withdraw::Withdraw};

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn says(stage: &mut Stage<Withdraw>, id: &str, word: Word) {
    let no = ApplicationNo::of(&OrderId::part(&tx(id), "redeem"));
    stage.notice(notice(&no, word));
    stage.settle();
}

fn asks(stage: &mut Stage<Withdraw>, id: &str, number: &str) {
    let reply = stage.request_as(id, withdraw::request(Some(number)), withdraw::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}\n{}", stage.text());
    stage.settle();
}

/// Of 1,000 shares TX-1 asked for 700, which were rejected and then confirmed all the same, once TX-2 had reserved them:
/// the case of that is open, so that what is lacking is held by it, and not claimed.
fn refused() -> Stage<Withdraw> {
    let mut stage = withdraw::stage("02-03 10:00");
    asks(&mut stage, "TX-1", "700");
    stage.now = at("02-03 15:00");
    says(&mut stage, "TX-1", rejected("0002"));
    asks(&mut stage, "TX-2", "700");
    says(&mut stage, "TX-1", record("c-1", "2026-02-04", true, redeemed(shares("700"), "0")));
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
    assert_eq!(stage.count("wallet.take_out_corrected"), 0, "{}", stage.text());
    assert_eq!(
        stage.count("wallet.shares_claimed"),
        0,
        "nobody is told by a claim\n{}",
        stage.text()
    );
    assert_eq!(stage.parked().map(|it| it.1), Some("refused".to_owned()), "{}", stage.text());
    stage
}

#[track_caller]
fn nothing_is_left_to_a_start(stage: &mut Stage<Withdraw>) {
    let (before, decided) = (stage.text(), stage.events.len());
    stage.crash();
    assert_eq!(stage.events.len(), decided, "before:\n{before}\nafter a start:\n{}", stage.text());
}

#[test]
fn shares_that_a_rejection_frees_are_taken_at_once_by_a_record_in_dispute() {
    let mut stage = refused();
    nothing_is_left_to_a_start(&mut stage);
    stage.now = at("02-04 15:00");
    says(&mut stage, "TX-2", rejected("0002"));
    assert_eq!(stage.count("wallet.take_out_corrected"), 1, "{}", stage.text());
    assert_eq!(stage.wallet().registered(), shares("300"));
    nothing_is_left_to_a_start(&mut stage);
}
