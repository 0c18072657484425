//! The statement of a payment channel or a bank: comma-separated values with a heading, a movement of money a line.
//!
//! 1. Which heading is which of our values is a rule. Headings that no rule names are evidence, and compared with nothing.
//! 2. A line that cannot be read is a row all the same: its money must be somebody's.
//! 3. A file without the headings that are needed is refused whole, with its name and what is missing.

use fundflow_kernel::written;
use fundflow_reconciliation::{
    row::{Row, Stand},
    rules::SourceRules,
    source::{Is, Source},
};
use rust_decimal::Decimal;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// Bytes of a line; one that is longer is no movement of money.
const LINE_MAX: u64 = 64 * 1024;

/// Why a statement is not read.
#[derive(Debug, thiserror::Error)]
pub enum StatementError<E: std::error::Error + 'static> {
    /// The operating system refuses the file.
    #[error("{} cannot be read; check that it is there and yours", path.display())]
    Io {
        /// The statement, as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A heading that the rules name is not there.
    #[error(
        "{file}, line 1: there is no heading \"{heading}\"; name the headings under [statement.columns] of the rules"
    )]
    Heading {
        /// The name of the file.
        file: String,
        /// As the rules have it.
        heading: String,
    },
    /// Whoever takes the rows cannot.
    #[error("a row cannot be kept")]
    Kept(#[source] E),
}

/// What must be in every statement.
const NEEDED: [&str; 3] = ["number", "amount", "direction"];

/// Hands every line of a statement on as a row.
///
/// # Errors
/// [`StatementError`]; rows were handed on before, so whoever takes them throws them away.
pub fn rows_of<E: std::error::Error + 'static>(
    path: &Path,
    rules: &SourceRules,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), StatementError<E>> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let failed = |source| StatementError::Io { path: path.to_owned(), source };
    let mut lines = BufReader::new(fundflow_files::open(path).map_err(failed)?);
    let heading = line(&mut lines).map_err(failed)?.unwrap_or_default();
    let heading = fields(heading.trim_start_matches('\u{feff}')).unwrap_or_default();
    let at = |name: &str| heading.iter().position(|it| it.trim() == name);
    let columns: BTreeMap<&str, usize> =
        rules.columns.iter().filter_map(|(name, of)| Some((name.as_str(), at(of)?))).collect();
    if let Some(name) = NEEDED.into_iter().find(|name| !columns.contains_key(name)) {
        let heading = rules.columns.get(name).cloned().unwrap_or_else(|| name.to_owned());
        return Err(StatementError::Heading { file: file.clone(), heading });
    }
    let mut nth = 1_u64;
    while let Some(text) = line(&mut lines).map_err(failed)? {
        nth += 1;
        if !text.trim().is_empty() {
            take(row_of(&file, nth, &text, &columns)).map_err(StatementError::Kept)?;
        }
    }
    Ok(())
}

/// The next line without its end; bytes that are no UTF-8 are replaced, and what is longer than a line may be is cut.
fn line(lines: &mut BufReader<File>) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    let mut is_over = bytes.ends_with(b"\n");
    while !is_over {
        let mut skipped = Vec::new();
        let read = lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut skipped)?;
        is_over = read == 0 || skipped.ends_with(b"\n");
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn fields(line: &str) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

fn row_of(file: &str, nth: u64, text: &str, columns: &BTreeMap<&str, usize>) -> Row {
    let said = fields(text).unwrap_or_default();
    let cell =
        |name: &str| columns.get(name).and_then(|at| said.get(*at)).map_or("", |it| it.trim());
    let mut row = Row::of(Source::Statement, Stand::Record, file, format!("line {nth}"));
    text.clone_into(&mut row.evidence);
    let mut is_read = NEEDED.iter().all(|name| !cell(name).is_empty());
    for column in Source::Statement.columns() {
        let text = cell(column.name);
        if text.is_empty() {
            continue;
        }
        row = match column.is {
            Is::Number(_) => {
                let number = number(text);
                is_read &= number.is_some();
                match number {
                    Some(number) => row.number(column.name, number),
                    None => row,
                }
            }
            Is::Day => {
                // An instant begins with its day.
                let day = written::date(text.get(..10).unwrap_or(text));
                is_read &= day.is_some();
                row.day(column.name, day)
            }
            Is::Word | Is::Key => row.word(column.name, text),
        };
    }
    if !is_read {
        row.stand = Stand::Unreadable;
    }
    row
}

/// Yuan with at most two decimals, as a person would write them.
fn number(text: &str) -> Option<Decimal> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let fits = is_plain && !whole.is_empty() && (1..=2).contains(&part.len());
    text.parse().ok().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_reconciliation::{row::Value, rules::Rules};
    use std::convert::Infallible;

    fn read(text: &str) -> Result<Vec<Row>, StatementError<Infallible>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bank.csv");
        std::fs::write(&path, text).unwrap();
        let (rules, mut rows) = (Rules::shipped().unwrap(), Vec::new());
        let rules = rules.source(Source::Statement);
        rows_of(&path, rules, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn a_line_is_a_movement_whatever_else_the_file_says_in_whichever_order() {
        let rows = read(
            "\u{feff}note,date,amount,number,direction,serial\r\n\"a, b\",2026-02-12T10:00:00,10.50,P-1,in,CH-1\r\n\r\n",
        );
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].stand, Stand::Record);
        assert_eq!(rows[0].record, "line 2");
        assert_eq!(rows[0].values["amount"], Value::Number("10.50".parse().unwrap()));
        assert_eq!(rows[0].values["date"], Value::Day("2026-02-12".parse().unwrap()));
        assert!(!rows[0].values.contains_key("note"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_row_with_all_that_it_says() {
        for line in
            ["P-1,1e3,in", "P-1,-1.00,in", "P-1,1.005,in", ",1.00,in", "P-1,,in", "\"P-1,1.00,in"]
        {
            let rows = read(&format!("number,amount,direction\n{line}\n")).unwrap();
            assert_eq!((rows.len(), rows[0].stand), (1, Stand::Unreadable), "{line}");
            assert_eq!(rows[0].evidence, line);
        }
    }

    #[test]
    fn a_file_without_a_heading_that_is_needed_is_refused_with_its_name_and_the_heading() {
        let refused = read("number,sum,direction\n").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "bank.csv, line 1: there is no heading \"amount\"; name the headings under [statement.columns] of the rules"
        );
    }
}
