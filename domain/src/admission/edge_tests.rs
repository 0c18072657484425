//! The least that is enough, and one fen or share less.

use super::{
    buying::{self, Buying, Way},
    checks,
    fixture::{closed, held, request, target, with_target, with_wallet},
    least_tests::tiers,
    leaving,
    leaving_tests::converting,
    *,
};
use crate::status::Stops;

#[test]
fn the_least_amount_of_a_fund_is_enough() {
    let least = |min: &str| {
        let min = min.parse().unwrap();
        admit(&with_target(|fund| fund.limits.individual.first_min = min))
    };
    assert!(least("10000").is_ok());
    assert!(matches!(least("10000.01"), Err(Refusal::BelowMinimum { .. })));
}

#[test]
fn the_least_shares_of_a_conversion_are_enough() {
    let least = |min: &str| {
        let min = min.parse().unwrap();
        let a = with_wallet(|fund| fund.conversions[0].shares_min = min);
        admit(&Admission { mode: Some(ConversionMode::LinkedSameDay), ..a })
    };
    assert!(least("10000").is_ok(), "{:?}", least("10000"));
    assert!(matches!(least("10000.01"), Err(Refusal::BelowConversionMinimum { .. })));
}

#[test]
fn the_least_shares_into_another_fund_are_enough() {
    let least = |min: &str| {
        let mut a = converting();
        Arc::make_mut(&mut a.fund).conversions[0].shares_min = min.parse().unwrap();
        leaving::admit(&a)
    };
    assert!(least("6000").is_ok(), "{:?}", least("6000"));
    assert!(matches!(least("6000.01"), Err(leaving::Refusal::BelowPairMinimum { .. })));
}

/// Its reason is the fund's notice of what was asked for, and not of the other direction.
#[test]
fn a_closure_of_the_other_direction_is_no_reason() {
    let mut fund = target();
    let day = "2026-02-13".parse().unwrap();
    let notice = |fund: &FundTerms, stops: Stops| checks::notice(fund, day, stops);
    fund.closures = vec![closed("2026-02-13", "2026-02-13", Stops::Redemption)];
    assert_eq!(notice(&fund, Stops::Purchase), None);
    assert!(notice(&fund, Stops::Redemption).is_some());
    fund.closures = vec![closed("2026-02-13", "2026-02-13", Stops::Everything)];
    assert!(notice(&fund, Stops::Purchase).is_some() && notice(&fund, Stops::Redemption).is_some());
}

/// From 100.00 on the fee is another one, and eats that up as well.
#[test]
fn the_smallest_amount_that_works_is_judged_by_the_tier_that_it_is_in() {
    let dear = r#"[{"from": "0", "fixed": "99.99"}, {"from": "100", "fixed": "1000"}]"#;
    let a = with_target(|fund| {
        fund.fees.purchase = tiers(dear);
        fund.limits.individual.first_min = "1".parse().unwrap();
    });
    let refused = buying::admit(&Buying {
        way: Way::Purchase,
        amount: "50".parse().unwrap(),
        at: a.at,
        investor: a.investor,
        fund: a.target_fund,
        channel: request().channel,
        warning_confirmed: None,
        used: DayTally::default(),
        calendar: a.calendar,
    });
    let Err(Refusal::FeeEatsAmount(eats)) = refused else { panic!("{refused:?}") };
    assert_eq!(eats.least, "1000.01".parse().ok());
}

/// All that are free and too few would be left: they go along, or stay with what is frozen.
#[test]
fn what_is_left_with_frozen_shares_is_enough_if_it_is_the_least_that_may_stay() {
    let left = |frozen: &str| {
        let balance = held("10000.50", frozen);
        held::held(&Admission { balance, mode: Some(ConversionMode::Held), ..request() })
    };
    assert_eq!(left("0.50").unwrap(), ConversionMode::Held);
    assert!(matches!(left("0.49"), Err(Refusal::LeavesTooFew { .. })), "{:?}", left("0.49"));
}

#[test]
fn a_mode_that_says_no_more_than_that_it_does_not_work_is_no_reason() {
    let unavailable = Refusal::ModeUnavailable {
        asked: Some(ConversionMode::Held),
        possible: Vec::new(),
        why_none: Vec::new(),
    };
    let tried = |why: &str| vec![(ConversionMode::LinkedSameDay, Err(why.to_owned()))];
    assert_eq!(unavailable.clone().offering(|| tried("")), unavailable);
    assert_ne!(unavailable.clone().offering(|| tried("closed")), unavailable);
}
