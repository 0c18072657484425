//! Which columns a kind of business cannot do without. The rules are data, in `required.csv`:
//! file, business code (`*` is all), column, the edition from which it holds, and a rule:
//! `filled` (not blank), `positive` (a number above zero), `listed` (in the header, zero is
//! allowed) or `exempt` (lifts a rule for all). They are checked when writing; what others sent
//! is read as it is, since older files leave most of these blank.

use std::sync::LazyLock;

use super::field_error::FieldError;
use super::record::RecordRef;
use super::version::{FileType, Version};

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rule {
    Filled,
    Positive,
    Listed,
    Exempt,
}

#[derive(Debug, serde::Deserialize)]
struct Row {
    file: String,
    business: String,
    column: String,
    since: String,
    rule: Rule,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows = csv::Reader::from_reader(include_str!("required.csv").as_bytes());
    // Broken rows are found by the test that reads them all.
    rows.deserialize().filter_map(Result::ok).collect()
});

fn holds(row: &Row, file_type: FileType, version: Version) -> bool {
    let since = Version::from_code(&row.since);
    row.file == file_type.code() && since.is_some_and(|since| since <= version)
}

/// Checks a record against the rules of its file, edition and business code.
pub fn check(record: RecordRef<'_>) -> Result<(), FieldError> {
    missing(record)?.map_or(Ok(()), Err)
}

fn missing(record: RecordRef<'_>) -> Result<Option<FieldError>, FieldError> {
    let (file_type, version) = (record.layout().file_type(), record.layout().version());
    if !record.has("BusinessCode") {
        return Ok(None);
    }
    let business = record.text("BusinessCode")?;
    let rows = || ROWS.iter().filter(|row| holds(row, file_type, version));
    let exempt = |column: &str| {
        let same = |row: &&Row| row.business == business && row.column == column;
        rows().filter(same).any(|row| row.rule == Rule::Exempt)
    };
    let broken = rows().filter(|row| row.business == "*" || row.business == business).find(|row| {
        let column = row.column.as_str();
        match row.rule {
            Rule::Filled | Rule::Positive => record.is_blank(column) && !exempt(column),
            Rule::Listed => !record.has(column),
            Rule::Exempt => false,
        }
    });
    Ok(broken.map(|row| FieldError::Required {
        field: row.column.clone(),
        business: business.into_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary;

    #[test]
    fn every_rule_is_about_a_column_of_its_file() {
        let lines = include_str!("required.csv").lines().count() - 1;
        assert_eq!(ROWS.len(), lines);
        for row in ROWS.iter() {
            let file_type = FileType::from_code(&row.file).expect(&row.file);
            let version = Version::from_code(&row.since).expect(&row.since);
            assert!(dictionary::find(file_type, version, &row.column).is_some(), "{row:?}");
        }
    }
}
