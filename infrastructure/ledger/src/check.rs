//! The invariants, each as a query that finds what breaks it.

use crate::{Ledger, LedgerError, sql};
use serde::Serialize;

/// An invariant, as docs/LEDGER.md numbers it.
struct Invariant {
    name: &'static str,
    what: &'static str,
    /// One row for each break: where, and what is wrong there. `None`: no event says yet what it needs.
    query: Option<&'static str>,
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The invariant's number.
    pub invariant: &'static str,
    /// The invariant, in words.
    pub what: &'static str,
    /// Whether it was looked at: it is not where no event says yet what it needs.
    pub is_checked: bool,
    /// Where it does not hold, and what is there; at most a hundred.
    pub breaks: Vec<String>,
}

/// Breaks of one invariant that are listed.
const LISTED: usize = 100;
const UNSETTLED: &str = "not checked: no event says yet that it settled";

const ALL: &[Invariant] = &[
    Invariant {
        name: "I1",
        what: "debits are credits, per entry and commodity",
        query: Some(sql::I1),
    },
    Invariant {
        name: "I2",
        what: "no customer's account is below zero, unless an open case says why",
        query: Some(sql::I2),
    },
    Invariant {
        name: "I3",
        what: "what does not add up of a record has an open case",
        query: Some(sql::I3),
    },
    Invariant {
        name: "I4",
        what: "one application, at most one final confirmation",
        query: Some(sql::I4),
    },
    Invariant { name: "I5", what: "one payment, one order", query: Some(sql::I5) },
    Invariant {
        name: "I6",
        what: "customers' shares and the register's side are nothing together, per fund",
        query: Some(sql::I6),
    },
    Invariant {
        name: "I8",
        what: "nothing is pending of an order whose registrar has said its last word, unless a case is open",
        query: Some(sql::I8),
    },
    Invariant { name: "I9", what: "the channel owes nothing once it settled", query: None },
    Invariant {
        name: "I10",
        what: "funds owe and are owed nothing after their day of pay",
        query: None,
    },
    Invariant {
        name: "I12",
        what: "customers' money is backed: all accounts in yuan are nothing together",
        query: Some(sql::I12),
    },
    Invariant {
        name: "I19",
        what: "at most 10,000 yuan a natural day are advanced to an investor, per bank",
        query: Some(sql::I19),
    },
];

impl Ledger {
    /// Holds the tables against every invariant that they can show.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn check(&self) -> Result<Vec<Verdict>, LedgerError> {
        ALL.iter().map(|it| self.holds(it)).collect()
    }

    fn holds(&self, it: &Invariant) -> Result<Verdict, LedgerError> {
        let Some(query) = it.query else {
            let breaks = vec![UNSETTLED.to_owned()];
            let (invariant, what) = (it.name, it.what);
            return Ok(Verdict { invariant, what, is_checked: false, breaks });
        };
        let mut found = self.tables.prepare(query)?;
        let rows = found.query_map((), |row| {
            Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let breaks = rows.take(LISTED).collect::<Result<_, _>>()?;
        Ok(Verdict { invariant: it.name, what: it.what, is_checked: true, breaks })
    }
}
