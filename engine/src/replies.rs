//! Wakes those who wait at the engine's door, away from the loop that decides.
//!
//! Whoever is woken on a thread that sleeps costs a call to the system. The loop would make one for each of the
//! thousands of replies of a batch, and decide nothing meanwhile.

use crate::books::Undecided;
use fundflow_runtime::message::{ActionError, Reply, Rest};
use tokio::sync::{mpsc, oneshot};

/// What somebody is waiting for, and who.
#[derive(Debug)]
pub(crate) enum Delivery {
    Reply(oneshot::Sender<Result<Reply, Undecided>>, Result<Reply, Undecided>),
    Rest(oneshot::Sender<Result<Rest, ActionError>>, Result<Rest, ActionError>),
    Done(oneshot::Sender<()>),
}

impl Delivery {
    /// Whoever went away in the meantime misses it.
    pub(crate) fn hand_over(self) {
        match self {
            Delivery::Reply(asker, reply) => drop(asker.send(reply)),
            Delivery::Rest(watcher, rest) => drop(watcher.send(rest)),
            Delivery::Done(asker) => drop(asker.send(())),
        }
    }
}

/// Hands over in the order of the batches, until the loop has ended.
pub(crate) async fn run(mut batches: mpsc::UnboundedReceiver<Vec<Delivery>>) {
    while let Some(batch) = batches.recv().await {
        batch.into_iter().for_each(Delivery::hand_over);
    }
}
