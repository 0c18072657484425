//! What becomes of a plan's date in every end of its discount purchase.

use crate::{
    funds::{equity, wallet},
    outside::{bought, converted, read, redeemed, rejected},
    plan::job,
    plan_by_wallet::{
        INTO_TARGET, NEXT_MORNING, OF_WALLET, first_date, holding, opened, state, terms,
        wallet_key, with,
    },
    stage::{Stage, at},
};
use fundflow_domain::{fund::FundTerms, plan::Outcome};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase},
    parts::milestone::Scope,
    regular_plan::RegularPlans,
};

const FIRST: &str = "PLAN.20260224";

/// What the plan remembers of its first date, and in which words it was missed.
fn outcome(stage: &Stage) -> (Option<Outcome>, String) {
    let known = state(stage);
    let plan = known.plan().unwrap();
    let why = plan.last_miss().map(|cause| cause.text.to_string()).unwrap_or_default();
    (plan.outcome(read("2026-02-24")), why)
}

fn ending(stage: &Stage) -> Option<&'static str> {
    let look = stage.look::<DiscountPurchase>(FIRST);
    assert!(look.parked.is_none(), "{}", stage.text());
    look.ending
}

fn missed(why: &str) -> (Option<Outcome>, String) {
    (Some(Outcome::Missed), why.to_owned())
}

#[test]
fn a_balance_that_is_short_is_a_miss_and_two_in_a_row_end_the_plan() {
    let mut stage = opened();
    for day in ["20260224", "20260225"] {
        stage.outside.declines.insert(format!("PLAN.{day}.mmf.pay"));
    }
    for now in ["02-24 09:30", "02-25 09:30"] {
        stage.until(now);
        assert_eq!(job(&mut stage).len(), 1);
        stage.until(&format!("{} 09:31", &now[..5]));
    }
    assert_eq!(outcome(&stage), missed("the balance is short"));
    assert_eq!(ending(&stage), Some("discount_purchase.rolled_back"));
    assert_eq!(stage.look::<RegularPlans>("PLAN").ending, Some("regular_plan.over"));
    assert_eq!(job(&mut stage), []);
}

#[test]
fn a_conversion_that_is_refused_is_a_miss_that_says_where_the_money_is() {
    let mut stage = opened();
    stage.outside.rejects.insert(format!("{FIRST}.convert"));
    first_date(&mut stage);
    stage.until("02-25 12:30");
    assert_eq!(ending(&stage), Some("discount_purchase.kept_in_wallet"));
    let why = "the registrar does not want it; what was bought stays in the wallet";
    assert_eq!(outcome(&stage), missed(why));
    assert_eq!(stage.state(&wallet_key()).available(), read("10000"));
}

#[test]
fn held_shares_that_are_not_converted_stay_and_the_date_is_missed() {
    let mut stage = opened();
    holding(&mut stage, "10000");
    stage.outside.rejects.insert(format!("{FIRST}.convert"));
    first_date(&mut stage);
    stage.until("02-24 09:31");
    assert_eq!(ending(&stage), Some("discount_purchase.rolled_back"));
    assert_eq!(outcome(&stage), missed("the registrar does not want it"));
    assert_eq!(stage.state(&wallet_key()).available(), read("10000"));
}

#[test]
fn what_the_investor_takes_back_is_a_miss() {
    let mut stage = opened();
    first_date(&mut stage);
    stage.until("02-24 10:00");
    let cancel = Command::Cancel { at: at("02-24 10:00"), scope: Scope::All };
    stage.command::<DiscountPurchase>(FIRST, cancel);
    stage.until("02-24 18:00");
    assert_eq!(ending(&stage), Some("discount_purchase.compensated"));
    assert_eq!(outcome(&stage).0, Some(Outcome::Missed));
    assert_eq!(stage.outside.balance(), [read("10000"), read("10000")]);

    let mut stage = opened();
    first_date(&mut stage);
    stage.until("02-24 10:00");
    let cancel = Command::Cancel { at: at("02-24 10:00"), scope: Scope::Conversion };
    stage.command::<DiscountPurchase>(FIRST, cancel);
    stage.until("02-25 18:00");
    assert_eq!(ending(&stage), Some("discount_purchase.kept_in_wallet"));
    let (what, why) = outcome(&stage);
    assert_eq!(what, Some(Outcome::Missed));
    assert!(why.ends_with("; what was bought stays in the wallet"), "{why}");
}

