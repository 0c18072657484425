//! What has been ordered today under each day's limit that is in force.
//!
//! A cache of the log like everything else here: a purchase counts from when it is placed, stops
//! counting when its money goes back, and goes on counting when it is over and forgotten. So the
//! sums outlive the purchases: a restart is [given them](Runner::provide_uses), from the log. Only
//! funds with a cap in force are counted, and days that are long over are dropped.

use super::Runner;
use fundflow_domain::{
    admission::{Admission, DayUse},
    calendar::TradingDay,
    discount_purchase::Ending,
    ids::TransactionId,
    limits::LimitKey,
    money::Money,
};
use std::collections::HashMap;

/// Yuan ordered under each key.
#[derive(Debug, Clone, Default)]
pub struct DayUses {
    used: HashMap<LimitKey, Money>,
    latest: Option<TradingDay>,
}

impl DayUses {
    fn of(&self, key: Option<&LimitKey>) -> Money {
        key.and_then(|key| self.used.get(key)).copied().unwrap_or_default()
    }

    /// Every key that something was ordered under, and how much.
    pub fn iter(&self) -> impl Iterator<Item = (&LimitKey, Money)> {
        self.used.iter().map(|(key, used)| (key, *used))
    }

    /// Counts an order.
    pub fn add(&mut self, key: LimitKey, amount: Money) {
        if self.latest.is_none_or(|latest| latest < key.day) {
            self.latest = Some(key.day);
            // Orders of an earlier T can no longer be placed.
            let oldest = key.day.date() - chrono::TimeDelta::days(30);
            self.used.retain(|key, _| key.day.date() >= oldest);
        }
        let used = self.used.entry(key).or_default();
        *used = used.plus(amount).unwrap_or(*used);
    }

    /// Its money went back.
    pub fn take_back(&mut self, key: &LimitKey, amount: Money) {
        if let Some(used) = self.used.get_mut(key) {
            *used = used.minus(amount).unwrap_or_default();
        }
    }
}

impl Runner {
    /// Puts the sums, as the log has them, into memory. Purchases that are provided are in them.
    pub fn provide_uses(&mut self, uses: DayUses) {
        self.uses = uses;
    }

    /// The sums, to be kept for the next start.
    pub const fn uses(&self) -> &DayUses {
        &self.uses
    }

    pub(super) fn fill_in_use(&self, admission: &mut Admission) {
        // Without a T there is no use to know, and the admission will say why there is no T.
        let Ok(t) = self.calendar.t_of(admission.at) else { return };
        let [wallet, target] = admission.limit_keys(t);
        let wallet_fund = self.uses.of(wallet.as_ref());
        let target_fund = self.uses.of(target.as_ref());
        admission.used_today = DayUse { wallet_fund, target_fund };
    }

    pub(super) fn add_use(&mut self, transaction: &TransactionId) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        let Some(open) = saga.purchase.state.known() else { return };
        let amount = Money::from(open.request.amount);
        if saga.in_use || open.admitted.counted.is_empty() {
            return;
        }
        for key in &open.admitted.counted {
            self.uses.add(key.clone(), amount);
        }
        saga.in_use = true;
    }

    pub(super) fn take_back_use(&mut self, transaction: &TransactionId) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        if !saga.in_use || saga.purchase.state.ending() != Some(Ending::Failed) {
            return;
        }
        let Some(open) = saga.purchase.state.known() else { return };
        let amount = Money::from(open.request.amount);
        for key in &open.admitted.counted {
            self.uses.take_back(key, amount);
        }
        saga.in_use = false;
    }
}
