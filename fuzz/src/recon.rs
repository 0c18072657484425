// What must hold for any rules of a reconciliation and any statement: reading them does not panic and says the same
// twice, a mistake in rules names a line of them, and every line of a statement that is read joins or breaks once. The
// rules end at a line `=== statement`.

use std::{convert::Infallible, fs, path::Path};

use chrono::NaiveDate;
use fundflow_infrastructure::reconciled::{Side, Staging, rows_of};
use fundflow_reconciliation::{
    join::judge,
    row::{Row, Stand},
    rules::Rules,
    source::Source,
};

const DIVIDES: &[u8] = b"=== statement\n";

/// Whether both were accepted; panics if a promise is broken.
pub(crate) fn recon(at: &Path, data: &[u8]) -> bool {
    let cut = data.windows(DIVIDES.len()).position(|it| it == DIVIDES);
    let (own, statement) =
        cut.map_or((data, &b""[..]), |cut| (&data[..cut], &data[cut + DIVIDES.len()..]));
    let own = String::from_utf8_lossy(own);
    let rules = Rules::of("own.toml", &own);
    assert_eq!(rules, Rules::of("own.toml", &own), "the same rules, and another word on them");
    let rules = match rules {
        Ok(rules) => rules,
        Err(wrong) => {
            let lines = own.matches('\n').count() + 1;
            assert!((1..=lines).contains(&wrong.line), "{wrong}: there are {lines} lines");
            return false;
        }
    };
    let path = at.join("bank.csv");
    fs::write(&path, statement).expect("a statement");
    let Some(rows) = read(&path, &rules) else { return false };
    assert_eq!(Some(&rows), read(&path, &rules).as_ref(), "the same statement, and other rows");
    joined_once(&rules, rows);
    true
}

fn read(path: &Path, rules: &Rules) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let read = rows_of(path, rules.source(Source::Statement), |row| {
        rows.push(row);
        Ok::<_, Infallible>(())
    });
    read.is_ok().then_some(rows)
}

/// Every other line is an event of ours, too.
fn joined_once(rules: &Rules, rows: Vec<Row>) {
    let rules = rules.source(Source::Statement);
    let day = NaiveDate::default();
    let mut staging = Staging::new().expect("room for rows");
    let lines = rows.len();
    for (nth, row) in rows.into_iter().enumerate() {
        staging.add(rules, Side::Theirs, &row).expect("room for a row");
        if nth % 2 == 0 {
            let stand = Stand::Event { due: None, heard: day, dated: day };
            staging.add(rules, Side::Ours, &Row { stand, ..row }).expect("room for a row");
        }
    }
    let (mut records, mut after) = (0, None::<(Source, String)>);
    loop {
        let behind = after.as_ref().map(|(source, key)| (*source, key.as_str()));
        let page = staging.page(behind).expect("rows that were put there");
        let Some(last) = page.last() else { break };
        after = Some((last.source, last.key.clone()));
        for group in page {
            let judged = judge(rules, &group.key, group.rows, day);
            let broken = judged.breaks.iter().filter(|it| it.record.is_some()).count();
            records += judged.joins.len() + broken;
        }
    }
    assert_eq!(records, lines, "each line joins or breaks, once");
}
