//! What an operator types about purchases that are stuck, on a store with its sandbox beside it.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

mod common;

use common::{fundflow, golden, transcript};
use fundflow::{Engine, Purchase};
use fundflow_domain::{investor::SalesChannel, time::Timestamp};
use fundflow_infrastructure::{
    sandbox::{
        channel::SandboxChannel,
        kept::keep,
        registrar::{Confirming, Market, SandboxRegistrar},
        scenario::Scenario,
    },
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    store::EventStore as _,
};
use fundflow_testkit::worlds;
use serde_json::Value;
use std::{path::Path, process::Output, sync::Arc};

/// Two payments that come later than anybody asks, and one of which nothing is ever heard.
const SCENARIO: &str = "
[override.TX-SIX]
charge = 'late_paid'
delay_s = 21600
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

/// The world of a store's directory, at that instant.
async fn open(directory: &Path, now: Timestamp) -> Outside {
    let clock = ManualClock::at(now);
    let books = directory.join("sandbox");
    std::fs::create_dir_all(&books).unwrap();
    let scenario = Scenario::from_toml(SCENARIO).unwrap();
    keep(&scenario, &books).unwrap();
    let (shared, market) = (Arc::new(clock.clone()), Market::at_par(worlds::calendar()));
    let channel = SandboxChannel::open(scenario.clone(), shared.clone(), &books).unwrap();
    let registrar = SandboxRegistrar::open(scenario, market, shared, &books).unwrap();
    let (channel, registrar) =
        (Arc::new(channel), Arc::new(registrar.confirming(Confirming::ByBatch)));
    let store = SqliteStore::open(directory.join("events.db"), &Settings::default()).unwrap();
    let store = Arc::new(store);
    let funds = [Arc::new(worlds::wallet_fund()), Arc::new(worlds::target_fund())];
    let engine = Engine::builder(store.clone(), channel.clone(), registrar, worlds::calendar())
        .funds(move |code, _| funds.iter().find(|terms| terms.code == code).cloned())
        .clock(clock.clone())
        .start()
        .await
        .unwrap();
    Outside { store, channel, engine, clock }
}

impl Outside {
    async fn place(&self, id: &str) {
        let purchase = Purchase {
            transaction: worlds::transaction(id),
            investor: worlds::investor(),
            wallet_fund: worlds::wallet_code(),
            target_fund: worlds::target_code(),
            amount: worlds::amount("10000.00"),
            mode: None,
            only_today: false,
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            at: None,
            trace_parent: None,
        };
        self.engine.purchase(purchase).await.unwrap();
        self.engine.settle().await.unwrap();
    }

    async fn close(self) {
        self.engine.shutdown().await.unwrap();
        self.store.close().await;
    }
}

