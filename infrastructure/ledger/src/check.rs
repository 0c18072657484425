//! The invariants, each as a query that finds what breaks it, or with the reason why none can be asked.

use crate::{Ledger, LedgerError, sql};
use serde::Serialize;

/// An invariant, as docs/LEDGER.md numbers it.
struct Invariant {
    name: &'static str,
    what: &'static str,
    asks: Asks,
}

/// How it is looked at.
enum Asks {
    /// One row for each break: where, and what is wrong there.
    Always(&'static str),
    /// The same, once the tables have what it is about; what they lack before, and how it comes there.
    Once(&'static str, &'static str, &'static str),
    /// The tables cannot show it, and why.
    Never(&'static str),
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The invariant's number.
    pub invariant: &'static str,
    /// The invariant, in words.
    pub what: &'static str,
    /// Whether it was looked at: it is not where the tables cannot show it.
    pub is_checked: bool,
    /// Where it does not hold, and what is there; at most a hundred. The reason, where it was not looked at.
    pub breaks: Vec<String>,
}

/// Breaks of one invariant that are listed.
const LISTED: usize = 100;
const UNSETTLED: &str =
    "not checked: nothing was settled by the day yet; `fundflow settlement open` begins it";

const fn always(name: &'static str, what: &'static str, query: &'static str) -> Invariant {
    Invariant { name, what, asks: Asks::Always(query) }
}

const UNCOMPARED: &str =
    "not checked: no file of it was compared yet; `fundflow recon run --date D --apply` does it";
const UNCLOSED: &str = "not checked: no statement stated a balance yet; `fundflow recon run --apply` takes it from the \
     column `balance`";

const fn settled(name: &'static str, what: &'static str, query: &'static str) -> Invariant {
    Invariant { name, what, asks: Asks::Once(sql::IS_INSTRUCTED, UNSETTLED, query) }
}

const fn never(name: &'static str, what: &'static str, why: &'static str) -> Invariant {
    Invariant { name, what, asks: Asks::Never(why) }
}

const ALL: [Invariant; 20] = [
    always("I1", "debits are credits, per entry and commodity", sql::I1),
    always("I2", "no customer's account is below zero, unless an open case says why", sql::I2),
    always("I3", "what does not add up of a record has an open case", sql::I3),
    always("I4", "one application, at most one final confirmation", sql::I4),
    always("I5", "one payment, one order", sql::I5),
    always(
        "I6",
        "customers' shares and the register's side are nothing together, per fund",
        sql::I6,
    ),
    Invariant {
        name: "I7",
        what: "customers' shares are those of file 05, unless a case says why",
        asks: Asks::Once(sql::IS_HELD, UNCOMPARED, sql::I7),
    },
    always(
        "I8",
        "nothing is pending of an order whose registrar has said its last word, unless a case is open",
        sql::I8,
    ),
    settled("I9", "the channel owes nothing after T+1, unless a case says why", sql::I9),
    settled(
        "I10",
        "funds owe and are owed nothing after their day of pay, unless a case says why",
        sql::I10,
    ),
    Invariant {
        name: "I11",
        what: "the settlement account is the bank's statement",
        asks: Asks::Once(sql::IS_CLOSED, UNCLOSED, sql::I11),
    },
    always(
        "I12",
        "customers' money is backed: all accounts in yuan are nothing together",
        sql::I12,
    ),
    never(
        "I13",
        "what customers are shown is shares times NAV",
        "not checked: it is computed from both at each reading, and stored nowhere",
    ),
    Invariant {
        name: "I14",
        what: "files 04 and 25 agree per fund and business, unless a case says why",
        asks: Asks::Once(sql::IS_CONFIRMED, UNCOMPARED, sql::I14),
    },
    never(
        "I15",
        "a fee is recomputed from its schedule",
        "not checked here: `fundflow audit verify` holds every record against its promise",
    ),
    never(
        "I16",
        "an order's T is the calendar's",
        "not checked here: `fundflow audit verify` replays every decision with its calendar",
    ),
    always(
        "I17",
        "no more shares leave a discount purchase than its own purchase brought",
        sql::I17,
    ),
    never(
        "I18",
        "a replay gives the same state",
        "not checked here: `fundflow audit verify` replays the log",
    ),
    always(
        "I19",
        "at most 10,000 yuan a natural day are advanced to an investor for shares of one fund",
        sql::I19,
    ),
    never(
        "I20",
        "a day's purchases are within the limit in force",
        "not checked here: the limit is in the terms of the day; `fundflow audit verify` replays what was counted",
    ),
];

impl Ledger {
    /// Holds the tables against every invariant.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn check(&self) -> Result<Vec<Verdict>, LedgerError> {
        ALL.iter().map(|it| self.holds(it)).collect()
    }

    /// Those of these names alone.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn check_of(&self, names: &[&str]) -> Result<Vec<Verdict>, LedgerError> {
        ALL.iter().filter(|it| names.contains(&it.name)).map(|it| self.holds(it)).collect()
    }

    fn holds(&self, it: &Invariant) -> Result<Verdict, LedgerError> {
        let unchecked = |why: &str| Verdict {
            invariant: it.name,
            what: it.what,
            is_checked: false,
            breaks: vec![why.to_owned()],
        };
        let query = match it.asks {
            Asks::Always(query) => query,
            Asks::Once(is_there, why, query) => {
                let is_there: bool = self.tables.query_row(is_there, (), |row| row.get(0))?;
                if !is_there {
                    return Ok(unchecked(why));
                }
                query
            }
            Asks::Never(why) => return Ok(unchecked(why)),
        };
        let mut found = self.tables.prepare(query)?;
        let rows = found.query_map((), |row| {
            Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let breaks = rows.take(LISTED).collect::<Result<_, _>>()?;
        Ok(Verdict { invariant: it.name, what: it.what, is_checked: true, breaks })
    }
}
