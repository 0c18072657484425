//! What an investor says to a regular plan, in the rows of a day and as it is typed.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADER: &str = "transaction,time,kind,investor,fund,amount,frequency,start,of,note\n";

/// A store into which a day with these rows was played, and what was said.
fn played(rows: &str) -> (TempDir, String) {
    let (_, store, said) = played_from(rows);
    (store, said)
}

/// The folder, too.
fn played_from(rows: &str) -> (TempDir, TempDir, String) {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", &[HEADER, rows].concat()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = fundflow(store.path(), &words);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let said = text(said.stdout) + &text(said.stderr);
    (folder, store, said)
}

fn types(store: &Path) -> Vec<String> {
    let said = fundflow(store, &["event", "ls", "--stream", "plan-P-1", "-o", "json"]);
    let events: Value = serde_json::from_slice(&said.stdout).unwrap();
    let name = |event: &Value| event["event_type"].as_str().unwrap().to_owned();
    events.as_array().unwrap().iter().map(name).collect()
}

const PLAN: &str = "P-1,09:30:00,plan,I-1,011162,100.00,monthly 24,2026-03-24,,\n";

#[test]
fn rows_change_pause_resume_and_end_a_plan() {
    let rows = "\
W-1,09:31:00,plan_change,,,200.00,monthly 25,2026-03-25,P-1,
W-2,09:32:00,plan_pause,,,,,,P-1,on holiday
W-3,09:33:00,plan_resume,,,,,,P-1,
W-4,09:34:00,plan_end,,,,,,P-1,enough
W-5,09:35:00,plan_resume,,,,,,P-1,
W-6,09:36:00,plan_end,,,,,,P-9,
";
    let (store, said) = played(&[PLAN, rows].concat());

    let expected = ["plan.opened", "plan.changed", "plan.paused", "plan.resumed", "plan.ended"];
    assert_eq!(types(store.path()), expected, "{said}");
    for line in [
        "plan P-1 is changed",
        "plan P-1 is paused",
        "plan P-1 goes on",
        "plan P-1 is ended",
        "the plan is over",
        "there is no plan P-9",
        "ended as asked: enough",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn a_change_of_nothing_and_a_start_that_no_calendar_knows_are_reported() {
    let rows = "\
P-2,09:30:00,plan,I-1,011162,100.00,monthly 5,2027-01-05,,
W-1,09:31:00,plan_change,,,,,2026-02-25,P-1,
";
    let (_store, said) = played(&[PLAN, rows].concat());

    assert!(said.contains("a plan cannot start, nor change, on 2027-01-05"), "{said}");
    assert!(
        said.contains("amount \"\": write what changes: amount, account or frequency"),
        "{said}"
    );
}

#[test]
fn what_is_typed_is_looked_at_first_and_done_with_apply() {
    let (store, _) = played(PLAN);
    // Minutes of clocks that differ are let pass; the store's own time is that of its last event.
    let at = ["--at", "2026-02-12T09:31:00+08:00"];
    let change = ["plan", "change", "P-1", "--amount", "250.00", "--frequency", "weekly tue"];
    let typed: [Vec<&str>; 4] = [
        [&change[..], &at].concat(),
        [&["plan", "pause", "P-1", "--reason", "on holiday"][..], &at].concat(),
        [&["plan", "resume", "P-1"][..], &at].concat(),
        vec!["plan", "end", "P-1", "--reason", "enough"],
    ];
    let run = |words: &[&str]| {
        let words = [words, &["--operator", "li"]].concat();
        let said = fundflow(store.path(), &words);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (said.status.code(), text(&said.stdout) + &text(&said.stderr))
    };

    let (code, said) = run(&typed[0]);
    assert!(code == Some(0) && said.contains("plan.changed"), "{said}");
    assert_eq!(types(store.path()), ["plan.opened"], "a look changes nothing");
    for words in &typed {
        let (code, said) = run(&[&words[..], &["--apply"]].concat());
        assert_eq!(code, Some(0), "{words:?}: {said}");
    }
    let expected = ["plan.opened", "plan.changed", "plan.paused", "plan.resumed", "plan.ended"];
    assert_eq!(types(store.path()), expected);
    let (code, said) = run(&["plan", "change", "P-1", at[0], at[1]]);
    assert!(code == Some(2) && said.contains("nothing would change"), "{said}");
    let (code, said) =
        run(&[&["plan", "change", "P-1", "--frequency", "yearly"][..], &at].concat());
    assert!(code == Some(2) && said.contains("\"monthly 15\""), "{said}");
    let ahead = "2026-02-13T09:31:00+08:00";
    let (code, said) = run(&["plan", "pause", "P-1", "--reason", "a slip", "--at", ahead]);
    assert!(code == Some(1) && said.contains(&format!("at {ahead} is outside of ")), "{said}");
    let (code, said) = run(&["plan", "end", "P-9", "--reason", "enough"]);
    assert!(code == Some(1) && said.contains("no saga was ever prepared"), "{said}");
}

#[test]
fn what_may_be_said_to_a_plan_stands_under_it() {
    let (store, _) = played(PLAN);
    let said = fundflow(store.path(), &["saga", "show", "P-1"]);
    let out = String::from_utf8(said.stdout).unwrap();

    for line in ["plan change P-1 --amount YUAN", "plan pause P-1 --at", "plan end P-1 --reason"] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("plan resume"), "{out}");
}

#[test]
fn a_plan_that_is_opened_before_the_cut_off_invests_on_that_day_and_a_later_one_is_refused() {
    let before = "P-1,14:59:59,plan,I-1,011162,100.00,monthly 12,2026-02-12,,\n";
    let (store, said) = played(before);
    let types = types(store.path());
    assert_eq!(types, ["plan.opened", "plan.occurrence_begun", "plan.occurrence_done"], "{said}");

    let after = "P-1,15:00:00,plan,I-1,011162,100.00,monthly 12,2026-02-12,,\n";
    let (_store, said) = played(after);
    assert!(said.contains("whose orders were taken until 2026-02-12T15:00:00"), "{said}");
    assert!(said.contains("refused"), "{said}");
}

#[test]
fn a_word_that_comes_before_what_it_is_about_stays_refused_when_the_folder_is_played_again() {
    let rows = "\
W-1,09:00:00,plan_end,,,,,,P-1,enough
C-1,09:01:00,cancel,,,,,,B-1,
B-1,09:40:00,purchase,I-1,011162,100.00,,,,
";
    let (folder, store, said) = played_from(&[PLAN, rows].concat());
    assert!(said.contains("there is no plan P-1 yet"), "{said}");
    let before = fundflow(store.path(), &["event", "ls", "-o", "json"]).stdout;

    fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
    let after = fundflow(store.path(), &["event", "ls", "-o", "json"]).stdout;
    assert_eq!(String::from_utf8(after), String::from_utf8(before));
    assert_eq!(types(store.path()), ["plan.opened"]);
}

#[test]
fn what_a_new_plan_is_refused_for_is_refused_of_a_change() {
    let rows = "\
W-1,09:31:00,plan_change,,,0.50,,,P-1,
W-2,09:32:00,plan_change,,,200.00,,2026-02-11,P-1,
";
    let (store, said) = played(&[PLAN, rows].concat());
    assert!(said.contains("amount 0.50 is below the minimum of "), "{said}");
    assert!(said.contains("the plan would start on 2026-02-11, before 2026-02-12"), "{said}");
    assert_eq!(types(store.path()), ["plan.opened"], "{said}");

    let header = HEADER.replace("note", "account,note");
    let rows = "\
P-1,09:30:00,plan,I-1,011162,100.00,monthly 24,2026-03-24,,,
W-1,09:31:00,plan_change,,,,,,P-1,A-2,
";
    let folder = tempfile::tempdir().unwrap();
    let store = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", &[&header, rows].concat()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    let said = String::from_utf8(fundflow(store.path(), &words).stdout).unwrap();
    assert!(said.contains("A-2"), "{said}");
    assert_eq!(types(store.path()), ["plan.opened"], "{said}");
}

const AT: &str = "2026-02-12T09:32:00+08:00";

#[test]
fn another_account_pays_only_where_the_folder_says_that_it_is_the_investors() {
    let (folder, store, _) = played_from(PLAN);
    let change = |account: &str, folder: Option<&Path>| {
        let mut words = vec!["plan", "change", "P-1", "--at", AT, "--operator", "chen", "--apply"];
        words.extend(["--account", account]);
        let named = folder.map(|it| it.to_str().unwrap());
        words.extend(named.iter().flat_map(|it| ["--folder", it]));
        let said = fundflow(store.path(), &words);
        (
            said.status.code(),
            String::from_utf8(said.stdout).unwrap() + &String::from_utf8(said.stderr).unwrap(),
        )
    };
    let (code, said) = change("A-9", None);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("name with --folder"), "{said}");
    let (code, said) = change("A-9", Some(folder.path()));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("the investor's account is A-1"), "{said}");
    assert_eq!(types(store.path()), ["plan.opened"]);

    fs::write(folder.path().join("investors.csv"), INVESTORS.replace("A-1", "A-9")).unwrap();
    let (code, said) = change("A-9", Some(folder.path()));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(types(store.path()), ["plan.opened", "plan.changed"]);

    fs::write(folder.path().join("investors.csv"), INVESTORS.replace("I-1", "I-2")).unwrap();
    let (code, said) = change("A-9", Some(folder.path()));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("has no investor I-1"), "{said}");
}

