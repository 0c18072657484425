//! Where the files of a T lie: a set of its own for each distributor and registrar.
//!
//! ```text
//! exchange/2026-02-12/out, in, read                       the first distributor and the manager's own registrar
//! exchange/2026-02-12/98/out                              the registrar 98
//! exchange/2026-02-12/distributor-306/out                 the distributor 306
//! exchange/2026-02-12/98/distributor-306/out              both
//! ```
//!
//! 1. An application is in the files of its own distributor; one that names none, in those of the folder's first.
//! 2. Files that are there stay whose they are, whichever distributor a later folder names first.
//! 3. A distributor that has orders of a T has files of it, whether the folder that is played names it or not.

use super::{Trouble, books::Placed, play::Play};
use fundflow_closing::{READ, announced, of_distributor};
use fundflow_domain::{
    application::{Stage, Terms},
    calendar::TradingDay,
    ids::{ApplicationNo, DistributorCode},
};
use fundflow_infrastructure::{
    day_batch::{AsSent, BatchError, ByDigits, Numbers, Parties, application_of, is_in_digits},
    day_folder::Settings,
    exchange::file_name::IndexName,
    file_exchange::DirectoryExchange,
    files,
};
use fundflow_sagas::ports::registrar::Application;
use std::{
    cell::OnceCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Beside the directories of both ways: a batch, until it is put where its registrar takes it.
const MAKING: &str = "making";
/// What the exchange notes of answers that were taken.
const TAKEN: &str = "taken";

/// A registrar, and its applications by their numbers in digits, once one is asked for.
pub(super) type InDigits = (String, OnceCell<ByDigits>);

/// The files of a T between one distributor and one registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) distributor: DistributorCode,
    /// The registrar's code.
    pub(super) registrar: String,
    /// What holds `out`, `in` and the mark.
    directory: PathBuf,
}

impl Set {
    /// Where what goes to the registrar lies.
    pub(super) fn out(&self) -> PathBuf {
        self.directory.join("out")
    }

    /// Where what comes back lies.
    pub(super) fn back(&self) -> PathBuf {
        self.directory.join("in")
    }

    /// The mark that the answers were read.
    pub(super) fn mark(&self) -> PathBuf {
        self.directory.join(READ)
    }

    /// The index of what was sent, if it is announced.
    pub(super) fn sent(&self) -> Result<Option<PathBuf>, Trouble> {
        Ok(index(&self.out())?.map(|(path, _)| path))
    }

    /// The index of the answers, if they are announced.
    pub(super) fn answered(&self) -> Result<Option<PathBuf>, Trouble> {
        Ok(index(&self.back())?.map(|(path, _)| path))
    }

    /// A directory or file of that name beside the directories of both ways.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The index in another directory of the set, if one is announced there.
    pub(super) fn index_in(&self, directory: &Path) -> Result<Option<PathBuf>, Trouble> {
        Ok(index(directory)?.map(|(path, _)| path))
    }

    /// Where a batch is made.
    pub(super) fn making(&self) -> PathBuf {
        self.directory.join(MAKING)
    }

    /// The way to the registrar's files.
    pub(super) fn exchange(&self) -> DirectoryExchange {
        DirectoryExchange::of(self.out(), self.back(), self.directory.join(TAKEN))
    }

    /// Who writes what is sent, who reads it, and how it is written for that registrar.
    pub(super) fn parties(&self, settings: &Settings) -> Parties {
        let (distributor, registrar) = (self.distributor.to_string(), self.registrar.clone());
        Parties { distributor, filing: settings.filing_of(&registrar), registrar }
    }
}