/// Three purchases are parked at their payment, two wait for the registrar, and it is 17:00.
async fn stuck(directory: &Path) {
    let outside = open(directory, worlds::request_time()).await;
    for id in ["TX-SIX", "TX-LATE", "TX-MUTE", "TX-OK"] {
        outside.place(id).await;
    }
    // Sixteen retries; the last of them before 15:30.
    for _ in 0..420 {
        outside.clock.advance_to(outside.clock.now().plus_millis(60_000));
        outside.engine.settle().await.unwrap();
    }
    outside.place("TX-NEW").await;
    outside.close().await;
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

fn told(output: &Output) -> String {
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

    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let after = shown(directory.path(), "TX-SIX");
    assert_eq!(after["state"], "committed", "{after}");
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
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert_eq!(shown(directory.path(), "TX-LATE")["state"], "failed");

    let days_later = worlds::request_time().plus_millis(4 * 24 * 3_600_000);
    let outside = open(directory.path(), days_later).await;
    let notices = outside.channel.due(days_later);
    assert!(!notices.is_empty());
    outside.engine.deliver(notices).await.unwrap();
    outside.engine.settle().await.unwrap();
    let refunds = outside.channel.refunds();
    let back = refunds.iter().filter(|it| it.order.as_str() == "TX-LATE.mmf" && it.moved());
    assert_eq!(back.count(), 1, "{refunds:#?}");
    outside.close().await;
    assert_eq!(shown(directory.path(), "TX-LATE")["state"], "failed");
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}

#[tokio::test]
async fn nothing_is_abandoned_before_every_open_leg_has_a_disposition() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());

    let refused = applied(directory.path(), &["abandon", "TX-MUTE"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("10000.00 yuan (payment)"), "{}", told(&refused));
    let other =
        ["abandon", "TX-MUTE", "--disposition", "payment=manual", "--disposition", "shares=manual"];
    let refused = applied(directory.path(), &other);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("leg shares is not open"), "{}", told(&refused));
    assert_eq!(events(directory.path()), before);

    let done =
        applied(directory.path(), &["abandon", "TX-MUTE", "--disposition", "payment=suspense"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert_eq!(shown(directory.path(), "TX-MUTE")["state"], "abandoned");
}

#[tokio::test]
async fn what_only_the_registrar_can_say_is_not_skipped() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let before = events(directory.path());

    let refused = applied(directory.path(), &["skip-to-landing", "TX-OK"]);

    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("only the other side can say"), "{}", told(&refused));
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

    assert_eq!(stale.status.code(), Some(4), "{}", told(&stale));
    assert!(told(&stale).contains("it moved"), "{}", told(&stale));
    assert_eq!(events(directory.path()), before);
}

fn shown_version(directory: &Path, id: &str) -> u64 {
    let look = saga(directory, &["resume", id, "-o", "json"], &WHO);
    let look: Value = serde_json::from_slice(&look.stdout).unwrap();
    look["purchases"][0]["version"].as_u64().unwrap()
}

#[tokio::test]
async fn some_of_several_done_is_not_reported_as_success() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;

    let part = applied(directory.path(), &["resume", "TX-SIX", "TX-OK", "TX-NOBODY"]);

    assert_eq!(part.status.code(), Some(3), "{}", told(&part));
    assert!(told(&part).contains("done: 1 of 3, by li"), "{}", told(&part));
    let none = applied(directory.path(), &["resume", "TX-NOBODY"]);
    assert_eq!(none.status.code(), Some(1), "{}", told(&none));
}

#[tokio::test]
async fn beside_a_running_engine_one_may_look_but_not_act() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let engine = SqliteStore::open(directory.path().join("events.db"), &Settings::default());

    let look = saga(directory.path(), &["resume", "TX-SIX"], &WHO);
    let act = applied(directory.path(), &["resume", "TX-SIX"]);

    assert_eq!(look.status.code(), Some(0), "{}", told(&look));
    assert_eq!(act.status.code(), Some(1), "{}", told(&act));
    let holder = format!("is held by process {} on ", std::process::id());
    assert!(told(&act).contains(&holder), "{}", told(&act));
    assert!(told(&act).contains("stop that engine first"), "{}", told(&act));
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
    assert!(told(&alone).contains("no counterparties' books"), "{}", told(&alone));
}

#[tokio::test]
async fn money_that_comes_for_an_abandoned_purchase_is_shown_and_left_to_a_person() {
    let directory = tempfile::tempdir().unwrap();
    stuck(directory.path()).await;
    let done =
        applied(directory.path(), &["abandon", "TX-LATE", "--disposition", "payment=refund"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));

    let days_later = worlds::request_time().plus_millis(4 * 24 * 3_600_000);
    let outside = open(directory.path(), days_later).await;
    outside.engine.deliver(outside.channel.due(days_later)).await.unwrap();
    outside.engine.settle().await.unwrap();
    let refunds = outside.channel.refunds();
    assert!(refunds.iter().all(|it| it.order.as_str() != "TX-LATE.mmf"), "{refunds:#?}");
    outside.close().await;
    let paid = shown(directory.path(), "TX-LATE");
    assert_eq!(paid["state"], "abandoned", "{paid}");
    assert_eq!(paid["in_flight"][0]["leg"], "money_fund", "{paid}");
    assert_eq!(fundflow(directory.path(), &["audit", "verify"]).status.code(), Some(0));
}
