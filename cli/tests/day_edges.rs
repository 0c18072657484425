//! Days of a few orders at the edges: of a cut-off, of what a record holds, of the calendar, of a day that
//! was killed.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

mod common;

use common::fundflow;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str =
    "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode";

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

    /// Each saga, its T and state.
    fn sagas(&self) -> Vec<String> {
        let (_, said) = self.run(&["saga", "ls", "-o", "json"]);
        let list: Vec<Value> = serde_json::from_str(&said).unwrap();
        let row = |row: &Value| {
            let cells = ["transaction", "trade_date", "state"].map(|it| row[it].as_str().unwrap());
            cells.join(" ")
        };
        list.iter().map(row).collect()
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
        "P1,14:59:30,purchase,I-1,,011162,,1000,,",
        "R1,2026-02-12T14:59:50+08:00,recharge,I-2,,000730,,1000,,",
        "V1,2026-02-13T14:59:55+08:00,withdraw,I-2,,000730,,,100,",
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
    assert_eq!(stage.sent("2026-02-12"), ["022 20260212 145950", "022 20260212 145930"]);
    // The registrar took it only after that cut-off.
    assert_eq!(stage.sent("2026-02-24"), ["024 20260224 150025"]);
}
