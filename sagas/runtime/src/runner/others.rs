//! What one saga's turn brings about for others: the counterparty's budget is free again, a stream that
//! another saga began was continued, or another saga is to look again.
//!
//! A stream belongs to the saga that wrote its first event. Whoever else writes to it may have made a
//! fact hold that its owner waits for; nobody else would tell the owner before its next timer. A stream that
//! many write to has no such owner: who is to hear of it is named ([`Turn::tell`](crate::turn::Turn::tell)).

use super::Runner;
use crate::message::SagaId;
use fundflow_kernel::{ids::TransactionId, store::Version, time::Timestamp};

impl Runner {
    /// Remembers whose streams a saga has continued with its appends from that one on.
    pub(super) fn note_owners(&mut self, writer: &SagaId, from: usize) {
        let mut owners = Vec::new();
        for append in self.out.appends.get(from..).unwrap_or_default() {
            // Who begins a stream owns it.
            if append.expected == Version::NONE {
                continue;
            }
            let Some((kind, transaction)) = self.streams.listener(&append.stream) else { continue };
            if *transaction == writer.transaction && **kind == *writer.kind {
                continue;
            }
            let Some(kind) = self.kind(kind) else { continue };
            let owner = SagaId { kind, transaction: transaction.clone() };
            owners.push(owner);
        }
        for owner in owners {
            self.concerns(owner);
        }
    }

    /// Remembers the sagas of transactions that another one has notified.
    pub(super) fn wake_notified(&mut self, notified: Vec<TransactionId>) {
        for transaction in notified {
            let kinds: Vec<_> = self.kinds.keys().copied().collect();
            for kind in kinds {
                self.concerns(SagaId { kind, transaction: transaction.clone() });
            }
        }
    }

    pub(super) fn concerns(&mut self, saga: SagaId) {
        // Who was not woken yet since it was read looks at its streams then.
        let is_awake = self.sagas.get(&saga).is_some_and(|slot| slot.touched > 0);
        if is_awake && !self.written_for.contains(&saga) {
            self.written_for.push_back(saga);
        } else {
            self.wake_up(saga);
        }
    }

    /// Goes on with everybody whom the last turn concerns, until it concerns nobody any more. Returns
    /// how many had been queued for a counterparty that takes calls now.
    pub(super) fn go_on_with_others(&mut self, now: Timestamp) -> usize {
        let mut called = 0;
        self.renew_overtaken(now);
        loop {
            let next = self.breakers.values_mut().find_map(|breaker| breaker.next(now));
            if let Some(saga) = next {
                self.with(&saga, now, |instance, desk| instance.call_now(desk));
                called += 1;
            } else if let Some(saga) = self.written_for.pop_front() {
                self.with(&saga, now, |instance, desk| instance.notified(desk));
            } else {
                return called;
            }
        }
    }
}
