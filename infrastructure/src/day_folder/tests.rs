use super::*;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

fn example() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/day"))
}

/// A copy of the example with one file written anew; `None` removes it.
pub(super) fn with(file: &str, bytes: Option<&[u8]>) -> (TempDir, Reading) {
    let dir = tempfile::tempdir().unwrap();
    for name in ["day.toml", "orders.csv", "investors.csv", "navs.csv"] {
        fs::copy(example().join(name), dir.path().join(name)).unwrap();
    }
    // Another day.toml does not say that they are beside others.
    if file == "day.toml" {
        let navs = fs::read_to_string(example().join("navs.csv")).unwrap();
        let navs: Vec<_> = navs.lines().filter(|row| !row.starts_with("990003")).collect();
        fs::write(dir.path().join("navs.csv"), navs.join("\n") + "\n").unwrap();
    } else {
        fs::create_dir(dir.path().join("funds")).unwrap();
        for fund in ["050027", "990001", "990002", "990003"] {
            let fund = format!("funds/{fund}.toml");
            fs::copy(example().join(&fund), dir.path().join(&fund)).unwrap();
        }
    }
    match bytes {
        Some(bytes) => fs::write(dir.path().join(file), bytes).unwrap(),
        None => fs::remove_file(dir.path().join(file)).unwrap(),
    }
    let reading = read(dir.path(), &TradingCalendar::xshg().unwrap());
    (dir, reading)
}

const HEADING: &str = "transaction,time,investor,wallet_fund,target_fund,amount";
const GOOD: &str = "G-1,09:00,I-1001,000730,011162,100.00";

