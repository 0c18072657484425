//! Who waits for the loop itself, and how much it has in memory.

use super::{Message, Shard, State};
use crate::desk::InMemory;
use fundflow_kernel::store::{Checkpoints, EventStore};
use tokio::sync::oneshot;

impl<S: EventStore + Checkpoints> Shard<S> {
    pub(super) fn in_memory(&self) -> InMemory {
        let (waiting, watching) = self.books.waiting();
        InMemory {
            awake: self.runner.sagas().count(),
            open: self.runner.open(),
            streams: self.runner.streams().count(),
            waiting,
            watching,
            settling: self.state.settling.len(),
            calls: self.state.outstanding,
        }
    }
}

impl State {
    /// Under load nothing settles: whoever stopped waiting for it leaves when the next one comes.
    pub(super) fn settle(&mut self, settled: oneshot::Sender<()>) {
        self.settling.retain(|waiting| !waiting.is_closed());
        self.settling.push(settled);
    }

    /// Whoever asks for it together hears of it together.
    pub(super) fn stop(&mut self, done: oneshot::Sender<()>) {
        self.is_stopping = true;
        self.stopping.push(done);
    }

    pub(super) fn take(&mut self, message: Option<Message>) {
        match message {
            Some(Message::One(work)) => self.works.push_back(work),
            Some(Message::Many(works)) => self.works.extend(works),
            None => {
                // Every handle is gone: nobody can ask for anything any more.
                (self.is_deserted, self.is_stopping) = (true, true);
            }
        }
    }
}
