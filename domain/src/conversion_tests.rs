use super::*;
use crate::{
    fees::{ChargeMode, schedule::tests::schedule, tiers::DaysTiers},
    lots::{LotOrder, take, tests::lot},
    redemption::tests::tiers,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

struct Case {
    shares: &'static str,
    nav_out: &'static str,
    nav_in: &'static str,
    leaving: &'static str,
    leaving_target: &'static str,
    rate_out: &'static str,
    charge_in: &'static str,
    discount: &'static str,
    method: Method,
}

const WALLET: Case = Case {
    shares: "10000.00",
    nav_out: "1.0000",
    nav_in: "1.2345",
    leaving: "0",
    leaving_target: "0",
    rate_out: "0",
    charge_in: "0.015",
    discount: "1",
    method: Method::FeeDifference,
};

const BOND: Case =
    Case { shares: "20000.00", nav_out: "1.0523", leaving: "0.001", rate_out: "0.008", ..WALLET };

const EQUITY: Case = Case {
    shares: "20000.00",
    nav_out: "1.2345",
    nav_in: "1.0523",
    leaving: "0.005",
    rate_out: "0.015",
    charge_in: "0.008",
    ..WALLET
};

fn charge(text: &str) -> Charge {
    match text.strip_prefix("fixed ") {
        Some(fee) => Charge::Fixed(fee.parse().unwrap()),
        None => Charge::Rate(text.parse().unwrap()),
    }
}

fn priced(case: &Case) -> Conversion {
    let lots = [lot("L1", "2026-02-01", case.shares)];
    let parcels = take(&lots, case.shares.parse().unwrap(), &LotOrder::Fifo).unwrap();
    let leaving = DaysTiers::flat(case.leaving.parse().unwrap());
    let terms = Terms {
        leaving: redemption::Terms { tiers: &leaving, back_end: None, regime: None },
        buying_source: &AmountTiers::flat(charge(case.rate_out)),
        buying_target: &AmountTiers::flat(charge(case.charge_in)),
        leaving_target: case.leaving_target.parse().unwrap(),
        policy: Policy {
            method: case.method,
            tier_base: TierBase::AfterRedemptionFee,
            topup_discount: case.discount.parse().unwrap(),
            topup_floor: None,
            rounding: ShareRounding::HalfUp,
        },
    };
    let (nav_out, nav_in) = (case.nav_out.parse().unwrap(), case.nav_in.parse().unwrap());
    price(&parcels, nav_out, nav_in, "2026-02-25".parse().unwrap(), terms).unwrap()
}

fn shown(case: &Case) -> String {
    let it = priced(case);
    format!(
        "{} {} | {} {} | {} {} {}",
        it.gross_out, it.redemption_fee, it.fee_in, it.fee_out, it.topup, it.net_in, it.shares_in
    )
}

#[test]
fn golden_conversions() {
    use Method::{FeeDifference as A, RateDifference as B};
    let rows = [
        (WALLET, "1", A, "10000.00 0.00 | 147.78 0.00 | 147.78 9852.22 7980.74"),
        (WALLET, "1", B, "10000.00 0.00 | 147.78 0.00 | 147.78 9852.22 7980.74"),
        (WALLET, "0", A, "10000.00 0.00 | 147.78 0.00 | 0.00 10000.00 8100.45"),
        (WALLET, "0", B, "10000.00 0.00 | 147.78 0.00 | 0.00 10000.00 8100.45"),
        (WALLET, "0.1", A, "10000.00 0.00 | 147.78 0.00 | 14.98 9985.02 8088.31"),
        (WALLET, "0.1", B, "10000.00 0.00 | 147.78 0.00 | 14.98 9985.02 8088.31"),
        (BOND, "1", A, "21046.00 21.05 | 310.71 166.86 | 143.85 20881.10 16914.62"),
        (BOND, "1", B, "21046.00 21.05 | 310.71 166.86 | 146.15 20878.80 16912.76"),
        (EQUITY, "1", A, "24690.00 123.45 | 194.97 363.05 | 0.00 24566.55 23345.58"),
        (EQUITY, "1", B, "24690.00 123.45 | 194.97 363.05 | 0.00 24566.55 23345.58"),
    ];
    for (case, discount, method, expected) in rows {
        assert_eq!(shown(&Case { discount, method, ..case }), expected, "{method:?} {discount}");
    }
}

/// 10,000.00 × 0.0075 / 1.0075 = 74.44, as a purchase at that rate; half of 147.78 would be 73.89. And of a
/// source with a fee: 21,024.95 × 0.0075 / 1.0075 = 156.51 less 21,024.95 × 0.004 / 1.004 = 83.76.
#[test]
fn a_discount_on_the_top_up_is_one_on_the_rates_and_fixed_fees_have_none() {
    use Method::{FeeDifference as A, RateDifference as B};
    let half = |case: Case, method| priced(&Case { discount: "0.5", method, ..case }).topup;
    let money = |text: &str| -> Money { text.parse().unwrap() };
    for method in [A, B] {
        assert_eq!(half(WALLET, method), money("74.44"), "{method:?}");
        let fixed = Case { charge_in: "fixed 1000", shares: "30000.00", ..WALLET };
        assert_eq!(half(fixed, method), money("1000.00"), "{method:?}");
        // Neither is what the source cost lowered: 1000.00 less 31,538.05 × 0.008 / 1.008 = 250.30.
        let fixed = Case { charge_in: "fixed 1000", shares: "30000.00", ..BOND };
        assert_eq!(half(fixed, method), money("749.70"), "{method:?}");
    }
    assert_eq!(half(BOND, A), money("72.75"));
}

/// 40 % of 1.5 % is 0.6 %; the floor holds it at 1 %: 10,000.00 × 0.01 / 1.01 = 99.01.
#[test]
fn a_floor_holds_the_discounted_rate_up() {
    let policy = Policy {
        method: Method::FeeDifference,
        tier_base: TierBase::AfterRedemptionFee,
        topup_discount: "0.4".parse().unwrap(),
        topup_floor: "0.01".parse().ok(),
        rounding: ShareRounding::HalfUp,
    };
    let base = "10000.00".parse().unwrap();
    let topup = policy.topup(base, charge("0.015"), charge("0"));
    assert_eq!(topup, "99.01".parse().ok());
    let never_free = Policy { topup_discount: Discount::FREE, ..policy };
    assert_eq!(never_free.topup(base, charge("0.005"), charge("0")), "49.75".parse().ok());
    assert_eq!(never_free.topup(base, charge("fixed 100"), charge("0")), "100".parse().ok());
}

#[test]
fn both_differences_take_off_what_leaving_the_target_at_once_would_cost() {
    let method = Method::BothDifferences;
    // 0.5 % of 24,690.00 is 123.45; 0.2 % is 49.38; 1.5 % is more than 0.5 %.
    let part = Case { method, leaving_target: "0.002", ..EQUITY };
    let none = Case { method, leaving_target: "0.015", ..EQUITY };

    assert_eq!(priced(&part).redemption_fee, "74.07".parse().unwrap());
    assert_eq!(priced(&none).redemption_fee, Money::ZERO);
    assert_eq!(priced(&none).base, "24690.00".parse().unwrap());
}

/// The same fund twice, so that whatever leaving costs is what leaving the target would cost.
#[test]
fn lots_are_rounded_one_by_one_for_the_fee_and_all_together_for_what_is_converted() {
    let lots = ["100.05", "100.05", "100.05"].map(|shares| lot("L1", "2026-02-20", shares));
    let parcels = take(&lots, "300.15".parse().unwrap(), &LotOrder::Fifo).unwrap();
    let leaving = DaysTiers::flat("0.015".parse().unwrap());
    let flat = AmountTiers::flat(charge("0.015"));
    let priced = |method| {
        let policy = Policy {
            method,
            tier_base: TierBase::AfterRedemptionFee,
            topup_discount: Discount::NONE,
            topup_floor: None,
            rounding: ShareRounding::HalfUp,
        };
        let terms = Terms {
            leaving: redemption::Terms { tiers: &leaving, back_end: None, regime: None },
            buying_source: &flat,
            buying_target: &flat,
            leaving_target: "0.015".parse().unwrap(),
            policy,
        };
        let (nav_out, nav_in) = ("1.0523".parse().unwrap(), Nav::ONE);
        price(&parcels, nav_out, nav_in, "2026-02-25".parse().unwrap(), terms).unwrap()
    };

    // 100.05 × 1.0523 = 105.282615, three times 105.28; 300.15 × 1.0523 = 315.847845.
    let fees = priced(Method::FeeDifference);
    assert_eq!(fees.out.gross, "315.84".parse().unwrap());
    assert_eq!(fees.gross_out, "315.85".parse().unwrap());
    assert_eq!(fees.redemption_fee, "4.74".parse().unwrap(), "three times 1.58");
    let both = priced(Method::BothDifferences);
    assert_eq!(both.redemption_fee, Money::ZERO);
    assert_eq!(both.base, "315.85".parse().unwrap());
}

#[test]
fn a_fixed_fee_in_is_charged_by_the_difference_of_fees_and_is_free_at_discount_zero() {
    let large = Case { shares: "6000000.00", charge_in: "fixed 1000", ..WALLET };
    for method in [Method::FeeDifference, Method::RateDifference, Method::BothDifferences] {
        let full = priced(&Case { method, ..large });
        let free = priced(&Case { method, discount: "0", ..large });

        assert_eq!(full.topup, "1000.00".parse().unwrap());
        assert_eq!(full.shares_in, "4859457.27".parse().unwrap());
        assert_eq!(free.topup, Money::ZERO);
    }
}

#[test]
fn the_tier_is_that_of_the_base_unless_the_contract_says_gross() {
    let source = FeeSchedule { redemption: tiers(&[(365, "0.005")]), ..schedule("") };
    let target = schedule("");
    let shares = "1000000.00";
    let lots = [lot("L1", "2026-02-01", shares)];
    let parcels = take(&lots, shares.parse().unwrap(), &LotOrder::Fifo).unwrap();
    let charge_in = |tier_base| {
        let policy = Policy {
            method: Method::FeeDifference,
            tier_base,
            topup_discount: Discount::NONE,
            topup_floor: None,
            rounding: ShareRounding::HalfUp,
        };
        let terms = Terms::of(&source, &target, None, CustomerType::Individual, policy);
        price(&parcels, Nav::ONE, Nav::ONE, "2026-02-25".parse().unwrap(), terms).unwrap().charge_in
    };
    assert_eq!(charge_in(TierBase::AfterRedemptionFee), charge("0.015"));
    assert_eq!(charge_in(TierBase::GrossOut), charge("0.012"));
}

#[test]
fn front_end_shares_become_front_end_shares_and_back_end_shares_become_either() {
    let front = schedule("");
    let back = FeeSchedule {
        charge_mode: ChargeMode::BackEnd,
        share_class: ShareClass::B,
        back_end: Some(tiers(&[(365, "0.018")])),
        ..schedule("")
    };
    let free = FeeSchedule { charge_mode: ChargeMode::ServiceFee, ..schedule("") };
    let nothing_put_off = FeeSchedule { back_end: None, ..back.clone() };

    assert_eq!(may_convert(&front, &free), Ok(()));
    assert_eq!(may_convert(&free, &front), Ok(()));
    assert_eq!(may_convert(&front, &nothing_put_off), Ok(()));
    assert_eq!(may_convert(&back, &front), Ok(()));
    assert_eq!(may_convert(&back, &back), Ok(()));
    assert_eq!(
        may_convert(&free, &back).unwrap_err().to_string(),
        "class A of 011162 is front-end and class B of 011162 is back-end; front-end shares \
         convert into front-end shares only"
    );
}

#[test]
fn a_conversion_is_explained_step_by_step() {
    assert_eq!(
        priced(&BOND).explain(),
        [
            "lot L1: 20000.00 × 1.0523 = 21046.00, held 24 days, fee at 0.1% = 21.05 \
             (to the fen, half up); 0.00 left",
            "base = 21046.00 - 21.05 = 21024.95",
            "fee in at 1.5% = 310.71, fee out at 0.8% = 166.86",
            "top-up = max(310.71 - 166.86, 0) = 143.85",
            "net in = 21024.95 - 143.85 = 20881.10",
            "shares in = 20881.10 / 1.2345 = 16914.62 (to 0.01, half up)",
            "residual = 20881.10 - 16914.62 × 1.2345 = 0.001610, left to the fund's assets",
        ]
    );
    let by_rates = priced(&Case { method: Method::RateDifference, discount: "0.5", ..BOND });
    assert_eq!(
        by_rates.explain()[2],
        "top-up: d = max(1.5% - 0.8%, 0) × 0.5 = 0.35%; 21024.95 × 0.35% / (1 + 0.35%) = 73.33 \
         (to the fen, half up)"
    );
}

proptest! {
    #[test]
    fn what_goes_out_is_fees_and_what_comes_in(
        cents in 10_000..1_000_000_000_u64,
        nav_out in 10_000_000..500_000_000_u64,
        nav_in in 10_000_000..500_000_000_u64,
        rates in prop::array::uniform4(0..2_000_000_u64),
        discount in 0..=10_000_u64,
        method in prop::sample::select(&[Method::FeeDifference, Method::RateDifference, Method::BothDifferences][..]),
    ) {
        let decimal = |number: u64, scale| Decimal::from_i128_with_scale(i128::from(number), scale);
        let [leaving, leaving_target, out, into] = rates.map(|rate| Rate::new(decimal(rate, 8)).unwrap());
        let parcel = Parcel {
            lot: "L".parse().unwrap(),
            registered_on: "2026-02-01".parse().unwrap(),
            unit_cost: Nav::ONE,
            shares: Shares::new(decimal(cents, 2)).unwrap(),
            left: Shares::ZERO,
        };
        let terms = Terms {
            leaving: redemption::Terms { tiers: &DaysTiers::flat(leaving), back_end: None, regime: None },
            buying_source: &AmountTiers::flat(Charge::Rate(out)),
            buying_target: &AmountTiers::flat(Charge::Rate(into)),
            leaving_target,
            policy: Policy {
                method,
                tier_base: TierBase::AfterRedemptionFee,
                topup_discount: Discount::new(decimal(discount, 4)).unwrap(),
                topup_floor: None,
                rounding: ShareRounding::HalfUp,
            },
        };
        let (nav_out, nav_in) = (Nav::new(decimal(nav_out, 8)).unwrap(), Nav::new(decimal(nav_in, 8)).unwrap());
        let it = price(&[parcel], nav_out, nav_in, "2026-02-25".parse().unwrap(), terms).unwrap();

        let spent = it.net_in.plus(it.topup).and_then(|sum| sum.plus(it.redemption_fee));
        prop_assert_eq!(spent, Some(it.gross_out));
        let worth = it.shares_in.decimal() * nav_in.decimal();
        prop_assert_eq!(worth + it.residual.decimal(), it.net_in.decimal());
        prop_assert!(it.residual.decimal().abs() * Decimal::TWO <= nav_in.decimal() * Decimal::new(1, 2));
    }
}

/// A fixed fee is one of the whole order, and so is the tier: 6,000.00 beside 5,000.00 are above 10,000.
#[test]
fn a_portion_is_charged_by_the_tier_of_the_whole_order() {
    let tiers = |json: &str| serde_json::from_str::<AmountTiers>(json).unwrap();
    let beside = |buying_target: &str, beside: &str| {
        let (leaving, free) = (DaysTiers::flat(Rate::ZERO), AmountTiers::flat(Charge::FREE));
        let target = tiers(buying_target);
        let terms = Terms {
            leaving: redemption::Terms { tiers: &leaving, back_end: None, regime: None },
            buying_source: &free,
            buying_target: &target,
            leaving_target: Rate::ZERO,
            policy: priced(&WALLET).policy,
        };
        let portion = priced(&Case { shares: "6000.00", ..WALLET });
        portion.topup_beside(terms, beside.parse().unwrap())
    };
    let rates = r#"[{"from":"0","rate":"0.015"},{"from":"10000","rate":"0.01"}]"#;
    let of_record = |fee: &str| Some(TopUp::OfRecord(fee.parse().unwrap()));
    assert_eq!(beside(rates, "0"), of_record("88.67"));
    assert_eq!(beside(rates, "3999.99"), of_record("88.67"));
    assert_eq!(beside(rates, "4000"), of_record("59.41"));
    let fixed = r#"[{"from":"0","rate":"0.015"},{"from":"10000","fixed":"100"}]"#;
    assert_eq!(beside(fixed, "5000"), Some(TopUp::OfOrder("100".parse().unwrap())));
    // A policy without a top-up charges nothing, whatever it charged before.
    let half = Policy { topup_floor: "0.01".parse().ok(), ..priced(&WALLET).policy };
    assert!(!half.is_free() && half.without_topup().is_free());
    assert_eq!(half.without_topup().method, half.method);
}

/// 33.33 of 100.00 is lowered to 10.00: 3.333 belong to the fund, 3.33 to the fen.
#[test]
fn the_funds_part_of_a_lowered_fee_is_in_the_same_proportion_and_never_more_than_the_fee() {
    let part = |part: &str, lowered: &str, full: &str| {
        let [part, lowered, full] = [part, lowered, full].map(|it| it.parse::<Money>().unwrap());
        scaled(part, lowered, full).to_string()
    };
    assert_eq!(part("33.33", "10", "100"), "3.33");
    assert_eq!(part("33.35", "10", "100"), "3.34", "half up");
    assert_eq!(part("33.33", "100", "100"), "33.33");
    assert_eq!(part("100", "10", "100"), "10.00");
    assert_eq!(part("0", "0", "100"), "0.00");
}
