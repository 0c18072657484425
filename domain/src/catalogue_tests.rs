//! Which terms are in force on a day, and what cannot be true of a fund's terms.

use super::Catalogue;
use crate::{
    admission::fixture::{cap, closed, target, wallet},
    fees::{
        self, ShareClass,
        discount::{DiscountRule, DiscountSource},
        regime::Regimes,
    },
    fund::{ConversionPair, FundKind, FundTerms, Raising},
    ids::FundCode,
    status::Stops,
};
use chrono::NaiveDate;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code(text: &str) -> FundCode {
    text.parse().unwrap()
}

/// A hybrid fund whose terms contradict nothing.
fn sound() -> FundTerms {
    let mut terms = target();
    terms.fees.redemption = serde_json::from_str(
        r#"[{"from_days": 0, "rate": "0.015"}, {"from_days": 7, "rate": "0.0075"},
            {"from_days": 30, "rate": "0.005"}, {"from_days": 180, "rate": "0"}]"#,
    )
    .unwrap();
    terms
}

fn from(terms: FundTerms, version: &str, day: &str) -> FundTerms {
    FundTerms { version: version.parse().unwrap(), effective_from: date(day), ..terms }
}

/// What is wrong with these funds, in the words of a file's reader.
fn found(terms: Vec<FundTerms>) -> Vec<String> {
    let found = Catalogue::new(terms).err().unwrap_or_default();
    found.iter().map(|it| format!("{} {}: {it}", it.fund, it.version)).collect()
}

/// The same of the hybrid fund with that change, without naming it.
fn of_target(change: impl FnOnce(&mut FundTerms)) -> Vec<String> {
    let mut terms = sound();
    change(&mut terms);
    let all = found(vec![wallet(), terms]);
    all.iter().map(|it| it.trim_start_matches("011162 t-1: ").to_owned()).collect()
}

/// The same of the money fund.
fn of_wallet(change: impl FnOnce(&mut FundTerms)) -> Vec<String> {
    let mut terms = wallet();
    change(&mut terms);
    let all = found(vec![terms, sound()]);
    all.iter().map(|it| it.trim_start_matches("000730 w-1: ").to_owned()).collect()
}

#[test]
fn in_force_are_the_latest_terms_that_do_not_start_after_the_day() {
    let (first, second) = (sound(), from(sound(), "t-2", "2022-03-01"));
    let catalogue = Catalogue::new(vec![second.clone(), wallet(), first.clone()]).unwrap();
    let on = |day: &str| catalogue.on(first.code, date(day)).map(|it| it.version.to_string());
    assert_eq!(on("2021-01-31"), None);
    assert_eq!(on("2021-02-01").as_deref(), Some("t-1"));
    assert_eq!(on("2022-02-28").as_deref(), Some("t-1"));
    assert_eq!(on("2022-03-01").as_deref(), Some("t-2"));

    let history: Vec<_> = catalogue.history(first.code).iter().map(|it| (**it).clone()).collect();
    assert_eq!(history, [first.clone(), second.clone()], "the oldest first");
    assert!(catalogue.history(code("999999")).is_empty());
    let version = |tag: &str| catalogue.version(&tag.parse().unwrap());
    assert_eq!(version("t-2").as_deref(), Some(&second));
    assert_eq!(version("t-3"), None);
    assert_eq!(catalogue.codes().collect::<Vec<_>>(), [code("000730"), first.code]);
}

#[test]
fn a_version_names_one_fund_s_terms_of_one_day_and_every_contradiction_is_found_at_once() {
    let again = from(sound(), "t-2", "2021-02-01");
    let twice = from(sound(), "w-1", "2023-01-01");
    assert_eq!(
        found(vec![wallet(), sound(), again, twice]),
        [
            "011162 t-2: effective_from is 2021-02-01: terms t-1 start on that day already",
            "011162 w-1: version is w-1: used once in a catalogue",
        ]
    );
}

#[test]
fn shares_are_converted_into_another_fund_of_the_same_registrar_that_is_named_once() {
    let pairs = |into: &[&str]| {
        let pair = wallet().conversions[0].clone();
        let pair = |target: &&str| ConversionPair { target: code(target), ..pair.clone() };
        into.iter().map(pair).collect::<Vec<_>>()
    };
    let into = |targets: &[&str]| of_wallet(|it| it.conversions = pairs(targets));
    assert_eq!(into(&["011162"]), [""; 0]);
    assert_eq!(
        into(&["011162", "999999", "011162", "000730"]),
        [
            "conversions[1].target is 999999: a fund of this catalogue",
            "conversions[2].target is 011162: named once",
            "conversions[3].target is 000730: another fund, not a share class of the same",
        ]
    );
    let elsewhere = of_target(|it| it.registrar = "06".parse().unwrap());
    assert_eq!(
        elsewhere,
        ["000730 w-1: conversions[0].target is 011162: a fund of registrar own; \
          shares of two registrars are not converted"]
    );
}

