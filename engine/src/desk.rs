//! The engine's door for those who know no saga's types: desks, registries, programs that move a
//! clock by hand.
//!
//! ```text
//! engine.ask_all(commands)   what is asked of running sagas, each named by its kind
//! engine.outlook()           what moves, what waits for a person, when the next timer rings
//! engine.outlook_beside(..)  the same; when the first goes on, of all but these
//! engine.in_memory()         how much it holds
//! ```

use crate::{
    engine::Engine,
    error::{ActError, Stopped},
    shard::{Message, Work},
};
use fundflow_kernel::{envelope::Actor, time::Timestamp};
pub use fundflow_runtime::runner::{Besides, Outlook};
use fundflow_runtime::{
    message::{Reply, SagaId, What},
    port::Payload,
};
use std::sync::Arc;
use tokio::sync::oneshot;

/// How much an engine holds at an instant. Everything in it is bounded by what is open, or by whom it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InMemory {
    /// Sagas that are in memory, bounded by [`Settings::awake`](crate::Settings::awake) but for those that move.
    pub awake: usize,
    /// The same, and those that sleep.
    pub open: usize,
    /// Streams that these use.
    pub streams: usize,
    /// Callers without a reply.
    pub waiting: usize,
    /// Callers who wait for a saga to come to rest.
    pub watching: usize,
    /// Callers who wait until nothing moves.
    pub settling: usize,
    /// Calls to counterparties without an answer.
    pub calls: usize,
}

impl Engine {
    /// How much it holds now: what to watch in operation.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn in_memory(&self) -> Result<InMemory, Stopped> {
        let (asker, counted) = oneshot::channel();
        self.send(Message::One(Work::InMemory(asker))).await?;
        match counted.await {
            Ok(counted) => Ok(counted),
            Err(_) => Err(self.why_stopped().await),
        }
    }

    /// Asks something of running sagas, in order, in one durable batch where they fit. Each has its
    /// own result, in its own place. A payload is a command of the saga's own type; see
    /// [`payload`](fundflow_runtime::kind::payload).
    pub async fn ask_all(
        &self,
        commands: Vec<(SagaId, Payload)>,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Vec<Result<(), ActError>> {
        let what = |(saga, command)| What::Command { saga, command, actor: actor.clone(), at };
        let replies = self.decide_all(commands.into_iter().map(what)).await;
        let taken = |reply| match reply? {
            Reply::Acted => Ok(()),
            reply @ (Reply::Placed { .. }
            | Reply::Refused(..)
            | Reply::NotActed(_)
            | Reply::Noticed(_)
            | Reply::Rest(_)) => Err(crate::engine::not_acted(reply)),
        };
        replies.into_iter().map(taken).collect()
    }

    /// What moves and what waits, as of everything that was sent before, once that is durable.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn outlook(&self) -> Result<Outlook, Stopped> {
        self.outlook_beside(Arc::default()).await
    }

    /// The same; [`Outlook::moves_by`] leaves these sagas out.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn outlook_beside(&self, besides: Arc<Besides>) -> Result<Outlook, Stopped> {
        let (asker, outlook) = oneshot::channel();
        self.send(Message::One(Work::Outlook(besides, asker))).await?;
        match outlook.await {
            Ok(outlook) => Ok(outlook),
            Err(_) => Err(self.why_stopped().await),
        }
    }
}
