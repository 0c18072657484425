//! The exchange does not open on a T after all (a typhoon, say): what becomes of money on its way into a wallet, and
//! out of one. The notices here are made up.

use crate::{recharge, stage::Stage, terms::house, withdraw};
use fundflow_domain::{
    calendar::version::{Change, Version},
    text::Text,
};
use fundflow_runtime::{message::Reply, saga::Saga};
use fundflow_sagas::{
    calendar_change::{CalendarChange, Request, transaction_id},
    recharge::Recharge,
    withdraw::Withdraw,
};

fn text(of: &str) -> Text {
    Text::new("text", of).unwrap()
}

/// A person adds to the calendar that this day is closed.
fn closes<S: Saga>(stage: &mut Stage<S>, tag: &str, day: &str) -> Reply {
    let version = Version {
        version: tag.parse().unwrap(),
        source: text("made up: a typhoon"),
        notice_date: stage.now.date(),
        change: Change::Days { closed: vec![day.parse().unwrap()], opened: vec![] },
    };
    let id = transaction_id(&version.version).unwrap();
    let request = Request { version, reason: text("notice read"), by: text("li") };
    stage.request_beside::<CalendarChange>(id.as_str(), request, ())
}

fn beside<S: Saga>(mut stage: Stage<S>) -> Stage<S> {
    let house = house(vec![crate::terms::money_fund()]);
    stage.beside(CalendarChange { house });
    stage
}

fn recharged(now: &str) -> Stage<Recharge> {
    let mut stage = beside(recharge::stage(now));
    let reply = stage.request(recharge::request(), recharge::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

fn withdrawn(now: &str) -> Stage<Withdraw> {
    let mut stage = beside(withdraw::stage(now));
    let reply = stage.request(withdraw::request(Some("400")), withdraw::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

/// The stamps of every event of that type.
fn at<S: Saga>(stage: &Stage<S>, named: &str) -> Vec<String> {
    let all = stage.events.iter().filter(|it| *it.event.event_type == *named);
    all.map(|it| it.event.recorded_at.date().to_string()).collect()
}

#[test]
fn a_recharge_moves_with_its_t_and_its_shares_are_those_of_the_next() {
    let mut stage = recharged("02-03 10:00");
    stage.settle();
    closes(&mut stage, "typhoon", "2026-02-03");
    assert_eq!(stage.count("application.moved"), 1, "{}", stage.text());
    stage.run();
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(stage.wallet().lots()[0].registered.to_string(), "2026-02-05");
    assert!(stage.alerts.is_empty(), "{}", stage.text());
}

#[test]
fn a_withdrawal_moves_with_its_t_and_its_money_with_it() {
    let mut stage = withdrawn("02-03 10:00");
    stage.settle();
    closes(&mut stage, "typhoon", "2026-02-03");
    assert_eq!(stage.count("application.moved"), 1, "{}", stage.text());
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(at(&stage, "payout.paid_out"), ["2026-02-05"]);
    assert_eq!(stage.wallet().available().to_string(), "600.00");
    assert!(stage.alerts.is_empty(), "{}", stage.text());
}

#[test]
fn whoever_dies_in_the_middle_of_a_closing_moves_the_same() {
    let types = |stage: &Stage<Withdraw>| {
        let mut types: Vec<String> =
            stage.events.iter().map(|it| it.event.event_type.to_string()).collect();
        types.sort();
        types
    };
    let mut whole = withdrawn("02-03 10:00");
    whole.settle();
    closes(&mut whole, "typhoon", "2026-02-03");
    whole.run();
    for fuse in 0..8 {
        let mut stage = withdrawn("02-03 10:00");
        stage.settle();
        stage.fuse = Some(fuse);
        closes(&mut stage, "typhoon", "2026-02-03");
        // Whoever had no reply asks again.
        closes(&mut stage, "typhoon", "2026-02-03");
        stage.run();
        assert_eq!(types(&stage), types(&whole), "after {fuse} appends: {}", stage.text());
    }
}
