//! The target's own order on a later T than was promised: next day it was to be 2026-02-24, and it is of 02-25.

use super::{
    again::readmit,
    fixture::*,
    target::{OnItsOwnT, readmit_target},
    *,
};
use crate::{fund::ProductRisk, limits::ExcessPolicy};
use ConversionMode as Mode;

fn day(text: &str) -> TradingDay {
    TradingDay::recorded(text.parse().unwrap())
}

fn promised(a: &Admission, mode: Mode) -> Admitted {
    admit(&Admission { mode: Some(mode), ..a.clone() }).unwrap()
}

fn moved(a: &Admission, t: &str) -> OnItsOwnT {
    OnItsOwnT {
        trade_date: day(t),
        amount: a.amount,
        ordered: a.amount,
        investor: a.investor.id.clone(),
        wallet_fund: a.wallet_fund.clone(),
        target_fund: a.target_fund.clone(),
        used: DayTally::default(),
        calendar: a.calendar.clone(),
    }
}

fn fund(changed: &mut Arc<FundTerms>, change: impl FnOnce(&mut FundTerms)) {
    change(Arc::make_mut(changed));
}

/// Both funds have a cap, so that both days of both funds are counted.
fn capped() -> Admission {
    let mut a = request();
    for changed in [&mut a.wallet_fund, &mut a.target_fund] {
        fund(changed, |it| it.limits.large_purchases.push(cap("50000", vec![])));
    }
    a
}

/// As published anew: dearer above 5,000 yuan, cheaper from 9,000 on, half of it for who converts.
fn published_anew(again: &mut OnItsOwnT) {
    fund(&mut again.wallet_fund, |it| {
        (it.version, it.confirm_lag) = ("w-2".parse().unwrap(), 2);
        it.conversions[0].topup_discount = "0.5".parse().unwrap();
        it.conversions[0].rule = "half".parse().unwrap();
    });
    fund(&mut again.target_fund, |it| {
        (it.version, it.risk) = ("t-2".parse().unwrap(), ProductRisk::R2);
        it.fees.version = "t-2".parse().unwrap();
        it.fees.purchase = serde_json::from_str(
            r#"[{"from":"0","rate":"0.010"},{"from":"5000","rate":"0.012"},{"from":"9000","rate":"0.008"}]"#,
        )
        .unwrap();
    });
}

#[test]
fn everything_that_depends_on_the_day_is_that_of_the_later_t() {
    let a = capped();
    let was = promised(&a, Mode::NextDay);
    assert_eq!((was.nav_date, was.counted.len()), (day("2026-02-24"), 2));
    let mut again = moved(&a, "2026-02-25");
    published_anew(&mut again);
    // 1,000 of the 8,000 of the day are used, and what fits is accepted.
    fund(&mut again.target_fund, |it| {
        it.limits.large_purchases = vec![cap("8000", vec![])];
        it.limits.large_purchases[0].day_max.on_excess = ExcessPolicy::AcceptUpToLimit;
    });
    again.used = DayTally::after("1000".parse().unwrap());

    let is = readmit_target(&was, &again).unwrap();
    assert_eq!(is.target_accepted, "7000".parse().ok());
    assert_eq!((is.nav_date, is.confirm_by), (day("2026-02-25"), day("2026-02-27")));
    assert_eq!((is.wallet_terms.as_str(), is.target_terms.as_str()), ("w-2", "t-2"));
    assert_eq!(is.fee_schedule.as_str(), "t-2");
    assert_eq!(is.published_rate, "0.012".parse().unwrap(), "of what is accepted");
    assert_eq!(is.charge, Charge::Rate("0.006".parse().unwrap()));
    assert_eq!((is.discount.to_string(), is.discount_rule.as_str()), ("0.5000".into(), "half"));
    let tiers = is.tiers.clone().unwrap();
    assert_eq!(tiers.at("4999".parse().unwrap()).charge, Charge::Rate("0.005".parse().unwrap()));
    assert_eq!(is.suitability[1].product, ProductRisk::R2);
    let counted = is.counted.iter().map(|key| format!("{} {}", key.master, key.day));
    assert_eq!(counted.collect::<Vec<_>>(), ["000730 2026-02-13", "011162 2026-02-25"]);

    let unchanged = Admitted {
        nav_date: was.nav_date,
        confirm_by: was.confirm_by,
        wallet_terms: was.wallet_terms.clone(),
        target_terms: was.target_terms.clone(),
        fee_schedule: was.fee_schedule.clone(),
        published_rate: was.published_rate,
        charge: was.charge,
        tiers: was.tiers.clone(),
        discount: was.discount,
        discount_rule: was.discount_rule.clone(),
        suitability: was.suitability.clone(),
        target_accepted: was.target_accepted,
        counted: was.counted.clone(),
        ..is
    };
    assert_eq!(unchanged, was, "and nothing else is");
}

