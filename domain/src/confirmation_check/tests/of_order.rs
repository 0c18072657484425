//! An order for 1,000,000 yuan in two records: each is charged by the tier of what is confirmed of the whole order.

use super::*;
use crate::{
    application::{
        Ask, Confirmation, Outcome, Promise, PurchaseConfirmed, RedemptionConfirmed,
        SubscriptionConfirmed, Terms,
    },
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
        distributor: None,
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

/// What goes back is not confirmed by a later record: 250,000 of it, and the rest is below a million.
#[test]
fn what_a_portion_sends_back_is_no_part_of_the_tier() {
    let part = |fee, given| record("C1", false, ["500000", fee, "250000", given]);
    let kinds = |said: &Confirmation| {
        let found = of_order(&order(), &[], said, None);
        found.iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&part("7389.16", "492610.84")), []);
    assert_eq!(kinds(&part("5928.85", "494071.15")), [K::FeeDiffersFromPromise]);
}

/// 1,000,000 yuan earn at most 100.00 a day, by the 24th 1,100.00 in all.
#[test]
fn records_of_a_subscription_share_its_money_and_what_it_can_have_earned() {
    let free = Promise { fee: PromisedFee::Charge(Charge::FREE), ..order().promised };
    let ask = Ask::Subscription { amount: "1000000".parse().unwrap() };
    let terms = Terms { ask, promised: free, ..order() };
    let record = |serial: &str, finished, [amount, interest, given]: [&str; 3]| {
        let numbers = SubscriptionConfirmed {
            amount: money(amount),
            fee: Money::ZERO,
            refund: Money::ZERO,
            interest: money(interest),
            face: Nav::ONE,
            shares: shares(given),
            interest_shares: shares(interest),
        };
        let outcome = Outcome::Subscription(numbers);
        Confirmation { outcome, ..record(serial, finished, ["0", "0", "0", "0"]) }
    };
    let first = [record("C1", false, ["400000", "800", "400800"])];
    assert_found(&of_order(&terms, &[], &first[0], None), &[]);
    let last = record("C2", true, ["600000", "300", "600300"]);
    assert_found(&of_order(&terms, &first, &last, None), &[]);
    let more = record("C2", true, ["600000", "300.01", "600300.01"]);
    assert_found(
        &of_order(&terms, &first, &more, None),
        &[(
            K::AmountDiffers,
            "interest 300.01 is more than the 300.00 that money on demand can earn",
            "300.01 300.01",
        )],
    );
    let again = record("C2", true, ["1000000", "0", "1000000"]);
    assert_found(
        &of_order(&terms, &first, &again, None),
        &[(
            K::AmountDiffers,
            "accepted 1000000.00 and refund 0.00 are not the 600000.00 left of what was asked",
            "400000.00 400000.00",
        )],
    );
}

fn at(charge: Charge) -> Terms {
    let promised = Promise { fee: PromisedFee::Charge(charge), ..order().promised };
    Terms { promised, ..order() }
}

/// Of an order of 1,000,000 at that charge, the records in turn: what is found in the last one.
fn found_last(charge: Charge, records: &[(bool, [&str; 4])]) -> Vec<Finding> {
    let record = |(n, (finished, numbers)): (usize, &(bool, [&str; 4]))| {
        record(&format!("C{n}"), *finished, *numbers)
    };
    let records: Vec<Confirmation> = records.iter().enumerate().map(record).collect();
    let (said, before) = records.split_last().unwrap();
    of_order(&at(charge), before, said, None)
}

#[test]
fn an_order_that_is_used_up_has_nothing_left_for_a_last_record() {
    let free = Charge::FREE;
    let all = (false, ["1000000", "0", "0", "1000000"]);
    assert_found(&found_last(free, &[all, (true, ["0", "0", "0", "0"])]), &[]);
    assert_found(
        &found_last(free, &[all, (true, ["1000000", "0", "0", "1000000"])]),
        &[(
            K::AmountDiffers,
            "accepted 1000000.00 and refund 0.00 are not the 0.00 left of what was asked",
            "1000000.00 1000000.00",
        )],
    );
    assert_found(
        &found_last(free, &[all, (true, ["0", "0", "1000000", "0"])]),
        &[(
            K::AmountDiffers,
            "accepted 0.00 and refund 1000000.00 are not the 0.00 left of what was asked",
            "0.00 1000000.00",
        )],
    );
}

#[test]
fn what_a_portion_sends_back_is_settled_too() {
    let part = (false, ["400000", "0", "600000", "400000"]);
    assert_found(&found_last(Charge::FREE, &[part, (true, ["0", "0", "0", "0"])]), &[]);
    assert_found(
        &found_last(Charge::FREE, &[part, (true, ["600000", "0", "0", "600000"])]),
        &[(
            K::AmountDiffers,
            "accepted 600000.00 and refund 0.00 are not the 0.00 left of what was asked",
            "600000.00 600000.00",
        )],
    );
}

