//! What is carried over past the trading calendar's end waits for a person, in words and in time.

use crate::{
    funds::{self, equity},
    outside::redeemed,
    redemption::request,
    stage::Stage,
};
use fundflow_domain::{calendar::TradingCalendar, ids::VersionTag};
use fundflow_runtime::message::Reply;
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

#[test]
fn a_rest_that_is_carried_past_the_calendars_end_parks() {
    for last in ["2026-03-02", "2026-03-03", "2026-03-04"] {
        let mut stage = ending_on(last);
        let part = ["1000", "1.3071", "1307.10", "0", "1307.10"];
        for (nth, day) in (1..).zip(["2026-02-25", "2026-02-26", "2026-02-27", "2026-03-02"]) {
            let at = format!("{day}T09:00:00+08:00");
            stage.outside.says(
                "R.redeem",
                &at,
                redeemed(&format!("C{nth}"), day, false, part, &[]),
            );
        }
        for until in [
            "02-25 18:00",
            "02-26 18:00",
            "02-27 18:00",
            "03-02 18:00",
            "03-03 18:00",
            "03-04 18:00",
            "03-06 18:00",
        ] {
            stage.until(until);
            let look = stage.look::<Redemption>("R");
            println!(
                "{last} {until} {:?} {:?} {:?} {:?}",
                look.parked, look.ending, look.waits, look.open_ends
            );
        }
        println!("{:?}", stage.alerts);
    }
}