#[test]
fn what_is_bought_for_money_leaves_the_money_fund_s_terms_and_its_days_as_they_were() {
    let a = request();
    let was = promised(&a, Mode::RedeemToPurchase);
    let mut again = moved(&a, "2026-02-26");
    published_anew(&mut again);
    fund(&mut again.target_fund, |it| {
        it.fees.purchase = serde_json::from_str(r#"[{"from":"0","fixed":"10"}]"#).unwrap();
    });
    let is = readmit_target(&was, &again).unwrap();
    assert_eq!((is.wallet_terms.as_str(), is.target_terms.as_str()), ("w-1", "t-2"));
    assert_eq!(is.confirm_by, day("2026-02-27"));
    assert_eq!(is.charge, Charge::Fixed("10".parse().unwrap()));
    assert_eq!(is.published_rate, Rate::ZERO, "a fixed fee has none");
    assert_eq!(is.tiers, None);
}

#[test]
fn on_the_t_that_was_promised_the_investor_is_not_judged_again() {
    let a = with_investor(|it| {
        (it.id_valid_until, it.questionnaire_valid_until) =
            ("2026-02-13".parse().unwrap(), "2026-02-13".parse().unwrap());
    });
    let was = promised(&a, Mode::NextDay);
    let judged = |t: &str, change: fn(&mut FundTerms)| {
        let mut again = moved(&a, t);
        fund(&mut again.target_fund, change);
        readmit_target(&was, &again).map(|it| it.suitability).map_err(|no| no.to_string())
    };
    let riskier = |it: &mut FundTerms| it.risk = ProductRisk::R5;
    assert_eq!(judged("2026-02-24", riskier), Ok(was.suitability.clone()));
    assert_eq!(
        judged("2026-02-25", |_| ()).unwrap_err(),
        "the identity document is valid until 2026-02-13, and the order's T is 2026-02-25 by now"
    );
}

/// 50 yuan are left of the 10,000 that were ordered.
#[test]
fn minima_are_of_what_was_ordered_and_maxima_of_what_goes_in() {
    let a = request();
    let was = promised(&a, Mode::NextDay);
    let said = |ordered: &str, amount: &str, change: fn(&mut OnItsOwnT)| {
        let mut again = moved(&a, "2026-02-25");
        (again.ordered, again.amount) = (ordered.parse().unwrap(), amount.parse().unwrap());
        change(&mut again);
        readmit_target(&was, &again).map(|it| it.target_accepted).map_err(|no| no.to_string())
    };
    let pair_of_100 = |again: &mut OnItsOwnT| {
        fund(&mut again.wallet_fund, |it| it.conversions[0].shares_min = "100".parse().unwrap());
    };
    assert_eq!(said("10000", "50", pair_of_100), Ok(None));
    assert_eq!(
        said("50", "50", |_| ()).unwrap_err(),
        "amount 50.00 is below the minimum of 100.00 for fund 011162"
    );
    assert!(said("99.99", "99.99", pair_of_100).is_err());
    let most = |again: &mut OnItsOwnT| {
        fund(&mut again.target_fund, |it| {
            it.limits.individual.conversion_in_max = "9000".parse().ok();
        });
    };
    assert_eq!(said("10000", "9000", most), Ok(None));
    assert_eq!(
        said("10000", "9000.01", most).unwrap_err(),
        "amount 9000.01 is above 9000.00, the most of fund 011162 in one order"
    );
}

#[test]
fn what_would_fit_of_the_later_day_is_named_only_where_that_would_be_taken() {
    let a = request();
    let was = promised(&a, Mode::NextDay);
    let said = |change: fn(&mut OnItsOwnT)| {
        let mut again = moved(&a, "2026-02-25");
        fund(&mut again.target_fund, |it| it.limits.large_purchases = vec![cap("8000", vec![])]);
        change(&mut again);
        readmit_target(&was, &again).unwrap_err().to_string()
    };
    let refused = "amount 10000.00 after 0.00 on 2026-02-25 is above 8000.00, the most of fund \
                   011162 in a day";
    assert_eq!(said(|_| ()), format!("{refused}; 8000.00 would fit (notice: large purchases)"));
    // Of what is accepted too little is left for the pair of funds.
    let too_little = said(|again| {
        fund(&mut again.target_fund, |it| {
            it.limits.large_purchases[0].day_max.on_excess = ExcessPolicy::AcceptUpToLimit;
        });
        fund(&mut again.wallet_fund, |it| {
            it.conversions[0].shares_min = "8000.01".parse().unwrap();
        });
    });
    assert!(too_little.contains("8000.00") && too_little.contains("8000.01"), "{too_little}");
}

/// Asked for on the eve, after the cut-off: the papers are valid on the day of the request, and not on T.
#[test]
fn papers_count_again_only_on_a_later_t_than_was_promised() {
    let eve = "2026-02-12".parse().unwrap();
    let a = Admission {
        at: "2026-02-12T20:00:00+08:00".parse().unwrap(),
        ..with_investor(|it| (it.id_valid_until, it.questionnaire_valid_until) = (eve, eve))
    };
    let was = admit(&a).unwrap();
    assert_eq!(was.trade_date, day("2026-02-13"));
    let on = |t: &str| readmit(&was, &again(&a, t), was.mode).map(|it| it.suitability);
    assert_eq!(on("2026-02-13"), Ok(was.suitability.clone()));
    assert!(matches!(on("2026-02-24"), Err(Refusal::IdentityEnds { .. })));
}

/// Half a share is free, and the fund lets none or one be left.
#[test]
fn shares_that_were_held_and_what_stays_are_asked_for_where_the_mode_is_another() {
    let half = Admission { balance: held("0.50", "0"), ..request() };
    let enough = Admission { balance: held("10000", "0"), ..request() };
    let turned = |a: &Admission, before: Mode, now: Mode| {
        let was = Admitted { mode: before, ..admit(&request()).unwrap() };
        readmit(&was, &again(a, "2026-02-24"), now).map(|it| it.mode)
    };
    for before in [Mode::NextDay, Mode::RedeemToPurchase] {
        let no = turned(&half, before, Mode::Held);
        assert!(matches!(no, Err(Refusal::NotEnoughHeld { .. })), "{before:?}: {no:?}");
        assert_eq!(turned(&enough, before, Mode::Held), Ok(Mode::Held));
    }
    // They are its own reservation.
    assert_eq!(turned(&half, Mode::Held, Mode::Held), Ok(Mode::Held));
    let no = turned(&half, Mode::NextDay, Mode::RedeemToPurchase);
    assert!(matches!(no, Err(Refusal::LeavesTooFew { .. })), "{no:?}");
    let same = turned(&half, Mode::RedeemToPurchase, Mode::RedeemToPurchase);
    assert_eq!(same, Ok(Mode::RedeemToPurchase));
    assert_eq!(turned(&half, Mode::NextDay, Mode::LinkedSameDay), Ok(Mode::LinkedSameDay));
}

#[test]
fn what_would_fit_on_a_later_t_is_named() {
    let a = with_target(|it| it.limits.large_purchases.push(cap("12000", vec![])));
    let was = admit(&a).unwrap();
    let mut again = again(&a, "2026-02-24");
    again.used = used("2026-02-24", DayTally::after("5000".parse().unwrap()));
    let refused = readmit(&was, &again, was.mode).unwrap_err().to_string();
    assert!(refused.contains("; 7000.00 would fit"), "{refused}");
}
