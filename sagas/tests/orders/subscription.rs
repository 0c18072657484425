//! Subscriptions: received by 120, shares by 130 with interest shares, or back by 149 with interest.

use crate::{
    funds::{equity, raised},
    outside::{received, rejected, subscribed},
    stage::{Stage, at},
};
use fundflow_domain::{admission::buying::Way, ids::ApplicationNo};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar,
    purchase::{Command, Purchase, Request},
};

pub(crate) fn request() -> Request {
    Request {
        fund: "018145".parse().unwrap(),
        way: Way::Subscription,
        ..crate::purchase::request()
    }
}

/// 1.2 % of 10,000 from outside, and 2.35 of interest.
pub(crate) const NUMBERS: [&str; 6] = ["10000", "118.58", "0", "2.35", "9883.77", "2.35"];

pub(crate) fn stage() -> Stage {
    Stage::with(vec![equity(), raised()], "02-13 16:30")
}

/// Paid between the exchange's cut-off and that of the raising; received on the next trading day.
pub(crate) fn subscribed_in_time() -> Stage {
    let mut stage = stage();
    let reply = stage.request::<Purchase>("P", request());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
    stage
}

#[test]
fn a_subscription_is_received_and_becomes_shares_with_its_interest() {
    let mut stage = subscribed_in_time();
    let founded = subscribed("C1", "2026-03-05", NUMBERS);
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", founded);
    stage.until("02-13 17:00");
    assert_eq!(stage.look::<Purchase>("P").promise["trade_date"], "2026-02-13");
    assert!(!stage.has("purchase.redated"));
    stage.until("03-01 12:00");
    assert!(stage.has("application.received") && stage.look::<Purchase>("P").parked.is_none());
    stage.until("03-06 18:00");

    assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.completed"), "{}", stage.text());
    let held = stage.shares("018145");
    assert_eq!(held.available(), "9883.77".parse().unwrap());
    assert_eq!(held.lots()[0].credit.registered_on.to_string(), "2026-03-05");
}

#[test]
fn a_failed_raising_sends_the_money_back_and_pays_what_it_earned() {
    let mut stage = subscribed_in_time();
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", rejected("2.35"));
    stage.until("02-27 12:00");
    stage.take_lines();
    stage.until("03-06 18:00");

    assert_eq!(
        stage.take_lines(),
        [
            "ask buy",
            "application.rejected",
            "payment.refund_requested",
            "payout.requested",
            "call buy.out",
            "call buy.pay.refund1",
            "payout.paid_out",
            "payment.refunded",
            "purchase.rolled_back"
        ]
    );
    assert_eq!(stage.outside.balance(), ["10000", "10002.35"].map(|it| it.parse().unwrap()));
}

#[test]
fn interest_that_the_bank_refuses_goes_where_a_person_says() {
    let mut stage = subscribed_in_time();
    stage.outside.refuses.insert("acc-1".into());
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", rejected("2.35"));
    stage.until("03-06 18:00");
    let (row, _) = stage.look::<Purchase>("P").parked.unwrap();
    assert_eq!(&*row, "interest refused");

    let redirect = |own_name| Command::Redirect {
        account: "acc-2".parse().unwrap(),
        own_name,
        reason: "the investor's new card".into(),
    };
    let Reply::Refused(_, text) = stage.command::<Purchase>("P", redirect(false)) else { panic!() };
    assert_eq!(&*text, "account acc-2 is not in the investor's own name");
    stage.command::<Purchase>("P", redirect(true));
    stage.until("03-07 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.rolled_back"));
    assert_eq!(stage.outside.moved["P.buy.out.2"], "2.35".parse().unwrap());
}

#[test]
fn a_subscription_is_taken_back_until_its_own_cut_off() {
    let mut stage = subscribed_in_time();
    stage.until("02-13 16:59");
    stage.command::<Purchase>("P", Command::Cancel { at: at("02-13 16:59") });
    stage.until("02-13 16:59:30");
    assert_eq!(
        stage.look::<Purchase>("P").ending,
        Some("purchase.rolled_back"),
        "{}",
        stage.text()
    );

    let mut late = subscribed_in_time();
    late.until("02-13 17:00");
    let reply = late.command::<Purchase>("P", Command::Cancel { at: at("02-13 16:59") });
    assert!(matches!(reply, Reply::Refused(..)));
}

/// The registrar says too early that the money counts; that puts the order into no batch.
#[test]
fn a_subscription_that_counts_too_early_is_still_taken_back_until_its_cut_off() {
    let mut stage = stage();
    stage.request::<Purchase>("P", request());
    stage.outside.says("P.buy", "2026-02-13T16:40:00+08:00", received("R1", "2026-02-13"));
    stage.until("02-13 16:50");
    let notice = registrar::notice(
        &ApplicationNo::of(&"P.buy".parse().unwrap()),
        received("R1", "2026-02-13"),
    );
    stage.notice(notice);
    assert!(stage.has("application.received"), "{}", stage.text());
    stage.command::<Purchase>("P", Command::Cancel { at: at("02-13 16:50") });
    stage.until("02-13 16:51");
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.ending, Some("purchase.rolled_back"), "{}", stage.text());
    assert_eq!(stage.outside.balance(), ["10000"; 2].map(|it| it.parse().unwrap()));
}

#[test]
fn interest_shares_that_do_not_follow_open_a_case() {
    let mut stage = subscribed_in_time();
    let wrong = ["10000", "118.58", "0", "2.35", "9883.76", "2.35"];
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", subscribed("C1", "2026-03-05", wrong));
    stage.until("03-05 13:00");
    assert!(stage.has("case.opened") && stage.look::<Purchase>("P").parked.is_some());
}

#[test]
fn a_fund_that_is_not_raised_takes_no_subscription() {
    let mut stage = stage();
    let open = Request { fund: "011162".parse().unwrap(), ..request() };
    let Reply::Refused(_, text) = stage.request::<Purchase>("P", open) else { panic!() };
    assert_eq!(&*text, "fund 011162 takes no subscriptions on 2026-02-24: open");
}