#[test]
fn days_that_come_after_t_have_their_bounds() {
    let lags = |confirm: u8, payout: u8| {
        of_target(|it| (it.confirm_lag, it.payout_lag) = (confirm, payout))
    };
    assert_eq!(lags(1, 1), [""; 0]);
    assert_eq!(lags(3, 7), [""; 0]);
    let confirm = |lag| format!("confirm_lag is {lag}: 1 to 3 trading days after T");
    let payout = |lag| format!("payout_lag is {lag}: 1 to 7 trading days after T");
    assert_eq!(lags(0, 0), [confirm(0), payout(0)]);
    assert_eq!(lags(4, 8), [confirm(4), payout(8)]);
}

#[test]
fn no_period_ends_before_it_begins_and_none_may_last_one_day_only() {
    let rule = |id: &str, until: &str| DiscountRule {
        id: id.parse().unwrap(),
        source: DiscountSource::Campaign,
        multiplier: "0.1".parse().unwrap(),
        floor: None,
        from: date("2026-02-13"),
        until: Some(date(until)),
        channel: None,
        businesses: vec![],
    };
    let periods = |last: &str, founded: &str| {
        of_target(|it| {
            it.closures = vec![closed("2026-02-13", last, Stops::Everything)];
            it.discounts = vec![rule("one", last), rule("two", last)];
            let mut notice = cap("1000", vec![]);
            (notice.from, notice.through) = (date("2026-02-13"), Some(date(last)));
            it.limits.large_purchases = vec![notice];
            it.raising = Some(Raising {
                from: date("2026-02-13"),
                through: date(last),
                cut_off: None,
                founded_on: Some(date(founded)),
            });
        })
    };
    assert_eq!(periods("2026-02-13", "2026-02-14"), [""; 0]);
    let later = |key: &str| format!("{key} is 2026-02-12: 2026-02-13 or later");
    assert_eq!(
        periods("2026-02-12", "2026-02-12"),
        [
            later("closures[0].through"),
            later("discounts[0].until"),
            later("discounts[1].until"),
            later("limits.large_purchases[0].through"),
            later("raising.through"),
            "raising.founded_on is 2026-02-12: after 2026-02-12".to_owned(),
        ]
    );
    let same = of_target(|it| {
        it.discounts = ["one", "two", "one"].map(|id| rule(id, "2026-02-13")).to_vec();
    });
    assert_eq!(same, ["discounts[2].id is one: used once in these terms"]);
}