#[test]
fn a_date_that_a_person_gives_up_is_missed_whatever_comes_of_it_later() {
    let by_hand = "a person gave up on it";
    let rows = [
        (
            Disposition::Refund,
            "closed by a person before the registrar had said what becomes of the order",
        ),
        (Disposition::Manual, by_hand),
        (Disposition::Suspense, by_hand),
    ];
    for (what, why) in rows {
        let mut stage = opened();
        first_date(&mut stage);
        stage.until("02-24 10:00");
        stage.abandon_with::<DiscountPurchase>(FIRST, what);
        stage.until("02-24 10:01");
        assert_eq!(outcome(&stage), missed(why), "{what:?}");
        stage.until("02-26 18:00");
        assert_eq!(outcome(&stage).0, Some(Outcome::Missed), "{what:?}");
    }
}

#[test]
fn half_of_the_target_is_a_date_that_was_carried_out() {
    let mut stage = opened();
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    let half = ["5000.00", "1", "0", "0", "5000", "1.3071", "3825.26"];
    let said = bought("C1", "2026-02-25", OF_WALLET);
    stage.outside.says(&format!("{FIRST}.mmf"), NEXT_MORNING, said);
    let said = converted("K1", "2026-02-25", half);
    stage.outside.says(&format!("{FIRST}.convert"), NEXT_MORNING, said);
    stage.until("02-25 12:30");
    assert_eq!(outcome(&stage).0, Some(Outcome::Done), "{}", stage.text());
    assert_eq!(ending(&stage), Some("discount_purchase.completed"));
}

#[test]
fn next_day_the_plan_hears_when_the_conversion_is_confirmed() {
    let apart = FundTerms { linked_processing: false, ..wallet() };
    let mut stage = with(vec![apart, equity()]);
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    let said = bought("C1", "2026-02-25", OF_WALLET);
    stage.outside.says(&format!("{FIRST}.mmf"), NEXT_MORNING, said);
    let mut numbers = INTO_TARGET;
    (numbers[5], numbers[6]) = ("1.31", "7633.59");
    let said = converted("K1", "2026-02-26", numbers);
    stage.outside.says(&format!("{FIRST}.convert"), "2026-02-26T09:00:00+08:00", said);
    stage.until("02-25 18:00");
    assert_eq!(outcome(&stage).0, None);
    stage.until("02-26 12:30");
    assert_eq!(outcome(&stage).0, Some(Outcome::Done), "{}", stage.text());
    assert_eq!(ending(&stage), Some("discount_purchase.completed"));
}

/// The target is at another registrar, and refuses the money of the redemption.
#[test]
fn money_of_a_redemption_that_buys_nothing_is_paid_out_and_the_date_is_missed() {
    let foreign = FundTerms { registrar: read("06"), ..equity() };
    let mut stage = with(vec![wallet(), foreign]);
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    let said = bought("C1", "2026-02-25", OF_WALLET);
    stage.outside.says(&format!("{FIRST}.mmf"), NEXT_MORNING, said);
    let numbers = ["10000.00", "1", "10000.00", "0", "10000.00"];
    let said = redeemed("R1", "2026-02-26", true, numbers, &[]);
    stage.outside.says(&format!("{FIRST}.redeem"), "2026-02-26T09:00:00+08:00", said);
    let said = rejected("0");
    stage.outside.says(&format!("{FIRST}.target"), "2026-02-27T09:00:00+08:00", said);
    stage.until("03-02 18:00");
    assert_eq!(ending(&stage), Some("discount_purchase.paid_out"), "{}", stage.text());
    let why = "the registrar does not want it; what the redemption brought is paid out";
    assert_eq!(outcome(&stage), missed(why));
    assert_eq!(stage.outside.moved[&format!("{FIRST}.redeem.out")], read("10000"));
    assert_eq!(terms().max_misses.get(), 2, "the plan went on");
}
