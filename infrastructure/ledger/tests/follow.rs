//! A purchase that is paid, confirmed and credited, and what a ledger says of it: followed, killed, rebuilt, of
//! another log, and with each invariant broken by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

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
    store::{EventStore as _, Position},
    streams::Key,
    time::Timestamp,
};
use fundflow_ledger::{Ledger, LedgerError, Period};
use rusqlite::Connection;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, str::FromStr};

fn as_<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

fn day() -> TradingDay {
    TradingDay::recorded(as_("2026-02-13"))
}

async fn does<D>(store: &MemoryStore, request: &str, key: &Key<D>, command: &D::Command)
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

async fn pays_for(store: &MemoryStore, id: &str) {
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
async fn confirms(store: &MemoryStore, id: &str) {
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

async fn house() -> MemoryStore {
    let store = MemoryStore::new();
    pays_for(&store, "TX1").await;
    confirms(&store, "TX1").await;
    pays_for(&store, "TX2").await;
    store
}

fn trial(ledger: &Ledger) -> Vec<String> {
    let lines = ledger.trial_balance(as_("2026-02-13")).unwrap();
    lines
        .iter()
        .map(|it| format!("{} {} {} {}", it.class, it.commodity, it.debit, it.credit))
        .collect()
}

const TRIAL: [&str; 6] = [
    "A:CHANNEL:RECV CNY 2000.00 0.00",
    "L:CUST:PENDING CNY 0.00 1000.00",
    "L:CUST:REFUND CNY 0.00 400.00",
    "L:FUND:PAYABLE CNY 0.00 600.00",
    "U:AVAIL shares of 050002 600.00 0.00",
    "U:REGISTER shares of 050002 0.00 600.00",
];

#[tokio::test]
async fn a_ledger_says_where_everything_is_what_an_investor_has_and_what_is_under_way() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    let mut ledger = Ledger::open(folder.path()).unwrap();
    assert!(ledger.follow(&store).await.unwrap() > 0);

    assert_eq!(trial(&ledger), TRIAL);
    assert!(ledger.trial_balance(as_("2026-02-12")).unwrap().is_empty());
    let lines = ledger.statement("INV-1", Period::default()).unwrap();
    let said = |account: &str| {
        let own = lines.iter().filter(|it| it.account == account);
        own.map(|it| format!("{} {}", it.amount, it.balance)).collect::<Vec<_>>()
    };
    assert_eq!(
        said("L:CUST:PENDING:TX1.buy"),
        ["-1000.00 -1000.00", "600.00 -400.00", "400.00 0.00"]
    );
    assert_eq!(said("U:050002:INV-1:AVAIL"), ["600.00 600.00"]);
    assert!(ledger.statement("INV-2", Period::default()).unwrap().is_empty());
    let later = Period { from: Some(as_("2026-02-14")), to: None };
    assert!(ledger.statement("INV-1", later).unwrap().is_empty());
    let legs = ledger.in_flight(as_("2026-02-16")).unwrap();
    let legs: Vec<_> =
        legs.iter().map(|it| format!("{} {} {}", it.leg, it.days, it.amount)).collect();
    let expected = [
        "A:CHANNEL:RECV 3 2000.00",
        "L:CUST:PENDING 3 1000.00",
        "L:CUST:REFUND 3 400.00",
        "L:FUND:PAYABLE 3 600.00",
    ];
    assert_eq!(legs, expected);
}

#[tokio::test]
async fn each_event_is_booked_once_whoever_follows_and_whenever() {
    let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
    pays_for(&store, "TX1").await;
    let mut first = Ledger::open(folder.path()).unwrap();
    assert_eq!(first.follow(&store).await.unwrap(), 3);
    assert_eq!(first.follow(&store).await.unwrap(), 0);
    confirms(&store, "TX1").await;
    pays_for(&store, "TX2").await;
    let mut second = Ledger::open(folder.path()).unwrap();
    assert!(second.follow(&store).await.unwrap() > 0, "a process that died went on here");
    assert_eq!(first.follow(&store).await.unwrap(), 0, "the other one has booked it");

    assert_eq!(trial(&first), TRIAL);
    assert_eq!(first.at().unwrap(), *store.head().borrow());
    let file = folder.path().join("ledger.db");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let aside = folder.path().join("ledger.db.new");
    fs::write(&aside, "what a rebuild that died has left").unwrap();
    let (anew, events) = Ledger::rebuild(folder.path(), &store).await.unwrap();
    assert_eq!(trial(&anew), TRIAL);
    assert_eq!(Position(events), *store.head().borrow());
    assert!(!aside.exists());
}

#[tokio::test]
async fn a_ledger_of_another_log_is_refused_until_it_is_made_anew() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let other = MemoryStore::new();
    for id in ["TX7", "TX8", "TX9"] {
        pays_for(&other, id).await;
    }
    for log in [&other, &MemoryStore::new()] {
        let mut ledger = Ledger::open(folder.path()).unwrap();
        let refused = ledger.follow(log).await;
        assert!(matches!(refused, Err(LedgerError::AnotherLog(_))), "{refused:?}");
    }
    assert_eq!(trial(&Ledger::open(folder.path()).unwrap()), TRIAL, "it is as it was");
    let (anew, _) = Ledger::rebuild(folder.path(), &other).await.unwrap();
    assert_eq!(
        trial(&anew),
        ["A:CHANNEL:RECV CNY 3000.00 0.00", "L:CUST:PENDING CNY 0.00 3000.00"]
    );
}

