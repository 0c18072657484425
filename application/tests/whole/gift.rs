//! A saga that makes money, and the guard that lets nothing of it be written.

use crate::world::{World, tx};
use fundflow::{Asking, Builder, Engine, Rest, SagaId, runtime::guard::Guard};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::{
    calendar::TradingDay,
    money::Amount,
    payout::{self, Payouts},
};
use fundflow_kernel::{
    clock::ManualClock,
    envelope::EventId,
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
};
use fundflow_runtime::{
    guard::{Breach, Decided},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    convert::Infallible,
    sync::{Arc, Mutex},
};

/// Pays out what nothing has brought.
#[derive(Debug)]
struct Gift;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Request {
    amount: Amount,
    /// Out of the house's own money, because of a case.
    compensates: bool,
}

#[derive(Debug, Clone)]
struct Plan {
    payout: Key<Payouts>,
}

impl Plan {
    fn of(id: &TransactionId, _: &Request) -> Self {
        let no: fundflow_domain::ids::PaymentNo = format!("{id}.out").parse().unwrap();
        Self { payout: Key::of(&no) }
    }
}

words! {
    Fact: Asked, Ended;
    Do: Pay, End;
    Ending: Given;
}

static V1: Table<Gift> = Table::of("gift.v1", "A gift").rows(&[
    act("pay", Do::Pay, Fact::Asked).undo(&[act("keep", Do::End, Fact::Ended).to()]),
    act("paid", Do::Pay, Fact::Asked).landing(&[act("give", Do::End, Fact::Ended).to()], None),
]);

impl Saga for Gift {
    const KIND: &'static str = "gift";
    const NAMES: Names = process_names!("gift": [], ["given"]);
    const TABLES: &'static [&'static Table<Self>] = &[&V1];
    endings!("gift", Ending { Given => "given" });
    request_fields!(Request { amount, compensates } by amount, "{amount} {compensates}");
    plain_plan!(Plan { payout: Key<Payouts> });
    no_commands!();
    type Asked = ();
    type Promise = ();
    type Milestone = NoMilestone;
    type Notes = ();
    type Refusal = No;
    type Fact = Fact;
    type Do = Do;
    type Call = Infallible;
    type When = Infallible;
    type Answer = Infallible;

    fn prepare(&self, _: &Streams, _: &Preparing<'_, Self>) -> Prepared<Self> {
        Ok(((), &V1))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<fundflow_runtime::port::Callee> {
        Vec::new()
    }

    fn milestone_type(milestone: &NoMilestone) -> &'static str {
        match *milestone {}
    }

    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        match fact {
            Fact::Asked => view.state(&view.plan.payout).is_some_and(|it| it.payout().is_some()),
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        let Do::Pay = what else { return turn.end(Ending::Given, None) };
        let Request { amount, compensates } = *turn.view()?.open.request;
        let case = "2a8c48d262686cad0535b29625e99228".parse().unwrap();
        let terms = payout::Terms {
            no: format!("{}.out", turn.id()).parse().unwrap(),
            account: "acc-1".parse().unwrap(),
            amount,
            order: "G.out".parse().unwrap(),
            due: TradingDay::recorded("2026-03-02".parse().unwrap()),
            asked_at: None,
            compensates: compensates.then_some(case),
            record: None,
        };
        Ok(turn.decide(&turn.plan().payout, &payout::Command::Request(terms))?)
    }

    fn call(&self, _: &View<'_, Self>, what: Infallible, _: Timestamp) -> Option<Calling<Self>> {
        match what {}
    }

    fn hear(&self, _: &mut Turn<'_, Self>, answer: &Infallible) -> Result<Heard, NotDone> {
        match *answer {}
    }

    fn when(&self, _: &View<'_, Self>, when: Infallible) -> Option<Timestamp> {
        match when {}
    }

    fn open_ends(_: &View<'_, Self>) -> Vec<OpenEnd> {
        Vec::new()
    }
}

fn builder(store: &Arc<MemoryStore>) -> Builder<MemoryStore> {
    let clock = ManualClock::at(crate::world::at("03-02 10:00"));
    Engine::builder(store.clone()).saga(Gift).clock(clock)
}

