//! What parent and child have in common: the store, the counterparties, the engine, the requests.
//!
//! The counterparties are the sandbox's, with their journals beside the store, so that they survive
//! the kill as a bank would. Around them lies a network that takes its time before and after each
//! call: a kill may hit while a request travels, after the money moved, or while the answer travels.
//! Time is virtual and moves with every call; a retry of ten seconds is over after some of them.

use crate::dice::Dice;
use fundflow::{Asking, Builder, Engine, Notice, RequestError, Resting};
use fundflow_application::desk::Registry;
use fundflow_domain::{
    ids::{InvestorId, TransactionId},
    modes::ConversionMode,
    money::Amount,
    time::Timestamp,
};
use fundflow_infrastructure::{
    sandbox::{
        channel::SandboxChannel,
        registrar::{Market, SandboxRegistrar},
        scenario::Scenario,
    },
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    envelope::Actor,
    store::{EventStore, Position},
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase, Request},
    parts::{cases::UnknownOrders, milestone::Scope},
    ports::{
        bank::{
            Bank, Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer,
        },
        registrar::{Application, ApplicationAnswer, Cancellation, Register, Registrar},
    },
    recharge::{self, Recharge},
};
use fundflow_testkit::{shipped, worlds};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Virtual milliseconds that pass with each call.
const TICK: i64 = 40;
const INVESTORS: u64 = 200;

/// Unknown answers that turn out paid, declined or lost; second debits; contradictions; silence.
const SCENARIO: &str = "
[charge]
delay_s = 30
[charge.per_mille]
declined = 40
timeout_paid = 80
timeout_declined = 20
timeout_lost = 40
late_paid = 40
late_declined = 20
double_debit = 30
double_callback = 20
contradicted = 20
short = 30
silent = 5
[refund.per_mille]
timeout_refunded = 150
timeout_lost = 100
refused = 5
[front.per_mille]
rejected = 30
timeout_accepted = 40
timeout_rejected = 20
timeout_lost = 30
silent = 5
[confirmation]
delay_s = 60
[confirmation.per_mille]
partial = 40
rejected = 40
late = 40
missing = 5
twice = 30
contradicted = 20
garbled = 5
";

/// A running engine, and the world around it.
pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) engine: Engine,
    pub(crate) channel: Arc<Network<SandboxChannel>>,
    pub(crate) registrar: Arc<Network<SandboxRegistrar>>,
    pub(crate) clock: ManualClock,
}

impl World {
    /// Opens everything in a directory and starts the engine. Time goes on where the log ends.
    pub(crate) async fn start(place: &Path, seed: u64, slow: bool) -> Self {
        let database = place.join("events.db");
        let store = SqliteStore::open(database, &Settings::default()).expect("the store");
        let head = store.head().borrow().0;
        let last = store.read_all(Position(head.saturating_sub(1)), 1).await.expect("the log");
        let now = last.first().map_or_else(worlds::request_time, |event| event.event.recorded_at);
        let clock = ManualClock::at(now);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let mut scenario = Scenario::from_toml(SCENARIO).expect("the scenario");
        scenario.seed = seed;
        let market = Market::at_par(worlds::calendar());
        let channel = SandboxChannel::open(scenario.clone(), shared.clone(), place);
        let registrar = SandboxRegistrar::open(scenario, market, shared, place);
        let around = |salt| Network::around(&clock, Dice::of(seed ^ salt ^ head), slow);
        let channel = Arc::new(around(1).with(channel.expect("the channel's books")));
        let registrar = Arc::new(around(2).with(registrar.expect("the registrar's books")));
        let store = Arc::new(store);
        let engine = shipped::kinds()
            .into_iter()
            .fold(Engine::builder(store.clone()), Builder::kind)
            .port("bank", Arc::new(Bank(channel.clone())))
            .expect("a name")
            .port("ta-own", Arc::new(Register(registrar.clone())))
            .expect("a name")
            .unclaimed(UnknownOrders)
            .clock(clock.clone())
            .start()
            .await
            .expect("an engine");
        Self { store, engine, channel, registrar, clock }
    }

    /// What the counterparties tell unasked by now.
    pub(crate) fn due(&self) -> Vec<Notice> {
        let now = self.clock.now();
        let said = self.channel.beyond.due(now).into_iter().chain(self.registrar.beyond.due(now));
        said.map(|(stream, news)| Notice { stream, news }).collect()
    }
}

/// Every shipped saga and every aggregate that they work on.
pub(crate) fn registry() -> Registry {
    shipped::kinds().into_iter().fold(Registry::new(), Registry::kind)
}

/// What became of a request.
pub(crate) enum Asked {
    /// It is durable: the hash of what was promised, and its coming to rest.
    Placed(u64, Resting),
    /// To be made again after that time.
    Busy(Duration),
}

/// Asks for what belongs to a transaction ID: always the same, a discount purchase or a recharge.
pub(crate) async fn ask(engine: &Engine, transaction: &str) -> Asked {
    if hash(&transaction) % 4 == 3 {
        asked(engine, recharge(transaction)).await
    } else {
        asked(engine, purchase(transaction)).await
    }
}

