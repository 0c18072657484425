//! What parent and child have in common: the store, the counterparties, the engine, the requests.
//!
//! The counterparties are the sandbox's, with their journals beside the store, so that they survive
//! the kill as a bank would. Around them lies a network that takes its time before and after each
//! call: a kill may hit while a request travels, after the money moved, or while the answer travels.
//! Time is virtual and moves with every call; a retry of ten seconds is over after some of them.

use crate::{
    asking,
    dice::Dice,
    requests::{self, hash},
};
use fundflow::{Builder, Engine, Notice, Resting};
use fundflow_application::{desk::Registry, guard::LedgerGuard};
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::{
    sandbox::{
        advance::SandboxAdvance,
        channel::SandboxChannel,
        registrar::{Market, SandboxRegistrar},
        scenario::Scenario,
    },
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    store::{EventStore, Position},
};
use fundflow_runtime::kind::Kind;
use fundflow_sagas::{
    parts::{cases::UnknownOrders, milestone::Scope},
    ports::{
        advance::{Advance, AdvanceAnswer, AdvanceBank, Advancing, Repayment, RepaymentAnswer},
        bank::{
            Bank, Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer,
        },
        registrar::{Application, ApplicationAnswer, Cancellation, Register, Registrar},
    },
};
use fundflow_testkit::{shipped, wanted, worlds};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Virtual milliseconds that pass with each call.
const TICK: i64 = 40;

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
[payout.per_mille]
timeout_paid_out = 150
timeout_lost = 100
late = 100
refused = 20
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
[[raising]]
fund = '018145'
founded_on = '2026-02-26'
";

/// How it is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Calls take their time, and chance rules outside.
    Storm,
    /// Calls arrive at once, and chance rules outside.
    Still,
    /// Calls arrive at once, and everything goes well.
    Fair,
}

/// A running engine, and the world around it.
pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) engine: Engine,
    pub(crate) channel: Arc<Network<SandboxChannel>>,
    pub(crate) registrar: Arc<Network<SandboxRegistrar>>,
    pub(crate) clock: ManualClock,
}

impl World {
    /// Opens everything in a directory and starts the engine. Time goes on where the log ends, and no
    /// earlier than then.
    pub(crate) async fn start(place: &Path, seed: u64, weather: Weather, from: Timestamp) -> Self {
        let database = place.join("events.db");
        let store = SqliteStore::open(database, &Settings::default()).expect("the store");
        let head = store.head().borrow().0;
        let last = store.read_all(Position(head.saturating_sub(1)), 1).await.expect("the log");
        let now = last.first().map_or(from, |event| event.event.recorded_at.max(from));
        let clock = ManualClock::at(now);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let scenario = match weather {
            Weather::Fair => Scenario::default(),
            Weather::Storm | Weather::Still => {
                let scenario = Scenario::from_toml(SCENARIO).expect("the scenario");
                Scenario { seed, ..scenario }
            }
        };
        let market = Market::at_par(worlds::calendar());
        let channel = SandboxChannel::open(scenario.clone(), shared.clone(), place);
        let registrar = SandboxRegistrar::open(scenario, market, shared.clone(), place);
        let slow = weather == Weather::Storm;
        let around = |salt| Network::around(&clock, Dice::of(seed ^ salt ^ head), slow);
        let channel = Arc::new(around(1).with(channel.expect("the channel's books")));
        let registrar = Arc::new(around(2).with(registrar.expect("the registrar's books")));
        let advance = Arc::new(around(3).with(SandboxAdvance::new(shared)));
        let store = Arc::new(store);
        let engine = kinds()
            .into_iter()
            .fold(Engine::builder(store.clone()), Builder::kind)
            .port("bank", Arc::new(Bank(channel.clone())))
            .expect("a name")
            .port("advance", Arc::new(Advancing(advance)))
            .expect("a name")
            .port("ta-own", Arc::new(Register(registrar.clone())))
            .expect("a name")
            .unclaimed(UnknownOrders)
            .guard(LedgerGuard)
            .clock(clock.clone())
            .start()
            .await
            .expect("an engine");
        Self { store, engine, channel, registrar, clock }
    }

