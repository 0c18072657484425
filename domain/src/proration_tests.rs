use super::*;
use proptest::prelude::*;

fn orders() -> Vec<Amount> {
    ["700000.00", "600000.00", "33333.33"].map(|it| it.parse().unwrap()).to_vec()
}

fn confirmed(cap: &str, remainder: Remainder) -> (Vec<String>, String) {
    let it = purchases(cap.parse().unwrap(), &orders(), remainder).unwrap();
    (it.parts.iter().map(|part| part.confirmed.to_string()).collect(), it.unallocated.to_string())
}

#[test]
fn a_capped_day_is_shared_out_in_proportion() {
    let it = purchases("1000000.00".parse().unwrap(), &orders(), Remainder::Unallocated).unwrap();

    assert_eq!(it.ratio.to_string(), "0.75000000");
    let refunds: Vec<_> = it.parts.iter().map(|part| part.refund.to_string()).collect();
    assert_eq!(refunds, ["175000.00", "150000.00", "8333.34"]);
    let parts = ["525000.00", "450000.00", "24999.99"].map(String::from).to_vec();
    assert_eq!(confirmed("1000000.00", Remainder::Unallocated), (parts, "0.01".into()));
    let parts = ["525000.00", "450000.00", "25000.00"].map(String::from).to_vec();
    assert_eq!(confirmed("1000000.00", Remainder::ToLast), (parts, "0.00".into()));
    assert_eq!(it.explain()[3], "33333.33 × 0.75000000 → 24999.99 confirmed, 8333.34 refunded");
}

#[test]
fn below_the_cap_everybody_gets_everything() {
    let parts = ["700000.00", "600000.00", "33333.33"].map(String::from).to_vec();
    assert_eq!(confirmed("1333333.33", Remainder::ToLast), (parts, "0.00".into()));
}

#[test]
fn a_last_order_that_asked_for_little_passes_the_difference_on() {
    let amounts = ["9999999999.99", "0.01"].map(|it| it.parse().unwrap());
    let it = purchases("3333333333.33".parse().unwrap(), &amounts, Remainder::ToLast).unwrap();

    let parts: Vec<_> = it.parts.iter().map(|part| part.confirmed.to_string()).collect();
    assert_eq!(parts, ["3333333333.32", "0.01"]);
    assert_eq!(it.unallocated, Money::ZERO);
}

fn day() -> OpenDay {
    OpenDay {
        previous_total: "100000000.00".parse().unwrap(),
        redemptions: "15000000".parse().unwrap(),
        conversions_out: "5000000".parse().unwrap(),
        purchases: "4000000".parse().unwrap(),
        conversions_in: "2000000".parse().unwrap(),
    }
}

fn leave(shares: &str, unmet: Option<Unmet>) -> Exit {
    Exit::Redemption { shares: shares.parse().unwrap(), unmet }
}

#[test]
fn more_than_a_tenth_leaving_is_huge_and_exactly_a_tenth_is_not() {
    assert_eq!(day().net_out().normalize(), Decimal::new(14_000_000, 0));
    assert!(day().is_huge());
    assert_eq!(day().minimum_acceptance(), "10000000.00".parse().unwrap());
    let tenth = OpenDay { redemptions: "11000000".parse().unwrap(), ..day() };
    assert!(!tenth.is_huge());
    let more = OpenDay { redemptions: "11000000.01".parse().unwrap(), ..day() };
    assert!(more.is_huge());
}

fn deferred(rounding: PartRounding) -> Vec<String> {
    let exits = [
        leave("1234.57", None),
        leave("500.00", Some(Unmet::Cancel)),
        leave("14998265.43", Some(Unmet::CarryOver)),
        Exit::Conversion { shares: "5000000".parse().unwrap() },
    ];
    let it = defer(&day(), "10000000".parse().unwrap(), &exits, rounding).unwrap();
    assert_eq!(it.ratio.to_string(), "0.50000000");
    let row = |it: &ExitPart| format!("{} {} {}", it.confirmed, it.carried_over, it.cancelled);
    it.parts.iter().map(row).collect()
}

