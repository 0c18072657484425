//! What is stored and sent, in literals: each table on its way to the target, and after a refusal at
//! each of its rows.

use crate::{
    held::holding,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::request,
};
use fundflow_domain::modes::ConversionMode as Mode;

#[test]
fn a_linked_purchase_is_bought_and_converted_in_the_batch_of_one_t() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();

    assert_eq!(
        stage.since(0),
        [
            "discount_purchase.prepared",
            "payment.requested",
            "call mmf.pay",
            "payment.paid",
            "application.placed",
            "call mmf",
            "application.accepted",
            "wallet.credited_in_transit",
            "discount_purchase.committed",
            "wallet.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted",
            "ask mmf",
            "application.confirmed",
            "wallet.credit_confirmed",
            "ask convert",
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "discount_purchase.completed",
        ]
    );
}

#[test]
fn a_next_day_purchase_is_converted_once_it_is_confirmed() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::NextDay));
    stage.run();

    assert_eq!(
        stage.since(0),
        [
            "discount_purchase.prepared",
            "payment.requested",
            "call mmf.pay",
            "payment.paid",
            "application.placed",
            "call mmf",
            "application.accepted",
            "wallet.credited_in_transit",
            "discount_purchase.committed",
            "ask mmf",
            "application.confirmed",
            "wallet.credit_confirmed",
            "wallet.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted",
            "ask convert",
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "discount_purchase.completed",
        ]
    );
}

#[test]
fn held_shares_are_converted_and_no_money_moves() {
    let mut stage = holding("1000");
    stage.request(&request(Mode::Held));
    stage.run();

    assert_eq!(
        stage.since(0),
        [
            "discount_purchase.prepared",
            "wallet.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted",
            "ask convert",
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "discount_purchase.completed",
        ]
    );
}

#[test]
fn shares_are_redeemed_and_the_money_buys_the_target_at_another_registrar() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::RedeemToPurchase));
    stage.run();

    assert_eq!(
        stage.since(0)[11..],
        [
            "wallet.credit_confirmed",
            "wallet.shares_reserved",
            "application.placed",
            "call redeem",
            "application.accepted",
            "ask redeem",
            "application.confirmed",
            "wallet.shares_taken_out",
            "application.placed",
            "call target",
            "application.accepted",
            "ask target",
            "application.confirmed",
            "holdings.credited",
            "discount_purchase.completed",
        ]
    );
}

/// Who says no, and the event that records it.
type No = (&'static str, &'static str);
const DECLINED: &str = "payment.declined";
const REJECTED: &str = "application.rejected";

/// What is stored and sent after the call was refused, or the order rejected by its registrar.
#[track_caller]
fn after(mode: Mode, (who, recorded): No, in_the_batch: bool, expected: &[&str]) {
    let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
    if in_the_batch {
        stage.outside.verdicts.insert(who.to_owned(), Verdict::Rejected);
    } else {
        stage.outside.fate(who, [Fate::Refused]);
    }
    stage.request(&request(mode));
    stage.run();
    let at = stage.lines.iter().position(|line| line == recorded).expect(recorded);
    assert_eq!(stage.since(at + 1), expected, "{mode:?}, {who}");
}

#[test]
fn after_a_refusal_at_each_row_of_the_linked_table_the_nearest_landing_is_reached() {
    let mode = Mode::LinkedSameDay;
    after(mode, ("mmf.pay", DECLINED), false, &["discount_purchase.rolled_back"]);
    let back = [
        "payment.refund_requested",
        "call mmf.pay.refund1",
        "payment.refunded",
        "discount_purchase.rolled_back",
    ];
    after(mode, ("mmf", REJECTED), false, &back);
    let landing = [
        "wallet.shares_released",
        "ask mmf",
        "application.confirmed",
        "wallet.credit_confirmed",
        "discount_purchase.kept_in_wallet",
    ];
    after(mode, ("convert", REJECTED), false, &landing);
    let fallen = [
        "ask convert",
        "application.rejected",
        "wallet.shares_released",
        "wallet.credit_reversed",
        "payment.refund_requested",
        "call mmf.pay.refund1",
        "payment.refunded",
        "discount_purchase.compensated",
    ];
    after(mode, ("mmf", REJECTED), true, &fallen);
    let landing = ["wallet.shares_released", "discount_purchase.kept_in_wallet"];
    after(mode, ("convert", REJECTED), true, &landing);
}

