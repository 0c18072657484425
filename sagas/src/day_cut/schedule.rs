//! Which day-cuts there are to be asked for by now: one for each trading day and registrar, from a day on.
//!
//! A day is due at its cut-off; its day-cut waits by itself until the batch can be sealed. Days that passed while
//! nobody asked are due at once, in their order. Asking again is free, so whoever does not know how far it came begins
//! earlier.

use super::{Request, id};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    ids::{RegistrarCode, TransactionId},
    time::Timestamp,
};

/// The day-cuts of some registrars, from a day on.
#[derive(Debug, Clone)]
pub struct Schedule {
    registrars: Vec<RegistrarCode>,
    /// Every trading day before it was asked for.
    from: NaiveDate,
}

impl Schedule {
    /// Of those registrars, from that day on.
    pub const fn from(registrars: Vec<RegistrarCode>, from: NaiveDate) -> Self {
        Self { registrars, from }
    }

    /// What is due by now and was not returned before, by T and registrar. The calendar is the newest one, so that a
    /// day that was closed meanwhile is left out.
    pub fn due(
        &mut self,
        calendar: &TradingCalendar,
        now: Timestamp,
    ) -> Vec<(TransactionId, Request)> {
        let mut due = Vec::new();
        while let Some(t) = self.first(calendar).filter(|t| calendar.cut_off(*t) <= now) {
            due.extend(self.registrars.iter().filter_map(|registrar| {
                let registrar = registrar.clone();
                Some((id(&registrar, t)?, Request { registrar, t }))
            }));
            let Some(next) = t.date().succ_opt() else { break };
            self.from = next;
        }
        due
    }

    /// When to ask next; `None` past the calendar's end, until it is extended.
    pub fn next(&self, calendar: &TradingCalendar) -> Option<Timestamp> {
        self.first(calendar).map(|t| calendar.cut_off(t))
    }

    fn first(&self, calendar: &TradingCalendar) -> Option<TradingDay> {
        calendar.after(self.from.pred_opt()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn names(due: &[(TransactionId, Request)]) -> Vec<&str> {
        due.iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn every_trading_day_that_passed_is_due_once_with_each_registrar() {
        let calendar = TradingCalendar::xshg().unwrap();
        let registrars = ["05", "98"].map(|code| code.parse().unwrap()).to_vec();
        let mut schedule = Schedule::from(registrars, "2026-02-12".parse().unwrap());
        assert_eq!(names(&schedule.due(&calendar, at("2026-02-12T14:59:59+08:00"))), [""; 0]);
        assert_eq!(schedule.next(&calendar), Some(at("2026-02-12T15:00:00+08:00")));
        let evening = at("2026-02-12T15:00:00+08:00");
        assert_eq!(
            names(&schedule.due(&calendar, evening)),
            ["cut.05.2026-02-12", "cut.98.2026-02-12"]
        );
        assert_eq!(names(&schedule.due(&calendar, evening)), [""; 0]);
        // Friday, a week without trading, and Tuesday: nobody asked meanwhile.
        let later = schedule.due(&calendar, at("2026-02-24T18:00:00+08:00"));
        assert_eq!(
            names(&later),
            ["cut.05.2026-02-13", "cut.98.2026-02-13", "cut.05.2026-02-24", "cut.98.2026-02-24"]
        );
    }

    #[test]
    fn past_the_calendars_end_nothing_is_due() {
        let calendar = TradingCalendar::xshg().unwrap();
        let mut schedule =
            Schedule::from(vec!["05".parse().unwrap()], "2026-12-31".parse().unwrap());
        let far = at("2027-06-01T12:00:00+08:00");
        assert_eq!(names(&schedule.due(&calendar, far)), ["cut.05.2026-12-31"]);
        assert_eq!((schedule.due(&calendar, far), schedule.next(&calendar)), (Vec::new(), None));
    }
}
