//! What just holds beside what just does not, and what a finding is measured against.

use super::{
    conversions::{NO_LOTS, lot},
    *,
};

use crate::money::SignedMoney;

#[test]
fn an_order_of_which_nothing_is_said_is_one_finding() {
    assert_found(
        &purchase(&bought("0", "0", "0", "1.2345", "0"), &expected(Promised::FREE)),
        &[(
            K::AmountDiffers,
            "accepted 0.00 and refund 0.00 are not the 10000.00 asked",
            "0.00 10000.00",
        )],
    );
}

#[test]
fn a_fee_that_was_never_promised_may_be_all_that_it_is_taken_from() {
    let stated = bought("10000", "10000", "0", "1.2345", "0");
    assert_found(&purchase(&stated, &expected(Promised::Unsaid)), &[]);
}

/// So nothing of it can be promised.
#[test]
fn of_less_than_a_fixed_fee_is_taken_no_more_than_there_is() {
    let fixed = || Promised::Charge(Charge::Fixed(money("1000")));
    let small = |fee: &str, given: &str| bought("600", fee, "9400", "1.2345", given);
    assert_found(&purchase(&small("600", "0"), &expected(fixed())), &[]);
    assert_found(&purchase(&small("100", "405.02"), &expected(fixed())), &[]);

    let into = |topup: &str, net: &str, given: &str| ConversionNumbers {
        shares_out: shares("600"),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: money(topup),
        net_in: money(net),
        nav_in: nav("1.2345"),
        shares_in: shares(given),
        income: SignedMoney::ZERO,
    };
    let lots = [lot("600", "0")];
    let due = ConversionExpected { asked: shares("600"), ..wallet_to_target(&lots, fixed()) };
    assert_found(&conversion(&into("600", "0", "0"), &due), &[]);
    assert_found(&conversion(&into("100", "500", "405.02"), &due), &[]);
}

fn wallet_to_target(lots: &[LotTerms], topup: Promised) -> ConversionExpected<'_> {
    ConversionExpected {
        asked: shares("10000"),
        lots,
        leaving_target: crate::money::Rate::ZERO,
        nav_out: Some(Nav::ONE),
        topup,
        nav_in: Some(nav("1.2345")),
        rounding: ShareRounding::HalfUp,
        charged: Money::ZERO,
        finished: true,
        in_portions: false,
    }
}

#[test]
fn a_record_that_is_not_the_last_may_use_the_order_up_and_buys_with_its_own_amount() {
    let record = |amount: &str, given: &str| PurchaseNumbers {
        finished: false,
        ..bought(amount, "0", "0", "1.2345", given)
    };
    assert_found(&purchase(&record("10000", "8100.45"), &expected(Promised::FREE)), &[]);
    assert_found(
        &purchase(&record("6000", "5000"), &expected(Promised::FREE)),
        &[(
            K::SharesDoNotFollowFromNav,
            "shares 5000.00 are not 6000.00 / 1.2345 = 4860.27",
            "139.73 172.50",
        )],
    );
}

/// A fee for leaving that nobody promised is what is stated.
#[test]
fn shares_of_a_conversion_are_measured_against_what_the_stated_fee_leaves() {
    let stated = ConversionNumbers {
        shares_out: shares("10000"),
        nav_out: Nav::ONE,
        redemption_fee: money("50"),
        back_end_fee: money("10"),
        topup_fee: Money::ZERO,
        net_in: money("9940"),
        nav_in: nav("1.2345"),
        shares_in: shares("9000"),
        income: SignedMoney::ZERO,
    };
    assert_found(
        &conversion(&stated, &wallet_to_target(NO_LOTS, Promised::FREE)),
        &[(
            K::SharesDoNotFollowFromNav,
            "shares in 9000.00 are not 9940.00 / 1.2345 = 8051.84",
            "948.16 1170.50",
        )],
    );
}

#[test]
fn shares_that_were_bought_with_more_than_left_the_source_are_in_dispute() {
    let stated = ConversionNumbers {
        shares_out: shares("10000"),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in: money("11000"),
        nav_in: nav("1.2345"),
        shares_in: shares("8910.49"),
        income: SignedMoney::ZERO,
    };
    assert_found(
        &conversion(&stated, &wallet_to_target(&[lot("10000", "0")], Promised::FREE)),
        &[(
            K::AmountDiffers,
            "net in 11000.00 and fees 0.00 are not 10000.00, 10000.00 shares × 1.0000",
            "810.04 1000.00",
        )],
    );
}

