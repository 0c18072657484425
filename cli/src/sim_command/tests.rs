use super::{PlayArgs, RunArgs, houses::Seen, known, report};
use crate::args::Format;
use fundflow_domain::time::Timestamp;
use fundflow_simulation::days::{Fallen, Plan};
use serde_json::Value;
use std::collections::BTreeSet;

fn args() -> RunArgs {
    let faults = known("heavy").unwrap();
    let play = PlayArgs { days: 5, faults, per_day: 6, houses: 8, house: None, threads: 2 };
    RunArgs { seed: 7, play, plan: None, picture: None }
}

fn failed() -> Seen {
    let fallen = Fallen {
        truth: "money and shares are conserved".into(),
        what: "purchase D-0209-1: it is over, and payment (100) is open".into(),
        at: Timestamp::from_micros(1_770_948_000_000_000),
        last: vec!["fault: crash: payment-D-0209-1.buy.pay@2".into()],
        struck: BTreeSet::new(),
    };
    let mut seen = Seen::default();
    seen.failed = Some((Plan::of(7, 3, 5, 6, "heavy"), Box::new(fallen)));
    seen
}

fn printed(format: Format) -> String {
    let mut out = Vec::new();
    report::print(&failed(), &args(), format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_failure_says_its_seed_its_day_its_truth_what_came_before_and_how_to_see_it_again() {
    let text = printed(Format::Table);
    for part in [
        "FAILED: seed 7, house 3, 2026-02-13T10:00:00+08:00",
        "does not hold: money and shares are conserved\n  purchase D-0209-1: it is over",
        "the last that happened:\n  fault: crash: payment-D-0209-1.buy.pay@2",
        "fundflow sim run --seed 7 --house 3 --days 5 --per-day 6 --faults heavy",
        "fundflow sim shrink 7 --house 3 --days 5 --per-day 6 --faults heavy",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn the_document_of_a_failure_has_the_plan_and_the_command() {
    let seen: Value = serde_json::from_str(&printed(Format::Json)).unwrap();
    let failure = &seen["failure"];
    assert_eq!(failure["plan"]["house"], 3);
    assert_eq!(failure["truth"], "money and shares are conserved");
    assert!(failure["again"].as_str().unwrap().starts_with("fundflow sim run --seed 7 --house 3 "));
}