fn saga(id: &str) -> SagaId {
    SagaId { kind: Gift::KIND, transaction: tx(id) }
}

async fn gives(engine: &Engine, id: &str, compensates: bool) -> Rest {
    let request = Request { amount: "1000".parse().unwrap(), compensates };
    let asking = Asking::<Gift>::of(tx(id), request, ());
    let (_, rest) = engine.request_watched(asking).await.unwrap();
    rest.await.unwrap()
}

async fn types(store: &MemoryStore) -> Vec<String> {
    let events = store.read_all(Position::START, u32::MAX).await.unwrap();
    events.iter().map(|it| format!("{} {}", it.stream, it.event.event_type)).collect()
}

const GIVEN: [&str; 5] = [
    "gift-G-1 gift.prepared",
    "gift-G-1 gift.parked",
    "gift-G-2 gift.prepared",
    "payout-G-2.out payout.requested",
    "gift-G-2 gift.given",
];

#[tokio::test]
async fn of_a_decision_that_makes_money_nothing_is_written_and_others_go_on() {
    let store = Arc::new(MemoryStore::new());
    let engine = builder(&store).guard(LedgerGuard).start().await.unwrap();

    let Rest::Parked(cause) = gives(&engine, "G-1", false).await else { panic!("it is given") };
    assert_eq!(&*cause.code, "guarded");
    let why = "what was decided breaks I2: L:CUST:REDEEM:G-1 would fall to -1000.00; nothing of it was written";
    assert_eq!(&*cause.text, why);
    assert!(matches!(gives(&engine, "G-2", true).await, Rest::Ended(_)));
    assert_eq!(types(&store).await, GIVEN);
    engine.shutdown().await.unwrap();

    let engine = builder(&store).guard(LedgerGuard).start().await.unwrap();
    engine.settle().await.unwrap();
    assert!(matches!(engine.rest_of(saga("G-1")).await.unwrap(), Rest::Parked(_)));
    engine.shutdown().await.unwrap();
    assert_eq!(types(&store).await, GIVEN, "a restart says the same, once");
}

#[tokio::test]
async fn what_a_guard_held_back_is_decided_once_more_by_a_program_whose_guard_lets_it_pass() {
    let store = Arc::new(MemoryStore::new());
    let engine = builder(&store).guard(LedgerGuard).start().await.unwrap();
    assert!(matches!(gives(&engine, "G-1", false).await, Rest::Parked(_)));
    engine.shutdown().await.unwrap();

    let engine = builder(&store).start().await.unwrap();
    engine.settle().await.unwrap();
    assert!(matches!(engine.rest_of(saga("G-1")).await.unwrap(), Rest::Ended(_)));
}

/// Remembers what it was shown.
#[derive(Debug, Clone, Default)]
struct Witness(Arc<Mutex<HashSet<EventId>>>);

impl Guard for Witness {
    fn judge(&self, decided: &Decided<'_>) -> Result<(), Breach> {
        let events = decided.appends.iter().flat_map(|it| &it.events).map(|it| it.event_id);
        self.0.lock().unwrap().extend(events);
        Ok(())
    }
}

#[tokio::test]
async fn nothing_but_facts_of_processes_is_written_that_no_guard_has_seen() {
    let witness = Witness::default();
    let world = World::guarded(witness.clone()).await;
    for (id, manner) in
        [("TX-1", crate::outside::Manner::Well), ("TX-2", crate::outside::Manner::Rejected)]
    {
        world.buy(id, manner).await;
    }
    world.until("03-05 10:00").await;

    let events = world.events().await;
    let seen = witness.0.lock().unwrap().clone();
    let unseen = events.iter().filter(|it| !seen.contains(&it.event.event_id));
    let unseen: HashSet<&str> = unseen.map(|it| it.stream.category()).collect();
    assert_eq!(unseen, HashSet::from([crate::world::KIND]));
    assert!(events.iter().any(|it| it.stream.category() == "application"), "orders were placed");
}
