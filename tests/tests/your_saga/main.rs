//! The saga of a user's own: the example that the tutorial walks through, explored, spelled out in literals,
//! killed on SQLite, and audited by a program that knows it and by one that does not.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

#[path = "../../../engine/examples/points.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own, included as it stands")]
mod points;

mod outside;
mod storm;

use outside::{May, Outside, world};

use fundflow::kernel::store::{EventStore as _, Position};
use fundflow::{Asking, RequestError, runtime::kind::Of, runtime::prelude::*};
use fundflow_application::{audit, desk};
use fundflow_cli::Stage;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_sagas::prelude::*;
use fundflow_testkit::{
    explore::{Explorer, World, refused_at, search::Truth},
    story, worlds,
};
use points::{Event, Points, PointsExchange, Request, V1};
use std::{path::Path, sync::Arc};

const TRUTHS: [Truth<PointsExchange, Outside>; 1] =
    [("points or shares, never both and never neither", points_or_shares)];

fn points_or_shares(world: &World<PointsExchange, Outside>) -> Result<(), String> {
    let Ok(look) = world.glance() else { return Ok(()) };
    let Some(ending) = look.ending.filter(|it| !it.ends_with("abandoned")) else { return Ok(()) };
    let done = |key: &str| world.counterparties.taken.get(key) == Some(&Verdict::Done);
    let gone = done("PX-1.redeem") && !done("PX-1.take_back");
    let spent = world.log().decoded::<Points>().last();
    let spent = matches!(spent, Some(Event::Spent { .. }));
    let shares = world.log().types().contains(&"holdings.credited");
    match (ending, gone, spent, shares) {
        ("points_exchange.exchanged", true, true, true) => Ok(()),
        ("points_exchange.kept", false, false, false) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn whatever_anybody_does_an_exchange_ends_with_points_or_shares() {
    let may = [May::DeclinePoints, May::RefuseOrder, May::RejectInBatch];
    let found = Explorer::new(world(may)).faults(2).truths(TRUTHS).run().unwrap();

    println!("{found:?}");
    assert_eq!(found.endings(), ["exchanged", "kept"]);
    assert!(found.states > 100, "less was explored than before");
}

#[test]
fn whatever_operators_do_an_exchange_ends_soundly_or_is_given_up() {
    let found = Explorer::new(world([May::RejectInBatch])).acts(1).operators().run().unwrap();

    println!("{found:?}");
    assert!(found.endings().starts_with(&["abandoned", "exchanged", "kept"]), "{found:?}");
}

#[test]
fn the_exchange_leaves_every_row_as_it_should() {
    let may = [May::DeclinePoints, May::RefuseOrder, May::RejectInBatch];
    story!(&V1, |row| refused_at(world(may), row), {
        "redeem" => ["points.released", "points_exchange.kept"],
        "submit" => [
            "application.rejected",
            "payment.refund_requested",
            "payment.refunded",
            "call PX-1.take_back at points",
            "points.released",
            "points_exchange.kept",
        ],
        "confirm" => [
            "application.rejected",
            "payment.refund_requested",
            "payment.refunded",
            "call PX-1.take_back at points",
            "points.released",
            "points_exchange.kept",
        ],
    });
}

#[test]
fn an_account_has_ten_million_points_for_exchanges_and_a_refused_request_leaves_nothing() {
    let mut world = world([]);
    let (member, fund) = (worlds::investor_id(), worlds::wallet_code());
    world.handle(world.other_request(Request { member, points: 10_000_001, fund }));

    assert!(world.log().is_empty());
    world.handle(world.request());
    assert!(world.log().types().contains(&"points.reserved"), "the ID is still free");
}

/// What stands in that folder's store, in words.
async fn stored(folder: &Path) -> Vec<String> {
    let store = SqliteStore::open_read_only(folder.join("events.db")).unwrap();
    let all = store.read_all(Position::START, u32::MAX).await.unwrap();
    let line = |it: &fundflow::kernel::envelope::Recorded| {
        format!("{} {}", it.stream, it.event.event_type)
    };
    let mut lines: Vec<String> = all.iter().map(line).collect();
    store.close().await;
    lines.sort();
    lines
}

fn in_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}

/// How far the first exchange gets before its process dies.
#[derive(Debug, Clone, Copy)]
enum Killed {
    Durable,
    Accepted,
    Confirmed,
}

async fn open(folder: &Path, at: &str) -> Stage {
    Stage::open(&points::registry(), folder, worlds::read(at)).await.unwrap()
}

fn points_of(id: &str) -> Asking<PointsExchange> {
    let (member, fund) = (worlds::read("INV-1"), worlds::read("011162"));
    Asking::of(worlds::read(id), Request { member, points: 10_000, fund }, ())
}

#[test]
fn a_name_that_the_engine_gives_itself_is_refused_without_a_line_of_the_example() {
    let folder = tempfile::tempdir().unwrap();
    in_a_runtime(async {
        let stage = open(folder.path(), "2026-02-12T10:00:00+08:00").await;
        for id in ["PL.20260320", "000730.2026-03-04", "frozen.20260310.000730.INV-1"] {
            let asked = stage.engine().request_watched(points_of(id)).await;
            assert!(matches!(asked, Err(RequestError::Reserved(_))), "{id}");
        }
    });
    assert!(in_a_runtime(stored(folder.path())).is_empty());
}

/// Begins the example's first exchange and dies there: everything in memory is gone at once.
fn die(folder: &Path, at: Killed) {
    in_a_runtime(async {
        let stage = open(folder, "2026-02-12T10:00:00+08:00").await;
        let _resting = stage.engine().request_watched(points_of("PX-1")).await.unwrap();
        let next = worlds::read("2026-02-13T10:00:00+08:00");
        match at {
            Killed::Durable => {}
            Killed::Accepted => stage.engine().settle().await.unwrap(),
            Killed::Confirmed => stage.until(next).await.unwrap(),
        }
    });
}

#[test]
fn whenever_the_process_dies_the_next_one_brings_it_to_the_same_end() {
    let whole = tempfile::tempdir().unwrap();
    points::exchange(whole.path()).unwrap();
    let whole = in_a_runtime(stored(whole.path()));
    for at in [Killed::Durable, Killed::Accepted, Killed::Confirmed] {
        let folder = tempfile::tempdir().unwrap();
        die(folder.path(), at);
        points::exchange(folder.path()).unwrap();

        assert_eq!(in_a_runtime(stored(folder.path())), whole, "killed {at:?}");
        let report = in_a_runtime(audited(folder.path(), with_points()));
        assert!(report.passed(), "{at:?}: {:?}", report.findings);
    }
}

/// What a stock program knows: the aggregates of the fund business.
fn stock() -> desk::Registry {
    use fundflow_domain::{payment::Payments, payout::Payouts, wallet::Wallet};
    desk::Registry::new()
        .aggregate::<Payments>()
        .aggregate::<Payouts>()
        .aggregate::<Applications>()
        .aggregate::<Wallet>()
        .aggregate::<Holdings>()
        .aggregate::<Cases>()
}

fn with_points() -> desk::Registry {
    stock().kind(Arc::new(Of(Arc::new(PointsExchange(worlds::house())))))
}

async fn audited(folder: &Path, knows: desk::Registry) -> audit::Report {
    let store = SqliteStore::open_read_only(folder.join("events.db")).unwrap();
    let report = audit::verify(&store, &knows, |_, _| {}).await.unwrap();
    store.close().await;
    report
}

#[test]
fn a_stock_program_verifies_the_links_of_what_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();
    let report = in_a_runtime(audited(folder.path(), stock()));

    assert!(report.passed(), "{:?}", report.findings);
    let unknown: Vec<&str> = report.unchecked.iter().map(|it| it.category.as_str()).collect();
    assert_eq!(unknown, ["points", "points_exchange"]);
    assert_eq!(report.counts.links, report.counts.events);
}

