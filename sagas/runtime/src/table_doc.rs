//! A table in words: what `docs/SAGAS.md` and a desk print of it.
//!
//! `Do(ReservePoints)` reads "do: reserve points". Words come from the code, so that a document
//! which is generated from them and compared can never be out of date.

use crate::{
    saga::Saga,
    step::{Deed, Exit, Late, Move, Sends, Side, Step, Table},
};
use std::fmt::Debug;

/// A table in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDoc {
    /// The name under which sagas pin it.
    pub version: &'static str,
    /// The table's name, as people read it.
    pub title: &'static str,
    /// The rows, in the order in which they are brought about.
    pub rows: Vec<RowDoc>,
    /// The lanes beside it, without order; a line for all that are alike.
    pub beside: Vec<RowDoc>,
}

/// A row or lane in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDoc {
    /// The name of the row.
    pub name: &'static str,
    /// What is sent, and to whom it is said: a command of ours, a call, nothing.
    pub sends: String,
    /// The fact that makes it done.
    pub done: String,
    /// The fact that makes it refused, and how a person makes that hold.
    pub rejected: Option<String>,
    /// What becomes of an outcome that nobody knows.
    pub check_back: Option<&'static str>,
    /// From when on a counterparty that should speak by itself is asked.
    pub asks: Option<String>,
    /// When waiting ends and a person is called.
    pub parks: Option<String>,
    /// How it is left once it is done.
    pub exit: Option<String>,
    /// The moves of that exit, by their names.
    pub moves: Vec<&'static str>,
}

impl TableDoc {
    /// Describes the table in words.
    pub fn of<S: Saga>(table: &Table<S>) -> Self {
        let beside = table.beside.iter().filter_map(|side| lane(table, side));
        Self {
            version: table.version,
            title: table.title,
            rows: table.steps.iter().map(row).collect(),
            beside: beside.collect(),
        }
    }
}

/// A lane in words. Those that follow a lane of their own name with a number stand in its line.
fn lane<S: Saga>(table: &Table<S>, side: &Side<S>) -> Option<RowDoc> {
    let alike = |of: &str, name: &str| {
        let number = name.strip_prefix(of).and_then(|rest| rest.strip_prefix(' '));
        number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let name = side.deed.name;
    if table.beside.iter().any(|first| alike(first.deed.name, name)) {
        return None;
    }
    let works = match side {
        Side { only_after_the_end: true, .. } => Some("works once the saga has ended".to_owned()),
        Side { while_parked: true, .. } => {
            Some("works while a person is waited for, too".to_owned())
        }
        Side { .. } => None,
    };
    let others = table.beside.iter().filter(|other| alike(name, other.deed.name)).count();
    let many = format!("{} lanes like this one, each for itself", others + 1);
    let exit = if others > 0 { Some(many) } else { works };
    let rejected = side.rejected.map(|fact| words(&fact));
    Some(RowDoc { rejected, exit, ..RowDoc::of(&side.deed) })
}

impl RowDoc {
    fn of<S: Saga>(deed: &Deed<S>) -> Self {
        let check_back = match deed.send {
            Sends::Do(_) | Sends::Wait => None,
            Sends::Call(_) => Some("asked under the same key before it is called again"),
            Sends::Await(_) => Some("asked under the key of the call"),
        };
        Self {
            name: deed.name,
            sends: sent(&deed.send),
            done: words(&deed.done),
            rejected: None,
            check_back,
            asks: deed.asks.map(|when| words(&when)),
            parks: deed.parks.map(|when| words(&when)),
            exit: None,
            moves: Vec::new(),
        }
    }
}

fn row<S: Saga>(step: &Step<S>) -> RowDoc {
    let closed = step.refuse.map(|refuse| format!(" (a person: {})", words(&refuse)));
    let closed = closed.unwrap_or_default();
    let exit = match step.exit {
        Exit::Nothing => None,
        Exit::Undo(moves) => Some(format!("undo: {}", moves_of(moves))),
        Exit::Landing(moves, void) => {
            let void = void.map(|fact| format!("; void once {}", words(&fact)));
            Some(format!("landing: {}{}", moves_of(moves), void.unwrap_or_default()))
        }
    };
    let once = |when| format!("once {}", words(&when));
    let from = step.late_from.map_or("from then on".to_owned(), once);
    let late = match step.late {
        Late::Made => String::new(),
        Late::Refused => format!("; a call that never came is refused {from}"),
        Late::Person => format!("; a call that never came is not made {from}"),
        Late::Anew => {
            let anew = step.anew.map_or_else(String::new, |what| format!(" ({})", words(&what)));
            format!("; a call that never came is decided anew{anew} {from}")
        }
    };
    let doc = RowDoc::of(&step.deed);
    let parks = doc.parks.map(|when| when + &late);
    let moves = step.exit.moves().iter().map(|made| made.deed.name).collect();
    RowDoc { rejected: step.rejected.map(|fact| words(&fact) + &closed), exit, moves, parks, ..doc }
}

fn moves_of<S: Saga>(moves: &[Move<S>]) -> String {
    let one = |made: &Move<S>| {
        let blocked = made.blocked.map(|fact| format!(", parked if {}", words(&fact)));
        let (send, done) = (sent(&made.deed.send), words(&made.deed.done));
        let waits = made.deed.asks.filter(|_| matches!(made.deed.send, Sends::Do(_)));
        let from = waits.map(|when| format!(", from {} on", words(&when)));
        format!("{send} until {done}{}{}", from.unwrap_or_default(), blocked.unwrap_or_default())
    };
    moves.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn sent<S: Saga>(send: &Sends<S>) -> String {
    match send {
        Sends::Do(what) => format!("do: {}", words(what)),
        Sends::Call(what) => format!("call: {}", words(what)),
        Sends::Await(about) => format!("await: {}", words(about)),
        Sends::Wait => "wait".to_owned(),
    }
}

/// A word of the code as people read it: `ReservePoints` is "reserve points".
pub fn words(name: &dyn Debug) -> String {
    let mut words = String::new();
    let name = format!("{name:?}").replace('(', ": ").replace(')', "");
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 && !words.ends_with(' ') {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
