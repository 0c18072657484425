//! What the stock command says of a store in which a saga of somebody else's program ran.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

#[path = "../../../engine/examples/points.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own, included as it stands")]
mod points;

use std::{path::Path, process::Command};

/// Exit code, output, error output.
fn fundflow(folder: &Path, words: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("--store").arg(folder).args(words.split(' ')).env("USER", "li");
    let said = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (said.status.code().unwrap(), text(said.stdout), text(said.stderr))
}

const NOTE: &str = "of kind points_exchange: decisions not checked, this program does not know that \
                    kind; its own program knows more\n";

#[test]
fn a_list_has_what_this_program_does_not_know_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();

    for words in ["saga ls", "saga ls --open", "saga ls --kind points_exchange"] {
        let (code, out, complaint) = fundflow(folder.path(), words);
        assert_eq!((code, complaint), (0, format!("2 sagas {NOTE}")), "{words}");
        let rows: Vec<&str> = out.lines().skip(1).map(str::trim).collect();
        let begin: Vec<&str> = rows[0].split_whitespace().take(4).collect();
        assert_eq!(begin.join(" "), "points_exchange PX-1 decisions not", "{out}");
        assert!(rows[0].contains("after points_exchange.exchanged"), "{out}");
        assert!(rows[1].contains("unknown  after points_exchange.kept"), "{out}");
    }
    let (code, out, _) = fundflow(folder.path(), "saga ls --ending kept");
    assert!(code == 0 && out.contains("PX-2") && !out.contains("PX-1"), "{out}");
    let (code, _, complaint) = fundflow(folder.path(), "saga ls --kind points");
    assert!(code == 2 && complaint.contains("no kind of saga known here"), "{complaint}");
    let (_, out, _) = fundflow(folder.path(), "saga ls -o json");
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0]["state"], "unknown");
}

#[test]
fn a_saga_of_an_unknown_kind_is_shown_with_its_streams_and_links() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();

    for words in ["saga show PX-1", "saga show PX-1 --kind points_exchange"] {
        let (code, out, complaint) = fundflow(folder.path(), words);
        assert_eq!((code, complaint), (0, format!("1 saga {NOTE}")), "{words}");
        for stream in ["points-INV-1", "points_exchange-PX-1", "application-", "holdings-"] {
            let line = out.lines().find(|it| it.trim().starts_with(stream));
            assert!(line.is_some_and(|it| it.ends_with("verified")), "{stream}: {out}");
        }
        assert!(out.contains("points_exchange.exchanged"), "{out}");
    }
    let (code, _, complaint) = fundflow(folder.path(), "saga show PX-9");
    assert!(code == 1 && complaint.contains("nothing was ever prepared"), "{complaint}");
    let (_, out, _) = fundflow(folder.path(), "saga show PX-1 -o json");
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["streams"].as_array().unwrap().len(), 5);
}

#[test]
fn a_broken_link_of_an_unknown_kind_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();
    let database = rusqlite::Connection::open(folder.path().join("events.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER IF EXISTS events_no_update;
             UPDATE events SET data = replace(data, '10000', '10001') WHERE position = 2;",
        )
        .unwrap();

    let (code, out, _) = fundflow(folder.path(), "saga show PX-1");

    assert!(code == 0 && out.contains("points-INV-1 version 1: the link is "), "{out}");
}

#[test]
fn what_an_operator_orders_of_an_unknown_kind_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();

    for words in ["saga resume PX-1 --reason mended", "saga abandon PX-1 --reason lost"] {
        let (code, out, _) = fundflow(folder.path(), words);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains("PX-1 is of kind points_exchange, which this program"), "{out}");
    }
}

#[test]
fn an_event_of_another_program_is_listed_by_its_type_and_a_misspelt_one_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    points::exchange(folder.path()).unwrap();

    let (code, out, complaint) =
        fundflow(folder.path(), "event ls --type points_exchange.exchanged");
    assert!(code == 0 && out.contains("PX-1"), "{out}{complaint}");
    let (code, out, complaint) =
        fundflow(folder.path(), "event ls --type points_exchange.exchangd");
    assert_eq!((code, out.as_str()), (2, ""), "{complaint}");
    for known in ["points_exchange.exchanged", "payment.paid"] {
        assert!(complaint.contains(known), "{complaint}");
    }
}