#[test]
fn what_the_registrar_refuses_goes_back_to_the_points_system_to_the_fen() {
    let folder = tempfile::tempdir().unwrap();
    let books = folder.path().join("sandbox");
    std::fs::create_dir_all(&books).unwrap();
    std::fs::write(books.join("scenario.toml"), "[override.PX-1]\nbuy = \"rejected\"\n").unwrap();
    points::exchange(folder.path()).unwrap();

    let stored = in_a_runtime(stored(folder.path()));
    let report = in_a_runtime(audited(folder.path(), with_points()));

    assert!(stored.contains(&"points_exchange-PX-1 points_exchange.kept".into()), "{stored:#?}");
    assert!(report.passed(), "{:?}", report.findings);
    assert!(report.balances.is_empty(), "{:?}", report.balances);
}

#[test]
fn a_program_of_ones_own_closes_what_is_parked_like_the_stock_command() {
    let folder = tempfile::tempdir().unwrap();
    let books = folder.path().join("sandbox");
    std::fs::create_dir_all(&books).unwrap();
    std::fs::write(books.join("scenario.toml"), "[override.PX-1]\nbuy = \"silent\"\n").unwrap();
    die(folder.path(), Killed::Accepted);
    in_a_runtime(async {
        let long_after = "2026-02-25T10:00:00+08:00";
        let stage = open(folder.path(), long_after).await;
        stage.until(worlds::read(long_after)).await.unwrap();
        stage.close().await.unwrap();
    });
    let command = |words: &[&str]| {
        let store = ["points", "--store", folder.path().to_str().unwrap()];
        let code = fundflow_cli::run(&points::registry(), store.iter().chain(words));
        format!("{code:?}")
    };
    let done = format!("{:?}", std::process::ExitCode::SUCCESS);

    assert_eq!(command(&["saga", "show", "PX-1"]), done);
    let skip = ["saga", "skip-to-landing", "PX-1", "--reason", "nobody answers"];
    assert_eq!(command(&[&skip[..], &["--operator", "li", "--apply"]].concat()), done);

    let stored = in_a_runtime(stored(folder.path()));
    assert!(stored.contains(&"points_exchange-PX-1 points_exchange.kept".into()), "{stored:#?}");
    assert_eq!(command(&["audit", "verify"]), done);
}

#[test]
fn every_quotation_in_the_tutorial_is_the_example_or_one_of_its_tests() {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    let files = [
        include_str!("../../../engine/examples/points.rs"),
        include_str!("main.rs"),
        include_str!("outside.rs"),
        include_str!("storm.rs"),
    ];
    let files = files.map(lines);
    let tutorial = include_str!("../../../docs/YOUR_SAGA.md");
    let mut quoted = 0;
    for block in tutorial.split("```rust\n").skip(1) {
        let block = lines(block.split("```").next().unwrap());
        let is_in = |file: &Vec<String>| file.windows(block.len()).any(|it| it == block);
        assert!(files.iter().any(is_in), "no file has such lines:\n{}", block.join("\n"));
        quoted += block.len();
    }
    assert!(quoted > 150, "only {quoted} lines are quoted; are they still found?");
}
