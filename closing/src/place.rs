//! Where the files of a T lie.

use crate::followed::Batch;
use fundflow_domain::{
    calendar::TradingDay,
    ids::{DistributorCode, FundCode, RegistrarCode},
    orders::Cause,
};
use fundflow_infrastructure::{exchange::file_name::IndexName, files};
use fundflow_sagas::house::House;
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Beside the answers, once they were read.
pub const READ: &str = "read";

/// As a fund's terms name the distributor's first registrar.
pub const OWN: &str = "own";

/// Beside a store: files from and for registrars, and what investors are told.
const EXCHANGE: &str = "exchange";
pub(crate) const REPORTS: &str = "reports";
/// Beside a store: what a reconciliation puts aside until it is over.
pub(crate) const RECON: &str = "recon";

/// How the directory of a further distributor begins.
const BY_DISTRIBUTOR: &str = "distributor-";

/// Where the jobs' inputs are, and what they are held against.
#[derive(Debug, Clone)]
pub struct Place {
    /// Directory of the store; exchanged files, the ledger, statements and heads stand below it.
    pub base: PathBuf,
    /// Trading calendar, fund terms and prices.
    pub house: House,
    /// Every registrar. The first keeps the funds which name none, and its files lie one level higher.
    pub registrars: Arc<[RegistrarCode]>,
    /// Every fund of the catalogue.
    pub funds: Arc<[FundCode]>,
}

impl Place {
    /// Text that is stored: paths are from the store's directory on, wherever that lies.
    pub(crate) fn stored(&self, text: &str) -> String {
        let base = format!("{}/", self.base.display());
        let mut parts = text.split(&*base);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            // The end of a longer path is no path of ours.
            let is_within = whole.ends_with(|it: char| it.is_alphanumeric() || "/._-".contains(it));
            if is_within {
                whole.push_str(&base);
            }
            whole.push_str(part);
        }
        whole
    }

    /// Whether that registrar keeps the funds which name none.
    pub(crate) fn is_own(&self, registrar: &RegistrarCode) -> bool {
        self.registrars.first() == Some(registrar)
    }

    /// Whether funds whose terms name a registrar so are that one's.
    pub(crate) fn keeps(&self, registrar: &RegistrarCode, named: &RegistrarCode) -> bool {
        named == registrar || (named.as_str() == OWN && self.is_own(registrar))
    }

    /// Where the files of each distributor lie that has some in the batch; those of the first where there are any.
    pub(crate) fn directories(
        &self,
        (t, registrar): (TradingDay, &RegistrarCode),
        batch: &Batch,
    ) -> BTreeSet<PathBuf> {
        let plain = self.plain(t, registrar);
        let of = |distributor: &Option<DistributorCode>| {
            let own = distributor.as_ref().map(|code| of_distributor(&plain, code));
            own.filter(|it| it.is_dir()).unwrap_or_else(|| plain.clone())
        };
        batch.distributors.iter().map(of).collect()
    }

    /// Where answers lie, whoever has orders in the batch.
    pub(crate) fn answered(
        &self,
        (t, registrar): (TradingDay, &RegistrarCode),
    ) -> Result<BTreeSet<PathBuf>, Cause> {
        let plain = self.plain(t, registrar);
        let mut found = BTreeSet::new();
        let entries = match fs::read_dir(&plain) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(unread(&plain, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| unread(&plain, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.starts_with(BY_DISTRIBUTOR)) {
                found.insert(path);
            }
        }
        found.insert(plain);
        let mut there = BTreeSet::new();
        for directory in found {
            if index(&directory.join("in"))?.is_some() {
                there.insert(directory);
            }
        }
        Ok(there)
    }

    /// Where those of the first distributor lie.
    pub(crate) fn plain(&self, t: TradingDay, registrar: &RegistrarCode) -> PathBuf {
        let day = self.base.join(EXCHANGE).join(t.to_string());
        if self.is_own(registrar) { day } else { day.join(registrar.as_str()) }
    }
}

/// Looks whether any directory of files beside a store is a link: before anything is stored that it would hold up.
///
/// # Errors
/// One is, or it cannot be read; and in which of them.
pub fn check_directories(base: &Path) -> Result<(), (PathBuf, io::Error)> {
    let ours = [EXCHANGE, REPORTS, RECON, crate::head::DIRECTORY, "statements", "settlement"];
    ours.into_iter().try_for_each(|name| {
        files::check_directory(base, name).map_err(|error| (base.join(name), error))
    })
}

/// Where the files of another distributor lie than the one whose lie there.
pub fn of_distributor(plain: &Path, distributor: &DistributorCode) -> PathBuf {
    plain.join(format!("{BY_DISTRIBUTOR}{distributor}"))
}

/// The index of a directory and its name, if its files are announced.
///
/// # Errors
/// The directory cannot be read.
pub fn announced(directory: &Path) -> io::Result<Option<(PathBuf, IndexName)>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.and_then(|name| name.parse::<IndexName>().ok()) {
            return Ok(Some((path, name)));
        }
    }
    Ok(None)
}

pub(crate) fn index(directory: &Path) -> Result<Option<PathBuf>, Cause> {
    let found = announced(directory).map_err(|error| unread(directory, &error))?;
    Ok(found.map(|(path, _)| path))
}

pub(crate) fn unread(path: &Path, error: &io::Error) -> Cause {
    Cause::new("files_unread", format!("{}: {error}", path.display()))
}
