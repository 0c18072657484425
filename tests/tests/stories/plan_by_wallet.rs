//! A date of a plan, by way of its wallet.

use crate::{
    discount_purchase::MAY,
    house::{changed, closing, comes_too_late, limit_is_used_up, limited, too_late},
    table,
};
use fundflow_domain::{
    ids::PlanId,
    modes::ConversionMode as Mode,
    plan::{self, RegularPlan},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::kind::payload;
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase},
    house::House,
    parts::milestone::Scope,
    regular_plan::Buys,
};
use fundflow_testkit::{
    at_par::{self, in_wallet, morning, plan_terms, wallet_key, world_of},
    explore::{World, refusal::Refused, refused_at, refused_by_command},
    outside::Outside,
    story,
    worlds::{self, target_code, transaction, wallet_code},
};

/// The first date of a plan, by way of its wallet.
fn occurrence(house: House) -> World<DiscountPurchase, Outside> {
    let terms = plan_terms(2, true);
    let Buys::ThroughWallet(request) = Buys::by(&terms) else { panic!("it has a wallet") };
    let asked = (transaction("PLAN-1.20260213"), request, worlds::asked());
    let agreed = [plan::Command::Open(Box::new(terms))];
    let world = world_of(DiscountPurchase { house }, Outside::that(MAY), asked);
    world.with(&Key::<RegularPlan>::of(&worlds::read::<PlanId>("PLAN-1")), agreed)
}

/// Where nothing is linked, where the target is at another registrar, or with shares that are enough: what is asked
/// for in no mode has that of the earliest price.
fn occurrence_in(mode: Mode, house: House) -> World<DiscountPurchase, Outside> {
    match mode {
        Mode::LinkedSameDay => occurrence(house),
        Mode::NextDay => occurrence(changed(house, |fund, _| fund.linked_processing = false)),
        Mode::RedeemToPurchase => occurrence(changed(house, |fund, _| {
            if fund.code == target_code() {
                fund.registrar = worlds::read("06");
            }
        })),
        Mode::Held => occurrence(house).with(&wallet_key(), in_wallet("20000")),
    }
}

