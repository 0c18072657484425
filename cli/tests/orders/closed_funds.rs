//! A fund that takes nothing on one day: what cannot be done is refused before anything moves and is not
//! offered, and what is taken ends well, on the days that were promised.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

const HEADING: &str =
    "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,mode";
const INVESTORS: &str = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                         same_name_card,customer_type";
/// Wallet, target, and the source of a conversion.
const FUNDS: [&str; 3] = ["000730", "011162", "050027"];
/// T, and the three trading days after it.
const DAYS: [&str; 4] = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"];
/// The name of each order of it, its fund, and how many trading days after T its own T is.
type Legs = &'static [(&'static str, usize, usize)];

/// What is asked for on T, each by an investor of its own who holds 3,000 yuan of each fund.
const ORDERS: [(&str, &str, Legs); 10] = [
    (
        "LINKED",
        "discount_purchase,I,000730,,011162,1000,,linked_same_day",
        &[("mmf", 0, 0), ("convert", 0, 0)],
    ),
    (
        "NEXT",
        "discount_purchase,I,000730,,011162,1000,,next_day",
        &[("mmf", 0, 0), ("convert", 0, 1)],
    ),
    (
        "MONEY",
        "discount_purchase,I,000730,,011162,1000,,redeem_to_purchase",
        &[("mmf", 0, 0), ("redeem", 0, 1), ("target", 1, 2)],
    ),
    ("HELD", "discount_purchase,I,000730,,011162,1000,,held", &[("convert", 0, 0)]),
    ("BUY", "purchase,I,,011162,,1000,,", &[("buy", 1, 0)]),
    ("REDEEM", "redemption,I,,011162,,,1000,", &[("redeem", 1, 0)]),
    ("CONVERT", "conversion,I,,050027,011162,,1000,", &[("convert", 2, 0)]),
    ("RECHARGE", "recharge,I,,000730,,1000,,", &[("mmf", 0, 0)]),
    ("WITHDRAW", "withdraw,I,,000730,,,1000,", &[("redeem", 0, 0)]),
    ("FAST", "fast_withdraw,I,,000730,,,1000,", &[("transfer", 0, 0), ("redeem", 0, 1)]),
];
const MODES: [(&str, &str); 3] =
    [("LINKED", "linked_same_day"), ("NEXT", "next_day"), ("MONEY", "redeem_to_purchase")];

/// Fund, what is stopped, how many trading days after T: what is refused then.
const REFUSED: [(usize, &str, usize, &[&str]); 14] = [
    (0, "everything", 0, &["LINKED", "NEXT", "MONEY", "HELD", "RECHARGE", "WITHDRAW", "FAST"]),
    (0, "everything", 1, &["NEXT", "MONEY"]),
    (0, "purchase", 0, &["LINKED", "NEXT", "MONEY", "RECHARGE"]),
    (0, "redemption", 0, &["LINKED", "HELD", "WITHDRAW", "FAST"]),
    (0, "redemption", 1, &["NEXT", "MONEY"]),
    (1, "everything", 0, &["LINKED", "HELD", "BUY", "REDEEM", "CONVERT"]),
    (1, "everything", 1, &["NEXT"]),
    (1, "everything", 2, &["MONEY"]),
    (1, "purchase", 0, &["LINKED", "HELD", "BUY", "CONVERT"]),
    (1, "purchase", 1, &["NEXT"]),
    (1, "purchase", 2, &["MONEY"]),
    (1, "redemption", 0, &["REDEEM"]),
    (2, "everything", 0, &["CONVERT"]),
    (2, "redemption", 0, &["CONVERT"]),
];

fn refused(fund: usize, stops: &str, day: usize) -> &'static [&'static str] {
    let row = REFUSED.iter().find(|row| (row.0, row.1, row.2) == (fund, stops, day));
    row.map_or(&[], |row| row.3)
}

fn catalogue(folder: &Path) {
    let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue"));
    fs::create_dir(folder.join("funds")).unwrap();
    for fund in FUNDS {
        let name = format!("{fund}.toml");
        fs::copy(shipped.join(&name), folder.join("funds").join(&name)).unwrap();
    }
    let wallet = fs::read_to_string(folder.join("funds/000730.toml")).unwrap();
    let pair = wallet.split("[[terms.conversions]]").find(|it| it.contains("\"011162\"")).unwrap();
    append(&folder.join("funds/050027.toml"), &format!("\n[[terms.conversions]]{pair}"));
}

