//! `fundflow sim`: what is printed follows from what was typed, and what is typed wrongly is refused with what is allowed.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use serde_json::Value;
use std::{
    fs,
    process::{Command, Output},
};

fn sim(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fundflow")).arg("sim").args(words).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const SMALL: [&str; 9] =
    ["run", "--days", "2", "--houses", "2", "--per-day", "3", "--faults", "heavy"];

#[test]
fn the_same_seed_says_the_same_however_many_houses_are_played_at_once() {
    let one = sim(&[&SMALL[..], &["--seed", "5", "--threads", "1"]].concat());
    let two = sim(&[&SMALL[..], &["--seed", "5", "--threads", "2"]].concat());
    assert_eq!(one.status.code(), Some(0), "{one:?}");
    assert_eq!(said(&one), said(&two));
    assert!(said(&one).contains("all that must be true held after every event"));
    assert!(String::from_utf8_lossy(&one.stderr).contains("sagas a minute"));
    let other = sim(&[&SMALL[..], &["--seed", "6"]].concat());
    assert_ne!(said(&one), said(&other));
}

#[test]
fn the_document_and_the_picture_have_what_was_met_and_what_never_was() {
    let place = tempfile::tempdir().unwrap();
    let picture = place.path().join("met.svg");
    let typed = [&SMALL[..], &["-o", "json", "--picture", picture.to_str().unwrap()]].concat();
    let seen: Value = serde_json::from_slice(&sim(&typed).stdout).unwrap();
    let svg = fs::read_to_string(&picture).unwrap();

    assert_eq!(seen["houses"], 2);
    assert!(seen["sagas"].as_u64() > Some(20), "{seen}");
    let met = seen["coverage"].as_array().unwrap();
    let never = seen["never"].as_array().unwrap();
    assert!(met.iter().any(|it| it["row"] == "pay") && !never.is_empty());
    assert!(seen["failure"].is_null());
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert_eq!(svg.matches("<title>").count(), (met.len() + never.len()) * 17);
}

#[test]
fn a_plan_plays_what_is_in_it_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let plan = place.path().join("plan.toml");
    let text = "seed = 5\nhouse = 0\ndays = 1\nper_day = 3\nfaults = 'heavy'\nmoments = [0]\nstrikes = []\n";
    fs::write(&plan, text).unwrap();
    let played = sim(&["run", "-o", "json", "--plan", plan.to_str().unwrap()]);
    let seen: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert_eq!((&seen["sagas"], &seen["houses"]), (&1.into(), &1.into()), "{seen}");
    assert_eq!(seen["faults"], Value::Object(serde_json::Map::new()));
    assert_eq!(seen["endings"][0]["ending"], "recharge.completed");

    for (wrong, says) in [("days = 1", "days"), ("faults = 'heavy'", "faults")] {
        let typed =
            text.replace(wrong, &wrong.replace("heavy", "none at all").replace("= 1", "= 0"));
        fs::write(&plan, typed).unwrap();
        let refused = sim(&["run", "--plan", plan.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(says), "{refused:?}");
    }
}

#[test]
fn what_is_typed_wrongly_is_refused_with_what_is_allowed() {
    for (typed, says) in [
        (&["run", "--faults", "nope"][..], "none, light, heavy, disk, outside, clock, people"),
        (&["run", "--days", "0"], "a whole number from 1 to 200"),
        (&["run", "--days", "200"], "outside the trading calendar"),
        (&["run", "--days", "100000"], "a whole number from 1 to 200"),
        (&["run", "--house", "5", "--houses", "2"], "--house 5: of --houses 2 there are 0 to 1"),
        (&["run", "--houses", "0"], "a whole number from 1 to 1000000"),
        (&["run", "--seed", "-1"], "write a whole number"),
        (&["run", "--plan", "/nowhere/plan.toml"], "No such file"),
    ] {
        let refused = sim(typed);
        assert_eq!(refused.status.code(), Some(2), "{typed:?}: {refused:?}");
        let error = String::from_utf8_lossy(&refused.stderr);
        assert!(error.contains(says), "{typed:?}: {error}");
    }
}

#[test]
fn a_seed_in_which_nothing_fails_is_not_shrunk() {
    let none = sim(&["shrink", "5", "--days", "1", "--houses", "1", "--per-day", "2"]);
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    assert!(String::from_utf8_lossy(&none.stderr).contains("nothing fails"), "{none:?}");
}
