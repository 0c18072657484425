//! What is carried over past the trading calendar's end waits for a person, in words and in time.

use crate::{
    closed_t::adds,
    funds::{self, equity},
    outside::redeemed,
    redemption::request,
    stage::Stage,
};
use fundflow_domain::{
    calendar::{TradingCalendar, version::Change},
    ids::VersionTag,
};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::redemption::Redemption;
use std::sync::Arc;

const CLOSED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/data/xshg_closed_weekdays.csv"));

fn ending_on(last: &str) -> Stage {
    let version = VersionTag::new("short").unwrap();
    let (first, last) = ("1990-12-19".parse().unwrap(), last.parse().unwrap());
    let calendar = TradingCalendar::from_closed_weekdays(version, first, last, CLOSED).unwrap();
    let house = funds::house(vec![equity()]);
    let house = fundflow_sagas::house::House {
        calendar: Arc::new(calendar),
        navs: Arc::new(|_, _| None),
        ..house
    };
    let mut stage = Stage::in_house(house, "02-24 10:00");
    stage.holds("011162", "L1", "2025-01-21", "6500");
    let reply = stage.request::<Redemption>("R", request());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

/// Four parts in a row, and never the last: each is paid as long as the calendar has its day.
fn carried(last: &str) -> Stage {
    let mut stage = ending_on(last);
    let part = ["1000", "1.3071", "1307.10", "0", "1307.10"];
    for (nth, day) in (1..).zip(["2026-02-25", "2026-02-26", "2026-02-27", "2026-03-02"]) {
        let at = format!("{day}T09:00:00+08:00");
        stage.outside.says("R.redeem", &at, redeemed(&format!("C{nth}"), day, false, part, &[]));
    }
    stage
}

#[test]
fn what_is_carried_past_the_calendars_end_waits_for_a_person_at_once_and_says_so() {
    let pay_out = "a_day_after is outside the trading calendar short";
    for (last, until, rows) in [
        ("2026-03-02", "03-02 18:00", [("pay out", pay_out), ("confirm", "is not known")]),
        ("2026-03-03", "03-03 18:00", [("confirm", "is not known"), ("confirm", "")]),
    ] {
        let mut stage = carried(last);
        stage.until("02-27 18:00");
        assert_eq!(stage.look::<Redemption>("R").parked, None, "{last}: {}", stage.text());
        stage.until(until);
        let alerts = stage.alerts.join("\n");
        for (row, says) in rows {
            let says = says.replace("a_day_after", "2026-03-03");
            let alert = alerts.lines().find(|it| it.contains(&format!("parked at {row}:")));
            assert!(alert.is_some_and(|alert| alert.contains(&says)), "{last} {row}: {alerts}");
        }
        // What it brought and what is left are both named, and the calendar's end has lost nothing.
        let ends = stage.look::<Redemption>("R").open_ends;
        let names: Vec<_> = ends.iter().map(|end| &*end.name).collect();
        assert_eq!(names, ["shares", "payout"], "{last}");
    }
}

#[test]
fn what_waits_for_a_person_since_the_calendar_ended_goes_on_by_the_days_that_are_added() {
    let mut stage = carried("2026-03-02");
    stage.until("03-02 18:00");
    assert!(stage.look::<Redemption>("R").parked.is_some(), "{}", stage.text());
    let closed = CLOSED.lines().filter(|day| ("2026-03-03".."2027").contains(day));
    let closed = closed.map(|day| day.parse().unwrap()).collect();

    let reply = adds(&mut stage, "rest-of-2026", Change::Year { year: 2026, closed });

    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    let resumed =
        stage.act::<Redemption>("R", Action::Resume { reason: "the days are known".into() });
    assert!(matches!(resumed, Reply::Acted), "{resumed:?}");
    stage.until("03-12 18:00");
    stage.house = stage.house.renewed(stage.runner.streams()).unwrap();
    let paid = stage.events.iter().filter(|it| &*it.event.event_type == "payout.paid_out");
    assert_eq!(paid.count(), 4, "each of the four parts is paid: {}", stage.text());
}
