//! Why no simulation meets a row or an exit of a shipped table.
//!
//! A reason is a claim about the program, and a test of whole days holds it against what is met.

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
    let (table, _) = parts(cell.table);
    match cell.row {
        "announce" | "order" | "order conversion" | "order redemption" | "order transfer"
        | "request advance" => Some(TOGETHER),
        "add" | "book" if AT_ONCE.contains(&table) => Some(TOGETHER),
        "reserve" if ["held", "plan_held", "fast_withdraw"].contains(&table) => Some(TOGETHER),
        _ => None,
    }
}

/// Tables whose second row, which books, is made with the first.
const AT_ONCE: [&str; 4] = ["calendar_change", "dividend_in_cash", "dividend_reinvested", "freeze"];

/// A death between two appends leaves the saga there, and the next process goes on before it hears anything.
const TOGETHER: &str =
    "decided together with the row above it: nothing that refuses it is heard in between";

fn left(cell: &Cell, exit: &str) -> Option<&'static str> {
    let (table, _) = parts(cell.table);
    let is_of = |names: &[&str]| names.contains(&table.strip_prefix("plan_").unwrap_or(table));
    match (cell.row, exit) {
        ("open", "stop") if AT_ONCE.contains(&table) => {
            Some("only who stops the row below leaves by it, and nothing is heard in between")
        }
        (_, "refunded" | "refunded at last") if is_of(&["held"]) => {
            Some("nothing is paid for it, so nothing goes back")
        }
        ("hold target", "pay out rest" | "rest paid out" | "rest paid out: another account")
            if is_of(&["held", "next_day"]) =>
        {
            Some("no registrar here pays income along with shares that are converted")
        }
        ("commit", "keep: confirm buy" | "keep: settle")
            if is_of(&["next_day", "redeem_to_purchase"]) =>
        {
            Some(
                "its purchase is confirmed before, and no registrar here takes a sound record back",
            )
        }
        _ => None,
    }
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
