//! What a person reads who names the wrong kind, looks at what is in flight, or has an order of frozen
//! shares rejected.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path, process::Output};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
I-3,A-3,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-03-09,1.0000
011162,2026-03-10,1.0000
011162,2026-03-11,1.0000
";
const HEADING: &str = "transaction,time,kind,investor,fund,target_fund,amount,shares\n";
const ORDERS: &str = "\
R-1,09:00:00,recharge,I-1,000730,,5000.00,
R-2,09:00:00,recharge,I-2,000730,,5000.00,
P-3,09:00:00,purchase,I-3,011162,,5000.00,
";
/// On the day after, from which on the register has frozen them; its file says so in the night.
const LEAVING: &str = "\
W-1,2026-03-11T10:00:00+08:00,withdraw,I-1,000730,,,1000.00
W-3,2026-03-11T10:00:00+08:00,redemption,I-3,011162,,,1000.00
F-2,2026-03-11T10:00:00+08:00,fast_withdraw,I-2,000730,,,1000.00
";
const FROZEN: [(&str, &str); 3] = [("I-1", "000730"), ("I-2", "000730"), ("I-3", "011162")];

fn text(said: &Output) -> String {
    [&said.stdout[..], &said.stderr].map(String::from_utf8_lossy).concat()
}

fn play(store: &Path, t: &str, orders: &str, scenario: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", format!("trade_date = {t}\nseed = 1\n")),
        ("investors.csv", INVESTORS.to_owned()),
        ("navs.csv", NAVS.to_owned()),
        ("orders.csv", format!("{HEADING}{orders}")),
        ("scenario.toml", scenario.to_owned()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let words = ["day", "--no-progress", folder.path().to_str().unwrap()];
    text(&fundflow(store, &words))
}

fn bought() -> TempDir {
    let store = tempfile::tempdir().unwrap();
    let said = play(store.path(), "2026-03-09", ORDERS, "");
    assert!(said.contains("3  completed"), "{said}");
    store
}

#[test]
fn a_rejection_says_how_many_shares_are_frozen() {
    let store = bought();
    let frozen = |(investor, fund): (&str, &str)| {
        let (from, shares) = ("2026-03-12", "4900.00");
        format!(
            "[[frozen]]\ninvestor = \"{investor}\"\nfund = \"{fund}\"\nshares = \"{shares}\"\nfrom = \
             \"{from}\"\n"
        )
    };
    let scenario: String = FROZEN.map(frozen).concat();
    let played = play(store.path(), "2026-03-10", LEAVING, &scenario);
    for id in ["W-1", "W-3", "F-2"] {
        let shown = text(&fundflow(store.path(), &["saga", "show", id]));
        let figures = ["4900.00 shares frozen", "1000.00 asked", "free"];
        let says = figures.iter().all(|figure| shown.contains(figure));
        assert!(says && !shown.contains("..."), "{id}: {shown}\n{played}");
    }
}

#[test]
fn who_names_another_kind_reads_which_it_is() {
    let store = bought();
    for (words, asked) in [
        (&["saga", "show", "R-1", "--kind", "purchase"][..], "purchase"),
        (
            &["saga", "resume", "R-1", "--kind", "purchase", "--reason", "r", "--operator", "li"],
            "purchase",
        ),
        (&["plan", "end", "R-1", "--reason", "r", "--operator", "li"], "regular_plan"),
    ] {
        let said = fundflow(store.path(), words);
        let (code, said) = (said.status.code(), text(&said));
        let right = said.contains(&format!("R-1 is of kind recharge, not {asked}"))
            && said.contains("fundflow saga show R-1")
            && !said.contains("was ever prepared");
        assert!(code == Some(1) && right, "{words:?}: {code:?} {said}");
    }
    let said = text(&fundflow(store.path(), &["saga", "show", "X-9", "--kind", "purchase"]));
    assert!(said.contains("nothing was ever prepared under X-9"), "{said}");
}

#[test]
fn what_is_in_flight_has_its_unit() {
    let store = bought();
    let lost = "[override.W-1]\nredemption_confirmation = \"missing\"\n";
    let orders = "W-1,2026-03-10T10:00:00+08:00,withdraw,I-1,000730,,,1000.00\n";
    play(store.path(), "2026-03-10", orders, lost);
    let ls = text(&fundflow(store.path(), &["saga", "ls", "--open"]));
    assert!(ls.contains("1000.00 shares of 000730 (redemption)"), "{ls}");
    let show = fundflow(store.path(), &["saga", "show", "W-1", "-o", "json"]);
    let show: Value = serde_json::from_slice(&show.stdout).unwrap();
    assert_eq!(show["in_flight"][0]["unit"], "shares of 000730", "{show:#}");
}

#[test]
fn a_number_below_zero_and_a_date_of_no_calendar_are_refused_with_what_may_stand_there() {
    let store = tempfile::tempdir().unwrap();
    let date = "write a date of the calendar as YYYY-MM-DD, say 2026-02-13";
    let asked: [(&[&str], &str); 9] = [
        (&["order", "ls", "--trade-date", "2026-02-30"], date),
        (&["saga", "ls", "--trade-date", "13.02.2026"], date),
        (&["fund", "show", "000730", "--on", "2026-2-31"], date),
        (&["plan", "change", "P-1", "--from", "soon"], date),
        (&["order", "ls", "--limit", "-1"], "invalid value '-1' for '--limit <LIMIT>'"),
        (&["event", "ls", "--limit", "-1"], "invalid value '-1' for '--limit <LIMIT>'"),
        (&["wallet", "ls", "--limit", "-1"], "invalid value '-1' for '--limit <LIMIT>'"),
        (&["case", "ls", "--limit", "-1"], "invalid value '-1' for '--limit <LIMIT>'"),
        (
            &["case", "close", "0123456789abcdef0123456789abcdef", "--amount", "-1"],
            "invalid value '-1' for '--amount <YUAN>'",
        ),
    ];
    for (words, says) in asked {
        let said = fundflow(store.path(), words);
        let (code, said) = (said.status.code(), text(&said));
        assert!(code == Some(2) && said.contains(says), "{words:?}: {code:?} {said}");
    }
}

#[test]
fn a_store_that_is_not_there_is_named_as_it_was_typed() {
    let directory = tempfile::tempdir().unwrap();
    for (typed, named) in [("events.db", "events.db"), ("backup", "backup/events.db")] {
        let store = directory.path().join(typed);
        let said = text(&fundflow(&store, &["audit", "verify"]));
        let named = format!("no store at {};", directory.path().join(named).display());
        assert!(said.contains(&named), "{said}");
    }
}
