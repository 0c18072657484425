//! A raising that later terms extend or end early: the day on which its word is due moves with it, and nobody is
//! called before.

use crate::{
    funds::{equity, raised},
    outside::{received, subscribed},
    stage::Stage,
    subscription,
};
use fundflow_domain::{fund::FundTerms, status::FundStatus};
use fundflow_sagas::purchase::Purchase;

/// Terms from that day on, by which it is raised through one day and founded on another.
fn from(day: &str, [through, founded_on]: [&str; 2]) -> FundTerms {
    let mut fund = raised();
    fund.effective_from = day.parse().unwrap();
    fund.version = format!("raised-{day}").parse().unwrap();
    let raising = fund.raising.as_mut().unwrap();
    raising.through = through.parse().unwrap();
    raising.founded_on = founded_on.parse().ok();
    fund
}

/// Open to everybody, and raised no more.
fn open_from(day: &str) -> FundTerms {
    let version = format!("open-{day}").parse().unwrap();
    let effective_from = day.parse().unwrap();
    FundTerms { version, effective_from, raising: None, status: FundStatus::Open, ..raised() }
}

/// Subscribed and received while the first terms held, which promise the 4th of March.
fn subscribed_in(mut later: Vec<FundTerms>) -> Stage {
    later.extend([equity(), raised()]);
    let mut stage = Stage::with(later, "02-13 16:30");
    stage.request::<Purchase>("P", subscription::request());
    stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
    stage
}

fn founded(stage: &mut Stage, day: &str) {
    let at = format!("{day}T09:00:00+08:00");
    stage.outside.says("P.buy", &at, subscribed("C1", day, subscription::NUMBERS));
}

fn parked(stage: &Stage) -> bool {
    stage.look::<Purchase>("P").parked.is_some()
}

#[test]
fn an_extended_raising_calls_nobody_before_its_new_day_is_over() {
    let once = || vec![from("2026-02-20", ["2026-03-13", "2026-03-18"])];
    let twice = || {
        let first = from("2026-02-20", ["2026-03-06", "2026-03-10"]);
        vec![first, from("2026-03-06", ["2026-03-13", "2026-03-18"])]
    };
    let then_open =
        || vec![from("2026-02-20", ["2026-03-13", "2026-03-18"]), open_from("2026-03-18")];
    for later in [once(), twice(), then_open()] {
        let mut stage = subscribed_in(later.clone());
        stage.until("03-20 11:59");
        assert!(!parked(&stage), "{}", stage.text());
        stage.until("03-20 18:00");
        let (_, cause) = stage.look::<Purchase>("P").parked.expect("overdue at last");
        assert_eq!(&*cause.code, "overdue");

        let mut stage = subscribed_in(later);
        founded(&mut stage, "2026-03-18");
        stage.until("03-20 11:00");
        let ending = stage.look::<Purchase>("P").ending;
        assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
        assert!(!stage.has("case.opened"), "{}", stage.text());
    }
}

#[test]
fn a_raising_that_ends_early_is_founded_early_and_overdue_early() {
    let early = || vec![from("2026-02-20", ["2026-02-24", "2026-02-26"])];
    let mut stage = subscribed_in(early());
    founded(&mut stage, "2026-02-26");
    stage.until("03-02 11:00");
    let ending = stage.look::<Purchase>("P").ending;
    assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
    assert!(!stage.has("case.opened"), "{}", stage.text());

    let mut stage = subscribed_in(early());
    stage.until("03-02 11:59");
    assert!(!parked(&stage), "{}", stage.text());
    stage.until("03-02 18:00");
    assert!(parked(&stage), "{}", stage.text());
}

#[test]
fn terms_without_a_raising_leave_the_day_as_the_last_raising_says() {
    let mut stage = subscribed_in(vec![open_from("2026-03-04")]);
    stage.until("03-06 11:59");
    assert!(!parked(&stage), "{}", stage.text());
    founded(&mut stage, "2026-03-05");
    stage.until("03-06 18:00");
    let ending = stage.look::<Purchase>("P").ending;
    assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
}
