//! What people ask of it: where everything was on a day, what an investor's money and shares did, what is in flight.

use crate::{Ledger, LedgerError, amount::decimal, sql};
use chrono::NaiveDate;
use rusqlite::params;
use rust_decimal::Decimal;
use serde::Serialize;

/// One line of a trial balance: the sums of one kind of account in one commodity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The kind of account, as in the chart.
    pub class: String,
    /// Yuan, or a fund's shares.
    pub commodity: String,
    /// What was debited in all, less what was credited, where that is more than nothing.
    pub debit: Decimal,
    /// What was credited in all, less what was debited, where that is more than nothing.
    pub credit: Decimal,
}

/// One line of an investor's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
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
    /// Yuan or shares; debits positive.
    pub amount: Decimal,
    /// Of the account after it; debits positive.
    pub balance: Decimal,
}

/// Money that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// The kind of account that it is at.
    pub leg: String,
    /// The natural day since when; at accounts of the house of what is left once the oldest is settled first.
    pub since: String,
    /// Whole days until the day that is asked about.
    pub days: i64,
    /// Yuan; positive on the account's own side.
    pub amount: Decimal,
}

/// An account that every order touches: what the last day-cut folded, and what its sub-accounts have since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HotAccount {
    /// As in the chart.
    pub account: String,
    /// Yuan, or a fund's shares.
    pub commodity: String,
    /// As of the last day-cut; debits positive.
    pub folded: Decimal,
    /// Posted since, and on the sub-accounts; debits positive.
    pub buffered: Decimal,
    /// How many of them have something.
    pub sub_accounts: i64,
}

/// From one natural day to another, both included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Period {
    /// The first day; the log's first without.
    pub from: Option<NaiveDate>,
    /// The last day; the log's last without.
    pub to: Option<NaiveDate>,
}

impl Ledger {
    /// The last natural day on which something was posted.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn last_day(&self) -> Result<Option<String>, LedgerError> {
        Ok(self.tables.query_row(sql::LAST_DAY, (), |row| row.get(0))?)
    }

    /// Whether anything was posted of an event behind that position of the log.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn is_posted_behind(&self, position: u64) -> Result<bool, LedgerError> {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        Ok(self.tables.query_row(sql::IS_POSTED_BEHIND, [position], |row| row.get(0))?)
    }

    /// Where everything was at the end of that natural day.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn trial_balance(&self, day: NaiveDate) -> Result<Vec<Balance>, LedgerError> {
        let mut query = self.tables.prepare(sql::TRIAL)?;
        let rows = query.query_map([day.to_string()], |row| {
            let sum: i64 = row.get(2)?;
            Ok(Balance {
                class: row.get(0)?,
                commodity: row.get(1)?,
                debit: decimal(sum.max(0)),
                credit: decimal(sum.min(0).saturating_neg()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The accounts that every order touches, by code.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn hot_accounts(&self) -> Result<Vec<HotAccount>, LedgerError> {
        let mut query = self.tables.prepare(sql::HOT)?;
        let rows = query.query_map((), |row| {
            Ok(HotAccount {
                account: row.get(0)?,
                commodity: row.get(1)?,
                folded: decimal(row.get(2)?),
                buffered: decimal(row.get(3)?),
                sub_accounts: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What moved on the accounts of that investor, in the order of the log.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn statement(&self, investor: &str, period: Period) -> Result<Vec<Line>, LedgerError> {
        let (from, to) = (period.from.map(|it| it.to_string()), period.to.map(|it| it.to_string()));
        let is_in = |line: &Line| {
            from.as_ref().is_none_or(|from| line.day >= *from)
                && to.as_ref().is_none_or(|to| line.day <= *to)
        };
        let mut query = self.tables.prepare(sql::STATEMENT)?;
        let rows = query.query_map([investor], |row| {
            Ok(Line {
                day: row.get(0)?,
                position: row.get(1)?,
                event: row.get(2)?,
                request: row.get(3)?,
                account: row.get(4)?,
                amount: decimal(row.get(5)?),
                balance: decimal(row.get(6)?),
            })
        })?;
        let lines = rows.collect::<Result<Vec<Line>, _>>()?;
        Ok(lines.into_iter().filter(is_in).collect())
    }

    /// Money that is under way at the end of that natural day.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn in_flight(&self, day: NaiveDate) -> Result<Vec<InFlight>, LedgerError> {
        let mut query = self.tables.prepare(sql::IN_FLIGHT)?;
        let rows = query.query_map(params![day.to_string()], |row| {
            let since: String = row.get(1)?;
            let began = since.parse::<NaiveDate>().unwrap_or(day);
            Ok(InFlight {
                leg: row.get(0)?,
                since,
                days: day.signed_duration_since(began).num_days(),
                amount: decimal(row.get(2)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
