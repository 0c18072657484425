//! Redemptions: 6,000.00 shares of three lots at 1.3071 (domain reference, 2.7).

use crate::{
    funds::equity,
    outside::{redeemed, rejected},
    stage::{Stage, at, holding},
};
use fundflow_domain::{
    application::{Designated, OnHuge, RejectedFrozen},
    case::{CaseId, Closing, How},
    freeze::FrozenCause,
    fund::FundTerms,
    holdings::Command as Held,
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::{message::Reply, process::Disposition};
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    redemption::{Command, Redemption, Request},
};

pub(crate) fn request() -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "011162".parse().unwrap(),
        shares: Some("6000".parse().unwrap()),
        lots: vec![],
        on_huge: OnHuge::CarryOver,
        only_today: false,
        distributor: None,
    }
}

pub(crate) const CONFIRMED_AT: &str = "2026-02-25T09:00:00+08:00";
pub(crate) const NUMBERS: [&str; 5] = ["6000", "1.3071", "7842.60", "34.30", "7808.30"];
pub(crate) const LOTS: [[&str; 4]; 3] = [
    ["L1", "3000", "3921.30", "0"],
    ["L2", "2500.55", "3268.47", "24.51"],
    ["L3", "499.45", "652.83", "9.79"],
];

pub(crate) fn stage_with(fund: FundTerms) -> Stage {
    let mut stage = Stage::with(vec![fund], "02-24 10:00");
    // Held 400, 20 and 5 days when it is confirmed on 25 February.
    stage.holds("011162", "L1", "2025-01-21", "3000");
    stage.holds("011162", "L2", "2026-02-05", "2500.55");
    stage.holds("011162", "L3", "2026-02-20", "1000");
    stage
}

pub(crate) fn stage() -> Stage {
    stage_with(equity())
}

fn asked_for(request: Request) -> Stage {
    let mut stage = stage();
    let reply = stage.request::<Redemption>("R", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("02-24 10:01");
    stage
}

fn ending(stage: &Stage) -> Option<&'static str> {
    stage.look::<Redemption>("R").ending
}

#[test]
fn a_redemption_runs_in_this_order_and_is_paid_to_the_cent_on_t_3() {
    let mut stage = asked_for(request());
    let said = redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS);
    stage.outside.says("R.redeem", CONFIRMED_AT, said);
    assert_eq!(
        stage.take_lines(),
        [
            "redemption.prepared",
            "holdings.shares_reserved",
            "application.placed",
            "call redeem",
            "application.accepted"
        ]
    );
    assert_eq!(stage.shares("011162").available(), "500.55".parse().unwrap());
    stage.until("02-27 11:59");
    assert_eq!(
        stage.take_lines(),
        ["ask redeem", "application.confirmed", "holdings.shares_taken"]
    );
    stage.until("02-27 12:00");
    assert_eq!(
        stage.take_lines(),
        ["payout.requested", "call redeem.out", "payout.paid_out", "redemption.completed"]
    );
    assert_eq!(stage.outside.moved["R.redeem.out"], "7808.30".parse().unwrap());
    let held = stage.shares("011162");
    let left: Vec<_> = held.lots().into_iter().map(|lot| lot.left.to_string()).collect();
    assert_eq!(left, ["0.00", "0.00", "500.55"]);
    assert_eq!(stage.look::<Redemption>("R").open_ends, []);
}

