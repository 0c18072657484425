//! Income that jobs gave to wallets, held against what the jobs say of it.
//!
//! ```text
//! what all pages of a job say = what its events gave wallets of its day
//! a period ends with its day  -> what is due of a wallet by then becomes shares by its next event
//! ```
//!
//! A job also counts what it found in a wallet already, of its publication or a later one, and what others corrected of
//! its day before it was there. Where either may be, its sum is not judged.

use chrono::NaiveDate;
use fundflow_domain::{
    decider::Decider as _,
    ids::{InvestorId, TransactionId, WalletId},
    money_fund::Publication,
    wallet::{Command, Event, State, Wallet},
};
use fundflow_runtime::saga::IncomeGiven;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// Yuan, by job.
    sums: HashMap<TransactionId, Decimal>,
    /// Jobs that may have counted what others gave.
    unsure: HashSet<TransactionId>,
    /// Wallets of which a whole number of fen was due when a job had given them its income, and that it has carried
    /// nothing for since: by job, with the day through which.
    due: HashMap<TransactionId, HashMap<InvestorId, NaiveDate>>,
}

impl Given {
    /// Hears an event of a wallet, and by which transaction it is.
    pub(super) fn hear(
        &mut self,
        (by, of): (&TransactionId, &WalletId),
        (before, after): (&State, &State),
        event: &Event,
    ) {
        let fund = of.fund;
        match event {
            Event::IncomeAccrued { day, publication, amount, .. } => {
                self.gives(by, amount.decimal());
                self.is_due(by, &of.investor, (*day, after));
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
            Event::IncomeCarried { through, .. } => {
                let wallets = self.due.get_mut(by);
                let due = wallets.filter(|it| it.get(&of.investor).is_some_and(|it| it <= through));
                if due.is_some_and(|it| it.remove(&of.investor).is_some() && it.is_empty()) {
                    self.due.remove(by);
                }
            }
            _ => {}
        }
    }

    /// Where a job carries, it does so in the append in which it gives.
    fn is_due(&mut self, by: &TransactionId, of: &InvestorId, (day, after): (NaiveDate, &State)) {
        let carry = Command::CarryIncome { through: day, registered: day };
        if Wallet::decide(after, &carry).is_ok_and(|events| !events.is_empty()) {
            self.due.entry(by.clone()).or_default().insert(of.clone(), day);
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

    /// What is wrong with what a job says that it gave in all, and with what it carried.
    pub(super) fn differs(&self, job: &TransactionId, said: IncomeGiven) -> Vec<String> {
        let IncomeGiven { sum, is_carried } = said;
        let gave = self.sums.get(job).copied().unwrap_or_default();
        let what = || format!("its pages say {sum} yuan of income, and wallets were given {gave}");
        let differs = (gave != sum && !self.unsure.contains(job)).then(what);
        let due = self.due.get(job).filter(|_| is_carried).into_iter().flatten();
        let mut left: Vec<String> = due
            .map(|(investor, day)| {
                format!(
                    "income of {investor} through {day} became shares by it, and is not carried"
                )
            })
            .collect();
        left.sort_unstable();
        differs.into_iter().chain(left).collect()
    }
}
