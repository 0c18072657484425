//! A block of terms that comes into force on the T to which an order moves, or on the first date of a plan.

use crate::{
    conversion,
    funds::{bond, equity, house},
    plan,
    stage::{Stage, at},
};
use fundflow_domain::{
    fund::{ConversionFeeMethod as Method, FundTerms},
    status::FundStatus,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{conversion::Conversion, regular_plan::RegularPlans};

/// Terms from 24 February on.
fn then(fund: FundTerms, change: impl FnOnce(&mut FundTerms)) -> FundTerms {
    let effective_from = "2026-02-24".parse().unwrap();
    let version = format!("{}-later", fund.code).parse().unwrap();
    let mut fund = FundTerms { effective_from, version, ..fund };
    change(&mut fund);
    fund
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
    let order = stage.events.iter().rfind(|it| &*it.event.event_type == "application.placed");
    let order: serde_json::Value = serde_json::from_str(&order.unwrap().event.data).unwrap();
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
