//! Every field of every file, each with what nobody knows, with what is none of its kind, with too much
//! and with too little: it is reported by file, line, field and value, and the other rows go on.

use super::{tests::with, *};

const LONG: &str = "x123456789x123456789x123456789x123456789x123456789x123456789x123456789";
const ORDERS: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,shares,lots,\
                      on_huge,account,mode,only_today,warning_confirmed,of,scope,frequency,start,through,\
                      periods,misses_max,closed_day,missing_day,day,per_10_000,publication,distributor";
const DAY: &str = "trade_date = 2026-02-12\nseed = 1\n";
const GOOD: &str = "G-1,09:00,recharge,I-1001,,,000730,100.00,,,,,,,,,,,,,,,,,,,,";

/// `column=value` pairs as a row below a heading; `_` in a value stands for itself.
fn row(heading: &str, pairs: &[(&str, &str)]) -> String {
    let value = |column: &str| pairs.iter().rev().find(|(name, _)| *name == column);
    let fields = heading.split(',').map(|column| value(column).map_or("", |(_, value)| value));
    fields.collect::<Vec<_>>().join(",")
}

#[track_caller]
fn assert_named(reading: &Reading, file: &str, line: usize, field: &str, value: &str) {
    let found = reading.problems.iter().any(|it| {
        it.file == file && it.line == Some(line) && it.field == field && it.value == value
    });
    assert!(found, "{file}:{line}: {field} {value:?} in {:#?}", reading.problems);
    let silent = reading.problems.iter().find(|it| it.file == file && it.problem.is_empty());
    assert_eq!(silent, None);
}

/// The kinds, each with a row that is good.
fn kinds() -> Vec<Vec<(&'static str, &'static str)>> {
    let fund = ("fund", "011162");
    let kinds: [&[(&str, &str)]; 12] = [
        &[
            ("kind", "discount_purchase"),
            ("wallet_fund", "000730"),
            ("target_fund", "011162"),
            ("amount", "1"),
        ],
        &[("kind", "recharge"), ("fund", "000730"), ("amount", "1")],
        &[("kind", "withdraw"), ("fund", "000730"), ("shares", "1")],
        &[("kind", "fast_withdraw"), ("fund", "000730")],
        &[("kind", "purchase"), fund, ("amount", "1")],
        &[("kind", "subscription"), fund, ("amount", "1")],
        &[("kind", "redemption"), fund, ("shares", "1")],
        &[("kind", "conversion"), fund, ("target_fund", "018145"), ("shares", "1")],
        &[("kind", "plan"), fund, ("amount", "1"), ("frequency", "daily"), ("start", "2026-03-02")],
        &[("kind", "plan_change"), ("of", "P-1"), ("amount", "2"), ("investor", "")],
        &[("kind", "plan_end"), ("of", "P-1"), ("investor", "")],
        &[("kind", "cancel"), ("of", "TX-1"), ("investor", "")],
    ];
    let common = [("transaction", "B-1"), ("time", "09:30"), ("investor", "I-1001")];
    kinds.iter().map(|kind| [&common, *kind].concat()).collect()
}

/// Nothing of a kind: not letters, too long, digits of another width, a bell, an end of text, a sign that turns
/// the line around.
const NOTHING: [&str; 6] = ["§%", LONG, "１", "a\u{7}b", "1\u{0}", "1\u{202e}2"];
const NO_NUMBERS: [&str; 12] = [
    "nobody",
    "-1",
    "-0.01",
    "NaN",
    "inf",
    "1e3",
    "0x10",
    "+1",
    "1_000",
    "１００．００",
    "99999999999999999999999999999999",
    "1.0000000001",
];
const NO_DATES: [&str; 9] = [
    "nobody",
    "-1",
    "2026-02-30",
    "2026-13-01",
    "0000-00-00",
    "20260212",
    "2026-2-12",
    "２０２６-02-12",
    "99999-01-01",
];
const NO_TIMES: [&str; 9] = [
    "nobody",
    "-1",
    "25:00",
    "09:60",
    "09:00:60",
    "09:00:61",
    "2026-02-12T09:00",
    "2026-02-30T09:00:00+08:00",
    "０９:00",
];

/// What is wrong in a column of orders, whichever kind uses it; what one does not use is wrong too.
fn wrong(column: &str) -> Vec<&'static str> {
    let more: &[&str] = match column {
        // Any name will do: whether there is such a thing is known once it is asked for.
        "transaction" | "of" | "account" => &[],
        "amount" | "shares" | "per_10_000" | "periods" | "misses_max" | "publication" => {
            &NO_NUMBERS
        }
        "start" | "through" | "day" => &NO_DATES,
        "time" => &NO_TIMES,
        "frequency" => {
            &["nobody", "daily 1", "monthly 0", "monthly 32", "monthly +5", "monthly １５"]
        }
        _ => &["nobody", "-1", "NaN", "ＹＥＳ"],
    };
    [&NOTHING, more].concat()
}

