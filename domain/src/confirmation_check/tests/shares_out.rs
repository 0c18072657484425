//! Conversions and redemptions: the golden ones, and a row for each difference.

use super::*;
use crate::money::Rate;

const NO_LOTS: &[LotTerms] = &[];

fn lot(size: &str, rate: &str) -> LotTerms {
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

#[test]
fn each_difference_in_a_conversion_is_found_with_its_kind_and_worth() {
    let lots = [lot("10000", "0")];
    let it = wallet();
    let rows: [(ConversionNumbers, Found); 9] = [
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
        (
            ConversionNumbers { back_end_fee: money("1"), net_in: money("9999"), ..it },
            &[(K::FeeDiffersFromPromise, "put-off fee 1.00 is not the promised 0.00", "0.00 1.00")],
        ),
    ];
    for (stated, found) in rows {
        assert_found(&conversion(&stated, &free(&lots, Promised::FREE)), found);
    }
}

/// The three lots of 6,000 shares at 1.3071, by the rates before 2026.
fn redeemed() -> RedemptionNumbers {
    let line = |size: &str, gross: &str, fee: &str| LotNumbers {
        shares: shares(size),
        gross: money(gross),
        fee: money(fee),
    };
    RedemptionNumbers {
        shares: shares("6000"),
        nav: nav("1.3071"),
        gross: money("7842.60"),
        fee: money("34.30"),
        back_end_fee: Money::ZERO,
        income: "0".parse().unwrap(),
        payout: money("7808.30"),
        lots: vec![
            line("3000", "3921.30", "0"),
            line("2500.55", "3268.47", "24.51"),
            line("499.45", "652.83", "9.79"),
        ],
    }
}

fn three_lots() -> [LotTerms; 3] {
    [lot("3000", "0"), lot("2500.55", "0.0075"), lot("499.45", "0.015")]
}

fn leaving(lots: &[LotTerms]) -> RedemptionExpected<'_> {
    RedemptionExpected {
        asked: shares("6000"),
        lots,
        nav: Some(nav("1.3071")),
        income: Some("0".parse().unwrap()),
    }
}

#[test]
fn a_redemption_that_adds_up_is_no_case() {
    let lots = three_lots();
    let it = redeemed();
    assert_found(&redemption(&it, &leaving(&lots)), &[]);
    assert_found(&redemption(&it, &leaving(NO_LOTS)), &[]);
    assert_found(&redemption(&RedemptionNumbers { lots: vec![], ..it }, &leaving(&lots)), &[]);

    let part = RedemptionNumbers {
        shares: shares("3100"),
        gross: money("4052.01"),
        fee: money("0.98"),
        payout: money("4051.03"),
        lots: vec![],
        ..redeemed()
    };
    assert_found(&redemption(&part, &leaving(&lots)), &[]);
}

#[test]
fn a_back_end_class_pays_its_put_off_fee_when_it_leaves() {
    let put_off = PutOff { unit_cost: Nav::ONE, rate: "0.018".parse().unwrap() };
    let lots = [LotTerms { put_off: Some(put_off), ..lot("1000", "0") }];
    let stated = RedemptionNumbers {
        shares: shares("1000"),
        nav: nav("1.5"),
        gross: money("1500"),
        fee: Money::ZERO,
        back_end_fee: money("18"),
        payout: money("1482"),
        lots: vec![],
        ..redeemed()
    };
    let expected = RedemptionExpected { nav: Some(nav("1.5")), ..leaving(&lots) };
    let spared =
        RedemptionNumbers { back_end_fee: Money::ZERO, payout: money("1500"), ..stated.clone() };

    assert_found(&redemption(&stated, &expected), &[]);
    assert_found(
        &redemption(&spared, &expected),
        &[(K::FeeDiffersFromPromise, "put-off fee 0.00 is not the promised 18.00", "0.00 18.00")],
    );
}

#[test]
fn each_difference_in_a_redemption_is_found_with_its_kind_and_worth() {
    let lots = three_lots();
    let it = redeemed;
    let no_lines = || RedemptionNumbers { lots: vec![], ..it() };
    let swapped = || {
        let mut stated = it();
        (stated.lots[1].fee, stated.lots[2].fee) = (money("24.50"), money("9.80"));
        stated
    };
    let shifted = || {
        let mut stated = it();
        (stated.lots[0].gross, stated.lots[1].gross) = (money("3921.29"), money("3268.48"));
        stated
    };
    let short = || RedemptionNumbers { lots: it().lots[..2].to_vec(), ..it() };
    let rows: [(RedemptionNumbers, Found); 9] = [
        (
            RedemptionNumbers { fee: money("42.47"), payout: money("7800.13"), ..no_lines() },
            &[(K::FeeDiffersFromPromise, "fee 42.47 is not the promised 34.30", "0.00 8.17")],
        ),
        (
            RedemptionNumbers { payout: money("7842.60"), ..it() },
            &[(
                K::AmountDiffers,
                "payout 7842.60 is not 7808.30, gross less fees and with income",
                "0.00 34.30",
            )],
        ),
        (
            RedemptionNumbers { gross: money("7842.61"), payout: money("7808.31"), ..no_lines() },
            &[(K::AmountDiffers, "gross 7842.61 is not 7842.60, shares × nav", "0.00 0.01")],
        ),
        (
            RedemptionNumbers { income: "1.50".parse().unwrap(), payout: money("7809.80"), ..it() },
            &[(
                K::AmountDiffers,
                "settled income 1.50 is not 0.00, as it stands in our books",
                "0.00 1.50",
            )],
        ),
        (
            RedemptionNumbers {
                shares: shares("6100"),
                gross: money("7973.31"),
                payout: money("7939.01"),
                ..no_lines()
            },
            &[(
                K::SharesExceedAsked,
                "6100.00 shares went out where 6000.00 were asked",
                "100.00 130.71",
            )],
        ),
        (
            RedemptionNumbers {
                nav: nav("1.3072"),
                gross: money("7843.20"),
                payout: money("7808.90"),
                ..no_lines()
            },
            &[(K::NavDiffersFromPublished, "nav 1.3072 is not the published 1.3071", "0.00 0.60")],
        ),
        (swapped(), &[(K::AmountDiffers, "line 2 of 3 is not what its lot gives", "0.00 0.00")]),
        (shifted(), &[(K::AmountDiffers, "line 1 of 3 is not what its lot gives", "0.00 0.00")]),
        (short(), &[(K::AmountDiffers, "2 lines of lots do not make up the whole", "0.00 0.00")]),
    ];
    for (stated, found) in rows {
        assert_found(&redemption(&stated, &leaving(&lots)), found);
    }
}

#[test]
fn lines_of_lots_make_up_the_whole_even_where_no_fee_was_promised() {
    let mut stated = redeemed();
    stated.lots[1].fee = money("24.50");

    assert_found(
        &redemption(&stated, &leaving(NO_LOTS)),
        &[(K::AmountDiffers, "3 lines of lots do not make up the whole", "0.00 0.00")],
    );
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
