//! A version of the trading calendar as a person writes it, in TOML.
//!
//! ```text
//! version = "made-up-2027"                 names the calendar that it makes; in every event that uses it
//! source = "notice 2026-99, made up"       the exchange's notice
//! notice_date = 2026-11-27
//! [year]                                   either a further year: its weekdays on which the exchange is closed
//! year = 2027
//! closed = ["2027-01-01", …]
//! [days]                                   or days against the list: closed, opened, or both
//! closed = ["2026-12-10"]
//! opened = []
//! ```
//!
//! Every mistake of the file is named with its line, key and value, and what may stand there; what the calendar cannot
//! take is found by the domain, and named with the line of the date that it speaks of.

use crate::{
    catalogue::{
        CatalogueError,
        section::{Report, Section},
        text,
    },
    limits,
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::version::{Change, Unfit, Version},
    ids::VersionTag,
    text::Text,
    written::{self, Date},
};
use fundflow_files::lines_within;
use std::path::Path;
use toml::Value;

/// The longest tag: its transaction ID has a word before it.
const TAG_MAX: usize = 55;
const TAG: &str = "1 to 55 of A-Z a-z 0-9 . _ -, in quotes";
const SOURCE: &str =
    "the number or the address of the exchange's notice, 1 to 200 bytes on one line, in quotes";
const DATE: &str = "a date of the calendar as YYYY-MM-DD";
const DATES: &str = "a list of weekdays like [\"2027-01-01\"], or [] for none";
const YEAR: &str = "a year in four digits";
const ONE: &str =
    "write either a table [year] with year and closed, or a table [days] with closed and opened";

/// A file that was read.
#[derive(Debug)]
pub struct CalendarFile {
    /// Content of the file.
    pub version: Version,
    report: Report,
}

impl CalendarFile {
    /// Reads the file.
    ///
    /// # Errors
    /// Every [`CatalogueError`] of it, in the order of its lines.
    pub fn read(path: &Path) -> Result<Self, Vec<CatalogueError>> {
        let file = path.display().to_string();
        let bytes = lines_within(path, limits::OF_TOML).map_err(|(line, error)| {
            let line = line.and_then(|line| usize::try_from(line).ok());
            let (key, value) = (String::new(), String::new());
            let problem = format!("cannot be read: {error}");
            vec![CatalogueError { file: file.clone(), line, key, value, problem }]
        })?;
        Self::of(&file, &bytes)
    }

    /// The same of its content.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of(file: &str, bytes: &[u8]) -> Result<Self, Vec<CatalogueError>> {
        let text = text::decode(file, bytes)?;
        let (table, mut report) = text::parse(file, text)?;
        let version = version(Section::root(&table), &mut report);
        let report = report.into_result()?;
        version.map(|version| Self { version, report }).ok_or_else(Vec::new)
    }

    /// That the calendar does not take the file as a whole, and why.
    pub fn refused(&self, why: &impl ToString) -> CatalogueError {
        CatalogueError {
            file: self.report.file().to_owned(),
            line: self.report.line_of("version"),
            key: "version".to_owned(),
            value: self.version.version.to_string(),
            problem: why.to_string(),
        }
    }

    /// Where in the file that stands which the calendar cannot take.
    pub fn located(&self, unfit: &Unfit) -> CatalogueError {
        let key = unfit.place.to_string();
        CatalogueError {
            file: self.report.file().to_owned(),
            line: self.report.line_of(&key),
            value: unfit.value.0.clone(),
            problem: unfit.wrong.to_string(),
            key,
        }
    }
}

fn version(mut root: Section<'_>, report: &mut Report) -> Option<Version> {
    let version: Option<VersionTag> = root.must("version", TAG, report);
    if let Some(tag) = version.as_ref().filter(|tag| tag.as_str().len() > TAG_MAX) {
        report.note("version", tag.as_str(), format!("write {TAG}"));
    }
    let source: Option<String> = root.must("source", SOURCE, report);
    let source = source.and_then(|source| match Text::new("source", source.as_str()) {
        Ok(text) => Some(text),
        Err(error) => {
            report.note("source", &error.value, format!("{}; write {SOURCE}", error.problem));
            None
        }
    });
    let notice_date: Option<Date> = root.must("notice_date", DATE, report);
    let change = match (root.raw("year").is_some(), root.raw("days").is_some()) {
        (true, false) => year(root.section("year", report), report),
        (false, true) => days(root.section("days", report), report),
        (false, false) | (true, true) => {
            root.may::<Value>("year", report);
            root.may::<Value>("days", report);
            let key = if root.raw("days").is_some() { "days" } else { "year" };
            report.note(key, "", ONE);
            None
        }
    };
    root.close(report);
    let Date(notice_date) = notice_date?;
    Some(Version { version: version?, source: source?, notice_date, change: change? })
}

fn year(section: Option<Section<'_>>, report: &mut Report) -> Option<Change> {
    let mut section = section?;
    let year: Option<i32> = section.must("year", YEAR, report);
    if let Some(year) = year.filter(|year| !(1990..=9999).contains(year)) {
        report.note("year.year", &year.to_string(), format!("write {YEAR}"));
    }
    let closed = dates(&mut section, "closed", report);
    section.close(report);
    Some(Change::Year { year: year?, closed: closed? })
}

fn days(section: Option<Section<'_>>, report: &mut Report) -> Option<Change> {
    let mut section = section?;
    let closed = dates(&mut section, "closed", report);
    let opened = dates(&mut section, "opened", report);
    section.close(report);
    Some(Change::Days { closed: closed?, opened: opened? })
}

fn dates(
    section: &mut Section<'_>,
    key: &'static str,
    report: &mut Report,
) -> Option<Vec<NaiveDate>> {
    let listed: Vec<String> = section.must(key, DATES, report)?;
    let path = section.path(key);
    let mut dates = Vec::new();
    for (nth, text) in listed.iter().enumerate() {
        match written::date(text) {
            Some(date) => dates.push(date),
            None => report.note(&format!("{path}[{nth}]"), text, format!("write {DATE}")),
        }
    }
    (dates.len() == listed.len()).then_some(dates)
}

#[cfg(test)]
mod tests;
