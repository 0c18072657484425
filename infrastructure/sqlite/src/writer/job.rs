//! What the writer is asked to do, and what it starts with.

use crate::{acknowledged::Acknowledged, checkpoint, lock::Lock};
use fundflow_kernel::{
    merkle::Frontier,
    store::{AppendError, Batch, Position},
};
use fundflow_names::PossibleIds;
use rusqlite::Connection;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) type Answer = Result<Position, AppendError>;

/// What the thread is asked to do.
pub(crate) enum Job {
    Write { work: Work, answer: oneshot::Sender<Answer> },
    Close { closed: oneshot::Sender<()> },
}

/// What is to be written.
pub(crate) enum Work {
    Append(Batch),
    Save { reader: String, at: Position, content: Vec<u8> },
}

impl Work {
    pub(super) fn events(&self) -> usize {
        match self {
            Work::Append(batch) => batch.iter().map(|append| append.events.len()).sum(),
            Work::Save { .. } => 1,
        }
    }
}

/// What the thread starts with.
pub(crate) struct Start {
    pub(crate) database: Connection,
    pub(crate) acknowledged: Acknowledged,
    pub(crate) tree: Frontier,
    pub(crate) helper: checkpoint::Helper,
    pub(crate) lock: Lock,
    pub(crate) epoch: i64,
    pub(crate) head: Position,
    pub(crate) cached_streams: usize,
    pub(crate) ids: Arc<PossibleIds>,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) published: Arc<watch::Sender<Position>>,
}