#[test]
fn a_huge_redemption_is_accepted_in_part_and_the_rest_goes_as_the_order_says() {
    assert_eq!(
        deferred(PartRounding::Truncate),
        [
            "617.28 617.29 0.00",
            "250.00 0.00 250.00",
            "7499132.71 7499132.72 0.00",
            "2500000.00 0.00 2500000.00"
        ]
    );
    assert_eq!(
        deferred(PartRounding::HalfUpToLast),
        [
            "617.29 617.28 0.00",
            "250.00 0.00 250.00",
            "7499132.72 7499132.71 0.00",
            "2499999.99 0.00 2500000.01"
        ]
    );
}

#[test]
fn a_manager_may_not_accept_less_than_a_tenth() {
    let exits = [leave("20000000", None)];
    let refused =
        defer(&day(), "9999999.99".parse().unwrap(), &exits, PartRounding::Truncate).unwrap_err();

    assert_eq!(
        refused.to_string(),
        "9999999.99 shares accepted are below the 10000000.00 that must be accepted"
    );
}

proptest! {
    #[test]
    fn a_cap_is_used_up_to_the_fen_or_missed_by_less_than_a_fen_an_order(
        fen in prop::collection::vec(1..500_000_000_u64, 1..40),
        part in 1..1000_u64,
    ) {
        let decimal = |number: u64| Decimal::from_i128_with_scale(i128::from(number), 2);
        let amounts: Vec<Amount> = fen.iter().map(|it| Amount::new(decimal(*it)).unwrap()).collect();
        let total: u64 = fen.iter().sum();
        let cap = Money::new(decimal((total * part / 1000).max(1))).unwrap();
        let sum = |it: &Proration| it.parts.iter().map(|part| part.confirmed.decimal()).sum::<Decimal>();

        let exact = purchases(cap, &amounts, Remainder::ToLast).unwrap();
        prop_assert_eq!(sum(&exact), cap.decimal());
        let below = purchases(cap, &amounts, Remainder::Unallocated).unwrap();
        prop_assert_eq!(sum(&below) + below.unallocated.decimal(), cap.decimal());
        let by_ratio = decimal(total) * Decimal::new(1, 8);
        let by_orders = Decimal::from(amounts.len()) * Decimal::new(1, 2);
        prop_assert!(below.unallocated.decimal() < by_orders + by_ratio);
        for part in exact.parts.iter().chain(&below.parts) {
            prop_assert_eq!(part.confirmed.plus(part.refund), Some(Money::from(part.requested)));
        }
    }

    #[test]
    fn a_huge_redemption_gives_out_what_was_accepted(
        cents in prop::collection::vec(1..500_000_000_u64, 1..40),
        part in 100..1000_u64,
    ) {
        let shares = |number: u64| Shares::new(Decimal::from_i128_with_scale(i128::from(number), 2)).unwrap();
        let total: u64 = cents.iter().sum();
        let day = OpenDay {
            previous_total: shares(total),
            redemptions: shares(total),
            conversions_out: Shares::ZERO,
            purchases: Shares::ZERO,
            conversions_in: Shares::ZERO,
        };
        let accepted = shares((total * part).div_ceil(1000));
        let exits: Vec<Exit> = cents.iter().map(|it| Exit::Redemption { shares: shares(*it), unmet: None }).collect();
        let sum = |it: &Deferral| it.parts.iter().map(|part| part.confirmed.decimal()).sum::<Decimal>();

        let exact = defer(&day, accepted, &exits, PartRounding::HalfUpToLast).unwrap();
        prop_assert_eq!(sum(&exact), accepted.decimal());
        let below = defer(&day, accepted, &exits, PartRounding::Truncate).unwrap();
        let missing = accepted.decimal() - sum(&below);
        prop_assert!(missing >= Decimal::ZERO);
        prop_assert!(missing < Decimal::from(exits.len()) * Decimal::new(1, 2));
    }
}
