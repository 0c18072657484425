//! A saga that is followed through the log beside all others, without its types: for audits.
//!
//! ```text
//! judge -> the event is folded -> replan, if it was of the saga's process -> the streams it uses are provided
//! ```

use crate::{
    grounds::{Groundless, Grounds},
    kind::{Kind, Of},
    look::{Look, LookError, glance},
    process::Process,
    replay::Followed,
    saga::Saga,
    stand::Place,
};
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    streams::{Need, Opener, Streams},
};
use std::sync::Arc;

/// A saga that is followed without knowing its types.
pub trait Follower: Send {
    /// Judges an event of the saga's own by what precedes it, before it is folded.
    fn judge(&mut self, streams: &Streams, event: &Recorded);
    /// Plans anew after a further event of its process: from now on it may work on further streams.
    fn replan(&mut self, streams: &Streams);
    /// Follows on as a saga of that kind, which was made anew by what it rests on: so does the runner.
    fn renew(&mut self, kind: &dyn Kind, streams: &Streams);
    /// Every stream that it ever worked on, its process stream first.
    fn used(&self) -> &[Need];
    /// Decisions without grounds, as far as it was judged.
    fn groundless(&self) -> &[Groundless];
    /// The table that it pinned, and where it stands on it by what is folded; `None` before there is anything of
    /// it, and on a table that this program does not know.
    fn stands_at(&self, streams: &Streams) -> Option<(&'static str, Place)>;
    /// Everything about it but its timeline. All of [`Self::used`] must be in memory.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared, or a stream is damaged.
    fn look(&self, streams: &Streams) -> Result<Look, LookError>;
}

/// The saga of that transaction, as the events of its process, oldest first, lead to it. One that cannot be
/// folded leaves it where those before have led to.
pub(crate) fn follow<S: Saga>(
    saga: &Arc<S>,
    transaction: TransactionId,
    history: &[Recorded],
) -> Box<dyn Follower> {
    let mut followed = Followed::<S>::new(transaction);
    let (mut streams, process) = (Streams::default(), Opener::of::<Process<S>>());
    for event in history {
        if streams.replay(&process.need(&event.stream), event).is_err() {
            break;
        }
        followed.replan(saga, &streams);
    }
    Box::new(Following { saga: saga.clone(), followed, grounds: Grounds::default() })
}

struct Following<S: Saga> {
    saga: Arc<S>,
    followed: Followed<S>,
    grounds: Grounds,
}

impl<S: Saga> Follower for Following<S> {
    fn judge(&mut self, streams: &Streams, event: &Recorded) {
        self.grounds.judge(&self.followed, streams, event);
    }

    fn replan(&mut self, streams: &Streams) {
        self.followed.replan(&self.saga, streams);
    }

    fn renew(&mut self, kind: &dyn Kind, streams: &Streams) {
        if let Some(Of(saga)) = kind.as_any().downcast_ref::<Of<S>>() {
            self.saga = saga.clone();
            self.followed.plan_anew(saga, streams);
        }
    }

    fn used(&self) -> &[Need] {
        self.followed.used()
    }

    fn groundless(&self) -> &[Groundless] {
        &self.grounds.found
    }

    fn stands_at(&self, streams: &Streams) -> Option<(&'static str, Place)> {
        let table = self.followed.table(streams)?;
        Some((table.version, table.stand(&self.followed.view(streams)?).place()))
    }

    fn look(&self, streams: &Streams) -> Result<Look, LookError> {
        let mut used = self.followed.used().iter();
        if let Some(damage) = used.find_map(|need| streams.damage(need.stream())) {
            return Err(LookError::Damaged(damage.clone()));
        }
        let groundless = self.grounds.found.clone();
        Ok(Look { groundless, ..glance(self.saga.as_ref(), &self.followed, streams)? })
    }
}