    /// Everybody gets what they hold, days before.
    pub(crate) async fn endow(place: &Path) {
        let monday = worlds::instant("2026-02-09T10:00:00+08:00");
        let world = Self::start(place, 0, Weather::Fair, monday).await;
        for id in requests::capital() {
            let asked = ask(&world.engine, &id).await;
            assert!(matches!(asked, Asked::Placed(..)), "{id} holds nothing");
        }
        world.hear().await;
        while let Some(due) = world.next_due().await.filter(|due| *due < later(monday, 48)) {
            world.clock.advance_to(due);
            world.hear().await;
        }
        world.engine.shutdown().await.expect("an engine that runs");
        world.store.close().await;
    }

    /// Everything that is said by now is heard, until nobody has anything to say.
    pub(crate) async fn hear(&self) {
        loop {
            self.engine.settle().await.expect("an engine that runs");
            let due = self.due();
            if due.is_empty() {
                return;
            }
            for outcome in self.engine.deliver(due).await {
                outcome.expect("news that can be taken");
            }
        }
    }

    /// When something is due next: a timer, or what somebody outside says by themselves.
    pub(crate) async fn next_due(&self) -> Option<Timestamp> {
        let outlook = self.engine.outlook().await.expect("an engine that runs");
        let outside = [self.channel.beyond.next_due(), self.registrar.beyond.next_due()];
        outside.into_iter().chain([outlook.next_timer]).flatten().min()
    }

    /// What the counterparties tell unasked by now.
    pub(crate) fn due(&self) -> Vec<Notice> {
        let now = self.clock.now();
        let said = self.channel.beyond.due(now).into_iter().chain(self.registrar.beyond.due(now));
        said.map(|(stream, news)| Notice { stream, news }).collect()
    }
}

fn kinds() -> Vec<Arc<dyn Kind>> {
    shipped::kinds_in(&wanted::house())
}

/// Every shipped saga and every aggregate that they work on.
pub(crate) fn registry() -> Registry {
    kinds().into_iter().fold(Registry::new(), Registry::kind)
}

/// What became of a request.
pub(crate) enum Asked {
    /// It is durable: the hash of what was promised, and its coming to rest.
    Placed(u64, Resting),
    /// To be made again after that time.
    Busy(Duration),
}

/// Asks for what belongs to a transaction ID: always the same.
pub(crate) async fn ask(engine: &Engine, transaction: &str) -> Asked {
    let (id, wanted) = (worlds::transaction(transaction), requests::of(transaction));
    let name = wanted.name();
    match asking::ask(engine, id, wanted).await {
        // Everything that the first answer promised and every later one must promise again.
        asking::Asked::Placed(promise, rest) => Asked::Placed(hash(&promise), rest),
        asking::Asked::Busy(wait) => Asked::Busy(wait),
        asking::Asked::Refused(refusal) => panic!("{name} {transaction}: {refusal}"),
        asking::Asked::Stopped => panic!("{name} {transaction}: the engine stopped by itself"),
    }
}

/// Takes it back, if that is possible and its investor is one who does.
pub(crate) async fn take_back(engine: &Engine, transaction: &str, at: Timestamp) {
    if requests::is_fickle(transaction) {
        let (id, wanted) = (worlds::transaction(transaction), requests::of(transaction));
        // Whatever is too late or not known yet stays as it is.
        let _ = asking::take_back(engine, &id, &wanted, (at, Scope::All)).await;
    }
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

    async fn query_refund(&self, refund: Refund) -> RefundAnswer {
        self.call(self.beyond.query_refund(refund)).await
    }

    async fn query_payout(&self, payout: Payout) -> PayoutAnswer {
        self.call(self.beyond.query_payout(payout)).await
    }

    async fn pay_out(&self, payout: Payout) -> PayoutAnswer {
        self.call(self.beyond.pay_out(payout)).await
    }
}

impl AdvanceBank for Network<SandboxAdvance> {
    async fn advance(&self, advance: Advance) -> AdvanceAnswer {
        self.call(self.beyond.advance(advance)).await
    }

    async fn query(&self, advance: Advance) -> AdvanceAnswer {
        self.call(self.beyond.query(advance)).await
    }

    async fn repay(&self, repayment: Repayment) -> RepaymentAnswer {
        self.call(self.beyond.repay(repayment)).await
    }

    async fn query_repayment(&self, repayment: Repayment) -> RepaymentAnswer {
        self.call(self.beyond.query_repayment(repayment)).await
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
