//! What the store could not give is read again when somebody needs it.
//!
//! 1. A stream that could not be read is as good as damaged, and is remembered as *unread*. The next
//!    input that needs it has it read once more before anything is decided; if that fails again, the
//!    input is refused again.
//! 2. Everybody who stood still for it goes on as after a restart.
//! 3. What was read and makes no sense stays refused: reading it again gives the same.

use super::{Runner, Slot};
use crate::{
    message::{ActionError, Input, Reply, SagaId, What},
    running::damaged,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Damage, Need},
};

impl Runner {
    /// The stream that news are about, if the store could not give it before.
    pub(super) fn unread_key(&self, input: &mut Input) -> Option<Need> {
        let failures = *input.failures.get_or_insert(self.streams.failures());
        let What::Notice { stream, .. } = &input.what else { return None };
        let unread = self.streams.unread_before(stream, failures);
        unread.then(|| self.openers.get(stream.category()))?.map(|it| it.need(stream))
    }

    /// Whether those are news about a stream of which nobody can tell whose it is. They are not
    /// taken, so that they are delivered again.
    pub(super) fn is_of_unknown_owner(&mut self, input: &Input) -> bool {
        let What::Notice { stream, .. } = &input.what else { return false };
        let Some(damage) = self.streams.damage(stream).cloned() else { return false };
        self.alert(stream.as_str(), &format!("{}: {}", damage.place, damage.what));
        self.streams.drop_unheld([stream.clone()]);
        self.reply(input.ticket, Reply::NotActed(damaged(damage)));
        true
    }

    /// What was read and is still asked for is a defect, and its caller's answer says so.
    pub(super) fn refuse_to_ask_for_ever(&mut self, input: &Input, saga: &SagaId) {
        let what = "a stream is missing that is in memory";
        self.alert(saga.transaction.as_str(), what);
        self.reply(input.ticket, Reply::NotActed(ActionError::Defect(what.into())));
    }

    /// What the input's saga needs and the store could not give before the input came.
    pub(super) fn unread_by(&self, saga: &SagaId, input: &Input) -> Vec<Need> {
        let failures = input.failures.unwrap_or_default();
        let Some(slot) = self.sagas.get(saga).filter(|_| failures > 0) else { return Vec::new() };
        let own = slot.saga.own();
        let needs = input.besides.iter().chain(&own);
        let unread = needs.filter(|need| self.streams.unread_before(need.stream(), failures));
        unread.cloned().collect()
    }

    /// What a caller asks for is not decided on the half of what it would be held against.
    pub(super) fn damage_beside(&self, input: &Input, besides: &[Need]) -> Option<Damage> {
        let asks = matches!(input.what, What::Request { .. } | What::Command { .. });
        let mut needs = besides.iter().filter(|_| asks);
        needs.find_map(|need| self.streams.damage(need.stream()).cloned())
    }

    /// Whoever stood still for that stream goes on when the shell has read what is missing now.
    pub(super) fn mended(&mut self, stream: &StreamName) {
        let streams = &self.streams;
        let stands_still = |slot: &Slot| slot.saga.stands_still_for(streams, stream);
        let waiting = self.sagas.iter().filter(|(_, slot)| stands_still(slot));
        self.starved.extend(waiting.map(|(saga, _)| saga.clone()));
    }
}
