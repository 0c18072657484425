//! When something goes on by itself.

use super::Runner;
use crate::breaker::Breaker;
use fundflow_kernel::time::Timestamp;

impl Runner {
    /// Lets every timer that is due ring. Returns how many did, with those that a counterparty had waited.
    pub fn ring(&mut self, now: Timestamp, at_most: usize) -> usize {
        let mut rung = 0;
        while rung < at_most && self.timers.first().is_some_and(|(due, _)| *due <= now) {
            let Some((_, saga)) = self.timers.pop_first() else { break };
            rung += 1;
            let Some(slot) = self.sagas.get_mut(&saga) else {
                self.asleep.rang(&saga);
                self.standing.stir(&saga);
                self.wake_up(saga);
                continue;
            };
            slot.timer = None;
            self.standing.stir(&saga);
            if slot.touched == 0 {
                self.starved.push(saga);
                continue;
            }
            self.with(&saga, now, |instance, desk| instance.ring(desk));
        }
        rung + self.go_on_with_others(now)
    }

    /// When the first timer is due: of a saga, or of a counterparty that is to be tried again.
    pub fn next_timer(&self) -> Option<Timestamp> {
        let of_sagas = self.timers.first().map(|(due, _)| *due);
        of_sagas.into_iter().chain(self.breakers.values().filter_map(Breaker::due)).min()
    }
}
