//! What is said to a plan too late, twice, or of what is so already: it changes nothing, and says why.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADER: &str = "transaction,time,kind,investor,fund,amount,frequency,start,of,note\n";
const PLAN: &str = "P-1,09:30:00,plan,I-1,011162,100.00,monthly 24,2026-03-24,,\n";

fn folder(rows: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("orders.csv", &[HEADER, PLAN, rows].concat()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn said(store: &Path, words: &[&str]) -> (Option<i32>, String) {
    let said = fundflow(store, words);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (said.status.code(), text(said.stdout) + &text(said.stderr))
}

fn play(store: &Path, folder: &TempDir) -> String {
    said(store, &["day", "--no-progress", folder.path().to_str().unwrap()]).1
}

#[test]
fn a_word_that_changes_nothing_says_why() {
    let rows = "\
W-1,10:00:00,plan_change,,,200.00,,2026-03-24,P-1,
W-2,11:00:00,plan_pause,,,,,,P-1,on holiday
W-3,12:00:00,plan_resume,,,,,,P-1,
";
    let store = tempfile::tempdir().unwrap();
    play(store.path(), &folder(rows));
    let nothing = |words: &[&str], why: &str| {
        for apply in [&["--operator", "li"][..], &["--operator", "li", "--apply"]] {
            let (code, said) = said(store.path(), &[words, apply].concat());
            assert_eq!(code, Some(0), "{said}");
            assert!(said.contains("changes nothing") && said.contains(why), "{why}: {said}");
        }
    };
    let at = |hour: &str| format!("2026-02-12T{hour}:00+08:00");
    let pause = ["plan", "pause", "P-1", "--reason", "later", "--at"];
    let late = "the plan was resumed by a newer word, of 2026-02-12T12:00:00+08:00, and this one is of \
                2026-02-12T11:30:00+08:00: to have it otherwise now, give an instant after that";
    nothing(&[&pause[..], &[&at("11:30")]].concat(), late);
    let heard = "this word of 2026-02-12T11:00:00+08:00 was heard before";
    nothing(&[&pause[..], &[&at("11:00")]].concat(), heard);
    let change = ["plan", "change", "P-1", "--amount", "300", "--from", "2026-03-24", "--at"];
    nothing(&[&change[..], &[&at("09:45")]].concat(), "the plan was changed by a newer word");
    let change = ["plan", "change", "P-1", "--amount", "200", "--from", "2026-03-24", "--at"];
    let same = "the plan has these terms already for dates from 2026-03-24 on";
    nothing(&[&change[..], &[&at("12:01")]].concat(), same);

    // Nothing follows from it, and no older word undoes it from now on.
    nothing(
        &["plan", "change", "P-1", "--amount", "300", "--at", &at("12:00")],
        "the plan was changed by a newer word",
    );

    let by_li = ["--operator", "li", "--apply"];
    let one = at("12:02");
    let words = [&pause[..], &[&one], &by_li].concat();
    let (code, done) = said(store.path(), &words);
    assert!(code == Some(0) && done.contains("done: 1 of 1"), "{done}");
    let since = "the plan is paused since 2026-02-12T12:02:00+08:00";
    nothing(&[&pause[..], &[&at("12:03")]].concat(), since);
    let end = ["plan", "end", "P-1", "--reason", "enough"];
    said(store.path(), &[&end[..], &by_li].concat());
    nothing(&end, "the plan is over, as asked: enough");
}

#[test]
fn a_row_that_changes_nothing_says_so_however_often_the_folder_is_played() {
    let rows = "\
W-1,10:00:00,plan_pause,,,,,,P-1,on holiday
W-2,10:30:00,plan_pause,,,,,,P-1,on holiday
W-3,11:00:00,plan_resume,,,,,,P-1,
W-4,11:30:00,plan_change,,,100.00,,,P-1,
";
    let (store, folder) = (tempfile::tempdir().unwrap(), folder(rows));
    for _ in 0..2 {
        let printed = play(store.path(), &folder);
        let line =
            |row: &str| printed.lines().find(|it| it.contains(row)).unwrap_or(&printed).to_owned();
        assert!(line("W-1").contains("plan P-1 is paused"), "{printed}");
        assert!(line("W-3").contains("plan P-1 goes on"), "{printed}");
        let idle = line("W-2");
        assert!(idle.contains("plan P-1 stays as it is") && idle.contains("W-4"), "{printed}");
    }
}

#[test]
fn a_plan_has_no_further_day_played_for_it_paused_or_not() {
    let rows = "\
W-1,10:01:00,plan_pause,,,,,,P-1,
P-2,10:02:00,plan,I-1,011162,77.77,weekly fri,2026-02-13,,
P-3,10:03:00,plan,I-1,011162,88.88,weekly sat,2026-02-20,,
";
    let (store, folder) = (tempfile::tempdir().unwrap(), folder(rows));
    let first = play(store.path(), &folder);
    assert!(first.contains("1 debit of 77.77 yuan"), "{first}");
    let again = play(store.path(), &folder);
    assert!(again.contains("1 debit of 77.77 yuan"), "{again}");
    assert!(again.contains("nothing was left to do"), "{again}");
}

/// The dates that a quote of the plan says, and what else.
fn quoted(store: &Path, plan: &str) -> String {
    said(store, &["quote", "plan", "--of", plan, "--count", "3"]).1
}

#[test]
fn a_word_leaves_what_was_agreed_for_later_days_of_what_it_does_not_name() {
    let rows = "\
P-2,09:30:00,plan,I-1,011162,100.00,daily,2026-02-13,,
W-1,10:00:00,plan_change,,,,weekly fri,2026-02-24,P-2,
W-2,10:30:00,plan_change,,,50.00,,,P-2,
";
    let store = tempfile::tempdir().unwrap();
    let printed = play(store.path(), &folder(rows));
    let quote = quoted(store.path(), "P-2");
    // The 13th has begun, as daily.
    for date in ["2026-02-27", "2026-03-06", "2026-03-13"] {
        assert!(quote.contains(date), "{date}: {quote}{printed}");
    }
    let change =
        ["plan", "change", "P-2", "--frequency", "weekly thu", "--from", "2026-02-20", "--at"];
    let look = said(
        store.path(),
        &[&change[..], &["2026-02-12T10:31:00+08:00", "--operator", "li"]].concat(),
    )
    .1;
    let replaced = "replaces what was agreed for later days: weekly on Friday from 2026-02-24 on";
    assert!(look.contains(replaced), "{look}");
    assert!(!printed.contains("replaces"), "{printed}");
    let shown = said(store.path(), &["saga", "show", "P-2"]).1;
    for line in [
        "I-1: 50.00 into 011162 from 2026-02-13 on, every trading day",
        "I-1: 50.00 into 011162 from 2026-02-24 on, weekly on Friday",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn every_second_week_is_counted_alike_in_a_row_and_as_it_is_typed() {
    let rows = "\
P-2,09:30:00,plan,I-1,011162,100.00,monthly 24,2026-03-24,,
W-1,2026-02-13T10:00:00+08:00,plan_change,,,,biweekly thu,,P-1,
";
    let store = tempfile::tempdir().unwrap();
    play(store.path(), &folder(rows));
    let at = "2026-02-13T10:00:00+08:00";
    let change = ["plan", "change", "P-2", "--frequency", "biweekly thu", "--at", at];
    let (code, done) =
        said(store.path(), &[&change[..], &["--operator", "li", "--apply"]].concat());
    assert_eq!(code, Some(0), "{done}");
    for plan in ["P-1", "P-2"] {
        let quote = quoted(store.path(), plan);
        // Both start on 24 March; 19 February was the first Thursday.
        assert!(quote.contains("2026-04-02") && quote.contains("2026-04-16"), "{plan}: {quote}");
    }
}

#[test]
fn lists_say_the_terms_of_the_next_date_also_where_no_date_was_before_the_change() {
    let rows = "\
P-2,09:30:00,plan,I-1,011162,100.00,monthly 13,2026-02-12,,
W-1,15:05:00,plan_change,,,55.00,monthly 12,,P-2,
";
    let store = tempfile::tempdir().unwrap();
    play(store.path(), &folder(rows));
    let list = said(store.path(), &["saga", "ls"]).1;
    assert!(
        list.contains("I-1: 55.00 into 011162 from 2026-02-13 on, monthly on day 12"),
        "{list}"
    );
    assert!(!list.contains("monthly on day 13"), "{list}");
}
