//! Heads that stand beside a store: they are looked at without being named, and say that a store was there.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{fundflow, make};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

/// How it ended, and what was said.
fn run(store: &Path, arguments: &[&str]) -> (i32, String) {
    let said = fundflow(store, arguments);
    let all = [said.stdout, said.stderr].concat();
    (said.status.code().unwrap(), String::from_utf8(all).unwrap())
}

/// A store with its head in `heads/`, and another log.
async fn house(directory: &Path) -> PathBuf {
    let store = directory.join("house");
    fs::create_dir_all(store.join("heads")).unwrap();
    make(&store).await;
    let head = fundflow(&store, &["audit", "head"]);
    fs::write(store.join("heads/2026-02-13.head"), head.stdout).unwrap();
    store
}

#[tokio::test]
async fn a_head_beside_a_store_is_held_against_its_log_though_nobody_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = house(directory.path()).await;
    let heads = store.join("heads");
    let (code, said) = run(&store, &["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("beside it       1 head: the log begins with each"), "{said}");

    // What is named is not said twice.
    let own = heads.join("2026-02-13.head");
    let arguments = ["audit", "verify", "--head", own.to_str().unwrap()];
    let (code, said) = run(&store, &arguments);
    assert!(code == 0 && !said.contains("beside it"), "{said}");

    let whole = fs::read_to_string(&own).unwrap();
    let foreign = {
        let other = directory.path().join("other");
        fs::create_dir(&other).unwrap();
        crate::common::make_in_part(&other).await;
        String::from_utf8(fundflow(&other, &["audit", "head"]).stdout).unwrap()
    };
    fs::write(heads.join("damaged.head"), whole.replacen('\n', "0\n", 2)).unwrap();
    fs::write(heads.join("empty.head"), "").unwrap();
    fs::write(heads.join("foreign.head"), foreign).unwrap();
    fs::create_dir(heads.join("folder.head")).unwrap();
    fs::write(heads.join("notes.txt"), "no head").unwrap();
    let (code, said) = run(&store, &["audit", "verify"]);
    assert_eq!(code, 5, "{said}");
    for (file, what) in [
        ("damaged.head", ""),
        ("empty.head", "line 1 (origin): the file is empty"),
        ("foreign.head", "are not those of the head"),
        ("folder.head", "not a regular file"),
    ] {
        let found = |line: &str| line.contains(file) && line.contains(what);
        assert!(said.lines().any(found), "{file}: {said}");
    }
    assert!(!said.contains("notes.txt"), "{said}");
    let said = fundflow(&store, &["audit", "verify", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let beside = report["heads_beside"].as_array().unwrap();
    let hold = beside.iter().filter(|it| it["holds"] == true).count();
    assert_eq!((beside.len(), hold), (5, 1), "{report}");
}

#[tokio::test]
async fn heads_without_their_database_say_that_it_is_missing_and_begin_no_new_store() {
    let directory = tempfile::tempdir().unwrap();
    let store = house(directory.path()).await;
    for file in fs::read_dir(&store).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() {
            fs::remove_file(file).unwrap();
        }
    }
    let day = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day");
    for words in [&["day", day][..], &["saga", "ls"], &["audit", "verify"], &["store", "create"]] {
        let (code, said) = run(&store, words);
        assert_eq!(code, 1, "{words:?}: {said}");
        assert!(said.contains("the store's database is missing; put the"), "{words:?}: {said}");
        assert!(said.contains("heads of a store that was there"), "{words:?}: {said}");
    }
    assert!(!store.join("events.db").exists());
}

/// A new log would take the answers in there for its own.
#[test]
fn what_others_answered_a_store_that_is_gone_is_not_taken_by_a_new_one() {
    let day = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day");
    for left in ["exchange/2026-02-12/in/OFD_05_305_20260213_04.TXT", "sandbox/registrar.jsonl"] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(left);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "what was said to another log\n").unwrap();
        let folder = left.split('/').next().unwrap();
        for words in [&["day", day][..], &["saga", "ls"], &["store", "create"]] {
            let (code, said) = run(directory.path(), words);
            assert_eq!(code, 1, "{words:?}: {said}");
            assert!(said.contains(&format!("{folder} of a store that was there")), "{said}");
        }
        assert!(!directory.path().join("events.db").exists());
    }
}

#[test]
fn a_key_file_knows_its_name_and_is_not_left_where_nobody_has_its_verifier_key() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("house.key");
    let path = file.to_str().unwrap();
    let keygen = ["audit", "keygen", path, "--name", "house.example/log"];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = command.args(keygen).stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stderr).contains("taken away again"), "{said:?}");
    assert!(!file.exists());

    let said = fundflow(directory.path(), &[&keygen[..], &["-o", "json"]].concat());
    let made: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert!(made["verifier_key"].as_str().unwrap().starts_with("house.example/log+"), "{made}");
    let (code, said) =
        run(directory.path(), &["audit", "head", "--sign-key", path, "--name", "other"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("it is the key house.example/log; sign under that name"), "{said}");
    for words in [&["audit", "head", "-o", "json"][..], &["audit", "prove", "TX-1", "-o", "json"]] {
        let (code, said) = run(directory.path(), words);
        assert!(code == 2 && said.contains("-o json"), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn what_a_killed_copy_has_left_is_named_by_the_next_one() {
    let directory = tempfile::tempdir().unwrap();
    let store = house(directory.path()).await;
    let restored = directory.path().join("restored");
    fs::create_dir(&restored).unwrap();
    for left in ["events.db.unfinished", "events.db.acknowledged"] {
        fs::write(restored.join(left), "half").unwrap();
    }
    let restore = ["store", "restore", store.to_str().unwrap()];
    let (code, said) = run(&restored, &restore);
    assert_eq!(code, 2, "{said}");
    for left in ["events.db.unfinished", "events.db.acknowledged"] {
        let left = restored.join(left);
        assert!(said.contains(left.to_str().unwrap()), "{said}");
        fs::remove_file(left).unwrap();
    }
    let (code, said) = run(&restored, &restore);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("sandbox"), "{said}");
}
