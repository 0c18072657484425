//! The inspecting commands on a small store, word for word.

use crate::common::{fundflow, golden, make, transcript};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};

const COMMANDS: &[(&str, &[&str])] = &[
    ("saga_ls.txt", &["saga", "ls"]),
    ("saga_ls_open.txt", &["saga", "ls", "--open"]),
    ("saga_ls_stuck.json", &["saga", "ls", "--stuck", "-o", "json"]),
    ("saga_ls_ending.txt", &["saga", "ls", "--ending", "kept_in_wallet"]),
    ("saga_ls_limit.txt", &["saga", "ls", "--investor", "INV-1", "--limit", "1"]),
    ("saga_show_completed.txt", &["saga", "show", "TX-1"]),
    ("saga_show_kept.txt", &["saga", "show", "TX-2"]),
    ("saga_show_rejected.txt", &["saga", "show", "TX-4"]),
    ("saga_show_refund_lost.txt", &["saga", "show", "TX-5"]),
    ("saga_show_charge_lost.txt", &["saga", "show", "TX-6"]),
    ("saga_show_waiting.json", &["saga", "show", "TX-7", "-o", "json"]),
    ("saga_show_parked.txt", &["saga", "show", "TX-8"]),
    ("saga_show_absent.txt", &["saga", "show", "TX-9"]),
    ("event_ls.txt", &["event", "ls", "--stream", "payment-TX-1.mmf.pay"]),
    ("event_ls_type.txt", &["event", "ls", "--type", "shares_taken_out"]),
    ("event_ls_limit.json", &["event", "ls", "--after", "4", "--limit", "1", "-o", "json"]),
    ("event_show.txt", &["event", "show", "3"]),
    ("event_show_wrong.txt", &["event", "show", "third"]),
    ("event_tail.txt", &["event", "tail", "--after", "6"]),
    ("wallet_show.txt", &["wallet", "show", "INV-1"]),
    ("wallet_ls.txt", &["wallet", "ls"]),
    ("order_show.txt", &["order", "show", "TX-1.mmf"]),
    ("order_show_refund.txt", &["order", "show", "TX-5.mmf"]),
    ("order_show.json", &["order", "show", "TX-1.convert", "-o", "json"]),
    ("order_ls.txt", &["order", "ls", "--stage", "rejected"]),
    ("order_ls_wrong.txt", &["order", "ls", "--stage", "lost"]),
    ("audit_verify.txt", &["audit", "verify"]),
];

#[tokio::test]
async fn every_command_says_what_its_transcript_says() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;

    for (name, arguments) in COMMANDS {
        golden(name, &transcript(&store, arguments));
    }
}

#[tokio::test]
async fn an_event_found_by_its_id_has_exactly_the_promised_keys() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let listed = fundflow(&store, &["event", "ls", "--limit", "1", "-o", "json"]).stdout;
    let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
    let id = listed[0]["event_id"].as_str().unwrap();

    let shown = fundflow(&store, &["event", "show", id, "-o", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_slice(&shown).unwrap();

    assert_eq!(shown, listed[0]);
    let keys = "event_id stream version position event_type schema data correlation_id \
                causation_id actor trace_parent occurred_at recorded_at trade_date chain process";
    let mut keys: Vec<_> = keys.split_whitespace().collect();
    keys.sort_unstable();
    let mut found: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, keys);
}

#[tokio::test]
async fn a_directory_names_the_store_in_it_and_a_missing_store_is_said_to_be_missing() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;

    let (by_file, by_directory) =
        (fundflow(&store, &["saga", "ls"]), fundflow(directory.path(), &["saga", "ls"]));
    assert_eq!(by_file.stdout, by_directory.stdout);

    let nowhere = directory.path().join("nowhere");
    golden("no_store.txt", &transcript(&nowhere, &["saga", "ls"]));
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("--store").arg(&store).args(["event", "tail", "--after", "0"]);
    let output = command.stdout(writer).stderr(std::process::Stdio::piped()).spawn();
    let output = output.unwrap().wait_with_output().unwrap();

    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn a_store_that_an_engine_holds_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let store = make(directory.path()).await;
    let before = fundflow(&store, &["audit", "verify"]).stdout;
    let held = SqliteStore::open(&store, &Settings::default()).unwrap();

    let beside = fundflow(&store, &["audit", "verify"]);

    assert_eq!(beside.status.code(), Some(0));
    assert_eq!(beside.stdout, before);
    held.close().await;
}
