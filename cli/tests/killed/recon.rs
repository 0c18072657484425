//! `fundflow recon run --apply` is killed with SIGKILL whenever it has come a page further, while it gathers and while it
//! opens cases, and typed again: it goes on behind its last mark.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{
    common::{copy, fundflow},
    reconciled::{DATE, cases, edit_statement, events, played},
};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Lines that belong to nobody, each a case: several pages of them.
const MANY: u64 = 5_000;
/// Rows of a page.
const PAGE: u64 = 2_048;

const RUN: [&str; 6] = ["recon", "run", "--date", DATE, "--apply", "-o"];

fn strays(store: &Path) {
    edit_statement(store, &|lines| {
        lines.extend(
            (0..MANY).map(|nth| format!("2026-03-02,10:00:00,N-{nth:05},S-{nth},in,1.00,done")),
        );
    });
}

fn kept(store: &Path) -> PathBuf {
    store.join("recon").join(format!("{DATE}.rows.db"))
}

/// How many rows are put aside, and how far they are joined, as far as it can be seen from outside.
fn seen(path: &Path) -> Option<(u64, String)> {
    if !path.exists() {
        return None;
    }
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let both = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let (rows, joined) = file.query_row(include_str!("seen.sql"), [], both).ok()?;
    Some((rows.unsigned_abs(), joined))
}

/// Starts it, and kills it as soon as it has come further than that. Returns whether it was killed before its end.
fn killed_behind(store: &Path, was: &(u64, String)) -> bool {
    let mut run = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    run.arg("--store").arg(store).args(RUN).arg("json");
    let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let path = kept(store);
    while seen(&path).is_none_or(|now| now.0 < was.0 + PAGE && now.1 == was.1) {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

fn run(store: &Path) -> (Value, String) {
    let Output { stdout, stderr, .. } = fundflow(store, &[&RUN[..], &["json"]].concat());
    let said = String::from_utf8(stderr).unwrap();
    (serde_json::from_slice(&stdout).unwrap_or_else(|_| panic!("{said}")), said)
}

#[test]
fn killed_at_every_page_a_reconciliation_repeats_none_that_it_had_marked() {
    let (store, whole) = (played(), tempfile::tempdir().unwrap());
    strays(store.path());
    copy(store.path(), whole.path());
    let (undisturbed, _) = run(whole.path());
    let all = undisturbed["begun"]["rows"].as_u64().unwrap();
    assert_eq!(undisturbed["begun"]["from"], "anew");
    assert!(all > MANY, "{undisturbed}");

    let (mut at, mut killed, mut joining) = ((0, String::new()), 0, 0);
    while killed_behind(store.path(), &at) {
        let now = seen(&kept(store.path())).unwrap();
        assert!(now.0 >= at.0, "what was marked stays: {at:?}, {now:?}");
        assert!(now.1.is_empty() || now.0 == all, "all rows are there before the first is joined");
        killed += 1;
        joining += u32::from(!now.1.is_empty());
        at = now;
        if joining == 2 {
            break;
        }
    }
    assert!(killed >= 3 && joining > 0, "{killed} times, {joining} of them while it opened cases");

    let (found, said) = run(store.path());
    assert_eq!(found["begun"]["from"]["goes_on"].as_u64(), Some(at.0), "{said}");
    assert_eq!(found["begun"]["rows"].as_u64(), Some(all - at.0), "no row twice");
    assert!(said.contains("this one went on from there"), "{said}");
    // Had the first page been joined again, its cases would be open already.
    let first = found["breaks"].as_array().unwrap();
    assert!(first.iter().all(|it| it["becomes"] == "opened"), "{first:#?}");
    for what in ["complete", "coverage", "kinds", "answered", "files"] {
        assert_eq!(found[what], undisturbed[what], "{what}");
    }
    assert_eq!(events(store.path()), events(whole.path()));
    let open = cases(store.path(), &["--open", "--limit", "100000"]);
    assert_eq!(open.len() as u64, MANY);
    assert!(!kept(store.path()).exists(), "nothing is left of a run that is over");
    let (again, said) = run(store.path());
    assert_eq!((&again["begun"]["from"], &*said), (&"anew".into(), ""));
    assert_eq!(events(store.path()), events(whole.path()));
}

#[test]
fn what_was_put_aside_of_another_file_or_by_other_rules_is_thrown_away_and_that_is_said() {
    let store = played();
    strays(store.path());
    assert!(killed_behind(store.path(), &(0, String::new())));
    edit_statement(store.path(), &|lines| lines.retain(|line| !line.contains(",N-")));
    let (found, said) = run(store.path());
    assert_eq!(found["begun"]["from"], "overtaken");
    assert!(said.contains("all of it was read again"), "{said}");
    assert_eq!((&found["complete"], found["breaks"].as_array().unwrap().len()), (&true.into(), 0));

    strays(store.path());
    assert!(killed_behind(store.path(), &(0, String::new())));
    let shipped = fundflow(store.path(), &["recon", "rules"]).stdout;
    let shipped = String::from_utf8(shipped).unwrap();
    let rules = store.path().join("mine.toml");
    fs::write(&rules, shipped.replacen("amount = \"0.00\"", "amount = \"0.01\"", 1)).unwrap();
    let words = [&RUN[..], &["json", "--rules", rules.to_str().unwrap()]].concat();
    let said = fundflow(store.path(), &words);
    let found: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(found["begun"]["from"], "overtaken");
}

#[test]
fn what_was_put_aside_before_our_side_went_on_is_thrown_away() {
    let store = played();
    strays(store.path());
    assert!(killed_behind(store.path(), &(0, String::new())));
    let folder = tempfile::tempdir().unwrap();
    let later =
        "transaction,time,kind,investor,fund,amount\nP-9,10:00:00,purchase,I-1,011162,5000.00\n";
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-04\nseed = 1\n"),
        ("investors.csv", crate::reconciled::INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-03-04,0.7421\n"),
        ("orders.csv", later),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let said = fundflow(store.path(), &["day", "--no-progress", folder.path().to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(run(store.path()).0["begun"]["from"], "overtaken");
}

#[test]
fn who_only_looks_leaves_what_an_earlier_run_has_put_aside() {
    let store = played();
    strays(store.path());
    assert!(killed_behind(store.path(), &(0, String::new())));
    let before = seen(&kept(store.path())).unwrap();
    let look = crate::reconciled::look(store.path());
    assert_eq!(look["begun"]["from"], "anew");
    assert_eq!(seen(&kept(store.path())), Some(before));
}
