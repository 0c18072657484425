//! Regular plans: opened, asked for what is due, with its misses, over.

use crate::{
    funds::equity,
    limits,
    outside::bought,
    stage::{Stage, at, tx},
};
use fundflow_domain::{
    calendar::TradingCalendar,
    day_limit::{Command as Count, DayLimit},
    ids::PlanId,
    orders::Cause,
    plan::{Changes, Frequency, MissingDay, MoveRule, Outcome, RegularPlan, State, Terms},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply};
use fundflow_sagas::{
    discount_purchase::DiscountPurchase,
    purchase::{Purchase, Request},
    regular_plan::{Buys, Command, Due, RegularPlans, due},
};

/// 10,000 yuan on every trading day from 24 February 2026 on; two misses in a row end it.
pub(crate) fn terms() -> Terms {
    Terms {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "011162".parse().unwrap(),
        wallet_fund: None,
        amount: "10000".parse().unwrap(),
        frequency: Frequency::Daily,
        start: "2026-02-24".parse().unwrap(),
        through: "2026-02-27".parse().ok(),
        periods: None,
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: 2.try_into().unwrap(),
        distributor: None,
    }
}

fn id() -> PlanId {
    "PLAN".parse().unwrap()
}

pub(crate) fn opened(terms: Terms) -> Stage {
    let mut stage = Stage::with(vec![equity()], "02-13 10:00");
    let reply = stage.request::<RegularPlans>("PLAN", terms);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

fn often(words: &str) -> Frequency {
    Frequency::from_words(words, terms().start).unwrap()
}

fn state(stage: &Stage) -> State {
    stage.state(&Key::<RegularPlan>::of(&id()))
}

/// What the job of a T does: it asks the plan and requests what is due.
pub(crate) fn job(stage: &mut Stage) -> Vec<Due> {
    let calendar = TradingCalendar::xshg().unwrap();
    let found = due(&id(), &state(stage), calendar.t_of(stage.now).unwrap(), &calendar).unwrap();
    for one in &found {
        let id = one.transaction.as_str();
        let reply = match one.buys.clone() {
            Buys::Plainly(request) => stage.request::<Purchase>(id, request),
            Buys::ThroughWallet(request) => stage.request::<DiscountPurchase>(id, request),
        };
        if let Reply::Refused(_, text) = reply {
            let cause = Cause::new("not_admitted", text);
            let miss = Command::Miss { nominal: one.nominal, cause };
            stage.command::<RegularPlans>("PLAN", miss);
        }
    }
    found
}

#[test]
fn an_occurrence_is_a_purchase_that_the_plan_hears_of() {
    let mut stage = opened(terms());
    stage.until("02-24 09:30");
    stage.take_lines();
    assert_eq!(job(&mut stage).len(), 1);
    stage.until("02-24 09:31");
    assert_eq!(
        stage.take_lines(),
        [
            "purchase.prepared",
            "plan.occurrence_begun",
            "payment.requested",
            "call buy.pay",
            "payment.paid",
            "application.placed",
            "call buy",
            "application.accepted"
        ]
    );
    assert_eq!(job(&mut stage), []);
    let numbers = ["10000", "147.78", "0", "1.3071", "7537.46"];
    let said = bought("C1", "2026-02-25", numbers);
    stage.outside.says("PLAN.20260224.buy", "2026-02-25T09:00:00+08:00", said);
    stage.take_lines();
    stage.until("02-25 12:30");
    assert_eq!(
        stage.take_lines(),
        [
            "ask buy",
            "application.confirmed",
            "holdings.credited",
            "plan.occurrence_done",
            "purchase.completed",
            // 25 February was nobody's business at noon of the day after the 24th.
        ]
    );
    assert_eq!(stage.shares("011162").available(), "7537.46".parse().unwrap());
}

#[test]
fn a_balance_that_is_short_is_a_miss_and_two_in_a_row_end_the_plan() {
    let mut stage = opened(terms());
    for day in ["20260224", "20260225"] {
        stage.outside.declines.insert(format!("PLAN.{day}.buy.pay"));
    }
    for now in ["02-24 09:30", "02-25 09:30"] {
        stage.until(now);
        assert_eq!(job(&mut stage).len(), 1);
        stage.until(&format!("{} 09:31", &now[..5]));
    }
    let plan = state(&stage);
    assert_eq!(plan.plan().unwrap().misses_in_a_row(), 2);
    assert!(stage.has("plan.ended"));
    let look = stage.look::<Purchase>("PLAN.20260225");
    assert_eq!(look.ending, Some("purchase.rolled_back"));
    // Whoever carries the plan goes on as soon as the purchase has ended it, and not at its next date.
    assert_eq!(stage.look::<RegularPlans>("PLAN").ending, Some("regular_plan.over"));
    assert_eq!(job(&mut stage), []);
}

#[test]
fn what_nobody_began_is_missed_at_noon_of_the_day_after() {
    let mut stage = opened(terms());
    stage.until("02-25 11:59");
    assert!(!stage.has("plan.occurrence_missed"));
    stage.until("02-25 12:00");
    assert!(stage.has("plan.occurrence_missed"));
    stage.until("02-26 12:00");
    assert_eq!(stage.look::<RegularPlans>("PLAN").ending, Some("regular_plan.over"));
}

#[test]
fn an_occurrence_that_the_fund_refuses_is_missed_with_its_words() {
    let mut fund = equity();
    fund.closures = serde_json::from_str(
        r#"[{"from":"2026-02-24","through":"2026-02-24","stops":"purchase","notice":"a notice"}]"#,
    )
    .unwrap();
    let mut stage = Stage::with(vec![fund], "02-13 10:00");
    stage.request::<RegularPlans>("PLAN", terms());
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    assert!(stage.has("plan.occurrence_missed") && !stage.has("purchase.prepared"));
    assert_eq!(job(&mut stage), []);
}

#[test]
fn the_investor_changes_pauses_resumes_and_ends_it() {
    let mut stage = opened(terms());
    let amount = "20000".parse().ok();
    let changes = Changes { amount, ..Changes::default() };
    let from = "2026-02-25".parse().unwrap();
    stage.until("02-13 11:00");
    stage.command::<RegularPlans>("PLAN", Command::Change { at: at("02-13 11:00"), changes, from });
    stage.until("02-13 12:00");
    let pause = Command::Pause { at: at("02-13 12:00"), reason: "on holiday".into() };
    stage.command::<RegularPlans>("PLAN", pause);
    let waits = stage.look::<RegularPlans>("PLAN").waits;
    let [Wait::Requester { row }, Wait::Time { due, .. }] = &waits[..] else {
        panic!("a pause is no broken log: {waits:?}")
    };
    let ends = Some(at("02-28 00:00"));
    assert_eq!((&**row, *due), ("run", ends), "still paused after its last date, it is over");
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage), []);
    stage.until("02-25 09:30");
    stage.command::<RegularPlans>("PLAN", Command::Resume { at: at("02-25 09:30") });
    let found = job(&mut stage);
    assert_eq!(found[0].buys.amount(), "20000".parse().unwrap());
    stage.command::<RegularPlans>("PLAN", Command::End { reason: "enough".into() });
    assert_eq!(stage.look::<RegularPlans>("PLAN").ending, Some("regular_plan.over"));
    let reply = stage.command::<RegularPlans>("PLAN", Command::Resume { at: at("02-25 09:31") });
    assert!(matches!(reply, Reply::Refused(..)), "{reply:?}");
}

