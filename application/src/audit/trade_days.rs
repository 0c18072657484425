//! The T of what is promised, by the version of the calendar that the promise names.
//!
//! 1. A version is known from the program's own list, or from an event before the promise. So a T is held against the
//!    days as they were known when it was decided, whatever was closed later.
//! 2. A program that audits no fund business names no calendar, and no T is looked at.

use fundflow_domain::calendar::{
    TradingCalendar,
    changes::{Calendars, Event},
};
use fundflow_kernel::{codec::Stored as _, decider::Decider as _, envelope::Recorded, written};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// What stands in every promise that was decided by a calendar; most events have none.
const NAMED: &str = "\"calendar\":\"";

/// The calendars that the log has named so far.
#[derive(Debug, Clone, Default)]
pub(super) struct TradeDays {
    newest: Option<Arc<TradingCalendar>>,
    added: BTreeMap<String, Arc<TradingCalendar>>,
}

impl TradeDays {
    pub(super) fn of(shipped: Option<&Arc<TradingCalendar>>) -> Self {
        Self { newest: shipped.cloned(), added: BTreeMap::new() }
    }

    /// What is wrong with the days of that event.
    pub(super) fn hear(&mut self, event: &Recorded) -> Vec<String> {
        let Some(newest) = &self.newest else { return Vec::new() };
        if event.stream.category() == Calendars::CATEGORY {
            // What cannot be read is found where it is folded.
            let new = &event.event;
            let Ok(Event::Added { version, after, .. }) =
                Calendars::read(&new.event_type, &new.data)
            else {
                return Vec::new();
            };
            let was = newest.version().clone();
            if self.added.is_empty() {
                self.added.insert(was.to_string(), newest.clone());
            }
            let calendar = Arc::new(newest.with(&version));
            self.added.insert(version.version.to_string(), calendar.clone());
            self.newest = Some(calendar);
            let follows = after == was;
            let what =
                || format!("it was added to calendar {after}, and the one before it is {was}");
            return if follows { Vec::new() } else { vec![what()] };
        }
        if !event.event.data.contains(NAMED) {
            return Vec::new();
        }
        let mut wrong = Vec::new();
        if let Ok(data) = serde_json::from_str(&event.event.data) {
            self.look_into(&data, &mut wrong);
        }
        wrong
    }

    fn look_into(&self, data: &Value, wrong: &mut Vec<String>) {
        let Value::Object(fields) = data else { return };
        let text = |name| fields.get(name).and_then(Value::as_str);
        if let (Some(version), Some(day)) = (text("calendar"), text("trade_date")) {
            wrong.extend(self.wrong_with(version, day));
        }
        fields.values().for_each(|field| self.look_into(field, wrong));
    }

    fn wrong_with(&self, version: &str, day: &str) -> Option<String> {
        let newest = self.newest.as_ref().filter(|newest| newest.version().as_str() == version);
        let Some(calendar) = newest.or_else(|| self.added.get(version)) else {
            return Some(format!(
                "its T is of calendar {version}, which neither this program nor the log before it knows"
            ));
        };
        // What is no date is found where it is read.
        let day = written::date(day)?;
        calendar.day(day).err().map(|error| format!("its T is of calendar {version}: {error}"))
    }
}
