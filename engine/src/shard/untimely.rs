//! What the loop makes of its clock: what is noted of it, and who is refused while it is set back.

use super::Shard;
use crate::books::{Asker, Undecided};
use fundflow_kernel::{
    envelope::StreamName,
    store::{Checkpoints, EventStore, Version},
};
use fundflow_runtime::{
    engine_clock::{Meanwhile, meanwhile},
    message::{SagaId, What},
};

impl<S: EventStore + Checkpoints> Shard<S> {
    /// What it did is stored before anything that is decided by it.
    pub(super) async fn look_at_clock(&mut self) {
        let of_clock = self.time.look(&*self.store).await;
        self.state.of_clock.extend(of_clock);
    }

    /// Refuses what is not decided while the clock is set back. Whoever asks for something new can ask again; a
    /// repeat has its first answer, and what was said outside is heard.
    pub(super) async fn timely(&mut self, what: &What, asker: Asker) -> Option<Asker> {
        let Some(set_back) = self.time.set_back() else { return Some(asker) };
        let is_taken = match meanwhile(what) {
            Meanwhile::Taken => true,
            Meanwhile::Refused => false,
            Meanwhile::OnlyAgain(saga) => self.is_begun(saga).await,
        };
        if is_taken {
            return Some(asker);
        }
        self.books.refuse(asker, Undecided::SetBack(set_back));
        self.books.flush();
        None
    }

    async fn is_begun(&mut self, saga: &SagaId) -> bool {
        if self.runner.knows(saga) {
            return true;
        }
        let process = StreamName::of(saga.kind, &saga.transaction);
        let first = self.store.read(&process, Version::NONE, 1).await;
        first.is_ok_and(|events| !events.is_empty())
    }
}
