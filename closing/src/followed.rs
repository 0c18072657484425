//! What a day-cut's jobs look at in the log: who is in which batch, and which income jobs there are.

pub(crate) use crate::placed::Placed;
use crate::{place::OWN, placed::applied_at};
use chrono::NaiveDate;
use fundflow::runtime::saga::Saga as _;
use fundflow_application::read_models::{Follow, Streams};
use fundflow_domain::{
    application::{Application, Applications, Ask, Quantity, Stage},
    calendar::TradingDay,
    case::CaseId,
    decider::Decider as _,
    ids::{
        ApplicationNo, DistributorCode, FundCode, InvestorId, OrderId, PaymentNo, RegistrarCode,
        TransactionId,
    },
    time::Timestamp,
};
use fundflow_infrastructure::day_batch::{Accounts, Applied};
use fundflow_kernel::{
    envelope::Recorded,
    store::{Position, ReadError, Version},
};
use fundflow_sagas::{
    day_cut::{self, DayCut},
    house::House,
    income::Income,
    ports::day_jobs::Figures,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every application and income job of the store.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    applications: Streams<Applications>,
    /// Day-cuts that are not over.
    cuts: BTreeSet<(TradingDay, TransactionId)>,
    /// Cases that were closed, and when.
    closed: Vec<(Timestamp, CaseId)>,
    /// Whether they are over, by transaction.
    incomes: BTreeMap<Box<str>, bool>,
    /// Of every investor that has an application, in the order of the log.
    accounts: Accounts,
    /// When the bank says that it was paid, by the ID of the payment's stream.
    paid: HashMap<Box<str>, Timestamp>,
    /// When it moved to another T, by the ID of the application's stream.
    moved: HashMap<Box<str>, Timestamp>,
    /// Wallets and holdings of which shares were ever frozen, by the ID of their stream.
    frozen: BTreeSet<Box<str>>,
}

/// An application by its names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) no: ApplicationNo,
    pub(crate) order: OrderId,
    /// Whose it is.
    pub(crate) transaction: TransactionId,
}

/// The batch of a T for one registrar.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Those that its front has and that are in no batch.
    pub(crate) unsealed: u64,
    /// Of those that are, or `None` where the sum is out of range.
    pub(crate) sealed: Option<Figures>,
    /// In whose files they go out; `None` is the first distributor of the folder.
    pub(crate) distributors: BTreeSet<Option<DistributorCode>>,
    /// Funds whose price the registrar needs for them.
    pub(crate) funds: BTreeSet<FundCode>,
}