#[test]
fn a_plan_does_not_go_on_from_an_instant_before_its_pause() {
    let (store, _) = played(&[PLAN, "W-1,11:00:00,plan_pause,,,,,,P-1,on holiday\n"].concat());
    let resume = |at: &str| {
        let words = ["plan", "resume", "P-1", "--at", at, "--operator", "chen", "--apply"];
        let said = fundflow(store.path(), &words);
        (said.status.code(), String::from_utf8(said.stdout).unwrap())
    };
    let (code, said) = resume("2026-02-12T10:00:00+08:00");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the plan is paused since 2026-02-12T11:00:00+08:00"), "{said}");

    let (code, said) = resume("2026-02-12T11:01:00+08:00");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("done: 1 of 1"), "{said}");
    let (code, said) = resume("2026-02-12T11:01:00+08:00");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("changes nothing") && said.contains("done: 0 of 1"), "{said}");
    assert!(said.contains("already so: 1 of 1"), "{said}");
}

#[test]
fn what_plans_ask_for_is_reported_alike_however_often_the_folder_is_played() {
    let header = HEADER.replace("note", "periods,note");
    // Two Saturdays move to the 24th. One has one period left; the other's questionnaire is over by then.
    let rows = "\
P-1,09:30:00,plan,I-1,011162,100.00,weekly sat,2026-02-13,,1,
P-2,09:30:00,plan,I-2,011162,100.00,weekly sat,2026-02-13,,,
";
    let folder = tempfile::tempdir().unwrap();
    let store = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("day.toml", "trade_date = 2026-02-13\nseed = 1\n");
    let late =
        INVESTORS.lines().last().unwrap().replace("-1,", "-2,").replace("2027-01-31", "2026-02-20");
    write("investors.csv", &format!("{INVESTORS}{late}\n"));
    write("navs.csv", "fund,date,nav\n011162,2026-02-13,0.7421\n011162,2026-02-24,0.7421\n");
    write("orders.csv", &[&header, rows].concat());
    let play = || {
        let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
        let said = fundflow(store.path(), &words);
        let report: Value = serde_json::from_slice(&said.stdout).unwrap();
        let mut rows = Vec::new();
        for row in report["endings"].as_array().unwrap() {
            for of in row["transactions"].as_array().unwrap() {
                let text = |it: &Value| it.as_str().unwrap().to_owned();
                rows.push((text(of), text(&row["ending"]), text(&row["reason"])));
            }
        }
        rows.sort();
        rows
    };
    let first = play();
    let of = |name: &str| first.iter().filter(|row| row.0.starts_with(name)).count();
    assert_eq!((of("P-1"), of("P-1.20260221")), (2, 0), "the plan, and one purchase: {first:?}");
    assert!(!first.iter().any(|row| row.0 == "P-1" && row.1 == "refused"), "{first:?}");
    let refused: Vec<_> = first.iter().filter(|row| row.1 == "refused").collect();
    let names: Vec<&str> = refused.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(names, ["P-2.20260214", "P-2.20260221"], "{first:?}");
    assert!(refused[0].2.contains("2026-02-20"), "{refused:?}");
    assert_eq!(play(), first);
}

