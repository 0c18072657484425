//! The exchange does not open on a T after all (a typhoon, say): what became of its orders, each where it stood. The
//! notices here are made up.

use crate::{
    audited, conversion,
    funds::{bond, equity, wallet},
    outside, plan, plan_by_wallet, purchase, redemption,
    stage::{InHouse, Stage, at, tx},
};
use fundflow_application::desk;
use fundflow_domain::{
    calendar::version::{Change, Version},
    fund::ConversionFeeMethod,
    modes::ConversionMode,
    text::Text,
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    liveness::Wait,
    look::Look,
    message::{Reply, What},
};
use fundflow_sagas::{
    calendar_change::{CalendarChange, Refusal, Request, transaction_id},
    conversion::Conversion,
    discount_purchase::{self, DiscountPurchase},
    purchase::Purchase,
    redemption::Redemption,
};

fn text(of: &str) -> Text {
    Text::new("text", of).unwrap()
}

fn closes(stage: &mut Stage, tag: &str, day: &str) -> Reply {
    adds(stage, tag, Change::Days { closed: vec![day.parse().unwrap()], opened: vec![] })
}

/// A person adds that version to the calendar.
pub(crate) fn adds(stage: &mut Stage, tag: &str, change: Change) -> Reply {
    let version = Version {
        version: tag.parse().unwrap(),
        source: text("made up: a typhoon"),
        notice_date: stage.now.date(),
        change,
    };
    let id = transaction_id(&version.version).unwrap();
    let request = Request { version, reason: text("notice read"), by: text("li") };
    stage.handle(What::Request {
        saga: saga_id::<CalendarChange>(&id),
        request: payload::<Request>(request),
        asked: payload::<()>(()),
        at: None,
        trace_parent: None,
    })
}

/// By the calendar as the log has it.
fn look<S: InHouse>(stage: &Stage, id: &str) -> Look {
    let mut now = stage.clone();
    now.house = stage.house.renewed(stage.runner.streams()).unwrap_or(stage.house.clone());
    now.look::<S>(id)
}

/// Requested, paid and taken by the registrar for T 2026-02-12.
fn bought() -> Stage {
    let mut stage = Stage::with(vec![equity(), wallet()], "02-12 10:00");
    assert!(matches!(stage.request::<Purchase>("P", purchase::request()), Reply::Placed { .. }));
    stage.until("02-12 10:01");
    assert_eq!(look::<Purchase>(&stage, "P").business_date, "2026-02-12".parse().ok());
    stage.take_lines();
    stage
}

const CHANGED: [&str; 5] = [
    "calendar_change.prepared",
    "calendar_change.opened",
    "calendar.added",
    "calendar_change.added",
    "calendar_change.completed",
];

#[test]
fn an_order_that_the_registrar_has_moves_to_the_next_t_and_is_confirmed_by_it() {
    let mut stage = bought();
    closes(&mut stage, "typhoon", "2026-02-12");
    let lines = stage.take_lines();
    assert_eq!(lines[..5], CHANGED);
    assert_eq!(lines[5..], ["purchase.redated", "purchase.readmitted", "application.moved"]);
    let moved = look::<Purchase>(&stage, "P");
    assert_eq!(moved.business_date, "2026-02-13".parse().ok());
    assert!(stage.alerts.is_empty(), "{}", stage.text());

    let numbers = purchase::NUMBERS;
    stage.outside.says(
        "P.buy",
        "2026-02-24T09:00:00+08:00",
        outside::bought("C1", "2026-02-24", numbers),
    );
    stage.until("02-25 18:00");
    let ending = look::<Purchase>(&stage, "P").ending;
    assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
    assert!(stage.alerts.is_empty(), "{}", stage.text());
}

/// A service's desk was made before the day was closed, and is not made again for it.
#[tokio::test]
async fn whoever_shows_an_order_shows_it_by_the_calendar_of_now() {
    let mut stage = bought();
    let due = |stage: &Stage| look::<Purchase>(stage, "P").waits;
    let before = due(&stage);
    closes(&mut stage, "typhoon", "2026-02-13");
    assert_ne!(due(&stage), before, "its confirmation is due on another day");
    let desk = stage.kinds().into_iter().fold(desk::Registry::new(), desk::Registry::kind);
    let store = audited::stored(&stage.events).await;
    let shown = desk::show(&store, &desk, None, &tx("P")).await.unwrap();
    assert_eq!(shown.look.waits, due(&stage));
    let mut list = desk::SagaList::new(desk);
    list.catch_up(&store).await.unwrap();
    let filter = desk::Filter { kind: Some("purchase".into()), ..desk::Filter::default() };
    let listing = list.page(&store, &filter, &desk::Page::default()).await.unwrap();
    let stands = listing.rows[0].stands.as_ref().unwrap();
    assert_eq!(stands.waits, due(&stage));
}

