//! A CSV file with a heading: bytes to rows whose fields are found by name.

use super::{
    Problem,
    headings::{Columns, heading_problems},
    raw_rows::{OpenQuote, RawRow, raw_rows},
};
use crate::{
    limits,
    utf8::{self, NotUtf8},
};
use fundflow_domain::{personal, time::Timestamp};
use fundflow_kernel::{counted::counted, printable::first_unprintable, written};
use std::{io, path::Path, str::FromStr};

/// The byte-order mark that some editors write.
const MARK: &[u8] = "\u{FEFF}".as_bytes();
/// May stand around a word.
const BLANKS: [char; 2] = [' ', '\t'];
const NOT_UTF8: &str = "not UTF-8 (GB18030 or GBK, perhaps); save the file as UTF-8";

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
    let bytes = bytes(folder, file, problems)?;
    let rows = match raw_rows(bytes.strip_prefix(MARK).unwrap_or(&bytes)) {
        Ok(rows) => rows,
        Err(OpenQuote { line }) => {
            let problem = "a quote is opened here and never closed; close it";
            problems.push(Problem::of_line(file, line, problem));
            return None;
        }
    };
    let mut rows = rows.iter();
    let headings = headings(file, rows.next(), columns, problems)?;
    let mut table = Table { file, headings, rows: Vec::new() };
    for raw in rows {
        match row(file, raw, &table.headings) {
            Ok(row) => table.rows.push(row),
            Err(found) => problems.extend(found),
        }
    }
    Some(table)
}

/// The headings of the first row, if they can be used.
fn headings(
    file: &'static str,
    first: Option<&RawRow>,
    columns: &Columns,
    problems: &mut Vec<Problem>,
) -> Option<Vec<String>> {
    let line = first.map_or(1, |row| row.line);
    let fields = first.map_or(&[][..], |row| &row.fields);
    let texts: Option<Vec<String>> = fields.iter().map(|field| text_of(field)).collect();
    let Some(headings) = texts else {
        problems.push(Problem::of_line(file, line, format!("is {NOT_UTF8}")));
        return None;
    };
    if let Some(heading) = headings.iter().find(|it| first_unprintable(it).is_some()) {
        let strange = first_unprintable(heading).unwrap_or_default();
        let problem = Problem::of_line(file, line, unprintable(strange));
        problems.push(Problem { field: "a column".to_owned(), value: heading.clone(), ..problem });
        return None;
    }
    let found = heading_problems((file, line), &headings, columns);
    // Half of a name would be unknown: that the file ends here says it all.
    if first.is_some_and(|row| row.is_cut_off) {
        let Problem { problem, .. } = cut_off(file, line);
        let problem = format!("{problem}, where no row follows, too");
        problems.push(Problem::of_line(file, line, problem));
    } else {
        problems.extend(found.iter().cloned());
    }
    found.is_empty().then_some(headings)
}

/// A row that has a field for each heading.
fn row(file: &str, raw: &RawRow, headings: &[String]) -> Result<Row, Vec<Problem>> {
    let line = raw.line;
    if raw.is_cut_off {
        return Err(vec![cut_off(file, line)]);
    }
    let (count, columns) = (raw.fields.len(), headings.len());
    if count != columns {
        let problem = format!(
            "{}, but the first line names {}; a comma inside of a field needs quotes around the field",
            counted(count, "field", "fields"),
            counted(columns, "column", "columns")
        );
        return Err(vec![Problem::of_line(file, line, problem)]);
    }
    let (mut fields, mut wrong) = (Vec::new(), Vec::new());
    for (field, heading) in raw.fields.iter().zip(headings) {
        let value = String::from_utf8_lossy(field).into_owned();
        if std::str::from_utf8(field).is_err() {
            let problem = Problem::of_line(file, line, format!("is {NOT_UTF8}"));
            wrong.push(Problem { field: heading.clone(), value: value.clone(), ..problem });
        } else if let Some(strange) = first_unprintable(value.trim_matches(BLANKS)) {
            let problem = Problem::of_line(file, line, unprintable(strange));
            wrong.push(Problem { field: heading.clone(), value: value.clone(), ..problem });
        } else if field.len() > limits::FIELD {
            let problem = format!("has {} bytes; write at most {}", field.len(), limits::FIELD);
            let problem = Problem::of_line(file, line, problem);
            wrong.push(Problem {
                field: heading.clone(),
                value: value.chars().take(80).collect(),
                ..problem
            });
        }
        fields.push(value);
    }
    if wrong.is_empty() { Ok(Row { line, fields }) } else { Err(wrong) }
}

