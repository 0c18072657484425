//! `fundflow file` as a person runs it: what it prints and how it ends.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../infrastructure/exchange/tests/golden/exchange")
        .join(name)
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("file").args(words);
    command
}

fn run(words: &[&str]) -> Output {
    command(words).output().expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn chosen_fields_are_shown_as_lines_of_json() {
    let path = golden("25_v21.txt");
    let path = path.to_string_lossy();
    let shown = run(&["show", &path, "-o", "json", "--fields", "fundcode,PayDate", "--limit", "2"]);
    assert_eq!(shown.status.code(), Some(0));
    assert_eq!(
        text(&shown.stdout),
        "{\"FundCode\":\"\",\"PayDate\":\"\"}\n{\"FundCode\":\"000000\",\"PayDate\":\"20260213\"}\n"
    );
}

#[test]
fn a_cut_file_is_refused_with_every_error_and_exit_code_5() {
    let bytes = std::fs::read(golden("25_v21.txt")).expect("a golden file");
    let path = scratch("cut.txt");
    std::fs::write(&path, &bytes[..bytes.len() - 10]).expect("a scratch file");
    let checked = run(&["check", &path.to_string_lossy()]);
    assert_eq!(checked.status.code(), Some(5));
    let printed = text(&checked.stdout);
    assert!(
        printed.contains("cut.txt:33:1: the last line must be OFDCFEND; the transfer was probably"),
        "{printed}"
    );
    assert!(printed.contains("refused as a whole: 3 records, 1 errors, 0 warnings"), "{printed}");
    assert_eq!(run(&["show", &path.to_string_lossy()]).status.code(), Some(5));
}

#[test]
fn a_file_that_is_not_there_is_not_a_damaged_file() {
    let checked = run(&["check", "nowhere.txt"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked.stderr).contains("nowhere.txt: "));
}

#[test]
fn a_conversion_there_and_back_gives_the_same_bytes() {
    let (from, newer) = (golden("04_v21.txt"), scratch("newer.txt"));
    let (from_text, newer_text) = (from.to_string_lossy(), newer.to_string_lossy());
    let forth = run(&["convert", &from_text, "--to", "v22", "--out", &newer_text]);
    assert_eq!((forth.status.code(), text(&forth.stderr)), (Some(0), String::new()));
    let back = run(&["convert", &newer_text, "--to", "v21"]);
    assert!(back.stdout == std::fs::read(&from).expect("a golden file"));
    let document = scratch("document.json");
    let document_text = document.to_string_lossy();
    run(&["convert", &from_text, "--to", "json", "--out", &document_text]);
    let back = run(&["convert", &document_text, "--to", "v21"]);
    assert!(back.stdout == std::fs::read(&from).expect("a golden file"));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let path = golden("04_v21.txt");
    let path = path.to_string_lossy();
    for words in [
        vec!["show", &path],
        vec!["show", &path, "-o", "json"],
        vec!["show", &path, "-o", "csv"],
        vec!["check", &path],
        vec!["convert", &path, "--to", "v22"],
        vec!["convert", &path, "--to", "csv"],
    ] {
        let mut command = command(&words);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        drop(child.stdout.take());
        let status = child.wait().expect("an end");
        let mut complaints = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut complaints).expect("text");
        assert_eq!((status.code(), complaints.as_str()), (Some(0), ""), "{words:?}");
    }
}
