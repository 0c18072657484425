//! The files of a store: checked, copied beside a writer, put in place, and taken as they are by a person's word.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{fundflow, make};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::store::{Checkpoints as _, EventStore as _};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

fn json(store: &Path, words: &[&str]) -> Value {
    let mut words = words.to_vec();
    words.extend(["-o", "json"]);
    let output = fundflow(store, &words);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn code(store: &Path, words: &[&str]) -> (i32, String) {
    let output = fundflow(store, words);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// A store as it lies on the disk after a kill: its log is not moved into the database.
async fn killed(directory: &Path) -> std::path::PathBuf {
    let made = directory.join("made");
    fs::create_dir(&made).unwrap();
    make(&made).await;
    let running = SqliteStore::open(made.join("events.db"), &Settings::default()).unwrap();
    let head = *running.head().borrow();
    running.save("reader", head, vec![0; 64]).await.unwrap();
    let killed = directory.join("killed");
    fs::create_dir(&killed).unwrap();
    for file in ["events.db", "events.db-wal", "events.db.acknowledged"] {
        fs::copy(made.join(file), killed.join(file)).unwrap();
    }
    killed
}

#[tokio::test]
async fn a_copy_made_beside_a_writer_is_restored_audited_and_continued() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    fs::create_dir(&store).unwrap();
    make(&store).await;
    let running = SqliteStore::open(store.join("events.db"), &Settings::default()).unwrap();
    let backup = directory.path().join("backup");
    let copied = json(&store, &["store", "backup", backup.to_str().unwrap()]);
    let checked = json(&store, &["store", "check"]);
    assert_eq!(copied["events"], checked["events"]);
    assert_ne!(copied["identity"], checked["identity"]);
    assert_eq!(copied["faults"], Value::Array(Vec::new()));
    drop(running);

    let again = code(&store, &["store", "backup", backup.to_str().unwrap()]);
    assert_eq!(again.0, 2);
    assert!(again.1.contains("name a directory that is empty"), "{}", again.1);
    let onto = code(&store, &["store", "restore", backup.to_str().unwrap()]);
    assert_eq!(onto.0, 2);
    assert!(onto.1.contains("move the directory of that store away first"), "{}", onto.1);

    let restored = directory.path().join("restored");
    let placed = json(&restored, &["store", "restore", backup.to_str().unwrap()]);
    assert_eq!(placed["events"], checked["events"]);
    assert_ne!(placed["identity"], copied["identity"]);
    assert_eq!(code(&restored, &["audit", "verify"]).0, 0);
    drop(SqliteStore::open(restored.join("events.db"), &Settings::default()).unwrap());
    assert_eq!(json(&restored, &["store", "check"])["faults"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn what_was_acknowledged_and_is_lost_stops_every_command_until_a_person_accepts_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = killed(directory.path()).await;
    let events = json(&store, &["store", "check"])["events"].as_u64().unwrap();
    // The newest event is gone, as after a cut of the log.
    let database = rusqlite::Connection::open(store.join("events.db")).unwrap();
    database.execute_batch("DROP TRIGGER events_no_delete").unwrap();
    database
        .execute("DELETE FROM events WHERE position = ?1", [i64::try_from(events).unwrap()])
        .unwrap();
    drop(database);

    for words in [&["saga", "ls"][..], &["wallet", "ls"], &["event", "ls"], &["case", "ls"]] {
        let (code, said) = code(&store, words);
        assert_eq!(code, 1, "{words:?}");
        assert!(
            said.contains(&format!("everything up to position {events} was acknowledged")),
            "{said}"
        );
    }
    for words in [&["store", "check"][..], &["audit", "verify"]] {
        let (code, said) = code(&store, words);
        assert_eq!(code, 5, "{words:?}: {said}");
        assert!(said.contains("was acknowledged"), "{said}");
    }
    let accept = ["store", "accept", "--reason", "the backup is older"];
    let (looked, said) = code(&store, &accept);
    assert_eq!(looked, 0, "{said}");
    assert!(said.contains("1 acknowledged event would be given up"), "{said}");
    assert_eq!(code(&store, &["saga", "ls"]).0, 1, "a look changes nothing");

    let mut apply = accept.to_vec();
    apply.push("--apply");
    let (accepted, said) = code(&store, &apply);
    assert_eq!(accepted, 0, "{said}");
    let reason = fs::read_to_string(store.join("events.db.acknowledged-1.reason")).unwrap();
    assert!(
        reason.contains("the backup is older") && reason.contains("was acknowledged"),
        "{reason}"
    );
    assert_eq!(code(&store, &["saga", "ls"]).0, 0);
    assert_eq!(json(&store, &["store", "check"])["acknowledged"], events - 1);
}

#[tokio::test]
async fn an_index_that_does_not_fit_its_table_is_a_finding() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    fs::create_dir(&store).unwrap();
    make(&store).await;
    let database = rusqlite::Connection::open(store.join("events.db")).unwrap();
    let page: i64 = database
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_streams_1'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(database);
    let mut bytes = fs::read(store.join("events.db")).unwrap();
    let page = usize::try_from(page - 1).unwrap() * 16 * 1024;
    let name = bytes[page..page + 16 * 1024].windows(7).rposition(|at| at == b"wallet-").unwrap();
    bytes[page + name] ^= 1;
    fs::write(store.join("events.db"), bytes).unwrap();

    let (code, said) = code(&store, &["audit", "verify"]);
    assert_eq!(code, 5, "{said}");
    let report = json(&store, &["audit", "verify"]);
    let checks = report["findings"].as_array().unwrap().iter().map(|it| it["check"].clone());
    assert!(checks.into_iter().any(|check| check == "database"), "{report}");
}

/// The command as somebody who may read a directory and write nothing in it; none where that cannot be arranged.
fn as_a_stranger(store: &Path, words: &[&str]) -> Option<(i32, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("--store").arg(store).args(words);
    if fs::metadata(store).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.code()?, String::from_utf8(said).unwrap()))
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn whoever_may_only_read_reads_everything_and_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    permit(directory.path(), 0o755);
    let with_log = killed(directory.path()).await;
    let closed = directory.path().join("closed %?#");
    fs::create_dir(&closed).unwrap();
    make(&closed).await;
    for store in [&with_log, &closed] {
        for file in fs::read_dir(store).unwrap() {
            permit(&file.unwrap().path(), 0o444);
        }
        permit(store, 0o555);
        let files = || fs::read_dir(store).unwrap().map(|it| it.unwrap().file_name()).collect();
        let before: BTreeSet<OsString> = files();
        let here = json(&closed, &["store", "check"])["events"].to_string();
        for words in
            [&["store", "check"][..], &["audit", "verify"], &["saga", "ls"], &["wallet", "ls"]]
        {
            let Some((code, said)) = as_a_stranger(store, words) else {
                println!("skipped: this user's program cannot be run by another user here");
                return;
            };
            assert_eq!(code, 0, "{words:?}: {said}");
            assert!(words[0] != "store" || said.contains(&here), "{said}");
        }
        let after: BTreeSet<OsString> = files();
        assert_eq!(after, before);
        permit(store, 0o755);
    }
}
