//! A date of a plan, by way of its wallet.

use crate::{
    discount_purchase::MAY,
    house::{limit_is_used_up, limited},
    table,
};
use fundflow_domain::{
    ids::PlanId,
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
    at_par::{self, morning, plan_terms, world_of},
    explore::{World, refusal::Refused, refused_at, refused_by_command},
    outside::Outside,
    story,
    worlds::{self, target_code, transaction},
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

fn missed(row: &str) -> Refused<DiscountPurchase, Outside> {
    let world = occurrence(at_par::house());
    let cancel = |scope| payload(Command::Cancel { at: morning(), scope });
    match row {
        "announce" => limit_is_used_up(occurrence(limited()), row, (target_code(), "2026-02-13")),
        "readmit" => refused_by_command(world, row, &cancel(Scope::All)),
        "reserve" | "order conversion" => {
            refused_by_command(world, row, &cancel(Scope::Conversion))
        }
        _ => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_date_of_a_plan_by_way_of_its_wallet() {
    story!(table::<DiscountPurchase>("plan_linked.v1"), missed, {
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
