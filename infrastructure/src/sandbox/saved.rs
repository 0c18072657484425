//! What is saved with the counterparties' books: the scenario, so that whoever opens them without the folder
//! of the day meets the same counterparties; and how far a folder was played.

use super::scenario::{Scenario, ScenarioError};
use fundflow_domain::calendar::TradingDay;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The scenario's file in the directory of the books.
const FILE: &str = "scenario.toml";

/// How far the folder was played that came last.
const PLAYED: &str = "played.toml";

/// Bytes of a file of ours.
const MOST: u64 = 1 << 24;

/// Why the scenario cannot be saved or read back.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The file or its directory.
    #[error("{path} cannot be read or written; check that the directory is there and yours")]
    Io {
        /// The file that could not be read or written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is no scenario any more.
    #[error("{path} is no scenario; mend it, or remove it and let everything go well")]
    Damaged {
        /// The scenario file.
        path: PathBuf,
        /// Which entry of it is wrong.
        source: ScenarioError,
    },
    /// The scenario has no text.
    #[error("the scenario cannot be written down")]
    Unwritable(#[from] toml::ser::Error),
}

/// Saves it, in place of the one that was saved before.
///
/// # Errors
/// [`SavedError`].
pub fn save(scenario: &Scenario, books: &Path) -> Result<(), SavedError> {
    write(books, FILE, &toml::to_string(scenario)?)
}

fn write(books: &Path, file: &str, text: &str) -> Result<(), SavedError> {
    let path = books.join(file);
    fundflow_files::replace(&path, text).map_err(|source| SavedError::Io { path, source })
}

/// Through which day a folder was planned to be played, while something of it moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    folder: TradingDay,
    through: TradingDay,
}

impl Played {
    /// Saves it for the folder of that T.
    ///
    /// # Errors
    /// [`SavedError`].
    pub fn save(books: &Path, folder: TradingDay, through: TradingDay) -> Result<(), SavedError> {
        write(books, PLAYED, &toml::to_string(&Self { folder, through })?)
    }

    /// That day; `None` where nothing is saved of the folder of that T, or nothing that can be read: it only
    /// says where to look further.
    ///
    /// # Errors
    /// [`SavedError::Io`].
    pub fn load(books: &Path, folder: TradingDay) -> Result<Option<TradingDay>, SavedError> {
        let path = books.join(PLAYED);
        match fundflow_files::text(&path, MOST) {
            Ok(text) => {
                let saved: Option<Self> = toml::from_str(&text).ok();
                Ok(saved.filter(|saved| saved.folder == folder).map(|saved| saved.through))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SavedError::Io { path, source }),
        }
    }
}

/// The one that is saved; without any, everything goes well.
///
/// # Errors
/// [`SavedError`].
pub fn load(books: &Path) -> Result<Scenario, SavedError> {
    let path = books.join(FILE);
    match fundflow_files::text(&path, MOST) {
        Ok(text) => {
            Scenario::from_toml(&text).map_err(|source| SavedError::Damaged { path, source })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Scenario::default()),
        Err(source) => Err(SavedError::Io { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_saved_scenario_is_the_same_and_without_one_all_goes_well() {
        let books = tempfile::tempdir().unwrap();
        assert_eq!(load(books.path()).unwrap(), Scenario::default());
        let example = include_str!("../../../examples/day/scenario.toml");
        let scenario = Scenario::from_toml(example).unwrap();

        save(&Scenario::default(), books.path()).unwrap();
        save(&scenario, books.path()).unwrap();

        assert_eq!(load(books.path()).unwrap(), scenario);
    }

    #[test]
    fn a_damaged_scenario_is_an_error_and_not_a_day_on_which_all_goes_well() {
        let books = tempfile::tempdir().unwrap();
        fs::write(books.path().join(FILE), "[charge]\nper_mille = { piad = 3 }\n").unwrap();
        assert!(matches!(load(books.path()), Err(SavedError::Damaged { .. })));
    }
}
