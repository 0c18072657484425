//! What counterparties and we owe each other of a T: set off, and instructed, one settlement each.
//!
//! 1. What is due is read off the ledger at the log's end. A party that has a settlement of that T is not asked twice: what
//!    is booked for it later is due with the next one.
//! 2. A registrar's day-cut instructs the channel and the funds that the registrar keeps. The channel's money counts by the
//!    natural day, so that whichever day-cut comes first asks for the same.

use crate::{
    jobs::{Jobs, not_yet, unknown},
    postings::of_ledger,
};
use fundflow::{Asking, RequestError};
use fundflow_domain::{
    calendar::{CalendarError, TradingDay},
    money::{Money, NumberError, SignedMoney},
    orders::Cause,
    settlement::{Party, Terms},
};
use fundflow_kernel::store::EventStore;
use fundflow_ledger::{Due, Ledger, Settled};
use fundflow_sagas::{
    clearing::{self, Clearing},
    house::House,
    ports::day_jobs::{Figures, JobCall, JobStand},
};
use rust_decimal::Decimal;

/// Why a row has no terms.
#[derive(Debug, thiserror::Error)]
pub enum NotDue {
    /// The tables name a counterparty that no program of ours wrote; `fundflow ledger rebuild` makes them anew.
    #[error(
        "the ledger's tables: {0} is no counterparty; make them anew with `fundflow ledger rebuild`"
    )]
    Unread(String),
    /// Beyond what money can hold.
    #[error("a sum of the ledger is out of range")]
    TooMuch(#[from] NumberError),
    /// The calendar does not reach the day of pay.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// The terms of a settlement of T, from the ledger's row.
///
/// # Errors
/// [`NotDue`].
pub fn terms(house: &House, due: &Due, t: TradingDay) -> Result<Terms, NotDue> {
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

impl<S: EventStore> Jobs<S> {
    pub(crate) async fn settled(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let ledger = self.ledger().await?;
        let mut asked = Vec::new();
        for due in self.dues(&ledger, call)? {
            match terms(&self.place.house, &due, call.t) {
                Ok(terms) => asked.extend(clearing::id(terms.id()).map(|id| (id, terms))),
                Err(NotDue::Calendar(error)) => {
                    let text = format!("{error}; see `fundflow calendar extend`");
                    return Ok(not_yet("calendar_ends", text));
                }
                Err(error) => return Err(unknown("not_due", &error)),
            }
        }
        drop(ledger);
        if !asked.is_empty() {
            let engine = self.engine().await?;
            let askings = asked.into_iter();
            let askings = askings.map(|(id, terms)| Asking::<Clearing>::of(id, terms, ()));
            for said in engine.request_all(askings.collect()).await {
                match said {
                    Ok(_) => {}
                    Err(RequestError::Refused(why)) => {
                        return Ok(JobStand::Refused(Cause::new(
                            "not_instructed",
                            why.to_string(),
                        )));
                    }
                    Err(other) => return Err(Cause::new("not_instructed", other.to_string())),
                }
            }
        }
        self.instructed(call).await
    }

    /// What is due, and has no settlement of T.
    fn dues(&self, ledger: &Ledger, call: &JobCall) -> Result<Vec<Due>, Cause> {
        let day = call.t.date();
        let mut dues = ledger.dues(day).map_err(|error| of_ledger(&error))?;
        dues.retain(|due| self.is_his(call, &due.party));
        let mut new = Vec::new();
        for due in dues {
            let known = ledger.settlements(Some(&due.party), Some(day));
            if known.map_err(|error| of_ledger(&error))?.is_empty() {
                new.push(due);
            }
        }
        Ok(new)
    }

    /// Whether that registrar's day-cut instructs it. A fund that no terms know is the first one's.
    fn is_his(&self, call: &JobCall, party: &str) -> bool {
        let Ok(Party::Fund(fund)) = party.parse::<Party>() else { return true };
        let terms = (self.place.house.funds)(fund, call.t.date());
        terms.map_or_else(
            || self.place.is_own(&call.registrar),
            |terms| self.place.keeps(&call.registrar, &terms.registrar),
        )
    }

    /// How many settlements of T there are, and what they come to, whichever way it goes. An instruction that waits for
    /// its own decision is not in the ledger yet.
    async fn instructed(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let ledger = self.ledger().await?;
        if !self.dues(&ledger, call)?.is_empty() {
            return Ok(not_yet("under_way", "settlements are under way".to_owned()));
        }
        let all = ledger.settlements(None, Some(call.t.date()));
        let all = all.map_err(|error| of_ledger(&error))?;
        let his: Vec<&Settled> = all.iter().filter(|it| self.is_his(call, &it.party)).collect();
        let sum = his.iter().map(|it| it.net.abs()).try_fold(Decimal::ZERO, Decimal::checked_add);
        let amount = sum.and_then(|sum| Money::new(sum).ok());
        let amount = amount.ok_or_else(|| Cause::new("sum", "a sum is out of range"))?;
        Ok(JobStand::Done(Figures { amount, ..Figures::counting(his.len() as u64) }))
    }
}
