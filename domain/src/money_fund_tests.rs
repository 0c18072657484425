use super::*;
use proptest::prelude::*;

const WEEK: [&str; 7] = ["0.4012", "0.3987", "0.3991", "0.3991", "0.3991", "0.4105", "0.4020"];

fn week(text: [&str; 7]) -> [PerTenThousand; 7] {
    text.map(|it| it.parse().unwrap())
}

fn earned(shares: &str, per_10k: &str, unit: IncomeUnit) -> String {
    income(shares.parse().unwrap(), per_10k.parse().unwrap(), unit).unwrap().to_string()
}

#[test]
fn golden_incomes_are_truncated_never_rounded_up() {
    let rows = [
        ("10000.00", "0.4012", "0.4000", "0.4012"),
        ("123.45", "0.4012", "0.0000", "0.0049"),
        ("24.90", "0.4012", "0.0000", "0.0009"),
        ("1000000.00", "0.4012", "40.1200", "40.1200"),
        ("10000.00", "-0.1299", "-0.1200", "-0.1299"),
    ];
    for (shares, per_10k, fen, hundredths) in rows {
        assert_eq!(earned(shares, per_10k, IncomeUnit::Fen), fen, "{shares}");
        assert_eq!(earned(shares, per_10k, IncomeUnit::HundredthOfFen), hundredths, "{shares}");
    }
}

#[test]
fn golden_yields() {
    let rows = [
        (WEEK, "1.465", "1.476"),
        (["0"; 7], "0.000", "0.000"),
        (["-0.1"; 7], "-0.365", "-0.364"),
        (["1"; 7], "3.650", "3.717"),
    ];
    for (per_10k, simple, compound) in rows {
        let percent = |method| seven_day_yield(&week(per_10k), method).unwrap().to_string();
        assert_eq!(percent(YieldMethod::Simple), simple);
        assert_eq!(percent(YieldMethod::Compound), compound);
    }
    assert_eq!(YieldMethod::from(Carry::Daily), YieldMethod::Compound);
}

// 1.47581259354584193128599304237417888489780326386643365284700, computed with 60 digits.
#[test]
fn the_compound_yield_is_right_to_twenty_digits() {
    let percent = compound(&week(WEEK)).unwrap();

    assert_eq!(percent.round_dp(20).to_string(), "1.47581259354584193129");
}

#[test]
fn yields_of_the_widest_incomes_still_have_a_value() {
    for per_10k in ["999.99999", "-999.99999"] {
        let all = week([per_10k; 7]);
        assert!(seven_day_yield(&all, YieldMethod::Simple).is_ok(), "{per_10k}");
        let root = seventh_root(power(Decimal::new(19, 1), 1).unwrap()).unwrap();
        assert_eq!(power(root, 7).unwrap().round_dp(24), Decimal::new(19, 1).round_dp(24));
    }
    let low = seven_day_yield(&week(["-999.99999"; 7]), YieldMethod::Compound).unwrap();
    assert_eq!(low.to_string(), "-100.000");
}

#[test]
fn leaving_altogether_settles_all_unpaid_income() {
    let left = |unpaid: &str| {
        let it = exit("5000.00".parse().unwrap(), unpaid.parse().unwrap()).unwrap();
        format!("{} {} {}", it.payout, it.income, it.left_to_fund)
    };
    assert_eq!(left("12.3456"), "5012.34 12.3400 0.0056");
    assert_eq!(left("-0.50"), "4999.50 -0.5000 0.0000");
}

#[test]
fn shares_earn_from_the_next_working_day_until_the_day_before_the_next_working_day() {
    let calendar = TradingCalendar::xshg().unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    // T, first day that earns when bought on T, last day that earns when redeemed on T.
    let rows = [
        ("2026-03-04", "2026-03-05", "2026-03-04"),
        ("2026-03-06", "2026-03-09", "2026-03-08"),
        ("2026-02-13", "2026-02-24", "2026-02-23"),
        ("2026-09-30", "2026-10-08", "2026-10-07"),
    ];
    for (t, from, until) in rows {
        let t = calendar.day(day(t)).unwrap();
        assert_eq!(earns_from(&calendar, t), Ok(day(from)), "{t}");
        assert_eq!(earns_until(&calendar, t), Ok(day(until)), "{t}");
    }
}

