//! Invariants that no sum shows: what is shown, what a fee was promised to be, T by the calendar, a day's limit, a replay.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{as_, confirms, day, does, pays_for};
use fundflow_domain::{
    application::{
        self, Applications, Ask, Confirmation, Outcome, Promise, PromisedFee, PurchaseConfirmed,
        Terms,
    },
    day_limit::{Command, DayLimit},
    limits::{DayMax, ExcessPolicy},
    money::{Discount, Money, Nav, ShareRounding},
};
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    memory_store::MemoryStore,
    store::{EventStore as _, StreamAppend, Version},
    streams::Key,
};
use fundflow_ledger::{Ledger, Verdict};
use rusqlite::Connection;
use std::path::Path;

/// What is broken, with the places.
fn broken(verdicts: &[Verdict]) -> Vec<String> {
    let all = verdicts.iter().filter(|it| it.is_checked);
    all.flat_map(|it| it.breaks.iter().map(move |what| format!("{} {what}", it.invariant)))
        .collect()
}

async fn checked(store: &MemoryStore) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::current(folder.path(), store).await.unwrap();
    broken(&ledger.check().unwrap())
}

fn plant(folder: &Path, sql: &str) {
    Connection::open(folder.join("ledger.db")).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn shares_that_are_shown_are_those_of_the_books_to_a_fen() {
    let store = MemoryStore::new();
    pays_for(&store, "TX1").await;
    confirms(&store, "TX1").await;
    assert_eq!(checked(&store).await, [""; 0]);
    for (more, expected) in [(0, None), (1, None), (2, Some(60_002))] {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
        plant(folder.path(), &format!("UPDATE shown SET shares = shares + {more}"));
        let expected = expected.map(|shown| {
            format!("I13 INV-1 of 050002: 60000 hundredths of shares are booked, {shown} are shown")
        });
        assert_eq!(broken(&ledger.check().unwrap()), Vec::from_iter(expected), "{more} more");
    }
    // At another price two hundredths of a share are less than a fen.
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
    plant(folder.path(), "UPDATE shown SET shares = shares + 2; UPDATE prices SET nav = '0.4'");
    assert_eq!(broken(&ledger.check().unwrap()), [""; 0]);
    // Whoever is shown shares that nobody booked, or none of those that are.
    let nothing = include_str!("planted/nothing_shown.sql");
    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
    plant(folder.path(), nothing);
    assert_eq!(broken(&ledger.check().unwrap()).len(), 1);
}

/// An order of 1,000 yuan at 1.5 %, confirmed with that fee.
async fn charges(store: &MemoryStore, fee: &str) {
    let key = Key::<Applications>::of(&as_::<fundflow_domain::ids::ApplicationNo>("APP-F"));
    let terms = Terms {
        order: as_("TXF.buy"),
        no: as_("APP-F"),
        registrar: as_("own"),
        investor: as_("INV-1"),
        fund: as_("050002"),
        ask: Ask::Purchase { amount: as_("1000"), plan: None },
        trade_date: day(),
        distributor: None,
        rounding: ShareRounding::HalfUp,
        promised: Promise {
            fee: PromisedFee::Charge(fundflow_domain::fees::tiers::Charge::Rate(as_("0.015"))),
            discount: Discount::NONE,
            floor: None,
            confirm_by: day(),
        },
    };
    does(store, "TXF", &key, &application::Command::Place(Box::new(terms))).await;
    let fee: Money = as_(fee);
    let net = Money::from(as_::<fundflow_domain::money::Amount>("1000")).minus(fee).unwrap();
    let outcome = Outcome::Purchase(PurchaseConfirmed {
        amount: as_("1000"),
        fee,
        refund: Money::ZERO,
        nav: Nav::ONE,
        shares: net.shares_at(Nav::ONE, ShareRounding::HalfUp).unwrap(),
    });
    let confirm = application::Command::Confirm(Box::new(Confirmation {
        serial: as_("CF"),
        confirmed_on: day().date(),
        registered_on: day().date(),
        finished: true,
        outcome,
        misnamed: vec![],
    }));
    does(store, "TXF", &key, &confirm).await;
}

#[tokio::test]
async fn a_fee_is_recomputed_from_the_promise_and_a_case_may_say_why_it_differs() {
    let fees = |found: Vec<String>| {
        found.into_iter().filter(|it| it.starts_with("I15")).collect::<Vec<_>>()
    };
    let (right, wrong) = (MemoryStore::new(), MemoryStore::new());
    // 1000 - 1000 / 1.015, rounded to the fen.
    charges(&right, "14.78").await;
    charges(&wrong, "14.79").await;
    assert_eq!(fees(checked(&right).await), [""; 0]);
    let found = fees(checked(&wrong).await);
    assert!(
        found.len() == 1 && found[0].contains("APP-F") && found[0].contains("14.79"),
        "{found:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::current(folder.path(), &wrong).await.unwrap();
    plant(folder.path(), &include_str!("planted/case_of.sql").replace("{request}", "TXF"));
    assert_eq!(fees(broken(&ledger.check().unwrap())), [""; 0]);
}

/// An event of a process that promises a T.
async fn promises(store: &MemoryStore, request: &str, data: &str) {
    let stream = StreamName::of("purchase", &request);
    let event = NewEvent {
        event_id: EventId::of(Chain::default()),
        event_type: "purchase.prepared".into(),
        schema: 1,
        correlation: as_(request),
        process: "purchase".into(),
        causation: "a test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: as_("2026-02-13T10:00:00+08:00"),
        recorded_at: as_("2026-02-13T10:00:00+08:00"),
        trade_date: None,
        data: data.into(),
        chain: Chain::default(),
    };
    let append = StreamAppend { stream, expected: Version::NONE, events: vec![event] };
    store.append(vec![append]).await.unwrap();
}

/// Way, when it was asked for, T, and what is said of it.
const DAYS: [(&str, &str, &str, &str); 7] = [
    ("purchase", "2026-02-13T14:59:59+08:00", "2026-02-13", ""),
    ("purchase", "2026-02-13T15:00:00+08:00", "2026-02-24", ""),
    ("purchase", "2026-02-13T15:00:00+08:00", "2026-02-13", "its first is 2026-02-24"),
    ("purchase", "2026-02-14T09:00:00+08:00", "2026-02-14", "2026-02-14"),
    // It may have a cut-off of its own.
    ("subscription", "2026-02-13T16:00:00+08:00", "2026-02-13", ""),
    ("subscription", "2026-02-13T16:00:00+08:00", "2026-02-16", "2026-02-16"),
    // Paid later, or put off by a limit.
    ("purchase", "2026-02-12T10:00:00+08:00", "2026-02-13", ""),
];

#[tokio::test]
async fn a_t_is_a_trading_day_of_the_calendar_that_its_promise_names_and_not_too_early() {
    for (way, asked, t, says) in DAYS {
        let store = MemoryStore::new();
        let data = format!(
            r#"{{"admitted":{{"way":"{way}","requested_at":"{asked}","trade_date":"{t}","calendar":"xshg-2026"}}}}"#
        );
        promises(&store, "TX1", &data).await;
        let found = checked(&store).await;
        assert_eq!(found.len(), usize::from(!says.is_empty()), "{way} at {asked}: {found:?}");
        assert!(found.iter().all(|it| it.starts_with("I16 TX1") && it.contains(says)), "{found:?}");
    }
    let store = MemoryStore::new();
    promises(&store, "TX1", r#"{"calendar":"of-nobody","trade_date":"2026-02-13"}"#).await;
    assert_eq!(checked(&store).await.len(), 1);
}

/// One fund, investor and T.
const LIMITED: &str = "050002.INV-1.2026-02-13.individual.direct_online";

async fn counts(store: &MemoryStore, request: &str, amount: &str, limit: Option<&str>) {
    let cap =
        limit.map(|limit| DayMax { amount: as_(limit), on_excess: ExcessPolicy::RejectWhole });
    let key = Key::<DayLimit>::of(&LIMITED);
    let command = Command::Count { transaction: as_(request), amount: as_(amount), cap };
    does(store, request, &key, &command).await;
}

#[tokio::test]
async fn what_counts_towards_a_days_limit_is_within_the_limit_that_was_in_force() {
    let store = MemoryStore::new();
    counts(&store, "TX1", "60", Some("100")).await;
    counts(&store, "TX2", "40", Some("100")).await;
    // The manager lowers it: what counted before may stay, and nothing more fits; without a limit everything does.
    counts(&store, "TX3", "900", None).await;
    assert_eq!(checked(&store).await, [""; 0]);

    let folder = tempfile::tempdir().unwrap();
    let (ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
    plant(folder.path(), "UPDATE counts SET accepted = accepted + 1 WHERE request = 'TX1'");
    let found = broken(&ledger.check().unwrap());
    assert_eq!(
        found,
        [
            "I20 050002.INV-1.2026-02-13.individual.direct_online with TX2: 10001 fen count, and 10000 may"
        ]
    );

    let key = Key::<DayLimit>::of(&LIMITED);
    does(&store, "TX1", &key, &Command::GiveBack { transaction: as_("TX1") }).await;
    let mut ledger = ledger;
    ledger.follow(&store).await.unwrap();
    assert_eq!(broken(&ledger.check().unwrap()), [""; 0], "what is given back counts no more");
}

#[tokio::test]
async fn a_replay_beside_the_tables_finds_whatever_they_have_otherwise() {
    let plants = [
        ("", 0),
        ("UPDATE accounts SET balance = balance + 1 WHERE class = 'U:AVAIL'", 2),
        ("UPDATE postings SET amount = amount + 1 WHERE position = 2", 4),
        ("UPDATE entries SET request = 'TX9' WHERE position = 2", 2),
        ("UPDATE applications SET finals = 2", 4),
        (include_str!("planted/an_open_case.sql"), 1),
        (include_str!("planted/differ.sql"), 3),
        ("UPDATE shown SET shares = 0", 2),
        ("UPDATE accounts SET class = 'U:RESERVED' WHERE class = 'U:AVAIL'", 2),
        ("UPDATE accounts SET investor = 'I-9' WHERE class = 'U:AVAIL'", 2),
        ("UPDATE entries SET day = '2025-02-12' WHERE position = 2", 2),
        ("UPDATE entries SET t = '2025-02-12' WHERE position = 2", 2),
        ("UPDATE requests SET investor = 'I-9' WHERE request = 'TX1'", 2),
    ];
    for (sql, differ) in plants {
        let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
        pays_for(&store, "TX1").await;
        confirms(&store, "TX1").await;
        Ledger::current(folder.path(), &store).await.unwrap();
        pays_for(&store, "TX2").await;
        let (mut ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
        plant(folder.path(), sql);
        let verdicts = ledger.check_replayed(folder.path(), &store).await.unwrap();
        let replayed = verdicts.iter().find(|it| it.invariant == "I18").unwrap();
        assert!(replayed.is_checked);
        assert_eq!(replayed.breaks.len(), differ, "{sql}: {:?}", replayed.breaks);
        let files = std::fs::read_dir(folder.path()).unwrap();
        let left = files.filter(|it| it.as_ref().unwrap().file_name() != "ledger.db").count();
        assert_eq!(left, 0, "what was made anew is taken away");
    }
}
