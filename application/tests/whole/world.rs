//! A store, an engine over it, and a clock that is moved by hand.

use crate::outside::{Manner, NAV, Outside};
use fundflow::{Engine, runtime::guard::Guard};
use fundflow_application::{
    audit::{Report, verify},
    desk::Registry,
    guard::LedgerGuard,
};
use fundflow_domain::{
    calendar::TradingCalendar,
    fund::FundTerms,
    ids::{FundCode, TransactionId},
    investor::{InvestorProfile, SalesChannel},
    time::Timestamp,
};
use fundflow_kernel::{
    clock::ManualClock,
    envelope::{Chain, NewEvent, Recorded, StreamName},
    memory_store::MemoryStore,
    store::{EventStore, Position, StreamAppend, Version},
};
use fundflow_runtime::{message::Action, port::PortName};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Request},
    house::House,
    parts::cases::UnknownOrders,
    ports::{bank::Bank, registrar::Register},
};
use std::sync::Arc;

pub(crate) const KIND: &str = "discount_purchase";

pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) engine: Engine,
    pub(crate) clock: ManualClock,
}

pub(crate) fn tx(text: &str) -> TransactionId {
    text.parse().unwrap()
}

/// `03-02 10:00` in 2026; that is a Monday.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    format!("2026-{day}T{time}:00+08:00").parse().unwrap()
}

pub(crate) fn registry() -> Registry {
    Registry::new().saga(DiscountPurchase { house: house() })
}

