//! When two records of a registrar are one, and what a record gives and takes.

use crate::application::{
    Ask, Confirmation, ConversionConfirmed, FastTransferConfirmed, LotConfirmed, Outcome,
    RedemptionConfirmed,
    tests::{bought, fast, founded, purchase, redeemed, redemption, subscription},
};
use crate::money::{Discount, Money, Nav, Shares, SignedMoney};

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn income(text: &str) -> SignedMoney {
    text.parse().unwrap()
}

fn lot(of: &str, number: &str) -> LotConfirmed {
    let (serial, fee) = (of.parse().unwrap(), Money::ZERO);
    LotConfirmed { serial, shares: shares(number), gross: yuan(number), fee }
}

/// 100.00 shares at 1.00 that paid 98.70 after a fee of 1.50, with 0.20 of income.
fn paid(change: impl FnOnce(&mut RedemptionConfirmed)) -> Confirmation {
    let mut record = redeemed("C1", "100", true);
    let Outcome::Redemption(numbers) = &mut record.outcome else { panic!("it is a redemption") };
    (numbers.fee, numbers.payout) = (yuan("1.50"), yuan("98.70"));
    numbers.income = income("0.20");
    change(numbers);
    record
}

/// 100.00 shares at 1.00, all of it spent on 50.00 at 2.00 of another fund but for a top-up of 1.00.
fn converted(change: impl FnOnce(&mut ConversionConfirmed)) -> Confirmation {
    let mut numbers = ConversionConfirmed {
        shares_out: shares("100"),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: yuan("1"),
        net_in: yuan("99"),
        nav_in: "2".parse().unwrap(),
        shares_in: shares("49.50"),
        income: income("0"),
        lots: vec![],
    };
    change(&mut numbers);
    Confirmation { outcome: Outcome::Conversion(numbers), ..redeemed("C1", "100", true) }
}

#[test]
fn details_by_lot_contradict_only_other_details_by_lot() {
    let (one, other) = (vec![lot("L1", "100")], vec![lot("L2", "100")]);
    let redeemed = |lots| paid(|it| it.lots = lots);
    let converted = |lots| converted(|it| it.lots = lots);
    for (with, without) in [
        ([redeemed(one.clone()), redeemed(other.clone())], redeemed(vec![])),
        ([converted(one.clone()), converted(other.clone())], converted(vec![])),
    ] {
        assert!(!with[0].says_the_same(&with[1]), "{with:?}");
        assert!(with[0].says_the_same(&without) && without.says_the_same(&with[1]), "{without:?}");
    }
}

#[test]
fn how_much_of_a_fee_was_put_off_contradicts_only_where_both_say_it() {
    let redeemed = |fee| paid(|it| it.back_end_fee = yuan(fee));
    let converted = |fee| converted(|it| it.back_end_fee = yuan(fee));
    for [none, one, two] in [["0", "1", "2"].map(redeemed), ["0", "1", "2"].map(converted)] {
        assert!(!one.says_the_same(&two), "{one:?}");
        assert!(none.says_the_same(&one) && two.says_the_same(&none), "{none:?}");
    }
}

/// 98.70 + 1.50 - 0.20 = 100.00: a file without lots reckons the worth from what was paid.
#[test]
fn the_worth_of_what_was_redeemed_may_differ_only_where_one_record_reckoned_it_from_what_was_paid()
{
    let worth = |gross: &str, lots: &[LotConfirmed]| {
        paid(|it| (it.gross, it.lots) = (yuan(gross), lots.to_vec()))
    };
    let lots = [lot("L1", "100")];
    let reckoned = worth("100", &[]);
    assert!(reckoned.says_the_same(&worth("100.01", &lots)));
    assert!(reckoned.says_the_same(&worth("100.01", &[])));
    // Neither of both was reckoned, or the one with lots, which knows it.
    assert!(!worth("99.99", &[]).says_the_same(&worth("100.01", &[])));
    assert!(!worth("99.99", &[]).says_the_same(&worth("100.01", &lots)));
    assert!(!worth("99.99", &[]).says_the_same(&worth("100", &lots)));
    assert!(!worth("100", &lots).says_the_same(&worth("100.01", &lots)));
}

