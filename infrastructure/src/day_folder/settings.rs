//! `day.toml`: the day, the parties, and what the folder `funds` holds.

use super::{
    Problem,
    codes::{Who, codes},
    registrars, table,
};
use crate::{
    catalogue::{
        section::{Report, Section},
        text,
    },
    day_batch::Filing,
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    ids::{DistributorCode, RegistrarCode},
    written::Date,
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use toml::Value;

pub(super) const FILE: &str = "day.toml";
/// Who stands in records and in the names of files: as wide as the standard's field.
pub(super) const CODE: &str = "1 to 9 of A-Z a-z 0-9, in quotes";
const CODE_MAX: usize = 9;

/// What is written in `day.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// T: a trading day in Shanghai, after which the calendar has another.
    pub trade_date: NaiveDate,
    /// Chance is a function of it.
    pub seed: u64,
    /// The distributor, by its code in file names and records; of several the first, whose are orders that name none.
    pub distributor: DistributorCode,
    /// The others, in the order of `distributors`.
    pub other_distributors: Vec<DistributorCode>,
    /// The registrars, by their codes in file names; never empty. The first keeps the funds whose
    /// terms say `own`.
    pub registrars: Vec<RegistrarCode>,
    /// How the files of those registrars are written that say so.
    pub filings: BTreeMap<RegistrarCode, Filing>,
    /// What the folder `funds` holds.
    pub funds: FundsAre,
    /// Where files lie that the folder lacks: `investors.csv`, `navs.csv` and `funds/` of several days.
    pub shared: Option<PathBuf>,
    /// What `notes` says, which nothing reads but people.
    pub notes: String,
    /// Whether the key `distributors` is there: then each order is stored with its own.
    several: bool,
    /// Line of the key for T.
    line: Option<usize>,
}

/// What the folder `funds` of a day holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundsAre {
    /// The whole catalogue.
    #[default]
    All,
    /// Funds beside those that are part of the program, or in their place.
    Added,
}

impl Settings {
    /// How the files of that registrar are written.
    pub fn filing_of(&self, registrar: &str) -> Filing {
        let mut said = self.filings.iter();
        said.find(|(code, _)| code.as_str() == registrar).map(|(_, it)| *it).unwrap_or_default()
    }

    /// Where a file or directory of that day lies: in its folder, or else in what it shares with other days.
    pub(super) fn place_of<'a>(&'a self, folder: &'a Path, name: &str) -> &'a Path {
        let shared = self.shared.as_deref().filter(|shared| shared.join(name).exists());
        shared.filter(|_| !folder.join(name).exists()).unwrap_or(folder)
    }

    /// All of them, the first one first.
    pub fn distributors(&self) -> impl Iterator<Item = &DistributorCode> {
        std::iter::once(&self.distributor).chain(&self.other_distributors)
    }

    /// The distributor of an order, as the order is stored with it, by the code that a row names; an empty one is the
    /// first. `Some(None)`: the only one of a day that says `distributor`, which orders are stored without, as they
    /// were before there could be several. `None`: the day has no such distributor.
    pub fn distributor_of(&self, code: &str) -> Option<Option<DistributorCode>> {
        let named = |it: &&DistributorCode| code.is_empty() || it.as_str() == code;
        let known = self.distributors().find(named)?;
        Some(self.several.then(|| known.clone()))
    }
}

pub(super) fn read(folder: &Path, problems: &mut Vec<Problem>) -> Option<Settings> {
    if !folder.is_dir() {
        let problem = "is no directory; give the folder of a day";
        problems.push(Problem::of_file(&folder.display().to_string(), problem));
        return None;
    }
    if !folder.join(FILE).exists() {
        let problem =
            "is missing: the folder is half written, or it is no day; write day.toml last";
        problems.push(Problem::of_file(FILE, problem));
        return None;
    }
    let text = table::text(folder, FILE, problems)?;
    let (root, mut report) = match text::parse(FILE, &text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            problems.extend(errors.into_iter().map(Problem::from));
            return None;
        }
    };
    let settings = settings(Section::root(&root), folder, &mut report);
    let sound = report.found() == 0;
    problems.extend(report.errors().into_iter().map(Problem::from));
    settings.filter(|_| sound)
}

