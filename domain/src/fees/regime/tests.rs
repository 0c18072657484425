//! What is lawful on which date, row by row of the published rules.

use super::*;
use crate::fees::{schedule::tests::schedule, tiers::DaysTiers};

fn regime(on: &str) -> Regime {
    let on = on.parse().unwrap();
    Regimes::published().unwrap().in_force(on).unwrap().clone()
}

fn who(kind: FundKind, customer_type: CustomerType, service_fee: bool) -> FeeSubject {
    FeeSubject { kind, customer_type, service_fee }
}

fn said(on: &str, schedule: &FeeSchedule) -> Vec<String> {
    let breaches = regime(on).check(schedule).err().unwrap_or_default();
    breaches.iter().map(ToString::to_string).collect()
}

fn redemption(rows: &[(u32, &str)]) -> DaysTiers {
    let rows: Vec<_> = rows.iter().map(|(days, rate)| (*days, rate.parse().unwrap())).collect();
    DaysTiers::below(&rows).unwrap()
}

#[test]
fn the_regime_of_a_date_is_the_last_one_that_began() {
    let regimes = Regimes::published().unwrap();
    let on = |date: &str| {
        regimes.in_force(date.parse().unwrap()).map(|regime| regime.version.to_string())
    };
    assert_eq!(on("2013-05-31"), None);
    assert_eq!(on("2025-12-31").as_deref(), Some("csrc-2013"));
    assert_eq!(on("2026-01-01").as_deref(), Some("csrc-2026"));
}

#[test]
fn an_old_schedule_is_lawful_until_the_new_rules_name_field_value_and_limit() {
    assert_eq!(said("2021-02-01", &schedule("")), Vec::<String>::new());
    assert_eq!(
        said("2026-01-01", &schedule("")),
        [
            "redemption rate from 7 days of schedule 011162-a-2021 is 0.00750000; csrc-2026 \
             allows no less than 0.01000000 below 30 days",
            "purchase charge from 0.00 of schedule 011162-a-2021 is 0.01500000; csrc-2026 \
             allows no more than 0.00800000 of the amount",
            "purchase charge from 1000000.00 of schedule 011162-a-2021 is 0.01200000; csrc-2026 \
             allows no more than 0.00800000 of the amount",
            "purchase charge from 3000000.00 of schedule 011162-a-2021 is 0.01000000; csrc-2026 \
             allows no more than 0.00800000 of the amount",
        ]
    );
}

#[test]
fn exceptions_of_the_new_rules_depend_on_fund_holder_and_days() {
    let seven = redemption(&[(7, "0.015")]);
    let thirty = redemption(&[(7, "0.015"), (30, "0.01")]);
    let lawful = |kind, customer, redemption: &DaysTiers| {
        let schedule = FeeSchedule {
            fund_kind: kind,
            customer_type: Some(customer),
            redemption: redemption.clone(),
            purchase: serde_json::from_str(r#"[{"from":"0","rate":"0.003"}]"#).unwrap(),
            ..schedule("")
        };
        regime("2026-01-01").check(&schedule).is_ok()
    };
    let (person, company) = (CustomerType::Individual, CustomerType::Institution);
    assert!(lawful(FundKind::Bond, person, &seven));
    assert!(!lawful(FundKind::Bond, company, &seven));
    assert!(lawful(FundKind::Bond, company, &thirty));
    assert!(lawful(FundKind::Index, person, &seven));
    assert!(!lawful(FundKind::Index, company, &thirty));
    assert!(!lawful(FundKind::ActiveEquity, person, &thirty));
    let none = DaysTiers::flat(Rate::ZERO);
    assert!(!lawful(FundKind::Bond, person, &none));
    assert!(lawful(FundKind::Etf, company, &none));
    assert!(lawful(FundKind::MoneyMarket, company, &none));
}

#[test]
fn the_funds_part_of_a_fee_grows_smaller_with_time_and_is_all_of_it_since_2026() {
    let equity = who(FundKind::ActiveEquity, CustomerType::Individual, false);
    let with_service_fee = FeeSubject { service_fee: true, ..equity };
    let rows = [
        (0, "1"),
        (6, "1"),
        (7, "1"),
        (29, "1"),
        (30, "0.75"),
        (89, "0.75"),
        (90, "0.5"),
        (179, "0.5"),
        (180, "0.25"),
        (4000, "0.25"),
    ];
    for (days, part) in rows {
        assert_eq!(regime("2021-02-01").fund_part(equity, days), part.parse().unwrap());
        assert_eq!(regime("2026-02-13").fund_part(equity, days), "1".parse().unwrap());
    }
    assert_eq!(regime("2021-02-01").fund_part(with_service_fee, 29), "1".parse().unwrap());
}

#[test]
fn a_fixed_fee_is_judged_by_the_smallest_amount_that_pays_it() {
    let priced = |tiers: &str| FeeSchedule {
        fund_kind: FundKind::Bond,
        purchase: serde_json::from_str(tiers).unwrap(),
        ..schedule("")
    };
    let far = priced(r#"[{"from":"0","rate":"0.003"},{"from":"5000000","fixed":"1000"}]"#);
    let near = priced(r#"[{"from":"0","fixed":"1000"}]"#);
    let caps = |it: &FeeSchedule| {
        said("2026-01-01", it).iter().filter(|line| line.starts_with("purchase")).count()
    };
    assert_eq!(caps(&far), 0);
    assert_eq!(caps(&near), 1);
}

#[test]
fn a_tier_that_begins_inside_a_row_is_judged_as_well_as_the_one_at_its_start() {
    let lowered = FeeSchedule {
        purchase: serde_json::from_str(r#"[{"from":"0","rate":"0.008"}]"#).unwrap(),
        redemption: redemption(&[(7, "0.015"), (20, "0.01"), (30, "0.005"), (180, "0.005")]),
        ..schedule("")
    };
    assert_eq!(
        said("2026-01-01", &lowered),
        ["redemption rate from 20 days of schedule 011162-a-2021 is 0.00500000; csrc-2026 allows \
          no less than 0.01000000 below 30 days"]
    );
}

#[test]
fn what_is_charged_may_reach_its_cap_and_no_more() {
    let bond = |service_fee: &str, fixed: &str| {
        let rows =
            format!(r#"[{{"from":"0","rate":"0.003"}},{{"from":"1000000","fixed":"{fixed}"}}]"#);
        let schedule = FeeSchedule {
            fund_kind: FundKind::Bond,
            customer_type: Some(CustomerType::Individual),
            purchase: serde_json::from_str(&rows).unwrap(),
            service_fee: service_fee.parse().unwrap(),
            ..schedule("")
        };
        said("2026-01-01", &schedule)
    };
    assert_eq!(bond("0.002", "3000.00"), Vec::<String>::new());
    assert_eq!(bond("0.001", "2999.99"), Vec::<String>::new());
    assert_eq!(
        bond("0.00200001", "3000.01"),
        [
            "purchase charge from 1000000.00 of schedule 011162-a-2021 is 3000.01 yuan per order; \
             csrc-2026 allows no more than 0.00300000 of the amount",
            "service_fee of schedule 011162-a-2021 is 0.00200001; csrc-2026 allows no more than \
             0.00200000 a year",
        ]
    );
}
