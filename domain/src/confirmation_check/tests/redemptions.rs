//! Redemptions: the golden ones, and a row for each difference.

use super::{
    conversions::{NO_LOTS, lot},
    *,
};

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
    let line = |fee| LotNumbers { shares: shares("1000"), gross: money("1500"), fee: money(fee) };
    let with = |fee| RedemptionNumbers { lots: vec![line(fee)], ..stated.clone() };
    assert_found(&redemption(&with("18"), &expected), &[]);
    assert_found(
        &redemption(&with("0"), &expected),
        &[(K::AmountDiffers, "line 1 of 1 is not what its lot gives", "0.00 0.00")],
    );
    assert_found(
        &redemption(&spared, &expected),
        &[(K::FeeDiffersFromPromise, "put-off fee 0.00 is not the promised 18.00", "0.00 18.00")],
    );
}

/// Asserts the figures of the three lots.
fn assert_each_redeemed(rows: &[(RedemptionNumbers, Found)]) {
    let lots = three_lots();
    for (stated, found) in rows {
        assert_found(&redemption(stated, &leaving(&lots)), found);
    }
}

fn without_lines() -> RedemptionNumbers {
    RedemptionNumbers { lots: vec![], ..redeemed() }
}

#[test]
fn money_of_a_redemption_that_does_not_add_up_is_found_with_its_worth() {
    assert_each_redeemed(&[
        (
            RedemptionNumbers { fee: money("42.47"), payout: money("7800.13"), ..without_lines() },
            &[(K::FeeDiffersFromPromise, "fee 42.47 is not the promised 34.30", "0.00 8.17")],
        ),
        (
            RedemptionNumbers { payout: money("7842.60"), ..redeemed() },
            &[(
                K::AmountDiffers,
                "payout 7842.60 is not 7808.30, gross less fees and with income",
                "0.00 34.30",
            )],
        ),
        (
            RedemptionNumbers {
                gross: money("7842.61"),
                payout: money("7808.31"),
                ..without_lines()
            },
            &[(K::AmountDiffers, "gross 7842.61 is not 7842.60, shares × nav", "0.00 0.01")],
        ),
        (
            RedemptionNumbers {
                income: "1.50".parse().unwrap(),
                payout: money("7809.80"),
                ..redeemed()
            },
            &[(
                K::AmountDiffers,
                "settled income 1.50 is not 0.00, as it stands in our books",
                "0.00 1.50",
            )],
        ),
    ]);
}

#[test]
fn more_shares_than_were_asked_for_and_a_price_that_nobody_published_are_found() {
    assert_each_redeemed(&[
        (
            RedemptionNumbers {
                shares: shares("6100"),
                gross: money("7973.31"),
                payout: money("7939.01"),
                ..without_lines()
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
                ..without_lines()
            },
            &[(K::NavDiffersFromPublished, "nav 1.3072 is not the published 1.3071", "0.00 0.60")],
        ),
    ]);
}

#[test]
fn lines_of_lots_that_are_not_those_of_the_lots_are_found() {
    let swapped = || {
        let mut stated = redeemed();
        (stated.lots[1].fee, stated.lots[2].fee) = (money("24.50"), money("9.80"));
        stated
    };
    let shifted = || {
        let mut stated = redeemed();
        (stated.lots[0].gross, stated.lots[1].gross) = (money("3921.29"), money("3268.48"));
        stated
    };
    let short = || RedemptionNumbers { lots: redeemed().lots[..2].to_vec(), ..redeemed() };
    assert_each_redeemed(&[
        (swapped(), &[(K::AmountDiffers, "line 2 of 3 is not what its lot gives", "0.00 0.00")]),
        (shifted(), &[(K::AmountDiffers, "line 1 of 3 is not what its lot gives", "0.00 0.00")]),
        (short(), &[(K::AmountDiffers, "2 lines of lots do not make up the whole", "0.00 0.00")]),
    ]);
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
