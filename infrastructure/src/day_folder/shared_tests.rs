//! What several days share lies beside their folders, once.

use super::*;
use std::fs;
use tempfile::TempDir;

const FUND: &str = include_str!("../../../catalogue/011162.toml");
const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until
I-1,A-1,C5,2027-01-31,verified,2035-06-30
";
const ORDERS: &str =
    "transaction,time,kind,investor,fund,amount\nP-1,10:01:00,purchase,I-1,011162,100.00\n";

/// A folder with orders alone, and beside it what days share.
fn days(settings: &str) -> TempDir {
    let week = tempfile::tempdir().unwrap();
    fs::create_dir_all(week.path().join("day")).unwrap();
    fs::create_dir_all(week.path().join("funds")).unwrap();
    let day = format!("trade_date = 2026-02-12\nseed = 1\n{settings}\n");
    for (name, text) in [
        ("day/day.toml", day.as_str()),
        ("day/orders.csv", ORDERS),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n011162,2026-02-12,0.7421\n"),
        ("funds/011162.toml", FUND),
    ] {
        fs::write(week.path().join(name), text).unwrap();
    }
    week
}

fn calendar() -> TradingCalendar {
    TradingCalendar::xshg().unwrap()
}

fn said(week: &TempDir) -> Vec<String> {
    let reading = read(&week.path().join("day"), &calendar());
    reading.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_folder_has_what_it_shares_with_other_days_and_its_own_counts_first() {
    let week = days("shared = \"..\"");
    let folder = week.path().join("day");
    let Reading { day, problems } = read(&folder, &calendar());
    assert_eq!(problems, []);
    let day = day.unwrap();
    assert_eq!((day.catalogue.codes().count(), day.investors.len(), day.prices.len()), (1, 1, 1));
    assert_eq!(investors(&folder).0.len(), 1);
    let (terms, problems) = DayTerms::read(&folder, &calendar());
    assert_eq!((terms.unwrap().prices.len(), problems), (1, vec![]));

    fs::write(folder.join("navs.csv"), "fund,date,nav\n011162,2026-02-12,0.8\n").unwrap();
    let prices = read(&folder, &calendar()).day.unwrap().prices;
    assert_eq!(prices.first().unwrap().nav, "0.8".parse().unwrap());
}

#[test]
fn without_the_key_nothing_beside_the_folder_counts() {
    let said = said(&days(""));
    for file in ["investors.csv: cannot be read", "navs.csv: cannot be read"] {
        assert!(said.iter().any(|it| it.starts_with(file)), "{said:?}");
    }
}

#[test]
fn what_is_no_directory_is_named_with_its_line() {
    for wrong in ["\"../none\"", "\"../investors.csv\"", "3"] {
        let said = said(&days(&format!("shared = {wrong}")));
        let of_key = said.iter().filter(|it| it.starts_with("day.toml:3: shared "));
        assert_eq!(of_key.count(), 1, "{wrong}: {said:?}");
        assert!(said[0].contains("a directory in quotes, as seen from this folder"), "{said:?}");
    }
}