#[test]
fn a_purchase_that_is_no_occurrence_of_the_plan_is_refused() {
    let mut stage = opened(terms());
    stage.until("02-24 09:30");
    let request = Request {
        way: fundflow_domain::admission::buying::Way::RegularPlan,
        ..crate::purchase::request()
    };
    let rows = [
        (
            "OTHER",
            request.clone(),
            "transaction OTHER is no occurrence of a plan; name it {plan}.{yyyymmdd}",
        ),
        ("PLAN.20260225", request.clone(), "no occurrence PLAN.20260225 is due on 2026-02-24"),
        (
            "PLAN.20260224",
            Request { amount: "9999".parse().unwrap(), ..request },
            "plan PLAN has other terms on that date; they differ in amount",
        ),
    ];
    for (id, request, says) in rows {
        let Reply::Refused(_, text) = stage.request::<Purchase>(id, request) else {
            panic!("{id}")
        };
        assert_eq!(&*text, says);
    }
}

#[test]
fn what_cannot_be_carried_out_is_not_agreed_to() {
    let mut stage = Stage::with(vec![equity()], "02-13 10:00");
    let past = "2026-02-12".parse().unwrap();
    let rows = [
        (Terms { start: past, ..terms() }, "the plan would start on 2026-02-12, before 2026-02-13"),
        (
            Terms { start: "2027-01-04".parse().unwrap(), through: None, ..terms() },
            "a plan cannot start, nor change, on 2027-01-04: 2027-01-04 is outside the trading \
             calendar xshg-2026 (1990-12-19 to 2026-12-31); install the exchange's calendar \
             for that year",
        ),
        (
            Terms { amount: "99".parse().unwrap(), ..terms() },
            "amount 99.00 is below the minimum of 100.00 for fund 011162",
        ),
        (
            Terms { through: "2026-02-23".parse().ok(), ..terms() },
            "the plan would start on 2026-02-24 and end before it, on 2026-02-23",
        ),
        (
            Terms { frequency: often("monthly 31"), ..terms() },
            "the plan would invest monthly on day 31, and no such date is left from 2026-02-24 on and \
             through 2026-02-27: it needs one",
        ),
        (
            Terms {
                start: "2026-02-16".parse().unwrap(),
                through: "2026-02-23".parse().ok(),
                ..terms()
            },
            "the plan would invest every trading day, and no such date is left from 2026-02-16 on and \
             through 2026-02-23: it needs one",
        ),
    ];
    for (terms, says) in rows {
        let Reply::Refused(_, text) = stage.request::<RegularPlans>("PLAN", terms) else {
            panic!()
        };
        assert_eq!(&*text, says);
    }
    assert!(stage.events.is_empty());
    assert_eq!(tx("PLAN.20260224"), id().occurrence("2026-02-24".parse().unwrap()).unwrap());
}

