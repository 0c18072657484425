//! What moved for investors between two positions of the log.

use crate::{Ledger, LedgerError, amount::decimal, sql};
use rusqlite::params;
use rust_decimal::Decimal;

/// A posting on an account that is an investor's, or that belongs to a request of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Whose it is.
    pub investor: String,
    /// The natural day in Shanghai on which it happened.
    pub day: String,
    /// The position of the event in the log.
    pub position: i64,
    /// The stored type of the event.
    pub event: String,
    /// The request that it belongs to.
    pub request: String,
    /// The account, as in the chart.
    pub account: String,
    /// Yuan, or a fund's shares.
    pub commodity: String,
    /// Yuan or shares; debits positive.
    pub amount: Decimal,
    /// Of the account after it; debits positive.
    pub balance: Decimal,
}

impl Ledger {
    /// Says each that is behind the one position, up to the other, by investor and position, until `each` returns
    /// `false`.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn moved(
        &self,
        (after, until): (u64, u64),
        mut each: impl FnMut(&Movement) -> bool,
    ) -> Result<(), LedgerError> {
        let bound = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
        let mut query = self.tables.prepare(sql::MOVEMENTS)?;
        let rows = query.query_map(params![bound(after), bound(until)], |row| {
            Ok(Movement {
                investor: row.get(0)?,
                day: row.get(1)?,
                position: row.get(2)?,
                event: row.get(3)?,
                request: row.get(4)?,
                account: row.get(5)?,
                commodity: row.get(6)?,
                amount: decimal(row.get(7)?),
                balance: decimal(row.get(8)?),
            })
        })?;
        for row in rows {
            if !each(&row?) {
                break;
            }
        }
        Ok(())
    }
}
