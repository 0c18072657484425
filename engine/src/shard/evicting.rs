//! What becomes of memory when the log is not what it was taken for.

use super::Shard;
use crate::{error::StopCause, recovery::look};
use fundflow_kernel::{
    envelope::StreamName,
    store::{Checkpoints, EventStore},
};

/// Conflicts in a row after which the other writer has won.
const CONFLICTS: u32 = 8;

impl<S: EventStore + Checkpoints> Shard<S> {
    /// Somebody else wrote a stream of ours: nothing that is not durable holds any more.
    pub(super) async fn evict(&mut self, stream: StreamName) -> Result<(), StopCause> {
        self.state.conflicts += 1;
        if self.state.conflicts > CONFLICTS {
            return Err(StopCause::Conflict { stream });
        }
        tracing::warn!(%stream, "was written by somebody else; the open sagas are read again");
        self.line.clear();
        self.runner.clear();
        self.state.epoch += 1;
        let watching = self.books.evict();
        self.books.flush();
        let log = look(&*self.store, &mut self.runner, &self.kinds).await?;
        self.state.of_clock.clear();
        self.time.reloaded(log.newest);
        let found = log.resume(&*self.store, &mut self.runner, self.time.now()).await;
        (self.at, self.keeper.foreign) = (found.at, found.foreign);
        while let Some(input) = self.runner.next_overtaken() {
            self.hand_in(input).await;
        }
        for (saga, watcher) in watching {
            self.watch(saga, watcher).await;
        }
        Ok(())
    }
}
