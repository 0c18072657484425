//! The store on a disk whose power is cut, and whose syncs fail.

use crate::machine::{Ended, Fate, Life, Machine};
use rusqlite::{Connection, OpenFlags, Row};
use std::collections::BTreeSet;

/// Of the first life: enough for several moves of the log and two closings. Each is synced.
const BATCHES: u64 = 13;
/// Of each life after it.
const MORE: u64 = 4;

fn lives(machine: &Machine, batches: u64, life: impl Into<Life>) -> Ended {
    machine.run("store", &batches.to_string(), life)
}

/// What stands behind that word in each of the lines: position, event ID and link.
fn lines_after(ended: &Ended, word: &str) -> BTreeSet<String> {
    let of = |line: &String| {
        line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned)
    };
    ended.lines.iter().filter_map(of).collect()
}

/// What a process finds of what was promised before it, and that it goes on.
fn finds(next: &Ended, promised: &BTreeSet<String>) -> Result<(), String> {
    let (found, refused) = (lines_after(next, "has"), lines_after(next, "refused"));
    let lost: Vec<_> = promised.difference(&found).map(String::as_str).collect();
    if lost.is_empty() && refused.is_empty() {
        return Ok(());
    }
    let (first, of) = (lost.first().copied().unwrap_or("none"), promised.len());
    Err(format!("{} of {of} events are lost, the first {first}; refusals: {refused:?}", lost.len()))
}

/// What was promised is known on the disk, whatever the log says.
fn is_marked(machine: &Machine, promised: &BTreeSet<String>) -> Result<(), String> {
    let position = |line: &String| line.split(' ').next()?.parse().ok();
    let Some(last) = promised.iter().filter_map(position).max() else { return Ok(()) };
    let condition = fundflow_sqlite::condition(machine.directory().join("events.db"));
    let marked = condition.map_err(|error| error.to_string())?.acknowledged;
    let fits = marked.is_some_and(|marked| marked.0 >= last);
    if fits {
        Ok(())
    } else {
        Err(format!("{last} was acknowledged, and the mark says {marked:?}"))
    }
}

/// After a cut: all that was promised is there, the database is whole, and it is appended to.
fn check_stored(machine: &Machine, promised: &BTreeSet<String>) -> Result<(), String> {
    machine.start_again();
    is_marked(machine, promised)?;
    let next = lives(machine, MORE, Fate::Nothing);
    finds(&next, promised)?;
    let database = machine.directory().join("events.db");
    // Who only reads moves no log, and syncs nothing.
    let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let database = database.map_err(|error| error.to_string())?;
    let check = |row: &Row<'_>| row.get::<_, String>(0);
    let check = database.pragma_query_value(None, "integrity_check", check);
    check.map_err(|error| error.to_string()).and_then(|said| match said.as_str() {
        "ok" => Ok(()),
        _ => Err(said),
    })
}

/// Judges a run for each sync of it, until one is through before anything happened to it.
fn at_every_sync(judge: impl Fn(&Machine, u64) -> Option<Result<(), String>>) {
    let mut bad = Vec::new();
    for nth in 1.. {
        let Some(machine) = Machine::new() else { return };
        match judge(&machine, nth) {
            Some(Ok(())) => {}
            Some(Err(what)) => bad.push(format!("sync {nth}: {what}")),
            None => {
                assert!(bad.is_empty(), "{} of {} syncs: {bad:#?}", bad.len(), nth - 1);
                assert!(nth > 2 * BATCHES, "only {nth} syncs: nothing is modelled");
                return;
            }
        }
    }
}

fn after_a_cut(machine: &Machine, life: Life) -> Option<Result<(), String>> {
    let first = lives(machine, BATCHES, life);
    let last = machine.journal().pop().unwrap_or_default();
    first.cut.then(|| {
        check_stored(machine, &lines_after(&first, "ack")).map_err(|what| format!("{last}: {what}"))
    })
}

