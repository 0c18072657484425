//! Who waits at the engine's door, and for what: replies by ticket, rests by saga.
//!
//! 1. Every ticket gets one reply, once what it says is durable.
//! 2. A watcher waits only for a saga that exists and is not at rest; the watch of a request that
//!    was refused goes with it.
//! 3. Whoever stopped waiting is dropped when the next one comes for the same saga, and everywhere when there are
//!    twice as many as waited the last time: never more are remembered than twice those who wait, and some.
//! 4. Replies leave together, in the order in which they were given, when the loop says so.

use crate::{error::ClockSetBack, replies::Delivery};
use foldhash::fast::RandomState;
use fundflow_runtime::message::{ActionError, Reply, Rest, SagaId, Ticket};
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};

/// Watchers up to which nobody checks for closed ones.
const FEW: usize = 1024;

/// Reasons why an input has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undecided {
    /// What was decided on it is not in the log: another writer was there first.
    Evicted,
    SetBack(ClockSetBack),
}

/// Gets the reply to one input.
pub(crate) type Asker = oneshot::Sender<Result<Reply, Undecided>>;
/// Gets how a saga came to rest.
pub(crate) type Watcher = oneshot::Sender<Result<Rest, ActionError>>;

/// What a ticket stands for.
#[derive(Debug)]
enum Waiting {
    Reply(Asker),
    /// A request whose saga is watched, if it is placed, by the holder of the other ticket.
    Watched(Asker, Ticket),
    Watch(SagaId, Watcher),
}

#[derive(Debug)]
pub(crate) struct Books {
    tickets: HashMap<Ticket, Waiting, RandomState>,
    newest: Ticket,
    watchers: HashMap<SagaId, Vec<Watcher>, RandomState>,
    /// Number of watchers, and the number at which closed ones are dropped.
    watching: usize,
    look_from: usize,
    leaving: Vec<Delivery>,
    deliveries: mpsc::UnboundedSender<Vec<Delivery>>,
}

impl Books {
    /// Without tickets; replies leave by that channel.
    pub(crate) fn new(deliveries: mpsc::UnboundedSender<Vec<Delivery>>) -> Self {
        Self {
            tickets: HashMap::default(),
            newest: Ticket::default(),
            watchers: HashMap::default(),
            watching: 0,
            look_from: FEW,
            leaving: Vec::new(),
            deliveries,
        }
    }

    /// Lets go of all that was given since the last time.
    pub(crate) fn flush(&mut self) {
        if !self.leaving.is_empty() {
            // Nobody takes them only where the whole program ends.
            let _ = self.deliveries.send(std::mem::take(&mut self.leaving));
        }
    }

    /// Something else is done, after all that was given before.
    pub(crate) fn done(&mut self, asker: oneshot::Sender<()>) {
        self.leaving.push(Delivery::Done(asker));
    }

    /// A ticket for a reply.
    pub(crate) fn reply_to(&mut self, asker: Asker) -> Ticket {
        self.issue(Waiting::Reply(asker))
    }

    /// Tickets for a request and for the watch that follows it.
    pub(crate) fn watched_reply_to(
        &mut self,
        asker: Asker,
        saga: SagaId,
        watcher: Watcher,
    ) -> (Ticket, Ticket) {
        let watch = self.watch_for(saga, watcher);
        (self.issue(Waiting::Watched(asker, watch)), watch)
    }

    /// A ticket for the standing of a saga that is watched.
    pub(crate) fn watch_for(&mut self, saga: SagaId, watcher: Watcher) -> Ticket {
        self.issue(Waiting::Watch(saga, watcher))
    }

    fn issue(&mut self, waiting: Waiting) -> Ticket {
        self.newest += 1;
        self.tickets.insert(self.newest, waiting);
        self.newest
    }

    /// Nothing is decided for that one.
    pub(crate) fn refuse(&mut self, asker: Asker, why: Undecided) {
        self.leaving.push(Delivery::Reply(asker, Err(why)));
    }

