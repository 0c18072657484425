//! The jobs that are written together.

use super::{Answer, Job, Work};
use tokio::sync::{mpsc, oneshot};

/// A statement takes no further job once it holds so many events.
const GROUP_EVENTS: usize = 8 * 1024;

/// What goes into one statement.
#[derive(Default)]
pub(super) struct Group {
    pub(super) works: Vec<Work>,
    pub(super) answers: Vec<oneshot::Sender<Answer>>,
    pub(super) closing: Option<oneshot::Sender<()>>,
}

impl Group {
    /// The first job and what waits behind it.
    pub(super) fn of(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Self {
        let mut group = Self::default();
        let mut events = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Write { work, answer } => {
                    events += work.events();
                    group.works.push(work);
                    group.answers.push(answer);
                }
                Job::Close { closed } => {
                    group.closing = Some(closed);
                    break;
                }
            }
            next = if events < GROUP_EVENTS { jobs.try_recv().ok() } else { None };
        }
        group
    }
}