#[test]
fn a_fee_that_was_put_off_is_stored_where_the_registrar_names_one_and_only_there() {
    let stored = |fee: &str| {
        let both = [
            paid(|it| it.back_end_fee = yuan(fee)).outcome,
            converted(|it| it.back_end_fee = yuan(fee)).outcome,
        ];
        both.map(|it| serde_json::to_string(&it).unwrap().contains("back_end_fee"))
    };
    assert_eq!(stored("0"), [false, false]);
    assert_eq!(stored("1"), [true, true]);
}

#[test]
fn shares_cost_what_was_accepted_for_them_and_converted_ones_what_left_was_worth() {
    let cost = |record: &Confirmation| record.outcome.cost();
    assert_eq!(cost(&bought("C1", "400", "600")), Some(yuan("400")));
    assert_eq!(cost(&founded()), Some(yuan("1000")));
    assert_eq!(cost(&converted(|_| {})), Some(yuan("100")));
    // 0.30 of income below zero came off what bought the target: 1.00 + 98.70 + 0.30 = 100.00.
    let owed = converted(|it| (it.net_in, it.income) = (yuan("98.70"), income("-0.30")));
    assert_eq!(cost(&owed), Some(yuan("99.70")));
    assert_eq!(cost(&paid(|_| {})), None);
}

#[test]
fn what_was_taken_for_nothing_is_known_in_every_kind_of_record() {
    let is_for_nothing = |record: &Confirmation| record.outcome.is_for_nothing();
    let buying = |amount: &str, number: &str| {
        let mut purchase = bought("C1", amount, "0");
        if let Outcome::Purchase(it) = &mut purchase.outcome {
            it.shares = shares(number);
        }
        let mut subscription = founded();
        if let Outcome::Subscription(it) = &mut subscription.outcome {
            (it.amount, it.shares) = (yuan(amount), shares(number));
        }
        [purchase, subscription].map(|it| is_for_nothing(&it))
    };
    let leaving = |gone: &str, got: &str| {
        let redemption = paid(|it| (it.shares, it.payout) = (shares(gone), yuan(got)));
        let conversion =
            converted(|it| (it.shares_out, it.shares_in) = (shares(gone), shares(got)));
        [redemption, conversion].map(|it| is_for_nothing(&it))
    };
    for (took, gave, expected) in
        [("100", "0", true), ("100", "50", false), ("0", "0", false), ("0", "50", false)]
    {
        assert_eq!(buying(took, gave), [expected; 2], "{took} {gave}");
        assert_eq!(leaving(took, gave), [expected; 2], "{took} {gave}");
    }
    let moved = FastTransferConfirmed { shares: shares("100"), income: income("0") };
    assert!(!Outcome::FastTransfer(moved).is_for_nothing(), "a bank advances what they are worth");
}

#[test]
fn each_kind_of_order_has_its_business_code_and_an_occurrence_of_a_plan_has_another() {
    let amount = "1000".parse().unwrap();
    let planned = Ask::Purchase { amount, plan: "PLAN-1".parse().ok() };
    let (into, on_huge) = ("600002".parse().unwrap(), crate::application::OnHuge::Cancel);
    let (topup_discount, lots, shares) = (Discount::FREE, vec![], shares("100"));
    let take_income = false;
    let conversion = Ask::Conversion { shares, into, lots, topup_discount, on_huge, take_income };
    let asks = [
        (subscription().ask, "020"),
        (purchase().ask, "022"),
        (planned, "039"),
        (redemption().ask, "024"),
        (conversion, "036"),
        (fast().ask, "098"),
    ];
    for (ask, code) in asks {
        assert_eq!(ask.code(), code, "{ask:?}");
    }
}
