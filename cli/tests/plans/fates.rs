//! What happens to a date of a plan that an earlier folder opened.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use std::{collections::BTreeSet, fs, path::Path};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str = "transaction,time,kind,investor,fund,amount,frequency,start";

/// Exit code, report and complaints.
fn play(store: &Path, t: &str, row: &str, scenario: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let navs = ["2026-02-12", "2026-02-13", "2026-02-24"].map(|t| format!("011162,{t},0.7421\n"));
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", format!("fund,date,nav\n{}", navs.concat())),
        ("orders.csv", format!("{HEADING}\n{row}\n")),
        ("scenario.toml", scenario.to_owned()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let said = fundflow(store, &["day", "--no-progress", folder.path().to_str().unwrap()]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (said.status.code(), text(said.stdout), text(said.stderr))
}

#[test]
fn a_later_folder_says_what_happens_to_a_date_of_a_plan_that_an_earlier_one_opened() {
    let store = tempfile::tempdir().unwrap();
    let plan = "L,10:00:00,plan,I-1,011162,100.00,weekly fri,2026-02-13";
    let (code, _, error) = play(store.path(), "2026-02-12", plan, "");
    assert_eq!((code, error.as_str()), (Some(0), ""));

    let other = "R,10:00:00,recharge,I-1,000730,100.00,,";
    let scenario = "[override.\"L.20260220\"]\ncharge = \"declined\"\n\
                    [override.\"K.20260220\"]\ncharge = \"declined\"\n\
                    [override.\"L.20260219\"]\ncharge = \"declined\"\n";
    let (code, said, error) = play(store.path(), "2026-02-24", other, scenario);
    assert!(said.contains("rolled back") && said.contains("L.20260220"), "{said}\n{error}");
    let line = |of: &str| error.lines().find(|line| line.contains(of)).unwrap_or(&error).to_owned();
    assert!(line("K.20260220").contains("has opened plan K; check its spelling"), "{error}");
    assert!(line("L.20260219").contains("plan L does not invest on 2026-02-19"), "{error}");
    assert_eq!((code, error.lines().count()), (Some(3), 2), "{error}");
}

#[test]
fn a_folder_reports_what_plans_were_refused_on_its_own_days_and_says_it_again() {
    let store = tempfile::tempdir().unwrap();
    // More than the most of a day, and a plan beside it that invests.
    let plans = "\
X,10:00:00,plan,I-1,050027,6000000.00,daily,2026-02-12
L,10:00:00,plan,I-1,011162,100.00,daily,2026-02-12";
    let other = "R,10:00:00,recharge,I-1,000730,100.00,,";
    // The 13th is between them.
    let folders = [("2026-02-12", plans), ("2026-02-24", other)];
    let dates = |(t, rows): (&str, &str)| {
        let (_, said, error) = play(store.path(), t, rows, "");
        let found: Vec<_> =
            said.split([' ', ',', '\n']).filter(|it| it.contains(".2026")).collect();
        assert!(!found.is_empty(), "{said}{error}");
        let found: BTreeSet<_> = found.into_iter().map(str::to_owned).collect();
        found
    };
    for (t, rows) in folders.into_iter().chain(folders.into_iter().rev()) {
        let day = t.replace('-', "");
        let own = [format!("L.{day}"), format!("X.{day}")];
        assert_eq!(dates((t, rows)), own.into(), "{t}");
    }
}
