//! What is due of a T with a counterparty, from the ledger's row to the terms of a settlement.

use fundflow_domain::{
    calendar::{CalendarError, TradingDay},
    money::{NumberError, SignedMoney},
    settlement::{Party, Terms},
};
use fundflow_ledger::Due;
use fundflow_sagas::{clearing, house::House};

/// Why a row has no terms.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDue {
    /// The tables name a counterparty that no program of ours wrote; `fundflow ledger rebuild` makes them anew.
    #[error(
        "the ledger's tables: {0} is no counterparty; make them anew with `fundflow ledger rebuild`"
    )]
    Unread(String),
    /// Beyond what money can hold.
    #[error("a sum of the ledger: {0}")]
    TooMuch(#[from] NumberError),
    /// The calendar does not reach the day of pay.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

pub(crate) fn terms(house: &House, due: &Due, t: TradingDay) -> Result<Terms, NotDue> {
    let party: Party = due.party.parse().map_err(|_| NotDue::Unread(due.party.clone()))?;
    Ok(Terms {
        party,
        t,
        due_on: clearing::due_on(house, party, t)?,
        receivable: SignedMoney::new(due.receivable)?,
        payable: SignedMoney::new(due.payable)?,
        fees: SignedMoney::new(due.fees)?,
    })
}
