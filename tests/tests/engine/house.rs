//! An engine in the ready-made house, and those outside of it.

use fundflow::{Asking, Builder, Engine, Notice, Placed, RequestError, Settings};
use fundflow_application::{
    audit,
    desk::{self, Registry, Shown},
    guard::LedgerGuard,
};
use fundflow_domain::{fund::FundTerms, time::Timestamp};
use fundflow_infrastructure::{
    sandbox::{
        advance::SandboxAdvance,
        channel::SandboxChannel,
        registrar::{Market, SandboxRegistrar},
        scenario::Scenario,
    },
    wallet_owners::WalletOwners,
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Refusal, Request},
    house::House,
    parts::cases::UnknownOrders,
    ports::{advance::Advancing, bank::Bank, registrar::Register, wallets::Wallets},
};
use fundflow_testkit::{shipped, worlds};
use std::{path::Path, sync::Arc};

pub(crate) type Outcome = Result<Placed<DiscountPurchase>, RequestError<Refusal>>;

/// Those outside: they outlive every engine.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) house: House,
    pub(crate) clock: ManualClock,
    pub(crate) channel: Arc<SandboxChannel>,
    pub(crate) registrar: Arc<SandboxRegistrar>,
    /// Of the funds of registrar 98.
    pub(crate) other_registrar: Arc<SandboxRegistrar>,
    pub(crate) advance: Arc<SandboxAdvance>,
}

impl Outside {
    /// Both funds of the ready-made world, at par, at that instant.
    pub(crate) fn new(scenario: &str, now: Timestamp) -> Self {
        Self::with(vec![worlds::wallet_fund(), worlds::target_fund()], scenario, now)
    }

    pub(crate) fn with(funds: Vec<FundTerms>, scenario: &str, now: Timestamp) -> Self {
        let scenario = Scenario::from_toml(scenario).expect("a scenario");
        Self::playing(funds, scenario, now)
    }

    pub(crate) fn playing(funds: Vec<FundTerms>, scenario: Scenario, now: Timestamp) -> Self {
        let clock = ManualClock::at(now);
        let shared = Arc::new(clock.clone());
        let market = Market::at_par(worlds::calendar());
        let channel = SandboxChannel::in_memory(scenario.clone(), shared.clone());
        let registrar = SandboxRegistrar::in_memory(scenario, market, shared);
        Self::of(funds, clock, channel, registrar)
    }

    /// Those whose books are in that directory.
    pub(crate) fn at(place: &Path, scenario: &str, now: Timestamp) -> Self {
        let clock = ManualClock::at(now);
        let shared = Arc::new(clock.clone());
        let scenario = Scenario::from_toml(scenario).expect("a scenario");
        let market = Market::at_par(worlds::calendar());
        let channel = SandboxChannel::open(scenario.clone(), shared.clone(), place);
        let registrar = SandboxRegistrar::open(scenario, market, shared, place);
        let funds = vec![worlds::wallet_fund(), worlds::target_fund()];
        Self::of(funds, clock, channel.expect("books"), registrar.expect("books"))
    }

    fn of(
        funds: Vec<FundTerms>,
        clock: ManualClock,
        channel: SandboxChannel,
        registrar: SandboxRegistrar,
    ) -> Self {
        let funds: Vec<_> = funds.into_iter().map(Arc::new).collect();
        let find = move |code, _| funds.iter().find(|fund| fund.code == code).cloned();
        let shared = Arc::new(clock.clone());
        let advance = Arc::new(SandboxAdvance::new(shared.clone()));
        let (fair, market) = (Scenario::default(), Market::at_par(worlds::calendar()));
        let other_registrar = Arc::new(SandboxRegistrar::in_memory(fair, market, shared));
        Self {
            advance,
            other_registrar,
            house: House { funds: Arc::new(find), ..worlds::house() },
            clock,
            channel: Arc::new(channel),
            registrar: Arc::new(registrar),
        }
    }