#[test]
fn a_change_is_held_against_what_a_new_plan_is_held_against() {
    let mut stage = opened(terms());
    stage.until("02-13 11:00");
    let stored = stage.events.len();
    let amount = |yuan: &str| Changes { amount: yuan.parse().ok(), ..Changes::default() };
    let rows = [
        (amount("99"), "2026-02-25", "amount 99.00 is below the minimum of 100.00 for fund 011162"),
        (amount("200"), "2026-02-12", "the plan would start on 2026-02-12, before 2026-02-13"),
        (
            amount("200"),
            "2026-02-28",
            "the plan would start on 2026-02-28 and end before it, on 2026-02-27",
        ),
        (
            amount("200"),
            "2027-01-04",
            "a plan cannot start, nor change, on 2027-01-04: 2027-01-04 is outside the trading \
             calendar xshg-2026 (1990-12-19 to 2026-12-31); install the exchange's calendar \
             for that year",
        ),
    ];
    let rows = rows.into_iter().chain([(
        Changes { frequency: Some(often("weekly tue")), ..Changes::default() },
        "2026-02-25",
        "the plan would invest weekly on Tuesday, and no such date is left from 2026-02-25 on and through \
         2026-02-27: it needs one",
    )]);
    for (changes, from, says) in rows {
        let from = from.parse().unwrap();
        let change = Command::Change { at: at("02-13 11:00"), changes, from };
        let Reply::Refused(_, text) = stage.command::<RegularPlans>("PLAN", change) else {
            panic!("{says}")
        };
        assert_eq!(&*text, says);
    }
    assert_eq!(stage.events.len(), stored, "a refused word appends nothing");
    let changes = amount("200");
    let change = || Command::Change {
        at: at("02-13 11:00"),
        changes: changes.clone(),
        from: "2026-02-25".parse().unwrap(),
    };
    assert!(matches!(stage.command::<RegularPlans>("PLAN", change()), Reply::Acted));
    let then = stage.events.len();
    stage.until("02-24 09:30");
    // Said again when its date is past, it is still what was said.
    assert!(matches!(stage.command::<RegularPlans>("PLAN", change()), Reply::Acted));
    assert_eq!(stage.events.len(), then);
}