#[test]
fn lists_say_what_holds_now_of_a_plan_and_its_page_says_what_was_agreed_before_and_for_later() {
    let rows = "\
P-1,09:30:00,plan,I-1,011162,100.00,daily,2026-02-12,,
W-1,14:35:00,plan_change,,,200.00,,2026-02-13,P-1,
W-2,14:36:00,plan_change,,,300.00,weekly tue,2026-03-02,P-1,
P-2,09:30:00,plan,I-1,011162,100.00,monthly 24,2026-03-24,,
W-3,09:31:00,plan_change,,,250.00,,,P-2,
P-3,09:30:00,plan,I-1,011162,77.00,monthly 24,2026-03-24,,
";
    let (store, _) = played(rows);
    let said = |words: &[&str]| String::from_utf8(fundflow(store.path(), words).stdout).unwrap();
    let now = "I-1: 200.00 into 011162 from 2026-02-13 on, every trading day";
    let changed = "I-1: 250.00 into 011162 from 2026-03-24 on, monthly on day 24";
    let as_opened = "I-1: 77.00 into 011162 from 2026-03-24 on, monthly on day 24";
    for _ in 0..2 {
        let list = said(&["saga", "ls"]);
        for line in [now, changed, as_opened] {
            assert!(list.contains(line), "{line}: {list}");
        }
        assert!(!list.contains("I-1: 100.00 into") && !list.contains("300.00"), "{list}");
    }
    let page = said(&["saga", "show", "P-1"]);
    let lines: Vec<_> =
        page.lines().map(|line| line.splitn(2, ' ').map(str::trim).collect::<Vec<_>>()).collect();
    for (name, what) in [
        ("asked", now),
        ("first", "I-1: 100.00 into 011162 from 2026-02-12 on, every trading day"),
        ("changed", "I-1: 300.00 into 011162 from 2026-03-02 on, weekly on Tuesday"),
    ] {
        assert!(lines.contains(&vec![name, what]), "{name}: {page}");
    }
    let json: Value = serde_json::from_str(&said(&["saga", "show", "P-1", "-o", "json"])).unwrap();
    assert_eq!((&json["summary"], json["agreed"].as_array().unwrap().len()), (&now.into(), 3));
    assert!(!said(&["saga", "show", "P-3", "-o", "json"]).contains("agreed"));
}

#[test]
fn the_show_of_a_plan_says_what_it_was_agreed_with_and_what_it_missed() {
    let (store, said) = played(PLAN);
    let shown = fundflow(store.path(), &["saga", "show", "P-1"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for words in [
        "until it is ended; paid from A-1; for a closed day the next trading day; for a day that the month \
         lacks the month's last day; ended by ",
        "0 of 0 dates that are over, 0 in a row",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}\n{said}");
    }
    let shown = fundflow(store.path(), &["saga", "show", "P-1", "-o", "json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert!(shown["plan"]["options"].as_str().unwrap().starts_with("until it is ended"), "{shown}");
}