async fn asked<S: Saga>(engine: &Engine, asking: Asking<S>) -> Asked {
    let id = asking.transaction.clone();
    match engine.request_watched(asking).await {
        // Everything that the first answer promised and every later one must promise again.
        Ok((placed, rest)) => {
            let promise = serde_json::to_string(&placed.promise).expect("a promise as JSON");
            Asked::Placed(hash(&promise), rest)
        }
        Err(RequestError::Busy { retry_after }) => Asked::Busy(retry_after),
        Err(error) => panic!("{id}: {error}"),
    }
}

/// Takes a purchase back, if that is possible; a recharge knows no such command here.
pub(crate) async fn take_back(engine: &Engine, transaction: &str, at: Timestamp) {
    let (id, scope) = (worlds::transaction(transaction), Scope::All);
    let actor = Actor::Investor("INV-7".into());
    let command = Command::Cancel { at, scope };
    match engine.command::<DiscountPurchase>(id, command, actor, None).await {
        Ok(()) | Err(RequestError::Refused(_) | RequestError::NoSuch(_)) => {}
        Err(RequestError::Busy { .. }) => {}
        Err(error) => panic!("{transaction}: {error}"),
    }
}

fn purchase(transaction: &str) -> Asking<DiscountPurchase> {
    let number = hash(&transaction);
    let mut asked = worlds::asked();
    asked.investor.id = investor(number);
    let modes = [None, Some(ConversionMode::LinkedSameDay), Some(ConversionMode::NextDay)];
    let request = Request {
        investor: asked.investor.id.clone(),
        amount: amount(number),
        mode: modes[usize::try_from(number % 3).unwrap_or(0)],
        ..worlds::request(ConversionMode::NextDay)
    };
    let transaction = worlds::transaction(transaction);
    Asking { transaction, request, asked, at: None, trace_parent: None }
}

fn recharge(transaction: &str) -> Asking<Recharge> {
    let number = hash(&transaction);
    let mut profile = worlds::investor();
    profile.id = investor(number);
    let request = recharge::Request {
        investor: profile.id.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        amount: amount(number),
        only_today: false,
    };
    let channel = worlds::asked().channel;
    let asked = recharge::Asked { investor: profile, channel, warning_confirmed: None, at: None };
    let transaction = worlds::transaction(transaction);
    Asking { transaction, request, asked, at: None, trace_parent: None }
}

fn investor(number: u64) -> InvestorId {
    worlds::read(&format!("INV-{}", number % INVESTORS))
}

fn amount(number: u64) -> Amount {
    worlds::amount(&format!("{}.{:02}", 100 + number % 9_900, number % 97))
}

/// The ID of the `nth` new request of a start.
pub(crate) fn transaction(start: u64, nth: u64) -> TransactionId {
    worlds::transaction(&format!("K{start:04}-{nth:06}"))
}

pub(crate) fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What lies between the engine and a counterparty.
pub(crate) struct Network<C> {
    pub(crate) beyond: C,
    clock: ManualClock,
    dice: Mutex<Dice>,
    slow: bool,
}

impl Network<()> {
    fn around(clock: &ManualClock, dice: Dice, slow: bool) -> Self {
        Self { beyond: (), clock: clock.clone(), dice: Mutex::new(dice), slow }
    }

    fn with<C>(self, beyond: C) -> Network<C> {
        let Self { beyond: (), clock, dice, slow } = self;
        Network { beyond, clock, dice, slow }
    }
}

impl<C> Network<C> {
    /// Nothing, a turn of the scheduler, or up to 3 ms.
    async fn travel(&self) {
        if !self.slow {
            return;
        }
        let drawn = self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(5);
        match drawn {
            0 => {}
            1 => tokio::task::yield_now().await,
            millis => tokio::time::sleep(Duration::from_millis(millis - 1)).await,
        }
    }

    async fn call<A>(&self, call: impl Future<Output = A>) -> A {
        self.clock.advance_to(self.clock.now().plus_millis(TICK));
        self.travel().await;
        let answer = call.await;
        self.travel().await;
        answer
    }
}

impl PaymentChannel for Network<SandboxChannel> {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        self.call(self.beyond.charge(charge)).await
    }

    async fn query(&self, charge: Charge) -> ChargeAnswer {
        self.call(self.beyond.query(charge)).await
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        self.call(self.beyond.refund(refund)).await
    }

    async fn pay_out(&self, payout: Payout) -> PayoutAnswer {
        self.call(self.beyond.pay_out(payout)).await
    }
}

impl Registrar for Network<SandboxRegistrar> {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        self.call(self.beyond.submit(application)).await
    }

    async fn query(&self, application: Application) -> ApplicationAnswer {
        self.call(self.beyond.query(application)).await
    }

    async fn cancel(&self, cancel: Cancellation) -> ApplicationAnswer {
        self.call(self.beyond.cancel(cancel)).await
    }
}

/// A day later than that.
pub(crate) fn later(now: Timestamp, hours: i64) -> Timestamp {
    now.plus_millis(hours * 3_600_000)
}
