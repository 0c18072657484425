//! What a look says of ends that are given up is what the engine does: of charges that go through later, of a
//! conversion that is booked before its money-fund purchase, and of orders that were being taken back.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const HEADING: &str =
    "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode,of,scope\n";
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
I-3,A-3,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-27,0.7400
011162,2026-03-02,0.7440
011162,2026-03-03,0.7450
050027,2026-02-27,1.0500
050027,2026-03-02,1.0510
050027,2026-03-03,1.0520
";

fn play(store: &Path, trade_date: &str, orders: &str, scenario: &str) {
    let day = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {trade_date}\nseed = 7\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", &*format!("{HEADING}{orders}")),
        ("scenario.toml", scenario),
    ] {
        fs::write(day.path().join(name), text).unwrap();
    }
    let said = fundflow(store, &["day", "--no-progress", day.path().to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// A store after that day.
fn played(orders: &str, scenario: &str) -> TempDir {
    let at = tempfile::tempdir().unwrap();
    play(at.path(), "2026-03-02", orders, scenario);
    at
}

fn json(store: &Path, args: &[&str]) -> Value {
    serde_json::from_slice(&fundflow(store, &[args, &["-o", "json"]].concat()).stdout).unwrap()
}

fn text(store: &Path, args: &[&str]) -> String {
    let said = fundflow(store, args);
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}

/// Gives it up, and returns what was said of that.
fn gives_up(store: &Path, id: &str, ends: &[&str]) -> String {
    let ends = ends.iter().flat_map(|end| ["--disposition", end]);
    let typed = ["saga", "abandon", id, "--reason", "ticket 1", "--operator", "chen"];
    let typed: Vec<&str> = typed.into_iter().chain(ends).collect();
    let look = text(store, &typed);
    let done = text(store, &[&typed[..], &["--apply"]].concat());
    let of = |said: &str, head: &str| {
        let lines = said.lines().filter(|line| line.starts_with(head)).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    for head in ["money ", "shares "] {
        assert_eq!(of(&look, head), of(&done, head), "the result is what the look said");
    }
    assert!(done.starts_with(&format!("abandon {id}: done")), "{done}");
    done
}

#[test]
fn of_a_charge_it_is_said_whether_the_engine_or_a_person_sends_it_back() {
    let ways = ["refund", "manual", "suspense"];
    let order = |(n, way)| format!("R-{way},10:00:00,recharge,I-{n},,000730,,500.00,,,\n");
    let late = |way| format!("[override.R-{way}]\ncharge = 'late_paid'\ndelay_s = 518400\n");
    let orders: Vec<String> = (1..).zip(ways).map(order).collect();
    let (orders, scenario) = (orders.concat(), ways.map(late).concat());
    let at = played(&orders, &scenario);
    let store = at.path();
    for way in ways {
        let said = gives_up(store, &format!("R-{way}"), &[&format!("payment={way}")]);
        let by_engine =
            said.contains("(payment): the engine sends it back if the charge goes through");
        assert_eq!(by_engine, way == "refund", "{said}");
        assert_eq!(
            said.contains("(payment): the engine sends none of it back"),
            way != "refund",
            "{said}"
        );
        assert!(!said.contains("comes all the same goes back"), "{said}");
        assert!(!said.contains("registrar"), "no order exists: {said}");
    }
    play(store, "2026-03-09", "", "");
    let channel = fs::read_to_string(store.join("sandbox/channel.jsonl")).unwrap();
    let refunded = |way: &str| channel.contains(&format!("R-{way}.mmf.pay.refund1"));
    assert_eq!(ways.map(refunded), [true, false, false], "{channel}");
    let cases = without_positions(json(store, &["case", "ls", "--open"]));
    let owed = |way: &str| {
        let mut cases = cases.as_array().unwrap().iter();
        cases.any(|it| it["transaction"] == format!("R-{way}") && it["kind"] == "owed_by_hand")
    };
    assert_eq!(ways.map(owed), [false, true, true], "{cases:#}");
}

const LINKED: &str = "D-1,10:00:00,discount_purchase,I-1,000730,,011162,500.00,linked_same_day,,\n";

#[test]
fn of_a_conversion_that_is_confirmed_nothing_is_said_to_be_free_or_waited_for() {
    for way in ["refund", "manual"] {
        let at = played(LINKED, "[override.D-1]\nbuy_confirmation = 'missing'\n");
        let ends = ["money_fund", "conversion"].map(|end| format!("{end}={way}"));
        let said = gives_up(at.path(), "D-1", &ends.each_ref().map(String::as_str));
        let shares = said.lines().find(|line| line.contains("(conversion): ")).unwrap();
        assert!(shares.contains("its registrar has confirmed the order: that is booked"), "{said}");
        assert!(!shares.contains("free again") && !shares.contains("waited for"), "{said}");
    }
}

#[test]
fn an_order_that_a_person_gave_up_while_it_was_taken_back_shows_what_that_person_said() {
    let orders = "P-1,10:00:00,purchase,I-1,,050027,,500.00,,,\nC-1,11:00:00,cancel,,,,,,,P-1,\n";
    let at = played(orders, "[override.P-1]\nbuy = 'silent'\n");
    gives_up(at.path(), "P-1", &["order=manual"]);
    let shown = text(at.path(), &["saga", "show", "P-1"]);
    assert!(shown.contains("a person gave it up: ticket 1"), "{shown}");
    assert!(!shown.contains("taken back by the investor"), "it may be confirmed: {shown}");
}

#[test]
fn the_conversion_alone_is_done_already_once_the_whole_was_taken_back() {
    let orders = format!(
        "{LINKED}C-1,11:00:00,cancel,,,,,,,D-1,all\nC-2,12:00:00,cancel,,,,,,,D-1,conversion\n"
    );
    let at = played(&orders, "");
    let store = at.path();
    let events = json(store, &["event", "ls"]).as_array().unwrap().len();
    let typed = ["saga", "cancel", "D-1", "--scope", "conversion", "--operator", "chen"];
    let typed = [&typed[..], &["--at", "2026-03-02T12:00:00+08:00", "--apply"]].concat();
    let said = fundflow(store, &typed);
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stdout));
    assert_eq!(json(store, &["event", "ls"]).as_array().unwrap().len(), events);
}
