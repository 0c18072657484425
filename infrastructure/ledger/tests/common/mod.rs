//! Purchases that are paid, confirmed and credited, in a store in memory.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test file uses its part")]

use fundflow_domain::{
    application::{
        self, Applications, Ask, Confirmation, Outcome, Promise, PromisedFee, PurchaseConfirmed,
        Terms,
    },
    calendar::TradingDay,
    holdings::{self, HoldingId, Holdings},
    ids::{ApplicationNo, PaymentNo},
    money::{Discount, Money, Nav, ShareRounding},
    orders::Cause,
    payment::{self, Payments, SentBack},
};
use fundflow_kernel::{
    codec::Stored,
    envelope::Actor,
    loaded::{Loaded, Meta},
    memory_store::MemoryStore,
    store::EventStore as _,
    streams::Key,
    time::Timestamp,
};
use fundflow_ledger::Ledger;
use std::str::FromStr;

pub(crate) fn as_<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

pub(crate) fn day() -> TradingDay {
    TradingDay::recorded(as_("2026-02-13"))
}

pub(crate) async fn does<D>(store: &MemoryStore, request: &str, key: &Key<D>, command: &D::Command)
where
    D: Stored<State: Clone + Send + Sync> + 'static,
{
    let at: Timestamp = as_("2026-02-13T10:00:00+08:00");
    let meta = Meta {
        correlation: as_(request),
        process: "purchase".into(),
        causation: "a test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: at,
        recorded_at: at,
        trade_date: Some(day().date()),
    };
    let (mut loaded, mut batch) =
        (Loaded::<D>::load(store, key.stream()).await.unwrap(), Vec::new());
    let decided = loaded.decide(key.stream(), command, &meta, &mut batch);
    assert!(decided.is_ok_and(|events| events > 0), "{}", key.stream());
    store.append(batch).await.unwrap();
}

fn pays(id: &str) -> Key<Payments> {
    Key::of(&as_::<PaymentNo>(&format!("{id}.buy.pay")))
}

fn applies(id: &str) -> Key<Applications> {
    Key::of(&as_::<ApplicationNo>(&format!("APP{id}")))
}

pub(crate) async fn pays_for(store: &MemoryStore, id: &str) {
    let terms = payment::Terms {
        no: as_(&format!("{id}.buy.pay")),
        account: as_("acc-1"),
        amount: as_("1000"),
        order: as_(&format!("{id}.buy")),
        trade_date: day(),
        asked_at: None,
    };
    does(store, id, &pays(id), &payment::Command::Request(terms)).await;
    let receipt = payment::Receipt {
        no: as_(&format!("{id}.buy.pay")),
        serial: as_("P1"),
        amount: as_("1000"),
        paid_at: Timestamp::default(),
    };
    does(store, id, &pays(id), &payment::Command::RecordPaid(receipt)).await;
    let fee = PromisedFee::Exact(Money::ZERO);
    let place = application::Command::Place(Box::new(Terms {
        order: as_(&format!("{id}.buy")),
        no: as_(&format!("APP{id}")),
        registrar: as_("own"),
        investor: as_("INV-1"),
        fund: as_("050002"),
        ask: Ask::Purchase { amount: as_("1000"), plan: None },
        trade_date: day(),
        distributor: None,
        rounding: ShareRounding::HalfUp,
        promised: Promise { fee, discount: Discount::FREE, floor: None, confirm_by: day() },
    }));
    does(store, id, &applies(id), &place).await;
}

/// 600.00 of 1,000.00 yuan buy as many shares, and the rest is to go back.
pub(crate) async fn confirms(store: &MemoryStore, id: &str) {
    let on = day().date();
    let outcome = Outcome::Purchase(PurchaseConfirmed {
        amount: as_("600"),
        fee: Money::ZERO,
        refund: as_("400"),
        nav: Nav::ONE,
        shares: as_("600"),
    });
    let confirm = application::Command::Confirm(Box::new(Confirmation {
        serial: as_("C1"),
        confirmed_on: on,
        registered_on: on,
        finished: true,
        outcome,
        misnamed: vec![],
    }));
    does(store, id, &applies(id), &confirm).await;
    let back = SentBack::Difference { due_to: as_("C1"), amount: as_("400") };
    let back = payment::Command::SendBack(back, Cause::new("rest", "in words"));
    does(store, id, &pays(id), &back).await;
    let key = Key::<Holdings>::of(&HoldingId { investor: as_("INV-1"), fund: as_("050002") });
    let credit = holdings::Command::Credit(Box::new(holdings::Credit {
        lot: as_(&format!("LOT-{id}")),
        order: as_(&format!("{id}.buy")),
        serial: as_("C1"),
        registered_on: on,
        shares: as_("600"),
        cost: as_("600"),
    }));
    does(store, id, &key, &credit).await;
}

pub(crate) fn trial(ledger: &Ledger) -> Vec<String> {
    let lines = ledger.trial_balance(as_("2026-02-13")).unwrap();
    lines
        .iter()
        .map(|it| format!("{} {} {} {}", it.class, it.commodity, it.debit, it.credit))
        .collect()
}