fn settings(mut root: Section<'_>, folder: &Path, report: &mut Report) -> Option<Settings> {
    let trade_date = date(&mut root, report);
    let seed = root.value("seed", "a whole number from 0 to 9223372036854775807", report);
    if root.raw("seed").is_none() {
        report.note("seed", "", "is missing: chance is a function of it; write a whole number");
    }
    let several = root.raw("distributors").is_some();
    let distributors = distributors(&mut root, report);
    let registrars = registrars::read(&mut root, report);
    let funds = root.word("funds", report).unwrap_or_default();
    let shared = shared(&mut root, folder, report);
    let notes = root.value("notes", "a text in quotes", report).unwrap_or_default();
    root.close(report);
    let mut distributors = distributors?.into_iter();
    let (registrars, filings) = registrars?;
    Some(Settings {
        trade_date: trade_date?,
        seed: seed?,
        distributor: distributors.next()?,
        other_distributors: distributors.collect(),
        registrars,
        filings,
        funds,
        shared,
        notes,
        several,
        line: report.line_of("trade_date"),
    })
}

/// A date of TOML, as in the catalogue's files: without quotes.
fn date(root: &mut Section<'_>, report: &mut Report) -> Option<NaiveDate> {
    const ALLOWED: &str = "a date without quotes and without a time, like 2026-02-12";
    let date = root.value::<Date>("trade_date", ALLOWED, report).map(|Date(date)| date);
    match root.raw("trade_date") {
        None => report.note("trade_date", "", format!("is missing; write {ALLOWED}")),
        Some(Value::Datetime(_)) => return date,
        Some(other) if date.is_some() => {
            report.note("trade_date", &other.to_string(), format!("write {ALLOWED}"));
        }
        Some(_) => {}
    }
    None
}

/// What days have in common, as seen from the folder.
fn shared(root: &mut Section<'_>, folder: &Path, report: &mut Report) -> Option<PathBuf> {
    const ALLOWED: &str = "a directory in quotes, as seen from this folder, like \"..\"";
    let named = root.value::<String>("shared", ALLOWED, report)?;
    let shared = folder.join(&named);
    if !shared.is_dir() {
        report.note("shared", &named, format!("is no directory; write {ALLOWED}"));
        return None;
    }
    Some(shared)
}

const DISTRIBUTORS: Who = Who {
    one: "distributor",
    several: "distributors",
    list: "a list of different codes, like [\"305\", \"306\"]",
    usual: "305",
};
fn distributors(root: &mut Section<'_>, report: &mut Report) -> Option<Vec<DistributorCode>> {
    let (key, codes) = codes(root, &DISTRIBUTORS, report)?;
    codes.into_iter().map(|code| DistributorCode::new(checked(key, code, report)?).ok()).collect()
}

/// A code that can stand in a record and in the name of a file.
pub(super) fn checked(key: &str, code: String, report: &mut Report) -> Option<String> {
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && (1..=CODE_MAX).contains(&code.len()) {
        return Some(code);
    }
    report.note(key, &code, format!("write {CODE}"));
    None
}

/// T and the day after, both of which the calendar must know. What is asked for then may need later days: it is
/// refused by itself, and what was asked for before goes on.
pub(super) fn trade_date(
    settings: &Settings,
    calendar: &TradingCalendar,
    problems: &mut Vec<Problem>,
) -> Option<(TradingDay, TradingDay)> {
    let days = calendar.day(settings.trade_date);
    let days = days.and_then(|day| Ok((day, calendar.plus(day, 1)?)));
    days.map_err(|error| {
        let (field, value) = ("trade_date".to_owned(), settings.trade_date.to_string());
        let problem = Problem::of_file(FILE, error.to_string());
        problems.push(Problem { line: settings.line, field, value, ..problem });
    })
    .ok()
}
