//! A table of a catalogue's file, read key by key, collecting what is wrong.
//!
//! 1. Reading never stops: a key that cannot be read is noted and reads as nothing.
//! 2. A section is closed when all its keys have been asked for; what nobody asked for is unknown.

use super::{CatalogueError, allowed};
use fundflow_domain::ids::FundCode;
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use toml::{Table, Value};

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// What one file has to say: the lines of its keys, and its errors.
#[derive(Debug)]
pub(crate) struct Report {
    file: String,
    lines: BTreeMap<String, usize>,
    /// Numbers that no key has room for, or takes as they are written; they are read as text.
    no_numbers: BTreeSet<String>,
    errors: Vec<CatalogueError>,
}

impl Report {
    pub(crate) fn new(
        file: &str,
        lines: BTreeMap<String, usize>,
        no_numbers: BTreeSet<String>,
    ) -> Self {
        Self { file: file.to_owned(), lines, no_numbers, errors: Vec::new() }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The file's name without its extension; a fund's file is named by the fund's code.
    pub(crate) fn stem(&self) -> &str {
        Path::new(&self.file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    pub(crate) fn is_about(&self, fund: FundCode) -> bool {
        self.stem() == fund.as_str()
    }

    /// The line of a key, or of the nearest table around it.
    pub(crate) fn line_of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }

    pub(crate) fn note(&mut self, key: &str, value: &str, problem: impl Into<String>) {
        let is_number = self.no_numbers.contains(key);
        let value = if is_number { value.trim_matches('"') } else { value };
        self.errors.push(CatalogueError {
            file: self.file.clone(),
            line: self.line_of(key),
            key: key.to_owned(),
            value: value.to_owned(),
            problem: problem.into(),
        });
    }

    /// The first number that is not written in plain digits.
    pub(crate) fn not_plain(&self) -> Option<CatalogueError> {
        self.no_numbers.iter().min_by_key(|key| self.line_of(key)).map(|key| CatalogueError {
            file: self.file.clone(),
            line: self.line_of(key),
            key: key.clone(),
            value: String::new(),
            problem: "write a whole number in digits alone, at most with a minus before them"
                .to_owned(),
        })
    }

    /// How much was found so far.
    pub(crate) fn found(&self) -> usize {
        self.errors.len()
    }

    /// Everything that was found.
    pub(crate) fn errors(self) -> Vec<CatalogueError> {
        self.errors
    }

    pub(crate) fn into_result(mut self) -> Result<Self, Vec<CatalogueError>> {
        self.errors.sort_by_key(|error| error.line);
        if self.errors.is_empty() { Ok(self) } else { Err(self.errors) }
    }
}

/// A TOML table of the catalogue, whose keys are taken one by one.
pub(crate) struct Section<'a> {
    table: &'a Table,
    path: String,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(crate) const fn root(table: &'a Table) -> Self {
        Self { table, path: String::new(), asked: Vec::new() }
    }

    /// The path of one of its keys.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A key that may be absent.
    pub(crate) fn may<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Option<T> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        read(value, &self.path(key), report)
    }