/// The invariants that do not hold, once that was done to the tables.
fn broken(folder: &Path, sql: &str) -> Vec<&'static str> {
    Connection::open(folder.join("ledger.db")).unwrap().execute_batch(sql).unwrap();
    let verdicts = Ledger::open(folder).unwrap().check().unwrap();
    let broken = verdicts.iter().filter(|it| it.is_checked && !it.breaks.is_empty());
    broken.map(|it| it.invariant).collect()
}

/// 20,000 yuan go from one account to the other, as an entry of its own.
fn moves(from: &str, to: &str, event: &str) -> String {
    let sql = include_str!("planted/moves.sql");
    sql.replace("{from}", from).replace("{to}", to).replace("{event}", event)
}

fn account(code: &str, class: &str, side: &str, case: &str) -> String {
    let sql = include_str!("planted/account.sql").replace("{code}", code);
    sql.replace("{class}", class).replace("{side}", side).replace("{case}", case)
}

#[tokio::test]
async fn each_invariant_finds_what_was_planted_for_it() {
    let register = "U:050002:REGISTER";
    let suspense = account("L:SUSPENSE:TX1.buy:c1", "L:SUSPENSE", "-1", "'c1'");
    let advanced = account("A:CUST:ADVANCED:TX1", "A:CUST:ADVANCED", "1", "NULL");
    let plants: [(&str, String, &[&str]); 9] = [
        ("nothing", String::new(), &[]),
        (
            "I1",
            "UPDATE postings SET amount = amount + 1 WHERE position = 2 AND line = 0".into(),
            &["I1"],
        ),
        ("I2", moves("A:CHANNEL:RECV", "L:CUST:PENDING:TX2.buy", "forged"), &["I2"]),
        ("I3", suspense + &moves("L:SUSPENSE:TX1.buy:c1", "A:CHANNEL:RECV", "forged"), &["I3"]),
        ("I4", "UPDATE applications SET finals = 2 WHERE application = 'APPTX1'".into(), &["I4"]),
        ("I5", include_str!("planted/payment.sql").into(), &["I5"]),
        (
            "I6",
            format!("UPDATE accounts SET balance = balance + 1 WHERE code = '{register}'"),
            &["I1", "I6"],
        ),
        ("I8", "UPDATE applications SET finals = 1 WHERE application = 'APPTX2'".into(), &["I8"]),
        (
            "I19",
            advanced + &moves("A:CHANNEL:RECV", "A:CUST:ADVANCED:TX1", "advance.advanced"),
            &["I19"],
        ),
    ];
    for (name, sql, finds) in plants {
        let (store, folder) = (house().await, tempfile::tempdir().unwrap());
        Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
        assert_eq!(broken(folder.path(), &sql), finds, "{name}");
    }
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let channel = "UPDATE accounts SET balance = balance + 1 WHERE class = 'A:CHANNEL:RECV'";
    assert_eq!(broken(folder.path(), channel), ["I1", "I12"]);
}

#[tokio::test]
async fn where_nothing_can_be_written_it_is_made_in_memory() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    let gone = folder.path().join("sealed");
    fs::create_dir(&gone).unwrap();
    fs::set_permissions(&gone, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(gone.join("probe"), "").is_ok() {
        // Whoever may write everywhere meets no such place.
        return;
    }
    let mut ledger = Ledger::open(&gone).unwrap();
    ledger.follow(&store).await.unwrap();
    assert_eq!(trial(&ledger), TRIAL);
    assert_eq!(fs::read_dir(&gone).unwrap().count(), 0);
}
