//! A store on a server, as the command knows it: the contract, a benchmark, and a refusal everywhere else.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use fundflow_infrastructure::postgres::Scratch;
use std::{io::Write as _, net::TcpStream, path::Path, process::Output};

const LOCAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// The server of the tests; none where none answers and none was named.
fn server() -> Option<String> {
    let named = std::env::var("FUNDFLOW_POSTGRES_URL").ok();
    let answers = || TcpStream::connect("127.0.0.1:5432").is_ok().then(|| LOCAL.to_owned());
    named.or_else(answers).or_else(|| {
        // Past what a test captures: whoever runs the suite is to see it.
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "skipped: {test}: no PostgreSQL answers on {LOCAL}");
        None
    })
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn promises(output: &Output) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["broken"], 0, "{report}");
    let promises = report["promises"].as_array().unwrap().iter();
    promises.map(|it| it["promise"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_contract_is_tried_on_a_disk_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_str().unwrap();
    let unused = Path::new("nowhere");

    let table = fundflow(unused, &["store", "contract", place]);
    assert!(table.status.success(), "{}", said(&table));
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("a batch is all or nothing"), "{table}");
    assert_eq!(table.matches("holds").count(), 14, "{table}");

    let url = format!("sqlite:{place}");
    let found = promises(&fundflow(unused, &["store", "contract", &url, "-o", "json"]));
    assert_eq!(found.len(), 14, "{found:?}");
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    assert!(!unused.exists());
}

#[test]
fn a_server_is_tried_and_measured_and_left_as_it_was() {
    let Some(url) = server() else { return };
    let found = promises(&fundflow(Path::new("."), &["store", "contract", &url, "-o", "json"]));
    assert!(found.contains(&"reader never misses a committed event".to_owned()), "{found:?}");

    let directory = tempfile::tempdir().unwrap();
    let bench = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"))
        .args(["bench", "--store", &url, "--purchases", "60", "--in-flight", "20", "--alone", "2"])
        .args(["--open", "0", "-o", "json", "--dir", directory.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert!(bench.status.success(), "{}", said(&bench));
    let figures: serde_json::Value = serde_json::from_slice(&bench.stdout).unwrap();
    let durability = figures["durability"].as_str().unwrap();
    assert!(durability.starts_with("postgresql ") && durability.contains("fsync=on"), "{figures}");
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_log_is_the_same_on_a_server_and_on_a_disk_and_a_copy_that_was_stopped_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let played = directory.path().join("played");
    let day = fundflow(&played, &["day", concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day")]);
    assert!(day.status.success(), "{}", said(&day));
    let head = fundflow(&played, &["audit", "head"]).stdout;
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let convert = |from: &str, to: &str| {
        let done = fundflow(Path::new("."), &["store", "convert", from, to, "-o", "json"]);
        assert!(done.status.success(), "{from} to {to}: {}", said(&done));
        serde_json::from_slice::<serde_json::Value>(&done.stdout).unwrap()
    };

    let first = convert(&at("played"), &at("copy"));
    assert!(first["events"].as_u64().unwrap() > 1000, "{first}");
    assert_eq!(first["events"], first["added"]);
    assert_eq!(convert(&at("played"), &at("copy"))["added"], 0);
    let same_head = |store: &str| {
        let found = fundflow(Path::new(&at(store)), &["audit", "head"]).stdout;
        let root = |head: &[u8]| String::from_utf8_lossy(head).lines().take(4).collect::<String>();
        assert_eq!(root(&found), root(&head), "{store}");
    };
    same_head("copy");
    let audit = fundflow(Path::new(&at("copy")), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", said(&audit));

    // Another log is not continued.
    let other = directory.path().join("other");
    let day = fundflow(
        &other,
        &["day", concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/week/2026-02-12")],
    );
    assert!(day.status.success(), "{}", said(&day));
    let refused = fundflow(Path::new("."), &["store", "convert", &at("other"), &at("copy")]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    let says = said(&refused);
    assert!(says.contains("is another event") || says.contains("name a new one"), "{says}");
    same_head("copy");

    let Some(url) = server() else { return };
    let schema = Scratch::on(&url.parse().unwrap());
    let name = schema.place().to_string();
    let place = format!("{url}?schema={}", name.split_once("schema=").unwrap().1);
    let there = convert(&at("played"), &place);
    assert_eq!((&there["root"], &there["events"]), (&first["root"], &first["events"]));
    assert_eq!(convert(&at("played"), &place)["added"], 0);
    let back = convert(&place, &at("back"));
    assert_eq!(back["root"], first["root"]);
    same_head("back");
    let audit = fundflow(Path::new(&at("back")), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", said(&audit));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(schema.remove()).unwrap();
}

#[test]
fn a_server_that_is_not_there_is_said_and_one_that_no_adapter_knows_is_refused() {
    let nobody = "postgres://postgres@127.0.0.1:1/postgres";
    let rows: [(&[&str], &str); 6] = [
        (&["store", "contract", "nowhere"], "is no directory that is there"),
        (&["store", "contract", nobody], "check that the server runs"),
        (&["store", "contract", "esdb://127.0.0.1:2113"], "no store of esdb://"),
        (&["store", "contract", "postgres://h/d?schema=A-b"], "1 to 63 of a-z 0-9 _"),
        (&["bench", "--store", "kurrentdb://h"], "no store of kurrentdb://"),
        (&["bench", "--store", "postgres"], "choose sqlite (durable), memory, or the URL"),
    ];
    let directory = tempfile::tempdir().unwrap();
    for (typed, says) in rows {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"))
            .args(typed)
            .current_dir(&directory)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {}", said(&output));
        assert!(said(&output).contains(says), "{typed:?}: {}", said(&output));
    }
    // A URL is no path to make a directory of.
    for typed in [&["saga", "ls"][..], &["audit", "verify"], &["store", "create"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"))
            .args(["--store", "postgres://li:secret@db/books"])
            .args(typed)
            .current_dir(&directory)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed:?}");
        let said = said(&output);
        assert!(said.contains("by its files") && !said.contains("secret"), "{typed:?}: {said}");
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}
