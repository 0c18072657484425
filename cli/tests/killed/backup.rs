//! The drill: copies are made while an engine works, each is put in place, audited, and worked on.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{fundflow, make};
use fundflow::{Asking, Engine};
use fundflow_cli::{Registry, Stage};
use fundflow_domain::{
    investor::{InvestorProfile, SalesChannel},
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use fundflow_kernel::{
    ids::TransactionId,
    store::{Checkpoints as _, EventStore as _, Position},
};
use fundflow_sagas::discount_purchase::{Asked, DiscountPurchase, Request};
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;

fn monday() -> Timestamp {
    "2026-03-02T10:00:00+08:00".parse().unwrap()
}

fn asking(nth: u64) -> Asking<DiscountPurchase> {
    let mut investor: InvestorProfile = serde_json::from_str(INVESTOR).unwrap();
    investor.id = format!("INV-{nth}").parse().unwrap();
    let request = Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: "000730".parse().unwrap(),
        target_fund: "011162".parse().unwrap(),
        amount: "1000.00".parse().unwrap(),
        mode: None,
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let channel = SalesChannel::DirectOnline;
    let asked = Asked { investor, channel, warning_confirmed: None, at: None };
    Asking::of(format!("TX-{nth}").parse().unwrap(), request, asked)
}

async fn ask(engine: &Engine, nth: u64) -> TransactionId {
    let Asking { transaction, request, asked, at, trace_parent } = asking(nth);
    let placed =
        engine.request::<DiscountPurchase>(transaction, request, asked, at, trace_parent).await;
    placed.unwrap().transaction
}

fn runs(store: &Path, words: &[&str]) {
    let output = fundflow(store, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The transactions whose purchases are in that store.
async fn purchases(store: &Path) -> BTreeSet<TransactionId> {
    let store = SqliteStore::open_read_only(store.join("events.db")).unwrap();
    let all = store.read_all(Position::START, u32::MAX).await.unwrap();
    let begun = all.iter().filter(|it| &*it.event.event_type == "discount_purchase.prepared");
    begun.map(|it| it.event.correlation.clone()).collect()
}

/// Callers that place purchases until they have to stop, and the answers to them.
#[derive(Clone, Default)]
struct Load {
    next: Arc<AtomicU64>,
    answered: Arc<Mutex<BTreeSet<TransactionId>>>,
    is_over: Arc<AtomicBool>,
}

impl Load {
    async fn call(self, engine: Engine) {
        while !self.is_over.load(Ordering::SeqCst) {
            let nth = self.next.fetch_add(1, Ordering::SeqCst);
            let transaction = ask(&engine, nth).await;
            self.answered.lock().unwrap().insert(transaction);
        }
    }

    fn answered(&self) -> BTreeSet<TransactionId> {
        self.answered.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copies_made_under_load_hold_what_was_answered_and_are_worked_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    let stage = Stage::open(&Registry::shipped(), &store, monday()).await.unwrap();
    let load = Load::default();
    let callers: Vec<_> =
        (0..4).map(|_| tokio::spawn(load.clone().call(stage.engine().clone()))).collect();

    let mut copies = Vec::new();
    for round in 0..3 {
        while load.answered().len() < 20 * (round + 1) {
            tokio::task::yield_now().await;
        }
        let before = load.answered();
        let (from, to) = (store.clone(), directory.path().join(format!("backup-{round}")));
        let backup = to.clone();
        let copying = tokio::task::spawn_blocking(move || {
            runs(&from, &["store", "backup", backup.to_str().unwrap()]);
        });
        copying.await.unwrap();
        copies.push((to, before));
    }
    load.is_over.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(load.answered().len() > copies[2].1.len(), "it went on meanwhile");

    for (round, (copy, before)) in copies.iter().enumerate() {
        let restored = directory.path().join(format!("restored-{round}"));
        runs(&restored, &["store", "restore", copy.to_str().unwrap()]);
        runs(&restored, &["audit", "verify"]);
        let there = purchases(&restored).await;
        let missing: Vec<_> = before.difference(&there).collect();
        assert!(missing.is_empty(), "copy {round} lacks {missing:?}, which were answered before");

        let stage = Stage::open(&Registry::shipped(), &restored, monday()).await.unwrap();
        for nth in [0, 900_000, 900_001] {
            ask(stage.engine(), nth).await;
        }
        stage.engine().settle().await.unwrap();
        stage.engine().shutdown().await.unwrap();
        drop(stage);
        assert_eq!(purchases(&restored).await.len(), there.len() + 2, "two are new");
        runs(&restored, &["audit", "verify"]);
    }
}

#[tokio::test]
async fn a_copy_that_was_killed_in_its_midst_is_no_store() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    std::fs::create_dir(&store).unwrap();
    make(&store).await;
    let running = SqliteStore::open(store.join("events.db"), &Settings::default()).unwrap();
    // Large enough for the kill to find it in its midst.
    let head = *running.head().borrow();
    for reader in 0..16 {
        let content = vec![7; 4 * 1024 * 1024];
        running.save(&format!("reader-{reader}"), head, content).await.unwrap();
    }

    for round in 0..4 {
        let to = directory.path().join(format!("killed-{round}"));
        let mut copying = Command::new(env!("CARGO_BIN_EXE_fundflow"))
            .args(["--store", store.to_str().unwrap(), "store", "backup", to.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let unfinished = to.join("events.db.unfinished");
        let has_begun = || unfinished.metadata().is_ok_and(|it| it.len() > round * 1_000_000);
        while !has_begun() && copying.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        copying.kill().unwrap();
        copying.wait().unwrap();

        let copy = to.join("events.db");
        match SqliteStore::open_read_only(&copy).map(drop) {
            Err(OpenError::Missing { .. }) => {
                assert!(!copy.exists());
                let restored = directory.path().join(format!("restored-{round}"));
                let refused = fundflow(&restored, &["store", "restore", to.to_str().unwrap()]);
                assert!(!refused.status.success(), "there is nothing to restore");
            }
            // It was faster than the kill, and is whole.
            Ok(()) => runs(&to, &["store", "check"]),
            Err(error) => panic!("{error}"),
        }
    }
}
