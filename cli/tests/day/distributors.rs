//! A folder of two distributors as it is typed: what is wrong in it, its quotes, its lists.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path, process::Output};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const MONEY: &str = "M-1,2026-02-12T09:30:00+08:00,recharge,I-1,000730,30000.00,,";

struct Stage {
    folder: TempDir,
    store: TempDir,
}

impl Stage {
    fn of(day: &str, rows: &[&str]) -> Self {
        let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let heading = "transaction,time,kind,investor,fund,amount,shares,distributor";
        for (name, text) in [
            ("day.toml", format!("trade_date = 2026-02-12\nseed = 1\n{day}\n")),
            ("investors.csv", INVESTORS.to_owned()),
            ("navs.csv", "fund,date,nav\n".to_owned()),
            ("orders.csv", format!("{heading}\n{}\n", rows.join("\n"))),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self { folder, store }
    }

    fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn play(&self) -> Output {
        fundflow(self.store.path(), &["day", self.folder(), "--no-progress"])
    }

    /// Exit code, JSON, complaint.
    fn say(&self, words: &str) -> (i32, Value, String) {
        let mut typed: Vec<&str> = words.split(' ').collect();
        typed.extend(["-o", "json"]);
        let said = fundflow(self.store.path(), &typed);
        let json = serde_json::from_slice(&said.stdout).unwrap_or(Value::Null);
        (said.status.code().unwrap(), json, String::from_utf8(said.stderr).unwrap())
    }
}

const SEVERAL: &str = "distributors = [\"305\", \"306\"]";

fn complained(said: &Output) -> String {
    String::from_utf8(said.stderr.clone()).unwrap()
}

#[test]
fn an_unknown_distributor_is_reported_with_its_place_and_what_may_stand_there_and_the_others_go_on()
{
    let bad = "B-1,09:00:00,recharge,I-1,000730,5.00,,307";
    let stage = Stage::of(SEVERAL, &[MONEY, bad]);
    let said = stage.play();
    assert_eq!(said.status.code(), Some(3));
    let what = "orders.csv:3: distributor \"307\": write one of 305, 306, or nothing for 305";
    assert!(complained(&said).contains(what), "{}", complained(&said));
    let (_, rows, _) = stage.say("saga ls");
    let of_the_day = |name: &str| name.starts_with("cut.") || name.starts_with("clear.");
    let names = rows.as_array().unwrap().iter().map(|it| it["transaction"].as_str().unwrap());
    let names: Vec<_> = names.filter(|name| !of_the_day(name)).collect();
    assert_eq!(names, ["M-1"]);
}

#[test]
fn a_list_of_distributors_that_is_none_ends_the_reading() {
    for (day, what) in [
        ("distributors = []", "distributors \"\": write a list of different codes"),
        ("distributors = [\"305\", \"3 6\"]", "distributors \"3 6\": write 1 to 9 of"),
    ] {
        let stage = Stage::of(day, &[MONEY]);
        let said = stage.play();
        assert_eq!(said.status.code(), Some(1), "{day}");
        let place = format!("day.toml:3: {what}");
        assert!(complained(&said).contains(&place), "{}", complained(&said));
        assert!(!Path::new(&stage.store.path().join("events.db")).exists());
    }
}

#[test]
fn a_quote_is_of_the_distributor_that_is_named_and_lists_say_through_whom() {
    let second = "M-2,2026-02-12T09:40:00+08:00,recharge,I-1,000730,5.00,,306";
    let stage = Stage::of(SEVERAL, &[MONEY, second]);
    assert!(stage.play().status.success());
    let at = "2026-02-13T11:00:00+08:00";
    let quote = |more: &str| {
        let folder = stage.folder();
        let of = "quote fast-withdraw --investor I-1 --fund 000730 --shares 1";
        stage.say(&format!("{of} --at {at} --folder {folder}{more}"))
    };
    for (more, through) in
        [("", "305"), (" --distributor 305", "305"), (" --distributor 306", "306")]
    {
        let (code, json, why) = quote(more);
        assert_eq!((code, &json["left"]), (0, &"9999.00".into()), "{more}: {why}");
        let lines = json["explain"].to_string();
        assert!(lines.contains(&format!("over all channels of {through} and")), "{lines}");
    }
    let (code, _, why) = quote(" --distributor 307");
    let file = stage.folder.path().join("day.toml");
    let what = format!("--distributor 307: {} has 305, 306; give one of them", file.display());
    assert!(code == 2 && why.contains(&what), "{why}");

    let (_, rows, _) = stage.say("saga ls");
    let of = |name: &str| {
        let rows = rows.as_array().unwrap().iter();
        let row = rows.filter(|it| it["transaction"] == name);
        row.map(|it| it["summary"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("M-1"), ["I-1: 30000.00 into 000730, through 305"]);
    assert_eq!(of("M-2"), ["I-1: 5.00 into 000730, through 306"]);
}
