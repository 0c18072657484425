//! The calendar as the log has it: the one that a house was made with, and the versions that persons have added since.

use crate::house::House;
use fundflow_domain::{
    calendar::changes::{Calendars, Exchange},
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need, Streams};
use std::sync::Arc;

/// The stream of the exchange's versions.
pub fn calendar() -> Key<Calendars> {
    Key::of(&Exchange::Xshg)
}

/// What decisions rest on that use the calendar.
pub fn rests_on() -> Vec<Need> {
    vec![calendar().need()]
}

impl House {
    /// That its calendar ends soon, from sixty days before on.
    pub fn caution(&self, now: Timestamp) -> Option<String> {
        let ends = self.calendar.ends(now);
        ends.is_near().then(|| ends.to_string())
    }

    /// The house by the calendar that those streams make of its own; `None` where it is that one.
    #[must_use]
    pub fn renewed(&self, streams: &Streams) -> Option<Self> {
        let calendar = streams.state(&calendar())?.calendar(&self.calendar);
        let is_new = calendar.version() != self.calendar.version();
        is_new.then(|| Self { calendar: Arc::new(calendar), ..self.clone() })
    }
}

/// Writes `rests_on` and `renewed` inside of an `impl Saga` of a type that is made of its `house`.
macro_rules! by_calendar {
    () => {
        fn rests_on() -> Vec<::fundflow_kernel::streams::Need> {
            $crate::parts::by_calendar::rests_on()
        }

        fn renewed(&self, streams: &::fundflow_kernel::streams::Streams) -> Option<Self> {
            let house = self.house.renewed(streams)?;
            let mut renewed = self.clone();
            renewed.house = house;
            Some(renewed)
        }

        fn caution(&self, now: ::fundflow_domain::time::Timestamp) -> Option<String> {
            self.house.caution(now)
        }
    };
}
pub(crate) use by_calendar;

/// The same of a fund saga, whose orders move where their T is closed.
macro_rules! moves_by_calendar {
    () => {
        $crate::parts::by_calendar::by_calendar!();

        fn is_overtaken(&self, view: &::fundflow_runtime::saga::View<'_, Self>) -> bool {
            $crate::parts::off_day::is_off(self, view)
        }

        fn move_on(
            &self,
            turn: &mut ::fundflow_runtime::turn::Turn<'_, Self>,
        ) -> Result<(), ::fundflow_runtime::turn::NotDone> {
            $crate::parts::off_day::move_on(self, turn)
        }
    };
}
pub(crate) use moves_by_calendar;
