//! A CSV file with a heading: bytes to rows whose fields are found by name.

use super::Problem;
use chrono::Timelike as _;
use fundflow_domain::time::Timestamp;
use std::{fs, path::Path};

/// The columns that a file has.
pub(super) struct Columns {
    pub(super) needed: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    /// A column whose presence means that the file has other columns.
    pub(super) unless: Option<(&'static str, &'static Columns)>,
}

/// A file whose heading is right, and its rows that have the right number of fields.
pub(super) struct Table {
    pub(super) file: &'static str,
    headings: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A line of a table with its number, for messages.
pub(super) struct Row {
    pub(super) line: usize,
    fields: Vec<String>,
}

/// Reads a file; `None` when it has to be mended as a whole.
pub(super) fn read(
    folder: &Path,
    file: &'static str,
    columns: &Columns,
    problems: &mut Vec<Problem>,
) -> Option<Table> {
    let text = text(folder, file, problems)?;
    if let Some(line) = open_quote(&text) {
        let problem = "a quote is opened here and never closed; close it";
        problems.push(Problem::of_line(file, line, problem));
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings: Vec<String> =
        reader.headers().ok()?.iter().map(|heading| heading.trim().to_owned()).collect();
    let has = |column: &str| headings.iter().any(|heading| heading == column);
    let columns = match columns.unless {
        Some((column, others)) if has(column) => others,
        Some(_) | None => columns,
    };
    let heading = heading_problems(file, &headings, columns);
    if !heading.is_empty() {
        problems.extend(heading);
        return None;
    }
    let mut table = Table { file, headings, rows: Vec::new() };
    let cut_off = (!text.is_empty() && !text.ends_with('\n')).then(|| text.lines().count());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::of_file(file, error.to_string()));
                return None;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        let fields: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
        match row_problem(file, line, &fields, table.headings.len(), cut_off) {
            Some(problem) => problems.push(problem),
            None => table.rows.push(Row { line, fields }),
        }
    }
    Some(table)
}

/// The text of a file, without a byte-order mark.
pub(super) fn text(
    folder: &Path,
    file: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let bytes = match fs::read(folder.join(file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(Problem::of_file(file, format!("cannot be read: {error}")));
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..at).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            let problem =
                format!("byte {at} is not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8");
            problems.push(Problem::of_line(file, line, problem));
            None
        }
    }
}

/// The line of a quote that nothing closes. A doubled quote inside of quotes closes and opens.
fn open_quote(text: &str) -> Option<usize> {
    let quotes = text.bytes().enumerate().filter(|(_, byte)| *byte == b'"');
    let positions: Vec<usize> = quotes.map(|(at, _)| at).collect();
    let last = positions.last().filter(|_| positions.len() % 2 == 1)?;
    Some(1 + text.bytes().take(*last).filter(|byte| *byte == b'\n').count())
}

fn heading_problems(file: &str, headings: &[String], columns: &Columns) -> Vec<Problem> {
    let all: Vec<&str> = columns.needed.iter().chain(columns.optional).copied().collect();
    let mut problems = Vec::new();
    if headings.iter().all(String::is_empty) {
        let problem = format!("is empty; its first line is {}", all.join(","));
        return vec![Problem::of_file(file, problem)];
    }
    for needed in columns.needed.iter().filter(|needed| !headings.iter().any(|it| it == *needed)) {
        let problem = format!("column {needed} is missing; the columns are {}", all.join(","));
        problems.push(Problem::of_line(file, 1, problem));
    }
    for (index, heading) in headings.iter().enumerate() {
        let twice = headings.iter().take(index).any(|before| before == heading);
        if twice || !all.contains(&heading.as_str()) {
            let what = if twice { "stands twice" } else { "is unknown" };
            let problem = format!("{what}; the columns are {}", all.join(","));
            let (field, value) = ("column".to_owned(), heading.clone());
            problems.push(Problem { field, value, ..Problem::of_line(file, 1, problem) });
        }
    }
    problems
}

