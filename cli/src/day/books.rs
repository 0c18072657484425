//! What the day's jobs and its report look at, followed from the log: applications, cases, plans,
//! frozen shares, incomes.

use super::{cuts::Cuts, incomes::Incomes, later::Later};
use fundflow_application::read_models::{Follow, Streams};
pub(super) use fundflow_closing::Placed;
use fundflow_domain::{
    application::{Applications, Stage},
    calendar::TradingDay,
    case::Cases,
    decider::Decider as _,
    ids::{FundCode, PaymentNo},
    plan::RegularPlan,
    time::Timestamp,
    wallet::{Wallet, parse_id},
};
use fundflow_kernel::{
    envelope::Recorded,
    store::{Position, ReadError},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    /// What plans asked for after the folder's last day.
    pub(super) later: Later,
    /// Day-cuts that are not over.
    pub(super) cuts: Cuts,
    /// Orders that their registrar's front has and of which no record came.
    at_front: BTreeMap<Front, usize>,
    /// When the bank says that it was paid, by the ID of the payment's stream.
    paid: HashMap<Box<str>, Timestamp>,
    /// When it moved to another T, by the ID of the application's stream.
    moved: HashMap<Box<str>, Timestamp>,
}

/// How orders stand that their registrar's front has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Front {
    t: TradingDay,
    is_sent: bool,
    /// It is another folder's to wait for.
    is_later: bool,
}

impl Books {
    /// Every application that was placed, in the order of its number.
    pub(super) fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        self.applications.iter().filter_map(|(id, _)| self.placed_under(id))
    }

    /// The application of that number.
    fn placed_under(&self, no: &str) -> Option<Placed> {
        let entry = self.applications.get(no)?;
        let application = entry.loaded.state.application()?.clone();
        let (_, transaction) = entry.loaded.owner.clone()?;
        let paid = PaymentNo::pay(&application.terms.order);
        let paid = self.paid.get(paid.as_str()).copied();
        let at = [paid, self.moved.get(no).copied(), Some(entry.since)];
        Some(Placed { transaction, application, at })
    }

    /// Nothing yet, of a folder whose last day that is.
    pub(super) fn of_folder_until(last: TradingDay) -> Self {
        Self { later: Later::than(last.date()), ..Self::default() }
    }

    /// The T of every order that its registrar's front has and of which no record came, and whether it was
    /// sent.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = (TradingDay, bool)> + '_ {
        self.at_front.keys().map(|front| (front.t, front.is_sent))
    }

    /// Whether something of this folder waits for a batch of a later T than that.
    pub(super) fn waits_for_batch_after(&self, t: TradingDay) -> bool {
        self.at_front.keys().any(|front| front.t > t && !front.is_sent && !front.is_later)
    }

    /// Whether an order of that T is in its batch, or is to be, and no record of it came.
    pub(super) fn waits_for_answers_of(&self, t: TradingDay) -> bool {
        self.at_front.keys().any(|front| front.t == t)
    }

    /// Whether something of this folder waits for the batch of that T, or for its answers.
    pub(super) fn waits_for_batch_of(&self, t: TradingDay) -> bool {
        self.at_front.keys().any(|front| front.t == t && !front.is_later)
    }

    fn front_of(&self, id: &str) -> Option<Front> {
        let loaded = &self.applications.get(id)?.loaded;
        let application = loaded.state.application()?;
        let is_sent = match application.stage {
            Stage::Accepted | Stage::Sealed => false,
            Stage::Sent => true,
            Stage::Placed
            | Stage::Received
            | Stage::Confirming
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_)
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => return None,
        };
        let is_later = loaded.owner.as_ref().is_some_and(|(_, of)| self.later.has(of));
        Some(Front { t: application.terms.trade_date, is_sent, is_later })
    }

    /// Takes in what was said of an application. What is asked after every step is counted here, so that
    /// nobody looks at all of them.
    fn hear_application(&mut self, event: &Recorded) -> Result<(), ReadError> {
        let before = self.front_of(event.stream.id());
        self.applications.hear(event)?;
        let after = self.front_of(event.stream.id());
        if let Some(front) = before
            && let Some(orders) = self.at_front.get_mut(&front)
        {
            *orders -= 1;
            if *orders == 0 {
                self.at_front.remove(&front);
            }
        }
        if let Some(front) = after {
            *self.at_front.entry(front).or_default() += 1;
        }
        Ok(())
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
        match &*event.event.event_type {
            "payment.paid" => {
                let at = event.event.occurred_at;
                self.paid.entry(event.stream.id().into()).or_insert(at);
            }
            "application.moved" => {
                self.moved.insert(event.stream.id().into(), event.event.recorded_at);
            }
            _ => {}
        }
        self.cases.hear(event)?;
        self.plans.hear(event)?;
        self.later.hear(event, &self.plans);
        self.incomes.hear(event)?;
        self.cuts.hear(event);
        if event.stream.category() == Applications::CATEGORY {
            return self.hear_application(event);
        }
        self.applications.hear(event)
    }
}
