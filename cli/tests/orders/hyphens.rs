//! IDs and folders that begin with a hyphen: what is offered about them can be typed as it stands.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use serde_json::Value;
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Output},
};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
/// One is named like an option with its value, one like an option, and one like nothing that there is.
const IDS: [&str; 3] = ["-o1", "--folder", "-TX"];

/// In that directory, as somebody types it there.
fn typed(at: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.current_dir(at).args(words).env("USER", "chen").output().unwrap()
}

fn runs(at: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let said = typed(at, &words);
    assert!(said.status.success(), "{line}\n{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// Plays a folder whose orders have those names, and whose registrar takes a fee for each.
fn played(at: &Path, folder: &str) -> String {
    let mut orders = "transaction,time,kind,investor,fund,amount,shares\n".to_owned();
    let mut scenario = String::new();
    for (nth, id) in IDS.iter().enumerate() {
        writeln!(orders, "{id},10:00:0{nth},recharge,I-1,000730,1000.00,").unwrap();
        writeln!(scenario, "[override.{id}]\nbuy_confirmation = \"wrong_fee\"").unwrap();
    }
    fs::create_dir(at.join(folder)).unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-02\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", &orders),
        ("scenario.toml", &scenario),
    ] {
        fs::write(at.join(folder).join(name), text).unwrap();
    }
    let said = typed(at, &["day", "--no-progress", &format!("./{folder}"), "--store", "./-store"]);
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn what_is_offered_of_an_id_or_a_path_that_begins_with_a_hyphen_can_be_typed() {
    let at = tempfile::tempdir().unwrap();
    let said = played(at.path(), "-day");
    let (_, next) = said.split_once("next:\n").unwrap();
    for line in next.lines().map(|line| line.trim().trim_end_matches("(adds nothing)").trim()) {
        runs(at.path(), line);
    }
    for id in IDS {
        let shown =
            runs(at.path(), &format!("fundflow saga show -o json --store ./-store -- {id}"));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let actions = shown["actions"].as_array().unwrap();
        assert_eq!(actions.len(), 2, "{actions:#?}");
        for action in actions {
            let line = action.as_str().unwrap().replace("refund|suspense|manual", "manual");
            let line = line.replace("YUAN", "1.00").replace("TEXT", "so");
            assert!(runs(at.path(), &line).contains(id) || line.contains(" case "), "{line}");
        }
    }
}
