//! What the writer starts with.

use crate::{acknowledged::Acknowledged, checkpoint, lock::Lock};
use fundflow_kernel::{merkle::Frontier, store::Position};
use fundflow_writing::{Job, PossibleIds};
use rusqlite::Connection;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

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
