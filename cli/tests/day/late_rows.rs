//! Rows that are added to a folder which was played before: each takes effect, repeats what is known, or is named.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const HEADING: &str = "transaction,time,kind,investor,fund,amount,shares,frequency,start,of,day,per_10_000,publication";
/// Played until 2026-02-13 08:30, when the date of plan Q is confirmed.
const FIRST: [&str; 5] = [
    "Q,10:00:00,plan,I-1,011162,100.00,,daily,2026-02-12,,,,",
    "L,10:00:00,plan,I-1,011162,100.00,,monthly 13,2026-03-13,,,,",
    "S,10:00:00,plan,I-1,011162,100.00,,daily,2026-02-12,,,,",
    "S-0,10:00:10,plan_pause,,,,,,,S,,,",
    "R-1,10:00:20,recharge,I-1,000730,100.00,,,,,,,",
];
const UNTIL: &str = "2026-02-13T08:30:00+08:00";

struct Stage {
    store: TempDir,
}

struct Said {
    code: i32,
    report: Value,
}

impl Stage {
    fn new() -> Self {
        Self { store: tempfile::tempdir().unwrap() }
    }

    fn play(&self, rows: &[&str]) -> Said {
        self.play_with(rows, "")
    }

    fn play_with(&self, rows: &[&str], settings: &str) -> Said {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("day.toml", format!("trade_date = 2026-02-12\nseed = 1\n{settings}")),
            ("investors.csv", INVESTORS.to_owned()),
            (
                "navs.csv",
                "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7421\n".into(),
            ),
            ("orders.csv", format!("{HEADING}\n{}\n", rows.join("\n"))),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let words = ["day", "--no-progress", folder.path().to_str().unwrap(), "-o", "json"];
        let said = fundflow(self.store.path(), &words);
        let error = String::from_utf8(said.stderr).unwrap();
        let report = serde_json::from_slice(&said.stdout);
        let report = report.unwrap_or_else(|no| panic!("{no}: {error}"));
        Said { code: said.status.code().unwrap(), report }
    }
}

impl Said {
    fn texts(&self, of: &str) -> Vec<&str> {
        self.report[of].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
    }

    /// The bad row, the note and the ending in which the transaction is named.
    fn of(&self, line: usize, row: &str) -> [Option<String>; 3] {
        let place = format!("orders.csv:{line}:");
        let bad = self.texts("bad_rows").into_iter().find(|it| it.starts_with(&place));
        let noted = format!("{row} (orders.csv:{line}) came when the store had been played until");
        let note = self.texts("remarks").into_iter().find(|it| it.starts_with(&noted));
        let mut endings = self.report["endings"].as_array().unwrap().iter();
        let of_it = |it: &&Value| it["transactions"].as_array().unwrap().iter().any(|it| it == row);
        let ending = endings.find(of_it).map(|it| format!("{} {}", it["ending"], it["reason"]));
        [bad.map(str::to_owned), note.map(str::to_owned), ending]
    }
}

#[test]
fn a_word_to_a_plan_that_comes_too_late_for_a_date_of_it_is_named_like_any_row() {
    let stage = Stage::new();
    stage.play(&FIRST);
    for (word, date) in [
        ("W,10:01:00,plan_pause,,,,,,,Q,,,", "2026-02-12"),
        ("W,10:01:00,plan_change,,,200.00,,,,Q,,,", "2026-02-12"),
        ("W,10:01:00,plan_change,,,200.00,,,2026-02-12,Q,,,", "2026-02-12"),
        ("W,10:01:00,plan_end,,,,,,,Q,,,", "2026-02-12"),
        ("W,10:01:00,plan_resume,,,,,,,S,,,", "2026-02-12"),
        ("W,10:01:00,plan,I-1,011162,100.00,,daily,2026-02-12,,,,", "2026-02-12"),
    ] {
        let rows = [&FIRST[..], &[word]].concat();
        for _ in 0..2 {
            let said = stage.play(&rows);
            let [bad, note, ending] = said.of(7, "W");
            let bad = bad.unwrap_or_else(|| panic!("{word}: {note:?} {ending:?}"));
            assert!(bad.contains(date) && bad.contains(UNTIL), "{word}: {bad}");
            let advice = match word.split(',').nth(2) {
                Some("plan") => "write a later time, and a start from then on, or play",
                Some("plan_change") if word.contains("2026-02-12") => {
                    "write a later time and a later start, or play"
                }
                _ => "write a later time, or play",
            };
            assert!(bad.contains(advice), "{word}: {bad}");
            assert_eq!((said.code, note, ending), (3, None, None), "{word}");
            assert_eq!(said.report["events_added"], 0, "{word}");
        }
    }
}

#[test]
fn a_late_row_that_is_heard_takes_effect_and_a_note_says_from_when() {
    let stage = Stage::new();
    stage.play(&FIRST);
    let late = [
        "A,10:01:00,plan_pause,,,,,,,L,,,",
        "B,10:02:00,plan_resume,,,,,,,L,,,",
        "C,10:03:00,plan_change,,,200.00,,,2026-03-13,L,,,",
        "D,10:04:00,recharge,I-1,000730,50.00,,,,,,,",
        "E,10:05:00,plan,I-1,011162,100.00,,monthly 13,2026-03-13,,,,",
        "F,10:06:00,withdraw,I-1,000730,,10.00,,,,,,",
        "000730.2026-02-12.1,15:30:00,income,,000730,,,,,,2026-02-12,0.5,1",
        "G,10:07:00,plan_end,,,,,,,L,,,",
    ];
    let rows = [&FIRST[..], &late].concat();
    let said = stage.play(&rows);
    for (line, row) in (7..).zip(&late) {
        let name = row.split(',').next().unwrap();
        let [bad, note, ending] = said.of(line, name);
        let note = note.unwrap_or_else(|| panic!("{row}: {bad:?} {ending:?}"));
        assert!(note.contains(UNTIL) && bad.is_none(), "{row}: {note} {bad:?}");
    }
    let again = stage.play(&rows);
    assert_eq!((said.code, again.code, &again.report["events_added"]), (0, 0, &Value::from(0)));
    assert_eq!(again.report["endings"], said.report["endings"]);
    assert!(again.texts("remarks").iter().all(|it| !it.contains("came when")), "known by now");
}

#[test]
fn a_late_cancel_of_nothing_stays_refused_whatever_is_asked_for_later() {
    let stage = Stage::new();
    let cancel = "C,10:03:00,cancel,,,,,,,P-9,,,";
    let word = "V,10:04:00,plan_end,,,,,,,P-8,,,";
    let first = stage.play(&[&FIRST[..], &[cancel, word]].concat());
    let [_, _, refused] = first.of(7, "C");
    assert!(
        refused.as_ref().is_some_and(|it| it.contains("nothing was ever prepared")),
        "{refused:?}"
    );
    let before = [
        "P-9,10:02:00,recharge,I-1,000730,60.00,,,,,,,",
        "P-8,10:02:00,plan,I-1,011162,100.00,,monthly 13,2026-03-13,,,,",
    ];
    let again = stage.play(&[&FIRST[..], &[cancel, word], &before[..]].concat());
    assert_eq!(again.of(7, "C"), first.of(7, "C"));
    assert_eq!(again.of(8, "V"), first.of(8, "V"));
}