#[test]
fn an_order_that_is_not_paid_yet_counts_for_the_next_t_when_it_is() {
    let mut stage = Stage::with(vec![equity()], "02-12 10:00");
    stage.silent = true;
    stage.request::<Purchase>("P", purchase::request());
    closes(&mut stage, "typhoon", "2026-02-12");
    stage.take_lines();
    stage.silent = false;
    stage.until("02-12 10:30");
    let lines = stage.take_lines();
    let redated = lines.iter().position(|it| it == "purchase.redated");
    let placed = lines.iter().position(|it| it == "application.placed");
    assert!(redated.is_some() && redated < placed, "{lines:?}");
    assert_eq!(look::<Purchase>(&stage, "P").business_date, "2026-02-13".parse().ok());
}

#[test]
fn a_due_day_that_is_closed_is_waited_for_until_the_next() {
    let mut stage = bought();
    let asks = |stage: &Stage| {
        look::<Purchase>(stage, "P").waits.into_iter().find_map(|wait| match wait {
            Wait::Word { asks, .. } => asks,
            _ => None,
        })
    };
    assert_eq!(asks(&stage), Some(at("02-13 12:00")));
    stage.until("02-12 16:00");
    closes(&mut stage, "typhoon", "2026-02-13");
    assert_eq!(look::<Purchase>(&stage, "P").business_date, "2026-02-12".parse().ok());
    assert_eq!(asks(&stage), Some(at("02-24 12:00")));
    stage.take_lines();
    stage.until("02-13 18:00");
    assert_eq!(
        stage.take_lines(),
        [] as [&str; 0],
        "nobody is asked on a day on which nobody works"
    );
    stage.until("02-24 12:01");
    assert_eq!(stage.take_lines()[..1], ["ask buy"]);
}

#[test]
fn a_redemption_moves_with_its_t_and_its_money_with_it() {
    let mut stage = Stage::with(vec![equity()], "02-10 10:00");
    stage.holds("011162", "L1", "2025-01-21", "6500");
    stage.request::<Redemption>("R", redemption::request());
    stage.until("02-10 10:01");
    closes(&mut stage, "typhoon", "2026-02-10");
    let moved = look::<Redemption>(&stage, "R");
    assert_eq!(moved.business_date, "2026-02-11".parse().ok());
    assert!(stage.has("application.moved"), "{}", stage.text());
    assert!(stage.alerts.is_empty(), "{}", stage.text());
}

#[test]
fn what_wants_only_its_own_t_is_taken_back() {
    let mut stage = Stage::with(vec![equity()], "02-12 10:00");
    let request = fundflow_sagas::purchase::Request { only_today: true, ..purchase::request() };
    stage.request::<Purchase>("P", request);
    stage.until("02-12 10:01");
    closes(&mut stage, "typhoon", "2026-02-12");
    stage.until("02-24 18:00");
    let lines = stage.take_lines();
    assert!(lines.iter().any(|it| it == "call buy.cancel"), "{lines:?}");
    assert_eq!(look::<Purchase>(&stage, "P").ending, Some("purchase.rolled_back"), "{lines:?}");
}

#[test]
fn whoever_dies_in_the_middle_moves_the_same_orders() {
    let mut whole = bought();
    closes(&mut whole, "typhoon", "2026-02-12");
    let appends = 8;
    for fuse in 0..appends {
        let mut stage = bought();
        stage.fuse = Some(fuse);
        closes(&mut stage, "typhoon", "2026-02-12");
        // Whoever had no reply asks again.
        closes(&mut stage, "typhoon", "2026-02-12");
        stage.until("02-12 10:05");
        let types = |stage: &Stage| {
            let mut types: Vec<String> =
                stage.events.iter().map(|it| it.event.event_type.to_string()).collect();
            types.sort();
            types
        };
        assert_eq!(types(&stage), types(&whole), "after {fuse} appends: {}", stage.text());
    }
}

