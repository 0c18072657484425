//! A dividend in cash, as the registrar's record states it: money that the fund owes the investor, and no change of
//! any lot. One that is reinvested is a lot of its own.

use super::{Event, Refusal, State};
use crate::{
    ids::TransactionId,
    money::{Amount, Shares},
    orders::Serial,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What the record states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dividend {
    /// The registrar's record.
    pub record: Serial,
    /// The transaction that pays it out.
    pub transaction: TransactionId,
    /// Yuan to the fen, after what the registrar deducts.
    pub amount: Amount,
    /// Shares that it was reckoned on.
    pub basis: Shares,
    /// The day whose holders get it (权益登记日).
    #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
    pub record_date: NaiveDate,
    /// The day on which the fund pays (红利发放日).
    #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
    pub paid_on: NaiveDate,
}

/// The same record again changes nothing; one that says otherwise is refused.
pub(super) fn declared(state: &State, said: &Dividend) -> Result<Vec<Event>, Refusal> {
    match state.dividends().find(|known| known.record == said.record) {
        Some(known) if known == said => Ok(vec![]),
        Some(_) => Err(Refusal::DeclaredDifferently(said.record.clone())),
        None => Ok(vec![Event::DividendDeclared(Box::new(said.clone()))]),
    }
}

/// Remembers it; `None` if its record is there already.
pub(super) fn remember(state: &mut State, said: &Dividend) -> Option<()> {
    let is_new = state.dividends().all(|known| known.record != said.record);
    is_new.then(|| state.dividends.push(said.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decider::Decider as _,
        holdings::{Command, Holdings},
    };

    fn said(amount: &str) -> Dividend {
        Dividend {
            record: "DIV-1".parse().unwrap(),
            transaction: "dividend.05.DIV-1".parse().unwrap(),
            amount: amount.parse().unwrap(),
            basis: "1000.00".parse().unwrap(),
            record_date: "2026-03-03".parse().unwrap(),
            paid_on: "2026-03-05".parse().unwrap(),
        }
    }

    #[test]
    fn a_record_is_declared_once_and_one_that_says_otherwise_is_refused() {
        let command = |amount| Command::Declare(Box::new(said(amount)));
        let none = State::default();
        let events = Holdings::decide(&none, &command("12.34")).unwrap();
        assert_eq!(events, [Event::DividendDeclared(Box::new(said("12.34")))]);
        let state = Holdings::evolve(none, &events[0]).unwrap();
        assert_eq!(Holdings::decide(&state, &command("12.34")), Ok(vec![]));
        let differs = Refusal::DeclaredDifferently("DIV-1".parse().unwrap());
        assert_eq!(Holdings::decide(&state, &command("12.35")), Err(differs));
        assert_eq!(Holdings::evolve(state, &events[0]), None, "no decider writes it twice");
    }
}
