//! Shares that are frozen: by the scenario from the beginning, or since a test or a driver froze them.

use super::{SandboxRegistrar, income::Holder};
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{FundCode, InvestorId},
    money::Shares,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Frozen shares by holder.
pub(super) type ByHolder = Mutex<BTreeMap<Holder, Shares>>;

impl SandboxRegistrar {
    /// A court or a creditor has it keep so many shares of a holder from now on, in all: none lets them go.
    /// What a scenario says comes on top. Its books do not have it: whoever opens them again says so again.
    pub fn keep_frozen(&self, investor: InvestorId, fund: FundCode, shares: Shares) {
        let mut frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        frozen.insert((investor, fund), shares);
    }

    pub(super) fn frozen(&self, investor: &InvestorId, fund: FundCode, on: NaiveDate) -> Shares {
        let frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        let frozen = frozen.get(&(investor.clone(), fund)).copied().unwrap_or_default();
        let planned = self.scenario.frozen(investor, fund, on);
        planned.plus_or_most(frozen)
    }
}
