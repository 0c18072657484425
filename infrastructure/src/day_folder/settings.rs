//! `day.toml` and `scenario.toml`.

use super::{Kind, Order, Problem, table};
use crate::{
    exchange::version::Version,
    sandbox::scenario::{Scenario, ScenarioError},
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    ids::{IdError, RegistrarCode},
};
use fundflow_runtime::port::PortName;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::path::Path;

pub(super) const FILE: &str = "day.toml";
const SCENARIO: &str = "scenario.toml";
/// The manager's own registrar, in a fund's terms.
const OWN: &str = "own";

/// What is written in `day.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Settings {
    /// T.
    pub trade_date: NaiveDate,
    /// Chance is a function of it.
    pub seed: u64,
    /// The distributor's code in file names and records.
    pub distributor: String,
    /// The registrars, by their codes in file names; never empty. The first keeps the funds whose
    /// terms say `own`.
    pub registrars: Vec<RegistrarCode>,
    /// What the folder `funds` holds.
    pub funds: FundsAre,
    /// For people.
    pub notes: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "date")]
    trade_date: NaiveDate,
    seed: u64,
    #[serde(default = "distributor")]
    distributor: String,
    registrar: Option<RegistrarCode>,
    registrars: Option<Vec<RegistrarCode>>,
    #[serde(default)]
    funds: FundsAre,
    #[serde(default)]
    notes: String,
}

impl TryFrom<Written> for Settings {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { trade_date, seed, distributor, registrar, registrars, funds, notes } =
            written;
        let registrars = match (registrar, registrars) {
            (Some(_), Some(_)) => {
                return Err("write registrar or registrars, not both".to_owned());
            }
            (Some(one), None) => vec![one],
            (None, Some(several)) => several,
            (None, None) => vec![RegistrarCode::new("05").map_err(|error| error.to_string())?],
        };
        let twice = (1..)
            .zip(&registrars)
            .any(|(next, code)| registrars.get(next..).is_some_and(|later| later.contains(code)));
        if registrars.is_empty() || twice {
            return Err("registrars is a list of different codes, like [\"05\", \"98\"]".to_owned());
        }
        Ok(Self { trade_date, seed, distributor, registrars, funds, notes })
    }
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

impl Settings {
    /// The edition of the standard in which files are exchanged.
    pub const VERSION: Version = Version::V22;

    /// The code of the registrar that a fund's terms name: `own` is the first of the day.
    pub fn registrar_of(&self, named: &RegistrarCode) -> RegistrarCode {
        let first = self.registrars.first().filter(|_| named.as_str() == OWN);
        first.unwrap_or(named).clone()
    }

    /// The port of that registrar: `ta-` and its code.
    ///
    /// # Errors
    /// The code is too long for the name of a port.
    pub fn port_of(&self, named: &RegistrarCode) -> Result<PortName, IdError> {
        PortName::new(format!("ta-{}", self.registrar_of(named)))
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

/// An override of nothing is most likely a misspelt transaction ID. What a plan begins has its name
/// and a date.
pub(super) fn check_overrides(scenario: &Scenario, orders: &[Order], problems: &mut Vec<Problem>) {
    for transaction in scenario.overrides.keys() {
        let begun_by = |order: &Order| {
            let date = transaction.as_str().strip_prefix(order.transaction.as_str());
            matches!(order.kind, Kind::Plan(_)) && date.is_some_and(|date| date.starts_with('.'))
        };
        let named = |order: &Order| order.transaction == *transaction || begun_by(order);
        if !orders.iter().any(named) {
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
