//! Where the records of a day lie: the answers of each registrar to each distributor, and statements.
//!
//! ```text
//! exchange/2026-02-12/in, distributor-306/in             the manager's own registrar
//! exchange/2026-02-12/98/in, 98/distributor-306/in       the registrar 98
//! statements/2026-02-12/*.csv                            channels and banks, of that natural day
//! ```

use super::ReconError;
use crate::place::announced;
use chrono::NaiveDate;
use fundflow_domain::ids::RegistrarCode;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Of whom the answers are, and the index that announces them.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) registrar: RegistrarCode,
    /// To whom they are, as files name it.
    pub(super) distributor: String,
    pub(super) index: PathBuf,
}

/// The answers of a T that are there. The first registrar is the manager's own.
pub(super) fn answers(
    base: &Path,
    t: NaiveDate,
    registrars: &[RegistrarCode],
) -> Result<Vec<Answered>, ReconError> {
    let day = base.join("exchange").join(t.to_string());
    let mut found = Vec::new();
    for (nth, registrar) in registrars.iter().enumerate() {
        let plain = if nth == 0 { day.clone() } else { day.join(registrar.as_str()) };
        let mut directories = vec![plain.clone()];
        directories.extend(below(&plain, |name| name.starts_with("distributor-"))?);
        for directory in directories {
            let inbox = directory.join("in");
            let index = announced(&inbox).map_err(|error| unread(&inbox, &error))?;
            let registrar = registrar.clone();
            found.extend(index.map(|(index, name)| {
                let distributor = name.receiver;
                Answered { registrar, distributor, index }
            }));
        }
    }
    Ok(found)
}

/// Statements of a natural day that are there.
pub(super) fn statements(base: &Path, day: NaiveDate) -> Result<Vec<PathBuf>, ReconError> {
    below(&base.join("statements").join(day.to_string()), |name| {
        Path::new(name).extension().is_some_and(|it| it == "csv")
    })
}

/// What a directory has of that name, by name; nothing where there is no such directory.
fn below(directory: &Path, is_meant: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, ReconError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unread(directory, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unread(directory, &error))?;
        if entry.file_name().to_str().is_some_and(&is_meant) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn unread(path: &Path, error: &io::Error) -> ReconError {
    ReconError::Refused(format!("{} cannot be read: {error}", path.display()))
}
