//! Every way of closing a case, for every kind of order: what is offered is taken and what is not is refused,
//! what is taken does what its words say, and the books add up after it.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, sync::OnceLock};

const HEADER: &str = "transaction,time,investor,wallet_fund,target_fund,amount,mode,kind,fund,shares,frequency,start\n";
/// An order by its name, which leg of it is confirmed badly, its row from the wallet fund on, and what its
/// investor has to buy first.
const ORDERS: [(&str, &str, &str, &str); 10] = [
    ("recharge", "buy", ",,3000.00,,recharge,000730,", ""),
    ("purchase", "buy", ",,3000.00,,purchase,011162,", ""),
    ("withdraw", "redemption", ",,,,withdraw,000730,3000.00", ",,6000.00,,recharge,000730,"),
    ("redeem", "redemption", ",,,,redemption,011162,3000.00", ",,6000.00,,purchase,011162,"),
    ("linked", "conversion", "000730,011162,3000.00,linked_same_day,,,", ""),
    ("nextday", "conversion", "000730,011162,3000.00,next_day,,,", ""),
    ("held", "conversion", "000730,011162,3000.00,held,,,", ",,6000.00,,recharge,000730,"),
    ("fast", "transfer", ",,,,fast_withdraw,000730,3000.00", ",,6000.00,,recharge,000730,"),
    (
        "toPurchase",
        "target",
        "000730,050027,3000.00,redeem_to_purchase,,,",
        ",,6000.00,,recharge,000730,",
    ),
    ("plan", "buy", ",,3000.00,,plan,011162,,monthly 12,2026-02-12", ""),
];
const FATES: [&str; 6] =
    ["contradicted", "wrong_fee", "garbled", "wrong_shares", "zero_shares", "twice_different"];
const HOWS: [(&str, &[&str]); 4] = [
    ("accepted", &["--how", "accepted"]),
    ("withdrawn", &["--how", "withdrawn"]),
    ("paid-by-us", &["--how", "paid-by-us", "--amount", "0.01"]),
    ("manual", &["--how", "manual", "--text", "by letter"]),
];
const BY: [&str; 4] = ["--reason", "the registrar was asked", "--operator", "chen"];

fn folder(at: &Path) {
    let mut investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                         same_name_card,customer_type\n"
        .to_owned();
    let (mut first, mut second, mut scenario) = (String::new(), String::new(), String::new());
    let all = FATES.iter().flat_map(|fate| ORDERS.iter().map(move |order| (fate, order)));
    for (nth, (fate, (name, leg, row, before))) in all.enumerate() {
        writeln!(investors, "I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30,yes,individual")
            .unwrap();
        let (id, second_of) =
            (format!("{name}.{fate}"), |minute| format!("10:{minute:02}:{nth:02}"));
        let row = if *name == "plan" { (*row).to_owned() } else { format!("{row},,") };
        if before.is_empty() {
            writeln!(first, "{id},2026-02-12T{}+08:00,I-{nth},{row}", second_of(1)).unwrap();
        } else {
            writeln!(first, "{id}.old,2026-02-12T{}+08:00,I-{nth},{before},,", second_of(0))
                .unwrap();
            writeln!(second, "{id},2026-02-13T{}+08:00,I-{nth},{row}", second_of(1)).unwrap();
        }
        let id = if *name == "plan" { format!("{id}.20260212") } else { id };
        writeln!(scenario, "[override.\"{id}\"]\n{leg}_confirmation = \"{fate}\"").unwrap();
    }
    let mut rows: Vec<&str> = first.lines().chain(second.lines()).collect();
    rows.sort_by_key(|row| row.split(',').nth(1).map(str::to_owned));
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n".to_owned()),
        ("investors.csv", investors),
        ("navs.csv", navs()),
        ("orders.csv", format!("{HEADER}{}\n", rows.join("\n"))),
        ("scenario.toml", scenario),
    ] {
        fs::write(at.join(name), text).unwrap();
    }
}

fn navs() -> String {
    let days = ["2026-02-12", "2026-02-13", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];
    let row = |day: &str| format!("011162,{day},0.7421\n050027,{day},1.0523\n");
    format!("fund,date,nav\n{}", days.map(row).concat())
}

fn json(store: &Path, args: &[&str]) -> Value {
    serde_json::from_slice(&fundflow(store, &[args, &["-o", "json"]].concat()).stdout).unwrap()
}

