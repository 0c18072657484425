//! Statements as they come, and what is kept of them.

use super::{Statement, StatementError, StatementFolder};
use fundflow_domain::settlement::SettlementId;
use std::fs;

const GOOD: &str = "settlement,serial,way,amount,booked_on\n\
    channel.2026-02-13,B-1,in,600.00,2026-02-24\n\
    channel.2026-02-13,B-1,in,600.00,2026-02-24\n\
    fund.000730.2026-02-13,B-2,out,10.00,2026-02-24\n\
    fund.050002.2026-02-13,,,,2026-02-24\n";

fn id(text: &str) -> SettlementId {
    SettlementId::parse(text).unwrap()
}

fn said(folder: &StatementFolder, of: &str) -> Option<Vec<String>> {
    let parts = folder.said(id(of)).unwrap()?;
    Some(parts.iter().map(|it| format!("{} {:?} {}", it.serial, it.way, it.amount)).collect())
}

#[test]
fn a_statement_is_kept_by_settlement_and_each_line_once() {
    let base = tempfile::tempdir().unwrap();
    let (file, folder) = (base.path().join("bank.csv"), StatementFolder::below(base.path()));
    fs::write(&file, GOOD).unwrap();
    let statement = Statement::read(&file).unwrap();
    assert_eq!(folder.take(&statement).unwrap(), 3);
    assert_eq!(folder.take(&statement).unwrap(), 0, "nothing is new of it");
    assert_eq!(said(&folder, "channel.2026-02-13").unwrap(), ["B-1 In 600.00"]);
    assert_eq!(said(&folder, "fund.000730.2026-02-13").unwrap(), ["B-2 Out 10.00"]);
    assert_eq!(said(&folder, "fund.050002.2026-02-13"), Some(vec![]), "nothing moved, it says");
    assert_eq!(said(&folder, "channel.2026-02-12"), None, "nobody speaks of it");
}

#[test]
fn a_later_statement_adds_to_what_is_kept_and_a_serial_with_other_figures_stays_beside_the_first() {
    let base = tempfile::tempdir().unwrap();
    let (file, folder) = (base.path().join("bank.csv"), StatementFolder::below(base.path()));
    for text in [GOOD.to_owned(), GOOD.replace("600.00", "601.00")] {
        fs::write(&file, text).unwrap();
        folder.take(&Statement::read(&file).unwrap()).unwrap();
    }
    let both = ["B-1 In 600.00", "B-1 In 601.00"];
    assert_eq!(said(&folder, "channel.2026-02-13").unwrap(), both);
}

#[test]
fn one_bad_line_and_nothing_of_the_statement_is_taken() {
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("bank.csv");
    for (from, to, line) in [
        ("settlement,serial", "order,serial", 1),
        ("channel.2026-02-13,B-1", "bank.2026-02-13,B-1", 2),
        ("B-2,out", "B-2,away", 4),
        ("10.00", "10.001", 4),
        ("10.00", "0.00", 4),
        ("fund.050002.2026-02-13,,,,2026-02-24", "fund.050002.2026-02-13,,,,24.2.", 5),
        ("B-2,out", ",out", 4),
    ] {
        fs::write(&file, GOOD.replacen(from, to, 1)).unwrap();
        match Statement::read(&file) {
            Err(StatementError::Line { line: at, .. }) => assert_eq!(at, line, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}
