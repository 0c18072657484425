//! Bytes to text, text to tables with the line of every key.
//!
//! 1. UTF-8 only. A byte-order mark is tolerated, since some editors write one; another encoding is
//!    named with the line where it shows.
//! 2. Every syntax error of a file is reported.
//! 3. A file ends with a line break. One that ends within a line is refused, whatever stands there: that is how
//!    a file ends that is half written.

use super::{CatalogueError, section::Report, whole_file};
use crate::utf8::{self, NotUtf8};
use fundflow_domain::written::is_whole;
use fundflow_kernel::printable::is_printable;
use std::collections::{BTreeMap, BTreeSet};
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue, Error},
};

/// Characters of a value that are shown.
const SHOWN: usize = 80;
/// The parser's words for a key that stands twice.
const DUPLICATE: &str = "duplicate key";
const UTF16_MARKS: [&[u8]; 2] = [&[0xFF, 0xFE], &[0xFE, 0xFF]];

pub(crate) fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Vec<CatalogueError>> {
    if UTF16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(vec![whole_file(file, "is UTF-16; save it as UTF-8".to_owned())]);
    }
    utf8::text(bytes).map_err(|wrong| {
        let place = whole_file(file, wrong.to_string());
        let NotUtf8 { line, key, value } = wrong;
        vec![CatalogueError { line: Some(line), key, value, ..place }]
    })
}

pub(crate) fn parse(file: &str, text: &str) -> Result<(Table, Report), Vec<CatalogueError>> {
    let (spanned, errors) = DeTable::parse_recoverable(text);
    let mut located: Vec<_> = errors.iter().map(|error| syntax(file, text, error)).collect();
    located.sort_by_key(|error| error.line);
    // Of the line in which the file ends the parser knows less than that.
    if let Some(cut) = cut_off(file, text) {
        located.retain(|error| error.line < cut.line);
        located.push(cut);
        return Err(located);
    }
    // Of a table that stands twice, the parser says so of its keys, too.
    let doubles = located.iter().filter(|error| !error.key.is_empty());
    let doubles: BTreeSet<usize> = doubles.filter_map(|error| error.line).collect();
    located.retain(|error| {
        let table = error.line.and_then(|line| header_above(text, line));
        error.key.is_empty() || table.is_none_or(|table| !doubles.contains(&table))
    });
    if !located.is_empty() {
        return Err(located);
    }
    let (lines, no_numbers) = (BTreeMap::new(), BTreeSet::new());
    let mut walk = Walk { text, lines, no_numbers, unprintable: Vec::new() };
    let table = walk.table(spanned.into_inner(), "");
    let mut report = Report::new(file, walk.lines, walk.no_numbers);
    for (path, value, strange) in walk.unprintable {
        let code = u32::from(strange);
        let problem = format!("holds U+{code:04X}, which is not printable; write printable text");
        report.note(&path, &value, problem);
    }
    Ok((table, report))
}

/// That the file ends within its last line: a number or a date of it may lack a digit, and nobody sees it.
fn cut_off(file: &str, text: &str) -> Option<CatalogueError> {
    if text.is_empty() || text.ends_with(['\n', '\r']) {
        return None;
    }
    let problem = "the file ends within this line, which may be half written; complete it and end it with a \
                   line break";
    let line = Some(line_at(text, text.len()));
    Some(CatalogueError { line, ..whole_file(file, problem.to_owned()) })
}

/// The line of the header of the table that a line is in, above that line.
fn header_above(text: &str, line: usize) -> Option<usize> {
    let above = (1..line).zip(text.lines()).filter(|(_, text)| text.trim_start().starts_with('['));
    above.last().map(|(line, _)| line)
}

/// An error of the parser, in its words but for a key that stands twice: these lack the key.
fn syntax(file: &str, text: &str, error: &Error) -> CatalogueError {
    let span = error.span();
    let line = span.as_ref().map(|span| line_at(text, span.start));
    let key = span.and_then(|span| Some((text.get(span.clone())?, text.get(span.end..)?)));
    let Some((key, rest)) = key.filter(|_| error.message() == DUPLICATE) else {
        let problem = format!("is not TOML: {}", error.message());
        return CatalogueError { line, ..whole_file(file, problem) };
    };
    let rest = rest.lines().next().unwrap_or_default().trim();
    let header = || line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    let value = rest.strip_prefix('=').unwrap_or_else(header).trim().to_owned();
    let (key, problem) = (key.trim().to_owned(), "stands twice; remove one".to_owned());
    CatalogueError { line, key, value, ..whole_file(file, problem) }
}

/// From what the parser has found to values, with the line of every key.
struct Walk<'t> {
    text: &'t str,
    lines: BTreeMap<String, usize>,
    no_numbers: BTreeSet<String>,
    /// Where, what stands there, and what of it does not show.
    unprintable: Vec<(String, String, char)>,
}

impl Walk<'_> {
    fn table(&mut self, table: DeTable<'_>, path: &str) -> Table {
        let mut values = Table::new();
        for (key, value) in table {
            let dot = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{dot}{}", key.get_ref());
            self.look_at(key.get_ref(), &path);
            self.lines.insert(path.clone(), line_at(self.text, key.span().start));
            values.insert(key.into_inner().into_owned(), self.value(value, &path));
        }
        values
    }

    fn value(&mut self, value: Spanned<DeValue<'_>>, path: &str) -> Value {
        let literal = self.text.get(value.span()).unwrap_or_default();
        match value.into_inner() {
            DeValue::String(text) => {
                self.look_at(&text, path);
                Value::String(text.into_owned())
            }
            DeValue::Integer(_) => {
                // TOML would take a plus, separators and other bases, too.
                let number = literal.strip_prefix('-').unwrap_or(literal);
                let is_plain = is_whole(number) && literal != "-0";
                let read = literal.parse().ok().filter(|_| is_plain);
                read.map_or_else(|| self.not_a_number(literal, path), Value::Integer)
            }
            DeValue::Float(number) => {
                let text = number.as_str();
                let is_named = text.ends_with("inf") || text.ends_with("nan");
                match text.parse().map(Value::Float) {
                    Ok(Value::Float(read)) if read.is_finite() || is_named => Value::Float(read),
                    _ => self.not_a_number(text, path),
                }
            }
            DeValue::Boolean(is) => Value::Boolean(is),
            DeValue::Datetime(date) => Value::Datetime(date),
            DeValue::Array(array) => {
                Value::Array(array.into_iter().zip(0..).map(|it| self.element(it, path)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, path)),
        }
    }

    fn element(&mut self, (value, nth): (Spanned<DeValue<'_>>, usize), path: &str) -> Value {
        let path = format!("{path}[{nth}]");
        self.lines.insert(path.clone(), line_at(self.text, value.span().start));
        self.value(value, &path)
    }

    /// Line breaks and tabs are for people who write a longer text.
    fn look_at(&mut self, text: &str, path: &str) {
        let strange = text.chars().find(|c| !is_printable(*c) && !matches!(c, '\n' | '\r' | '\t'));
        if let Some(strange) = strange {
            let value: String = text.chars().take(SHOWN).collect();
            self.unprintable.push((path.to_owned(), value, strange));
        }
    }

    /// No key has room for it, or it is written in a way that no key takes: whoever reads the key says what may
    /// stand there.
    fn not_a_number(&mut self, number: &str, path: &str) -> Value {
        self.no_numbers.insert(path.to_owned());
        Value::String(number.to_owned())
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
