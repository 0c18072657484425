//! What an operator types about purchases that are stuck, on a store with its sandbox beside it.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, golden, house, transcript};
use fundflow::{Engine, Notice};
use fundflow_domain::{
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    time::Timestamp,
};
use fundflow_infrastructure::{
    sandbox::{
        channel::SandboxChannel,
        registrar::{Confirming, Market, SandboxRegistrar},
        saved,
        scenario::Scenario,
    },
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{clock::ManualClock, store::EventStore as _};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Request},
    ports::{bank::Bank, registrar::Register},
};
use serde_json::Value;
use std::{path::Path, process::Output, sync::Arc};

/// Two payments that come after the deadline, and one of which nothing is ever heard.
const SCENARIO: &str = "
[override.TX-SIX]
charge = 'late_paid'
delay_s = 108000
[override.TX-LATE]
charge = 'late_paid'
delay_s = 259200
[override.TX-MUTE]
charge = 'silent'
";
const WHO: [&str; 4] = ["--operator", "li", "--reason", "the bank was asked by phone"];

struct Outside {
    store: Arc<SqliteStore>,
    channel: Arc<SandboxChannel>,
    engine: Engine,
    clock: ManualClock,
}

fn instant(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

/// The world of a store's directory, at that instant.
async fn open(directory: &Path, now: Timestamp) -> Outside {
    let clock = ManualClock::at(now);
    let books = directory.join("sandbox");
    std::fs::create_dir_all(&books).unwrap();
    let scenario = Scenario::from_toml(SCENARIO).unwrap();
    saved::save(&scenario, &books).unwrap();
    let house = house();
    let (shared, market) = (Arc::new(clock.clone()), Market::at_par(house.calendar.clone()));
    let channel = SandboxChannel::open(scenario.clone(), shared.clone(), &books).unwrap();
    let registrar = SandboxRegistrar::open(scenario, market, shared, &books).unwrap();
    let (channel, registrar) =
        (Arc::new(channel), Arc::new(registrar.confirming(Confirming::ByBatch)));
    let store = SqliteStore::open(directory.join("events.db"), &Settings::default()).unwrap();
    let store = Arc::new(store);
    let engine = Engine::builder(store.clone())
        .saga(DiscountPurchase { house })
        .port("bank", Arc::new(Bank(channel.clone())))
        .unwrap()
        .port("ta-05", Arc::new(Register(registrar)))
        .unwrap()
        .clock(clock.clone())
        .start()
        .await
        .unwrap();
    Outside { store, channel, engine, clock }
}

fn investor() -> InvestorProfile {
    let far = "2030-01-01".parse().unwrap();
    InvestorProfile {
        id: "INV-1".parse().unwrap(),
        account: "ACC-1".parse().unwrap(),
        risk: InvestorRisk::C5,
        questionnaire_valid_until: far,
        questionnaire: "q.2025".parse().unwrap(),
        kyc: KycState::Verified,
        id_valid_until: far,
        same_name_card: true,
        customer_type: CustomerType::Individual,
        holds: std::collections::BTreeSet::new(),
    }
}

impl Outside {
    async fn place(&self, id: &str) {
        let investor = investor();
        let request = Request {
            investor: investor.id.clone(),
            account: investor.account.clone(),
            wallet_fund: "000730".parse().unwrap(),
            target_fund: "011162".parse().unwrap(),
            amount: "10000.00".parse().unwrap(),
            mode: None,
            only_today: false,
            by_plan: false,
            distributor: None,
        };
        let channel = SalesChannel::DirectOnline;
        let asked = Asked { investor, channel, warning_confirmed: None, at: None };
        let id = id.parse().unwrap();
        let placed = self.engine.request::<DiscountPurchase>(id, request, asked, None, None);
        placed.await.unwrap();
        self.engine.settle().await.unwrap();
    }

    /// Lets every timer ring that is due before that instant.
    async fn until(&self, end: Timestamp) {
        while let Some(next) = self.engine.outlook().await.unwrap().next_timer
            && next <= end
        {
            self.clock.advance_to(next);
            self.engine.settle().await.unwrap();
        }
        self.clock.advance_to(end);
    }

    async fn hear(&self, now: Timestamp) {
        let due = self.channel.due(now).into_iter();
        let notices: Vec<_> = due.map(|(stream, news)| Notice { stream, news }).collect();
        assert!(!notices.is_empty());
        for delivered in self.engine.deliver(notices).await {
            delivered.unwrap();
        }
        self.engine.settle().await.unwrap();
    }

    async fn close(self) {
        self.engine.shutdown().await.unwrap();
        self.store.close().await;
    }
}

/// Three purchases are parked at their payment since the cut-off of the next day, two wait for the
/// registrar, and it is 17:00.
async fn stuck(directory: &Path) {
    let outside = open(directory, instant("2026-03-02T10:00")).await;
    for id in ["TX-SIX", "TX-LATE", "TX-MUTE"] {
        outside.place(id).await;
    }
    outside.until(instant("2026-03-03T17:00")).await;
    for id in ["TX-OK", "TX-NEW"] {
        outside.place(id).await;
    }
    outside.close().await;
}

/// Four days after the requests.
fn days_later() -> Timestamp {
    instant("2026-03-06T10:00")
}

fn saga(directory: &Path, words: &[&str], who: &[&str]) -> Output {
    fundflow(directory, &[&["saga"], words, who].concat())
}

fn applied(directory: &Path, words: &[&str]) -> Output {
    saga(directory, words, &[&WHO[..], &["--apply"]].concat())
}

fn events(directory: &Path) -> u64 {
    let store = SqliteStore::open_read_only(directory.join("events.db")).unwrap();
    store.head().borrow().0
}

fn shown(directory: &Path, id: &str) -> Value {
    let output = fundflow(directory, &["saga", "show", id, "-o", "json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn a_look_says_what_would_follow_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());
    let looks: [(&str, &[&str]); 6] = [
        ("operate_resume.txt", &["saga", "resume", "TX-SIX"]),
        ("operate_resume.json", &["saga", "resume", "TX-SIX", "-o", "json"]),
        ("operate_skip.txt", &["saga", "skip-to-landing", "TX-LATE"]),
        ("operate_skip_confirmed.txt", &["saga", "skip-to-landing", "TX-OK"]),
        ("operate_abandon.txt", &["saga", "abandon", "TX-MUTE", "--disposition", "payment=manual"]),
        ("operate_abandon_missing.txt", &["saga", "abandon", "TX-MUTE"]),
    ];
    for (name, words) in looks {
        let words = [words, &WHO[..2], &["--reason", "asked"]].concat();
        golden(name, &transcript(directory.path(), &words));
    }
    assert_eq!(events(directory.path()), before);
    assert_eq!(shown(directory.path(), "TX-SIX")["state"], "parked");
}

#[tokio::test]
async fn a_resumed_purchase_goes_on_and_the_log_says_who_and_why() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;

    let done = applied(directory.path(), &["resume", "TX-SIX"]);

    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let after = shown(directory.path(), "TX-SIX");
    assert_eq!((&after["state"], &after["stands_at"]), (&"open".into(), &"confirm buy".into()));
    let resumed = ["event", "ls", "--type", "resumed", "-o", "json"];
    let resumed = fundflow(directory.path(), &resumed).stdout;
    let resumed: Value = serde_json::from_slice(&resumed).unwrap();
    assert_eq!(resumed[0]["actor"], "operator:li", "{resumed}");
    assert_eq!(resumed[0]["data"]["reason"], WHO[3], "{resumed}");
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}

#[tokio::test]
async fn a_payment_that_comes_after_its_row_was_skipped_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;

    let done = applied(directory.path(), &["skip-to-landing", "TX-LATE"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(shown(directory.path(), "TX-LATE")["state"], "rolled back");
    let again = applied(directory.path(), &["skip-to-landing", "TX-LATE"]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains("it is over; nothing of it is left"), "{}", said(&again));

    let outside = open(directory.path(), days_later()).await;
    outside.hear(days_later()).await;
    let refunds = outside.channel.refunds();
    let back = refunds.iter().filter(|it| it.order.as_str() == "TX-LATE.mmf" && it.moved());
    assert_eq!(back.count(), 1, "{refunds:#?}");
    outside.close().await;
    assert_eq!(shown(directory.path(), "TX-LATE")["state"], "rolled back");
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}

#[tokio::test]
async fn nothing_is_abandoned_before_every_open_end_has_a_disposition() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());

    let refused = applied(directory.path(), &["abandon", "TX-MUTE"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("payment (10000.00)"), "{}", said(&refused));
    let other =
        ["abandon", "TX-MUTE", "--disposition", "payment=manual", "--disposition", "shares=manual"];
    let refused = applied(directory.path(), &other);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("shares is not open"), "{}", said(&refused));
    assert_eq!(events(directory.path()), before);

    let done =
        applied(directory.path(), &["abandon", "TX-MUTE", "--disposition", "payment=suspense"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(shown(directory.path(), "TX-MUTE")["state"], "abandoned");
}

#[tokio::test]
async fn what_only_the_registrar_can_say_is_not_skipped() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());

    let refused = applied(directory.path(), &["skip-to-landing", "TX-OK"]);

    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("only the other side can say"), "{}", said(&refused));
    assert_eq!(events(directory.path()), before);
}

