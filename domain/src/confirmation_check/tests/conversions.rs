//! Conversions: the golden ones, and a row for each difference.

use super::*;
use crate::money::Rate;

pub(super) const NO_LOTS: &[LotTerms] = &[];

pub(super) fn lot(size: &str, rate: &str) -> LotTerms {
    LotTerms { shares: shares(size), rate: rate.parse().unwrap(), put_off: None }
}

/// Money-fund shares into an equity fund at 1.2345, top-up free.
fn wallet() -> ConversionNumbers {
    ConversionNumbers {
        shares_out: shares("10000"),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in: money("10000"),
        nav_in: nav("1.2345"),
        shares_in: shares("8100.45"),
        income: "0".parse().unwrap(),
    }
}

fn free(lots: &[LotTerms], topup: Promised) -> ConversionExpected<'_> {
    ConversionExpected {
        asked: shares("10000"),
        lots,
        leaving_target: Rate::ZERO,
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
fn a_conversion_that_adds_up_is_no_case() {
    let lots = [lot("10000", "0")];
    let with_topup = ConversionNumbers {
        topup_fee: money("147.78"),
        net_in: money("9852.22"),
        shares_in: shares("7980.74"),
        ..wallet()
    };
    let part = ConversionNumbers {
        shares_out: shares("6000"),
        net_in: money("6000"),
        shares_in: shares("4860.27"),
        ..wallet()
    };
    let none = ConversionNumbers {
        shares_out: Shares::ZERO,
        net_in: Money::ZERO,
        shares_in: Shares::ZERO,
        ..wallet()
    };
    assert_found(&conversion(&wallet(), &free(&lots, Promised::FREE)), &[]);
    assert_found(&conversion(&with_topup, &free(&lots, rate("0.015"))), &[]);
    assert_found(&conversion(&with_topup, &free(NO_LOTS, Promised::Unsaid)), &[]);
    assert_found(&conversion(&part, &free(&lots, Promised::FREE)), &[]);
    assert_found(&conversion(&none, &free(&lots, Promised::FREE)), &[]);

    let bond_lots = [lot("20000", "0.001")];
    let bond = ConversionNumbers {
        shares_out: shares("20000"),
        nav_out: nav("1.0523"),
        redemption_fee: money("21.05"),
        topup_fee: money("143.85"),
        net_in: money("20881.10"),
        shares_in: shares("16914.62"),
        ..wallet()
    };
    let expected = ConversionExpected {
        asked: shares("20000"),
        nav_out: Some(nav("1.0523")),
        ..free(&bond_lots, Promised::Fee(money("143.85")))
    };
    assert_found(&conversion(&bond, &expected), &[]);
}

/// 10,000.00 less 0.20 buy 8,100.28 shares at 1.2345, and 0.20 more are money beside them.
#[test]
fn income_that_is_owed_comes_off_what_buys_the_target_and_income_that_is_paid_does_not_add_to_it() {
    let lots = [lot("10000", "0")];
    let with = |income: &str, net_in: &str, shares_in: &str| ConversionNumbers {
        income: income.parse().unwrap(),
        net_in: money(net_in),
        shares_in: shares(shares_in),
        ..wallet()
    };
    let found = |it: ConversionNumbers| conversion(&it, &free(&lots, Promised::FREE));
    assert_found(&found(with("-0.20", "9999.80", "8100.28")), &[]);
    assert_found(&found(with("0.20", "10000", "8100.45")), &[]);
    assert_found(
        &found(with("-0.20", "10000", "8100.45")),
        &[(
            K::AmountDiffers,
            "net in 10000.00 and fees 0.00, with 0.20 of income that was owed, are not 10000.00, \
             10000.00 shares × 1.0000",
            "0.17 0.20",
        )],
    );
    assert_found(
        &found(with("0", "9999.80", "8100.28")),
        &[(
            K::AmountDiffers,
            "net in 9999.80 and fees 0.00 are not 10000.00, 10000.00 shares × 1.0000",
            "0.00 0.20",
        )],
    );
}

#[test]
fn the_fee_for_leaving_is_less_by_what_the_target_takes_where_both_are_differences() {
    let lots = [lot("20000", "0.005")];
    // 0.5 % of 24,690.00 is 123.45, and leaving the target at once 0.2 % of it: 49.38.
    let stated = ConversionNumbers {
        shares_out: shares("20000"),
        nav_out: nav("1.2345"),
        redemption_fee: money("74.07"),
        net_in: money("24615.93"),
        nav_in: nav("1.0523"),
        shares_in: shares("23392.50"),
        ..wallet()
    };
    let expected = ConversionExpected {
        asked: shares("20000"),
        leaving_target: "0.002".parse().unwrap(),
        nav_out: Some(nav("1.2345")),
        nav_in: Some(nav("1.0523")),
        ..free(&lots, Promised::FREE)
    };
    assert_found(&conversion(&stated, &expected), &[]);
    assert_found(
        &conversion(&stated, &ConversionExpected { leaving_target: Rate::ZERO, ..expected }),
        &[(
            K::FeeDiffersFromPromise,
            "redemption fee 74.07 is not the promised 123.45",
            "46.92 49.38",
        )],
    );
}

/// Of 10,000 shares that are converted without any fee.
fn assert_each_converted(rows: &[(ConversionNumbers, Found)]) {
    let lots = [lot("10000", "0")];
    for (stated, found) in rows {
        assert_found(&conversion(stated, &free(&lots, Promised::FREE)), found);
    }
}

#[test]
fn a_fee_of_a_conversion_that_was_not_promised_is_found_with_its_worth() {
    let it = wallet();
    assert_each_converted(&[
        (
            ConversionNumbers {
                topup_fee: money("14.78"),
                net_in: money("9985.22"),
                shares_in: shares("8088.47"),
                ..it
            },
            &[(
                K::FeeDiffersFromPromise,
                "top-up fee 14.78 is not the promised 0.00",
                "0.00 14.78",
            )],
        ),
        (
            ConversionNumbers {
                redemption_fee: money("50"),
                net_in: money("9950"),
                shares_in: shares("8059.94"),
                ..it
            },
            &[(
                K::FeeDiffersFromPromise,
                "redemption fee 50.00 is not the promised 0.00",
                "0.00 50.00",
            )],
        ),
        (
            ConversionNumbers { back_end_fee: money("1"), net_in: money("9999"), ..it },
            &[(K::FeeDiffersFromPromise, "put-off fee 1.00 is not the promised 0.00", "0.00 1.00")],
        ),
    ]);
}

#[test]
fn shares_and_money_of_a_conversion_that_do_not_follow_from_each_other_are_found() {
    let it = wallet();
    assert_each_converted(&[
        (
            ConversionNumbers {
                shares_out: shares("12000"),
                net_in: money("12000"),
                shares_in: shares("9720.53"),
                ..it
            },
            &[(
                K::SharesExceedAsked,
                "12000.00 shares went out where 10000.00 were asked",
                "1620.08 2000.00",
            )],
        ),
        (
            ConversionNumbers { net_in: money("9000"), shares_in: shares("7290.40"), ..it },
            &[(
                K::AmountDiffers,
                "net in 9000.00 and fees 0.00 are not 10000.00, 10000.00 shares × 1.0000",
                "0.00 1000.00",
            )],
        ),
        (
            ConversionNumbers { shares_in: shares("810045"), ..it },
            &[(
                K::SharesDoNotFollowFromNav,
                "shares in 810045.00 are not 10000.00 / 1.2345 = 8100.45",
                "801944.55 990000.55",
            )],
        ),
        (
            ConversionNumbers { shares_in: Shares::ZERO, ..it },
            &[(K::ZeroShares, "0.00 shares in were given for 10000.00", "0.00 10000.00")],
        ),
    ]);
}

#[test]
fn a_price_of_a_conversion_that_nobody_published_is_found() {
    let it = wallet();
    assert_each_converted(&[
        (
            ConversionNumbers { nav_in: nav("1.2350"), shares_in: shares("8097.17"), ..it },
            &[(
                K::NavDiffersFromPublished,
                "nav in 1.2350 is not the published 1.2345",
                "0.00 4.05",
            )],
        ),
        (
            ConversionNumbers {
                nav_out: nav("1.0100"),
                net_in: money("10100"),
                shares_in: shares("8181.45"),
                ..it
            },
            &[(
                K::NavDiffersFromPublished,
                "nav out 1.0100 is not the published 1.0000",
                "81.00 99.99",
            )],
        ),
    ]);
}

#[test]
fn a_top_up_that_follows_from_a_wrong_fee_for_leaving_is_explained_by_it() {
    let lots = [lot("10000", "0")];
    // 9,950.00 × 1.5 % / 101.5 % = 147.04
    let stated = ConversionNumbers {
        redemption_fee: money("50"),
        topup_fee: money("147.04"),
        net_in: money("9802.96"),
        shares_in: shares("7940.83"),
        ..wallet()
    };
    assert_found(
        &conversion(&stated, &free(&lots, rate("0.015"))),
        &[(
            K::FeeDiffersFromPromise,
            "redemption fee 50.00 is not the promised 0.00",
            "0.00 50.00",
        )],
    );
}

#[test]
fn a_fixed_top_up_fee_is_one_of_the_whole_order() {
    let fixed = || Promised::Charge(Charge::Fixed(money("1000")));
    let stated = |fee: &str, net: &str, bought: &str| ConversionNumbers {
        shares_out: shares("5000"),
        topup_fee: money(fee),
        net_in: money(net),
        shares_in: shares(bought),
        ..wallet()
    };
    let (with, without) = (stated("1000", "4000", "3240.18"), stated("0", "5000", "4050.22"));
    let lots = [lot("5000", "0")];
    let record = |charged: &str, finished| ConversionExpected {
        charged: money(charged),
        finished,
        in_portions: true,
        ..free(&lots, fixed())
    };
    // Whichever of its records charges it, the last one what none has.
    assert_found(&conversion(&with, &record("0", false)), &[]);
    assert_found(&conversion(&without, &record("0", false)), &[]);
    assert_found(&conversion(&without, &record("1000", false)), &[]);
    assert_found(&conversion(&without, &record("1000", true)), &[]);
    assert_found(&conversion(&with, &record("0", true)), &[]);

    let is_wrong = |it, expected| {
        let found = conversion(it, &expected);
        found.iter().any(|it| it.kind == K::FeeDiffersFromPromise)
    };
    assert!(is_wrong(&with, record("1000", false)), "it is charged twice");
    assert!(is_wrong(&without, record("0", true)), "nobody charges it");

    // The bases of the records, which each round by themselves, leave a fen of it open.
    let (fen, more) =
        (stated("1000.01", "3999.99", "3240.17"), stated("1000.02", "3999.98", "3240.17"));
    let alone = ConversionExpected { in_portions: false, ..record("0", true) };
    assert!(!is_wrong(&fen, record("0", false)) && !is_wrong(&fen, record("0", true)));
    assert!(is_wrong(&fen, alone), "it is the only record");
    assert!(is_wrong(&more, record("0", false)) && is_wrong(&more, record("0", true)));
}