impl<S> Play<S> {
    /// Every set of that T, by registrar, the manager's own first, and by distributor, the folder's first.
    pub(super) fn sets(&self, t: TradingDay) -> Result<Vec<Set>, Trouble> {
        let (distributors, day) = (self.distributors(), self.with.files.join(t.to_string()));
        let mut sets = Vec::new();
        for (nth, (registrar, _)) in self.with.sandbox.registrars.iter().enumerate() {
            // Those of the manager's own lie one level higher.
            let plain = if nth == 0 { day.clone() } else { day.join(registrar) };
            let sent = index(&plain.join("out"))?.map(|(_, name)| name.creator);
            let sent = distributors.iter().find(|it| sent.as_deref() == Some(it.as_str()));
            let there = sent.unwrap_or_else(|| &self.day.settings.distributor);
            for distributor in &distributors {
                let directory = if distributor == there {
                    plain.clone()
                } else {
                    of_distributor(&plain, distributor)
                };
                let (distributor, registrar) = (distributor.clone(), registrar.clone());
                sets.push(Set { distributor, registrar, directory });
            }
        }
        Ok(sets)
    }

    /// Those of the folder, the first one first, and those of earlier folders that have orders.
    fn distributors(&self) -> Vec<DistributorCode> {
        let named = || self.day.settings.distributors();
        let of_orders = self.books.placed().filter_map(|it| it.application.terms.distributor);
        let others: BTreeSet<_> = of_orders.filter(|code| !named().any(|it| it == code)).collect();
        named().cloned().chain(others).collect()
    }

    fn distributor_of<'a>(&'a self, terms: &'a Terms) -> &'a DistributorCode {
        terms.distributor.as_ref().unwrap_or_else(|| &self.day.settings.distributor)
    }

    /// Whether an application is at the registrar of that code; the first is the manager's own.
    pub(super) fn is_at(&self, terms: &Terms, registrar: &str) -> bool {
        let named = terms.registrar.as_str();
        let first = self.with.sandbox.registrars.first();
        let own = first.is_some_and(|(own, _)| own == registrar);
        named == registrar || (own && named == crate::house::OWN)
    }

    /// The applications of that T at that stage that belong to that set.
    pub(super) fn of_batch(&self, t: TradingDay, set: &Set, at: fn(&Stage) -> bool) -> Vec<Placed> {
        let placed = self.books.placed().filter(|placed| {
            let (terms, stage) = (&placed.application.terms, &placed.application.stage);
            let through = *self.distributor_of(terms) == set.distributor;
            terms.trade_date == t && at(stage) && self.is_at(terms, &set.registrar) && through
        });
        placed.collect()
    }

    /// The application that file 03 has under that number, in whichever characters it went out.
    pub(super) fn sent(&self, number: &str, by_digits: &InDigits) -> Option<AsSent> {
        let own = self.books.placed_under(number).map(|placed| (placed, Numbers::Letters));
        let (placed, numbers) = own.or_else(|| {
            let no = self.numbered(number, by_digits)?;
            Some((self.books.placed_under(no.as_str())?, Numbers::Digits))
        })?;
        let applied_at = placed.applied_at(&self.table.house);
        let application = Application { terms: placed.application.terms, applied_at };
        let distributor = self.distributor_of(&application.terms).as_str();
        let account = self.books.accounts.of(&application.terms.investor);
        let record = application_of(&application, distributor, numbers, account);
        Some(AsSent { no: application.terms.no, record })
    }

    /// The application of a registrar that has that number in digits: of several the one that went out.
    pub(super) fn numbered(&self, number: &str, by_digits: &InDigits) -> Option<ApplicationNo> {
        if !is_in_digits(number) {
            return None;
        }
        let (registrar, known) = by_digits;
        let all =
            || ByDigits::of(self.books.numbers_sent_first(|it| self.is_at(&it.terms, registrar)));
        known.get_or_init(all).first(number).cloned()
    }

    /// Makes a directory of files; below the store's none may be a link.
    pub(super) fn make(&self, directory: &Path) -> Result<(), Trouble> {
        let failed = |source| Trouble::Directory { path: directory.to_owned(), source };
        files::make_directory(&self.with.base, directory).map_err(failed)
    }
}

fn index(directory: &Path) -> Result<Option<(PathBuf, IndexName)>, Trouble> {
    let failed = |source| BatchError::Io { path: directory.to_owned(), source };
    Ok(announced(directory).map_err(failed)?)
}
