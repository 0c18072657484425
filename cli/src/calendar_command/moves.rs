//! Which open sagas a version of the calendar moves: each is looked at by the days before and by those after.

use super::Known;
use crate::{
    house::Terms,
    reading::{Failure, Place},
    registry::Registry,
};
use chrono::NaiveDate;
use fundflow::runtime::{liveness::Wait, look::Look};
use fundflow_application::desk::{self, DeskError, SagaList, State};
use fundflow_domain::{
    calendar::{TradingCalendar, version::Version},
    time::Timestamp,
};
use serde::Serialize;
use std::sync::Arc;

/// Sagas that a version moves.
#[derive(Debug, Default, Serialize)]
pub(super) struct Moves {
    pub(super) sagas: Vec<Moved>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct Moved {
    pub(super) kind: String,
    pub(super) transaction: String,
    /// Its T, where the exchange does not open on it any more.
    pub(super) trade_date: Option<Days>,
    /// What it waits for by a day.
    pub(super) due: Vec<Due>,
    /// It waits for a person since the calendar ended: it goes on when it is resumed.
    pub(super) parked: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Days {
    pub(super) before: NaiveDate,
    pub(super) after: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
pub(super) struct Due {
    pub(super) row: String,
    /// None: nobody can know; the calendar ends before it.
    pub(super) before: Option<Timestamp>,
    pub(super) after: Option<Timestamp>,
}

impl Moves {
    /// Of every open saga of the store.
    pub(super) async fn of(
        registry: &Registry,
        place: Place<'_>,
        known: &Known,
        version: &Version,
    ) -> Result<Self, Failure> {
        let Some(store) = &known.store else { return Ok(Self::default()) };
        let (was, will) = (known.calendar.clone(), Arc::new(known.calendar.with(version)));
        let sagas = |calendar| {
            let house = Terms::by(&place, calendar)?.house(known.now)?;
            Ok::<_, Failure>(registry.sagas(&house).desk)
        };
        let (before, after) = (sagas(was.clone())?, sagas(will.clone())?);
        let all = SagaList::of(store, before.clone()).await?;
        let open = all.rows().filter(|row| row.state() != State::Ended);
        let mut moved = Vec::new();
        for row in open {
            let look = |desk| async move {
                match desk::show(store, desk, Some(&row.kind), &row.transaction).await {
                    Ok(shown) => Ok(Some(shown.look)),
                    // What cannot be looked at is named by the audit.
                    Err(DeskError::Look(_)) => Ok(None),
                    Err(error) => Err(Failure::from(error)),
                }
            };
            if let (Some(was_at), Some(is_at)) = (look(&before).await?, look(&after).await?) {
                moved.extend(Moved::between((&was_at, &was), (&is_at, &will)));
            }
        }
        Ok(Self { sagas: moved })
    }
}

impl Moved {
    fn between(
        (was_at, was): (&Look, &TradingCalendar),
        (is_at, will): (&Look, &TradingCalendar),
    ) -> Option<Self> {
        let t = was_at.business_date.filter(|t| was.day(*t).is_ok() && will.day(*t).is_err());
        let after = |t| will.after(t).ok().map(NaiveDate::from);
        let trade_date = t.map(|before| Days { before, after: after(before) });
        let due: Vec<Due> = was_at.waits.iter().filter_map(|wait| moves(wait, is_at)).collect();
        let ended = was_at.parked.as_ref().filter(|(_, cause)| cause.text.contains(BEYOND));
        let parked = ended.map(|(row, cause)| format!("{row}: {}", cause.text));
        if trade_date.is_none() && due.is_empty() && parked.is_none() {
            return None;
        }
        let (kind, transaction) = (was_at.id.kind.to_owned(), was_at.id.transaction.to_string());
        Some(Self { kind, transaction, trade_date, due, parked })
    }
}

/// What a saga says that a day beyond the calendar has parked.
const BEYOND: &str = "outside the trading calendar";

fn day_of(wait: &Wait) -> Option<(&Arc<str>, Option<Timestamp>)> {
    match wait {
        Wait::Word { row, asks, .. } => Some((row, *asks)),
        Wait::Time { row, due } => Some((row, *due)),
        Wait::Answer { .. }
        | Wait::Timer(_)
        | Wait::Operator { .. }
        | Wait::Requester { .. }
        | Wait::Others { .. }
        | Wait::Nobody { .. }
        | Wait::UnknownTable { .. } => None,
    }
}

fn moves(wait: &Wait, is_at: &Look) -> Option<Due> {
    let (row, before) = day_of(wait)?;
    let mut others = is_at.waits.iter().filter_map(day_of);
    let (_, after) = others.find(|(other, _)| *other == row)?;
    (before != after).then(|| Due { row: row.to_string(), before, after })
}
