//! The T of a promise, by the version of the calendar that the promise names (I16).
//!
//! 1. A version is the shipped one, or one that the log added. A T is held against the days as they were known when it was
//!    decided.
//! 2. A T is a trading day of its version, and not before the first one that an order asked for at that instant can
//!    have: what is paid later, or waits for a limit, may have a later one.

use crate::{LedgerError, facts::Fact};
use chrono::NaiveDate;
use fundflow_domain::calendar::{
    TradingCalendar,
    changes::{Calendars, Exchange, State},
};
use fundflow_kernel::{
    decider::Decider as _,
    envelope::Recorded,
    loaded::Loaded,
    store::{EventStore, ReadError},
    streams::Key,
    time::Timestamp,
};
use serde_json::Value;
use std::collections::HashMap;

/// What stands in every promise that was decided by a calendar; most events have none.
const NAMED: &str = "\"calendar\":\"";
/// Orders that may have a cut-off of their own.
const SUBSCRIPTION: &str = "subscription";

/// The calendars that promises can name, by version.
#[derive(Debug, Default)]
pub(crate) struct TradeDays {
    known: Option<HashMap<String, TradingCalendar>>,
}

impl TradeDays {
    /// Reads what the log added to the calendar, where that is not known yet, or the page adds to it.
    ///
    /// # Errors
    /// As the store's.
    pub(crate) async fn provide<S: EventStore>(
        &mut self,
        store: &S,
        page: &[Recorded],
    ) -> Result<(), ReadError> {
        let adds = |event: &Recorded| event.stream.category() == Calendars::CATEGORY;
        if self.known.is_some() && !page.iter().any(adds) {
            return Ok(());
        }
        let key = Key::<Calendars>::of(&Exchange::Xshg);
        let loaded = Loaded::<Calendars>::load(store, key.stream()).await?;
        self.known = Some(versions(&loaded.state));
        Ok(())
    }

    /// What is wrong with the T of that event's promise.
    ///
    /// # Errors
    /// [`LedgerError::Read`] where the promise cannot be read.
    pub(crate) fn wrong_with(&self, event: &Recorded) -> Result<Option<Fact>, LedgerError> {
        if !event.event.data.contains(NAMED) {
            return Ok(None);
        }
        let data = serde_json::from_str(&event.event.data).map_err(|error| ReadError::Damaged {
            place: format!("{} (position {})", event.stream, event.position),
            what: error.to_string(),
        })?;
        Ok(self.look_into(&data).map(|what| Fact::DayApart { what }))
    }

    fn look_into(&self, data: &Value) -> Option<String> {
        let Value::Object(fields) = data else { return None };
        let text = |name| fields.get(name).and_then(Value::as_str);
        if let (Some(version), Some(day)) = (text("calendar"), text("trade_date")) {
            let asked = text("requested_at").filter(|_| text("way") != Some(SUBSCRIPTION));
            return self.differs(version, day, asked);
        }
        fields.values().find_map(|field| self.look_into(field))
    }

    fn differs(&self, version: &str, day: &str, asked: Option<&str>) -> Option<String> {
        let known = self.known.as_ref().and_then(|known| known.get(version));
        let Some(calendar) = known else {
            return Some(format!("T {day} is of calendar {version}, which nobody knows"));
        };
        let Ok(date) = day.parse::<NaiveDate>() else {
            return Some(format!("T {day} is no date"));
        };
        if let Err(error) = calendar.day(date) {
            return Some(format!("T {day} by calendar {version}: {error}"));
        }
        let asked = asked?.parse::<Timestamp>().ok()?;
        let first = calendar.t_of(asked).ok()?;
        (date < first.date()).then(|| {
            format!(
                "T {day} of an order that came {asked}; by calendar {version} its first is {first}"
            )
        })
    }
}

/// Each version that the log added, and the shipped one.
fn versions(added: &State) -> HashMap<String, TradingCalendar> {
    // The shipped list is checked by its own tests; without it no version is known, and each promise says so.
    let Ok(shipped) = TradingCalendar::xshg() else { return HashMap::new() };
    let mut known = HashMap::from([(shipped.version().to_string(), shipped.clone())]);
    let mut newest = shipped;
    for it in added.added() {
        newest = newest.with(&it.version);
        known.insert(it.version.version.to_string(), newest.clone());
    }
    known
}
