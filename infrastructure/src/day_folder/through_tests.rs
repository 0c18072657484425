use super::{tests::with, *};
use fundflow_domain::ids::DistributorCode;

const DAY: &str = "trade_date = 2026-02-12\nseed = 1\n";
const HEADING: &str = "transaction,time,kind,investor,fund,amount,frequency,start,of,distributor";

/// What is said of a `day.toml` with that line more.
fn complaints(line: &str) -> Vec<String> {
    let (_dir, reading) = with("day.toml", Some(format!("{DAY}{line}\n").as_bytes()));
    reading.problems.iter().map(ToString::to_string).collect()
}

/// The orders of a day of those distributors, and what is said of its rows.
fn orders(day: &str, rows: &[&str]) -> (Vec<Order>, Vec<String>) {
    let (dir, _) = with("orders.csv", Some(format!("{HEADING}\n{}\n", rows.join("\n")).as_bytes()));
    let more = "funds = \"added\"";
    std::fs::write(dir.path().join("day.toml"), format!("{DAY}{more}\n{day}\n")).unwrap();
    let reading = read(dir.path(), &TradingCalendar::xshg().unwrap());
    let of_rows = reading.problems.iter().filter(|it| it.file == "orders.csv");
    let of_rows = of_rows.map(ToString::to_string).collect();
    (reading.day.unwrap().orders, of_rows)
}

#[test]
fn a_day_may_have_several_distributors_in_their_order() {
    for (line, own, others) in [
        ("", "305", &[][..]),
        ("distributor = \"306\"", "306", &[]),
        ("distributors = [\"306\"]", "306", &[]),
        ("distributors = [\"306\", \"305\", \"A1\"]", "306", &["305", "A1"]),
    ] {
        let (_dir, reading) = with("day.toml", Some(format!("{DAY}{line}\n").as_bytes()));
        let settings = reading.day.unwrap().settings;
        let said: Vec<_> =
            settings.other_distributors.iter().map(DistributorCode::as_str).collect();
        assert_eq!((settings.distributor.as_str(), &said[..]), (own, others), "{line}");
    }
    let list = "write a list of different codes, like [\"305\", \"306\"]";
    let code = "write 1 to 9 of A-Z a-z 0-9, in quotes";
    for (line, problem) in [
        ("distributors = []", format!("distributors \"\": {list}")),
        ("distributors = [\"305\", \"305\"]", format!("distributors \"305 305\": {list}")),
        ("distributors = [\"305\", \"30_6\"]", format!("distributors \"30_6\": {code}")),
        ("distributors = [305]", format!("distributors \"[305]\": {list}")),
        ("distributors = \"305\"", format!("distributors \"305\": {list}")),
        (
            "distributors = [\"306\"]\ndistributor = \"305\"",
            "distributor \"305\": write distributor or distributors, not both".to_owned(),
        ),
    ] {
        let line_of = if line.contains('\n') { 4 } else { 3 };
        let said = complaints(line);
        assert!(
            said.iter().any(|it| it.starts_with(&format!("day.toml:{line_of}: {problem}"))),
            "{line}: {said:?}"
        );
    }
}

#[test]
fn an_order_is_stored_with_its_distributor_only_where_the_day_lists_them() {
    let row = |code: &str| format!("A-1,09:00,recharge,I-1001,000730,100.00,,,,{code}");
    let several = "distributors = [\"305\", \"306\"]";
    for (day, code, stored) in [
        ("", "", None),
        ("", "305", None),
        ("distributor = \"306\"", "306", None),
        (several, "", Some("305")),
        (several, "305", Some("305")),
        (several, "306", Some("306")),
        ("distributors = [\"306\"]", "", Some("306")),
    ] {
        let (orders, said) = orders(day, &[&row(code)]);
        assert_eq!(said, [""; 0], "{day} {code}");
        let of = orders[0].distributor.as_ref().map(DistributorCode::as_str);
        assert_eq!(of, stored, "{day} {code}");
        assert_eq!(orders[0].words().contains("distributor="), stored.is_some());
    }
}

#[test]
fn a_distributor_that_the_day_does_not_have_is_reported_and_the_other_rows_go_on() {
    let several = "distributors = [\"305\", \"306\"]";
    let bad = "B-1,09:00,recharge,I-1001,000730,100.00,,,,307";
    let good = "A-1,09:00,recharge,I-1001,000730,100.00,,,,306";
    let (left, said) = orders(several, &[bad, good]);
    let what = "write one of 305, 306, or nothing for 305";
    assert_eq!(said, [format!("orders.csv:2: distributor \"307\": {what}")]);
    assert_eq!(left.iter().map(|it| it.transaction.as_str()).collect::<Vec<_>>(), ["A-1"]);
    let (left, said) = orders("", &[bad]);
    assert_eq!(said, ["orders.csv:2: distributor \"307\": write one of 305, or nothing for 305"]);
    assert_eq!(left, []);
}

#[test]
fn what_is_about_an_earlier_order_names_no_distributor() {
    let several = "distributors = [\"305\", \"306\"]";
    for (row, kind) in [
        ("B-1,09:30,cancel,,,,,,A-1,306", "cancel"),
        ("B-1,09:30,plan_end,,,,,,A-1,306", "plan_end"),
    ] {
        let (_, said) = orders(several, &[row]);
        let what = format!("a {kind} does not use it; leave it empty");
        assert_eq!(said, [format!("orders.csv:2: distributor \"306\": {what}")]);
        assert_eq!(orders(several, &[row.trim_end_matches("306")]).1, [""; 0]);
    }
}

#[test]
fn a_plan_has_its_distributor_for_each_of_its_dates() {
    let several = "distributors = [\"305\", \"306\"]";
    let row = "P-1,09:00,plan,I-1001,011162,100.00,daily,2026-02-13,,306";
    let (orders, _) = orders(several, &[row]);
    let Kind::Plan(terms) = &orders[0].kind else { panic!("{orders:?}") };
    assert_eq!(terms.distributor.as_ref().map(DistributorCode::as_str), Some("306"));
}

#[test]
fn the_same_transaction_of_another_distributor_is_another_order() {
    let row = |code: &str| format!("A-1,09:00,recharge,I-1001,000730,100.00,,,,{code}");
    let (left, said) = orders(
        "distributors = [\"305\", \"306\"]",
        &[&row("306"), &row("306"), &row(""), &row("305")],
    );
    let what = "already stands for another order on line 2; it differs in distributor: give a new \
                order a new transaction";
    let problem = |line: usize| format!("orders.csv:{line}: transaction \"A-1\": {what}");
    assert_eq!(said, [problem(4), problem(5)]);
    assert_eq!(left.len(), 2, "a repeat stays");
}