#[test]
fn a_money_fund_takes_nothing_for_buying_or_leaving() {
    let charged = of_wallet(|it| {
        it.fees.purchase =
            serde_json::from_str(r#"[{"from": "0", "rate": "0"}, {"from": "100", "fixed": "2"}]"#)
                .unwrap();
        it.fees.subscription = serde_json::from_str(r#"[{"from": "0", "rate": "0.001"}]"#).unwrap();
        it.fees.redemption = serde_json::from_str(
            r#"[{"from_days": 0, "rate": "0.01"}, {"from_days": 7, "rate": "0"}]"#,
        )
        .unwrap();
        it.fees.back_end = serde_json::from_str(r#"[{"from_days": 0, "rate": "0.02"}]"#).unwrap();
    });
    let bought = "0 for a money-market fund, whose shares cost nothing to buy";
    let left = "0 for a money-market fund, whose shares leave for nothing";
    let found: Vec<_> = charged.iter().filter(|it| it.contains("money-market")).collect();
    assert_eq!(
        found,
        [
            &format!("fees.purchase[1].fixed is 2.00: {bought}"),
            &format!("fees.subscription[0].rate is 0.00100000: {bought}"),
            &format!("fees.redemption[0].rate is 0.01000000: {left}"),
            &format!("fees.back_end[0].rate is 0.02000000: {left}"),
        ]
    );
}

#[test]
fn holidays_abroad_are_weekdays_in_ascending_order_and_a_money_fund_has_none() {
    let days = |days: &[&str]| days.iter().map(|day| date(day)).collect::<Vec<_>>();
    let listed = |all: &[&str]| of_target(|it| it.foreign_holidays = days(all));
    assert_eq!(listed(&["2026-02-13", "2026-02-16"]), [""; 0]);
    let weekend = "a day from Monday to Friday; the weekend is never counted";
    assert_eq!(
        listed(&["2026-02-14", "2026-02-15", "2026-02-16", "2026-02-16", "2026-02-13"]),
        [
            format!("foreign_holidays[0] is 2026-02-14: {weekend}"),
            format!("foreign_holidays[1] is 2026-02-15: {weekend}"),
            "foreign_holidays[3] is 2026-02-16: a day after 2026-02-16, the one above".to_owned(),
            "foreign_holidays[4] is 2026-02-13: a day after 2026-02-16, the one above".to_owned(),
        ]
    );
    assert_eq!(
        of_wallet(|it| it.foreign_holidays = days(&["2026-02-13"])),
        ["foreign_holidays is 1 days: none for a money-market fund"]
    );
}

#[test]
fn the_most_of_an_order_is_never_below_the_least() {
    let most = |max: &str| {
        of_target(|it| {
            for limits in [&mut it.limits.individual, &mut it.limits.institution] {
                limits.first_min = "10".parse().unwrap();
                limits.additional_min = "100".parse().unwrap();
                (limits.order_max, limits.conversion_in_max) = (max.parse().ok(), max.parse().ok());
            }
        })
    };
    assert_eq!(most("100"), [""; 0]);
    let below = |key: &str| format!("limits.{key} is 99.99: 100.00 (the minimum) or more");
    assert_eq!(
        most("99.99"),
        [
            "individual.order_max",
            "individual.conversion_in_max",
            "institution.order_max",
            "institution.conversion_in_max"
        ]
        .map(below)
    );
}

/// The rules of the day on which the terms start, and of no other.
#[test]
fn fees_keep_to_the_rules_that_are_in_force_when_the_terms_start() {
    let since = |day: Option<&str>| {
        of_target(|it| {
            it.fees.redemption =
                serde_json::from_str(r#"[{"from_days": 0, "rate": "0"}]"#).unwrap();
            it.effective_from = day.map_or(it.effective_from, date);
        })
    };
    let free = since(None);
    assert!(!free.is_empty(), "leaving at once costs something");
    for found in &free {
        assert!(found.starts_with("fees.redemption rate from "), "{found}");
        assert!(found.contains(" allows no less than "), "{found}");
    }
    let regimes = Regimes::published().unwrap();
    let first = regimes.in_force(sound().effective_from).unwrap().version.to_string();
    assert!(free.iter().all(|found| found.contains(&first)), "{free:?}");
    assert_eq!(since(Some("2000-01-01")), [""; 0], "no rule was in force");
}

#[test]
fn fees_are_of_a_kind_that_the_fund_can_have() {
    use fees::FundKind as F;
    let all = [
        F::MoneyMarket,
        F::Bond,
        F::CertificateOfDeposit,
        F::Index,
        F::Etf,
        F::ActiveEquity,
        F::OtherHybrid,
    ];
    let rows = [
        (FundKind::Money, vec![F::MoneyMarket]),
        (FundKind::Bond, vec![F::Bond, F::CertificateOfDeposit]),
        (FundKind::Index, vec![F::Index, F::Etf]),
        (FundKind::Hybrid, vec![F::ActiveEquity, F::OtherHybrid]),
        (FundKind::Equity, vec![F::ActiveEquity]),
        (FundKind::Qdii, all[1..].to_vec()),
        (FundKind::Fof, all[1..].to_vec()),
    ];
    for (kind, allowed) in rows {
        for of_fees in all {
            let found = of_target(|it| (it.kind, it.fees.fund_kind) = (kind, of_fees));
            let refused = found.iter().any(|it| it.starts_with("fees.fund_kind is "));
            assert_eq!(refused, !allowed.contains(&of_fees), "{kind} {of_fees:?}: {found:?}");
        }
    }
}

/// A class of its own is another fund's code with the same master, and no target of a conversion.
#[test]
fn another_share_class_is_no_target() {
    let mut class_c = sound();
    class_c.code = code("011163");
    class_c.fees.share_class = ShareClass::C;
    let class_c = from(class_c, "c-1", "2021-02-01");
    let mut class_a = sound();
    let pair = ConversionPair { target: class_c.code, ..wallet().conversions[0].clone() };
    class_a.conversions = vec![pair];
    assert_eq!(
        found(vec![wallet(), class_a, class_c]),
        [
            "011162 t-1: conversions[0].target is 011163: another fund, not a share class of the same"
        ]
    );
}