fn row_problem(
    file: &str,
    line: usize,
    fields: &[String],
    columns: usize,
    cut_off: Option<usize>,
) -> Option<Problem> {
    if cut_off == Some(line) {
        let problem = "the file ends within this line, which may be half written; complete it and \
                       end it with a line break";
        return Some(Problem::of_line(file, line, problem));
    }
    (fields.len() != columns).then(|| {
        let problem = format!(
            "{} fields, but the first line names {columns} columns; a comma inside of a field needs \
             quotes around the field",
            fields.len()
        );
        Problem::of_line(file, line, problem)
    })
}

impl Table {
    /// The field of a column; empty for an optional column that the file does not have.
    pub(super) fn get<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let index = self.headings.iter().position(|heading| heading == column);
        index.and_then(|index| row.fields.get(index)).map_or("", String::as_str)
    }

    /// A mistake in a field.
    pub(super) fn problem(&self, row: &Row, column: &str, problem: impl Into<String>) -> Problem {
        let (field, value) = (column.to_owned(), self.get(row, column).to_owned());
        Problem { field, value, ..Problem::of_line(self.file, row.line, problem) }
    }
}

/// Reads the fields of one row and gathers every mistake.
pub(super) struct Fields<'a> {
    table: &'a Table,
    row: &'a Row,
    wrong: Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(table: &'a Table, row: &'a Row) -> Self {
        Self { table, row, wrong: Vec::new() }
    }

    /// What stands in a column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        self.table.get(self.row, column)
    }

    /// Notes a mistake of a column.
    pub(super) fn note(&mut self, column: &str, problem: impl Into<String>) {
        self.wrong.push(self.table.problem(self.row, column, problem));
    }

    /// The field as what it should be; else the mistake is noted.
    pub(super) fn parse<T>(
        &mut self,
        column: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column);
        let value = read(text);
        if value.is_none() {
            let empty = if text.is_empty() { "is empty; " } else { "" };
            self.note(column, format!("{empty}write {allowed}"));
        }
        value
    }

    /// The field as what it should be, or nothing where nothing stands; a mistake is noted and reads
    /// as nothing.
    pub(super) fn optional<T>(
        &mut self,
        column: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.text(column).is_empty() { None } else { self.parse(column, allowed, read) }
    }

    /// `yes` or `no`; empty is `default`.
    pub(super) fn flag(&mut self, column: &str, default: bool) -> Option<bool> {
        self.parse(column, "yes or no", |told| match told {
            "yes" => Some(true),
            "no" => Some(false),
            "" => Some(default),
            _ => None,
        })
    }

    /// What was built of the fields, or every mistake.
    pub(super) fn finish<T>(self, built: Option<T>) -> Result<T, Vec<Problem>> {
        built.filter(|_| self.wrong.is_empty()).ok_or(self.wrong)
    }
}

/// `YYYY-MM-DD` to the digit: a hand that leaves a zero out may have meant another one.
pub(super) fn date(told: &str) -> Option<chrono::NaiveDate> {
    told.parse().ok().filter(|_| told.len() == "YYYY-MM-DD".len())
}

/// A whole number in digits alone.
pub(super) fn whole<T: std::str::FromStr>(told: &str) -> Option<T> {
    told.parse().ok().filter(|_| told.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `HH:MM`, `HH:MM:SS` or with decimals on a date, or an instant with a zone.
pub(super) fn instant(told: &str, date: chrono::NaiveDate) -> Option<Timestamp> {
    let formats = ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"];
    let mut times = formats.iter();
    let time = times.find_map(|format| chrono::NaiveTime::parse_from_str(told, format).ok());
    // A second 60 is read as a leap second, and would be the next minute.
    let time = time.filter(|time| time.nanosecond() < 1_000_000_000);
    time.map(|time| Timestamp::shanghai(date, time)).or_else(|| told.parse().ok())
}
