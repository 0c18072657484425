//! Days of a few orders at the edges: of a cut-off, of what a record holds, of the calendar, of a day that
//! was killed.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str =
    "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode,only_today";

const NAVS: &[&str] = &["011162,2026-02-12,0.7421", "011162,2026-02-13,0.7388"];

/// Folders, and the store that they are played into.
struct Stage {
    folder: TempDir,
    store: TempDir,
}

impl Stage {
    fn of(t: &str, orders: &[&str], navs: &[&str], scenario: &str) -> Self {
        let stage =
            Self { folder: tempfile::tempdir().unwrap(), store: tempfile::tempdir().unwrap() };
        stage.folder_is(t, orders, navs, scenario);
        stage
    }

    fn folder_is(&self, t: &str, orders: &[&str], navs: &[&str], scenario: &str) {
        let lines = |heading: &str, rows: &[&str]| format!("{heading}\n{}\n", rows.join("\n"));
        let files = [
            ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
            ("investors.csv", INVESTORS.to_owned()),
            ("navs.csv", lines("fund,date,nav", navs)),
            ("orders.csv", lines(HEADING, orders)),
            ("scenario.toml", scenario.to_owned()),
        ];
        for (name, text) in files {
            fs::write(self.folder.path().join(name), text).unwrap();
        }
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let out = fundflow(self.store.path(), args);
        let said = if out.stdout.is_empty() { out.stderr } else { out.stdout };
        (out.status.code(), String::from_utf8(said).unwrap())
    }

    /// Plays the folder, and returns the report.
    fn play(&self) -> Value {
        let folder = self.folder.path().to_str().unwrap();
        let (code, said) = self.run(&["day", "--no-progress", folder, "-o", "json"]);
        assert_eq!(code, Some(0), "{said}");
        serde_json::from_str(&said).unwrap()
    }

    fn saga(&self, id: &str) -> Value {
        let (_, said) = self.run(&["saga", "ls", "-o", "json"]);
        let list: Vec<Value> = serde_json::from_str(&said).unwrap();
        list.into_iter().find(|row| row["transaction"] == id).unwrap()
    }

    /// Business code, date and time of the records of file 03 of that T.
    fn sent(&self, t: &str) -> Vec<String> {
        let name = format!("exchange/{t}/out/OFD_305_05_{}_03.TXT", t.replace('-', ""));
        let path = self.store.path().join(name);
        let (_, said) = self.run(&["file", "show", path.to_str().unwrap(), "-o", "json"]);
        let columns = ["BusinessCode", "TransactionDate", "TransactionTime"];
        let row = |line: &str| {
            let record: Value = serde_json::from_str(line).unwrap();
            columns.map(|column| record[column].as_str().unwrap().to_owned()).join(" ")
        };
        said.lines().map(row).collect()
    }
}

#[test]
fn a_record_tells_when_its_order_became_ours_and_no_instant_of_another_t() {
    let orders = [
        "P1,14:59:30,purchase,I-1,,011162,,1000,,,",
        "R1,2026-02-12T14:59:50+08:00,recharge,I-2,,000730,,1000,,,",
        "V1,2026-02-13T14:59:55+08:00,withdraw,I-2,,000730,,,100,,",
    ];
    let scenario = r#"
[override.P1]
charge = "timeout_paid"
[override.V1]
redemption = "timeout_lost"
"#;
    let stage = Stage::of("2026-02-12", &orders, NAVS, scenario);
    stage.play();

    // Paid half a minute before the cut-off, and heard of minutes after it.
    assert_eq!(stage.sent("2026-02-12"), ["022 20260212 145930", "022 20260212 145950"]);
    // The registrar took it only after that cut-off.
    assert_eq!(stage.sent("2026-02-24"), ["024 20260224 150005"]);
}

/// The state of a saga, and why it is less than was asked for or stands.
fn state(saga: &Value) -> (&str, &str) {
    let text = saga["failure"]["text"].as_str().or(saga["parked"]["cause"]["text"].as_str());
    (saga["state"].as_str().unwrap(), text.unwrap_or_default())
}

#[test]
fn what_was_turned_away_after_its_registrar_took_it_is_not_carried_out() {
    let orders = [
        "D1,14:59:55,discount_purchase,I-1,000730,,011162,1000,,,yes",
        "D2,14:59:55,discount_purchase,I-2,000730,,011162,1000,,,yes",
    ];
    let scenario = r#"
[override.D1]
conversion = "timeout_accepted"
[override.D2]
conversion = "timeout_accepted"
cancel = "refused"
"#;
    let stage = Stage::of("2026-02-12", &orders, NAVS, scenario);
    stage.play();

    let [taken_back, parked] = ["D1", "D2"].map(|id| stage.saga(id));
    let why = "it would be priced on 2026-02-13, and only 2026-02-12 was wanted";
    assert_eq!(state(&taken_back), ("kept in wallet", why));
    assert_eq!(state(&parked).0, "parked", "{parked:#}");
    assert_eq!(stage.sent("2026-02-12").len(), 2, "the purchases of money-market shares");
    let out = stage.store.path().join("exchange/2026-02-13/out");
    assert!(!out.exists(), "no conversion goes out");

    // Nor does it later, and nobody says that it did.
    let later = ["R,10:00:00,recharge,I-2,,000730,,1.00,,,"];
    stage.folder_is("2026-04-15", &later, &["011162,2026-04-14,0.7500"], "");
    let remarks = stage.play()["remarks"].clone();
    let remarks = remarks.as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    let remarks: Vec<_> = remarks.collect();
    assert!(remarks.iter().all(|it| it.ends_with("is not in the batch")), "{remarks:?}");
    assert!(!out.exists());
}

