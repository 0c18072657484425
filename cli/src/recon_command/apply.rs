//! What is done about cases: each on its own stream, many in one durable write.

use crate::{
    folded,
    operate::{held, time_of},
    reading::{Failure, database},
};
use fundflow_domain::{
    case::{Assignment, CaseId, Cases, Closing, Command, Proposal, Reopening, Report},
    ids::TransactionId,
    reconciled_day::{self, Figures, ReconciledDays},
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    codec::Stored,
    envelope::Actor,
    loaded::{Loaded, Meta, with_sources},
    store::{EventStore as _, StreamAppend},
    streams::Key,
};
use std::{path::Path, sync::Arc};

/// Something that is done about a case.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Open(Box<Report>, Box<Proposal>),
    Reopen(CaseId, Reopening),
    Close(CaseId, Closing),
    Assign(CaseId, Assignment),
}

impl Deed {
    fn case(&self) -> CaseId {
        match self {
            Self::Open(report, _) => report.id,
            Self::Reopen(case, _) | Self::Close(case, _) | Self::Assign(case, _) => *case,
        }
    }

    fn commands(self) -> Vec<Command> {
        match self {
            Self::Open(report, proposal) => {
                vec![Command::Open(report), Command::Propose(proposal)]
            }
            Self::Reopen(_, reopening) => vec![Command::Reopen(reopening)],
            Self::Close(_, closing) => vec![Command::Close(closing)],
            Self::Assign(_, assignment) => vec![Command::Assign(assignment)],
        }
    }
}

/// The category of what a reconciliation decides, in the envelopes of its events.
const PROCESS: &str = "reconciliation";

/// A store that is written, and as whose word.
pub(super) struct Writer {
    pub(super) store: Arc<SqliteStore>,
    actor: Actor,
    correlation: TransactionId,
}

impl Writer {
    /// Takes the store for itself; refused where an engine has it.
    pub(super) fn open(store: &Path, actor: Actor, correlation: &str) -> Result<Self, Failure> {
        let store = SqliteStore::open(database(store), &Settings::default()).map_err(held)?;
        Self::beside(Arc::new(store), actor, correlation)
    }

    /// The same on a store that an engine of this process writes, too.
    pub(super) fn beside(
        store: Arc<SqliteStore>,
        actor: Actor,
        correlation: &str,
    ) -> Result<Self, Failure> {
        let correlation = TransactionId::new(correlation);
        let correlation = correlation.map_err(|error| Failure::Engine(error.to_string()))?;
        Ok(Self { store, actor, correlation })
    }

    /// Decides all of them by what the log says now, and writes what follows at once. A deed that is done already adds
    /// nothing.
    pub(super) async fn write(&self, deeds: Vec<Deed>) -> Result<(), Failure> {
        let (now, mut batch) = (time_of(&*self.store).await?, Vec::new());
        for deed in deeds {
            let key = Key::<Cases>::of(&deed.case());
            self.decide(now, &key, &deed.commands(), &mut batch).await?;
        }
        self.append(batch).await
    }

    /// Writes what both sides add up to, where it is news.
    pub(super) async fn compared(&self, figures: Figures) -> Result<(), Failure> {
        let (key, mut batch) = (Key::<ReconciledDays>::of(&figures.day), Vec::new());
        let command = reconciled_day::Command::Compare(Box::new(figures));
        let now = time_of(&*self.store).await?;
        self.decide(now, &key, &[command], &mut batch).await?;
        self.append(batch).await
    }

    async fn decide<D>(
        &self,
        now: Timestamp,
        key: &Key<D>,
        commands: &[D::Command],
        batch: &mut Vec<StreamAppend>,
    ) -> Result<(), Failure>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let stream = key.stream().clone();
        let found = folded::one::<D, _>(&*self.store, &stream).await?;
        let mut loaded: Loaded<D> = found.map(|it| it.fold.loaded).unwrap_or_default();
        let owner = loaded.owner.clone();
        let (process, correlation) =
            owner.unwrap_or_else(|| (PROCESS.into(), self.correlation.clone()));
        let meta = Meta {
            correlation,
            process,
            causation: PROCESS.into(),
            actor: self.actor.clone(),
            trace_parent: None,
            occurred_at: now,
            recorded_at: now,
            trade_date: None,
        };
        for command in commands {
            let decided = loaded.decide(&stream, command, &meta, batch);
            decided.map_err(|error| Failure::Engine(format!("{stream}: {error}")))?;
        }
        Ok(())
    }

    async fn append(&self, batch: Vec<StreamAppend>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        let appended = self.store.append(batch).await;
        appended.map(drop).map_err(|error| Failure::Engine(with_sources(&error)))
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}
