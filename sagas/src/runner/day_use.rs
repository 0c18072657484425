//! What has been ordered today under each day's limit that is in force.
//!
//! A cache of the log like everything else here: an open purchase counts when it is placed or
//! provided, and stops counting when its money goes back. Only funds with a cap in force are
//! counted, and days that are over are dropped.

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
pub(super) struct DayUses {
    used: HashMap<LimitKey, Money>,
    latest: Option<TradingDay>,
}

impl DayUses {
    fn of(&self, key: Option<&LimitKey>) -> Money {
        key.and_then(|key| self.used.get(key)).copied().unwrap_or_default()
    }

    fn add(&mut self, key: LimitKey, amount: Money) {
        if self.latest.is_none_or(|latest| latest < key.day) {
            self.latest = Some(key.day);
            // Orders of an earlier T can no longer be placed.
            let oldest = key.day.date() - chrono::TimeDelta::days(30);
            self.used.retain(|key, _| key.day.date() >= oldest);
        }
        let used = self.used.entry(key).or_default();
        *used = used.plus(amount).unwrap_or(*used);
    }

    fn take_back(&mut self, key: &LimitKey, amount: Money) {
        if let Some(used) = self.used.get_mut(key) {
            *used = used.minus(amount).unwrap_or_default();
        }
    }
}

impl Runner {
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
