//! What is due between counterparties and us, and what became of what was due before.

use crate::{Ledger, LedgerError, amount::decimal, sql};
use chrono::NaiveDate;
use rusqlite::params;
use rust_decimal::Decimal;
use serde::Serialize;

/// What a counterparty and we owe each other, and no settlement has instructed yet. Yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// `channel`, or `fund.` and its code.
    pub party: String,
    /// What it owes us; below zero where more was taken back.
    pub receivable: Decimal,
    /// What we owe it.
    pub payable: Decimal,
    /// Redemption fees in what it owes, which it keeps.
    pub fees: Decimal,
}

/// How a settlement stands. Yuan; positive where money comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The ID of its stream.
    pub settlement: String,
    /// `channel`, or `fund.` and its code.
    pub party: String,
    /// The last trading day whose postings are in it.
    pub t: String,
    /// The day of pay.
    pub due_on: String,
    /// What it owed us.
    pub receivable: Decimal,
    /// What we owed it.
    pub payable: Decimal,
    /// Redemption fees that it kept.
    pub fees: Decimal,
    /// What was to move once both sides were set off.
    pub net: Decimal,
    /// What moved so far.
    pub moved: Decimal,
    /// What is still to move.
    pub remains: Decimal,
    /// The transaction of its clearing.
    pub request: String,
    /// The open case on what remains.
    pub case: Option<String>,
}

impl Ledger {
    /// What is due of all T up to that one, and not instructed yet; nothing of a counterparty with a settlement of that T
    /// or a later one. A channel's money counts by the natural day on which it moved, a fund's by the T of the order.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn dues(&self, t: NaiveDate) -> Result<Vec<Due>, LedgerError> {
        let mut query = self.tables.prepare(sql::DUES)?;
        let rows = query.query_map([t.to_string()], |row| {
            Ok(Due {
                party: row.get(0)?,
                receivable: decimal(row.get(1)?),
                payable: decimal(row.get(2)?),
                fees: decimal(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Settlements by T, of that counterparty and that T where they are given.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn settlements(
        &self,
        party: Option<&str>,
        t: Option<NaiveDate>,
    ) -> Result<Vec<Settled>, LedgerError> {
        let mut query = self.tables.prepare(sql::SETTLEMENTS)?;
        let rows = query.query_map(params![party, t.map(|t| t.to_string())], |row| {
            Ok(Settled {
                settlement: row.get(0)?,
                party: row.get(1)?,
                t: row.get(2)?,
                due_on: row.get(3)?,
                receivable: decimal(row.get(4)?),
                payable: decimal(row.get(5)?),
                fees: decimal(row.get(6)?),
                net: decimal(row.get(7)?),
                moved: decimal(row.get(8)?),
                remains: decimal(row.get(9)?),
                request: row.get(10)?,
                case: row.get(11)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
