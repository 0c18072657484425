//! The versions of an exchange's calendar that persons have added, one after the other.
//!
//! ```text
//! none --Add--> one more version, each on the calendar that those before it made
//! ```
//!
//! 1. A version is fit for the calendar of the instant at which it is added, or refused ([`Version::check`]).
//! 2. The same version again decides nothing; another content under its tag is refused.
//! 3. Nothing takes a version back: days are opened or closed again by another one.

mod stored;
#[cfg(test)]
mod tests;

use super::{
    TradingCalendar,
    version::{Unfit, Version},
};
use crate::{decider::Decider, ids::VersionTag, text::Text, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Exchange that publishes the notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// Shanghai; Shenzhen keeps the same days.
    Xshg,
}

/// Spelled as the stream's ID.
impl fmt::Display for Exchange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exchange::Xshg => out.write_str("xshg"),
        }
    }
}

/// A request to the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A person has read the exchange's notice.
    Add {
        /// Content of the notice.
        version: Version,
        /// The list that was there before every version; it may have some of them already.
        calendar: Arc<TradingCalendar>,
        /// When: what is over by then stays.
        at: Timestamp,
        /// Why it is added, in the person's words.
        reason: Text,
        /// The person who added it.
        by: Text,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is in force for everything that is decided later.
    Added {
        /// Content of the notice.
        version: Version,
        /// The version that it was added to.
        after: VersionTag,
        /// From when on decisions see it.
        from: Timestamp,
        /// Why it was added, in the person's words.
        reason: Text,
        /// The person who added it.
        by: Text,
    },
}

/// A version in force, with who added it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Content of the notice.
    pub version: Version,
    /// The version that it was added to.
    pub after: VersionTag,
    /// From when on decisions see it.
    pub from: Timestamp,
    /// Reason, for the auditor.
    pub reason: Text,
    /// The person who added it.
    pub by: Text,
}

/// The versions so far, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    added: Arc<Vec<Added>>,
}

/// Why a version is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The tag stands in events already, for other days.
    #[error("version {0} is there already, with other content; give this one another tag")]
    KnownDifferently(VersionTag),
    /// The calendar cannot take it.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The stream cannot be used.
    #[error("{0}")]
    Damaged(&'static str),
}

impl From<&'static str> for Refusal {
    fn from(what: &'static str) -> Self {
        Refusal::Damaged(what)
    }
}

impl State {
    /// The versions in the order in which they were added.
    pub fn added(&self) -> &[Added] {
        &self.added
    }

    /// The calendar that they make of that one.
    pub fn calendar(&self, of: &TradingCalendar) -> TradingCalendar {
        self.added.iter().fold(of.clone(), |calendar, added| calendar.with(&added.version))
    }
}

/// The calendar's rules.
#[derive(Debug, Clone, Copy)]
pub struct Calendars;

impl Decider for Calendars {
    const CATEGORY: &'static str = "calendar";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let Command::Add { version, calendar, at, reason, by } = command;
        let tag = &version.version;
        if let Some(known) = state.added.iter().find(|added| added.version.version == *tag) {
            let is_same = known.version == *version;
            return is_same.then(Vec::new).ok_or_else(|| Refusal::KnownDifferently(tag.clone()));
        }
        let calendar = state.calendar(calendar);
        if calendar.has(tag) {
            return Err(Refusal::KnownDifferently(tag.clone()));
        }
        version.check(&calendar, *at)?;
        Ok(vec![Event::Added {
            version: version.clone(),
            after: calendar.version().clone(),
            from: *at,
            reason: reason.clone(),
            by: by.clone(),
        }])
    }

    fn evolve(mut state: State, event: &Event) -> Option<State> {
        let Event::Added { version, after, from, reason, by } = event.clone();
        if state.added.iter().any(|added| added.version.version == version.version) {
            return None;
        }
        Arc::make_mut(&mut state.added).push(Added { version, after, from, reason, by });
        Some(state)
    }
}
