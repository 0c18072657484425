//! Folders played one after the other into one store, and what comes after its time has passed.

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
    "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,frequency,start,of,scope";
const PRICED: [&str; 8] = [
    "2026-02-12",
    "2026-02-13",
    "2026-02-24",
    "2026-02-25",
    "2026-02-26",
    "2026-02-27",
    "2026-03-02",
    "2026-03-03",
];
const PLAN: &str = "L,10:00:00,plan,I-1,,011162,,100.00,daily,2026-02-12,,";

struct Stage {
    store: TempDir,
}

/// A report, with its exit code and what was said beside it.
struct Played {
    code: i32,
    report: Value,
    error: String,
}

impl Stage {
    fn new() -> Self {
        Self { store: tempfile::tempdir().unwrap() }
    }

    fn play(&self, t: &str, rows: &[&str]) -> Played {
        self.play_among(t, &format!("{HEADING}\n{}\n", rows.join("\n")), "")
    }

    /// What the counterparties do is in the scenario.
    fn play_among(&self, t: &str, orders: &str, scenario: &str) -> Played {
        self.play_priced(t, orders, (scenario, "0.7421"))
    }

    /// Every price of the fund is that one.
    fn play_priced(&self, t: &str, orders: &str, (scenario, nav): (&str, &str)) -> Played {
        let folder = tempfile::tempdir().unwrap();
        let navs: Vec<_> = PRICED.iter().map(|day| format!("011162,{day},{nav}\n")).collect();
        for (name, text) in [
            ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
            ("investors.csv", INVESTORS.to_owned()),
            ("navs.csv", format!("fund,date,nav\n{}", navs.concat())),
            ("orders.csv", orders.to_owned()),
            ("scenario.toml", scenario.to_owned()),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
        let said = fundflow(self.store.path(), &words);
        let error = String::from_utf8(said.stderr).unwrap();
        let report = serde_json::from_slice(&said.stdout);
        let report = report.unwrap_or_else(|no| panic!("{no}: {error}"));
        Played { code: said.status.code().unwrap(), report, error }
    }

    /// Twice, and it must say the same.
    fn play_twice(&self, t: &str, rows: &[&str]) -> Played {
        let (first, again) = (self.play(t, rows), self.play(t, rows));
        assert_eq!(again.report["events_added"], 0);
        for part in ["endings", "bad_rows", "requests", "repeats"] {
            assert_eq!(again.report[part], first.report[part], "{part}");
        }
        assert_eq!((again.code, &again.error), (first.code, &first.error));
        first
    }
}

impl Played {
    /// Ending, reason and transactions.
    fn endings(&self) -> Vec<String> {
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let row = |row: &Value| {
            let of: Vec<_> = row["transactions"].as_array().unwrap().iter().map(text).collect();
            let (ending, reason) = (text(&row["ending"]), text(&row["reason"]));
            format!("{ending}: {} {reason}", of.join(" ")).trim_end().to_owned()
        };
        self.report["endings"].as_array().unwrap().iter().map(row).collect()
    }
}

#[test]
fn a_plan_invests_once_on_each_folders_day_and_the_next_folder_is_heard_in_time() {
    let stage = Stage::new();
    for (t, rows, endings) in [
        (
            "2026-02-12",
            vec![PLAN, "P-1,10:00:00,purchase,I-2,,011162,,100.00,,,,"],
            vec!["completed: L.20260212 P-1", "under way: L"],
        ),
        (
            "2026-02-13",
            vec!["P-2,08:31:00,purchase,I-2,,011162,,100.00,,,,"],
            vec!["completed: L.20260213 P-2"],
        ),
        (
            "2026-02-24",
            vec![
                "W-1,14:29:59,plan_pause,,,,,,,,L,",
                "P-3,14:31:00,purchase,I-2,,011162,,100.00,,,,",
            ],
            vec!["completed: P-3", "done: W-1 plan L is paused"],
        ),
    ] {
        let played = stage.play_twice(t, &rows);
        assert_eq!(
            (played.code, played.endings()),
            (0, endings.into_iter().map(str::to_owned).collect()),
            "{t}"
        );
    }
}

#[test]
fn on_the_days_between_two_folders_plans_invest_as_on_any_day() {
    let stage = Stage::new();
    stage.play("2026-02-12", &[PLAN]);
    let played = stage.play_twice("2026-02-26", &["P-1,10:00:00,purchase,I-2,,011162,,100.00,,,,"]);

    assert_eq!((played.code, played.endings()), (0, vec!["completed: L.20260226 P-1".to_owned()]));
    let said = fundflow(stage.store.path(), &["saga", "ls", "-o", "json"]).stdout;
    let sagas: Vec<Value> = serde_json::from_slice(&said).unwrap();
    let states = sagas
        .iter()
        .map(|saga| format!("{} {}", saga["transaction"], saga["state"]).replace('"', ""));
    let completed = |id: &str| format!("{id} completed");
    let of_the_day = |state: &String| state.starts_with("cut.") || state.starts_with("clear.");
    let mut states: Vec<_> = states.filter(|state| !of_the_day(state)).collect();
    states.sort();
    assert_eq!(
        states,
        [
            "L open".to_owned(),
            completed("L.20260212"),
            completed("L.20260213"),
            completed("L.20260224"),
            completed("L.20260225"),
            completed("L.20260226"),
            completed("P-1"),
        ]
    );
}

#[test]
fn a_plan_that_begins_on_the_day_after_t_has_that_day_played_too() {
    let stage = Stage::new();
    let played = stage.play_twice("2026-02-12", &[&PLAN.replace("2026-02-12", "2026-02-13")]);
    assert_eq!(played.endings(), ["completed: L.20260213", "under way: L"]);
}

#[test]
fn rows_that_come_after_their_time_are_mistakes_of_the_folder_and_the_others_are_played() {
    let stage = Stage::new();
    stage.play("2026-02-26", &[PLAN.replace("2026-02-12", "2026-02-26").as_str()]);
    let rows = [
        "P-1,10:00:00,purchase,I-2,,011162,,100.00,,,,",
        "P-1,10:00:01,purchase,I-2,,011162,,100.00,,,,",
        "W-1,10:01:00,plan_pause,,,,,,,,L,",
        "C-1,10:02:00,cancel,,,,,,,,L.20260226,",
        "C-2,10:03:00,cancel,,,,,,,,P-9,",
    ];
    let played = stage.play_twice("2026-02-12", &rows);

    assert_eq!((played.code, played.report["requests"].as_u64()), (3, Some(1)));
    assert_eq!(
        played.endings(),
        ["refused: C-2 nothing was ever prepared under P-9; `fundflow saga ls` lists all sagas"]
    );
    let bad: Vec<_> = played.error.lines().collect();
    assert_eq!(bad.len(), 4, "{bad:?}");
    for (line, at, said) in (2..)
        .zip(["10:00:00", "10:00:01", "10:01:00", "10:02:00"])
        .zip(&bad)
        .map(|((line, at), said)| (line, at, said))
    {
        let place = format!("orders.csv:{line}: time \"2026-02-12T{at}+08:00\": ");
        let allowed = "the store was played until 2026-02-27T08:30:00+08:00 before this row came: write a \
                       later time, or play the folder into another store";
        assert!(said.starts_with(&place) && said.ends_with(allowed), "{said}");
        assert!(!said.contains("zone"), "{said}");
    }
    assert_eq!(played.report["bad_rows"].as_array().unwrap().len(), 4);
}

const WORDS: [&str; 8] = [
    PLAN,
    // So already, and the plan is over later.
    "W-1,10:01:00,plan_change,,,,,100.00,,,L,",
    "W-2,10:02:00,plan_end,,,,,,,,L,",
    "D-1,10:03:00,discount_purchase,I-2,000730,,011162,100.00,,,,",
    "C-1,10:04:00,cancel,,,,,,,,D-1,conversion",
    "C-2,10:05:00,cancel,,,,,,,,D-1,all",
    "D-2,10:06:00,discount_purchase,I-2,000730,,011162,100.00,,,,",
    "C-3,10:07:00,cancel,,,,,,,,D-2,conversion",
];

#[test]
fn words_that_were_taken_stay_taken_whatever_becomes_of_what_they_are_about() {
    let stage = Stage::new();
    let played = stage.play_twice("2026-02-12", &WORDS);

    assert_eq!(played.code, 0, "{}", played.error);
    assert_eq!(
        played.endings()[2..],
        [
            "over: L ended as asked: as the investor asks",
            "done: C-2 D-1 is taken back",
            "done: W-2 plan L is ended",
            "done: W-1 plan L stays as it is: said too late, or so already",
            "done: C-1 the conversion of D-1 is taken back",
            "done: C-3 the conversion of D-2 is taken back",
        ]
        .map(str::to_owned)
    );
}

/// It noted what was refused, and not what was taken.
#[test]
fn words_of_a_folder_that_an_earlier_program_played_are_taken() {
    let stage = Stage::new();
    let first = stage.play("2026-02-12", &WORDS);
    let other = "P-1,10:00:00,purchase,I-2,,011162,,100.00,,,,";
    stage.play("2026-02-13", &[other]);
    let noted = stage.store.path().join("sandbox/taken.jsonl");
    fs::remove_file(&noted).unwrap();
    // Another folder than that is played first.
    stage.play_twice("2026-02-13", &[other]);

    let again = stage.play_twice("2026-02-12", &WORDS);
    assert_eq!((again.code, again.error.as_str()), (0, ""));
    assert_eq!(again.endings(), first.endings());

    // What was never played is no word of that time.
    let late = "C-9,10:08:00,cancel,,,,,,,,P-1,";
    let played = stage.play("2026-02-12", &["P-9,10:07:30,purchase,I-2,,011162,,100.00,,,,", late]);
    assert_eq!(played.report["bad_rows"].as_array().unwrap().len(), 2, "{:?}", played.endings());
}

/// The dates of later days are those of later folders.
#[test]
fn a_folder_that_is_played_again_after_later_ones_names_the_dates_of_its_own_days() {
    let stage = Stage::new();
    let first = stage.play("2026-02-12", &[PLAN]);
    let other = "P-1,10:00:00,purchase,I-2,,011162,,100.00,,,,";
    stage.play("2026-02-13", &[other]);

    let again = stage.play_twice("2026-02-12", &[PLAN]);
    assert_eq!(again.endings(), first.endings());
    assert_eq!(again.report["shares"], first.report["shares"]);
    assert_eq!(again.report["fees"], first.report["fees"]);
}

#[test]
fn no_play_ends_between_what_the_registrar_has_worked_through_and_its_answers() {
    let stage = Stage::new();
    let recharge =
        "transaction,time,kind,investor,fund,amount\nR,10:00:00,recharge,I-1,000730,6000.00\n";
    stage.play_among("2026-02-12", recharge, "");
    // The withdrawal is over at 08:00 on the day on which the plan's date is confirmed at 08:30.
    let orders = "transaction,time,kind,investor,fund,amount,shares,frequency,start\n\
        P,10:00:00,plan,I-1,011162,100.00,,weekly fri,2026-02-25\n\
        F,2026-02-25T13:11:00+08:00,fast_withdraw,I-1,000730,,100.00,,\n";
    let carried = "[override.F]\nredemption_confirmation = \"carried\"\n";
    let first = stage.play_among("2026-02-24", orders, carried);

    let again = stage.play_among("2026-02-24", orders, carried);

    assert_eq!(first.code, 0, "{}", first.error);
    assert_eq!(again.report["events_added"], 0, "{:?}", first.endings());
    assert_eq!(first.endings(), ["completed: P.20260227", "paid out: F", "under way: P"]);
}

#[test]
fn the_calendars_last_day_but_one_is_played_for_what_was_asked_before() {
    let stage = Stage::new();
    let rows = [
        "R,10:00:00,recharge,I-1,,000730,,100.00,,,,",
        "P,10:01:00,plan,I-1,,011162,,100.00,monthly 31,2026-12-31,,",
    ];
    let before = stage.play("2026-12-29", &rows);
    assert_eq!(before.endings(), ["completed: R", "under way: P"], "{}", before.error);

    let rows = ["W,09:30:00,plan_end,,,,,,,,P,", "B,10:00:00,recharge,I-1,,000730,,100.00,,,,"];
    let last = stage.play("2026-12-30", &rows);
    // The day-cut waits for the registrar's last morning, so that the calendar ends a day sooner then.
    assert_eq!(stage.play("2026-12-30", &rows).report["events_added"], 0);
    let endings = last.endings();
    assert_eq!((last.code, endings.len()), (0, 2), "{endings:?}");
    let refused =
        "refused: B no trading day can be named: 2027-01-01 is outside the trading calendar";
    assert!(endings.contains(&"done: W plan P is ended".to_owned()), "{endings:?}");
    assert!(endings.iter().any(|it| it.starts_with(refused)), "{endings:?}");
}

#[test]
fn a_price_that_is_corrected_later_opens_a_case_on_what_was_confirmed_at_the_first_one() {
    let stage = Stage::new();
    let (heading, none) = ("transaction,time,kind,investor,fund,amount,shares", "");
    let bought = format!("{heading}\nP-1,10:00:00,purchase,I-1,011162,1000.00,\n");
    assert_eq!(stage.play_priced("2026-02-12", &bought, (none, "0.7421")).code, 0);
    let corrected = stage.play_priced("2026-02-12", &bought, (none, "0.7422"));
    let cases = corrected.report["open_cases"].as_array().unwrap();
    let kinds: Vec<_> = cases.iter().map(|it| (&it["kind"], &it["transaction"])).collect();
    assert_eq!(kinds, [(&"nav_differs_from_published".into(), &"P-1".into())]);
    let again = stage.play_priced("2026-02-12", &bought, (none, "0.7422"));
    assert_eq!(again.report["events_added"], 0, "{}", again.error);
    assert_eq!(again.report["findings"], corrected.report["findings"]);

    // A later folder that has the corrected price of the earlier day says so as well.
    let stage = Stage::new();
    stage.play_priced("2026-02-12", &bought, (none, "0.7421"));
    let later = format!("{heading}\nP-2,10:00:00,purchase,I-2,011162,1000.00,\n");
    let later = stage.play_priced("2026-02-24", &later, (none, "0.7422"));
    let of = |it: &Value| it["transaction"].as_str().unwrap().to_owned();
    let cases = later.report["open_cases"].as_array().unwrap();
    assert_eq!(cases.iter().map(of).collect::<Vec<_>>(), ["P-1"]);
}
