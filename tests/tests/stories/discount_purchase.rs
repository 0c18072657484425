//! By way of the wallet, in every mode.

use crate::{
    house::{comes_too_late, limit_is_used_up, limited, too_late},
    table,
};
use fundflow_domain::{modes::ConversionMode as Mode, time::Timestamp};
use fundflow_runtime::kind::payload;
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase, Request},
    house::House,
    parts::milestone::Scope,
};
use fundflow_testkit::{
    at_par::{self, discount, in_wallet, morning, wallet_key},
    explore::{
        World,
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at, refused_by_command,
    },
    outside::{May, Outside},
    story,
    worlds::{self, instant, request, target_code, wallet_code},
};

#[test]
fn given_a_linked_purchase_it_is_committed_once_its_landing_stands_and_converted_in_the_same_t() {
    given(discount(Mode::LinkedSameDay, []))
        .after([asked(), says("TX-1.mmf.pay", "Paid")])
        .when(says("TX-1.mmf", "Accepted"))
        .then_events([
            "application.accepted",
            "wallet.credited_in_transit",
            "discount_purchase.committed",
            "wallet.shares_reserved",
            "application.placed",
        ])
        .then_sends(["call TX-1.convert at ta-own"])
        .and_then([says("TX-1.convert", "Accepted"), timer()])
        .when(says("TX-1.mmf", "Confirmed"))
        .then_events(["application.confirmed", "wallet.credit_confirmed"])
        .when(says("TX-1.convert", "Confirmed"))
        .then_events([
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "discount_purchase.completed",
        ]);
}

#[test]
fn given_a_conversion_that_is_rejected_the_money_stays_in_the_wallet() {
    given(discount(Mode::NextDay, [May::RejectAtFront]))
        .after([
            asked(),
            says("TX-1.mmf.pay", "Paid"),
            says("TX-1.mmf", "Accepted"),
            timer(),
            says("TX-1.mmf", "Confirmed"),
        ])
        .when(says("TX-1.convert", "Rejected"))
        .then_events([
            "application.rejected",
            "wallet.shares_released",
            "discount_purchase.kept_in_wallet",
        ]);
}

pub(crate) const MAY: [May; 3] = [May::Decline, May::RejectAtFront, May::RejectInBatch];

fn in_house(house: House, mode: Mode, only_today: bool) -> World<DiscountPurchase, Outside> {
    let request = Request { only_today, ..request(mode) };
    let saga = DiscountPurchase { house };
    let world = at_par::world(saga, Outside::that(MAY), (request, worlds::asked()));
    if mode == Mode::Held { world.with(&wallet_key(), in_wallet("20000")) } else { world }
}

/// `late`: the cut-off of the second order's T has passed.
fn refused(mode: Mode, row: &str, late: Timestamp) -> Refused<DiscountPurchase, Outside> {
    let world = in_house(at_par::house(), mode, false);
    let cancel = |scope| payload(Command::Cancel { at: morning(), scope });
    match (mode, row) {
        (_, "announce") => {
            // Only of a linked purchase both orders are of that day.
            let linked = mode == Mode::LinkedSameDay;
            let fund = if linked { target_code() } else { wallet_code() };
            limit_is_used_up(in_house(limited(), mode, false), row, (fund, "2026-02-13"))
        }
        (_, "readmit") => refused_by_command(world, row, &cancel(Scope::All)),
        (Mode::Held, "reserve") | (_, "order conversion") => {
            comes_too_late(in_house(at_par::house(), mode, true), row, late)
        }
        (_, "reserve" | "order redemption") => {
            refused_by_command(world, row, &cancel(Scope::Conversion))
        }
        (_, "order target") => refused_by_command(world, row, &cancel(Scope::Target)),
        (_, _) => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_linked_purchase() {
    story!(table::<DiscountPurchase>("linked.v3"), |row| refused(Mode::LinkedSameDay, row, too_late()), {
        "announce" => [
            "day_limit.counted", "discount_purchase.turned_away", "day_limit.given_back",
            "day_limit.given_back", "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "call TX-1.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.accepted", "wallet.credited_in_transit",
            "discount_purchase.committed", "query TX-1.mmf at ta-own", "application.confirmed",
            "wallet.credit_confirmed", "discount_purchase.kept_in_wallet",
        ],
        "order conversion" => [
            "discount_purchase.leg_redated", "discount_purchase.turned_away",
            "wallet.shares_released", "query TX-1.mmf at ta-own", "application.confirmed",
            "wallet.credit_confirmed", "discount_purchase.kept_in_wallet",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "query TX-1.mmf at ta-own",
            "application.confirmed", "wallet.credit_confirmed", "discount_purchase.kept_in_wallet",
        ],
        "confirm buy" => [
            "application.rejected", "query TX-1.convert at ta-own", "case.opened",
            "discount_purchase.disputed", "application.confirmed", "holdings.shares_held",
            "holdings.credited", "discount_purchase.parked",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
    });
}

#[test]
fn the_story_of_a_next_day_purchase() {
    let late = instant("2026-02-24T15:10:00+08:00");
    story!(table::<DiscountPurchase>("next_day.v3"), |row| refused(Mode::NextDay, row, late), {
        "announce" => [
            "discount_purchase.turned_away", "day_limit.given_back", "day_limit.given_back",
            "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "call TX-1.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "confirm buy" => [
            "application.rejected", "wallet.credit_reversed", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.compensated",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "discount_purchase.kept_in_wallet",
        ],
        "order conversion" => [
            "discount_purchase.leg_redated", "discount_purchase.turned_away",
            "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
    });
}

#[test]
fn the_story_of_held_shares() {
    story!(table::<DiscountPurchase>("held.v1"), |row| refused(Mode::Held, row, too_late()), {
        "reserve" => [
            "wallet.shares_reserved", "discount_purchase.leg_redated",
            "discount_purchase.turned_away", "wallet.shares_released",
            "discount_purchase.rolled_back",
        ],
        "order conversion" => [
            "discount_purchase.leg_redated", "discount_purchase.turned_away",
            "wallet.shares_released", "discount_purchase.rolled_back",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.rolled_back",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.rolled_back",
        ],
    });
}

#[test]
fn the_story_of_a_purchase_through_a_redemption() {
    story!(table::<DiscountPurchase>("redeem_to_purchase.v2"), |row| refused(Mode::RedeemToPurchase, row, too_late()), {
        "announce" => [
            "discount_purchase.turned_away", "day_limit.given_back", "day_limit.given_back",
            "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "call TX-1.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "confirm buy" => [
            "application.rejected", "wallet.credit_reversed", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.compensated",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "discount_purchase.kept_in_wallet",
        ],
        "order redemption" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "discount_purchase.kept_in_wallet",
        ],
        "redeem" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
        "confirm redemption" => [
            "application.rejected", "wallet.shares_released", "discount_purchase.kept_in_wallet",
        ],
        "order target" => [
            "discount_purchase.cancel_asked", "call TX-1.redeem.cancel at ta-own",
            "application.confirmed", "wallet.shares_taken_out", "payout.requested",
            "call TX-1.redeem.out at bank", "discount_purchase.cancel_refused", "payout.paid_out",
            "discount_purchase.paid_out",
        ],
        "buy target" => [
            "application.rejected", "payout.requested", "call TX-1.redeem.out at bank",
            "payout.paid_out", "discount_purchase.paid_out",
        ],
        "confirm target" => [
            "application.rejected", "payout.requested", "call TX-1.redeem.out at bank",
            "payout.paid_out", "discount_purchase.paid_out",
        ],
    });
}
