//! The invariants, each as a query that finds what breaks it, or with what is missing before it can be asked.

use crate::{Ledger, LedgerError, sql};
use fundflow_kernel::store::{EventStore, Position};
use serde::Serialize;
use std::{fs, path::Path};

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
    /// The same, of these tables and of others that were made anew from the log.
    Replayed(&'static str),
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The invariant's number.
    pub invariant: &'static str,
    /// The invariant, in words.
    pub what: &'static str,
    /// Whether it was looked at: it is not where the tables lack what it is about.
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

const UNREPLAYED: &str = "not checked: `fundflow ledger check --replay` makes the tables anew from the log, and compares";
const UNCOMPARED: &str =
    "not checked: no file of it was compared yet; `fundflow recon run --date D --apply` does it";
const UNCLOSED: &str = "not checked: no statement stated a balance yet; `fundflow recon run --apply` takes it from the \
     column `balance`";

const fn settled(name: &'static str, what: &'static str, query: &'static str) -> Invariant {
    Invariant { name, what, asks: Asks::Once(sql::IS_INSTRUCTED, UNSETTLED, query) }
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
    always("I13", "what customers are shown is shares times NAV, to a fen", sql::I13),
    Invariant {
        name: "I14",
        what: "files 04 and 25 agree per fund and business, unless a case says why",
        asks: Asks::Once(sql::IS_CONFIRMED, UNCOMPARED, sql::I14),
    },
    always("I15", "a fee is recomputed from what was promised, unless a case says why", sql::I15),
    always("I16", "an order's T is the calendar's", sql::I16),
    always(
        "I17",
        "no more shares leave a discount purchase than its own purchase brought",
        sql::I17,
    ),
    Invariant {
        name: "I18",
        what: "a replay gives the same state",
        asks: Asks::Replayed(sql::I18),
    },
    always(
        "I19",
        "at most 10,000 yuan a natural day are advanced to an investor for shares of one fund at one distributor, unless a case says why",
        sql::I19,
    ),
    always("I20", "a day's purchases are within the limit in force", sql::I20),
];

impl Ledger {
    /// Holds the tables against every invariant.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn check(&self) -> Result<Vec<Verdict>, LedgerError> {
        ALL.iter().map(|it| self.holds(it, false)).collect()
    }

    /// Those of these names alone.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn check_of(&self, names: &[&str]) -> Result<Vec<Verdict>, LedgerError> {
        ALL.iter().filter(|it| names.contains(&it.name)).map(|it| self.holds(it, false)).collect()
    }

    /// The same, and beside tables that are made anew from the whole log: those are in a file beside these, which is
    /// taken away again.
    ///
    /// # Errors
    /// As [`Self::follow`]; the file's.
    pub async fn check_replayed<S: EventStore>(
        &mut self,
        directory: &Path,
        store: &S,
    ) -> Result<Vec<Verdict>, LedgerError> {
        let (mut anew, aside) = Self::aside(directory)?;
        // Both stand at one event, whatever is written meanwhile.
        while anew.at()? != self.at()? || self.at()? == Position::START {
            let new = anew.follow(store).await? + self.follow(store).await?;
            if new == 0 {
                break;
            }
        }
        drop(anew);
        self.tables.execute(sql::ATTACH, [aside.to_string_lossy()])?;
        let verdicts = ALL.iter().map(|it| self.holds(it, true)).collect();
        self.tables.execute(sql::DETACH, ())?;
        fs::remove_file(&aside).map_err(|source| LedgerError::File { path: aside, source })?;
        verdicts
    }

    fn holds(&self, it: &Invariant, is_replayed: bool) -> Result<Verdict, LedgerError> {
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
            Asks::Replayed(query) if is_replayed => query,
            Asks::Replayed(_) => return Ok(unchecked(UNREPLAYED)),
        };
        let mut found = self.tables.prepare(query)?;
        let rows = found.query_map((), |row| {
            Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let breaks = rows.take(LISTED).collect::<Result<_, _>>()?;
        Ok(Verdict { invariant: it.name, what: it.what, is_checked: true, breaks })
    }
}
