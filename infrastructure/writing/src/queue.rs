//! What waits for the one writer of a store: callers queue, and the writer takes together what came together.

use fundflow_kernel::store::{AppendError, Batch, Position, StreamAppend};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// What a writer answers.
pub type Answer = Result<Position, AppendError>;

/// What a writer is asked to do.
pub enum Job {
    /// Write that, and say what came of it.
    Write {
        /// What is to be written.
        work: Work,
        /// Who waits for it.
        answer: oneshot::Sender<Answer>,
    },
    /// Write what came before, and end.
    Close {
        /// Who waits for the end.
        closed: oneshot::Sender<()>,
    },
}

/// What is to be written.
pub enum Work {
    /// Events, all or none.
    Append(Batch),
    /// How far a reader has come, and what it saved there.
    Save {
        /// Name of the reader.
        reader: String,
        /// Position of its content.
        at: Position,
        /// Bytes of its own.
        content: Vec<u8>,
    },
}

impl Work {
    /// The appends of its batch, if it is one.
    pub fn appends(&self) -> &[StreamAppend] {
        match self {
            Work::Append(batch) => batch,
            Work::Save { .. } => &[],
        }
    }

    /// How many rows it is, about.
    fn rows(&self) -> usize {
        self.appends().iter().map(|append| append.events.len()).sum::<usize>().max(1)
    }
}

/// The callers' end of the queue, until it is closed.
pub struct Queue {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    closed: String,
}

impl Queue {
    /// To a writer at the other end; none where a store is only read. `closed` says so to whoever writes all the same.
    pub const fn new(jobs: Option<mpsc::Sender<Job>>, closed: String) -> Self {
        Self { jobs: Mutex::new(jobs), closed }
    }

    /// Waits until it is written, or refused.
    ///
    /// # Errors
    /// Those of the writer, and [`AppendError::Fault`] where there is none any more.
    pub async fn write(&self, work: Work) -> Answer {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let closed = || AppendError::Fault(self.closed.clone().into());
        let (answer, outcome) = oneshot::channel();
        let sent = jobs.ok_or_else(closed)?.send(Job::Write { work, answer }).await;
        sent.map_err(|_| closed())?;
        // Dropped unanswered only by a writer that ended before it looked at the work.
        outcome.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Takes nothing from here on, and waits until what was taken is written.
    pub async fn close(&self) {
        if let Some(jobs) = self.end() {
            let (closed, done) = oneshot::channel();
            if jobs.send(Job::Close { closed }).await.is_ok() {
                // An error means that the writer is gone.
                let _ = done.await;
            }
        }
    }

    /// Takes nothing from here on. A writer ends when it has written what was taken.
    pub fn shut(&self) {
        drop(self.end());
    }

    fn end(&self) -> Option<mpsc::Sender<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a writer writes together.
#[derive(Default)]
pub struct Group {
    /// In the order in which it was asked for.
    pub works: Vec<Work>,
    /// Who waits for each of them.
    pub answers: Vec<oneshot::Sender<Answer>>,
    /// Who waits for the end, once these are written.
    pub closing: Option<oneshot::Sender<()>>,
}

impl Group {
    /// The first job and what waits behind it, until there are so many events.
    pub fn of(first: Job, jobs: &mut mpsc::Receiver<Job>, most: usize) -> Self {
        let mut group = Self::default();
        let mut rows = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Write { work, answer } => {
                    rows += work.rows();
                    group.works.push(work);
                    group.answers.push(answer);
                }
                Job::Close { closed } => {
                    group.closing = Some(closed);
                    break;
                }
            }
            next = if rows < most { jobs.try_recv().ok() } else { None };
        }
        group
    }
}