#[test]
fn a_cut_before_any_sync_loses_nothing_acknowledged() {
    at_every_sync(|machine, nth| after_a_cut(machine, Fate::CutBefore(nth).into()));
}

#[test]
fn a_cut_that_tears_what_was_under_way_loses_nothing_acknowledged() {
    at_every_sync(|machine, nth| {
        after_a_cut(machine, Life { fate: Fate::CutBefore(nth), torn: Some(nth) })
    });
}

#[test]
fn a_cut_right_after_any_sync_loses_nothing_acknowledged() {
    at_every_sync(|machine, nth| {
        after_a_cut(machine, Life { fate: Fate::CutAfter(nth), torn: Some(nth) })
    });
}

#[test]
fn a_cut_while_a_store_recovers_from_a_cut_loses_nothing_acknowledged() {
    at_every_sync(|machine, nth| {
        let first = lives(machine, BATCHES, Life { fate: Fate::CutBefore(nth), torn: Some(!nth) });
        let mut promised = lines_after(&first, "ack");
        for second in [1 + nth % 3, 2 + nth % 5] {
            machine.start_again();
            let life = Life { fate: Fate::CutAfter(second), torn: Some(nth + second) };
            let next = lives(machine, MORE, life);
            promised.extend(lines_after(&next, "ack"));
        }
        first.cut.then(|| check_stored(machine, &promised))
    });
}

/// A process in which that sync failed, and the line that says of what.
fn with_a_failed_sync(machine: &Machine, nth: u64) -> Option<(Ended, String)> {
    let ended = lives(machine, BATCHES, Fate::Fail(nth));
    let failed = machine.journal().into_iter().find(|line| line.contains(" failed "))?;
    if failed.contains(" directory ") {
        // The file system was stopped; it is mounted anew.
        machine.start_again();
    }
    Some((ended, failed))
}

/// The process died, and the next one works on what the page cache says. Then the power is cut.
fn opened_again_before_a_cut(machine: &Machine, first: &Ended) -> Result<(), String> {
    let second = lives(machine, MORE, Fate::Nothing);
    finds(&second, &lines_after(first, "ack"))?;
    // What a process found, its readers saw, and it acted on that.
    let mut promised = lines_after(&second, "has");
    promised.extend(lines_after(&second, "ack"));
    check_stored(machine, &promised).map_err(|what| format!("after a cut, {what}"))
}

/// Each failed sync of what is chosen by the end of its line in the journal.
fn after_each_failed(of: fn(&str) -> bool, judge: fn(&Machine, &Ended) -> Result<(), String>) {
    at_every_sync(|machine, nth| {
        let (first, failed) = with_a_failed_sync(machine, nth)?;
        let judged = if of(&failed) { judge(machine, &first) } else { Ok(()) };
        Some(judged.map_err(|what| format!("{failed}: {what}")))
    });
}

fn of_the_log(failed: &str) -> bool {
    failed.ends_with("-wal")
}

fn of_the_database(failed: &str) -> bool {
    failed.ends_with("events.db")
}

#[test]
fn a_store_opened_again_after_a_failed_sync_of_its_log_loses_nothing_that_it_shows() {
    after_each_failed(of_the_log, opened_again_before_a_cut);
}

#[test]
fn a_store_opened_again_after_a_failed_sync_of_its_database_loses_nothing_that_it_shows() {
    after_each_failed(of_the_database, opened_again_before_a_cut);
}

#[test]
fn a_cut_after_a_failed_sync_of_the_database_loses_nothing_acknowledged() {
    after_each_failed(of_the_database, |machine, first| {
        check_stored(machine, &lines_after(first, "ack"))
    });
}

#[test]
fn a_store_opened_again_after_any_other_failed_sync_loses_nothing_that_it_shows() {
    let other = |failed: &str| !of_the_log(failed) && !of_the_database(failed);
    after_each_failed(other, opened_again_before_a_cut);
}