    /// Notes that the batch is durable.
    pub(crate) fn reply(&mut self, ticket: Ticket, reply: Reply) {
        match self.tickets.remove(&ticket) {
            None => {}
            Some(Waiting::Reply(asker)) => self.leaving.push(Delivery::Reply(asker, Ok(reply))),
            Some(Waiting::Watched(asker, watch)) => {
                if !matches!(reply, Reply::Placed { .. }) {
                    self.tickets.remove(&watch);
                }
                self.leaving.push(Delivery::Reply(asker, Ok(reply)));
            }
            Some(Waiting::Watch(saga, watcher)) => self.stands(saga, watcher, reply),
        }
    }

    fn stands(&mut self, saga: SagaId, watcher: Watcher, reply: Reply) {
        let rest = match reply {
            Reply::Rest(None) => return self.watch(saga, watcher),
            Reply::Rest(Some(rest)) => Ok(rest),
            Reply::NotActed(error) => Err(error),
            Reply::Placed { .. } | Reply::Refused(..) | Reply::Acted | Reply::Noticed(_) => {
                Err(ActionError::Defect("a watch was answered as something else".into()))
            }
        };
        self.leaving.push(Delivery::Rest(watcher, rest));
    }

    fn watch(&mut self, saga: SagaId, watcher: Watcher) {
        if watcher.is_closed() {
            return;
        }
        let watchers = self.watchers.entry(saga).or_default();
        let before = watchers.len();
        watchers.retain(|watcher| !watcher.is_closed());
        self.watching -= before - watchers.len();
        watchers.push(watcher);
        self.watching += 1;
        if self.watching >= self.look_from {
            self.drop_closed_watchers();
        }
    }

    fn drop_closed_watchers(&mut self) {
        self.watchers.retain(|_, watchers| {
            watchers.retain(|watcher| !watcher.is_closed());
            !watchers.is_empty()
        });
        self.watching = self.watchers.values().map(Vec::len).sum();
        self.look_from = self.watching.saturating_mul(2).max(FEW);
    }

    /// Number of callers that wait for a reply, and of those that wait for a saga to rest.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        (self.tickets.len(), self.watching)
    }

    /// A saga has come to rest, and that is durable.
    pub(crate) fn rested(&mut self, saga: &SagaId, rest: &Rest) {
        for watcher in self.watchers.remove(saga).into_iter().flatten() {
            self.watching -= 1;
            self.leaving.push(Delivery::Rest(watcher, Ok(rest.clone())));
        }
    }

    /// Nothing of what waits for the store will be in the log: whoever asked is to ask again.
    /// Returns those who watch, for whom the store is to be looked at again.
    pub(crate) fn evict(&mut self) -> Vec<(SagaId, Watcher)> {
        let mut watching = Vec::new();
        let mut tickets = std::mem::take(&mut self.tickets);
        let unwatched: Vec<Ticket> = tickets.values().filter_map(Waiting::watch).collect();
        for watch in unwatched {
            tickets.remove(&watch);
        }
        for waiting in tickets.into_values() {
            match waiting {
                Waiting::Reply(asker) | Waiting::Watched(asker, _) => {
                    self.leaving.push(Delivery::Reply(asker, Err(Undecided::Evicted)));
                }
                Waiting::Watch(saga, watcher) => watching.push((saga, watcher)),
            }
        }
        for (saga, watchers) in self.watchers.drain() {
            watching.extend(watchers.into_iter().map(|watcher| (saga.clone(), watcher)));
        }
        self.watching = 0;
        watching.retain(|(_, watcher)| !watcher.is_closed());
        watching.sort_by(|(one, _), (other, _)| one.cmp(other));
        watching
    }
}

impl Waiting {
    const fn watch(&self) -> Option<Ticket> {
        match self {
            Waiting::Watched(_, watch) => Some(*watch),
            Waiting::Reply(_) | Waiting::Watch(..) => None,
        }
    }
}

#[cfg(test)]
mod tests;
