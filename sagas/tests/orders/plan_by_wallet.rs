//! A plan by way of a wallet: each date is a discount purchase that the plan hears of.

use crate::{
    funds::{equity, wallet},
    outside::{bought, converted, read},
    plan::{self, job},
    stage::{Stage, at, tx},
};
use fundflow_domain::{
    fund::{Closure, FundTerms},
    ids::{PlanId, WalletId},
    plan::{Changes, RegularPlan, State, Terms},
    status::{ConvertStatus, FundStatus, Stops},
    wallet::{self as wallet_of, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    discount_purchase::{DiscountPurchase, Request},
    purchase::Purchase,
    regular_plan::{Buys, Command, RegularPlans},
};

/// The plan of [`plan::terms`] by way of the wallet.
pub(crate) fn terms() -> Terms {
    Terms { wallet_fund: Some(read("000730")), ..plan::terms() }
}

pub(crate) fn with(funds: Vec<FundTerms>) -> Stage {
    let mut stage = Stage::with(funds, "02-13 10:00");
    let reply = stage.request::<RegularPlans>("PLAN", terms());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

pub(crate) fn opened() -> Stage {
    with(vec![wallet(), equity()])
}

pub(crate) fn state(stage: &Stage) -> State {
    stage.state(&Key::<RegularPlan>::of(&read::<PlanId>("PLAN")))
}

pub(crate) fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: read("i-1"), fund: read("000730") })
}

/// So many shares are free in the wallet.
pub(crate) fn holding(stage: &mut Stage, shares: &str) {
    let (earlier, shares) = (tx("GIVEN"), read(shares));
    let credit = wallet_of::Command::CreditInTransit(earlier.clone(), shares);
    stage.given(&wallet_key(), &credit);
    let confirm = wallet_of::Command::ConfirmCredit(earlier, shares, read("2026-02-10"));
    stage.given(&wallet_key(), &confirm);
}

pub(crate) const NEXT_MORNING: &str = "2026-02-25T09:00:00+08:00";
/// 10,000 shares of the money fund.
pub(crate) const OF_WALLET: [&str; 5] = ["10000", "0", "0", "1", "10000.00"];
/// All of them into the target, without a fee.
pub(crate) const INTO_TARGET: [&str; 7] = ["10000.00", "1", "0", "0", "10000", "1.3071", "7650.52"];

/// The first date is asked for, and both registrars' words come on the morning after.
pub(crate) fn first_date(stage: &mut Stage) {
    stage.until("02-24 09:30");
    stage.take_lines();
    assert_eq!(job(stage).len(), 1);
    let said = bought("C1", "2026-02-25", OF_WALLET);
    stage.outside.says("PLAN.20260224.mmf", NEXT_MORNING, said);
    let said = converted("K1", "2026-02-25", INTO_TARGET);
    stage.outside.says("PLAN.20260224.convert", NEXT_MORNING, said);
}

#[test]
fn an_occurrence_is_a_discount_purchase_that_the_plan_hears_of() {
    let mut stage = opened();
    first_date(&mut stage);
    stage.until("02-24 09:31");
    assert_eq!(
        stage.take_lines(),
        [
            "discount_purchase.prepared",
            "plan.occurrence_begun",
            "payment.requested",
            "call mmf.pay",
            "payment.paid",
            "application.placed",
            "call mmf",
            "application.accepted",
            "wallet.credited_in_transit",
            "discount_purchase.committed",
            "wallet.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted",
        ]
    );
    assert_eq!(job(&mut stage), [], "a date is asked for once");
    stage.until("02-25 12:30");
    assert_eq!(
        stage.take_lines(),
        [
            "ask mmf",
            "application.confirmed",
            "wallet.credit_confirmed",
            "ask convert",
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "plan.occurrence_done",
            "discount_purchase.completed",
        ]
    );
    assert_eq!(stage.shares("011162").available(), read("7650.52"));
    assert_eq!(stage.outside.moved["PLAN.20260224.mmf.pay"], read("10000"));
}

#[test]
fn shares_that_the_wallet_holds_are_converted_where_they_are_enough_and_no_money_moves() {
    let mut stage = opened();
    holding(&mut stage, "10000");
    first_date(&mut stage);
    stage.until("02-25 12:30");
    assert_eq!(
        stage.take_lines(),
        [
            "discount_purchase.prepared",
            "plan.occurrence_begun",
            "wallet.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted",
            "ask convert",
            "application.confirmed",
            "wallet.shares_taken_out",
            "holdings.credited",
            "plan.occurrence_done",
            "discount_purchase.completed",
        ]
    );
    assert!(stage.outside.moved.is_empty(), "{:?}", stage.outside.moved);
}

#[test]
fn a_wallet_that_holds_too_little_stays_as_it_is_and_money_is_taken() {
    let mut stage = opened();
    holding(&mut stage, "9999.99");
    first_date(&mut stage);
    stage.until("02-25 12:30");
    assert_eq!(stage.outside.moved["PLAN.20260224.mmf.pay"], read("10000"));
    assert_eq!(stage.state(&wallet_key()).available(), read("9999.99"));
}