#[tokio::test]
async fn a_purchase_that_moved_since_the_look_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let version = shown_version(directory.path(), "TX-MUTE");
    let seen = format!("TX-MUTE@{version}");
    assert_eq!(applied(directory.path(), &["resume", &seen]).status.code(), Some(0));
    let before = events(directory.path());

    let stale = applied(directory.path(), &["resume", &seen]);

    assert_eq!(stale.status.code(), Some(4), "{}", said(&stale));
    assert!(said(&stale).contains("it moved"), "{}", said(&stale));
    assert_eq!(events(directory.path()), before);
}

fn shown_version(directory: &Path, id: &str) -> u64 {
    let look = saga(directory, &["resume", id, "-o", "json"], &WHO);
    let look: Value = serde_json::from_slice(&look.stdout).unwrap();
    look["sagas"][0]["version"].as_u64().unwrap()
}

#[tokio::test]
async fn some_of_several_done_is_not_reported_as_success() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;

    let part = applied(directory.path(), &["resume", "TX-SIX", "TX-OK", "TX-NOBODY"]);

    assert_eq!(part.status.code(), Some(3), "{}", said(&part));
    assert!(said(&part).contains("done: 1 of 3, by li"), "{}", said(&part));
    let none = applied(directory.path(), &["resume", "TX-NOBODY"]);
    assert_eq!(none.status.code(), Some(1), "{}", said(&none));
}