/// A request, and what is known of who asks.
pub(crate) fn asking(manner: Manner) -> (Request, Asked) {
    let request = Request {
        investor: format!("i-{}", manner.amount()).parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        wallet_fund: "000730".parse().unwrap(),
        target_fund: "011162".parse().unwrap(),
        amount: manner.amount().parse().unwrap(),
        mode: None,
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let asked = Asked {
        investor: investor(&request),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
    };
    (request, asked)
}

impl World {
    /// On a Monday at ten.
    pub(crate) async fn open() -> Self {
        Self::guarded(LedgerGuard).await
    }

    /// The same under another guard.
    pub(crate) async fn guarded(guard: impl Guard + 'static) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = ManualClock::at(at("03-02 10:00"));
        let outside = Arc::new(Outside(clock.clone()));
        let engine = Engine::builder(store.clone())
            .saga(DiscountPurchase { house: house() })
            .unclaimed(UnknownOrders)
            .guard(guard)
            .clock(clock.clone())
            .port("bank", Arc::new(Bank(outside.clone())))
            .unwrap()
            .port("ta-05", Arc::new(Register(outside)))
            .unwrap();
        Self { store, engine: engine.start().await.unwrap(), clock }
    }

    pub(crate) async fn buy(&self, id: &str, manner: Manner) {
        let (request, asked) = asking(manner);
        self.engine.request::<DiscountPurchase>(tx(id), request, asked, None, None).await.unwrap();
        self.engine.settle().await.unwrap();
    }

    /// The clock moves on, hour by hour, and everybody acts.
    pub(crate) async fn until(&self, instant: &str) {
        use fundflow_kernel::clock::Clock as _;
        while self.clock.now() < at(instant) {
            self.clock.advance_to(self.clock.now().plus_millis(3_600_000).min(at(instant)));
            self.engine.settle().await.unwrap();
        }
    }

    pub(crate) async fn events(&self) -> Vec<Recorded> {
        self.store.read_all(Position::START, u32::MAX).await.unwrap()
    }

    pub(crate) async fn audit(&self) -> Report {
        verify(&*self.store, &registry(), |_, _| {}).await.unwrap()
    }

    /// An event that no decider decided: sound in place, ID and link, made from another one.
    pub(crate) async fn forge(&self, stream: &str, of: &NewEvent) {
        let stream: StreamName = stream.parse().unwrap();
        let history = self.store.read(&stream, Version::NONE, u32::MAX).await.unwrap();
        let expected = Version(history.len() as u64);
        let before = history.last().map_or(Chain::START, |last| last.event.chain);
        let mut event = of.clone();
        event.seal(before, &stream, expected.plus(1));
        let append = StreamAppend { stream, expected, events: vec![event] };
        self.store.append(vec![append]).await.unwrap();
    }
}

/// A copy of a store in which one event was changed.
pub(crate) async fn copied(
    events: &[Recorded],
    mut change: impl FnMut(&mut NewEvent, &StreamName),
) -> MemoryStore {
    let store = MemoryStore::new();
    for Recorded { stream, version, event, .. } in events {
        let mut event = event.clone();
        change(&mut event, stream);
        let expected = Version(version.0 - 1);
        let append = StreamAppend { stream: stream.clone(), expected, events: vec![event] };
        store.append(vec![append]).await.unwrap();
    }
    store
}

pub(crate) fn abandon(dispositions: &[&str]) -> Action {
    let dispositions = dispositions.iter();
    let manual = |name: &&str| ((*name).into(), fundflow_runtime::process::Disposition::Manual);
    Action::Abandon { reason: "a test".into(), dispositions: dispositions.map(manual).collect() }
}

fn house() -> House {
    let funds = [fund("000730", "money", "R1", "0"), fund("011162", "hybrid", "R3", "0.015")];
    let funds = funds.map(Arc::new);
    let find = move |code: FundCode, _| funds.iter().find(|fund| fund.code == code).cloned();
    House {
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
        funds: Arc::new(find),
        navs: Arc::new(|fund, _| (fund.as_str() == "011162").then(|| NAV.parse().unwrap())),
        bank: "bank".parse().unwrap(),
        registrars: Arc::new(|code| PortName::new(format!("ta-{code}")).unwrap()),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

const LIMIT: &str = r#"{ "first_min": "100", "additional_min": "10", "step": null,
    "order_max": null, "conversion_in_max": null, "day_max": null }"#;

fn fund(code: &str, kind: &str, risk: &str, rate: &str) -> FundTerms {
    let (fund_kind, charge_mode) = match kind {
        "money" => ("money_market", "service_fee"),
        _ => ("active_equity", "front_end"),
    };
    let conversions = match kind {
        "money" => {
            r#"{ "target": "011162", "method": "both_differences", "shares_min": "1",
                "days_min": 0, "topup_discount": "0", "rule": "wallet-0" }"#
        }
        _ => "",
    };
    let text = format!(
        r#"{{ "code": "{code}", "master": "{code}", "name": "{kind}", "kind": "{kind}",
        "registrar": "05", "risk": "{risk}", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 1, "share_rounding": "half_up",
        "limits": {{ "individual": {LIMIT}, "institution": {LIMIT}, "large_purchases": [],
            "shares": {{ "redemption_min": "1", "conversion_min": "1", "balance_min": "1" }},
            "fast_redemption_day_max": "10000" }},
        "fees": {{ "version": "f-1", "fund": "{code}", "share_class": "A",
            "fund_kind": "{fund_kind}", "charge_mode": "{charge_mode}",
            "effective_from": "2014-09-19", "purchase": [{{"from": "0", "rate": "{rate}"}}],
            "redemption": [{{"from_days": 0, "rate": "0"}}] }},
        "discounts": [], "conversions": [{conversions}], "linked_processing": true,
        "closures": [], "redemption_sequence": "fifo", "version": "f-1",
        "effective_from": "2014-09-19", "source": "a test" }}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn investor(request: &Request) -> InvestorProfile {
    let text = format!(
        r#"{{ "id": "{}", "account": "{}", "risk": "C3", "questionnaire": "q-1",
        "questionnaire_valid_until": "2026-12-31", "kyc": "verified",
        "id_valid_until": "2030-01-01", "same_name_card": true, "customer_type": "individual" }}"#,
        request.investor, request.account
    );
    serde_json::from_str(&text).unwrap()
}