fn unprintable(strange: char) -> String {
    let code = u32::from(strange);
    format!("holds U+{code:04X}, which is not printable; write printable text on one line")
}

fn cut_off(file: &str, line: usize) -> Problem {
    let problem = "the file ends within this line, which may be half written; complete it and end it \
                   with a line break";
    Problem::of_line(file, line, problem)
}

fn text_of(field: &[u8]) -> Option<String> {
    std::str::from_utf8(field).ok().map(|text| text.trim().to_owned())
}

fn bytes(folder: &Path, file: &str, problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
    let limits = match file.rsplit_once('.') {
        Some((_, "toml")) => limits::OF_TOML,
        _ => limits::OF_CSV,
    };
    let failed = |(line, error): (Option<u64>, io::Error)| {
        let line = line.and_then(|line| usize::try_from(line).ok());
        problems
            .push(Problem { line, ..Problem::of_file(file, format!("cannot be read: {error}")) });
    };
    fundflow_files::lines_within(&folder.join(file), limits).map_err(failed).ok()
}

/// The text of a file, without a byte-order mark.
pub(super) fn text(
    folder: &Path,
    file: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let bytes = bytes(folder, file, problems)?;
    let read = utf8::text(&bytes).map(str::to_owned);
    let note = |wrong: NotUtf8| {
        let place = Problem::of_line(file, wrong.line, wrong.to_string());
        problems.push(Problem { field: wrong.key, value: wrong.value, ..place });
    };
    read.map_err(note).ok()
}

impl Table {
    /// The field of a column; empty for an optional column that the file does not have.
    pub(super) fn get<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let index = self.headings.iter().position(|heading| heading == column);
        index.and_then(|index| row.fields.get(index)).map_or("", |text| text.trim_matches(BLANKS))
    }

    /// The same with the blanks around it.
    fn exact<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let index = self.headings.iter().position(|heading| heading == column);
        index.and_then(|index| row.fields.get(index)).map_or("", String::as_str)
    }

    /// A mistake in a field.
    pub(super) fn problem(&self, row: &Row, column: &str, problem: impl Into<String>) -> Problem {
        let (field, value) = (column.to_owned(), personal::masked(self.exact(row, column)));
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

    /// The same of a number, a date or a time, which takes no blanks around it.
    pub(super) fn figure<T>(
        &mut self,
        column: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let bare = self.table.exact(self.row, column).len() == self.text(column).len();
        let allowed =
            if bare { allowed.to_owned() } else { format!("{allowed}, without blanks around it") };
        self.parse(column, &allowed, |text| read(text).filter(|_| bare))
    }

    /// The field as a token that names somebody or an account: no number of a card or of a document.
    pub(super) fn token<T: FromStr>(&mut self, column: &str, allowed: &str) -> Option<T> {
        match personal::unfit_token(self.text(column)).filter(|_| !self.text(column).is_empty()) {
            None => self.parse(column, allowed, |text| text.parse().ok()),
            Some(why) => {
                self.note(column, format!("{why}, {allowed}"));
                None
            }
        }
    }

    /// The same where something stands.
    pub(super) fn figure_if_any<T>(
        &mut self,
        column: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.text(column).is_empty() { None } else { self.figure(column, allowed, read) }
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
        self.parse(column, "yes or no", |text| match text {
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

/// `HH:MM`, `HH:MM:SS` or with decimals on a date, or an instant with a zone.
pub(super) fn instant(text: &str, date: chrono::NaiveDate) -> Option<Timestamp> {
    let time = written::time_of_day(text);
    time.map(|time| Timestamp::shanghai(date, time)).or_else(|| written::instant(text))
}
