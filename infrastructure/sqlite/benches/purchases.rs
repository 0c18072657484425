//! What a purchase costs the store's writer and a reader.
//!
//! `cargo bench -p fundflow-sqlite --bench purchases -- [directory] [purchases] [purchases a batch]`
//!
//! A purchase is 17 events in 14 appends, 7 of which begin a stream; names are scattered. Before its
//! first append, its 12 names are looked up. Meant for counting instructions: run the program under
//! `valgrind --tool=callgrind --separate-threads=yes`; the writer is the thread whose total is
//! almost all in `Writer::commit`.

#![allow(clippy::expect_used, reason = "a measurement that fails should say where and stop")]

use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, StreamName},
    ids::TransactionId,
    store::{EventStore, StreamAppend, Version},
    time::Timestamp,
};
use fundflow_sqlite::{Settings, SqliteStore};
use std::time::Instant;

/// Stage, stream and events of each append of a purchase.
const APPENDS: [(usize, &str, usize); 14] = [
    (0, "discount_purchase-T", 1),
    (0, "payment-T", 1),
    (0, "fund_order-T.mmf", 2),
    (1, "payment-T", 1),
    (1, "fund_order-T.mmf", 1),
    (1, "wallet-I", 2),
    (2, "discount_purchase-T", 1),
    (2, "fund_order-T.convert", 2),
    (2, "submission-T.mmf", 1),
    (2, "wallet-I", 1),
    (3, "submission-T.convert", 1),
    (3, "fund_order-T.convert", 1),
    (3, "submission-T.mmf", 1),
    (3, "discount_purchase-T", 1),
];
const STAGES: u64 = 4;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let directory = words.first().map_or("/dev/shm", String::as_str);
    let purchases: u64 = words.get(1).map_or(20_000, |n| n.parse().expect("a number"));
    let each: u64 = words.get(2).map_or(10, |n| n.parse().expect("a number"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let scratch = tempfile::tempdir_in(directory).expect("a scratch directory");
    let store = SqliteStore::open(scratch.path().join("e.db"), &Settings::default()).expect("open");
    let start = Instant::now();
    runtime.block_on(async {
        for round in 0..purchases / each + STAGES - 1 {
            let mut batch = Vec::new();
            for stage in 0..STAGES {
                let Some(of) = round.checked_sub(stage).filter(|of| *of < purchases / each) else {
                    continue;
                };
                for nth in of * each..(of + 1) * each {
                    if stage == 0 {
                        read(&store, nth).await;
                    }
                    stage_of(&mut batch, nth, usize::try_from(stage).expect("small"));
                }
            }
            store.append(batch).await.expect("an append");
        }
    });
    let took = start.elapsed();
    println!("{} us per purchase", took.as_micros() / u128::from(purchases));
    runtime.block_on(store.close());
}

fn key(nth: u64) -> u64 {
    nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4
}

fn name(pattern: &str, nth: u64) -> StreamName {
    let name = pattern.replace('T', &format!("TX20260213{:018}", key(nth)));
    name.replace('I', &format!("INV{:016}", key(nth) >> 3)).parse().expect("a name")
}

async fn read(store: &SqliteStore, nth: u64) {
    let mut names: Vec<StreamName> = Vec::new();
    for (_, pattern, _) in APPENDS {
        let name = name(pattern, nth);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.extend((0..5).map(|other| name(&format!("fund_order-T.{other}"), nth)));
    let read = store.read_each(&names, 100).await.expect("a read");
    assert!(read.iter().all(Vec::is_empty));
}

fn stage_of(batch: &mut Vec<StreamAppend>, nth: u64, stage: usize) {
    let transaction = TransactionId::new(format!("TX20260213{:018}", key(nth))).expect("an ID");
    for (at, (of, pattern, count)) in APPENDS.iter().enumerate() {
        if *of != stage {
            continue;
        }
        let before = APPENDS[..at].iter().filter(|(_, other, _)| other == pattern);
        let expected = Version(before.map(|(.., count)| *count as u64).sum());
        let events = (0..*count).map(|n| event(&transaction, expected.plus(n + 1))).collect();
        batch.push(StreamAppend { stream: name(pattern, nth), expected, events });
    }
}

fn event(transaction: &TransactionId, version: Version) -> NewEvent {
    let at = Timestamp::from_micros(1_770_966_000_000_000).plus_millis(version.0.cast_signed());
    let data = format!(
        r#"{{"fund":"000009","registrar":"own","amount":"1000.00","shares":"{version}.00","terms":{{"fee_schedule":"fees-2026-01","calendar":"xshg-2026","nav":"1.00000000","discount":"0.1000"}},"application_no":"0A1B2C3D4E5F6G7H8J9KAMBN"}}"#
    );
    NewEvent {
        event_id: EventId([7; 16]),
        event_type: "fund_order.accepted".into(),
        schema: 1,
        correlation: transaction.clone(),
        process: "discount_purchase".into(),
        causation: "cmd-000000000001".into(),
        actor: Actor::Counterparty("registrar-own".into()),
        trace_parent: None,
        occurred_at: at,
        recorded_at: at,
        trade_date: chrono::NaiveDate::from_ymd_opt(2026, 2, 13),
        data: data.into(),
        chain: Chain(Default::default()),
    }
}