/// Columns in which a kind must say something.
fn needed(good: &[(&'static str, &str)]) -> Vec<&'static str> {
    let may_be_empty = ["shares", "investor"];
    let is_word = good.iter().any(|(column, _)| *column == "of");
    let said = good.iter().filter(|(column, value)| {
        let free = may_be_empty.contains(column) && (is_word || *column == "shares");
        !(value.is_empty() || free || (is_word && *column == "amount"))
    });
    said.map(|(column, _)| *column).collect()
}

#[test]
fn no_column_of_an_order_of_any_kind_is_ever_ignored() {
    for good in kinds() {
        let mut rows = vec![ORDERS.to_owned(), row(ORDERS, &good), GOOD.to_owned()];
        let mut expected = Vec::new();
        let empty = needed(&good).into_iter().filter(|it| *it != "kind").map(|it| (it, ""));
        let wrong = ORDERS.split(',').flat_map(|it| wrong(it).into_iter().map(move |v| (it, v)));
        for (column, value) in wrong.chain(empty) {
            rows.push(row(ORDERS, &[good.clone(), vec![(column, value)]].concat()));
            expected.push((rows.len(), column, value));
        }
        let text = rows.join("\n") + "\n";
        let (_dir, reading) = with("orders.csv", Some(text.as_bytes()));
        for (line, column, value) in &expected {
            assert_named(&reading, "orders.csv", *line, column, value);
        }
        let lines: BTreeSet<_> = expected.iter().map(|(line, ..)| *line).collect();
        let about_good = reading.problems.iter().find(|it| {
            it.file == "orders.csv" && it.line.is_some_and(|line| !lines.contains(&line))
        });
        assert_eq!(about_good, None, "{good:?}");
        assert_eq!(reading.day.unwrap().orders.len(), 2, "{good:?}");
    }
}

#[test]
fn no_field_of_an_income_is_ever_ignored() {
    let good = [
        ("transaction", "000730.2026-02-12"),
        ("time", "20:00"),
        ("kind", "income"),
        ("fund", "000730"),
        ("day", "2026-02-12"),
        ("per_10_000", "0.4"),
    ];
    let (mut rows, mut expected) = (vec![ORDERS.to_owned(), GOOD.to_owned()], Vec::new());
    for column in ORDERS.split(',') {
        let more: &[&str] = match column {
            "day" => &NO_DATES,
            "time" => &NO_TIMES,
            "per_10_000" => &["NaN", "+1", "1_0", "１", "0.123456"],
            "publication" => &["+1", "-1", "１", "99999999999999999999"],
            _ => &[],
        };
        for value in [&["§%", LONG, "nobody", "99999999"], more].concat() {
            rows.push(row(ORDERS, &[&good[..], &[(column, value)]].concat()));
            expected.push((rows.len(), column, value));
        }
    }
    let (_dir, reading) = with("orders.csv", Some((rows.join("\n") + "\n").as_bytes()));
    for (line, column, value) in expected {
        assert_named(&reading, "orders.csv", line, column, value);
    }
}

#[test]
fn no_field_of_an_investor_is_ever_ignored() {
    let heading = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,questionnaire,\
                   same_name_card,customer_type,holds";
    let good = [
        ("investor", "I-9"),
        ("account", "A-9"),
        ("risk", "C4"),
        ("questionnaire_valid_until", "2027-01-31"),
        ("kyc", "verified"),
        ("id_valid_until", "2035-06-30"),
        ("holds", "000730"),
    ];
    for column in heading.split(',') {
        let free = ["investor", "account", "questionnaire"].contains(&column);
        let more: &[&str] = match column {
            it if it.ends_with("until") => &NO_DATES,
            _ if free => &[],
            _ => &["nobody", "-1"],
        };
        for value in [&NOTHING, more].concat() {
            let bad = row(heading, &[&good[..], &[(column, value)]].concat());
            let text =
                format!("{heading}\n{}\n{bad}\n", row(heading, &good).replace("I-9", "I-1001"));
            let (_dir, reading) = with("investors.csv", Some(text.as_bytes()));
            assert_named(&reading, "investors.csv", 3, column, value);
            assert!(reading.day.is_some());
        }
    }
    let unlisted = row(heading, &[&good[..], &[("holds", "000730 999999")]].concat());
    let text = format!("{heading}\n{unlisted}\n");
    assert_named(
        &with("investors.csv", Some(text.as_bytes())).1,
        "investors.csv",
        2,
        "holds",
        "000730 999999",
    );
}

#[test]
fn no_field_of_a_price_is_ever_ignored() {
    let heading = "fund,date,nav";
    let rows = [
        ("fund", &["999999", "-1", "", "０１１１６２"][..]),
        ("date", &["2026-02-14", ""]),
        ("date", &NO_DATES),
        ("nav", &["0", "", "0.000000001", "1000000000"]),
        ("nav", &NO_NUMBERS),
    ];
    for (column, values) in rows {
        for value in [&NOTHING, values].concat() {
            let good =
                [("fund", "011162"), ("date", "2026-02-12"), ("nav", "1.1"), (column, value)];
            let text = format!("{heading}\n018145,2026-02-12,1.2\n{}\n", row(heading, &good));
            let (_dir, reading) = with("navs.csv", Some(text.as_bytes()));
            assert_named(&reading, "navs.csv", 3, column, value);
            assert_eq!(reading.day.unwrap().prices.len(), 1);
        }
    }
}

#[test]
fn no_key_of_the_day_is_ever_ignored() {
    let quoted = |text: &str| format!("{text:?}");
    let rows = [
        ("distributor", vec!["nobody's", "", "305_1", "../x", LONG, "-1", "３０５"]),
        ("registrar", vec!["§%", "", "own", "0.5", "0 5", LONG, "-1", "1234567890"]),
        ("funds", vec!["§%", "", LONG, "-1"]),
    ];
    for (key, values) in rows {
        for value in values {
            let text = format!("{DAY}{key} = {}\n", quoted(value));
            let (_dir, reading) = with("day.toml", Some(text.as_bytes()));
            assert!(reading.day.is_none(), "{text}");
            assert_named(&reading, "day.toml", 3, key, value);
        }
    }
    let rows = [
        ("distributor = 305", "distributor", "305"),
        ("registrar = 5", "registrar", "5"),
        ("registrars = [\"05\", \"§%\"]", "registrars", "§%"),
        ("registrars = \"05\"", "registrars", "05"),
        ("registrars = [5]", "registrars", "[5]"),
        ("notes = 3", "notes", "3"),
        ("funds = true", "funds", "true"),
        ("distributer = \"305\"", "distributer", "305"),
    ];
    for (line, key, value) in rows {
        let (_dir, reading) = with("day.toml", Some(format!("{DAY}{line}\n").as_bytes()));
        assert!(reading.day.is_none(), "{line}");
        assert_named(&reading, "day.toml", 3, key, value);
    }
    for (text, line, key, value) in [
        ("trade_date = 2026-02-12\nseed = -1\n", 2, "seed", "-1"),
        ("trade_date = 2026-02-12\nseed = \"x\"\n", 2, "seed", "x"),
        ("seed = 1\ntrade_date = 2026-02-12T10:00:00Z\n", 2, "trade_date", "2026-02-12T10:00:00Z"),
        ("seed = 1\ntrade_date = 2026-02-14\n", 2, "trade_date", "2026-02-14"),
    ] {
        assert_named(&with("day.toml", Some(text.as_bytes())).1, "day.toml", line, key, value);
    }
}

/// What a scenario leaves undone is reported, and everything else of the day is played.
#[test]
fn no_key_of_a_scenario_is_ever_ignored() {
    let suspended = "[[suspended]]\nfund = \"018145\"\nfrom = \"2026-02-12T10:30:00+08:00\"\n";
    let huge = "[[huge]]\nfund = \"018145\"\non = \"2026-02-12\"\npart_per_mille = 400\n";
    let frozen = "[[frozen]]\ninvestor = \"I-1001\"\nfund = \"000730\"\nshares = \"5.00\"\n\
                  from = \"2026-02-12\"\nthrough = \"2026-02-24\"\n";
    let raising = "[[raising]]\nfund = \"990001\"\nfounded_on = \"2026-02-25\"\nrate = \"0.0035\"\n\
                   fails = false\n";
    let odds = "[charge]\ndelay_s = 40\nper_mille = { declined = 20 }\n";
    let fates = "[override.D-0001]\ncharge = \"silent\"\nrefund = \"silent\"\npayout = \"late\"\n\
                 buy = \"silent\"\nbuy_confirmation = \"late\"\nconversion = \"silent\"\n\
                 cancel = \"silent\"\ndelay_s = 3\npart_per_mille = 400\n";
    let good = [suspended, huge, frozen, raising, odds, fates];
    for (nth, entry) in good.iter().enumerate() {
        let (_dir, reading) = with("scenario.toml", Some(entry.as_bytes()));
        assert_eq!(reading.problems, [], "{entry}");
        for (line, text) in (2..).zip(entry.lines().skip(1)) {
            let (key, _) = text.split_once(" = ").unwrap();
            let path = path_of(entry, key);
            for value in ["\"§%\"", "-1", "\"nobody\"", "99999999999", "\"999999\"", "true"] {
                // What is right for that key.
                let numeric = value.trim_matches('"').bytes().all(|byte| byte.is_ascii_digit());
                if (key == "fails" && value == "true") || (key == "shares" && numeric) {
                    continue;
                }
                let bad = entry.replace(text, &format!("{key} = {value}"));
                let others: String = good
                    .iter()
                    .enumerate()
                    .filter(|(it, _)| *it != nth)
                    .map(|(_, it)| *it)
                    .collect();
                let text = format!("{bad}{others}");
                let (_dir, reading) = with("scenario.toml", Some(text.as_bytes()));
                assert_named(&reading, "scenario.toml", line, &path, value.trim_matches('"'));
                let day = reading.day.expect("the day goes on");
                let scenario = day.scenario;
                let left = scenario.suspended.len()
                    + scenario.huge.len()
                    + scenario.frozen.len()
                    + scenario.raising.len()
                    + scenario.overrides.len();
                let whole = if nth == 4 { 5 } else { 4 };
                assert_eq!(left, whole, "{bad}");
            }
            let bad = entry.replace(key, &format!("{key}s"));
            let (_dir, reading) = with("scenario.toml", Some(bad.as_bytes()));
            assert!(
                reading.problems.iter().any(|it| it.field == path_of(entry, &format!("{key}s"))),
                "{bad}"
            );
        }
    }
}

fn path_of(entry: &str, key: &str) -> String {
    let head = entry.lines().next().unwrap().trim_matches(['[', ']']);
    if entry.starts_with("[[") { format!("{head}[0].{key}") } else { format!("{head}.{key}") }
}

/// What is written, and on which line which field has which value.
const OF_NOBODY: &[(&str, usize, &str, &str)] = &[
    ("[[raising]]\nfund = \"990001\"\nrate = \"3e-3\"", 3, "raising[0].rate", "3e-3"),
    (
        "[[suspended]]\nfund = \"999999\"\nfrom = \"2026-02-12T10:30:00+08:00\"",
        2,
        "suspended[0].fund",
        "999999",
    ),
    (
        "[[huge]]\nfund = \"999999\"\non = \"2026-02-12\"\npart_per_mille = 4",
        2,
        "huge[0].fund",
        "999999",
    ),
    (
        "[[huge]]\nfund = \"018145\"\non = \"2026-02-14\"\npart_per_mille = 4",
        3,
        "huge[0].on",
        "2026-02-14",
    ),
    (
        "[[huge]]\nfund = \"018145\"\non = \"2026-02-11\"\npart_per_mille = 4",
        3,
        "huge[0].on",
        "2026-02-11",
    ),
    (
        "[[frozen]]\ninvestor = \"I-9\"\nfund = \"000730\"\nshares = \"1\"",
        2,
        "frozen[0].investor",
        "I-9",
    ),
    (
        "[[frozen]]\ninvestor = \"I-1001\"\nfund = \"999999\"\nshares = \"1\"",
        3,
        "frozen[0].fund",
        "999999",
    ),
    ("[[raising]]\nfund = \"000730\"\nfounded_on = \"2026-02-25\"", 2, "raising[0].fund", "000730"),
    ("[[raising]]\nfund = \"999999\"\nfounded_on = \"2026-02-25\"", 2, "raising[0].fund", "999999"),
    ("[override.D-9999]\ncharge = \"short\"", 1, "override.D-9999", "D-9999"),
    ("[override.\"D 1\"]\ncharge = \"short\"", 1, "override.D 1", "D 1"),
    ("[override.D-0001]\ntransfer = \"rejected\"", 2, "override.D-0001.transfer", "rejected"),
    ("[charges]\ndelay_s = 1", 1, "charges", "{ delay_s = 1 }"),
    ("[charge]\nper_mille = { payed = 1 }", 2, "charge.per_mille", "{ payed = 1 }"),
    ("[charge]\nper_mille = { declined = 600, silent = 500 }", 2, "charge.per_mille", "1100"),
];

#[test]
fn what_a_scenario_says_of_nobody_is_reported_by_name() {
    for (text, line, field, value) in OF_NOBODY {
        let (_dir, reading) = with("scenario.toml", Some(format!("{text}\n").as_bytes()));
        assert_named(&reading, "scenario.toml", *line, field, value);
        assert!(reading.day.is_some(), "{text}");
    }
}
