//! The files of a T: a set of its own for each distributor and registrar.
//!
//! ```text
//! exchange/2026-02-12/out, in, read                       the first distributor and the manager's own registrar
//! exchange/2026-02-12/98/out                              the registrar 98
//! exchange/2026-02-12/distributor-306/out                 the distributor 306
//! exchange/2026-02-12/98/distributor-306/out              both
//! ```
//!
//! 1. An application is in the files of its own distributor; one that names none, in those of the first.
//! 2. Files that are there stay whose they are, whichever distributor is named first later.
//! 3. A distributor that has orders of a T has files of it, whether anybody names it or not.

use crate::{
    dealing::Dealing,
    followed::Named,
    jobs::Jobs,
    place::{READ, announced, of_distributor, unread},
};
use fundflow_domain::{
    application::{Stage, Terms},
    calendar::TradingDay,
    ids::{DistributorCode, RegistrarCode},
    orders::Cause,
};
use fundflow_infrastructure::{
    day_batch::Parties, exchange::file_name::IndexName, file_exchange::DirectoryExchange,
};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::ports::day_jobs::JobCall;
use std::{collections::BTreeSet, io, path::PathBuf};

/// A batch, until it is put where its registrar takes it.
const MAKING: &str = "making";
/// What the exchange notes of answers that were taken.
const TAKEN: &str = "taken";

/// The files of a T between one distributor and one registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Who sends.
    pub distributor: DistributorCode,
    /// Who answers.
    pub registrar: RegistrarCode,
    /// What holds `out`, `in` and the mark.
    directory: PathBuf,
}

impl Set {
    /// Where what goes to the registrar lies.
    pub fn out(&self) -> PathBuf {
        self.directory.join("out")
    }

    /// Where what comes back lies.
    pub fn back(&self) -> PathBuf {
        self.directory.join("in")
    }

    /// A directory or file of that name beside the directories of both ways.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The index of what was sent, if it is announced.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn sent(&self) -> io::Result<Option<PathBuf>> {
        Ok(announced(&self.out())?.map(|(path, _)| path))
    }

    /// The index of the answers, if they are announced.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn answered(&self) -> io::Result<Option<PathBuf>> {
        Ok(announced(&self.back())?.map(|(path, _)| path))
    }

    /// The mark that the answers were read.
    pub(crate) fn mark(&self) -> PathBuf {
        self.beside(READ)
    }

    /// Where a batch is made.
    pub(crate) fn making(&self) -> PathBuf {
        self.beside(MAKING)
    }

    /// The way to the registrar's files.
    pub(crate) fn exchange(&self) -> DirectoryExchange {
        DirectoryExchange::of(self.out(), self.back(), self.beside(TAKEN))
    }

    /// Who writes what is sent, who reads it, and how it is written for that registrar.
    pub(crate) fn parties(&self, dealing: &Dealing) -> Parties {
        Parties {
            distributor: self.distributor.to_string(),
            registrar: self.registrar.to_string(),
            filing: (dealing.filing)(&self.registrar),
        }
    }
}

impl<S: EventStore> Jobs<S> {
    /// The sets of that T with that registrar, the first distributor's first; none of jobs that do not deal.
    ///
    /// # Errors
    /// The log or a directory cannot be read.
    pub async fn sets(&self, t: TradingDay, registrar: &RegistrarCode) -> Result<Vec<Set>, Cause> {
        let Some(dealing) = &self.dealing else { return Ok(Vec::new()) };
        let distributors = self.distributors(dealing).await?;
        let plain = self.place.plain(t, registrar);
        let out = plain.join("out");
        let sent = announced(&out).map_err(|error| unread(&out, &error))?;
        let there = whose(&distributors, sent.map(|(_, name)| name).as_ref());
        let there = there.or_else(|| distributors.first()).cloned();
        let directory = |distributor: &DistributorCode| {
            let is_there = Some(distributor) == there.as_ref();
            if is_there { plain.clone() } else { of_distributor(&plain, distributor) }
        };
        let of = |distributor: DistributorCode| Set {
            directory: directory(&distributor),
            registrar: registrar.clone(),
            distributor,
        };
        Ok(distributors.iter().cloned().map(of).collect())
    }

    /// Those that are named, and those that have orders.
    async fn distributors(&self, dealing: &Dealing) -> Result<Vec<DistributorCode>, Cause> {
        self.catch_up().await?;
        let followed = self.followed.lock().await;
        let named = &dealing.distributors;
        let others: BTreeSet<_> =
            followed.distributors().filter(|code| !named.contains(code)).cloned().collect();
        Ok(named.iter().cloned().chain(others).collect())
    }

    /// The applications of the batch that stand there and belong to that set.
    pub(crate) async fn of_set(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        set: &Set,
        at: fn(&Stage) -> bool,
    ) -> Result<Vec<Named>, Cause> {
        self.catch_up().await?;
        let followed = self.followed.lock().await;
        let his = followed.named_where(|application| {
            let (terms, stage) = (&application.terms, &application.stage);
            terms.trade_date == call.t
                && at(stage)
                && self.place.keeps(&call.registrar, &terms.registrar)
                && dealing.whose(terms) == Some(&set.distributor)
        });
        Ok(his)
    }
}

impl Dealing {
    /// The distributor whose order it is.
    pub(crate) fn whose<'a>(&'a self, terms: &'a Terms) -> Option<&'a DistributorCode> {
        terms.distributor.as_ref().or_else(|| self.distributors.first())
    }
}

/// Of those distributors the one that made the files of that index.
fn whose<'a>(
    distributors: &'a [DistributorCode],
    sent: Option<&IndexName>,
) -> Option<&'a DistributorCode> {
    let creator = &*sent?.creator;
    distributors.iter().find(|it| it.as_str() == creator)
}