#[test]
fn a_date_on_which_a_fund_is_shut_is_skipped_with_its_words() {
    let mut target = equity();
    target.closures = vec![Closure {
        from: read("2026-02-24"),
        through: read("2026-02-24"),
        stops: Stops::Purchase,
        notice: "a notice".to_owned(),
    }];
    let mut stage = with(vec![wallet(), target]);
    stage.until("02-24 09:30");
    stage.take_lines();
    assert_eq!(job(&mut stage).len(), 1);

    assert_eq!(stage.take_lines(), ["plan.occurrence_missed"]);
    let plan = state(&stage);
    assert_eq!(
        plan.plan().unwrap().last_miss().unwrap().text.to_string(),
        "fund 011162 takes no conversions on 2026-02-24: purchase stopped, conversion in and out \
         (notice: a notice)"
    );
    stage.until("02-25 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    assert!(stage.take_lines().contains(&"plan.occurrence_begun".to_owned()), "the plan goes on");
}

#[test]
fn a_plan_that_no_way_leads_through_is_not_opened_and_says_why() {
    let says = |funds: Vec<FundTerms>, terms: Terms| {
        let mut stage = Stage::with(funds, "02-13 10:00");
        let Reply::Refused(_, text) = stage.request::<RegularPlans>("PLAN", terms) else {
            panic!("it is opened")
        };
        assert!(stage.events.is_empty());
        text.to_string()
    };
    let no_pair = FundTerms { conversions: Vec::new(), ..wallet() };
    assert_eq!(
        says(vec![no_pair, equity()], terms()),
        "a plan by way of wallet fund 000730 cannot buy fund 011162: fund 000730 cannot be \
         converted into fund 011162"
    );
    let out_only = FundTerms { convert_status: ConvertStatus::OutOnly, ..equity() };
    assert_eq!(
        says(vec![wallet(), out_only], terms()),
        "a plan by way of wallet fund 000730 cannot buy fund 011162: fund 011162 takes no \
         conversions on 2026-02-24: open, conversion only out"
    );
    let stopped = FundTerms { status: FundStatus::Stopped, ..wallet() };
    assert_eq!(
        says(vec![stopped, equity()], terms()),
        "a plan by way of wallet fund 000730 cannot buy fund 011162: fund 000730 takes no \
         purchases on 2026-02-24: stopped"
    );
    let by_target = Terms { wallet_fund: Some(read("011162")), fund: read("001546"), ..terms() };
    let bond = crate::funds::bond(fundflow_domain::fund::ConversionFeeMethod::FeeDifference);
    assert_eq!(
        says(vec![equity(), bond], by_target),
        "a plan by way of wallet fund 011162 cannot buy fund 001546: fund 011162 is a hybrid fund \
         and cannot be the wallet; a money-market fund can"
    );
    assert_eq!(
        says(vec![equity()], terms()),
        "the catalogue has no terms of fund 000730 for that day"
    );
    let small = Terms { amount: read("99"), ..terms() };
    assert_eq!(
        says(vec![wallet(), equity()], small),
        "amount 99.00 is below the minimum of 100.00 for fund 000730"
    );
}

#[test]
fn a_change_of_its_amount_is_held_against_both_funds() {
    let mut few = wallet();
    few.limits.individual.order_max = Some(read("20000"));
    let mut stage = with(vec![few, equity()]);
    stage.until("02-13 11:00");
    let mut change = |amount: &str| {
        let changes = Changes { amount: Some(read(amount)), ..Changes::default() };
        let (at, from) = (at("02-13 11:00"), read("2026-02-24"));
        stage.command::<RegularPlans>("PLAN", Command::Change { at, changes, from })
    };
    let Reply::Refused(_, why) = change("20001") else { panic!("it is changed") };
    assert_eq!(&*why, "amount 20001.00 is above 20000.00, the most of fund 000730 in one order");
    assert!(matches!(change("20000"), Reply::Acted));
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage)[0].buys.amount(), read("20000"));
}

#[test]
fn what_the_plan_did_not_agree_to_is_no_occurrence_of_it() {
    let mut stage = opened();
    stage.until("02-24 09:30");
    let Buys::ThroughWallet(request) = Buys::by(&terms()) else { panic!("by way of a wallet") };
    let Buys::Plainly(plainly) = Buys::by(&plan::terms()) else { panic!("for money") };
    let differ =
        |what: &str| format!("plan PLAN has other terms on that date; they differ in {what}");
    let mode = Some(fundflow_domain::modes::ConversionMode::NextDay);
    let rows = [
        ("PLAN.20260224", Request { mode, ..request.clone() }, differ("mode")),
        ("PLAN.20260224", Request { amount: read("9999"), ..request.clone() }, differ("amount")),
        (
            "PLAN.20260225",
            request.clone(),
            "no occurrence PLAN.20260225 is due on 2026-02-24".to_owned(),
        ),
        (
            "OTHER",
            request.clone(),
            "transaction OTHER is no occurrence of a plan; name it {plan}.{yyyymmdd}".to_owned(),
        ),
        (
            "PLAN.20260224",
            Request { by_plan: false, ..request },
            "PLAN.20260224 has the form of a plan's date ({plan}.{yyyymmdd}), which the engine itself \
             gives; use a transaction ID of another form"
                .to_owned(),
        ),
    ];
    for (id, request, says) in rows {
        let Reply::Refused(_, text) = stage.request::<DiscountPurchase>(id, request) else {
            panic!("{id}: {says}")
        };
        assert_eq!(&*text, says);
    }
    let Reply::Refused(_, text) = stage.request::<Purchase>("PLAN.20260224", plainly) else {
        panic!("it is bought for money")
    };
    assert_eq!(&*text, differ("wallet_fund"));
}
