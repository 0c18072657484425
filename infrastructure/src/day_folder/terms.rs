//! What a day's orders stand on: registrars, funds and prices. They are saved beside the counterparties'
//! books, so that whoever opens the store without the folder works on the terms that it was played on.
//!
//! 1. Playing another folder into a store puts that folder's terms in the place of the former.
//! 2. Funds are saved word for word. A folder without funds of its own saves none: then the catalogue
//!    that is part of the program counts, in whichever version.

use super::{Day, Price, Problem, Settings, funds, navs, settings, table};
use crate::catalogue::{self, CatalogueError, Files};
use crate::day_batch::Numbers;
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    catalogue::Catalogue,
    ids::{DistributorCode, RegistrarCode},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

const FILE: &str = "day.toml";
/// Bytes of a file of ours: the funds are in it, word for word.
const MOST: u64 = 1 << 28;

/// Registrars, funds and prices of a day.
#[derive(Debug, Clone)]
pub struct DayTerms {
    /// The day that is played.
    pub trade_date: TradingDay,
    /// The registrars; never empty. The first keeps the funds whose terms say `own`.
    pub registrars: Vec<RegistrarCode>,
    /// Those of them that number orders and records in digits.
    pub in_digits: Vec<RegistrarCode>,
    /// The house's own distributor: the only one, or the first. None of terms that an earlier program saved.
    pub distributor: Option<DistributorCode>,
    /// The funds of that day.
    pub catalogue: Catalogue,
    /// Prices, by fund and date.
    pub prices: Vec<Price>,
    /// The funds' files; none of those that are part of the program.
    files: Option<Files>,
}

/// As they are written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    trade_date: NaiveDate,
    registrars: Vec<RegistrarCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    in_digits: Vec<RegistrarCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distributor: Option<DistributorCode>,
    #[serde(default)]
    prices: Vec<Price>,
    /// Files of fund terms, by file name.
    funds: Option<BTreeMap<String, String>>,
}

/// Why terms cannot be saved or read back.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// The file or its directory.
    #[error("{path} cannot be read or written; check that the directory is there and yours")]
    Io {
        /// The file that is meant.
        path: PathBuf,
        /// What the system, or the parser, says.
        source: io::Error,
    },
    /// The file does not hold a day's terms any more.
    #[error("{path} does not hold a day's terms; play the day again, or name its folder")]
    Damaged {
        /// The file that is meant.
        path: PathBuf,
        /// What the system, or the parser, says.
        source: toml::de::Error,
    },
    /// The terms have no text.
    #[error("the terms cannot be written down")]
    Unwritable(#[from] toml::ser::Error),
    /// The saved T is none.
    #[error("{path} holds a T that the calendar does not know; play the day again")]
    Calendar {
        /// The file that is meant.
        path: PathBuf,
        /// What the system, or the parser, says.
        source: CalendarError,
    },
    /// The funds were sound when they were saved.
    #[error("{path}: {errors}; play the day again, or name its folder")]
    Funds {
        /// The file that is meant.
        path: PathBuf,
        /// All mistakes, one after the other.
        errors: String,
    },
}

impl From<&Day> for DayTerms {
    fn from(day: &Day) -> Self {
        Self {
            trade_date: day.trade_date,
            registrars: day.settings.registrars.clone(),
            in_digits: in_digits(&day.settings),
            distributor: Some(day.settings.distributor.clone()),
            catalogue: day.catalogue.clone(),
            prices: day.prices.clone(),
            files: day.files.clone(),
        }
    }
}

fn in_digits(settings: &Settings) -> Vec<RegistrarCode> {
    let filed = settings.filings.iter();
    let filed = filed.filter(|(_, filing)| filing.numbers == Numbers::Digits);
    filed.map(|(code, _)| code.clone()).collect()
}

impl DayTerms {
    /// Of each registrar, how it numbers orders and records.
    pub fn numbered(&self) -> Vec<(RegistrarCode, Numbers)> {
        let numbers = |code: &RegistrarCode| {
            if self.in_digits.contains(code) { Numbers::Digits } else { Numbers::Letters }
        };
        self.registrars.iter().map(|code| (code.clone(), numbers(code))).collect()
    }