/// Of 10,000.00 at a face value of 100 yuan.
fn subscribed(
    interest: &str,
    interest_shares: &str,
    given: &str,
) -> (SubscriptionNumbers, SubscriptionExpected) {
    let numbers = SubscriptionNumbers {
        amount: money("10000"),
        fee: Money::ZERO,
        refund: Money::ZERO,
        interest: money(interest),
        nav: nav("100"),
        shares: shares(given),
        interest_shares: shares(interest_shares),
        finished: true,
    };
    let expected = SubscriptionExpected {
        order: whole("10000".parse().unwrap()),
        fee: Promised::FREE,
        most_interest: Some(money("1")),
        face: nav("100"),
        rounding: ShareRounding::HalfUp,
    };
    (numbers, expected)
}

#[test]
fn interest_may_be_too_little_for_a_share() {
    let (numbers, expected) = subscribed("0.40", "0", "100");
    assert_found(&subscription(&numbers, &expected), &[]);
}

#[test]
fn no_more_shares_are_disputed_for_interest_than_there_are() {
    let (numbers, expected) = subscribed("200", "300", "102");
    assert_found(
        &subscription(&numbers, &expected),
        &[
            (
                K::AmountDiffers,
                "interest 200.00 is more than the 1.00 that money on demand can earn",
                "102.00 200.00",
            ),
            (
                K::SharesDoNotFollowFromNav,
                "interest shares 300.00 are not 200.00 / 100.0000 = 2.00",
                "298.00 29800.00",
            ),
        ],
    );
}

fn line(size: &str, gross: &str, fee: &str) -> LotNumbers {
    LotNumbers { shares: shares(size), gross: money(gross), fee: money(fee) }
}

/// Of two lots that are worth the same to the fen, out of 201.00 shares at 0.0100; leaving the first costs 0.10.
fn two_lots(fee: &str, lots: Vec<LotNumbers>) -> Vec<Finding> {
    let stated = RedemptionNumbers {
        shares: shares("200.01"),
        nav: nav("0.01"),
        gross: money("2.00"),
        fee: money(fee),
        back_end_fee: Money::ZERO,
        income: "0".parse().unwrap(),
        payout: money("2.00").minus(money(fee)).unwrap(),
        lots,
    };
    let terms = [lot("100", "0.1"), lot("100.01", "0")];
    let expected = RedemptionExpected {
        asked: shares("201"),
        lots: &terms,
        nav: Some(nav("0.01")),
        income: Some("0".parse().unwrap()),
    };
    redemption(&stated, &expected)
}

#[test]
fn a_line_has_the_shares_of_its_lot_and_there_is_none_beside() {
    let [first, second] = [line("100", "1.00", "0.10"), line("100.01", "1.00", "0")];
    assert_found(&two_lots("0.10", vec![first, second]), &[]);
    let swapped = [line("100.01", "1.00", "0.10"), line("100", "1.00", "0")];
    assert_found(
        &two_lots("0.10", swapped.to_vec()),
        &[(K::AmountDiffers, "line 1 of 2 is not what its lot gives", "0.00 0.00")],
    );
    assert_found(
        &two_lots("0.10", vec![first, second, line("0", "0", "0")]),
        &[(K::AmountDiffers, "3 lines of lots do not make up the whole", "0.00 0.00")],
    );
}

#[test]
fn lines_that_make_up_a_wrong_fee_are_not_reported_besides() {
    let lines = vec![line("100", "1.00", "0.50"), line("100.01", "1.00", "0")];
    assert_found(
        &two_lots("0.50", lines),
        &[(K::FeeDiffersFromPromise, "fee 0.50 is not the promised 0.10", "0.00 0.40")],
    );
}

#[test]
fn of_many_lines_twenty_are_shown() {
    let [finding] = &two_lots("0.10", vec![line("8", "0.08", "0"); 25])[..] else { panic!("one") };
    assert_eq!((finding.ours.len(), finding.theirs.len()), (2, 20));
}
