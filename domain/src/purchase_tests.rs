use super::*;
use crate::fees::{Business, schedule::tests::schedule};
use crate::money::Rate;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn charge(text: &str) -> Charge {
    match text.strip_prefix("fixed ") {
        Some(fee) => Charge::Fixed(fee.parse().unwrap()),
        None => Charge::Rate(text.parse().unwrap()),
    }
}

fn bought(gross: &str, rate: &str, nav: &str, rounding: ShareRounding) -> [String; 4] {
    let (gross, nav) = (gross.parse().unwrap(), nav.parse().unwrap());
    let it = price(gross, charge(rate), nav, rounding).unwrap();
    [it.net.to_string(), it.fee.to_string(), it.shares.to_string(), explain::residual(it.residual)]
}

#[test]
fn golden_purchases() {
    let rows = [
        ("10000.00", "0.015", "1.2345", ["9852.22", "147.78", "7980.74", "-0.003530"]),
        ("10000.00", "0.0015", "1.2345", ["9985.02", "14.98", "8088.31", "0.001305"]),
        ("10000.00", "0", "1.2345", ["10000.00", "0.00", "8100.45", "-0.005525"]),
        ("999999.99", "0.015", "1.2345", ["985221.67", "14778.32", "798073.45", "-0.004025"]),
        ("1000000.00", "0.012", "1.2345", ["988142.29", "11857.71", "800439.28", "-0.001160"]),
        ("6000000.00", "fixed 1000", "1.2345", ["5999000.00", "1000.00", "4859457.27", "0.000185"]),
        ("100.00", "0.015", "0.9876", ["98.52", "1.48", "99.76", "-0.002976"]),
        ("1.00", "0.015", "1.2345", ["0.99", "0.01", "0.80", "0.002400"]),
    ];
    for (gross, rate, nav, expected) in rows {
        assert_eq!(bought(gross, rate, nav, ShareRounding::HalfUp), expected, "{gross} at {rate}");
    }
    assert_eq!(
        bought("10000.00", "0.015", "1.2345", ShareRounding::Truncate),
        ["9852.22", "147.78", "7980.73", "0.008815"]
    );
}

#[test]
fn the_fee_falls_at_the_edge_of_a_tier() {
    let schedule = schedule("");
    let priced = |gross: &str| {
        let gross: Amount = gross.parse().unwrap();
        let charge = schedule.tiers_for(Business::Purchase).unwrap().at(gross.into()).charge;
        price(gross, charge, "1.2345".parse().unwrap(), ShareRounding::HalfUp).unwrap()
    };
    assert_eq!(priced("999999.99").fee, "14778.32".parse().unwrap());
    assert_eq!(priced("1000000.00").fee, "11857.71".parse().unwrap());
    assert_eq!(
        priced("6000000").explain(),
        [
            "fee = 1000.00 per order",
            "net = 6000000.00 - 1000.00 = 5999000.00",
            "shares = 5999000.00 / 1.2345 = 4859457.27 (to 0.01, half up)",
            "residual = 5999000.00 - 4859457.27 × 1.2345 = 0.000185, left to the fund's assets",
        ]
    );
}

#[test]
fn interest_of_the_raising_period_becomes_shares_at_face_value() {
    let subscribed = subscribe(
        "10000".parse().unwrap(),
        charge("0.012"),
        "3.17".parse().unwrap(),
        Nav::ONE,
        ShareRounding::HalfUp,
    )
    .unwrap();

    assert_eq!(subscribed.net, "9881.42".parse().unwrap());
    assert_eq!(subscribed.fee, "118.58".parse().unwrap());
    assert_eq!(subscribed.shares, "9884.59".parse().unwrap());
    assert_eq!(subscribed.residual, "0".parse().unwrap());
    assert_eq!(subscribed.explain()[2], "with interest = 9881.42 + 3.17 = 9884.59");
}

#[test]
fn what_cannot_be_priced_says_why() {
    let refused = |gross: &str, rate: &str, nav: &str| {
        let (gross, nav) = (gross.parse().unwrap(), nav.parse().unwrap());
        price(gross, charge(rate), nav, ShareRounding::HalfUp).unwrap_err().to_string()
    };
    assert_eq!(
        refused("1000", "fixed 1000", "1"),
        "fee 1000.00 is not below the amount 1000.00; at this fee the smallest amount that works is 1000.01"
    );
    assert_eq!(
        refused("0.01", "0", "9"),
        "net amount 0.01 buys no share at 9.00000000; it must buy at least 0.01"
    );
    assert_eq!(
        refused("99999999999999.99", "0", "0.5"),
        "shares computed from 99999999999999.99 + 0.00 at 0.50000000 leaves its range of \
         0 to 99999999999999.99"
    );
}

fn decimal(number: u64, scale: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(number), scale)
}

proptest! {
    #[test]
    fn no_money_is_made_or_lost(
        fen in 100..1_000_000_000_000_u64,
        rate in 0..=5_000_000_u64,
        nav in 10_000_000..2_000_000_000_u64,
        truncate: bool,
    ) {
        let gross = Amount::new(decimal(fen, 2)).unwrap();
        let nav = Nav::new(decimal(nav, 8)).unwrap();
        let rounding = if truncate { ShareRounding::Truncate } else { ShareRounding::HalfUp };
        let charge = Charge::Rate(Rate::new(decimal(rate, 8)).unwrap());
        let Ok(it) = price(gross, charge, nav, rounding) else { return Ok(()) };

        prop_assert_eq!(it.net.plus(it.fee), Some(Money::from(gross)));
        let worth = it.shares.decimal() * nav.decimal();
        prop_assert_eq!(worth + it.residual.decimal(), it.net.decimal());
        let cent_of_shares = nav.decimal() * Decimal::new(1, 2);
        if truncate {
            prop_assert!(!it.residual.decimal().is_sign_negative());
            prop_assert!(it.residual.decimal() < cent_of_shares);
        } else {
            prop_assert!(it.residual.decimal().abs() * Decimal::TWO <= cent_of_shares);
        }
    }

    #[test]
    fn within_a_tier_more_money_never_pays_less(fen in 1_000..99_999_999_u64, more in 0..1_000_000_u64, rate in 0..=5_000_000_u64) {
        let charge = Charge::Rate(Rate::new(decimal(rate, 8)).unwrap());
        let fee = |fen| split(Amount::new(decimal(fen, 2)).unwrap(), charge).unwrap().1;

        prop_assert!(fee(fen) <= fee(fen + more));
    }
}