    pub(crate) async fn start<S: EventStore + Checkpoints>(&self, store: &Arc<S>) -> Engine {
        self.builder(store).start().await.expect("an engine")
    }

    /// With everybody but whoever does a day-cut's jobs.
    pub(crate) fn builder<S: EventStore + Checkpoints>(&self, store: &Arc<S>) -> Builder<S> {
        let engine = Engine::builder(store.clone());
        shipped::kinds_in(&self.house)
            .into_iter()
            .fold(engine, Builder::kind)
            .port("bank", Arc::new(Bank(self.channel.clone())))
            .expect("a name")
            .port("advance", Arc::new(Advancing(self.advance.clone())))
            .expect("a name")
            .port("ta-own", Arc::new(Register(self.registrar.clone())))
            .expect("a name")
            .port("ta-98", Arc::new(Register(self.other_registrar.clone())))
            .expect("a name")
            .port("wallets", Arc::new(Wallets(Arc::new(WalletOwners::of(store.clone())))))
            .expect("a name")
            .unclaimed(UnknownOrders)
            .guard(LedgerGuard)
            .settings(Settings { append_attempts: 1, ..Settings::default() })
            .clock(self.clock.clone())
    }

    /// What is said unasked by now.
    pub(crate) fn due(&self) -> Vec<Notice> {
        let now = self.clock.now();
        let said = self.channel.due(now).into_iter().chain(self.registrar.due(now));
        let said = said.chain(self.other_registrar.due(now));
        said.map(|(stream, news)| Notice { stream, news }).collect()
    }

    /// Lets time pass, hour by hour, and everybody speak.
    pub(crate) async fn pass(&self, engine: &Engine, hours: i64) {
        for _ in 0..=hours {
            loop {
                engine.settle().await.expect("an engine that runs");
                let due = self.due();
                if due.is_empty() {
                    break;
                }
                for outcome in engine.deliver(due).await {
                    outcome.expect("news that can be taken");
                }
            }
            self.clock.advance_to(self.clock.now().plus_millis(3_600_000));
        }
    }
}

/// 10,000.00 yuan, the earliest price that is possible.
pub(crate) fn wanted() -> Request {
    Request { mode: None, ..worlds::request(fundflow_domain::modes::ConversionMode::NextDay) }
}

pub(crate) fn asking(id: &str, request: Request) -> Asking<DiscountPurchase> {
    let mut asked = worlds::asked();
    asked.investor.id = request.investor.clone();
    asking_as(id, request, asked)
}

pub(crate) fn asking_as(id: &str, request: Request, asked: Asked) -> Asking<DiscountPurchase> {
    let transaction = worlds::transaction(id);
    Asking { transaction, request, asked, at: None, trace_parent: None }
}

pub(crate) async fn ask(engine: &Engine, asking: Asking<DiscountPurchase>) -> Outcome {
    let Asking { transaction, request, asked, at, trace_parent } = asking;
    engine.request::<DiscountPurchase>(transaction, request, asked, at, trace_parent).await
}

/// Every shipped saga and every aggregate that they work on.
pub(crate) fn registry() -> Registry {
    shipped::kinds().into_iter().fold(Registry::new(), Registry::kind)
}

pub(crate) async fn show<S: EventStore>(store: &S, id: &str) -> Shown {
    let shown = desk::show(store, &registry(), None, &worlds::transaction(id)).await;
    shown.expect("a saga that can be looked at")
}

/// The audit finds nothing.
#[track_caller]
pub(crate) fn passed(report: &audit::Report) {
    let some: Vec<String> = report.findings.iter().take(5).map(ToString::to_string).collect();
    assert!(report.passed(), "{} findings, such as {some:#?}", report.failures);
}

pub(crate) async fn audit<S: EventStore>(store: &S) -> audit::Report {
    audit::verify(store, &registry(), |_, _| {}).await.expect("a store that can be read")
}