fn play(store: &Path, day: &Path) {
    let said = fundflow(store, &["day", "--no-progress", day.to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

fn copied(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| -> Vec<_> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let (here, there) = (entry.path(), to.join(entry.file_name()));
            if here.is_dir() {
                fs::create_dir_all(&there).unwrap();
                folders.push((here, there));
            } else {
                fs::copy(&here, &there).unwrap();
            }
        }
        folders
    };
    let mut folders = copy(from, to.path());
    while let Some((here, there)) = folders.pop() {
        folders.extend(copy(&here, &there));
    }
    to
}

#[track_caller]
fn nothing_is_wrong(store: &Path, when: &str) {
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{when}: {}", String::from_utf8_lossy(&audit.stdout));
}

/// How each open case may be closed, by what a look says; and by what a look at each way says.
fn offered(store: &Path, case: &str) -> BTreeMap<&'static str, [bool; 2]> {
    let shown = json(store, &["case", "show", case])["actions"].to_string();
    let way = |(how, words): (&'static str, &'static [&'static str])| {
        let look = fundflow(store, &[&["case", "close", case], words, &BY[..]].concat());
        (how, [shown.contains(&format!("--how {how}")), look.status.success()])
    };
    HOWS.map(way).into_iter().collect()
}

/// The day, played once for all of these tests: its folder, and the store after it.
fn played() -> &'static (tempfile::TempDir, tempfile::TempDir) {
    static PLAYED: OnceLock<(tempfile::TempDir, tempfile::TempDir)> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let (day, at) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        folder(day.path());
        play(at.path(), day.path());
        nothing_is_wrong(at.path(), "before");
        (day, at)
    })
}

/// Yuan on each kind of account, over all orders.
fn booked(store: &Path) -> BTreeMap<String, String> {
    let audit = json(store, &["audit", "verify"]);
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let held = |it: &Value| (text(&it["class"]), text(&it["balance"]));
    audit["balances"].as_array().unwrap().iter().map(held).collect()
}

fn open_cases(store: &Path) -> Vec<Value> {
    without_positions(json(store, &["case", "ls", "--open"])).as_array().unwrap().clone()
}

#[test]
fn what_is_offered_is_taken_and_what_is_not_is_refused() {
    let at = copied(played().1.path());
    let (store, cases) = (at.path(), open_cases(at.path()));
    // A fast transfer has no fee that could be wrong.
    assert_eq!(cases.len(), FATES.len() * ORDERS.len() - 1, "{cases:#?}");
    for case in cases {
        let ways = offered(store, case["case"].as_str().unwrap());
        assert!(ways.values().all(|[said, taken]| said == taken), "{ways:?} {case:#}");
        assert_eq!(ways["manual"], [true; 2], "{case:#}");
    }
}

/// How often a case was opened, the first time or again, by the record that it is about.
fn opened(store: &Path) -> BTreeMap<String, usize> {
    let mut opened = BTreeMap::new();
    // What a bank redeemed of a transfer that is none any more is on no record: its case follows the closing.
    let of_record = |case: &&Value| case["kind"] != "bank_shares_differ";
    for case in
        without_positions(json(store, &["case", "ls"])).as_array().unwrap().iter().filter(of_record)
    {
        let record = format!("{} {}", case["transaction"], case["source"]);
        *opened.entry(record).or_insert(0) += 1;
    }
    for event in all_events(store).iter().filter(|it| it["event_type"] == "case.reopened") {
        *opened.entry(event["stream"].to_string()).or_insert(0) += 1;
    }
    opened
}

fn all_events(store: &Path) -> Vec<Value> {
    json(store, &["event", "ls", "--limit", "9000"]).as_array().unwrap().clone()
}