    /// Reads those of a folder; its orders and investors may be missing.
    pub fn read(folder: &Path, calendar: &TradingCalendar) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let terms = Self::read_into(folder, calendar, &mut problems);
        problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        (terms, problems)
    }

    fn read_into(
        folder: &Path,
        calendar: &TradingCalendar,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let settings = settings::read(folder, problems)?;
        let trade_date = settings::trade_date(&settings, calendar, problems);
        let found = funds(folder, &settings, problems);
        let place = settings.place_of(folder, navs::FILE);
        let navs = table::read(place, navs::FILE, &navs::COLUMNS, problems);
        let ((trade_date, _), (files, catalogue)) = (trade_date?, found?);
        let prices = navs::rows(&navs?, &catalogue, calendar, problems);
        let (in_digits, registrars) = (in_digits(&settings), settings.registrars);
        let distributor = Some(settings.distributor);
        Some(Self { trade_date, registrars, in_digits, distributor, catalogue, prices, files })
    }

    /// Saves them in that directory, in place of those that were saved before.
    ///
    /// # Errors
    /// [`TermsError`], with the file.
    pub fn save(&self, directory: &Path) -> Result<(), TermsError> {
        let saved = Saved {
            trade_date: self.trade_date.date(),
            registrars: self.registrars.clone(),
            in_digits: self.in_digits.clone(),
            distributor: self.distributor.clone(),
            prices: self.prices.clone(),
            funds: self.files.as_ref().map(Files::texts),
        };
        let text = toml::to_string_pretty(&saved)?;
        let path = directory.join(FILE);
        fundflow_files::replace(&path, text).map_err(|source| TermsError::Io { path, source })
    }

    /// Those that are saved in that directory, if any are.
    ///
    /// # Errors
    /// [`TermsError`], with the file.
    pub fn load(directory: &Path, calendar: &TradingCalendar) -> Result<Option<Self>, TermsError> {
        let path = directory.join(FILE);
        let text = match fundflow_files::text(&path, MOST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(TermsError::Io { path, source }),
        };
        let saved: Saved = match toml::from_str(&text) {
            Ok(saved) => saved,
            Err(source) => return Err(TermsError::Damaged { path, source }),
        };
        let trade_date = match calendar.day(saved.trade_date) {
            Ok(day) => day,
            Err(source) => return Err(TermsError::Calendar { path, source }),
        };
        let files = saved.funds.as_ref().map(Files::of);
        let catalogue = files.as_ref().map_or_else(catalogue::shipped, Files::catalogue);
        let unsound = |errors: Vec<CatalogueError>| {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            TermsError::Funds { path, errors: all.join("; ") }
        };
        let Saved { registrars, in_digits, distributor, prices, .. } = saved;
        let catalogue = catalogue.map_err(unsound)?;
        Ok(Some(Self { trade_date, registrars, in_digits, distributor, catalogue, prices, files }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn calendar() -> TradingCalendar {
        TradingCalendar::xshg().unwrap()
    }

    /// A folder with one fund of its own and two registrars, and no orders.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let day = "trade_date = 2026-02-12\nseed = 1\nregistrars = [\"05\", \"98\"]\n";
        fs::write(folder.path().join("day.toml"), day).unwrap();
        let navs = "fund,date,nav\n011162,2026-02-12,0.7421\n";
        fs::write(folder.path().join("navs.csv"), navs).unwrap();
        fs::create_dir(folder.path().join("funds")).unwrap();
        let fund = include_str!("../../../catalogue/011162.toml");
        let fund = fund.replace("registrar = \"own\"", "registrar = \"98\"");
        fs::write(folder.path().join("funds/011162.toml"), fund).unwrap();
        folder
    }

    #[test]
    fn stored_terms_are_those_of_the_folder_word_for_word() {
        let (folder, books) = (folder(), tempfile::tempdir().unwrap());
        let (terms, problems) = DayTerms::read(folder.path(), &calendar());
        assert_eq!(problems, []);
        let terms = terms.unwrap();

        terms.save(books.path()).unwrap();
        let saved = DayTerms::load(books.path(), &calendar()).unwrap().unwrap();

        assert_eq!(saved.catalogue, terms.catalogue);
        assert_eq!((saved.trade_date, &saved.registrars), (terms.trade_date, &terms.registrars));
        assert_eq!(saved.prices, terms.prices);
        assert_eq!(saved.distributor, Some("305".parse().unwrap()));
        let fund = saved.catalogue.on("011162".parse().unwrap(), terms.trade_date.date()).unwrap();
        assert_eq!(fund.registrar.as_str(), "98");
        assert_eq!(saved.catalogue.codes().count(), 1);
    }

    #[test]
    fn terms_that_an_earlier_program_saved_name_no_distributor() {
        let books = tempfile::tempdir().unwrap();
        let saved = "trade_date = \"2026-02-12\"\nregistrars = [\"05\"]\n";
        fs::write(books.path().join(FILE), saved).unwrap();
        let terms = DayTerms::load(books.path(), &calendar()).unwrap().unwrap();
        assert_eq!(terms.distributor, None);
    }

    #[test]
    fn a_folder_without_funds_of_its_own_keeps_none_and_the_programs_count() {
        let (folder, books) = (folder(), tempfile::tempdir().unwrap());
        fs::remove_dir_all(folder.path().join("funds")).unwrap();
        let (terms, _) = DayTerms::read(folder.path(), &calendar());
        terms.unwrap().save(books.path()).unwrap();

        let saved = DayTerms::load(books.path(), &calendar()).unwrap().unwrap();

        assert_eq!(saved.catalogue, catalogue::shipped().unwrap());
        let text = fs::read_to_string(books.path().join(FILE)).unwrap();
        assert!(!text.contains("funds"), "{text}");
    }

    #[test]
    fn damaged_terms_are_an_error_and_not_the_programs_own() {
        let books = tempfile::tempdir().unwrap();
        assert!(DayTerms::load(books.path(), &calendar()).unwrap().is_none());
        fs::write(books.path().join(FILE), "trade_date = 3\n").unwrap();
        let damaged = DayTerms::load(books.path(), &calendar());
        assert!(matches!(damaged, Err(TermsError::Damaged { .. })), "{damaged:?}");
    }

    #[test]
    fn mistakes_of_a_folder_are_named() {
        let folder = folder();
        fs::write(folder.path().join("funds/011162.toml"), "code = 3\n").unwrap();
        let (terms, problems) = DayTerms::read(folder.path(), &calendar());
        assert!(terms.is_none());
        assert!(problems.iter().any(|it| it.file.ends_with("011162.toml")), "{problems:?}");
    }
}