    /// A key that may be absent and whose value is said in words of our own where it is wrong.
    pub(crate) fn value<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        allowed: &str,
        report: &mut Report,
    ) -> Option<T> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        let read = plain(value).ok().and_then(|plain| plain.try_into().ok());
        if read.is_none() {
            report.note(&self.path(key), &shown(value), format!("write {allowed}"));
        }
        read
    }

    /// The same of a key that must be there.
    pub(crate) fn must<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        allowed: &str,
        report: &mut Report,
    ) -> Option<T> {
        if !self.table.contains_key(key) {
            report.note(&self.path(key), "", format!("is missing; write {allowed}"));
        }
        self.value(key, allowed, report)
    }

    /// Where it stands in the file.
    pub(crate) fn place(&self) -> &str {
        &self.path
    }

    /// One of several names, or nothing. What is no text is read like one, so that the complaint lists
    /// the names.
    pub(crate) fn word<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Option<T> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        let text = value.as_str().map_or_else(|| shown(value), str::to_owned);
        match Value::String(text).try_into() {
            Ok(read) => Some(read),
            Err(error) => {
                report.note(&self.path(key), &shown(value), short(error.message().trim_end()));
                None
            }
        }
    }

    /// What stands at that key is not what may stand there.
    pub(crate) fn wrong(&self, key: &str, report: &mut Report) {
        let value = self.table.get(key).map(shown).unwrap_or_default();
        let problem = allowed::at(key)
            .map_or_else(|| "may not stand here".to_owned(), |it| format!("write {it}"));
        report.note(&self.path(key), &value, problem);
    }

    /// What stands at a key that was asked for.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key)
    }

    /// The keys that were asked for.
    pub(crate) fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// A key that must be there.
    pub(crate) fn need<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        report: &mut Report,
    ) -> Option<T> {
        if !self.table.contains_key(key) {
            let write = allowed::at(key).map_or_else(String::new, |it| format!("; write {it}"));
            report.note(&self.path(key), "", format!("is missing{write}"));
        }
        self.may(key, report)
    }

    /// A table that must be there.
    pub(crate) fn section(&mut self, key: &'static str, report: &mut Report) -> Option<Self> {
        self.asked.push(key);
        let path = self.path(key);
        match self.table.get(key) {
            Some(Value::Table(table)) => Some(Self { table, path, asked: Vec::new() }),
            Some(other) => {
                report.note(&path, &shown(other), "must be a table");
                None
            }
            None => {
                report.note(&path, "", "is missing; it is a table");
                None
            }
        }
    }

    /// A list of tables; an absent one is empty.
    pub(crate) fn sections(&mut self, key: &'static str, report: &mut Report) -> Vec<Self> {
        self.asked.push(key);
        let path = self.path(key);
        let rows = match self.table.get(key) {
            None => return Vec::new(),
            Some(Value::Array(rows)) => rows,
            Some(other) => {
                report.note(&path, &shown(other), "must be a list of tables");
                return Vec::new();
            }
        };
        let mut sections = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match row {
                Value::Table(table) => sections.push(Self { table, path, asked: Vec::new() }),
                other => report.note(&path, &shown(other), "must be a table"),
            }
        }
        sections
    }

    /// The tables below a key whose own keys are names; an absent one has none.
    pub(crate) fn named(&mut self, key: &'static str, report: &mut Report) -> Vec<(&'a str, Self)> {
        self.asked.push(key);
        let path = self.path(key);
        let rows = match self.table.get(key) {
            None => return Vec::new(),
            Some(Value::Table(rows)) => rows,
            Some(other) => {
                report.note(&path, &shown(other), "must be a table");
                return Vec::new();
            }
        };
        let mut sections = Vec::new();
        for (name, row) in rows {
            let path = format!("{path}.{name}");
            match row {
                Value::Table(table) => {
                    sections.push((name.as_str(), Self { table, path, asked: Vec::new() }));
                }
                other => report.note(&path, &shown(other), "must be a table"),
            }
        }
        sections
    }

    /// Everything was asked for; the rest is unknown.
    pub(crate) fn close(self, report: &mut Report) {
        for (key, value) in self.table {
            if !self.asked.contains(&key.as_str()) {
                let known = self.asked.join(", ");
                let problem = format!("is not a key here; the keys are {known}");
                report.note(&self.path(key), &shown(value), problem);
            }
        }
    }
}

fn read<T: DeserializeOwned>(value: &Value, path: &str, report: &mut Report) -> Option<T> {
    let plain = match plain(value) {
        Ok(plain) => plain,
        Err(float) => {
            let problem = format!("write decimals in quotes: \"{float}\"");
            report.note(path, &float, problem);
            return None;
        }
    };
    let error = match plain.try_into() {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    // One of several words: what is no text is read like one, so that the complaint lists them.
    let as_word = || Value::String(shown(value)).try_into::<T>().err();
    let said = error.message();
    let is_word = said.contains("unit variant") || said.starts_with("wanted exactly 1 element");
    let of_words = is_word.then(as_word).flatten();
    report.note(path, &shown(value), problem(path, of_words.as_ref().unwrap_or(&error).message()));
    None
}

/// What is wrong and what may stand there: a parser knows only what it expected.
fn problem(path: &str, message: &str) -> String {
    let (message, key) = (message.trim_end(), path.rsplit('.').next().unwrap_or(path));
    match allowed::at(key).filter(|_| allowed::is_of_parser(message)) {
        Some(allowed) if message.starts_with("missing field") => {
            format!("{message}; write {allowed}")
        }
        Some(allowed) => format!("write {allowed}"),
        None => short(message),
    }
}

/// The parser's words for a word that is none of those that may stand there, and for a key that is none.
fn short(message: &str) -> String {
    for (of_parser, what) in [("unknown variant `", "write"), ("unknown field `", "the keys are")] {
        let rest =
            message.strip_prefix(of_parser).and_then(|rest| rest.rsplit_once("`, expected "));
        if let Some((_, known)) = rest {
            let known = known.trim_start_matches("one of ").replace('`', "");
            return format!("{what} {}", known.replace(", ", " | ").replace(" or ", " | "));
        }
    }
    message.to_owned()
}

/// Dates become text, which is what the domain's dates read; a float is handed back as it is shown.
fn plain(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(float) => Err(float.to_string()),
        Value::Datetime(date) => Ok(Value::String(date.to_string())),
        Value::Array(values) => {
            values.iter().map(plain).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Table(table) => {
            let plain = table.iter().map(|(key, value)| Ok((key.clone(), plain(value)?)));
            plain.collect::<Result<_, String>>().map(Value::Table)
        }
        Value::String(_) | Value::Integer(_) | Value::Boolean(_) => Ok(value.clone()),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
