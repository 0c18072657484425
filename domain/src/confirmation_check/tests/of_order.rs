//! An order for 1,000,000 yuan in two records: each is charged by the tier of what is confirmed of the whole order.

use super::*;
use crate::{
    application::{Ask, Confirmation, Outcome, Promise, PurchaseConfirmed, Terms},
    money::Discount,
};

/// 1.5 % below a million, 1.2 % from there on.
fn order() -> Terms {
    let tier = |from: &str, charge: &str| {
        let charge = Charge::Rate(charge.parse().unwrap());
        AmountTier { from: money(from), charge }
    };
    let tiers = AmountTiers::try_from(vec![tier("0", "0.015"), tier("1000000", "0.012")]).unwrap();
    let day = |text: &str| crate::calendar::TradingDay::recorded(text.parse().unwrap());
    Terms {
        order: "TX-1.buy".parse().unwrap(),
        no: "APP1".parse().unwrap(),
        registrar: "own".parse().unwrap(),
        investor: "i-1".parse().unwrap(),
        fund: "011162".parse().unwrap(),
        ask: Ask::Purchase { amount: "1000000".parse().unwrap(), plan: None },
        trade_date: day("2026-02-13"),
        rounding: ShareRounding::HalfUp,
        promised: Promise {
            fee: PromisedFee::Tiers(tiers),
            discount: Discount::NONE,
            floor: None,
            confirm_by: day("2026-02-24"),
        },
    }
}

fn record(serial: &str, finished: bool, numbers: [&str; 4]) -> Confirmation {
    let [amount, fee, refund, given] = numbers;
    let (amount, fee, refund) = (money(amount), money(fee), money(refund));
    let (nav, shares) = (nav("1"), shares(given));
    let numbers = PurchaseConfirmed { amount, fee, refund, nav, shares };
    let on = "2026-02-24".parse().unwrap();
    Confirmation {
        serial: serial.parse().unwrap(),
        confirmed_on: on,
        registered_on: on,
        finished,
        misnamed: vec![],
        outcome: Outcome::Purchase(numbers),
    }
}

#[test]
fn what_earlier_records_confirmed_and_later_ones_may_counts_for_the_tier() {
    let kinds = |before: &[Confirmation], said: &Confirmation| {
        let found = of_order(&order(), before, said, None);
        found.iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    // The rest may still come: it is charged as a part of a million.
    let first = record("C1", false, ["250000", "2964.43", "0", "247035.57"]);
    assert_eq!(kinds(&[], &first), []);
    // And so is the rest, beside the first record.
    let rest = record("C2", true, ["750000", "8893.28", "0", "741106.72"]);
    assert_eq!(kinds(&[first], &rest), []);
    // Alone, and with the remainder sent back, it is below a million.
    let alone = record("C3", true, ["750000", "11083.74", "250000", "738916.26"]);
    assert_eq!(kinds(&[], &alone), []);
    let as_of_all = record("C4", true, ["750000", "8893.28", "250000", "741106.72"]);
    assert_eq!(kinds(&[], &as_of_all), [K::FeeDiffersFromPromise]);
    // Nothing more comes, and nothing is sent back: that is wrong, and the fee is not.
    let lost = record("C6", true, ["750000", "11083.74", "0", "738916.26"]);
    assert!(
        !kinds(&[], &lost).is_empty() && !kinds(&[], &lost).contains(&K::FeeDiffersFromPromise)
    );
    // More than is left of the order.
    let first = record("C1", false, ["250000", "2964.43", "0", "247035.57"]);
    let again = record("C5", true, ["1000000", "11857.71", "0", "988142.29"]);
    assert!(!kinds(&[first], &again).is_empty());
}
