//! The exchange does not open on a T after all (a typhoon, say): what becomes of money on its way into a wallet, and
//! out of one. The notices here are made up.

use crate::{
    outside::{record, redeemed},
    recharge,
    stage::{Stage, order},
    terms::house,
    withdraw,
};
use fundflow_domain::{
    application::Outcome,
    calendar::version::{Change, Version},
    ids::ApplicationNo,
    money::Money,
    text::Text,
};
use fundflow_runtime::{message::Reply, saga::Saga};
use fundflow_sagas::{
    calendar_change::{CalendarChange, Request, transaction_id},
    ports::registrar,
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

/// The registrar confirms 400 shares a yuan short, and corrects that within the hour.
fn corrected_at(stage: &mut Stage<Withdraw>, day: &str, hour: &str) {
    stage.clock(&format!("{} {hour}:00", &day[5..]));
    let right = redeemed("400".parse().unwrap(), "0");
    let Outcome::Redemption(mut wrong) = right.clone() else { unreachable!() };
    wrong.payout = wrong.payout.minus(Money::whole_yuan(1)).unwrap();
    let number = ApplicationNo::of(&order("redeem"));
    for (serial, outcome) in [("c-1", Outcome::Redemption(wrong)), ("c-2", right)] {
        stage.notice(registrar::notice(&number, record(serial, day, true, outcome)));
        stage.settle();
    }
    assert_eq!(stage.count("application.corrected"), 1, "{}", stage.text());
}

/// Shares of the 3rd earn up to the day before the next trading day; what was booked by the calendar of then stands.
#[test]
fn what_left_by_a_corrected_record_earns_as_it_was_booked_when_a_day_is_closed_later() {
    let mut stage = withdrawn("02-03 10:00");
    corrected_at(&mut stage, "2026-02-04", "10");
    stage.clock("02-04 14:30");
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    closes(&mut stage, "typhoon", "2026-02-04");
    let before = stage.events.len();
    stage.crash();
    stage.run();
    assert_eq!(stage.events.len(), before, "the next process books nothing anew: {}", stage.text());
    let again = record("c-2", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), again));
    assert_eq!(stage.events.len(), before, "nor who hears it again: {}", stage.text());
}

/// It was prepared before the day was closed, and is booked, and looked at, by the calendar of now.
#[test]
fn what_was_asked_for_before_a_day_was_closed_goes_on_from_a_corrected_record() {
    let mut stage = withdrawn("02-03 10:00");
    stage.settle();
    closes(&mut stage, "typhoon", "2026-02-04");
    corrected_at(&mut stage, "2026-02-05", "10");
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    let before = stage.events.len();
    stage.crash();
    stage.run();
    assert_eq!(stage.events.len(), before, "{}", stage.text());
}

#[test]
fn who_runs_on_books_by_the_calendar_of_now_as_a_process_that_starts_does() {
    let said = |restarts: bool| {
        let mut stage = withdrawn("02-03 10:00");
        stage.settle();
        closes(&mut stage, "typhoon", "2026-02-04");
        if restarts {
            stage.crash();
        }
        corrected_at(&mut stage, "2026-02-05", "10");
        let all = stage.events.iter().map(|it| (it.stream.to_string(), it.event.data.to_string()));
        all.collect::<Vec<_>>()
    };
    assert_eq!(said(false), said(true));
}
