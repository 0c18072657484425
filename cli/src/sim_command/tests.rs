use super::{
    PlayArgs, RunArgs, SimCommand, houses::Seen, houses::in_town, known, play, report, shrink,
};
use crate::{
    args::{Arguments, Command, Format},
    audit_command::VERIFICATION_FAILED,
};
use clap::Parser as _;
use fundflow_domain::time::Timestamp;
use fundflow_simulation::{
    days::{Days, Fallen, Plan, Profile},
    town::Everybody,
};
use serde_json::Value;
use std::{collections::BTreeSet, process::ExitCode};

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

/// The town with a truth that does not hold: nothing is refunded or cancelled.
fn strict(plan: &Plan) -> Option<(Days<Everybody>, Profile)> {
    let (mut days, profile) = in_town(plan)?;
    days.truths.push(("nothing is taken back", |log, _| {
        let taken_back = |it: &&str| it.ends_with(".refunded") || it.ends_with(".cancelled");
        log.types().into_iter().find(taken_back).map_or(Ok(()), |it| Err(it.to_owned()))
    }));
    Some((days, profile))
}

/// What is typed, done in the strict town: the exit code and what is printed.
fn typed(line: &str) -> (ExitCode, String) {
    let words = line.split(' ');
    let Command::Sim { output, command } = Arguments::try_parse_from(words).unwrap().command else {
        panic!("{line} is no simulation");
    };
    let mut out = Vec::new();
    let code = match &command {
        SimCommand::Run(args) => play(args, strict, output.format, &mut out).unwrap(),
        SimCommand::Shrink(args) => shrink::shrink(args, strict, output.format, &mut out).unwrap(),
        SimCommand::Profiles => panic!("nothing is played"),
    };
    (code, String::from_utf8(out).unwrap())
}

/// What stands behind that at the beginning of a line.
fn behind<'a>(text: &'a str, begin: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(begin));
    line.unwrap_or_else(|| panic!("no {begin:?} in {text}")).trim()
}

/// Where and how it failed, and what came before.
fn failure(text: &str) -> &str {
    let (from, to) = (text.find("FAILED: ").unwrap(), text.find("play it again:").unwrap());
    &text[from..to]
}

#[test]
fn the_lines_that_a_failure_prints_can_be_pasted_and_show_it_again() {
    let (code, found) =
        typed("fundflow sim run --seed 3 --days 2 --per-day 6 --houses 6 --faults heavy");
    assert_eq!(code, ExitCode::from(VERIFICATION_FAILED), "{found}");
    let (code, again) = typed(behind(&found, "play it again:"));
    assert_eq!(code, ExitCode::from(VERIFICATION_FAILED));
    assert_eq!(failure(&again), failure(&found));

    let directory = tempfile::tempdir().unwrap();
    let line = behind(&found, "make it smaller:").to_owned();
    let file = directory.path().join("smaller.toml");
    let (code, shrunk) = typed(&format!("{line} --tries 60 --to {}", file.display()));
    assert_eq!(code, ExitCode::SUCCESS);

    let (code, smaller) = typed(behind(&shrunk, "play it again:"));
    assert_eq!(code, ExitCode::from(VERIFICATION_FAILED), "{smaller}");
    let text = std::fs::read_to_string(&file).unwrap();
    let plan = Plan::from_toml(&text).unwrap();
    assert_eq!(plan.fails.as_deref(), Some("nothing is taken back"));
    assert!(plan.moments.is_some_and(|it| it.len() < 20), "{text}");
    assert!(failure(&smaller).contains("does not hold: nothing is taken back"), "{smaller}");
    let (_, same) = typed(behind(&smaller, "play it again:"));
    assert_eq!(failure(&same), failure(&smaller));
    // The plan that is printed where no file is named is the one that is written.
    let (_, printed) = typed(&format!("{line} --tries 60"));
    assert_eq!(printed, text);
}