#[test]
fn a_t_that_is_over_is_not_closed_and_nothing_moves() {
    let mut stage = bought();
    stage.until("02-12 15:00");
    stage.take_lines();
    let reply = closes(&mut stage, "typhoon", "2026-02-12");
    let Reply::Refused(refusal, words) = reply else { panic!("{reply:?}") };
    assert!(matches!(refusal.downcast_ref(), Some(Refusal::NotAdded(_))), "{words}");
    assert!(words.contains("days.closed[0] = 2026-02-12"), "{words}");
    assert_eq!(stage.take_lines(), [] as [&str; 0]);
    assert_eq!(look::<Purchase>(&stage, "P").business_date, "2026-02-12".parse().ok());
}

#[test]
fn whoever_sleeps_is_read_and_moves_too() {
    let mut stage = Stage::with(vec![equity()], "02-12 10:00");
    stage.runner.set_awake(1);
    for (id, until) in [("P", "02-12 10:01"), ("Q", "02-12 10:02"), ("R", "02-12 10:03")] {
        stage.request::<Purchase>(id, purchase::request());
        stage.until(until);
    }
    let awake = ["P", "Q", "R"].map(|id| stage.runner.running::<Purchase>(&tx(id)).is_some());
    assert!(awake.contains(&false), "somebody sleeps: {awake:?}");
    closes(&mut stage, "typhoon", "2026-02-12");
    stage.until("02-12 10:05");
    for id in ["P", "Q", "R"] {
        let day = look::<Purchase>(&stage, id).business_date;
        assert_eq!(day, "2026-02-13".parse().ok(), "{id}: {}", stage.text());
    }
}

#[test]
fn a_conversion_and_both_orders_of_a_linked_purchase_move_with_their_t() {
    let funds = vec![equity(), wallet(), bond(ConversionFeeMethod::FeeDifference)];
    let mut stage = Stage::with(funds, "02-12 10:00");
    stage.holds("001546", "B1", "2026-01-15", "25000");
    let converts = stage.request::<Conversion>("C", conversion::request());
    assert!(matches!(converts, Reply::Placed { .. }), "{converts:?}");
    let linked = discount_purchase::Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        wallet_fund: "000730".parse().unwrap(),
        target_fund: "011162".parse().unwrap(),
        amount: "10000".parse().unwrap(),
        mode: Some(ConversionMode::LinkedSameDay),
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let linked = stage.request::<DiscountPurchase>("D", linked);
    assert!(matches!(linked, Reply::Placed { .. }), "{linked:?}");
    stage.until("02-12 10:01");
    closes(&mut stage, "typhoon", "2026-02-12");
    let moved = stage.events.iter().filter(|it| &*it.event.event_type == "application.moved");
    assert_eq!(moved.count(), 3, "{}", stage.text());
    assert_eq!(look::<Conversion>(&stage, "C").business_date, "2026-02-13".parse().ok());
    assert_eq!(look::<DiscountPurchase>(&stage, "D").business_date, "2026-02-13".parse().ok());
    assert!(stage.alerts.is_empty(), "{}", stage.text());
}

/// In whichever way it becomes shares of the target: one order a day, or both on one.
#[test]
fn a_discount_purchase_moves_in_each_of_its_modes() {
    let modes =
        [ConversionMode::NextDay, ConversionMode::RedeemToPurchase, ConversionMode::LinkedSameDay];
    for mode in modes {
        for closed in ["2026-02-10", "2026-02-11"] {
            let mut stage = Stage::with(vec![equity(), wallet()], "02-10 10:00");
            let reply = stage.request::<DiscountPurchase>("D", discounted(mode));
            assert!(matches!(reply, Reply::Placed { .. }), "{mode:?}: {reply:?}");
            stage.until("02-10 10:01");
            closes(&mut stage, "typhoon", closed);
            let own = if closed == "2026-02-10" { "2026-02-11" } else { "2026-02-10" };
            let day = look::<DiscountPurchase>(&stage, "D").business_date;
            assert_eq!(day, own.parse().ok(), "{mode:?} {closed}: {}", stage.text());
            // The second order of the other modes is not placed yet, and will be of a day that is open.
            let placed = if mode == ConversionMode::LinkedSameDay { 2 } else { 1 };
            let moved = stage.events.iter();
            let moved = moved.filter(|it| &*it.event.event_type == "application.moved").count();
            assert_eq!(
                moved,
                if own == "2026-02-11" { placed } else { 0 },
                "{mode:?} {closed}: {}",
                stage.text()
            );
            assert!(stage.alerts.is_empty(), "{mode:?} {closed}: {}", stage.text());
        }
    }
}

