//! What is done about cases: each on its own stream, many in one durable write.

use super::{ReconError, time_of};
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{
    case::{Assignment, CaseId, Cases, Closing, Command, Proposal, Reopening, Report},
    ids::TransactionId,
    reconciled_day::{self, Figures, ReconciledDays},
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    codec::Stored,
    envelope::Actor,
    loaded::{Loaded, Meta},
    store::{EventStore as _, StreamAppend},
    streams::Key,
};
use std::sync::Arc;

/// Something that is done about a case.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A break has its case.
    Open(Box<Report>, Box<Proposal>),
    /// What answered it does not hold.
    Reopen(CaseId, Reopening),
    /// Files answer it, or a person does.
    Close(CaseId, Closing),
    /// Somebody sees to it.
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
pub struct Writer {
    store: Arc<SqliteStore>,
    actor: Actor,
    correlation: TransactionId,
}

impl Writer {
    /// On that store; an engine of the same process may write it, too.
    ///
    /// # Errors
    /// That is no name of what belongs together.
    pub fn of(
        store: Arc<SqliteStore>,
        actor: Actor,
        correlation: &str,
    ) -> Result<Self, ReconError> {
        let correlation = TransactionId::new(correlation);
        let correlation = correlation.map_err(|error| ReconError::of(&error))?;
        Ok(Self { store, actor, correlation })
    }

    /// Decides all of them by what the log says now, and writes what follows at once. A deed that is done already adds
    /// nothing.
    ///
    /// # Errors
    /// The log cannot be read or written, or a case is not to be decided so.
    pub async fn write(&self, deeds: Vec<Deed>) -> Result<(), ReconError> {
        let (now, mut batch) = (time_of(&*self.store).await?, Vec::new());
        for deed in deeds {
            let key = Key::<Cases>::of(&deed.case());
            self.decide(now, &key, &deed.commands(), &mut batch).await?;
        }
        self.append(batch).await
    }

    /// Writes what both sides add up to, where it is news.
    pub(super) async fn compared(&self, figures: Figures) -> Result<(), ReconError> {
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
    ) -> Result<(), ReconError>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let stream = key.stream().clone();
        let (fold, _) = StreamFold::<D>::load(&*self.store, &stream).await?;
        let mut loaded: Loaded<D> = fold.loaded;
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
            decided.map_err(|error| ReconError::Refused(format!("{stream}: {error}")))?;
        }
        Ok(())
    }

    async fn append(&self, batch: Vec<StreamAppend>) -> Result<(), ReconError> {
        if batch.is_empty() {
            return Ok(());
        }
        let appended = self.store.append(batch).await;
        appended.map(drop).map_err(|error| ReconError::of(&error))
    }
}
