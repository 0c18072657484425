//! What a purchase costs the store's writer and a reader.
//!
//! `cargo bench -p fundflow-sqlite --bench purchases -- [directory] [purchases] [purchases a batch]`
//!
//! A discount purchase is 17 events, 7 of which begin a stream; names are scattered. Before its first
//! append 12 names are looked up, its own and 5 that it may need. Meant for counting instructions: run the program under
//! `valgrind --tool=callgrind --separate-threads=yes`; the writer is the thread whose total is
//! almost all in `Writer::commit`.

#![allow(clippy::expect_used, reason = "a measurement that fails should say where and stop")]

mod common;

use common::event;
use fundflow_kernel::{
    envelope::StreamName,
    ids::TransactionId,
    store::{EventStore, StreamAppend, Version},
};
use fundflow_sqlite::{Settings, SqliteStore};
use std::time::Instant;

/// Turn and stream of each event of a discount purchase, as the engine decides them.
const EVENTS: [(usize, &str); 17] = [
    (0, "discount_purchase-T"),
    (0, "day_limit-I"),
    (0, "payment-T"),
    (1, "payment-T"),
    (1, "application-M"),
    (2, "application-M"),
    (2, "wallet-I"),
    (2, "discount_purchase-T"),
    (2, "wallet-I"),
    (2, "application-C"),
    (3, "application-C"),
    (4, "application-M"),
    (4, "wallet-I"),
    (5, "application-C"),
    (5, "wallet-I"),
    (5, "holdings-I"),
    (5, "discount_purchase-T"),
];
const TURNS: u64 = 6;

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
        for round in 0..purchases / each + TURNS - 1 {
            let mut batch = Vec::new();
            for turn in 0..TURNS {
                let Some(of) = round.checked_sub(turn).filter(|of| *of < purchases / each) else {
                    continue;
                };
                for nth in of * each..(of + 1) * each {
                    if turn == 0 {
                        read(&store, nth).await;
                    }
                    turn_of(&mut batch, nth, usize::try_from(turn).expect("small"));
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
    let key = key(nth);
    let number =
        |order: u64| format!("{:020}", key.wrapping_add(order).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let name = pattern
        .replace('T', &format!("TX20260213{key:018}"))
        .replace('I', &format!("INV{key:016}"));
    name.replace('M', &number(1)).replace('C', &number(2)).parse().expect("a name")
}

async fn read(store: &SqliteStore, nth: u64) {
    let mut names: Vec<StreamName> = Vec::new();
    for (_, pattern) in EVENTS {
        let name = name(pattern, nth);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.extend((0..5).map(|other| name(&format!("payout-T.{other}"), nth)));
    let read = store.read_each(&names, 100).await.expect("a read");
    assert!(read.iter().all(Vec::is_empty));
}

fn turn_of(batch: &mut Vec<StreamAppend>, nth: u64, turn: usize) {
    let transaction = TransactionId::new(format!("TX20260213{:018}", key(nth))).expect("an ID");
    for (at, (of, pattern)) in EVENTS.iter().enumerate() {
        if *of == turn {
            let before = EVENTS[..at].iter().filter(|(_, other)| other == pattern);
            let expected = Version(before.count() as u64);
            let events = vec![event(&transaction, expected.plus(1))];
            batch.push(StreamAppend { stream: name(pattern, nth), expected, events });
        }
    }
}
