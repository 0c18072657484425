//! What a played day has to do, and when.

use super::progress::Job;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    time::Timestamp,
};
use fundflow_infrastructure::day_folder::{Kind, Order};

/// Milliseconds of a wave, at least.
const WAVE: i64 = 1000;
/// A day is cut into about so many waves at most: each costs some durable writes.
const WAVES_MAX: i64 = 500;

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

/// What is to follow from items that were carried out.
#[derive(Debug, Default)]
pub(super) struct FollowUps {
    /// Day-cuts are told.
    pub(super) tells: bool,
    /// Something was carried out.
    pub(super) carried: bool,
    /// The T whose answers were read, and whether no earlier play had.
    pub(super) answered: Vec<(TradingDay, bool)>,
}

impl FollowUps {
    pub(super) fn note(&mut self, item: &Item, is_played_now: bool) {
        self.carried = true;
        if let Item::Answers(t) = item {
            self.answered.push((*t, is_played_now));
        }
    }
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

/// From and until of each wave. Incomes are published on later days and by themselves; a natural day has an end of
/// its own, since cash at once counts on the day on which it is asked for.
pub(super) fn waves(orders: &[Order], calendar: &TradingCalendar) -> Vec<(usize, usize)> {
    let is_income = |order: &&Order| matches!(order.kind, Kind::Income(_));
    let of_investors = || orders.iter().filter(|order| !is_income(order));
    let micros = |order: Option<&Order>| order.map_or(0, |order| order.time.micros());
    let span = (micros(of_investors().next_back()) - micros(of_investors().next())) / 1000;
    let many = i64::try_from(of_investors().count()).is_ok_and(|orders| orders > WAVES_MAX);
    let wave = if many { WAVE.max(span / WAVES_MAX) } else { WAVE };
    let mut waves: Vec<(usize, usize)> = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        let first = waves.last().and_then(|(from, _)| orders.get(*from));
        let joins = first.is_some_and(|first| {
            // Orders of a raising have a later cut-off, and may stand beside some that are in time before it.
            let same_t = order.t == first.t
                && calendar.t_of(order.time).ok() == calendar.t_of(first.time).ok();
            let same_day = same_t && order.time.date() == first.time.date();
            let alike = same_day && is_income(&order) == is_income(&first);
            alike && order.time < first.time.plus_millis(wave)
        });
        match waves.last_mut() {
            Some((_, until)) if joins => *until = index + 1,
            Some(_) | None => waves.push((index, index + 1)),
        }
    }
    waves
}
