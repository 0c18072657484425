//! A block of terms that comes into force on the T to which an order moves, or on the first date of a plan.

use crate::{
    conversion,
    funds::{bond, equity, house},
    plan, redemption,
    stage::{Stage, at},
};
use fundflow_domain::{
    fund::{ConversionFeeMethod as Method, FundTerms},
    status::FundStatus,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{conversion::Conversion, redemption::Redemption, regular_plan::RegularPlans};

/// Terms from 24 February on.
pub(crate) fn then(fund: FundTerms, change: impl FnOnce(&mut FundTerms)) -> FundTerms {
    let effective_from = "2026-02-24".parse().unwrap();
    let version = format!("{}-later", fund.code).parse().unwrap();
    let mut fund = FundTerms { effective_from, version, ..fund };
    change(&mut fund);
    fund
}

/// What the last event of that type says.
fn last(stage: &Stage, event_type: &str) -> serde_json::Value {
    let event = stage.events.iter().rfind(|it| &*it.event.event_type == event_type);
    serde_json::from_str(&event.unwrap().event.data).unwrap()
}

/// Asked for in time, and placed when the exchange has closed: T is 24 February.
fn placed_late(later: FundTerms) -> Stage {
    let mut stage = conversion::stage(Method::FeeDifference);
    stage.house = house(vec![equity(), bond(Method::FeeDifference), later]);
    assert!(matches!(
        stage.request::<Conversion>("C", conversion::request()),
        Reply::Placed { .. }
    ));
    let placed = stage.events.iter().position(|it| &*it.event.event_type == "application.placed");
    stage.events.truncate(placed.unwrap());
    stage.now = at("02-13 15:30");
    stage.crash();
    stage.until("02-13 15:31");
    stage
}

#[test]
fn a_conversion_whose_pair_is_gone_on_the_later_t_is_turned_away() {
    let stage = placed_late(then(bond(Method::FeeDifference), |fund| fund.conversions.clear()));
    let look = stage.look::<Conversion>("C");
    assert_eq!(look.ending, Some("conversion.rolled_back"), "{}", stage.text());
    let cause = look.failure.unwrap();
    assert_eq!(&*cause.code, "not_admitted", "{cause}");
    assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
}

#[test]
fn the_top_up_of_a_later_t_is_discounted_as_its_own_terms_say() {
    let half = then(bond(Method::FeeDifference), |fund| {
        fund.conversions[0].topup_discount = "0.5".parse().unwrap();
    });
    let stage = placed_late(half);
    let order = last(&stage, "application.placed");
    assert!(order.to_string().contains(r#""discount":"0.5"#), "{order:#}");
    assert!(order.to_string().contains(r#""trade_date":"2026-02-24""#), "{order:#}");
}

#[test]
fn a_plan_is_agreed_to_on_the_terms_of_its_first_date() {
    let stopped = then(equity(), |fund| fund.status = FundStatus::PurchaseStopped);
    let start = "2026-02-16".parse().unwrap();
    let terms = || fundflow_domain::plan::Terms { start, ..plan::terms() };
    let mut open = Stage::with(vec![equity()], "02-13 10:00");
    assert!(matches!(open.request::<RegularPlans>("PLAN", terms()), Reply::Placed { .. }));
    let mut shut = Stage::with(vec![equity(), stopped], "02-13 10:00");
    let reply = shut.request::<RegularPlans>("PLAN", terms());
    assert!(matches!(reply, Reply::Refused(..)), "{reply:?}");
    assert!(shut.events.is_empty());
}

/// 20,000 of 25,000 shares are to be converted: 5,000 stay.
#[test]
fn a_conversion_that_is_below_a_minimum_of_the_later_t_is_turned_away() {
    let bond = || bond(Method::FeeDifference);
    let shares = |text: &str| text.parse().unwrap();
    let away: [(&str, FundTerms); 4] = [
        // Registered on 15 January, 40 days before.
        ("held for 41 days", then(bond(), |it| it.conversions[0].days_min = 41)),
        ("minimum", then(bond(), |it| it.limits.shares.conversion_min = shares("20000.01"))),
        ("of the pair", then(bond(), |it| it.conversions[0].shares_min = shares("20000.01"))),
        ("be left", then(bond(), |it| it.limits.shares.balance_min = shares("5000.01"))),
    ];
    for (why, later) in away {
        let stage = placed_late(later);
        let look = stage.look::<Conversion>("C");
        assert_eq!(look.ending, Some("conversion.rolled_back"), "{why}\n{}", stage.text());
        let cause = look.failure.unwrap();
        assert_eq!(&*cause.code, "not_admitted", "{cause}");
        assert!(cause.text.contains(why), "{cause}");
        assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
    }
    let enough = then(bond(), |it| {
        it.limits.shares.conversion_min = shares("20000");
        it.limits.shares.balance_min = shares("5000");
        it.conversions[0].shares_min = shares("20000");
        it.conversions[0].days_min = 40;
    });
    assert_eq!(placed_late(enough).look::<Conversion>("C").ending, None);
}

#[test]
fn a_redemption_that_its_registrar_takes_late_is_held_against_the_minima_of_the_later_t() {
    let taken_late = |change: fn(&mut FundTerms)| {
        let mut later = then(equity(), change);
        later.effective_from = "2026-02-25".parse().unwrap();
        let mut stage = redemption::stage();
        stage.house = house(vec![equity(), later]);
        stage.now = at("02-24 14:59");
        stage.crash();
        stage.silent = true;
        stage.request::<Redemption>("R", redemption::request());
        stage.now = at("02-24 15:46");
        stage.silent = false;
        stage.until("02-24 15:50");
        stage
    };
    let away: [fn(&mut FundTerms); 2] = [
        |it| it.limits.shares.redemption_min = "6000.01".parse().unwrap(),
        |it| it.limits.shares.balance_min = "1000000".parse().unwrap(),
    ];
    for change in away {
        let stage = taken_late(change);
        let look = stage.look::<Redemption>("R");
        assert_eq!(look.ending, Some("redemption.rolled_back"), "{}", stage.text());
        assert_eq!(&*look.failure.unwrap().code, "not_admitted");
    }
    let stage = taken_late(|it| it.limits.shares.redemption_min = "6000".parse().unwrap());
    assert!(stage.has("application.moved") && stage.look::<Redemption>("R").ending.is_none());
}

/// The registrar takes it on 24 February for the 25th: its pair, and a campaign of its target, say otherwise then.
#[test]
fn a_conversion_that_is_taken_late_is_applied_for_as_the_later_t_promises_it() {
    let campaign = |fund: FundTerms, until: &str| {
        let text = format!(
            r#"[{{"id":"camp","source":"campaign","multiplier":"0.1","from":"2026-01-01",
                "until":"{until}","businesses":["conversion"]}}]"#
        );
        FundTerms { discounts: serde_json::from_str(&text).unwrap(), ..fund }
    };
    for (until, expected) in [("2026-02-24", "0.5000"), ("2026-02-25", "0.1000")] {
        let mut later = then(bond(Method::FeeDifference), |fund| {
            fund.conversions[0].topup_discount = "0.5".parse().unwrap();
        });
        later.effective_from = "2026-02-25".parse().unwrap();
        let mut stage = conversion::stage(Method::FeeDifference);
        let funds = vec![campaign(equity(), until), bond(Method::FeeDifference), later];
        stage.house = house(funds);
        stage.now = at("02-24 14:59");
        stage.crash();
        stage.silent = true;
        stage.request::<Conversion>("C", conversion::request());
        let placed = last(&stage, "application.placed").to_string();
        assert!(placed.contains(r#""topup_discount":"0.1000""#), "{placed}");
        stage.now = at("02-24 15:46");
        stage.silent = false;
        stage.until("02-24 15:50");
        let moved = last(&stage, "application.moved");
        assert_eq!(moved["to"], "2026-02-25", "{moved:#}");
        assert_eq!(moved["promised"]["discount"], expected, "{until}: {moved:#}");
        let changed = (expected != "0.1000").then_some(expected);
        assert_eq!(moved["topup_discount"].as_str(), changed, "{until}: {moved:#}");
    }
}
