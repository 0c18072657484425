//! What a played day has to do, and when.

use super::progress::Job;
use fundflow_domain::{calendar::TradingDay, time::Timestamp};

/// Something of the day that has its time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// These orders, by index.
    Wave(usize, usize),
    /// Regular plans ask for what is due.
    Plans(TradingDay),
    /// Seal the batch and send it.
    Send(TradingDay),
    /// The prices of that day are published.
    Prices(TradingDay),
    /// The registrar works through the batch of that day.
    Night(TradingDay),
    /// Files of it come that were not there in the morning.
    Files(TradingDay),
    /// Its answers are read.
    Answers(TradingDay),
}

/// What a step did: one thing of the agenda, or only what counterparties and timers brought.
pub(super) struct Done(pub(super) Option<Item>);

impl Done {
    pub(super) fn job(&self) -> Option<Job> {
        match self.0.as_ref()? {
            Item::Wave(..) | Item::Plans(_) | Item::Files(_) => None,
            Item::Send(t) => Some(Job::Sent(*t)),
            Item::Prices(t) => Some(Job::Priced(*t)),
            Item::Night(t) => Some(Job::Worked(*t)),
            Item::Answers(t) => Some(Job::Answered(*t)),
        }
    }
}

/// Plans invest once a day.
pub(super) fn invests_at(t: TradingDay) -> Timestamp {
    at(t, 14, 30)
}

pub(super) fn at(day: TradingDay, hour: u32, minute: u32) -> Timestamp {
    let time = chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    Timestamp::shanghai(day.date(), time)
}