/// Whoever is too late in one T is in the next, where the funds still take orders.
fn missed(mode: Mode, row: &str) -> Refused<DiscountPurchase, Outside> {
    let world = occurrence_in(mode, at_par::house());
    let cancel = |scope| payload(Command::Cancel { at: morning(), scope });
    match (mode, row) {
        (_, "announce") => {
            let linked = mode == Mode::LinkedSameDay;
            let fund = if linked { target_code() } else { wallet_code() };
            limit_is_used_up(occurrence_in(mode, limited()), row, (fund, "2026-02-13"))
        }
        (_, "readmit") => refused_by_command(world, row, &cancel(Scope::All)),
        (Mode::Held, "reserve" | "order conversion") => {
            comes_too_late(occurrence_in(mode, closing()), row, too_late())
        }
        (_, "reserve" | "order conversion" | "order redemption") => {
            refused_by_command(world, row, &cancel(Scope::Conversion))
        }
        (_, "order target") => refused_by_command(world, row, &cancel(Scope::Target)),
        (_, _) => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_date_of_a_plan_by_way_of_its_wallet() {
    story!(table::<DiscountPurchase>("plan_linked.v2"), |row| missed(Mode::LinkedSameDay, row), {
        "announce" => [
            "day_limit.counted", "discount_purchase.turned_away", "day_limit.given_back",
            "day_limit.given_back", "plan.occurrence_missed", "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "plan.occurrence_missed", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "plan.occurrence_missed", "call PLAN-1.20260213.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "plan.occurrence_missed",
            "call PLAN-1.20260213.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.accepted", "wallet.credited_in_transit",
            "discount_purchase.committed", "query PLAN-1.20260213.mmf at ta-own",
            "application.confirmed", "wallet.credit_confirmed", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "order conversion" => [
            "discount_purchase.cancel_asked", "application.accepted", "wallet.credited_in_transit",
            "discount_purchase.committed", "query PLAN-1.20260213.mmf at ta-own",
            "application.confirmed", "wallet.credit_confirmed", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "query PLAN-1.20260213.mmf at ta-own",
            "application.confirmed", "wallet.credit_confirmed", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "confirm buy" => [
            "application.rejected", "query PLAN-1.20260213.convert at ta-own", "case.opened",
            "discount_purchase.disputed", "application.confirmed", "holdings.shares_held",
            "holdings.credited", "discount_purchase.parked",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
    });
}

#[test]
fn the_story_of_a_date_of_a_plan_whose_shares_are_converted_the_next_day() {
    story!(table::<DiscountPurchase>("plan_next_day.v2"), |row| missed(Mode::NextDay, row), {
        "announce" => [
            "discount_purchase.turned_away", "day_limit.given_back", "day_limit.given_back",
            "plan.occurrence_missed", "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "plan.occurrence_missed", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "plan.occurrence_missed", "call PLAN-1.20260213.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "plan.occurrence_missed",
            "call PLAN-1.20260213.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "confirm buy" => [
            "application.rejected", "wallet.credit_reversed", "payment.refund_requested",
            "plan.occurrence_missed", "call PLAN-1.20260213.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.compensated",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "plan.occurrence_missed", "discount_purchase.kept_in_wallet",
        ],
        "order conversion" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "plan.occurrence_missed", "discount_purchase.kept_in_wallet",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
    });
}

#[test]
fn the_story_of_a_date_of_a_plan_that_takes_shares_from_the_wallet() {
    story!(table::<DiscountPurchase>("plan_held.v1"), |row| missed(Mode::Held, row), {
        "reserve" => [
            "wallet.shares_reserved", "discount_purchase.leg_redated",
            "discount_purchase.turned_away", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.rolled_back",
        ],
        "order conversion" => [
            "discount_purchase.leg_redated", "discount_purchase.turned_away",
            "wallet.shares_released", "plan.occurrence_missed", "discount_purchase.rolled_back",
        ],
        "convert" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.rolled_back",
        ],
        "confirm conversion" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.rolled_back",
        ],
    });
}

#[test]
fn the_story_of_a_date_of_a_plan_through_a_redemption() {
    story!(table::<DiscountPurchase>("plan_redeem_to_purchase.v2"), |row| missed(Mode::RedeemToPurchase, row), {
        "announce" => [
            "discount_purchase.turned_away", "day_limit.given_back", "day_limit.given_back",
            "plan.occurrence_missed", "discount_purchase.rolled_back",
        ],
        "pay" => ["payment.declined", "plan.occurrence_missed", "discount_purchase.rolled_back"],
        "readmit" => [
            "discount_purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "plan.occurrence_missed", "call PLAN-1.20260213.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "plan.occurrence_missed",
            "call PLAN-1.20260213.mmf.pay.refund1 at bank", "payment.refunded",
            "discount_purchase.rolled_back",
        ],
        "confirm buy" => [
            "application.rejected", "wallet.credit_reversed", "payment.refund_requested",
            "plan.occurrence_missed", "call PLAN-1.20260213.mmf.pay.refund1 at bank",
            "payment.refunded", "discount_purchase.compensated",
        ],
        "reserve" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "plan.occurrence_missed", "discount_purchase.kept_in_wallet",
        ],
        "order redemption" => [
            "discount_purchase.cancel_asked", "application.confirmed", "wallet.credit_confirmed",
            "plan.occurrence_missed", "discount_purchase.kept_in_wallet",
        ],
        "redeem" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "confirm redemption" => [
            "application.rejected", "wallet.shares_released", "plan.occurrence_missed",
            "discount_purchase.kept_in_wallet",
        ],
        "order target" => [
            "discount_purchase.cancel_asked", "call PLAN-1.20260213.redeem.cancel at ta-own",
            "application.confirmed", "wallet.shares_taken_out", "plan.occurrence_missed",
            "payout.requested", "call PLAN-1.20260213.redeem.out at bank",
            "discount_purchase.cancel_refused", "payout.paid_out", "discount_purchase.paid_out",
        ],
        "buy target" => [
            "application.rejected", "plan.occurrence_missed", "payout.requested",
            "call PLAN-1.20260213.redeem.out at bank", "payout.paid_out",
            "discount_purchase.paid_out",
        ],
        "confirm target" => [
            "application.rejected", "plan.occurrence_missed", "payout.requested",
            "call PLAN-1.20260213.redeem.out at bank", "payout.paid_out",
            "discount_purchase.paid_out",
        ],
    });
}
