//! On which days a plan would invest, as its own request and its history decide it.

use super::saga::RegularPlans;
use chrono::{Days, NaiveDate};
use fundflow_domain::plan::{Upcoming, upcoming};
use fundflow_kernel::streams::Streams;
use fundflow_runtime::{
    quote::Quoted,
    saga::{Preparing, Saga as _},
};

/// How many dates are quoted of a plan that is asked for.
pub const DATES: usize = 12;

impl Quoted for RegularPlans {
    type Quote = Upcoming;

    /// Quotes the first [`DATES`] dates.
    fn quote(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<Upcoming, Self::Refusal> {
        self.prepare(streams, of)?;
        let before = of.request.start.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        Ok(upcoming(of.request, before, &self.house.calendar, DATES))
    }
}
