//! The least that a purchase costs on a server: its rows, so many purchases a statement, and nothing decided, looked up or hashed.
//!
//! ```text
//! cargo bench -p fundflow-postgres --bench group_commit -- 20000 256    # purchases, and purchases a statement
//! fundflow bench --store postgres://postgres@127.0.0.1:5432/postgres --purchases 20000 --open 0
//! ```
//!
//! The second line is the engine with everything that it decides, on the same server. The server is `FUNDFLOW_POSTGRES_URL`, or
//! the machine's own.

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::expect_used, reason = "a measurement that cannot be made ends")]

use std::time::Instant;
use tokio_postgres::{Client, NoTls};

const LOCAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";
/// Of one discount purchase of the engine: its events, and the streams that they begin.
const EVENTS: usize = 17;
const STREAMS: usize = 12;
/// Mean bytes of the body of an event.
const BODY: usize = 500;
const SCHEMA: &str = "fundflow_scratch_group_commit";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let purchases: usize = numbers.next().unwrap_or(20_000);
    let group: usize = numbers.next().unwrap_or(256).max(1);
    let url = std::env::var("FUNDFLOW_POSTGRES_URL").unwrap_or_else(|_| LOCAL.into());
    let mut config: tokio_postgres::Config = url.parse().expect("a URL of a server");
    config.options(format!("-c search_path={SCHEMA} -c plan_cache_mode=force_generic_plan"));
    let (client, connection) = config.connect(NoTls).await.expect("a server");
    tokio::spawn(connection);
    let remove = format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE");
    let schema = format!("{remove}; CREATE SCHEMA {SCHEMA}; {}", include_str!("sql/tables.sql"));
    client.batch_execute(&schema).await.expect("tables");
    let mut rates = Vec::new();
    for round in 0..3 {
        let from = round * purchases;
        let start = Instant::now();
        insert(&client, from..from + purchases, group).await;
        rates.push(purchases as u128 * 1_000_000 / start.elapsed().as_micros().max(1));
    }
    rates.sort_unstable();
    client.batch_execute(&remove).await.expect("an end");
    println!(
        "{} purchases/s of {EVENTS} events, {group} a statement, nothing decided (median of 3 rounds of {purchases}; {} to {})",
        rates[1], rates[0], rates[2]
    );
}

async fn insert(client: &Client, purchases: std::ops::Range<usize>, group: usize) {
    let insert = client.prepare(include_str!("sql/insert.sql")).await.expect("a statement");
    let body = format!(r#"{{"shares":"1234.56","note":"{}"}}"#, "x".repeat(BODY - 30));
    let (id, link) = ([7_u8; 16], [9_u8; 32]);
    for first in purchases.clone().step_by(group) {
        let of_group = first..(first + group).min(purchases.end);
        let names: Vec<(i64, String)> = of_group
            .clone()
            .flat_map(|purchase| (0..STREAMS).map(move |nth| name(purchase, nth)))
            .collect();
        let (ids, names): (Vec<i64>, Vec<&str>) =
            names.iter().map(|(id, name)| (*id, name.as_str())).unzip();
        let transactions: Vec<String> = of_group.clone().map(|it| format!("TX-{it}")).collect();
        let events = of_group.clone().zip(&transactions);
        let events =
            events.flat_map(|(it, transaction)| (0..EVENTS).map(move |nth| (it, nth, transaction)));
        let (mut streams, mut versions, mut correlations) = (Vec::new(), Vec::new(), Vec::new());
        for (purchase, nth, transaction) in events {
            streams.push(name(purchase, nth % STREAMS).0);
            versions.push(1 + i64::from(nth >= STREAMS));
            correlations.push(transaction.as_str());
        }
        let (ids_of, bodies) = (vec![&id[..]; streams.len()], vec![body.as_str(); streams.len()]);
        let links = vec![&link[..]; streams.len()];
        let before = i64::try_from(first * EVENTS).unwrap_or(i64::MAX);
        let binds: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
            [&ids, &names, &before, &streams, &versions, &ids_of, &correlations, &bodies, &links];
        client.execute(&insert, &binds).await.expect("rows");
    }
}

fn name(purchase: usize, nth: usize) -> (i64, String) {
    let id = i64::try_from(purchase * STREAMS + nth).unwrap_or(i64::MAX);
    (id, format!("stream{nth}-TX-{purchase}"))
}