#[test]
fn a_fee_that_is_not_that_of_the_lots_opens_a_case_and_nothing_is_paid_out() {
    let mut stage = asked_for(request());
    let dear = ["6000", "1.3071", "7842.60", "117.64", "7724.96"];
    stage.outside.says("R.redeem", CONFIRMED_AT, redeemed("C1", "2026-02-25", true, dear, &[]));
    stage.until("03-04 18:00");

    let (_, cause) = stage.look::<Redemption>("R").parked.unwrap();
    assert!(cause.text.contains("fee 117.64 is not the promised 34.30"), "{cause}");
    assert!(!stage.has("payout.requested") && stage.has("holdings.shares_taken"));

    let sound = redeemed("C2", "2026-02-25", true, NUMBERS, &LOTS);
    stage.outside.says("R.redeem", "2026-03-04T18:00:00+08:00", sound);
    stage.until("03-06 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.outside.moved["R.redeem.out"], "7808.30".parse().unwrap());
    assert_eq!(stage.shares("011162").registered(), "500.55".parse().unwrap());
}

#[test]
fn the_investor_chooses_a_lot_by_the_serial_of_its_confirmation() {
    let chosen = Designated { serial: "L3".parse().unwrap(), shares: "500".parse().unwrap() };
    let request = Request { shares: Some("500".parse().unwrap()), lots: vec![chosen], ..request() };
    let mut stage = asked_for(request);
    let numbers = ["500", "1.3071", "653.55", "9.80", "643.75"];
    let said = redeemed("C1", "2026-02-25", true, numbers, &[]);
    stage.outside.says("R.redeem", CONFIRMED_AT, said);
    stage.until("03-02 18:00");

    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    let held = stage.shares("011162");
    let left: Vec<_> = held.lots().into_iter().map(|lot| lot.left.to_string()).collect();
    assert_eq!(left, ["3000.00", "2500.55", "500.00"]);
}

/// The first half at the price of T, the second a day later at its own.
pub(crate) fn huge(stage: &mut Stage) {
    let first = ["3000", "1.3071", "3921.30", "0", "3921.30"];
    let second = ["3000", "1.31", "3930.00", "34.38", "3895.62"];
    stage.outside.says("R.redeem", CONFIRMED_AT, redeemed("C1", "2026-02-25", false, first, &[]));
    let last = redeemed("C2", "2026-02-26", true, second, &[]);
    stage.outside.says("R.redeem", "2026-02-26T09:00:00+08:00", last);
}

#[test]
fn the_rest_of_a_huge_redemption_is_carried_over_and_each_part_paid_on_its_day() {
    let mut stage = asked_for(request());
    huge(&mut stage);
    stage.until("02-27 18:00");
    assert_eq!(stage.outside.moved["R.redeem.out"], "3921.30".parse().unwrap());
    assert_eq!(ending(&stage), None);
    stage.until("03-02 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.outside.moved["R.redeem.part2.out"], "3895.62".parse().unwrap());
    assert_eq!(stage.shares("011162").registered(), "500.55".parse().unwrap());
}

#[test]
fn the_rest_of_a_huge_redemption_is_free_again_where_the_investor_says_so() {
    let mut stage = asked_for(Request { on_huge: OnHuge::Cancel, ..request() });
    let numbers = ["3000", "1.3071", "3921.30", "0", "3921.30"];
    stage.outside.says("R.redeem", CONFIRMED_AT, redeemed("C1", "2026-02-25", true, numbers, &[]));
    stage.until("03-02 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.shares("011162").available(), "3500.55".parse().unwrap());
}

#[test]
fn after_a_refusal_the_shares_are_free_again() {
    let mut refused = stage();
    refused.outside.rejects.insert("R.redeem".into());
    refused.request::<Redemption>("R", request());
    refused.until("02-24 10:01");
    assert_eq!(
        refused.take_lines()[3..],
        [
            "call redeem",
            "application.rejected",
            "holdings.shares_released",
            "redemption.rolled_back"
        ]
    );

    let mut later = asked_for(request());
    later.outside.says("R.redeem", CONFIRMED_AT, rejected("0"));
    later.until("02-27 18:00");
    assert_eq!(ending(&later), Some("redemption.rolled_back"));
    assert_eq!(later.shares("011162").available(), "6500.55".parse().unwrap());
}

#[test]
fn it_is_taken_back_until_the_cut_off() {
    let mut stage = asked_for(request());
    stage.command::<Redemption>("R", Command::Cancel { at: at("02-24 10:02") });
    stage.until("02-24 10:03");
    assert_eq!(ending(&stage), Some("redemption.rolled_back"), "{}", stage.text());
    assert_eq!(stage.shares("011162").available(), "6500.55".parse().unwrap());

    let mut late = asked_for(request());
    late.until("02-24 15:00");
    let reply = late.command::<Redemption>("R", Command::Cancel { at: late.now });
    assert!(matches!(reply, Reply::Refused(..)));
}

#[test]
fn what_the_registrar_takes_after_the_cut_off_belongs_to_the_next_t_or_comes_back() {
    let late = |only_today| {
        let mut stage = stage();
        stage.now = at("02-24 14:59");
        stage.silent = true;
        stage.request::<Redemption>("R", Request { only_today, ..request() });
        stage.now = at("02-24 15:46");
        stage.silent = false;
        stage.until("02-24 15:50");
        stage
    };
    assert!(late(false).has("application.moved"));
    let back = late(true);
    assert_eq!(ending(&back), Some("redemption.rolled_back"), "{}", back.text());
}

#[test]
fn a_payout_that_the_bank_refuses_goes_where_a_person_says() {
    let mut stage = asked_for(request());
    stage.outside.refuses.insert("acc-1".into());
    let said = redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS);
    stage.outside.says("R.redeem", CONFIRMED_AT, said);
    stage.until("02-27 18:00");
    assert_eq!(&*stage.look::<Redemption>("R").parked.unwrap().0, "payout refused");
    assert_eq!(stage.look::<Redemption>("R").open_ends[0].name.as_ref(), "payout");

    let redirect = Command::Redirect {
        account: "acc-2".parse().unwrap(),
        own_name: true,
        reason: "the investor's new card".into(),
    };
    stage.command::<Redemption>("R", redirect);
    stage.until("02-28 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.outside.moved["R.redeem.out.2"], "7808.30".parse().unwrap());
}

#[test]
fn a_payout_that_waits_for_a_person_keeps_no_other_part_waiting() {
    let mut stage = asked_for(request());
    huge(&mut stage);
    stage.outside.refuses.insert("acc-1".into());
    stage.until("02-27 18:00");
    assert_eq!(&*stage.look::<Redemption>("R").parked.unwrap().0, "payout refused");
    stage.outside.refuses.clear();
    stage.until("03-02 18:00");

    assert_eq!(stage.outside.moved["R.redeem.part2.out"], "3895.62".parse().unwrap());
    assert_eq!(&*stage.look::<Redemption>("R").parked.unwrap().0, "payout refused");
    assert_eq!(ending(&stage), None, "{}", stage.text());
}

#[test]
fn frozen_shares_are_not_redeemed_and_too_small_a_rest_goes_out_too() {
    let mut stage = stage();
    let freeze = Held::Freeze {
        record: "court-1".parse().unwrap(),
        shares: "600".parse().unwrap(),
        cause: FrozenCause::Judicial,
    };
    stage.given(&holding("011162"), &freeze);
    let Reply::Refused(_, text) = stage.request::<Redemption>("R", request()) else { panic!() };
    assert_eq!(
        &*text,
        "6000.00 shares were asked for, and 5900.55 are free: 6500.55 registered, 0.00 reserved, 600.00 frozen, 0.00 in dispute"
    );

    let mut fund = equity();
    fund.limits.shares.balance_min = "501".parse().unwrap();
    let mut stage = stage_with(fund);
    stage.request::<Redemption>("R", request());
    assert_eq!(stage.shares("011162").reserved(), "6500.55".parse().unwrap());
}

#[test]
fn all_shares_are_counted_once_and_the_same_request_later_is_a_repeat() {
    let all = || Request { shares: None, ..request() };
    let mut stage = asked_for(all());
    assert_eq!(stage.shares("011162").reserved(), "6500.55".parse().unwrap());

    assert!(stage.shares("011162").available().is_zero());
    let again = stage.request::<Redemption>("R", all());
    assert!(matches!(again, Reply::Placed { .. }), "{again:?}");
    let Reply::Refused(_, text) = stage.request::<Redemption>("R", request()) else { panic!() };
    assert!(text.ends_with("it differs in shares"), "{text}");
    let Reply::Refused(_, text) = stage.request::<Redemption>("R2", all()) else { panic!() };
    assert!(text.starts_with("no share of fund 011162 is free"), "{text}");
}

#[test]
fn what_a_rejection_says_is_frozen_is_not_redeemed_by_the_next_order() {
    let mut stage = stage();
    let ApplicationAnswer::Rejected(mut word) = rejected("0") else { unreachable!() };
    word.frozen = Some(RejectedFrozen::InAll("500.55".parse().unwrap()));
    stage.outside.says("R.redeem", CONFIRMED_AT, ApplicationAnswer::Rejected(word));
    stage.request::<Redemption>("R", request());
    stage.until("02-25 18:00");

    assert_eq!(ending(&stage), Some("redemption.rolled_back"), "{}", stage.text());
    let held = stage.shares("011162");
    assert_eq!([held.frozen(), held.available()].map(|it| it.to_string()), ["500.55", "6000.00"]);
    let all = Request { shares: Some("6500.55".parse().unwrap()), ..request() };
    let Reply::Refused(_, text) = stage.request::<Redemption>("R2", all) else { panic!() };
    assert!(text.contains("6000.00 are free"), "{text}");
}

#[test]
fn who_gives_up_before_the_confirmation_leaves_shares_reserved_until_it_comes() {
    let mut stage = asked_for(request());
    let word = redeemed("C9", "2026-02-25", true, NUMBERS, &LOTS);
    stage.outside.says("R.redeem", CONFIRMED_AT, word);
    let reply = stage.abandon::<Redemption>("R");
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    assert_eq!(stage.shares("011162").available(), "500.55".parse().unwrap());
    assert!(!stage.look::<Redemption>("R").finished);

    stage.until("02-25 18:00");
    let shares = stage.shares("011162");
    assert_eq!(shares.registered(), "500.55".parse().unwrap(), "{}", stage.text());
    assert!(shares.reserved().is_zero());
    // What the redemption brought is the investor's, and whoever gave it up pays it by hand.
    stage.until("03-02 18:00");
    assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
    assert!(!stage.has("payout.requested"), "{}", stage.text());
    assert_eq!(crate::by_hand::cases(&stage.events).len(), 1, "{}", stage.text());
}

#[test]
fn what_a_person_takes_back_is_free_and_a_confirmation_after_all_takes_it() {
    let mut stage = asked_for(request());
    let reply = stage.abandon_with::<Redemption>("R", Disposition::Refund);
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    assert_eq!(stage.shares("011162").available(), "6500.55".parse().unwrap());

    stage.now = at("02-25 18:00");
    let no = ApplicationNo::of(&"R.redeem".parse().unwrap());
    let word = redeemed("C9", "2026-02-25", true, NUMBERS, &LOTS);
    stage.notice(notice(&no, word));
    assert!(stage.has("case.opened"));
    assert_eq!(stage.shares("011162").registered(), "500.55".parse().unwrap());
    assert_eq!(stage.shares("011162").available(), "500.55".parse().unwrap());
}

#[test]
fn more_than_was_asked_for_is_held_until_a_person_says_that_it_left() {
    for (how, left) in [(How::Accepted, "400.55"), (How::Withdrawn, "6500.55")] {
        let mut stage = asked_for(request());
        let more = ["6100", "1.3071", "7973.31", "34.30", "7939.01"];
        stage.now = at("02-25 10:00");
        let no = ApplicationNo::of(&"R.redeem".parse().unwrap());
        stage.notice(notice(&no, redeemed("C9", "2026-02-25", true, more, &[])));
        let shares = stage.shares("011162");
        assert_eq!(shares.registered(), "500.55".parse().unwrap(), "{how:?}: as asked for");
        assert_eq!(shares.held(), "100".parse().unwrap(), "{how:?}");
        assert_eq!(shares.available(), "400.55".parse().unwrap(), "{how:?}");

        let case: CaseId = stage.stream_of("case.opened").id().parse().unwrap();
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how: how.clone(), by, reason });
        stage.command::<Redemption>("R", Command::CloseCase { case, closing });
        let shares = stage.shares("011162");
        assert!(shares.held().is_zero(), "{how:?}");
        assert_eq!(shares.registered(), left.parse().unwrap(), "{how:?}: {}", stage.text());
        if how == How::Withdrawn {
            assert_eq!(shares.reserved(), "6000".parse().unwrap(), "it is waited for anew");
        }
    }
}

#[test]
fn what_we_bear_of_a_fee_is_paid_beside_what_the_shares_brought() {
    let mut stage = asked_for(request());
    let dear = ["6000", "1.3071", "7842.60", "117.64", "7724.96"];
    stage.outside.says("R.redeem", CONFIRMED_AT, redeemed("C1", "2026-02-25", true, dear, &[]));
    stage.until("02-25 18:00");
    let case: CaseId = stage.stream_of("case.opened").id().parse().unwrap();
    let (by, reason) = (Text::lossy("chen"), Text::lossy("we promised less"));
    let how = How::PaidByUs { amount: "83.34".parse().unwrap() };
    let closing = Box::new(Closing { how, by, reason });
    stage.command::<Redemption>("R", Command::CloseCase { case, closing });
    stage.until("03-02 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.outside.moved["R.redeem.out"], "7724.96".parse().unwrap());
    assert_eq!(stage.outside.moved[&format!("case-{case}.out")], "83.34".parse().unwrap());
}
