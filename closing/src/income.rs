//! The income of the natural days that ended with T, booked by sagas of its own.

use crate::jobs::{Jobs, not_yet, unknown};
use chrono::NaiveDate;
use fundflow_domain::{
    fund::{FundKind, FundTerms},
    ids::FundCode,
    orders::Cause,
};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::{
    house::House,
    ports::day_jobs::{Figures, JobCall, JobStand},
};

/// Whether the income of a fund is still to be given for a natural day after the one and until the other.
pub type IncomeToCome = Box<dyn Fn(FundCode, (NaiveDate, NaiveDate)) -> bool + Send + Sync>;

impl<S: EventStore> Jobs<S> {
    /// Of the money funds that the registrar keeps.
    pub(crate) async fn income(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let House { funds, calendar, .. } = &self.place.house;
        let day = call.t.date();
        let before = calendar.before(call.t).map_err(|error| unknown("calendar", &error))?;
        let keeps = |terms: &FundTerms| {
            terms.kind == FundKind::Money && self.place.keeps(&call.registrar, &terms.registrar)
        };
        let kept = |fund: &&FundCode| funds(**fund, day).is_some_and(|terms| keeps(&terms));
        let followed = self.followed.lock().await;
        let mut waiting = Vec::new();
        let mut count = 0;
        for fund in self.place.funds.iter().filter(kept) {
            let days = (before.date(), day);
            let jobs: Vec<bool> = followed.incomes(*fund, days).collect();
            count += jobs.len() as u64;
            if jobs.contains(&false) || (self.income_to_come)(*fund, days) {
                waiting.push(fund.to_string());
            }
        }
        if waiting.is_empty() {
            return Ok(JobStand::Done(Figures::counting(count)));
        }
        let text = format!("the income of {} is not booked in every wallet", waiting.join(", "));
        Ok(not_yet("income_under_way", text))
    }
}