fn append(file: &Path, more: &str) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, format!("{text}{more}")).unwrap();
}

/// A folder in which everybody buys on 2 March, and asks on 3 March.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    catalogue(folder.path());
    let mut investors = vec![INVESTORS.to_owned()];
    let mut orders = vec![HEADING.to_owned()];
    let none = ("NONE", "discount_purchase,I,000730,,011162,1000,,held", &[][..]);
    for (name, order, _) in ORDERS.into_iter().chain([none]) {
        investors
            .push(format!("I-{name},A-{name},C5,2027-01-31,verified,2035-06-30,yes,individual"));
        for (kind, fund) in [("recharge", 0), ("purchase", 1), ("purchase", 2)] {
            let fund = FUNDS[fund];
            if name != "NONE" {
                orders.push(format!("{name}-{fund},10:00,{kind},I-{name},,{fund},,3000,,"));
            }
        }
        let (kind, rest) = order.split_once(",I,").unwrap();
        orders.push(format!("{name},{}T10:00:00+08:00,{kind},I-{name},{rest}", DAYS[0]));
    }
    let mut navs = vec!["fund,date,nav".to_owned()];
    for day in ["2026-03-02"].iter().chain(&DAYS) {
        navs.extend([format!("011162,{day},0.7421"), format!("050027,{day},1.0523")]);
    }
    for (file, lines) in [("investors.csv", investors), ("orders.csv", orders), ("navs.csv", navs)]
    {
        fs::write(folder.path().join(file), lines.join("\n") + "\n").unwrap();
    }
    let day = "trade_date = 2026-03-02\nseed = 1\nfunds = \"added\"\n";
    fs::write(folder.path().join("day.toml"), day).unwrap();
    folder
}

/// What came of a folder: sagas and T of orders by name, and why what was refused was refused.
struct Played {
    sagas: BTreeMap<String, Value>,
    orders: BTreeMap<String, String>,
    refusals: BTreeMap<String, String>,
}

fn json(store: &Path, args: &[&str]) -> Value {
    let out = fundflow(store, args);
    let said = String::from_utf8(out.stdout).unwrap();
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{args:?}: {said}{:?}", out.stderr))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn play(folder: &Path) -> Played {
    let store = tempfile::tempdir().unwrap();
    let path = folder.to_str().unwrap();
    let report = json(store.path(), &["day", "--no-progress", path, "-o", "json"]);
    let rows = |args| json(store.path(), args).as_array().unwrap().clone();
    let sagas = rows(&["saga", "ls", "-o", "json"]);
    let orders = rows(&["order", "ls", "-o", "json"]);
    let refused = report["endings"].as_array().unwrap().iter();
    let refused = refused.filter(|it| it["ending"] == "refused");
    let names = |it: &Value| it["transactions"].as_array().unwrap().clone();
    let refusals = refused
        .flat_map(|it| names(it).into_iter().map(move |name| (text(&name), text(&it["reason"]))));
    Played {
        sagas: sagas.into_iter().map(|it| (text(&it["transaction"]), it)).collect(),
        orders: orders.iter().map(|it| (text(&it["order"]), text(&it["trade_date"]))).collect(),
        refusals: refusals.collect(),
    }
}

/// The first of the days from the n-th on which the bank's redemption may be: it is nobody's promise.
fn bank_leaves(stops: &str, fund: usize, closed: usize, nth: usize) -> usize {
    let is_closed = fund == 0 && stops != "purchase" && closed == nth;
    if is_closed { nth + 1 } else { nth }
}