#[test]
fn after_a_refusal_at_each_row_of_the_next_day_table_the_nearest_landing_is_reached() {
    let mode = Mode::NextDay;
    after(mode, ("mmf.pay", DECLINED), false, &["discount_purchase.rolled_back"]);
    let back = [
        "payment.refund_requested",
        "call mmf.pay.refund1",
        "payment.refunded",
        "discount_purchase.rolled_back",
    ];
    after(mode, ("mmf", REJECTED), false, &back);
    let voided = [
        "wallet.credit_reversed",
        "payment.refund_requested",
        "call mmf.pay.refund1",
        "payment.refunded",
        "discount_purchase.compensated",
    ];
    after(mode, ("mmf", REJECTED), true, &voided);
    let landing = ["wallet.shares_released", "discount_purchase.kept_in_wallet"];
    after(mode, ("convert", REJECTED), false, &landing);
    after(mode, ("convert", REJECTED), true, &landing);
}

#[test]
fn after_a_refusal_at_each_row_of_the_held_table_the_shares_are_free_again() {
    let free = ["wallet.shares_released", "discount_purchase.rolled_back"];
    after(Mode::Held, ("convert", REJECTED), false, &free);
    after(Mode::Held, ("convert", REJECTED), true, &free);
}

#[test]
fn after_a_refusal_at_each_row_of_the_redeeming_table_the_nearest_landing_is_reached() {
    let mode = Mode::RedeemToPurchase;
    after(mode, ("mmf.pay", DECLINED), false, &["discount_purchase.rolled_back"]);
    let landing = ["wallet.shares_released", "discount_purchase.kept_in_wallet"];
    after(mode, ("redeem", REJECTED), false, &landing);
    after(mode, ("redeem", REJECTED), true, &landing);
    let paid_out =
        ["payout.requested", "call redeem.out", "payout.paid_out", "discount_purchase.paid_out"];
    after(mode, ("target", REJECTED), false, &paid_out);
    after(mode, ("target", REJECTED), true, &paid_out);
}

/// The last lines of a purchase of which that order is confirmed by half.
#[track_caller]
fn half(mode: Mode, order: &str, expected: &[&str]) {
    let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
    stage.outside.verdicts.insert(order.to_owned(), Verdict::Half);
    stage.request(&request(mode));
    stage.run();
    let at = stage.lines.iter().position(|line| line == "application.partly_confirmed").unwrap();
    assert_eq!(stage.since(at + 1), expected, "{mode:?}, {order}");
}

#[test]
fn what_a_registrar_does_not_accept_goes_back_or_stays_what_it_was() {
    let refunded = [
        "payment.refund_requested",
        "wallet.credit_confirmed",
        "ask convert",
        "call mmf.pay.refund1",
        "application.partly_confirmed",
        "wallet.shares_taken_out",
        "holdings.credited",
        "payment.refunded",
        "discount_purchase.completed",
    ];
    half(Mode::LinkedSameDay, "mmf", &refunded);
    let rest_is_free =
        ["wallet.shares_taken_out", "holdings.credited", "discount_purchase.completed"];
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::Held] {
        half(mode, "convert", &rest_is_free);
    }
    let rest_is_paid_out = [
        "holdings.credited",
        "payout.requested",
        "call redeem.out",
        "payout.paid_out",
        "discount_purchase.completed",
    ];
    half(Mode::RedeemToPurchase, "target", &rest_is_paid_out);
}