/// Closes every case so, and lets all go on that waited for it. Each command has the sandbox say all again.
#[track_caller]
fn closed_as(how: &str, ends: [Option<&str>; 2]) {
    let (day, copy) = (&played().0, copied(played().1.path()));
    let (store, before) = (copy.path(), opened(copy.path()));
    for case in open_cases(store) {
        let id = case["case"].as_str().unwrap();
        let words = |way| HOWS.iter().find(|(name, _)| *name == way).unwrap().1;
        let line = |way| [&["case", "close", id], words(way), &BY[..], &["--apply"]].concat();
        let close = |way| fundflow(store, &line(way));
        let mut done = close(how);
        // What a bank has paid, or the transaction sends by itself, is not paid by us as well.
        if how == "paid-by-us" && String::from_utf8_lossy(&done.stdout).contains("must not") {
            done = close("manual");
        }
        assert!(done.status.success(), "{how} {case:#} {}", String::from_utf8_lossy(&done.stderr));
    }
    nothing_is_wrong(store, how);
    play(store, day.path());
    nothing_is_wrong(store, how);
    // Also what its registrar took back and only repeats: that is old news.
    let held = booked(store);
    assert!(!held.contains_key("L:SUSPENSE"), "{how}: {held:?}");
    let settled = ["E:OVERSHORT", "A:BYHAND"].map(|class| held.get(class).map(String::as_str));
    assert_eq!(settled, ends, "{how}: {held:?}");
    let settled = all_events(store).len();
    play(store, day.path());
    assert_eq!(all_events(store).len(), settled, "{how}: nothing is new, and nothing is stored");
    for (record, times) in opened(store) {
        let most = *before.get(&record).unwrap_or(&0);
        assert!(times <= most, "{how}: {record} has a case {times} times, and had {most}");
    }
    for saga in json(store, &["saga", "ls", "--stuck"]).as_array().unwrap() {
        let lacks = saga["in_flight"].to_string().contains("missing");
        let has_case = open_cases(store).iter().any(|it| it["transaction"] == saga["transaction"]);
        // The sandbox's registrar takes nothing back: it only repeats itself.
        let repeated = how == "withdrawn" && saga["parked"].to_string().contains("taken_back");
        assert!(lacks || has_case || repeated, "{how}: {saga:#}");
    }
}

#[test]
fn accepted_for_every_order() {
    closed_as("accepted", [Some("-0.06"), None]);
}

#[test]
fn withdrawn_for_every_order() {
    closed_as("withdrawn", [None; 2]);
}

/// The registrar says it anew, and in no file: its books have the record under another serial.
fn said_anew(store: &Path, transaction: &str, serial: &str) {
    let books = store.join("sandbox/registrar.jsonl");
    let anew = |line: &str| {
        let mut entry: Value = serde_json::from_str(line).unwrap();
        let words = entry.pointer_mut("/decided/words");
        for word in words.and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(said) = word.pointer_mut("/says/confirmed/serial") {
                *said = serial.into();
            }
        }
        entry["batched"] = false.into();
        entry.to_string()
    };
    let own = |it: &str| it.contains(&format!("\"{transaction}."));
    let text = fs::read_to_string(&books).unwrap();
    let lines = text.lines().map(|it| if own(it) { anew(it) } else { it.to_owned() });
    fs::write(&books, lines.map(|line| line + "\n").collect::<String>()).unwrap();
}

