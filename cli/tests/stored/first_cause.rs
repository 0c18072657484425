//! Where the world fails, the first cause reaches the person, with what the system said; and what can be read again
//! later is not called damage.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// Through a shell, which sets limits and redirects.
fn shell(store: &Path, before: &str, words: &str, behind: &str) -> Output {
    let line = format!(
        "{before} exec {} {words} --store {} {behind}",
        env!("CARGO_BIN_EXE_fundflow"),
        store.display()
    );
    Command::new("sh").arg("-c").arg(line).env("USER", "chen").output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn store() -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    crate::common::make(at.path()).await;
    at
}

#[tokio::test]
async fn a_full_output_says_so() {
    let at = store().await;
    for words in [
        "event ls",
        "saga ls -o json",
        "audit verify",
        "saga show TX-1",
        "wallet ls",
        "fund ls",
        "order ls -o json",
    ] {
        let output = shell(at.path(), "", words, "> /dev/full");
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains("No space left on device (os error 28)"), "{words}: {said}");
    }
}

#[tokio::test]
async fn too_many_open_files_are_no_damage() {
    let at = store().await;
    for files in 4..12 {
        for words in ["audit verify", "event ls", "saga ls"] {
            let output = shell(at.path(), &format!("ulimit -n {files};"), words, "");
            let said = errors(&output);
            assert!(!said.contains("damaged"), "{files} {words}: {said}");
            if !output.status.success() && said.contains("fundflow") {
                assert_ne!(output.status.code(), Some(5), "{files} {words}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_with_what_the_system_said() {
    let at = store().await;
    let database = at.path().join("events.db");
    let mark = at.path().join("events.db.acknowledged");
    fs::remove_file(&mark).unwrap();
    fs::create_dir(&mark).unwrap();
    let said = errors(&shell(at.path(), "", "event ls", ""));
    assert!(said.contains("is a directory") && said.contains("events.db"), "{said}");
    fs::remove_dir(&mark).unwrap();
    fs::remove_file(&database).unwrap();
    fs::create_dir(&database).unwrap();
    let output = shell(at.path(), "", "event ls", "");
    assert!(!output.status.success() && !errors(&output).is_empty());
}

#[tokio::test]
async fn the_log_is_on_the_error_output_and_the_output_stays_pure() {
    let at = store().await;
    for format in ["text", "json"] {
        let words = format!("event ls -o json --log-format {format}");
        let output = shell(at.path(), "RUST_LOG=trace", &words, "");
        assert!(output.status.success(), "{}", errors(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap();
        assert!(!errors(&output).contains('\u{1b}'), "{}", errors(&output));
    }
    for wrong in ["wanr", "fundflow=loud", "3"] {
        let output = shell(at.path(), &format!("RUST_LOG={wrong}"), "event ls", "");
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("RUST_LOG {wrong:?}")) && said.contains("warn"), "{said}");
    }
    for (words, level) in [
        ("saga show NOBODY", "ERROR"),
        ("saga ls --kind no", "ERROR"),
        ("fund show 999999", "INFO"),
    ] {
        let said = errors(&shell(at.path(), "", &format!("{words} --log-format json"), ""));
        let lines = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        assert!(lines.filter(|line| line["level"] == level).count() > 0, "{words}: {said}");
    }
    let output = shell(at.path(), "", "event ls --log-format xml", "");
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("text, json"), "{}", errors(&output));
}

/// A store whose companion is gone is read, and the log says so at level WARN.
#[tokio::test]
async fn what_is_at_level_warn_is_seen_without_asking_for_it() {
    let at = store().await;
    fs::remove_file(at.path().join("events.db.acknowledged")).unwrap();
    let said = errors(&shell(at.path(), "", "event ls --log-format json", ""));
    let lines = said.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["level"] == "WARN"), "{said}");
    assert!(errors(&shell(at.path(), "", "event ls", "")).contains(" WARN "));
    let said = errors(&shell(at.path(), "RUST_LOG=off", "event ls", ""));
    assert!(!said.contains("WARN"), "{said}");
}
