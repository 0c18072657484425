//! Why no simulation meets a row or an exit of a shipped table.
//!
//! A reason is a claim about the program: a row that is met all the same has none any more
//! (`what_is_met_is_not_said_to_be_out_of_reach`).

use super::kinds;
use crate::days::coverage::{Cell, Way};
use std::{collections::HashMap, sync::OnceLock};

/// The newest table of each name, without its version.
static NEWEST: OnceLock<HashMap<&'static str, u32>> = OnceLock::new();

/// `None` where another seed, more houses or another profile may meet it.
pub fn out_of_reach(cell: &Cell) -> Option<&'static str> {
    if is_older(cell.table) {
        return Some("only sagas of an earlier program are on it");
    }
    match cell.way {
        Way::Refused => refused(cell),
        Way::Left(exit) => left(cell, exit),
        Way::Passed => None,
    }
}

fn refused(cell: &Cell) -> Option<&'static str> {
    match cell.row {
        "announce" => Some("a note of its own, which nothing refuses"),
        _ => None,
    }
}

const fn left(_: &Cell, _: &str) -> Option<&'static str> {
    None
}

fn is_older(table: &'static str) -> bool {
    let newest = NEWEST.get_or_init(|| {
        let mut newest = HashMap::new();
        for table in kinds().iter().flat_map(|kind| kind.tables()) {
            let (name, version) = parts(table.version);
            let known = newest.entry(name).or_insert(version);
            *known = version.max(*known);
        }
        newest
    });
    let (name, version) = parts(table);
    newest.get(name).is_some_and(|newest| version < *newest)
}

/// `linked.v3` is the third table of that name.
fn parts(table: &'static str) -> (&'static str, u32) {
    let (name, version) = table.rsplit_once(".v").unwrap_or((table, ""));
    (name, version.parse().unwrap_or_default())
}