/// Also where all else of the record follows from it.
#[test]
fn shares_for_more_than_was_paid_are_in_dispute() {
    for finished in [true, false] {
        assert_found(
            &found_last(Charge::FREE, &[(finished, ["1500000", "0", "0", "1500000"])]),
            &[(
                K::AmountDiffers,
                "accepted 1500000.00 and refund 0.00 are not the 1000000.00 asked",
                "500000.00 500000.00",
            )],
        );
    }
}

/// 1,000 yuan for the order, in two records of half of it: only what they charge together must be right.
#[test]
fn a_fixed_fee_is_one_of_the_whole_order() {
    let fixed = Charge::Fixed(money("1000"));
    let part = |finished, fee, given| (finished, ["500000", fee, "0", given]);
    for (first, last) in [
        (part(false, "1000", "499000"), part(true, "0", "500000")),
        (part(false, "0", "500000"), part(true, "1000", "499000")),
        (part(false, "500", "499500"), part(true, "500", "499500")),
    ] {
        assert_found(&found_last(fixed, &[first]), &[]);
        assert_found(&found_last(fixed, &[first, last]), &[]);
    }
    let (whole, half) = (part(false, "1000", "499000"), part(false, "500", "499500"));
    let too_much = part(true, "1000", "499000");
    for (first, what, disputed) in [
        (whole, "fee 1000.00 is not the promised 0.00", "0.00 1000.00"),
        (half, "fee 1000.00 is not the promised 500.00", "0.00 500.00"),
    ] {
        let found = found_last(fixed, &[first, too_much]);
        assert_eq!(shown(&found), [(K::FeeDiffersFromPromise, what, disputed.to_owned())]);
    }
    let twice = found_last(fixed, &[part(false, "1001", "498999")]);
    assert_eq!(twice[0].kind, K::FeeDiffersFromPromise);
    let none = found_last(fixed, &[part(false, "0", "500000"), part(true, "0", "500000")]);
    assert_eq!(none[0].kind, K::FeeDiffersFromPromise);
}

#[test]
fn an_allotment_that_is_not_what_was_confirmed_is_reported_with_both_and_holds_nothing_else() {
    let misnaming = |field: &str, placed: &str, said: &str| {
        let misnamed = crate::application::Misnamed::unless_same(field, placed, said);
        Confirmation {
            misnamed: misnamed.into_iter().collect(),
            ..record("1", true, ["1000000", "0", "0", "1000000"])
        }
    };
    let part = misnaming("SalePercent", "0.75000000", "0.50000000");
    let found = allots_otherwise(&part).unwrap();
    assert_eq!(found.kind, Kind::AmountDiffers);
    assert_eq!(found.disputed, Disputed::default());
    assert_eq!(
        &*found.what,
        "SalePercent is 0.50000000, and 0.75000000 of the amount is confirmed"
    );
    assert_eq!((confirms_another(&part), takes_unpromised(&part)), (None, None));

    for field in ["RateFee", "DiscountRateOfCommission"] {
        let rate = misnaming(field, "0.1000", "1.0000");
        let found = takes_unpromised(&rate).unwrap();
        assert_eq!(
            (found.kind, found.disputed),
            (Kind::FeeDiffersFromPromise, Disputed::default())
        );
        assert_eq!((confirms_another(&rate), allots_otherwise(&rate)), (None, None), "{field}");
    }
    let another = misnaming("OriginalAppSheetNo", "OURS", "OTHER");
    assert!(confirms_another(&another).is_some() && allots_otherwise(&another).is_none());
}

#[test]
fn all_that_a_record_of_another_order_brings_is_in_dispute() {
    let misnamed = crate::application::Misnamed::unless_same("FundCode", "011162", "000730");
    let disputed = |outcome: Outcome| {
        let misnamed = misnamed.clone().into_iter().collect();
        let said = Confirmation { outcome, misnamed, ..record("1", true, ["0", "0", "0", "0"]) };
        confirms_another(&said).unwrap().disputed
    };
    let of = |given: &str, yuan: &str| Disputed { shares: shares(given), money: money(yuan) };
    let (amount, fee, refund) = (money("1000"), Money::ZERO, Money::ZERO);
    let purchase = PurchaseConfirmed { amount, fee, refund, nav: Nav::ONE, shares: shares("1000") };
    assert_eq!(disputed(Outcome::Purchase(purchase)), of("1000", "1000"));
    let subscription = SubscriptionConfirmed {
        amount,
        fee,
        refund,
        interest: money("2"),
        face: Nav::ONE,
        shares: shares("1002"),
        interest_shares: shares("2"),
    };
    assert_eq!(disputed(Outcome::Subscription(subscription)), of("1002", "1000"));
    let redemption = RedemptionConfirmed {
        shares: shares("400"),
        nav: Nav::ONE,
        gross: money("400"),
        fee: money("2"),
        back_end_fee: Money::ZERO,
        payout: money("398"),
        income: "0".parse().unwrap(),
        lots: Vec::new(),
    };
    assert_eq!(disputed(Outcome::Redemption(redemption)), of("0", "398"));
}