fn is_as_promised(played: &Played, (fund, stops, closed): (usize, &str, usize)) {
    let case = format!("{} stops {stops} on {}", FUNDS[fund], DAYS[closed]);
    for (name, _, orders) in ORDERS {
        let Some(saga) = played.sagas.get(name) else {
            assert!(refused(fund, stops, closed).contains(&name), "{case}: {name} is not taken");
            assert!(played.refusals.contains_key(name), "{case}: {name}");
            let moved = played.orders.keys().any(|it| it.starts_with(&format!("{name}.")));
            assert!(!moved, "{case}: {name} was refused, and has orders");
            continue;
        };
        assert!(!refused(fund, stops, closed).contains(&name), "{case}: {name} is taken");
        let ended = matches!(saga["state"].as_str(), Some("completed" | "paid out"));
        assert!(ended && saga["failure"].is_null(), "{case}: {name}: {saga:#}");
        for (leg, of, nth) in orders {
            let bank = name == "FAST" && *leg == "redeem";
            let nth = if bank { bank_leaves(stops, fund, closed, *nth) } else { *nth };
            let order = format!("{name}.{leg}");
            assert_eq!(played.orders[&order], DAYS[nth], "{case}: {order} of {}", FUNDS[*of]);
        }
    }
    let why = &played.refusals["NONE"];
    let offered = why.split_once("possible: ").map_or("", |(_, modes)| modes);
    // Where none is possible, the reasons follow.
    let offered = offered.split_once(" (").map_or(offered, |(modes, _)| modes);
    let taken = MODES.iter().filter(|(name, _)| played.sagas.contains_key(*name));
    let taken: Vec<&str> = taken.map(|(_, mode)| *mode).collect();
    let taken = if taken.is_empty() { "none".to_owned() } else { taken.join(", ") };
    assert_eq!(offered, taken, "{case}: {why}");
}

#[test]
fn what_is_taken_ends_on_its_days_and_what_cannot_be_done_is_refused_at_once() {
    let folder = folder();
    for (fund, code) in FUNDS.into_iter().enumerate() {
        let file = folder.path().join(format!("funds/{code}.toml"));
        let open = fs::read_to_string(&file).unwrap();
        for stops in ["everything", "purchase", "redemption"] {
            for (nth, day) in DAYS.iter().enumerate().take(3) {
                let closure = format!(
                    "\n[[terms.closures]]\nfrom = {day}\nthrough = {day}\nstops = \"{stops}\"\n\
                     notice = \"a notice\"\n"
                );
                append(&file, &closure);
                is_as_promised(&play(folder.path()), (fund, stops, nth));
                fs::write(&file, &open).unwrap();
            }
        }
    }
}

/// Kind, fund, T of the redemption, and the day of its registrar's last word where the fund lets nothing
/// leave on the trading day after that T.
const RESTS: [(&str, usize, &str, &str); 3] = [
    ("REDEEM", 1, "2026-03-03", "2026-03-06"),
    ("WITHDRAW", 0, "2026-03-03", "2026-03-06"),
    ("FAST", 0, "2026-03-04", "2026-03-09"),
];

#[test]
fn what_a_huge_redemption_leaves_waits_for_the_next_day_on_which_shares_may_leave() {
    for (name, fund, t, last_word) in RESTS {
        let (folder, store) = (folder(), tempfile::tempdir().unwrap());
        let after = DAYS[DAYS.iter().position(|day| *day == t).unwrap() + 1];
        let closure = format!(
            "\n[[terms.closures]]\nfrom = {after}\nthrough = {after}\nstops = \"redemption\"\n\
             notice = \"a notice\"\n"
        );
        append(&folder.path().join(format!("funds/{}.toml", FUNDS[fund])), &closure);
        let huge =
            format!("[[huge]]\nfund = \"{}\"\non = \"{t}\"\npart_per_mille = 300\n", FUNDS[fund]);
        fs::write(folder.path().join("scenario.toml"), huge).unwrap();
        let path = folder.path().to_str().unwrap();
        json(store.path(), &["day", "--no-progress", path, "-o", "json"]);
        let shown = json(store.path(), &["saga", "show", name, "-o", "json"]);
        assert!(matches!(shown["state"].as_str(), Some("paid out" | "completed")), "{shown:#}");
        let lines = shown["timeline"].as_array().unwrap();
        let said = lines.iter().filter(|it| text(&it["row"]).starts_with("confirm"));
        let last = said.map(|it| text(&it["at"])).max();
        assert_eq!(last.unwrap(), format!("{last_word}T08:30:00+08:00"), "{name}");
        assert!(lines.iter().all(|it| it["mark"] != "parked"), "{shown:#}");
    }
}
