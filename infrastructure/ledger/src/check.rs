//! The invariants, each as a query that finds what breaks it.

use crate::{Ledger, LedgerError};
use serde::Serialize;

/// An invariant, as docs/LEDGER.md numbers it.
struct Invariant {
    name: &'static str,
    what: &'static str,
    /// One row for each break: where, and what is wrong there. `None`: no event says yet what it needs.
    query: Option<&'static str>,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The invariant's number.
    pub invariant: &'static str,
    /// What must hold.
    pub what: &'static str,
    /// Whether it was looked at: it is not where no event says yet what it needs.
    pub is_checked: bool,
    /// Where it does not hold, and what is there; at most a hundred.
    pub breaks: Vec<String>,
}

const UNSETTLED: &str = "not checked: no event says yet that it settled";

const ALL: &[Invariant] = &[
    Invariant {
        name: "I1",
        what: "debits are credits, per entry and commodity",
        query: Some(
            "SELECT 'position ' || position, printf('%+d hundredths of ', SUM(amount)) || commodity
             FROM postings JOIN accounts ON accounts.id = postings.account
             GROUP BY position, commodity HAVING SUM(amount) <> 0
             UNION ALL
             SELECT code, 'its balance is not the sum of its postings' FROM accounts
             WHERE balance <> (SELECT COALESCE(SUM(amount), 0) FROM postings WHERE account = accounts.id)",
        ),
    },
    Invariant {
        name: "I2",
        what: "no customer's account is below zero, unless an open case says why",
        query: Some(
            "SELECT code, 'below zero' FROM accounts
             WHERE customers = 1 AND balance * side < 0
               AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = accounts.request)",
        ),
    },
    Invariant {
        name: "I3",
        what: "what does not add up of a record has an open case",
        query: Some(
            "SELECT code, 'in suspense, and no case is open' FROM accounts
             WHERE class = 'L:SUSPENSE' AND balance <> 0
               AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.case_id = accounts.case_id AND is_open = 1)",
        ),
    },
    Invariant {
        name: "I4",
        what: "one application, at most one final confirmation",
        query: Some(
            "SELECT application, finals || ' final confirmations' FROM applications WHERE finals NOT IN (0, 1)",
        ),
    },
    Invariant {
        name: "I5",
        what: "one payment, one order",
        query: Some(
            "SELECT order_id, COUNT(*) || ' payments' FROM payments GROUP BY order_id HAVING COUNT(*) > 1",
        ),
    },
    Invariant {
        name: "I6",
        what: "customers' shares and the register's side are nothing together, per fund",
        query: Some(
            "SELECT commodity, printf('%+d hundredths', SUM(balance)) FROM accounts
             WHERE commodity <> 'CNY' GROUP BY commodity HAVING SUM(balance) <> 0",
        ),
    },
    Invariant {
        name: "I8",
        what: "nothing is pending of an order whose registrar has said its last word, unless a case is open",
        query: Some(
            "SELECT code, 'pending after the last word' FROM accounts
             JOIN applications ON code = 'L:CUST:PENDING:' || order_id
             WHERE balance <> 0 AND finals > 0
               AND NOT EXISTS (SELECT 1 FROM cases
                               WHERE cases.request = applications.request AND is_open = 1)",
        ),
    },
    Invariant { name: "I9", what: "the channel owes nothing once it settled", query: None },
    Invariant { name: "I10", what: "funds owe and are owed nothing after their day of pay", query: None },
    Invariant {
        name: "I12",
        what: "customers' money is backed: all accounts in yuan are nothing together",
        query: Some(
            "SELECT commodity, printf('%+d hundredths', SUM(balance)) FROM accounts
             WHERE commodity = 'CNY' GROUP BY commodity HAVING SUM(balance) <> 0",
        ),
    },
    Invariant {
        name: "I19",
        what: "at most 10,000 yuan a natural day are advanced to an investor, per bank",
        query: Some(
            "SELECT requests.investor || ' on ' || day, printf('%d fen', SUM(amount))
             FROM postings JOIN entries USING (position)
             JOIN accounts ON accounts.id = postings.account
             JOIN requests ON requests.request = entries.request
             WHERE class = 'A:CUST:ADVANCED' AND event_type = 'advance.advanced'
             GROUP BY requests.investor, day HAVING SUM(amount) > 1000000",
        ),
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
        let mut found = self.tables.prepare(&format!("{query} LIMIT 100"))?;
        let rows = found.query_map((), |row| {
            Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let breaks = rows.collect::<Result<_, _>>()?;
        Ok(Verdict { invariant: it.name, what: it.what, is_checked: true, breaks })
    }
}
