//! What plans ask for after the folder's last day, day-cuts, and settlements with funds: nobody waits for them here.

use chrono::NaiveDate;
use fundflow::{Besides, SagaId, runtime::saga::Saga as _};
use fundflow_application::read_models::Streams;
use fundflow_domain::{ids::PlanId, plan::RegularPlan};
use fundflow_kernel::{envelope::Recorded, ids::TransactionId, store::Version};
use fundflow_sagas::{
    clearing::Clearing, day_cut::DayCut, discount_purchase::DiscountPurchase, purchase::Purchase,
    regular_plan::RegularPlans,
};
use std::{collections::HashSet, sync::Arc};

/// Plans, which go on for years, and their purchases that were asked for after a day; and day-cuts, which follow
/// what the day does; and settlements with funds, which are paid days later.
#[derive(Debug)]
pub(super) struct Later {
    last: NaiveDate,
    purchases: HashSet<TransactionId>,
    /// These, every plan, every day-cut and every settlement with a fund.
    sagas: Arc<Besides>,
}

impl Default for Later {
    /// Plans and day-cuts alone, since nothing is later than any day.
    fn default() -> Self {
        Self::than(NaiveDate::MAX)
    }
}

impl Later {
    pub(super) fn than(last: NaiveDate) -> Self {
        Self { last, purchases: HashSet::new(), sagas: Arc::default() }
    }

    pub(super) fn sagas(&self) -> Arc<Besides> {
        self.sagas.clone()
    }

    /// Whether a plan asked for it after that day.
    pub(super) fn has(&self, transaction: &TransactionId) -> bool {
        self.purchases.contains(transaction)
    }

    /// Takes in how a saga begins; `plans` are those that were opened before.
    pub(super) fn hear(&mut self, event: &Recorded, plans: &Streams<RegularPlan>) {
        if event.version != Version(1) {
            return;
        }
        let kinds = [
            RegularPlans::KIND,
            Purchase::KIND,
            DiscountPurchase::KIND,
            DayCut::KIND,
            Clearing::KIND,
        ];
        let kind = kinds.into_iter().find(|kind| *kind == event.stream.category());
        let (Some(kind), Ok(transaction)) = (kind, TransactionId::new(event.stream.id())) else {
            return;
        };
        let plan = PlanId::of_occurrence(&transaction).map(|(plan, _)| plan);
        let is_known = plan.is_some_and(|plan| plans.get(plan.as_str()).is_some());
        let with_fund = transaction.as_str().starts_with("clear.fund.");
        if kind == Clearing::KIND && !with_fund {
            return;
        }
        if [Purchase::KIND, DiscountPurchase::KIND].contains(&kind) {
            if !is_known || event.event.recorded_at.date() <= self.last {
                return;
            }
            self.purchases.insert(transaction.clone());
        }
        Arc::make_mut(&mut self.sagas).insert(SagaId { kind, transaction });
    }
}
