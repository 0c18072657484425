//! Batches on their way to the store: what is being written, and what waits behind it.
//!
//! 1. A batch goes to the store only when all before it are durable, or with them, so that no decision is
//!    ever stored without what it was decided on. Those that wait go together: one sync for all of them.
//! 2. A fault means that nothing was written: the same bytes are appended again, boundedly often.
//!    The same event at the same place has the same ID, so no repeat can write anything twice.
//! 3. What needs no append still waits its turn: a reply may say only what is durable.

use fundflow_kernel::{
    loaded::with_sources,
    store::{AppendError, EventStore, Position, StreamAppend},
};
use fundflow_runtime::{
    message::{Output, SagaId},
    runner::Outlook,
};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, MaybeDone},
};
use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// Batches that may wait for the store; beyond it nothing more is decided.
const DEPTH: usize = 8;

/// The wait before the second attempt; each further one waits twice as long, up to [`LONGEST`].
const FIRST_WAIT: Duration = Duration::from_millis(25);
const LONGEST: Duration = Duration::from_secs(5);

/// What follows once a batch is durable.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Effects, replies, and what may be forgotten; its appends are taken out.
    pub(crate) output: Output,
    /// The sagas that are open after this batch, where a checkpoint of them is due.
    pub(crate) open: Option<Vec<SagaId>>,
    /// What was asked after it was decided, and who asked.
    pub(crate) outlooks: Vec<(oneshot::Sender<Outlook>, Outlook)>,
}

/// The last position of what was written; `None` if there was nothing to append.
pub(crate) type Written = Result<Option<Position>, AppendError>;

/// Batches in the order of their decisions.
pub(crate) struct Line<S> {
    store: Arc<S>,
    attempts: u32,
    writing: Option<(MaybeDone<BoxFuture<'static, Written>>, Vec<Batch>)>,
    waiting: VecDeque<(Vec<StreamAppend>, Batch)>,
}

impl<S: EventStore> Line<S> {
    /// An empty one, which makes an append so many times before it gives up.
    pub(crate) fn new(store: Arc<S>, attempts: u32) -> Self {
        Self { store, attempts: attempts.max(1), writing: None, waiting: VecDeque::new() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.writing.is_none()
    }

    /// Whether another batch may be decided ahead of the store.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < DEPTH
    }

    /// Whether the store has nothing to write: nothing is on its way, or what was is written.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.writing.as_mut().is_none_or(|(append, _)| append.now_or_never().is_some())
    }

    pub(crate) fn push(&mut self, appends: Vec<StreamAppend>, batch: Batch) {
        self.waiting.push_back((appends, batch));
        if self.writing.is_none() {
            self.start();
        }
    }

    /// Waits for what is being written, and returns its batches in the order of their decisions. May be
    /// dropped at any time; the append goes on when it is called again. After a failure the line stands
    /// still until it is cleared.
    pub(crate) async fn written(&mut self) -> Option<(Written, Vec<Batch>)> {
        let (append, _) = self.writing.as_mut()?;
        (&mut *append).await;
        let written = Pin::new(append).take_output()?;
        let (_, batches) = self.writing.take()?;
        if written.is_ok() {
            self.start();
        }
        Some((written, batches))
    }

    /// Forgets what waits: it was decided on what never became durable.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    fn start(&mut self) {
        let (appends, batches) = self.next_together();
        if batches.is_empty() {
            return;
        }
        let append = append_again(self.store.clone(), self.attempts, appends.into());
        self.writing = Some((MaybeDone::Future(Box::pin(append)), batches));
        // Only who is asked begins: the store writes while the next batch is decided.
        self.is_idle();
    }

    /// All that wait, up to the first with a list of open sagas: what such a list is of ends what is written,
    /// so that the last position is that list's.
    fn next_together(&mut self) -> (Vec<StreamAppend>, Vec<Batch>) {
        let (mut appends, mut batches) = (Vec::new(), Vec::new());
        while let Some((mut further, batch)) = self.waiting.pop_front() {
            if appends.is_empty() {
                appends = further;
            } else {
                appends.append(&mut further);
            }
            let is_listed = batch.open.is_some();
            batches.push(batch);
            if is_listed {
                break;
            }
        }
        (appends, batches)
    }
}

/// Appends until the store says what became of it, or faulted too often; then the first fault.
async fn append_again<S: EventStore>(
    store: Arc<S>,
    attempts: u32,
    batch: Arc<[StreamAppend]>,
) -> Written {
    if batch.is_empty() {
        return Ok(None);
    }
    let (mut wait, mut first) = (FIRST_WAIT, None);
    for attempt in 1..attempts {
        match store.append(batch.clone()).await {
            Err(AppendError::Fault(source)) => {
                let error = AppendError::Fault(source);
                tracing::warn!(attempt, "{}; it is appended again", with_sources(&error));
                first.get_or_insert(error);
            }
            done => return done.map(Some),
        }
        tokio::time::sleep(wait).await;
        wait = wait.saturating_mul(2).min(LONGEST);
    }
    match store.append(batch).await {
        Err(AppendError::Fault(source)) => Err(first.unwrap_or(AppendError::Fault(source))),
        done => done.map(Some),
    }
}

#[cfg(test)]
mod tests;
