//! `day.toml` and `scenario.toml`.

use super::{Order, Problem, table};
use crate::{
    exchange::version::Version,
    sandbox::scenario::{Scenario, ScenarioError},
};
use chrono::NaiveDate;
use fundflow_domain::calendar::{TradingCalendar, TradingDay};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::path::Path;

pub(super) const FILE: &str = "day.toml";
const SCENARIO: &str = "scenario.toml";

/// What is written in `day.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// T.
    #[serde(deserialize_with = "date")]
    pub trade_date: NaiveDate,
    /// Chance is a function of it.
    pub seed: u64,
    /// The distributor's code in file names and records.
    #[serde(default = "distributor")]
    pub distributor: String,
    /// The registrar's code in file names.
    #[serde(default = "registrar")]
    pub registrar: String,
    /// For people.
    #[serde(default)]
    pub notes: String,
}

/// A date of TOML, as in the catalogue's files: without quotes.
fn date<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let wrong = |_| D::Error::custom("write a date without quotes, like 2026-02-12");
    let told = toml::value::Datetime::deserialize(from).map_err(wrong)?;
    let date = told.date.filter(|_| told.time.is_none() && told.offset.is_none());
    let date = date.and_then(|date| {
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
    });
    date.ok_or_else(|| D::Error::custom("write a date without a time, like 2026-02-12"))
}

fn distributor() -> String {
    "305".to_owned()
}

fn registrar() -> String {
    "05".to_owned()
}

impl Settings {
    /// The edition of the standard in which files are exchanged.
    pub const VERSION: Version = Version::V22;
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
    toml::from_str(&text).map_err(|error| problems.push(located(FILE, &text, &error))).ok()
}

/// T and the day after, both of which the calendar must know.
pub(super) fn trade_date(
    settings: &Settings,
    calendar: &TradingCalendar,
    problems: &mut Vec<Problem>,
) -> Option<(TradingDay, TradingDay)> {
    let days = calendar.day(settings.trade_date).and_then(|day| {
        calendar.plus(day, 2)?;
        Ok((day, calendar.plus(day, 1)?))
    });
    days.map_err(|error| {
        let (field, value) = ("trade_date".to_owned(), settings.trade_date.to_string());
        problems.push(Problem { field, value, ..Problem::of_file(FILE, error.to_string()) });
    })
    .ok()
}

pub(super) fn scenario(folder: &Path, seed: u64, problems: &mut Vec<Problem>) -> Option<Scenario> {
    if !folder.join(SCENARIO).exists() {
        return Some(Scenario { seed, ..Scenario::default() });
    }
    let text = table::text(folder, SCENARIO, problems)?;
    let problem = match Scenario::from_toml(&text) {
        Ok(scenario) if scenario.seed == 0 => return Some(Scenario { seed, ..scenario }),
        Ok(_) => Problem::of_file(SCENARIO, "the seed belongs into day.toml; remove it here"),
        Err(ScenarioError::Toml(error)) => located(SCENARIO, &text, &error),
        Err(
            error @ (ScenarioError::TooMuch { .. }
            | ScenarioError::NoPart { .. }
            | ScenarioError::NoPartOfFund { .. }),
        ) => Problem::of_file(SCENARIO, error.to_string()),
    };
    problems.push(problem);
    None
}

/// An override of nothing is most likely a misspelt transaction ID.
pub(super) fn check_overrides(scenario: &Scenario, orders: &[Order], problems: &mut Vec<Problem>) {
    for transaction in scenario.overrides.keys() {
        if !orders.iter().any(|order| order.transaction == *transaction) {
            let problem = "no good row of orders.csv has this transaction; check its spelling";
            let (field, value) = ("override".to_owned(), transaction.to_string());
            problems.push(Problem { field, value, ..Problem::of_file(SCENARIO, problem) });
        }
    }
}

fn located(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let before = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let line = error.span().map(|span| 1 + before(span.start));
    Problem { line, ..Problem::of_file(file, error.message()) }
}