/// The complaints about one more row below a good one, and whether the good one went on.
fn about(row: &str) -> Vec<String> {
    let (_dir, reading) =
        with("orders.csv", Some(format!("{HEADING}\n{GOOD}\n{row}\n").as_bytes()));
    let orders = reading.day.unwrap().orders;
    assert_eq!(orders.first().unwrap().transaction.as_str(), "G-1", "{row}");
    reading.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_day_has_no_mistake() {
    let reading = read(&example(), &TradingCalendar::xshg().unwrap());
    assert_eq!(reading.problems, []);
    let day = reading.day.unwrap();
    assert_eq!((day.orders.len(), day.investors.len(), day.prices.len()), (105, 15, 8));
    assert_eq!(
        (day.trade_date.to_string(), day.next.to_string()),
        ("2026-02-12".into(), "2026-02-13".into())
    );
}

#[test]
fn funds_that_are_added_stand_beside_the_programs_or_in_the_place_of_one() {
    let (_dir, reading) = with("scenario.toml", Some(b""));
    let catalogue = reading.day.unwrap().catalogue;

    let on =
        |code: &str| catalogue.on(code.parse().unwrap(), "2026-02-12".parse().unwrap()).unwrap();
    assert_eq!(on("050027").version.as_str(), "050027-example");
    assert_eq!(on("990001").version.as_str(), "990001-raising");
    assert_eq!(catalogue.codes().count(), 7 + 3, "no other is lost");
}

#[test]
fn a_bad_field_is_reported_with_its_place_its_value_and_what_may_stand_there() {
    let amount =
        "yuan: 0.01 to 99999999999999.99, at most 2 decimals, no exponent and no separators";
    for amount_text in ["-5", "0", "100.001", "1e30", "ten", "1000000000000000", "１００"] {
        assert_eq!(
            about(&format!("B-1,09:00,I-1001,000730,011162,{amount_text}")),
            [format!("orders.csv:3: amount {amount_text:?}: write {amount}")]
        );
    }
    let funds = "000730, 000891, 001546, 011162, 018145, 050003, 050027, 990001, 990002, 990003";
    let rows = [
        ("B-1,09:00,I-1001,000730,011162,", format!("amount \"\": is empty; write {amount}")),
        ("B-1,09:00,I-1001,000730,011162,\"1,000.00\"", format!("amount \"1,000.00\": write {amount}")),
        ("B-1,09:00,I-9,000730,011162,1", "investor \"I-9\": write an investor of investors.csv".into()),
        ("B-1,09:00,I-1001,000730,999999,1", format!("target_fund \"999999\": write one of {funds}")),
        ("B 1,09:00,I-1001,000730,011162,1", "transaction \"B 1\": write 1 to 64 of A-Z a-z 0-9 . _ -".into()),
        (
            "-.-,09:00,I-1001,000730,011162,1",
            "transaction \"-.-\": write 1 to 64 of A-Z a-z 0-9 . _ -, a letter or a digit among them".into(),
        ),
        (
            "B-1,25:00,I-1001,000730,011162,1",
            "time \"25:00\": write a time of the day like 10:30:00, or an instant like \
             2026-02-12T10:30:00+08:00"
                .into(),
        ),
        (
            "B-1,2026-02-14T09:00:00+08:00,I-1001,000730,011162,1",
            "time \"2026-02-14T09:00:00+08:00\": belongs to 2026-02-24; this day plays 2026-02-12 and \
             2026-02-13"
                .into(),
        ),
        (
            "B-1,09:00,I-1001,000730",
            "4 fields, but the first line names 6 columns; a comma inside of a field needs quotes around \
             the field"
                .into(),
        ),
        (
            "G-1,09:30,I-1002,000730,011162,200.00",
            "transaction \"G-1\": already stands for another order on line 2; it differs in investor, \
             amount: give a new order a new transaction"
                .into(),
        ),
    ];
    for (row, complaint) in rows {
        assert_eq!(about(row), [format!("orders.csv:3: {complaint}")], "{row}");
    }
}

#[test]
fn every_mistake_of_a_row_is_reported_at_once() {
    let complaints = about("B-1,noon,I-9,1,2,-1");
    let fields: Vec<_> = complaints.iter().map(|text| text.split(' ').nth(1).unwrap()).collect();

    assert_eq!(fields, ["time", "investor", "wallet_fund", "target_fund", "amount"]);
}

#[test]
fn the_same_order_twice_is_a_repeated_request_and_no_mistake() {
    assert_eq!(about("G-1,09:30,I-1001,000730,011162,100.00"), [""; 0]);
}

#[test]
fn a_file_that_looks_cut_off_loses_its_last_row_and_says_so() {
    let cut = format!("{HEADING}\n{GOOD}\nG-2,09:01,I-1001,000730,011162,100.0");
    let (_dir, reading) = with("orders.csv", Some(cut.as_bytes()));

    assert_eq!(reading.day.unwrap().orders.len(), 1);
    assert_eq!(
        reading.problems.first().unwrap().to_string(),
        "orders.csv:3: the file ends within this line, which may be half written; complete it and end \
         it with a line break"
    );
}

#[test]
fn a_row_of_any_file_is_cut_off_and_reported_by_its_line_whatever_ends_the_lines() {
    let cut = include_str!("../../../examples/day/investors.csv").trim_end();
    let tables = [
        ("orders.csv", 3, format!("{HEADING}|{GOOD}|G-2,09:01,I-1001,000730,011162,1")),
        ("orders.csv", 6, format!("{HEADING}|||{GOOD}||G-2,09:01,I-1001,000730,011162,1")),
        (
            "orders.csv",
            4,
            format!("{HEADING},note|{GOOD},\"a|b\"|G-2,09:01,I-1001,000730,011162,1,"),
        ),
        (
            "orders.csv",
            3,
            format!("{HEADING},note|{GOOD},|G-2,09:01,I-1001,000730,011162,1,\"x|y\""),
        ),
        ("orders.csv", 1, HEADING.to_owned()),
        ("orders.csv", 1, "transaction,time,inv".to_owned()),
        ("navs.csv", 4, "fund,date,nav||011162,2026-02-12,0.7421|018145,2026-02-12,1".to_owned()),
        ("investors.csv", cut.lines().count(), cut.replace('\n', "|")),
    ];
    let problem = "the file ends within this line, which may be half written; complete it and end it \
                   with a line break";
    for (file, line, text) in tables {
        for (end, mark) in [("\n", ""), ("\r\n", ""), ("\n", "\u{FEFF}"), ("\r\n", "\u{FEFF}")] {
            let written = format!("{mark}{}", text.replace('|', end));
            let (_dir, reading) = with(file, Some(written.as_bytes()));
            // A line break within a field is a mistake of its own, in a row before.
            let ours = reading.problems.iter().filter(|it| it.file == file);
            let first =
                ours.filter(|it| !it.problem.contains("U+000")).find(|it| it.line.is_some());
            let first = first.unwrap();
            let alone = if line == 1 { ", where no row follows, too" } else { "" };
            let expected = format!("{file}:{line}: {problem}{alone}");
            assert_eq!(first.to_string(), expected, "{written:?}");
            let mut orders = reading.day.iter().flat_map(|day| &day.orders);
            assert!(orders.all(|it| it.transaction.as_str() != "G-2"), "{written:?}");

            let (_dir, whole) = with(file, Some(format!("{written}{end}").as_bytes()));
            let said = whole.problems.iter().any(|it| it.problem.contains("half written"));
            assert!(!said, "{written:?}");
        }
    }
}

#[test]
fn a_mistake_is_reported_by_its_line_whatever_ends_the_lines() {
    let investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until";
    let rows = [
        ("orders.csv", 3, format!("{HEADING}|{GOOD}|B-1,09:00,I-1001,000730,011162,x|")),
        ("orders.csv", 7, format!("|{HEADING}|||{GOOD}||B-1,09:00,I-1001,000730,011162,x|")),
        (
            "orders.csv",
            5,
            format!("{HEADING},note|{GOOD},\"a||b\"|B-1,09:00,I-1001,000730,011162,x,|"),
        ),
        ("orders.csv", 4, format!("|||{HEADING},colour|{GOOD},|")),
        ("navs.csv", 3, "fund,date,nav||000730,2026-02-12,x|".to_owned()),
        ("investors.csv", 3, format!("{investors}||I-1001,A-1,C9,2027-01-31,verified,2035-06-30|")),
    ];
    for (file, line, text) in rows {
        for end in ["\n", "\r\n"] {
            let written = text.replace('|', end);
            let (_dir, reading) = with(file, Some(written.as_bytes()));
            // A line break within a field is a mistake of its own, in a row before.
            let ours = reading.problems.iter().filter(|it| it.file == file);
            let first =
                ours.filter(|it| !it.problem.contains("U+000")).find(|it| it.line.is_some());
            let first = first.unwrap();
            assert_eq!(first.line, Some(line), "{written:?}: {first}");
        }
    }
}

#[test]
fn a_field_that_is_not_utf8_leaves_out_its_row_alone() {
    let why = "is not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8";
    let rows: [(&[u8], &[&str]); 2] = [
        (b"B-1,09:00,I-1001,000730,011162,1.00,\xB2x\r\n", &["note \"\u{FFFD}x\""]),
        (
            b"B-1,09:00,I-\xFF,000730,011162,1\xFF,\r\n",
            &["investor \"I-\u{FFFD}\"", "amount \"1\u{FFFD}\""],
        ),
    ];
    for (row, fields) in rows {
        let text = [HEADING.as_bytes(), b",note\r\n", row, GOOD.as_bytes(), b",\r\n"].concat();
        let (_dir, reading) = with("orders.csv", Some(&text));
        let expected: Vec<_> =
            fields.iter().map(|field| format!("orders.csv:2: {field}: {why}")).collect();
        let complaints: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(complaints, expected);
        let orders = reading.day.unwrap().orders;
        let left: Vec<_> = orders.iter().map(|order| order.transaction.as_str()).collect();
        assert_eq!(left, ["G-1"]);
    }
}

#[test]
fn a_price_of_a_money_market_fund_other_than_one_is_a_mistake_of_its_row() {
    for (nav, taken) in [("1", true), ("1.0000", true), ("1.1", false), ("0.99999999", false)] {
        let text = format!("fund,date,nav\n011162,2026-02-12,0.7421\n000730,2026-02-12,{nav}\n");
        let (_dir, reading) = with("navs.csv", Some(text.as_bytes()));
        let mut complaints = reading.problems.iter().map(ToString::to_string);
        let complaints = complaints.find(|it| it.contains("000730"));
        let problem = format!(
            "navs.csv:3: nav {nav:?}: write 1.00000000: 000730 is a money-market fund, whose share is \
             always 1 yuan"
        );
        assert_eq!(complaints, (!taken).then_some(problem));
        assert_eq!(reading.day.unwrap().prices.len(), 1 + usize::from(taken), "{nav}");
    }
}

#[test]
fn a_file_that_cannot_be_read_as_a_whole_ends_the_reading() {
    let quote = format!("{HEADING}\n{GOOD}\nG-2,09:01,\"I-1001,000730,011162,100.00\n{GOOD}\n");
    let missing = "transaction,time,investor,wallet_fund,target_fund\n";
    let unknown = format!("{HEADING},mod\n");
    let utf16 = [b"\xFF\xFE", HEADING.as_bytes(), b"\n"].concat();
    let first = "transaction,time,investor,wallet_fund,target_fund,amount,mode,only_today,\
                 warning_confirmed,distributor,note,kind";
    let columns = format!(
        "{first}; with kind also fund,shares,lots,on_huge,account,of,scope,frequency,start,through,\
         periods,misses_max,closed_day,missing_day,day,per_10_000,publication"
    );
    let rows: [(&str, Option<&[u8]>, String); 8] = [
        ("orders.csv", Some(quote.as_bytes()), "orders.csv:3: a quote is opened here and never closed; close it".into()),
        ("orders.csv", Some(missing.as_bytes()), format!("orders.csv:1: column amount is missing; the columns are {columns}")),
        ("orders.csv", Some(unknown.as_bytes()), format!("orders.csv:1: column \"mod\": is unknown; mode may be meant; the columns are {columns}")),
        ("orders.csv", Some(b""), format!("orders.csv: is empty; its first line is {first}")),
        (
            "orders.csv",
            Some(&utf16),
            "orders.csv:1: is not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8".into(),
        ),
        ("investors.csv", None, "investors.csv: cannot be read: No such file or directory (os error 2)".into()),
        (
            "day.toml",
            None,
            "day.toml: is missing: the folder is half written, or it is no day; write day.toml last".into(),
        ),
        (
            "day.toml",
            Some(b"trade_date = \"2026-02-12\"\nseed = 1\n"),
            "day.toml:1: trade_date \"2026-02-12\": write a date without quotes and without a time, like \
             2026-02-12".into(),
        ),
    ];
    for (file, bytes, complaint) in rows {
        let (_dir, reading) = with(file, bytes);
        assert!(reading.day.is_none(), "{complaint}");
        let complaints: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(complaints, [complaint]);
    }
}

#[test]
fn a_day_without_trading_or_without_a_calendar_cannot_be_played() {
    let rows = [
        ("2026-02-14", "2026-02-14 is not a trading day; the exchange is closed"),
        (
            "2027-01-04",
            "2027-01-04 is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); install \
             the exchange's calendar for that year",
        ),
        (
            "2026-12-31",
            "2027-01-01 is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); install \
             the exchange's calendar for that year",
        ),
    ];
    for (date, complaint) in rows {
        let text = format!("trade_date = {date}\nseed = 1\n");
        let (_dir, reading) = with("day.toml", Some(text.as_bytes()));
        assert!(reading.day.is_none());
        let complaints: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(complaints, [format!("day.toml:1: trade_date {date:?}: {complaint}")]);
    }
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let marked = format!("\u{FEFF}{HEADING}\r\n{GOOD}\r\n");
    let (_dir, reading) = with("orders.csv", Some(marked.as_bytes()));

    assert_eq!(reading.problems, []);
    assert_eq!(reading.day.unwrap().orders.len(), 1);
}

#[test]
fn no_order_of_today_or_later_has_the_price_of_yesterday() {
    let navs = "fund,date,nav\n011162,2026-02-11,0.7421\n018145,2026-02-12,1.0836\n050027,2026-02-12,1.0523\n990003,2026-02-12,1.0000\n";
    let (_dir, reading) = with("navs.csv", Some(navs.as_bytes()));
    let complaints: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
    let no =
        |day| format!("navs.csv: fund 011162 has no price on {day}; orders need it: add a row");
    assert_eq!(complaints, ["2026-02-12", "2026-02-13"].map(no));
}

#[test]
fn an_override_of_nothing_a_misspelt_fate_and_a_missing_price_are_reported() {
    let rows = [
        (
            "scenario.toml",
            "[override.D-9]\ncharge = \"declined\"\n",
            "scenario.toml:1: override.D-9 \"D-9\": no good row of orders.csv has this transaction; check its \
             spelling",
        ),
        (
            "scenario.toml",
            "seed = 7\n",
            "scenario.toml:1: seed \"7\": belongs into day.toml; remove it here",
        ),
        (
            "navs.csv",
            "fund,date,nav\n011162,2026-02-13,0.7421\n018145,2026-02-12,1.0836\n050027,2026-02-12,1.0523\n990003,2026-02-12,1.0000\n",
            "navs.csv: fund 011162 has no price on 2026-02-12; orders need it: add a row",
        ),
        (
            "navs.csv",
            "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-13,0.7421\n018145,2026-02-12,1.0836\n050027,2026-02-12,1.0523\n050027,2026-02-13,1.0523\n011162,2026-02-12,0.7422\n990003,2026-02-12,1.0000\n",
            "navs.csv:7: fund \"011162\": 2026-02-12 has a price on line 2 already",
        ),
    ];
    for (file, text, complaint) in rows {
        let (_dir, reading) = with(file, Some(text.as_bytes()));
        let complaints: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(complaints, [complaint]);
    }
}

#[test]
fn a_bad_investor_is_left_out_and_so_are_its_orders() {
    let text = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until\n\
                I-1001,A-1,C9,2027-01-31,known,2035-06-30\n";
    let (_dir, reading) = with("investors.csv", Some(text.as_bytes()));
    let complaints: Vec<_> = reading.problems.iter().take(2).map(ToString::to_string).collect();

    assert_eq!(
        complaints,
        [
            "investors.csv:2: risk \"C9\": write C1-lowest, C1, C2, C3, C4, C5 or professional",
            "investors.csv:2: kyc \"known\": write unverified, verified, id_expired, data_missing, \
             list_hit, frozen or closed",
        ]
    );
    let left = reading.day.unwrap().orders;
    let nobodys = left.iter().filter(|order| order.kind.investor().is_none());
    // Neither a cancellation nor an income names an investor.
    assert_eq!((nobodys.count(), left.len()), (5 + 12, 5 + 12));
}
