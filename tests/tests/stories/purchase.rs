//! Shares at the price of T, subscriptions, and the dates of a plan.

use crate::{
    house::{limit_is_used_up, limited},
    table,
};
use fundflow_domain::{
    admission::buying::Way,
    ids::PlanId,
    plan::{self, RegularPlan},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::kind::payload;
use fundflow_sagas::{
    house::House,
    purchase::{Command, Purchase, Request},
    regular_plan::Buys,
};
use fundflow_testkit::{
    at_par::{self, buying, morning, plan_terms, world_of},
    explore::{
        World,
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at, refused_by_command,
    },
    outside::{May, Outside},
    story, wanted,
    worlds::{self, account, amount, investor_id, target_code, transaction},
};

#[test]
fn given_money_that_was_paid_shares_come_with_the_registrars_word() {
    given(buying(Way::Purchase, []))
        .when(asked())
        .then_events(["purchase.prepared", "payment.requested"])
        .then_sends(["call TX-1.buy.pay at bank"])
        .when(says("TX-1.buy.pay", "Paid"))
        .then_events(["payment.paid", "application.placed"])
        .when(says("TX-1.buy", "Accepted"))
        .then_events(["application.accepted"])
        .when(timer())
        .then_sends(["query TX-1.buy at ta-own"])
        .when(says("TX-1.buy", "Confirmed"))
        .then_events(["application.confirmed", "holdings.credited", "purchase.completed"]);
}

#[test]
fn given_a_subscription_its_money_counts_first_and_its_shares_come_when_the_fund_is_founded() {
    given(buying(Way::Subscription, []))
        .after([asked(), says("TX-1.buy.pay", "Paid"), says("TX-1.buy", "Accepted"), timer()])
        .when(says("TX-1.buy", "Received"))
        .then_events(["application.received"])
        .when(timer())
        .then_sends(["query TX-1.buy at ta-own"])
        .when(says("TX-1.buy", "Confirmed"))
        .then_events(["application.confirmed", "holdings.credited", "purchase.completed"]);
}

const MAY: [May; 3] = [May::Decline, May::RejectAtFront, May::RejectInBatch];

/// 10,000 yuan in that house.
fn in_house(house: House, way: Way) -> World<Purchase, Outside> {
    let fund = if way == Way::Subscription { wanted::raised_code() } else { target_code() };
    let request = Request {
        investor: investor_id(),
        account: account(),
        fund,
        amount: amount("10000.00"),
        way,
        only_today: false,
        distributor: None,
    };
    at_par::world(Purchase { house }, Outside::that(MAY), (request, worlds::asked()))
}

/// The first date of a plan, for money of its account.
fn occurrence(house: House) -> World<Purchase, Outside> {
    let terms = plan_terms(2, false);
    let Buys::Plainly(request) = Buys::by(&terms) else { panic!("it has no wallet") };
    let asked = (transaction("PLAN-1.20260213"), request, worlds::asked());
    let agreed = [plan::Command::Open(Box::new(terms))];
    let world = world_of(Purchase { house }, Outside::that(MAY), asked);
    world.with(&Key::<RegularPlan>::of(&worlds::read::<PlanId>("PLAN-1")), agreed)
}

fn missed(row: &str) -> Refused<Purchase, Outside> {
    let world = occurrence(at_par::house());
    match row {
        "announce" => limit_is_used_up(occurrence(limited()), row, (target_code(), "2026-02-13")),
        "readmit" => refused_by_command(world, row, &payload(Command::Cancel { at: morning() })),
        _ => refused_at(world, row),
    }
}

fn refused(way: Way, row: &str) -> Refused<Purchase, Outside> {
    let world = in_house(at_par::house(), way);
    match row {
        "announce" => {
            let fund = if way == Way::Subscription { wanted::raised_code() } else { target_code() };
            limit_is_used_up(in_house(limited(), way), row, (fund, "2026-02-13"))
        }
        "readmit" => refused_by_command(world, row, &payload(Command::Cancel { at: morning() })),
        _ => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_purchase() {
    story!(table::<Purchase>("purchase.v2"), |row| refused(Way::Purchase, row), {
        "announce" => ["purchase.turned_away", "purchase.rolled_back"],
        "pay" => ["payment.declined", "purchase.rolled_back"],
        "readmit" => [
            "purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.buy.pay.refund1 at bank", "payment.refunded", "purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "call TX-1.buy.pay.refund1 at bank",
            "payment.refunded", "purchase.rolled_back",
        ],
        "confirm" => [
            "application.rejected", "payment.refund_requested", "call TX-1.buy.pay.refund1 at bank",
            "payment.refunded", "purchase.rolled_back",
        ],
    });
}

#[test]
fn the_story_of_a_subscription() {
    story!(table::<Purchase>("subscription.v2"), |row| refused(Way::Subscription, row), {
        "announce" => ["purchase.turned_away", "purchase.rolled_back"],
        "pay" => ["payment.declined", "purchase.rolled_back"],
        "readmit" => [
            "purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.buy.pay.refund1 at bank", "payment.refunded", "purchase.rolled_back",
        ],
        "subscribe" => [
            "application.rejected", "payment.refund_requested", "call TX-1.buy.pay.refund1 at bank",
            "payment.refunded", "purchase.rolled_back",
        ],
        "receive" => [
            "application.rejected", "payment.refund_requested", "call TX-1.buy.pay.refund1 at bank",
            "payment.refunded", "purchase.rolled_back",
        ],
        "confirm" => [
            "application.rejected", "payment.refund_requested", "call TX-1.buy.pay.refund1 at bank",
            "payment.refunded", "purchase.rolled_back",
        ],
    });
}

#[test]
fn the_story_of_a_date_of_a_plan() {
    story!(table::<Purchase>("plan_occurrence.v2"), missed, {
        "announce" => ["purchase.turned_away", "plan.occurrence_missed", "purchase.rolled_back"],
        "pay" => ["payment.declined", "plan.occurrence_missed", "purchase.rolled_back"],
        "readmit" => [
            "purchase.cancel_asked", "payment.paid", "payment.refund_requested",
            "call PLAN-1.20260213.buy.pay.refund1 at bank", "payment.refunded",
            "plan.occurrence_missed", "purchase.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested",
            "call PLAN-1.20260213.buy.pay.refund1 at bank", "payment.refunded",
            "plan.occurrence_missed", "purchase.rolled_back",
        ],
        "confirm" => [
            "application.rejected", "payment.refund_requested",
            "call PLAN-1.20260213.buy.pay.refund1 at bank", "payment.refunded",
            "plan.occurrence_missed", "purchase.rolled_back",
        ],
    });
}