#[test]
fn a_folder_at_the_end_of_the_calendar_is_played_to_it() {
    let orders = [
        "P,10:00:00,purchase,I-1,,011162,,1000,,,",
        "N,10:00:00,discount_purchase,I-2,000730,,011162,1000,,next_day,",
        "L,2026-12-29T14:59:00+08:00,purchase,I-1,,011162,,1000,,,",
    ];
    let navs = ["011162,2026-12-28,0.7421", "011162,2026-12-29,0.7388"];
    let stage = Stage::of("2026-12-28", &orders, &navs, "");
    stage.play();
    for id in ["P", "N", "L"] {
        assert_eq!(state(&stage.saga(id)), ("completed", ""), "{id}");
    }
    assert_eq!(stage.play()["events_added"], 0);
}

#[test]
fn an_order_of_a_t_between_two_days_that_were_played_goes_out_with_its_t() {
    let orders = ["P,10:00:00,purchase,I-1,,011162,,1000,,,"];
    // Paid twenty days later, when nothing else moves.
    let scenario = "[override.P]\ncharge = \"late_paid\"\ndelay_s = 1728000\n";
    let stage = Stage::of("2026-02-12", &orders, NAVS, scenario);
    stage.play();
    assert_eq!(state(&stage.saga("P")).0, "parked");

    let later = ["R,10:00:00,recharge,I-2,,000730,,1.00,,,"];
    stage.folder_is("2026-04-15", &later, &["011162,2026-03-04,0.7500"], "");
    stage.play();
    assert_eq!(state(&stage.saga("P")), ("completed", ""));
    assert_eq!(stage.sent("2026-03-04"), ["022 20260304 100000"]);
    assert_eq!(stage.play()["events_added"], 0);
}

/// The quota of cash at once is that of the natural day on which it was asked for, whoever asks just after midnight.
#[test]
fn what_was_asked_for_just_before_midnight_counts_on_its_own_day() {
    let before = "F-1,2026-02-13T23:59:59.999+08:00,fast_withdraw,I-1,,000730,,,10000.00,,";
    let after = "F-2,2026-02-14T00:00:00+08:00,fast_withdraw,I-1,,000730,,,9999.99,,";
    let bought = "R-1,2026-02-12T10:00:00+08:00,recharge,I-1,,000730,,50000.00,,,";
    let stage = Stage::of("2026-02-12", &[bought], NAVS, "");
    stage.play();
    stage.folder_is("2026-02-13", &[before, after], NAVS, "");
    stage.play();
    let (_, said) = stage.run(&["event", "ls", "--type", "fast_quota.counted", "-o", "json"]);
    let counted: Vec<Value> = serde_json::from_str(&said).unwrap();
    let days = counted.iter().map(|it| {
        let stream = it["stream"].as_str().unwrap();
        let day = ["2026-02-13", "2026-02-14"].into_iter().find(|day| stream.contains(day));
        (it["correlation_id"].as_str().unwrap(), day)
    });
    let days: Vec<_> = days.collect();
    assert_eq!(days, [("F-1", Some("2026-02-13")), ("F-2", Some("2026-02-14"))], "{said}");
}

/// Nobody asked for a day-cut, so that no order of the day tells of it.
#[test]
fn a_day_cut_that_waits_for_a_person_is_in_the_days_report() {
    // The second keeps the clock going until the first one's day-cut has waited for long enough.
    let orders = [
        "P-1,10:00:00,purchase,I-1,,011162,,100.00,,,",
        "P-2,2026-02-13T10:00:00+08:00,purchase,I-1,,011162,,100.00,,,",
    ];
    let stage = Stage::of("2026-02-12", &orders, NAVS, "");
    // A file stands where the statements are to lie.
    std::fs::write(stage.store.path().join("reports"), "").unwrap();
    let folder = stage.folder.path().to_str().unwrap();
    let said = fundflow(stage.store.path(), &["day", "--no-progress", folder]);
    let report = String::from_utf8(said.stdout).unwrap();
    let is_told = |line: &str| {
        let all = ["stuck", "statements: ", "File exists", "cut.05.2026-02-12"];
        all.iter().all(|word| line.contains(word))
    };
    assert!(report.lines().any(is_told), "{report}");
    assert!(report.contains("fundflow saga ls --stuck"), "{report}");
}
