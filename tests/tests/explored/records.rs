//! The same sagas among registrars that confirm in portions, late since a price is late, or wrongly at first.

use crate::{
    holdings::{self, conversion, redemption},
    house::{ends, explore, is_bounded},
    money::{buying, recharge},
    outside::{May, Outside},
    wallet::{self, discount, fast, withdraw},
};
use fundflow_domain::{admission::buying::Way, modes::ConversionMode};
use fundflow_runtime::saga::Saga;
use fundflow_testkit::explore::{Explored, Explorer, World};

const SLOW: [May; 2] = [May::Portions, May::Late];

/// Why a person is called: a fault has swallowed a record, or its correction.
const WAITS: [&str; 3] = ["(does_not_add_up)", "(overdue)", "(time_out)"];

/// It rests like that, or waits for a record that was lost, and in no other way.
fn rests<S: Saga>(world: World<S, Outside>, well: &str) {
    let found = explore(Explorer::new(world));
    let endings = found.endings();
    assert!(endings.contains(&well), "{endings:?}");
    let waits = |it: &str| it.starts_with("parked") && WAITS.iter().any(|why| it.ends_with(why));
    let other = endings.iter().find(|it| **it != well && !waits(it));
    assert!(!is_bounded() || other.is_none(), "{endings:?}");
}

#[test]
fn money_that_comes_in_portions_and_late() {
    rests(recharge(SLOW), "completed");
    rests(buying(Way::Purchase, SLOW), "completed");
    rests(buying(Way::Subscription, SLOW), "completed");
}

#[test]
fn shares_that_leave_in_portions_and_late() {
    rests(redemption(SLOW), "completed");
    rests(conversion(SLOW), "completed");
    rests(withdraw(SLOW), "paid_out");
    rests(fast(SLOW), "paid_out");
}

/// Both portions are of one T, and each has a payout of its own.
#[test]
fn shares_that_are_carried_over_and_paid_portion_by_portion() {
    rests(holdings::carried(SLOW), "completed");
    rests(wallet::carried(SLOW), "paid_out");
    let may = [May::Portions, May::RefuseMoney];
    let refused = "parked at payout refused (refused)";
    ends(&explore(Explorer::new(holdings::carried(may))), &["completed", refused]);
    ends(&explore(Explorer::new(wallet::carried(may))), &["paid_out", refused]);
}

#[test]
fn shares_that_are_carried_over_among_people() {
    let people = |found: &Explored, well| {
        let endings = found.endings();
        assert!(endings.contains(&well) && endings.contains(&"abandoned"), "{endings:?}");
    };
    let redemption = Explorer::new(holdings::carried([May::Portions])).acts(1).operators();
    people(&explore(redemption), "completed");
    let withdrawal = Explorer::new(wallet::carried([May::Portions])).acts(1).operators();
    people(&explore(withdrawal), "paid_out");
}

#[test]
fn discount_purchases_in_portions_and_late() {
    rests(discount(ConversionMode::NextDay, SLOW), "completed");
    rests(discount(ConversionMode::Held, SLOW), "completed");
    rests(discount(ConversionMode::LinkedSameDay, SLOW), "completed");
    rests(discount(ConversionMode::RedeemToPurchase, [May::Portions]), "completed");
}

#[test]
fn money_that_comes_by_a_corrected_record() {
    rests(recharge([May::Correct]), "completed");
    rests(buying(Way::Purchase, [May::Correct]), "completed");
    rests(buying(Way::Subscription, [May::Correct]), "completed");
}

#[test]
fn shares_that_leave_by_a_corrected_record() {
    rests(redemption([May::Correct]), "completed");
    rests(conversion([May::Correct]), "completed");
    rests(withdraw([May::Correct]), "paid_out");
    rests(fast([May::Correct]), "paid_out");
}

#[test]
fn discount_purchases_by_a_corrected_record() {
    rests(discount(ConversionMode::LinkedSameDay, [May::Correct]), "completed");
    rests(discount(ConversionMode::Held, [May::Correct]), "completed");
}

#[test]
fn discount_purchases_on_a_later_day_by_a_corrected_record() {
    rests(discount(ConversionMode::NextDay, [May::Correct]), "completed");
    rests(discount(ConversionMode::RedeemToPurchase, [May::Correct]), "completed");
}
