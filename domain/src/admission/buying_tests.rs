use super::buying::{Admitted, Again, Buying, Way, admit, agree, readmit};
use super::fixture::{BEFORE_CUT_OFF, cap, closed, investor, target};
use super::*;
use crate::{
    fund::Raising,
    limits::ExcessPolicy,
    status::{FundStatus, Stops},
};
use std::collections::BTreeSet;

/// 10,000 yuan of the hybrid fund, in time for the last trading day before the Spring Festival.
fn buying() -> Buying {
    Buying {
        way: Way::Purchase,
        amount: "10000".parse().unwrap(),
        at: BEFORE_CUT_OFF.parse().unwrap(),
        investor: investor(),
        fund: Arc::new(target()),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        used: DayTally::default(),
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
    }
}

fn with_fund(change: impl FnOnce(&mut FundTerms)) -> Buying {
    let mut fund = target();
    change(&mut fund);
    Buying { fund: Arc::new(fund), ..buying() }
}

/// Raised from the 2nd to the 27th of February, until five in the afternoon, founded on 4 March.
fn raised(fund: &mut FundTerms) {
    fund.status = FundStatus::Raising;
    fund.raising = Some(Raising {
        from: "2026-02-02".parse().unwrap(),
        through: "2026-02-27".parse().unwrap(),
        cut_off: "17:00:00".parse().ok(),
        founded_on: "2026-03-04".parse().ok(),
    });
    fund.fees.subscription = serde_json::from_str(r#"[{"from":"0","rate":"0.012"}]"#).unwrap();
}

fn subscribing() -> Buying {
    Buying { way: Way::Subscription, ..with_fund(raised) }
}

/// What no discount purchase is refused for.
pub(super) fn refused_by_amount_alone() -> Vec<(Refusal, &'static str)> {
    let subscription = Buying { way: Way::Subscription, ..buying() };
    let unpriced = Buying {
        way: Way::Subscription,
        ..with_fund(|fund| {
            raised(fund);
            fund.fees.subscription = None;
        })
    };
    vec![
        (
            admit(&subscription).unwrap_err(),
            "fund 011162 takes no subscriptions on 2026-02-13: open",
        ),
        (
            admit(&unpriced).unwrap_err(),
            "fund 011162 cannot price this order: schedule t-1 has no subscription table; it cannot price a subscription",
        ),
    ]
}

fn days(admitted: &Admitted) -> [String; 2] {
    [admitted.trade_date.to_string(), admitted.confirm_by.to_string()]
}

#[test]
fn a_purchase_pins_t_charge_and_terms() {
    let admitted = admit(&buying()).unwrap();

    assert_eq!(days(&admitted), ["2026-02-13", "2026-02-24"]);
    assert_eq!(admitted.charge, Charge::Rate("0.015".parse().unwrap()));
    assert_eq!(
        (admitted.founded_by, admitted.accepted, admitted.counted.clone()),
        (None, None, None)
    );
    let json = serde_json::to_string(&admitted).unwrap();
    assert_eq!(serde_json::from_str::<Admitted>(&json).unwrap(), admitted);
}

#[test]
fn the_fee_tier_is_that_of_the_gross_amount() {
    let charge = |amount: &str| {
        admit(&Buying { amount: amount.parse().unwrap(), ..buying() }).unwrap().charge
    };

    assert_eq!(charge("999999.99"), Charge::Rate("0.015".parse().unwrap()));
    assert_eq!(charge("1000000"), Charge::Rate("0.012".parse().unwrap()));
    assert_eq!(charge("6000000"), Charge::Fixed("1000".parse().unwrap()));
}

#[test]
fn a_subscription_has_the_cut_off_of_its_raising_and_ends_with_it() {
    let at = |text: &str| Buying { at: text.parse().unwrap(), ..subscribing() };
    let t = |text: &str| admit(&at(text)).map(|it| it.trade_date.to_string());

    assert_eq!(t("2026-02-13T16:59:59+08:00"), Ok("2026-02-13".into()));
    assert_eq!(t("2026-02-13T17:00:00+08:00"), Ok("2026-02-24".into()));
    assert_eq!(
        t("2026-02-27T17:00:00+08:00").unwrap_err().to_string(),
        "fund 011162 takes no subscriptions on 2026-03-02: raising; raised from 2026-02-02 to 2026-02-27"
    );
    let admitted = admit(&subscribing()).unwrap();
    assert_eq!(admitted.founded_by.unwrap().to_string(), "2026-03-05");
    assert_eq!(admitted.charge, Charge::Rate("0.012".parse().unwrap()));
}

#[test]
fn a_fund_that_is_raised_takes_no_purchases_nor_plans() {
    for way in [Way::Purchase, Way::RegularPlan] {
        let refused = admit(&Buying { way, ..with_fund(raised) }).unwrap_err();
        assert!(matches!(refused, Refusal::PurchaseNotOpen { .. }), "{way:?}");
    }
}

#[test]
fn a_later_t_is_decided_again_on_its_own_status_limits_and_fees() {
    let was = admit(&buying()).unwrap();
    let calendar = buying().calendar;
    let day = calendar.t_of("2026-02-24T10:00:00+08:00".parse().unwrap()).unwrap();
    let again = |fund: FundTerms, used: &str| {
        readmit(
            &was,
            &Again {
                trade_date: day,
                amount: "10000".parse().unwrap(),
                investor: "i-1".parse().unwrap(),
                fund: Arc::new(fund),
                used: DayTally::after(used.parse().unwrap()),
                calendar: calendar.clone(),
            },
        )
    };
    let mut shut = target();
    shut.closures.push(closed("2026-02-24", "2026-02-24", Stops::Purchase));
    assert!(matches!(again(shut, "0"), Err(Refusal::PurchaseNotOpen { .. })));

    let mut capped = target();
    capped.limits.large_purchases.push(cap("12000", vec![]));
    assert!(matches!(again(capped.clone(), "2000.01"), Err(Refusal::AboveDayMaximum { .. })));
    capped.limits.large_purchases[0].day_max.on_excess = ExcessPolicy::AcceptUpToLimit;
    let cut = again(capped, "4000").unwrap();
    assert_eq!(cut.accepted, "8000".parse().ok());
    assert_eq!(cut.counted.unwrap().day, day);

    let cheaper = again(
        serde_json::from_str(&{
            let mut fund = serde_json::to_value(target()).unwrap();
            fund["fees"]["purchase"] = serde_json::json!([{"from": "0", "rate": "0.008"}]);
            fund.to_string()
        })
        .unwrap(),
        "0",
    )
    .unwrap();
    assert_eq!(cheaper.charge, Charge::Rate("0.008".parse().unwrap()));
    assert_eq!(cheaper.requested_at, was.requested_at);
    assert_eq!(cheaper.suitability, was.suitability);
}

#[test]
fn who_holds_the_fund_already_has_the_additional_minimum_also_on_a_later_t() {
    let mut a = Buying { amount: "50".parse().unwrap(), ..buying() };
    assert!(matches!(admit(&a), Err(Refusal::BelowMinimum { .. })));
    a.investor.holds = BTreeSet::from([a.fund.code]);
    let was = admit(&a).unwrap();

    let again = Again {
        trade_date: was.confirm_by,
        amount: a.amount,
        investor: a.investor.id.clone(),
        fund: a.fund.clone(),
        used: DayTally::default(),
        calendar: a.calendar.clone(),
    };
    assert!(readmit(&was, &again).is_ok());
}

#[test]
fn a_fund_that_takes_no_purchases_by_its_terms_is_not_agreed_to_for_years() {
    let first = Some(TradingDay::recorded("2026-02-24".parse().unwrap()));
    let stopped = with_fund(|fund| fund.status = FundStatus::PurchaseStopped);
    assert_eq!(
        agree(&stopped, first).unwrap_err().to_string(),
        "fund 011162 takes no purchases on 2026-02-24: purchase stopped"
    );
    let shut = with_fund(|fund| {
        fund.closures = vec![closed("2026-02-24", "2026-02-27", Stops::Everything)];
    });
    assert!(agree(&shut, first).is_ok(), "a closure skips its dates");
}

/// The smaller orders of the same fund are free, and 5,000 yuan and more cost 100: no campaign changes that.
#[test]
fn a_free_campaign_leaves_a_fixed_fee_what_it_is() {
    let admitted = |amount: &str| {
        let a = with_fund(|fund| {
            fund.fees.purchase = serde_json::from_str(
                r#"[{"from":"0","rate":"0.015"},{"from":"5000","fixed":"100"}]"#,
            )
            .unwrap();
            fund.discounts = serde_json::from_str(
                r#"[{"id":"zero","source":"campaign","multiplier":"0","from":"2026-01-01"}]"#,
            )
            .unwrap();
        });
        admit(&Buying { amount: amount.parse().unwrap(), ..a }).unwrap()
    };
    assert_eq!(admitted("4999.99").charge, Charge::FREE);
    let large = admitted("5000");
    assert_eq!(large.charge, Charge::Fixed("100".parse().unwrap()));
    // Confirmed in part, it is one of the smaller ones.
    let half = large.tiers.unwrap().at("2500".parse().unwrap()).charge;
    assert_eq!(half, Charge::FREE);
}

/// The order of `a`, whose money counts for that T by then.
fn moved_to(a: &Buying, t: &str) -> Again {
    Again {
        trade_date: TradingDay::recorded(t.parse().unwrap()),
        amount: a.amount,
        investor: a.investor.id.clone(),
        fund: a.fund.clone(),
        used: DayTally::default(),
        calendar: a.calendar.clone(),
    }
}

/// Asked for on the eve, after the cut-off: the papers are valid on the day of the request, and not on T.
#[test]
fn the_investor_must_be_fit_again_only_for_a_later_t_than_was_promised() {
    let eve = "2026-02-12".parse().unwrap();
    let mut a = Buying { at: "2026-02-12T20:00:00+08:00".parse().unwrap(), ..buying() };
    (a.investor.id_valid_until, a.investor.questionnaire_valid_until) = (eve, eve);
    let was = admit(&a).unwrap();
    let same = readmit(&was, &moved_to(&a, "2026-02-13")).unwrap();
    assert_eq!((same.trade_date, same.suitability), (was.trade_date, was.suitability.clone()));
    let later = readmit(&was, &moved_to(&a, "2026-02-24"));
    assert!(matches!(later, Err(Refusal::IdentityEnds { .. })), "{later:?}");

    // The class of a product that is rated anew counts on a later T, and not on the one that was promised.
    let a = buying();
    let was = admit(&a).unwrap();
    let riskier = |t: &str| {
        let mut again = moved_to(&a, t);
        Arc::make_mut(&mut again.fund).risk = crate::fund::ProductRisk::R4;
        readmit(&was, &again)
    };
    assert_eq!(riskier("2026-02-13").map(|it| it.suitability), Ok(was.suitability.clone()));
    let later = riskier("2026-02-24");
    assert!(matches!(later, Err(Refusal::WarningNotConfirmed { .. })), "{later:?}");
}

#[test]
fn what_would_fit_on_a_later_t_is_named() {
    let a = with_fund(|it| it.limits.large_purchases.push(cap("12000", vec![])));
    let was = admit(&a).unwrap();
    let used = DayTally::after("5000".parse().unwrap());
    let refused = readmit(&was, &Again { used, ..moved_to(&a, "2026-02-24") });
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("; 7000.00 would fit"), "{refused}");
}
