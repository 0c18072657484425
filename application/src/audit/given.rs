//! Income that jobs gave to wallets, held against what the jobs say of it.
//!
//! ```text
//! what all pages of a job say = what its events gave wallets of its day
//! ```
//!
//! A job also counts what it found in a wallet already, of its publication or a later one, and what others corrected of
//! its day before it was there. Where either may be, its sum is not judged.

use fundflow_domain::{
    ids::{FundCode, TransactionId},
    money_fund::Publication,
    wallet::{Event, State},
};
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// Yuan, by job.
    sums: HashMap<TransactionId, Decimal>,
    /// Jobs that may have counted what others gave.
    unsure: HashSet<TransactionId>,
}

impl Given {
    /// Hears an event of a wallet, and by which transaction it is.
    pub(super) fn hear(
        &mut self,
        (by, fund): (&TransactionId, FundCode),
        before: &State,
        event: &Event,
    ) {
        match event {
            Event::IncomeAccrued { day, publication, amount, .. } => {
                self.gives(by, amount.decimal());
                let known = before.publication_on(*day);
                let first = known.map_or(0, |known| known.saturating_add(1));
                for publication in first..=*publication {
                    self.others(by, Publication::jobs_of(fund, *day, publication));
                }
            }
            Event::IncomeCorrected { day, publication, reversed, amount, .. } => {
                let jobs = Publication::jobs_of(fund, *day, *publication);
                if jobs.as_ref().is_some_and(|jobs| jobs.contains(by)) {
                    self.gives(by, amount.decimal().saturating_sub(reversed.decimal()));
                }
                self.others(by, jobs);
            }
            _ => {}
        }
    }

    fn gives(&mut self, by: &TransactionId, amount: Decimal) {
        let sum = self.sums.entry(by.clone()).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// Those of the jobs that are another may find there what this one did.
    fn others(&mut self, by: &TransactionId, jobs: Option<[TransactionId; 2]>) {
        let jobs = jobs.into_iter().flatten();
        self.unsure.extend(jobs.filter(|job| job != by));
    }

    /// Something of that job cannot be judged.
    pub(super) fn lose(&mut self, job: &TransactionId) {
        self.unsure.insert(job.clone());
    }

    /// What is wrong with what a job says that it gave in all.
    pub(super) fn differs(&self, job: &TransactionId, said: Decimal) -> Option<String> {
        let gave = self.sums.get(job).copied().unwrap_or_default();
        let what = || format!("its pages say {said} yuan of income, and wallets were given {gave}");
        (gave != said && !self.unsure.contains(job)).then(what)
    }
}