impl Followed {
    /// Every application that was placed, in the order of its number.
    pub(crate) fn applications(&self) -> impl Iterator<Item = &Application> + '_ {
        let placed = self.applications.iter().filter(|(_, entry)| entry.loaded.owner.is_some());
        placed.filter_map(|(_, entry)| entry.loaded.state.application())
    }

    /// Those of which that holds, in the order of their orders: what was placed together is mostly read together.
    pub(crate) fn named_where(&self, holds: impl Fn(&Application) -> bool) -> Vec<Named> {
        let named = self.applications.iter().filter_map(|(_, entry)| {
            let application = entry.loaded.state.application().filter(|it| holds(it))?;
            let (_, transaction) = entry.loaded.owner.clone()?;
            let (no, order) = (application.terms.no.clone(), application.terms.order.clone());
            Some(Named { no, order, transaction })
        });
        let mut named: Vec<Named> = named.collect();
        named.sort_unstable_by(|one, other| (&one.order, &one.no).cmp(&(&other.order, &other.no)));
        named
    }

    /// The terms of the application of that number, and when it became ours.
    pub(crate) fn applied(&self, no: &str, house: &House) -> Option<Applied<'_>> {
        let entry = self.applications.get(no)?;
        let terms = &entry.loaded.state.application()?.terms;
        let at = applied_at(terms, self.instants(no, entry.since, &terms.order), house);
        Some(Applied { terms, at })
    }

    /// Paid, moved to its T, placed.
    fn instants(&self, no: &str, since: Timestamp, order: &OrderId) -> [Option<Timestamp>; 3] {
        let paid = self.paid.get(PaymentNo::pay(order).as_str()).copied();
        [paid, self.moved.get(no).copied(), Some(since)]
    }

    /// Distributors that orders name; each as often as there are such orders.
    pub(crate) fn distributors(&self) -> impl Iterator<Item = &DistributorCode> + '_ {
        self.applications().filter_map(|application| application.terms.distributor.as_ref())
    }

    /// The application of that number.
    pub(crate) fn placed_under(&self, no: &str) -> Option<Placed> {
        let entry = self.applications.get(no)?;
        let application = entry.loaded.state.application()?.clone();
        let (_, transaction) = entry.loaded.owner.clone()?;
        let at = self.instants(no, entry.since, &application.terms.order);
        Some(Placed { transaction, application, at })
    }

    /// Day-cuts that are not over, the earliest T's first.
    pub(crate) fn cuts(&self) -> impl Iterator<Item = (TradingDay, &TransactionId)> + '_ {
        self.cuts.iter().map(|(t, cut)| (*t, cut))
    }

    /// Cases that were closed later than that.
    pub(crate) fn closed_since(&self, since: Timestamp) -> impl Iterator<Item = CaseId> + '_ {
        self.closed.iter().filter(move |(at, _)| *at > since).map(|(_, case)| *case)
    }

    /// The accounts of the investors at registrars.
    pub(crate) const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Whether shares of that wallet or holding were ever frozen.
    pub(crate) fn was_frozen(&self, investor: &InvestorId, fund: FundCode) -> bool {
        self.frozen.contains(&*format!("{investor}.{fund}"))
    }

    /// `own`: the registrar keeps the funds that name none.
    pub(crate) fn batch(&self, t: TradingDay, registrar: &RegistrarCode, own: bool) -> Batch {
        let mut batch = Batch { sealed: Some(Figures::default()), ..Batch::default() };
        for (_, entry) in self.applications.iter() {
            let Some(application) = entry.loaded.state.application() else { continue };
            let named = application.terms.registrar.as_str();
            let his = named == registrar.as_str() || (own && named == OWN);
            if !his || application.terms.trade_date != t {
                continue;
            }
            if application.batch.is_some() {
                batch.distributors.insert(application.terms.distributor.clone());
                batch.funds.extend(priced(&application.terms.ask, application.terms.fund));
                batch.sealed = batch.sealed.and_then(|sum| sum.plus(&figures(application)));
            } else if matches!(application.stage, Stage::Accepted) {
                batch.unsealed += 1;
            }
        }
        batch
    }

    /// The income jobs of that fund for natural days after the one and until the other, and whether each is over.
    pub(crate) fn incomes(
        &self,
        fund: FundCode,
        (after, until): (NaiveDate, NaiveDate),
    ) -> impl Iterator<Item = bool> + '_ {
        let day_of = move |name: &str| {
            let name = name.strip_prefix("income.").unwrap_or(name);
            let (of, rest) = name.split_once('.')?;
            let day = rest.split('.').next()?.parse::<NaiveDate>().ok()?;
            (of == fund.as_str()).then_some(day)
        };
        let wanted = move |name: &str| day_of(name).is_some_and(|day| day > after && day <= until);
        self.incomes.iter().filter(move |(name, _)| wanted(name)).map(|(_, over)| *over)
    }

    /// Takes in how a day-cut begins and ends.
    fn hear_cut(&mut self, id: &str, event_type: &str) {
        let (Some(t), Ok(cut)) = (day_cut::t_of(id), TransactionId::new(id)) else { return };
        let cut = (t, cut);
        if event_type == DayCut::NAMES.prepared {
            self.cuts.insert(cut);
        } else if event_type == DayCut::NAMES.abandoned || DayCut::ending_of(event_type).is_some() {
            self.cuts.remove(&cut);
        }
    }
}

/// Money funds have no price, and a fund that is raised has none yet: the caller knows the first, this the second.
fn priced(ask: &Ask, fund: FundCode) -> Vec<FundCode> {
    match ask {
        Ask::Subscription { .. } => Vec::new(),
        Ask::Conversion { into, .. } => vec![fund, *into],
        Ask::Purchase { .. } | Ask::Redemption { .. } | Ask::FastTransfer { .. } => vec![fund],
    }
}

fn figures(application: &Application) -> Figures {
    let one = Figures::counting(1);
    match application.terms.ask.quantity() {
        Quantity::Money(amount) => Figures { amount, ..one },
        Quantity::Shares(shares) => Figures { shares, ..one },
    }
}

impl Follow for Followed {
    fn at(&self) -> Position {
        self.applications.at()
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        let (category, id) = (event.stream.category(), event.stream.id());
        match &*event.event.event_type {
            "payment.paid" => {
                self.paid.entry(id.into()).or_insert(event.event.occurred_at);
            }
            "application.moved" => {
                self.moved.insert(id.into(), event.event.recorded_at);
            }
            "case.closed" => {
                let case = id.parse().ok();
                self.closed.extend(case.map(|case| (event.event.recorded_at, case)));
            }
            "wallet.shares_frozen" | "holdings.shares_frozen" => {
                self.frozen.insert(id.into());
            }
            _ => {}
        }
        if category == Income::KIND {
            let is_end = Income::ending_of(&event.event.event_type).is_some()
                || *event.event.event_type == *Income::NAMES.abandoned;
            *self.incomes.entry(id.into()).or_default() |= is_end;
        }
        if category == DayCut::KIND {
            self.hear_cut(id, &event.event.event_type);
        }
        self.applications.hear(event)?;
        if category == Applications::CATEGORY
            && event.version == Version(1)
            && let Some(entry) = self.applications.get(id)
            && let Some(application) = entry.loaded.state.application()
        {
            self.accounts.bind(&application.terms.investor);
        }
        Ok(())
    }
}
