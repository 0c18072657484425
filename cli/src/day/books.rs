//! What the day's jobs and its report look at, followed from the log: applications, cases, plans,
//! frozen shares, incomes.

use super::incomes::Incomes;
use fundflow_application::read_models::{Follow, Streams};
use fundflow_domain::{
    application::{Application, Applications, Stage},
    calendar::TradingDay,
    case::Cases,
    decider::Decider as _,
    ids::FundCode,
    plan::RegularPlan,
    wallet::{Wallet, parse_id},
};
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    store::{Position, ReadError},
};
use std::collections::BTreeSet;

/// Every application, case and plan of the store, and what its incomes add up to.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) applications: Streams<Applications>,
    pub(super) cases: Streams<Cases>,
    pub(super) plans: Streams<RegularPlan>,
    /// Wallets and holdings of which shares were ever frozen, by the ID of their stream.
    pub(super) frozen: BTreeSet<String>,
    pub(super) incomes: Incomes,
    /// Funds whose shares are in wallets.
    pub(super) wallet_funds: BTreeSet<FundCode>,
}

/// An application, the transaction that placed it, and when.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) transaction: TransactionId,
    pub(super) application: Application,
    pub(super) at: fundflow_domain::time::Timestamp,
}

impl Books {
    /// Every application that was placed, in the order of its number.
    pub(super) fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        self.applications.iter().filter_map(|(_, kept)| {
            let application = kept.loaded.state.application()?.clone();
            let (_, transaction) = kept.loaded.owner.clone()?;
            Some(Placed { transaction, application, at: kept.since })
        })
    }

    /// Whether something waits for a batch of a later T than that.
    pub(super) fn waits_for_batch_after(&self, t: TradingDay) -> bool {
        self.applications.iter().any(|(_, kept)| {
            let application = kept.loaded.state.application();
            application.is_some_and(|it| {
                it.terms.trade_date > t && matches!(it.stage, Stage::Accepted | Stage::Sealed)
            })
        })
    }
}

impl Follow for Books {
    fn at(&self) -> Position {
        self.applications.at()
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        if matches!(&*event.event.event_type, "wallet.shares_frozen" | "holdings.shares_frozen") {
            self.frozen.insert(event.stream.id().to_owned());
        }
        if event.stream.category() == Wallet::CATEGORY
            && let Some((_, fund)) = parse_id(event.stream.id())
        {
            self.wallet_funds.insert(fund);
        }
        self.cases.hear(event)?;
        self.plans.hear(event)?;
        self.incomes.hear(event)?;
        self.applications.hear(event)
    }
}
