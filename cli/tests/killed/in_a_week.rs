//! `fundflow day` is killed with SIGKILL in the days of the example week: as soon as the log has one more event of a day-cut, and
//! in the middle of whatever lies between these. Played again, the folder leaves what it leaves where nobody was killed.
//!
//! The week has some three hundred such points and seventeen hundred events. Some are taken: over the week each job of a day-cut is
//! cut off after its event, and each folder once somewhere between.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{
    common::copy,
    week::{command, done, events, folder, lines, list},
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::store::{EventStore as _, Position};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path, process::Stdio};
use tempfile::TempDir;

/// The events of a day-cut, each the end of a job.
const JOBS: [&str; 12] = [
    "opened",
    "sealed",
    "applications_sent",
    "prices_in",
    "confirmations_in",
    "income_booked",
    "posted",
    "reconciled",
    "settlement_instructed",
    "statements_made",
    "head_kept",
    "completed",
];
/// Points in a folder that are no end of a job.
const BETWEEN: usize = 1;

/// When a play is killed.
#[derive(Debug, Clone, Copy)]
enum When {
    /// As soon as so many events of day-cuts are new.
    Cut(usize),
    /// As soon as so many events of any kind are new.
    Event(usize),
}

/// A folder, the store before it and the store after it.
struct Folder {
    line: Vec<String>,
    before: TempDir,
    after: TempDir,
}

/// The week undisturbed, folder by folder.
fn whole() -> Vec<Folder> {
    let store = tempfile::tempdir().unwrap();
    let mut folders = Vec::new();
    for line in lines() {
        let before = tempfile::tempdir().unwrap();
        let plays = folder(&line).is_some();
        if plays {
            copy(store.path(), before.path());
        }
        done(store.path(), &line);
        if plays {
            let after = tempfile::tempdir().unwrap();
            copy(store.path(), after.path());
            folders.push(Folder { line, before, after });
        } else if line[0] == "settlement" {
            break;
        }
    }
    folders
}

/// Plays it, and kills it at that point. Returns whether it was killed before its end.
async fn killed(line: &[String], store: &Path, when: When) -> bool {
    let database = store.join("events.db");
    let mut at = Position::START;
    let mut opened = SqliteStore::open_read_only(&database).ok();
    if let Some(store) = &opened {
        at = Position(store.head().borrow().0);
    }
    let mut command = command(store, line);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut events, mut cuts) = (0, 0);
    loop {
        match when {
            When::Cut(most) if cuts >= most => break,
            When::Event(most) if events >= most => break,
            When::Cut(_) | When::Event(_) => {}
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        match &opened {
            None => opened = SqliteStore::open_read_only(&database).ok(),
            Some(store) => {
                let page = store.read_all(at, 1000).await.unwrap();
                at = page.last().map_or(at, |last| last.position);
                events += page.len();
                cuts += page.iter().filter(|it| it.stream.category() == "day_cut").count();
            }
        }
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

fn heads(store: &Path) -> BTreeSet<String> {
    let kept = fs::read_dir(store.join("heads")).unwrap().map(Result::unwrap);
    kept.map(|it| it.file_name().into_string().unwrap()).collect()
}

/// The events that a folder adds, in their order.
fn added(of: &Folder) -> Vec<Value> {
    let all = |store: &Path| {
        let is_there = store.join("events.db").exists();
        if is_there { list(store, "event ls --limit 100000") } else { Vec::new() }
    };
    all(of.after.path()).split_off(all(of.before.path()).len())
}

/// When the nth folder is killed: after some of the jobs of its day-cuts, so that over the week each is met, and in between.
fn points(nth: usize, folders: usize, added: &[Value]) -> Vec<When> {
    let is_cut = |it: &&Value| it["stream"].as_str().unwrap().starts_with("day_cut-");
    let cuts: Vec<&Value> = added.iter().filter(is_cut).collect();
    let of_job = |(job, name): (usize, &&str)| {
        let named = format!("day_cut.{name}");
        let ends: Vec<usize> = (1..)
            .zip(&cuts)
            .filter(|(_, it)| it["event_type"] == named.as_str())
            .map(|(at, _)| at)
            .collect();
        When::Cut(ends[(job * 5 + nth) % ends.len()])
    };
    let jobs = JOBS.iter().enumerate().filter(|(job, _)| job % folders == nth);
    let apart = (added.len() - 60) / BETWEEN;
    let between = (0..BETWEEN).map(|it| When::Event(90 + 7 * nth + it * apart));
    jobs.map(of_job).chain(between).collect()
}

/// A process that starts asks at once, and again from then on: when that is, is no promise.
fn without_retries(events: &[(String, String)]) -> Vec<(String, String)> {
    let one = |(of, what): &(String, String)| {
        let is_retry = what.contains("retry_scheduled");
        let what = if is_retry { what.split(' ').next().unwrap() } else { what };
        (of.clone(), what.to_owned())
    };
    events.iter().map(one).collect()
}

#[tokio::test]
async fn killed_in_any_folder_of_the_week_it_leaves_the_same_events_and_heads() {
    let (mut tried, mut in_time) = (0, 0);
    let folders = whole();
    for (nth, of) in folders.iter().enumerate() {
        let undisturbed = (events(of.after.path()), heads(of.after.path()));
        for when in points(nth, folders.len(), &added(of)) {
            let store = tempfile::tempdir().unwrap();
            copy(of.before.path(), store.path());
            tried += 1;
            in_time += usize::from(killed(&of.line, store.path(), when).await);
            done(store.path(), &of.line);
            let again = events(store.path());
            assert_eq!(
                without_retries(&again),
                without_retries(&undisturbed.0),
                "{:?} {when:?}",
                of.line
            );
            assert_eq!(heads(store.path()), undisturbed.1, "{:?} {when:?}", of.line);
        }
    }
    assert_eq!(tried, JOBS.len() + BETWEEN * folders.len());
    assert!(in_time * 2 > tried, "{in_time} of {tried} plays were killed before their end");
}
