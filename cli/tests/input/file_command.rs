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
    assert!(printed.contains("refused as a whole: 3 records, 1 error, 0 warnings"), "{printed}");
    assert_eq!(run(&["show", &path.to_string_lossy()]).status.code(), Some(5));
}

/// A directory with a sound file and an index that names it, and other files besides.
fn indexed(directory: &str, others: &[&str]) -> (PathBuf, PathBuf) {
    let (dir, name) = (scratch(directory), "OFD_305_05_20260213_25.TXT");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a scratch directory");
    let (data, index) = (dir.join(name), dir.join("OFI_305_05_20260213.TXT"));
    std::fs::copy(golden("25_v21.txt"), &data).expect("a golden file");
    let names: Vec<_> = std::iter::once(name).chain(others.iter().copied()).collect();
    let text = format!(
        "OFDCFIDX\r\n21  \r\n305      \r\n05       \r\n20260213\r\n{:03}\r\n{}\r\nOFDCFEND\r\n",
        names.len(),
        names.join("\r\n"),
    );
    std::fs::write(&index, text).expect("a scratch file");
    (index, data)
}

#[test]
fn an_index_is_checked_with_every_file_that_it_names_and_each_of_them_once() {
    let (index, data) = indexed("indexed", &[]);
    let (index, data) = (index.to_string_lossy(), data.to_string_lossy());
    let verdicts = |printed: &str| {
        let lines = printed.lines().filter(|line| !line.contains(": SHA-256 "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let both = [
        format!("{index}: sound: an index of 1 file, 0 errors"),
        format!("{data}: sound: 3 records, 0 errors, 0 warnings"),
    ];
    for typed in [vec!["check", &index], vec!["check", &index, &data]] {
        let checked = run(&typed);
        assert_eq!(checked.status.code(), Some(0));
        assert_eq!(verdicts(&text(&checked.stdout)), both, "{typed:?}");
    }
    std::fs::write(&*data, "OFDCFDAT\r\n").expect("a scratch file");
    let damaged = run(&["check", &index]);
    assert_eq!(damaged.status.code(), Some(5));
    assert!(text(&damaged.stdout).contains("refused as a whole"), "{}", text(&damaged.stdout));
}

#[test]
fn an_index_that_names_a_file_that_is_not_there_says_which() {
    let (index, _) = indexed("missing", &["OFD_305_05_20260213_03.TXT"]);
    let index = index.to_string_lossy();
    let checked = run(&["check", &index]);
    assert_eq!(checked.status.code(), Some(5));
    let printed = text(&checked.stdout);
    let lines: Vec<_> = printed.lines().take(2).collect();
    assert_eq!(
        lines,
        [
            format!(
                "error: {index}: OFD_305_05_20260213_03.TXT is named and not there; wait for it, or fetch \
                 it"
            ),
            format!(
                "{index}: refused as a whole: an index of 2 files, 1 of them missing, 0 errors"
            ),
        ]
    );
    let shown = run(&["show", &index]);
    assert_eq!(shown.status.code(), Some(5));
    assert_eq!(
        text(&shown.stderr),
        format!(
            "error: {index}:1:1: \"OFDCFIDX\": this is an index of files, and no data file; name a file \
             that it names; only a check takes an index\n"
        )
    );
}

#[test]
fn a_check_is_one_json_document_for_programs() {
    let (index, data) = indexed("as_json", &["OFD_305_05_20260213_03.TXT"]);
    let mut cut = std::fs::read(&data).expect("the copy");
    cut.truncate(cut.len() - 10);
    std::fs::write(&data, cut).expect("a scratch file");
    let checked = run(&["check", &index.to_string_lossy(), "-o", "json"]);
    assert_eq!(checked.status.code(), Some(5));
    let files: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON alone");
    let of = |nth: usize, key: &str| files[nth][key].clone();
    assert_eq!([of(0, "kind"), of(0, "sound")], [serde_json::json!("index"), false.into()]);
    assert_eq!(of(0, "missing"), serde_json::json!(["OFD_305_05_20260213_03.TXT"]));
    assert_eq!(of(0, "names").as_array().map(Vec::len), Some(2));
    assert_eq!([of(1, "kind"), of(1, "sound")], [serde_json::json!("data"), false.into()]);
    assert_eq!([of(1, "records"), of(1, "errors_total")], [serde_json::json!(3), 1.into()]);
    assert_eq!(files[1]["errors"][0]["problem"], "the last line must be OFDCFEND");
    assert_eq!(files[1]["errors"][0]["line"], 33);
    assert_eq!(files.as_array().map(Vec::len), Some(2));
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

#[test]
fn what_cannot_be_converted_to_its_end_writes_nothing_to_the_output() {
    for (name, to) in [("04_v21", "v20"), ("04_v22", "v21"), ("05_v22", "v20"), ("07_v22", "v21")] {
        let converted =
            run(&["convert", &golden(&format!("{name}.txt")).to_string_lossy(), "--to", to]);
        assert_ne!(converted.status.code(), Some(0), "{name} to {to}");
        assert_eq!(text(&converted.stdout), "", "{name} to {to}");
        assert!(text(&converted.stderr).contains("do not fit"), "{name} to {to}");
    }
}

#[test]
fn a_file_of_every_kind_and_edition_is_checked_and_goes_to_json_and_back() {
    for version in ["20", "21", "22"] {
        for kind in ["03", "04", "05", "06", "07", "25"] {
            let path = golden(&format!("{kind}_v{version}.txt"));
            let typed = path.to_string_lossy();
            assert_eq!(run(&["check", &typed]).status.code(), Some(0), "{typed}");
            let (document, back) =
                (scratch(&format!("{kind}_{version}.json")), scratch("back.txt"));
            let to = |file: &std::path::Path, form: &str, out: &std::path::Path| {
                let (file, out) = (file.to_string_lossy(), out.to_string_lossy());
                let done = run(&["convert", &file, "--to", form, "--out", &out]);
                assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
            };
            to(&path, "json", &document);
            to(&document, &format!("v{version}"), &back);
            let (was, is) = (std::fs::read(&path), std::fs::read(&back));
            assert!(was.expect("a golden file") == is.expect("the file again"), "{typed}");
        }
    }
}

#[test]
fn a_damaged_field_is_named_with_what_it_stops() {
    let whole = std::fs::read(golden("05_v21.txt")).expect("a golden file");
    let end = whole.len() - "OFDCFEND\r\n".len() - 2;
    let begins = end - whole[..end].iter().rev().position(|byte| *byte == b'\n').expect("a line");
    // AvailableVol is the first field, and nothing hangs on the branch.
    for (offset, verdict, stops) in [
        (0, "taken without 1 record: 3 records, 1 error", "record"),
        (
            16 + 16 + 8 + 6 + 17 + 9 + 12 + 16,
            "taken with every record: 3 records, 1 error",
            "nothing",
        ),
    ] {
        let (path, mut bytes) = (scratch("field.txt"), whole.clone());
        bytes[begins + offset] = 0xff;
        std::fs::write(&path, bytes).expect("a scratch file");
        let checked = run(&["check", &path.to_string_lossy()]);
        assert_eq!(checked.status.code(), Some(5));
        assert!(text(&checked.stdout).contains(verdict), "{}", text(&checked.stdout));
        let checked = run(&["check", &path.to_string_lossy(), "-o", "json"]);
        let all: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
        assert_eq!(all[0]["errors"][0]["stops"], stops);
        assert_eq!((&all[0]["taken"], &all[0]["sound"]), (&true.into(), &false.into()));
        assert_eq!(all[0]["set_aside"], u64::from(stops == "record"));
    }
}