#[tokio::test]
async fn beside_a_running_engine_one_may_look_but_not_act() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let engine = SqliteStore::open(directory.path().join("events.db"), &Settings::default());

    let look = saga(directory.path(), &["resume", "TX-SIX"], &WHO);
    let act = applied(directory.path(), &["resume", "TX-SIX"]);

    assert_eq!(look.status.code(), Some(0), "{}", said(&look));
    assert_eq!(act.status.code(), Some(1), "{}", said(&act));
    let holder = format!("is held by process {} on ", std::process::id());
    assert!(said(&act).contains(&holder), "{}", said(&act));
    assert!(said(&act).contains("stop that engine first"), "{}", said(&act));
    engine.unwrap().close().await;
}

#[tokio::test]
async fn an_order_without_a_reason_or_a_name_or_counterparties_is_not_carried_out() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let nameless = ["saga", "resume", "TX-SIX", "--reason", "because", "--operator", " "];
    assert_eq!(fundflow(directory.path(), &nameless).status.code(), Some(2));
    let why = ["saga", "resume", "TX-SIX", "--operator", "li"];
    assert_eq!(fundflow(directory.path(), &why).status.code(), Some(2));

    std::fs::remove_dir_all(directory.path().join("sandbox")).unwrap();
    let alone = applied(directory.path(), &["resume", "TX-SIX"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(
        said(&alone).contains("the counterparties of this store are not known here"),
        "{}",
        said(&alone)
    );
}

#[tokio::test]
async fn money_that_comes_for_an_abandoned_purchase_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let done =
        applied(directory.path(), &["abandon", "TX-LATE", "--disposition", "payment=refund"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));

    let outside = open(directory.path(), days_later()).await;
    outside.hear(days_later()).await;
    let refunds = outside.channel.refunds();
    let back = refunds.iter().filter(|it| it.order.as_str() == "TX-LATE.mmf" && it.moved());
    assert_eq!(back.count(), 1, "{refunds:#?}");
    outside.close().await;
    let paid = shown(directory.path(), "TX-LATE");
    assert_eq!((&paid["state"], &paid["in_flight"]), (&"abandoned".into(), &Value::Array(vec![])));
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}

#[tokio::test]
async fn a_purchase_is_taken_back_before_its_cut_off_and_refused_after_it_with_the_instant() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());
    let at = ["cancel", "TX-OK", "--at", "2026-03-03T17:00:00+08:00"];
    let look = saga(directory.path(), &at, &WHO[..2]);
    assert_eq!(look.status.code(), Some(0), "{}", said(&look));
    assert!(said(&look).contains("to take application"), "{}", said(&look));
    let late = ["cancel", "TX-OK", "--at", "2026-03-04T15:00:00+08:00"];
    let late = saga(directory.path(), &late, &WHO[..2]);
    assert_eq!(late.status.code(), Some(1), "{}", said(&late));
    assert!(said(&late).contains("only before 2026-03-04T15:00:00+08:00"), "{}", said(&late));
    assert_eq!(events(directory.path()), before);

    let done = saga(directory.path(), &at, &[&WHO[..2], &["--apply"]].concat());

    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let after = shown(directory.path(), "TX-OK");
    assert_eq!(
        (&after["state"], &after["in_flight"]),
        (&"compensated".into(), &Value::Array(vec![]))
    );
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}
