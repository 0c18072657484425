use super::*;
use clap::Parser;
use std::fs;

#[derive(Debug, Parser)]
struct Typed {
    #[command(subcommand)]
    command: FundCommand,
}

/// Exit code, output, error output. Always on a directory of its own, never on `./catalogue`.
fn typed(words: &[&str]) -> (ExitCode, String, String) {
    let typed = Typed::try_parse_from([&["fund"], words].concat()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = answer(&typed.command, &mut out, &mut err).unwrap();
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn shipped_dir() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue").to_owned()
}

#[test]
fn a_list_has_a_line_per_fund_and_only_funds_that_have_terms_on_the_day() {
    let dir = shipped_dir();
    let (code, all, _) = typed(&["ls", "--catalogue", &dir]);
    let (_, early, _) = typed(&["ls", "--on", "2015-01-05", "--catalogue", &dir]);

    assert_eq!(code, ExitCode::SUCCESS);
    assert_eq!(all.lines().count(), 8, "{all}");
    assert_eq!(early.lines().count(), 2, "{early}");
    assert!(early.contains("000730"), "{early}");
}

#[test]
fn a_fund_is_shown_with_its_fees_limits_and_source() {
    let (code, shown, _) = typed(&["show", "050027", "--catalogue", &shipped_dir()]);

    assert_eq!(code, ExitCode::SUCCESS);
    for part in [
        "0.8% from 0.00",
        "1000.00 yuan from 5000000.00",
        "5000000.00 from 2024-07-05",
        "050027-2024",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn json_of_a_fund_is_its_terms() {
    let (_, shown, _) = typed(&["show", "011162", "-o", "json", "--catalogue", &shipped_dir()]);
    let terms: FundTerms = serde_json::from_str(&shown).unwrap();

    assert_eq!(terms.code.as_str(), "011162");
}

#[test]
fn what_is_not_listed_is_not_found() {
    let dir = shipped_dir();
    let (code, out, err) = typed(&["show", "999999", "--catalogue", &dir]);
    assert_eq!((code, out.as_str()), (ExitCode::from(NOT_FOUND), ""));
    assert!(err.starts_with("fund 999999 is not listed; listed are 000730, "), "{err}");

    let (code, _, err) = typed(&["show", "018145", "--on", "2020-01-02", "--catalogue", &dir]);
    assert_eq!(code, ExitCode::from(NOT_FOUND));
    assert_eq!(err, "fund 018145 has no terms on 2020-01-02; its first hold from 2023-04-01\n");
}

#[test]
fn a_check_names_every_mistake_and_other_commands_do_not_read_such_a_catalogue() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("000001.toml"), "code = \"000001\"\nnmae = \"x\"\n").unwrap();
    let place = dir.path().to_str().unwrap();

    let (code, out, _) = typed(&["check", place]);
    assert_eq!(code, ExitCode::from(UNSOUND));
    assert!(out.contains("000001.toml:2: nmae = \"x\": is not a key here"), "{out}");
    assert!(out.ends_with(": 2 mistakes\n"), "{out}");

    let (code, json, _) = typed(&["check", place, "-o", "json"]);
    assert_eq!(code, ExitCode::from(UNSOUND));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(2));

    assert_eq!(typed(&["ls", "--catalogue", place]).0, ExitCode::from(USAGE));
    assert_eq!(typed(&["check", &shipped_dir()]).0, ExitCode::SUCCESS);
}