#[test]
fn income_is_carried_when_the_exchange_is_open() {
    let calendar = TradingCalendar::xshg().unwrap();
    let booked = |carry: Carry, day: &str| {
        carry.booked_on(&calendar, day.parse().unwrap()).unwrap().to_string()
    };
    let monthly = Carry::Monthly { on_day: 15 };
    let rows = [
        (Carry::Daily, "2026-03-05", "2026-03-05"),
        (Carry::Daily, "2026-03-07", "2026-03-09"),
        (Carry::Daily, "2026-02-14", "2026-02-24"),
        (monthly, "2026-03-05", "2026-03-16"),
        (monthly, "2026-04-15", "2026-04-15"),
        (monthly, "2026-04-16", "2026-05-15"),
        (Carry::Monthly { on_day: 31 }, "2026-04-16", "2026-04-30"),
    ];
    for (carry, day, expected) in rows {
        assert_eq!(booked(carry, day), expected, "{carry:?} {day}");
    }
}

proptest! {
    #[test]
    fn truncated_income_never_adds_up_to_more_than_the_fund_earned(
        holders in prop::collection::vec(1..1_000_000_000_u64, 1..20),
        per_10k in 0..200_000_u64,
    ) {
        let decimal = |number: u64, scale| Decimal::from_i128_with_scale(i128::from(number), scale);
        let rate = PerTenThousand::new(decimal(per_10k, 5)).unwrap();
        let of = |cents: u64| {
            let shares = Shares::new(decimal(cents, 2)).unwrap();
            income(shares, rate, IncomeUnit::Fen).unwrap().decimal()
        };
        let single: Decimal = holders.iter().map(|cents| of(*cents)).sum();

        prop_assert!(single <= of(holders.iter().sum()));
    }

    #[test]
    fn a_seventh_root_to_the_seventh_is_where_it_came_from(value in 400_000_u64..2_000_000) {
        let value = Decimal::from_i128_with_scale(i128::from(value), 6);
        let back = power(seventh_root(value).unwrap(), 7).unwrap();

        prop_assert!((back - value).abs() < Decimal::new(1, 24));
    }
}

#[test]
fn a_month_of_income_ends_with_its_day_or_with_the_last_day_of_a_shorter_month() {
    let ends = |carry: Carry, day: &str| carry.ends_on(day.parse().unwrap());
    let monthly = Carry::Monthly { on_day: 31 };
    let found = ["2026-02-27", "2026-02-28", "2026-03-30", "2026-03-31"].map(|d| ends(monthly, d));

    assert_eq!(found, [false, true, false, true]);
    assert!(ends(Carry::Daily, "2026-02-14"), "a Saturday ends a day like any other");
}

#[test]
fn a_day_s_income_is_explained_with_the_unit_that_it_is_truncated_to() {
    let explained = |unit, income: &str| {
        let (shares, per_10k) = ("123.45".parse().unwrap(), "0.4012".parse().unwrap());
        explain_income(shares, per_10k, unit, income.parse().unwrap())
    };
    assert_eq!(
        explained(IncomeUnit::HundredthOfFen, "0.0049"),
        [
            "income = 123.45 × 0.4012 / 10000 = 0.0049 (to 0.0001, truncated; the rest stays with the fund)"
        ]
    );
    assert_eq!(
        explained(IncomeUnit::Fen, "0"),
        [
            "income = 123.45 × 0.4012 / 10000 = 0.00 (to 0.01, truncated; the rest stays with the fund)"
        ]
    );
}

#[test]
fn a_yield_is_explained_by_its_method() {
    let explained = |method| {
        let percent = seven_day_yield(&week(["1"; 7]), method).unwrap();
        explain_yield(&week(["1"; 7]), method, percent)
    };
    let sum = ["1.0000"; 7].join(" + ");
    assert_eq!(
        explained(YieldMethod::Simple),
        [format!("seven-day yield = ({sum}) / 7 × 365 / 10000 = 3.650% (to 0.001%, half up)")]
    );
    let grown = ["1.0000"; 7].join(" / 10000) × (1 + ");
    assert_eq!(
        explained(YieldMethod::Compound),
        [format!(
            "seven-day yield = ((1 + {grown} / 10000)) ^ (365/7) - 1 = 3.717% (to 0.001%, half up)"
        )]
    );
}
