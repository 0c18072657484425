//! The store on a disk whose power is cut, and whose syncs fail.

use crate::machine::{Ended, Fate, Life, Machine};
use std::collections::BTreeSet;

/// Of the first life: enough for several moves of the log and two closings.
const BATCHES: u64 = 13;
/// Of each life after it.
const MORE: u64 = 4;

fn lives(machine: &Machine, batches: u64, life: impl Into<Life>) -> Ended {
    machine.run("store", &batches.to_string(), life)
}

/// What stands behind that word in each of the lines: position, event ID and link.
fn told(ended: &Ended, word: &str) -> BTreeSet<String> {
    let of = |line: &String| {
        line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned)
    };
    ended.lines.iter().filter_map(of).collect()
}

/// A process on what there is: it finds all that was acknowledged, and goes on. Returns that and its own.
fn goes_on(machine: &Machine, acknowledged: &BTreeSet<String>, life: Life, what: &str) -> Ended {
    let next = lives(machine, MORE, life);
    let found = told(&next, "has");
    if !next.cut {
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "{what}: {} of {} lost: {lost:#?}", lost.len(), acknowledged.len());
        let refused = told(&next, "refused");
        assert!(refused.is_empty(), "{what}: {refused:?}");
    }
    next
}

fn is_whole(machine: &Machine, what: &str) {
    let database = machine.directory().join("events.db");
    let database = rusqlite::Connection::open(database).expect("a database");
    let check = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let check = database.pragma_query_value(None, "integrity_check", check).expect("a check");
    assert_eq!(check, "ok", "{what}");
}

/// Cuts at every sync of a run, until a run is through before its cut. Returns how many there are.
fn cut_everywhere(life: impl Fn(u64) -> Life) -> u64 {
    for nth in 1.. {
        let Some(machine) = Machine::new() else { return 0 };
        let first = lives(&machine, BATCHES, life(nth));
        if !first.cut {
            return nth - 1;
        }
        let what = format!("{:?}: {:?}", life(nth), machine.journal().last());
        machine.start_again();
        goes_on(&machine, &told(&first, "ack"), Fate::Nothing.into(), &what);
        is_whole(&machine, &what);
    }
    0
}

#[test]
fn a_cut_before_any_sync_loses_nothing_acknowledged() {
    let syncs = cut_everywhere(|nth| Fate::CutBefore(nth).into());
    println!("{syncs} syncs");
}
