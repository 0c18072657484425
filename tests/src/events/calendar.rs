//! Versions of the trading calendar. The days of 2027 are made up.

use super::{Entry, id};
use crate::worlds::{date, request_time};
use fundflow_domain::{
    calendar::{
        changes::{Calendars, Event},
        version::{Change, Version},
    },
    text::Text,
};
use fundflow_sagas::calendar_change::{Milestone, Promise, Request};

pub(super) fn entries() -> Vec<Entry> {
    let added = |version, after| Event::Added {
        version,
        after: id(after),
        from: request_time(),
        reason: text("the notice was read"),
        by: text("li"),
    };
    let (year, days) = (added(year(), "xshg-2026"), added(days(), "made-up-2027"));
    vec![Entry::of::<Calendars>(&[year, days])]
}

fn year() -> Version {
    Version {
        version: id("made-up-2027"),
        source: text("notice 2026-99, made up"),
        notice_date: date("2026-02-12"),
        change: Change::Year { year: 2027, closed: vec![date("2027-01-01"), date("2027-02-08")] },
    }
}

fn days() -> Version {
    Version {
        version: id("made-up-typhoon"),
        source: text("notice 2026-100, made up"),
        notice_date: date("2026-02-13"),
        change: Change::Days { closed: vec![date("2026-08-13")], opened: vec![date("2026-10-07")] },
    }
}

pub(super) fn asked() -> Request {
    Request { version: days(), reason: text("the notice was read"), by: text("li") }
}

pub(super) fn promised() -> Promise {
    Promise { after: id("made-up-2027") }
}

pub(super) fn milestones() -> [Milestone; 3] {
    [Milestone::Opened {}, Milestone::Added {}, Milestone::Halted {}]
}

fn text(words: &str) -> Text {
    Text::new("text", words).expect("a printable text")
}