#[test]
fn what_was_taken_back_stays_closed_until_its_registrar_says_another_record() {
    let copy = copied(played().1.path());
    let store = copy.path();
    let of = ["recharge.wrong_fee", "purchase.wrong_fee", "withdraw.wrong_fee", "redeem.wrong_fee"];
    let open = |of: &str| -> Vec<String> {
        let named = |case: &Value| case["case"].as_str().unwrap().to_owned();
        open_cases(store).iter().filter(|it| it["transaction"] == of).map(named).collect()
    };
    let closes = |case: &str, how: &[&str]| {
        let words = [&["case", "close", case], how, &BY[..], &["--apply"]].concat();
        let done = fundflow(store, &words);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    // An engine starts for it, and the sandbox says all of it again.
    let starts = || {
        let others = open_cases(store);
        let other = others.iter().find(|it| of.iter().all(|of| it["transaction"] != *of)).unwrap();
        closes(other["case"].as_str().unwrap(), HOWS[3].1);
    };
    for transaction in of {
        closes(&open(transaction).remove(0), HOWS[1].1);
    }
    for _ in 0..2 {
        starts();
        assert_eq!(of.map(|of| open(of).len()), [0; 4], "the very same record is old news");
    }
    for (nth, transaction) in of.iter().enumerate() {
        said_anew(store, transaction, &format!("TANEW{nth}"));
    }
    for _ in 0..2 {
        starts();
        assert_eq!(of.map(|of| open(of).len()), [1; 4], "another record is a case once more");
    }
    nothing_is_wrong(store, "said anew");
}

#[test]
fn paid_by_us_for_every_order() {
    closed_as("paid-by-us", [Some("-0.03"), None]);
}

#[test]
fn closed_by_hand_for_every_order() {
    closed_as("manual", [None, Some("-0.03")]);
}

/// What is rejected after all never was: the money goes back, and the shares are gone.
#[test]
fn a_rejection_that_is_accepted_reverses_what_was_booked() {
    let at = copied(played().1.path());
    let store = at.path();
    let cases = without_positions(json(store, &["case", "ls", "--open"]));
    for case in cases.as_array().unwrap() {
        let of = case["transaction"].as_str().unwrap();
        if !["recharge.contradicted", "purchase.contradicted"].contains(&of) {
            continue;
        }
        assert_eq!(case["kind"], "rejected_after_confirmed", "{case:#}");
        let id = case["case"].as_str().unwrap();
        let words = ["case", "close", id, "--how", "accepted", "--apply"];
        assert!(fundflow(store, &[&words, &BY[..]].concat()).status.success());
        let events = json(store, &["event", "ls", "--limit", "5000"]);
        let mut events = events.as_array().unwrap().iter();
        let refunded = |it: &&Value| {
            it["correlation_id"] == case["transaction"] && it["event_type"] == "payment.refunded"
        };
        assert!(events.any(|it| refunded(&it)), "{of}: the money goes back");
    }
    let wallets = json(store, &["wallet", "ls"]);
    let mut wallets = wallets.as_array().unwrap().iter();
    let of_recharge = wallets.find(|it| it["investor"] == "I-0").unwrap();
    assert_eq!(of_recharge["available"], "0.00", "{of_recharge:#}");
    nothing_is_wrong(store, "accepted");
    let stuck = json(store, &["saga", "ls", "--stuck"]);
    let of = ["recharge.contradicted", "purchase.contradicted"];
    let mut stuck = stuck.as_array().unwrap().iter().filter_map(|it| it["transaction"].as_str());
    assert!(!stuck.any(|it| of.contains(&it)), "what a person settled waits for nobody");
}

/// A person who has the order settles what a case on it is about, too: nothing goes out twice.
#[test]
fn where_a_person_settles_by_hand_nothing_is_paid_by_us() {
    let at = copied(played().1.path());
    let store = at.path();
    let stuck = json(store, &["saga", "ls", "--stuck"]);
    let mut given_up = Vec::new();
    for saga in stuck.as_array().unwrap().iter().filter(|it| it["kind"] == "withdraw") {
        let id = saga["transaction"].as_str().unwrap();
        let ends = saga["in_flight"].as_array().unwrap().iter();
        let flags = ends.flat_map(|end| {
            ["--disposition".to_owned(), format!("{}=manual", end["name"].as_str().unwrap())]
        });
        let flags: Vec<String> = flags.collect();
        let words = ["saga", "abandon", id, "--apply"].map(str::to_owned).into_iter();
        let words: Vec<String> = words.chain(flags).chain(BY.map(str::to_owned)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = fundflow(store, &words);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        given_up.push(saga["transaction"].clone());
    }
    assert!(!given_up.is_empty());
    nothing_is_wrong(store, "given up");
    let cases = without_positions(json(store, &["case", "ls", "--open"]));
    for case in cases.as_array().unwrap().iter().filter(|it| given_up.contains(&it["transaction"]))
    {
        let ways = offered(store, case["case"].as_str().unwrap());
        assert_eq!(ways["paid-by-us"], [false; 2], "{case:#}");
        assert_eq!(ways["manual"], [true; 2], "{case:#}");
    }
    // What a person has is shown in the list as it is under the saga, whether it is over or not.
    let listed = json(store, &["saga", "ls"]);
    for saga in listed.as_array().unwrap() {
        let shown = json(store, &["saga", "show", saga["transaction"].as_str().unwrap()]);
        assert_eq!(saga["in_flight"], shown["in_flight"], "{saga:#}");
    }
}

#[test]
fn several_cases_are_closed_in_one_line_and_what_goes_wrong_with_one_keeps_none_of_the_others() {
    let copy = copied(played().1.path());
    let store = copy.path();
    let cases = open_cases(store);
    let ids: Vec<&str> = cases.iter().filter_map(|case| case["case"].as_str()).take(3).collect();
    let manual = ["--how", "manual", "--text", "by letter"];
    let close = |cases: &[&str], more: &[&str]| {
        fundflow(store, &[&["case", "close"], cases, &manual, &BY[..], more].concat())
    };

    let look = close(&ids, &["-o", "json"]);
    assert!(look.status.success(), "{}", String::from_utf8_lossy(&look.stderr));
    let look: Value = serde_json::from_slice(&look.stdout).unwrap();
    assert_eq!(look.as_array().unwrap().len(), ids.len(), "one document of all: {look:#}");
    assert_eq!(open_cases(store).len(), cases.len(), "a look closes none");

    let nobodys = "0".repeat(32);
    let done = close(&[ids[0], &nobodys, ids[1]], &["--apply"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains(&nobodys), "{said}");
    let left: Vec<_> = open_cases(store).iter().map(|case| case["case"].to_string()).collect();
    let is_open = |id: &str| left.contains(&format!("{id:?}"));
    assert_eq!([ids[0], ids[1], ids[2]].map(is_open), [false, false, true]);
}
