//! The target's own order of a redeem-to-purchase is taken back until its cut-off; the money of the redemption
//! is paid out.

use crate::{
    books,
    names::at,
    outside::Fate,
    stage::Stage,
    terms::{foreign, request, target, wallet},
};
use fundflow_domain::{fund::FundTerms, modes::ConversionMode as Mode};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{discount_purchase::Command, parts::milestone::Scope};

fn cancel(stage: &mut Stage, scope: Scope) -> Reply {
    let at = stage.now;
    stage.command(Command::Cancel { at, scope })
}

/// The redemption is confirmed on the 4th, and its money is not here before the 5th.
fn redeemed() -> Stage {
    let slow = FundTerms { payout_lag: 2, ..wallet() };
    let mut stage = Stage::with(vec![slow, target(), foreign()], "10:00");
    stage.request(&request(Mode::RedeemToPurchase));
    stage.settle();
    while !stage.has("wallet.shares_spent") && !stage.has("wallet.shares_taken_out") {
        assert!(stage.ring(), "{}", stage.text());
        stage.settle();
    }
    stage
}

/// The registrar has the target's order, before the cut-off of its T.
fn ordered() -> Stage {
    let mut stage = redeemed();
    while !stage.text().contains("call target") {
        assert!(stage.ring(), "{}", stage.text());
        stage.settle();
    }
    stage
}

fn paid_out(mut stage: Stage) {
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.paid_out"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "cancelled");
    books::at_the_end(&stage);
}

#[test]
fn what_the_money_would_buy_is_taken_back_before_and_after_it_is_ordered() {
    for scope in [Scope::All, Scope::Conversion] {
        let mut early = redeemed();
        assert!(matches!(cancel(&mut early, scope), Reply::Acted), "{}", early.text());
        early.run();
        assert!(!early.text().contains("call target"), "{}", early.text());
        paid_out(early);

        let mut sent = ordered();
        assert!(matches!(cancel(&mut sent, scope), Reply::Acted), "{}", sent.text());
        assert!(matches!(cancel(&mut sent, scope), Reply::Acted), "twice is once");
        sent.run();
        assert!(sent.text().contains("call target.cancel"), "{}", sent.text());
        paid_out(sent);
    }
}

#[test]
fn a_process_that_dies_after_it_was_asked_takes_it_back_all_the_same() {
    for begin in [redeemed, ordered] {
        let mut stage = begin();
        cancel(&mut stage, Scope::All);
        stage.crash();
        paid_out(stage);
    }
}

#[test]
fn after_its_cut_off_or_once_it_is_bought_it_stands() {
    let mut late = ordered();
    late.now = at("03-05 15:00");
    let Reply::Refused(_, why) = cancel(&mut late, Scope::All) else { panic!("{}", late.text()) };
    assert!(why.contains("2026-03-05T15:00:00+08:00"), "{why}");
    late.run();
    assert_eq!(late.look().ending, Some("discount_purchase.completed"), "{}", late.text());
    let Reply::Refused(_, why) = cancel(&mut late, Scope::All) else { panic!("{}", late.text()) };
    assert!(why.contains("over"), "{why}");
}

#[test]
fn a_registrar_that_keeps_it_lets_the_target_be_bought() {
    let mut stage = ordered();
    stage.outside.fate("target.cancel", [Fate::Refused]);
    assert!(matches!(cancel(&mut stage, Scope::All), Reply::Acted));
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    books::at_the_end(&stage);
}