fn discounted(mode: ConversionMode) -> discount_purchase::Request {
    discount_purchase::Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        wallet_fund: "000730".parse().unwrap(),
        target_fund: "011162".parse().unwrap(),
        amount: "10000".parse().unwrap(),
        mode: Some(mode),
        only_today: false,
        by_plan: false,
        distributor: None,
    }
}

/// A date of a plan whose T is closed after it was asked for moves as any purchase does; one that is still to come is
/// due on the next day that is open, by the plan's own rule.
#[test]
fn a_date_of_a_plan_moves_with_its_t_and_the_next_ones_follow_the_new_calendar() {
    let mut stage = plan::opened(plan::terms());
    stage.until("02-24 09:30");
    assert_eq!(plan::job(&mut stage).len(), 1);
    stage.until("02-24 09:31");
    closes(&mut stage, "typhoon", "2026-02-24");
    let moved = look::<Purchase>(&stage, "PLAN.20260224");
    assert_eq!(moved.business_date, "2026-02-25".parse().ok(), "{}", stage.text());

    closes(&mut stage, "typhoon-2", "2026-02-26");
    let calendar = stage.house.renewed(stage.runner.streams()).unwrap().calendar;
    let id = "PLAN".parse().unwrap();
    let plan =
        stage.state(&fundflow_kernel::streams::Key::<fundflow_domain::plan::RegularPlan>::of(&id));
    let due = |day: &str| {
        let t = calendar.day(day.parse().unwrap()).unwrap();
        let due = fundflow_sagas::regular_plan::due(&id, &plan, t, &calendar).unwrap();
        due.into_iter().map(|it| it.transaction.to_string()).collect::<Vec<_>>()
    };
    assert!(calendar.day("2026-02-26".parse().unwrap()).is_err());
    let due = due("2026-02-27");
    assert!(due.contains(&"PLAN.20260227".to_owned()), "{due:?}");
    assert!(!due.contains(&"PLAN.20260226".to_owned()), "daily: no date of a day that is closed");
}

/// Wallet shares leave by a corrected record after the day on which they were to be confirmed was closed. How long
/// they earned is booked, and looked at, by the calendar of now; a process that starts then goes on the same.
#[test]
fn what_leaves_a_wallet_by_other_shares_than_at_first_is_done_by_the_calendar_of_now() {
    let said = |restarts: bool| {
        let mut stage = Stage::with(vec![equity(), wallet()], "02-12 10:00");
        plan_by_wallet::holding(&mut stage, "20000");
        let held = discounted(ConversionMode::Held);
        assert!(matches!(stage.request::<DiscountPurchase>("D", held), Reply::Placed { .. }));
        stage.until("02-12 16:00");
        closes(&mut stage, "typhoon", "2026-02-13");
        if restarts {
            stage.crash();
        }
        let wrong = ["9000", "1", "0", "0", "9000", "1.3", "6923.09"];
        let right = ["10000", "1", "0", "0", "10000", "1.3", "7692.31"];
        let on = "2026-02-24";
        for (at, serial, numbers) in [("09:00", "K1", wrong), ("14:00", "K2", right)] {
            let at = format!("{on}T{at}:00+08:00");
            stage.outside.says("D.convert", &at, outside::converted(serial, on, numbers));
        }
        stage.until("02-25 18:00");
        assert!(stage.has("application.corrected"), "{}", stage.text());
        let ending = look::<DiscountPurchase>(&stage, "D").ending;
        assert_eq!(ending, Some("discount_purchase.completed"), "{}", stage.text());
        // Whoever looks at the log begins with the calendar that the house was made with, too.
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
        let all = stage.events.iter().map(|it| (it.stream.to_string(), it.event.data.to_string()));
        all.collect::<Vec<_>>()
    };
    assert_eq!(said(false), said(true));
}
