//! The ledger, posted up to the log's end. No day is closed while its balances do not hold.

use crate::jobs::{Jobs, unknown};
use chrono::NaiveDate;
use fundflow_domain::{
    money::{Money, Shares},
    orders::Cause,
};
use fundflow_kernel::store::EventStore;
use fundflow_ledger::{Balance, Ledger, LedgerError};
use fundflow_sagas::ports::day_jobs::{Figures, JobStand};
use rust_decimal::Decimal;

/// A day may close with open cases, never with one of these broken: debits are credits, no customer is below zero, shares
/// agree with the register's side, customers' money is backed.
const MUST_HOLD: [&str; 4] = ["I1", "I2", "I6", "I12"];

impl<S: EventStore> Jobs<S> {
    /// The log up to its end, with the sums of the trial balance: yuan, and shares of all funds together.
    pub(crate) async fn posted(&self) -> Result<JobStand, Cause> {
        let ledger = self.ledger().await?;
        if let Some(broken) = broken(&ledger)? {
            return Ok(JobStand::Refused(broken));
        }
        let day = ledger.last_day().map_err(|error| of_ledger(&error))?;
        let day = day.and_then(|day| day.parse::<NaiveDate>().ok());
        let balances = match day {
            Some(day) => ledger.trial_balance(day).map_err(|error| of_ledger(&error))?,
            None => Vec::new(),
        };
        let (amount, shares) = sums(&balances).ok_or_else(out_of_range)?;
        let events = ledger.at().map_err(|error| of_ledger(&error))?.0;
        Ok(JobStand::Done(Figures { amount, shares, ..Figures::counting(events) }))
    }

    /// At the log's end.
    pub(crate) async fn ledger(&self) -> Result<Ledger, Cause> {
        let current = Ledger::current(&self.place.base, &*self.store).await;
        Ok(current.map_err(|error| of_ledger(&error))?.0)
    }
}

/// What does not hold of what must.
pub(crate) fn broken(ledger: &Ledger) -> Result<Option<Cause>, Cause> {
    let verdicts = ledger.check_of(&MUST_HOLD).map_err(|error| of_ledger(&error))?;
    let broken =
        verdicts.iter().filter(|it| it.is_checked).find_map(|it| Some((it, it.breaks.first()?)));
    Ok(broken.map(|(verdict, first)| {
        let text = format!(
            "{}: {} does not hold, {first}; `fundflow ledger check` has all of it",
            verdict.invariant, verdict.what
        );
        Cause::new("books_do_not_hold", text)
    }))
}

/// The debit sides: as much as the credit sides.
fn sums(balances: &[Balance]) -> Option<(Money, Shares)> {
    let sum = |is_meant: fn(&str) -> bool| {
        let meant = balances.iter().filter(|it| is_meant(&it.commodity));
        meant.map(|it| it.debit).try_fold(Decimal::ZERO, Decimal::checked_add)
    };
    let yuan = sum(|commodity| commodity == CNY)?;
    let shares = sum(|commodity| commodity != CNY)?;
    Some((Money::new(yuan).ok()?, Shares::new(shares).ok()?))
}

/// As the ledger names yuan.
const CNY: &str = "CNY";

fn out_of_range() -> Cause {
    Cause::new("sum", "a sum of the ledger is out of range")
}

pub(crate) fn of_ledger(error: &LedgerError) -> Cause {
    unknown("ledger_unread", error)
}