/// Other dates hold from the first one on that can still be begun: those before would be missed at once,
/// and could end the plan.
#[test]
fn a_change_that_is_heard_late_misses_none_of_the_dates_that_it_names() {
    let mut monthly = Terms { max_misses: 1.try_into().unwrap(), ..terms() };
    monthly.frequency = Frequency::from_words("monthly 28", monthly.start).unwrap();
    monthly.through = None;
    let mut stage = opened(monthly);
    stage.until("02-26 16:00");
    let changes = Changes { frequency: Some(Frequency::Daily), ..Changes::default() };
    let from = "2026-02-24".parse().unwrap();
    let change = Command::Change { at: at("02-24 09:00"), changes, from };
    let reply = stage.command::<RegularPlans>("PLAN", change);

    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.until("02-27 09:30");
    assert!(!stage.has("plan.occurrence_missed"), "{:?}", stage.take_lines());
    assert_eq!(job(&mut stage).len(), 1);
}

#[test]
fn a_first_date_that_moves_to_a_day_that_is_over_is_not_agreed_to() {
    let mut stage = Stage::with(vec![equity()], "02-28 10:00");
    let mut moved = Terms { start: "2026-02-28".parse().unwrap(), through: None, ..terms() };
    moved.frequency = Frequency::from_words("monthly 28", moved.start).unwrap();
    moved.move_rule = MoveRule::PreviousTradingDay;
    let Reply::Refused(_, text) = stage.request::<RegularPlans>("PLAN", moved.clone()) else {
        panic!("28 February is a Saturday, and the Friday before is over")
    };
    assert!(text.contains("whose orders were taken until 2026-02-27T15:00:00"), "{text}");
    moved.move_rule = MoveRule::NextTradingDay;
    let reply = stage.request::<RegularPlans>("PLAN", moved);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

/// All orders of the day are refused because of another one, when the registrar has the plan's already.
#[test]
fn an_occurrence_falls_with_its_day_and_is_missed() {
    let policy = "reject_all_of_day";
    let mut stage = Stage::with(vec![limits::with_cap(equity(), policy)], "02-13 10:00");
    stage.request::<RegularPlans>("PLAN", terms());
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    stage.until("02-24 09:31");
    assert!(stage.has("application.accepted"), "{}", stage.text());
    let day = Key::<DayLimit>::of(&"011162.i-1.2026-02-24.individual.direct_online".to_owned());
    let (transaction, amount) = (tx("Y"), "9000".parse().unwrap());
    stage.given(&day, &Count::Count { transaction, amount, cap: Some(limits::cap(policy)) });
    stage.crash();
    stage.until("02-24 09:32");
    let look = stage.look::<Purchase>("PLAN.20260224");
    assert_eq!(look.ending, Some("purchase.rolled_back"), "{}", stage.text());
    let plan = state(&stage);
    assert_eq!(&*plan.plan().unwrap().last_miss().unwrap().code, "day_refused");
    let taken = stage.outside.balance();
    assert_eq!(taken[0], taken[1]);
}

/// What the registrar did not accept cannot be sent back, and a person gives up on that.
#[test]
fn a_date_whose_shares_are_there_is_done_also_where_a_person_gives_up_on_the_rest() {
    let mut stage = opened(terms());
    stage.until("02-24 09:30");
    assert_eq!(job(&mut stage).len(), 1);
    let half = ["5000", "73.89", "5000", "1.3071", "3768.73"];
    let said = bought("C1", "2026-02-25", half);
    stage.outside.says("PLAN.20260224.buy", "2026-02-25T09:00:00+08:00", said);
    stage.outside.takes_back_nothing = true;
    stage.until("02-26 18:00");
    assert!(stage.has("holdings.credited"), "{}", stage.text());
    let reply = stage.abandon::<Purchase>("PLAN.20260224");
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    let plan = state(&stage);
    assert_eq!(plan.plan().unwrap().outcome("2026-02-24".parse().unwrap()), Some(Outcome::Done));
}
