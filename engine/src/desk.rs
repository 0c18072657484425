//! The engine's door for those who know no saga's types: desks, registries, programs that move a
//! clock by hand.
//!
//! ```text
//! engine.ask_all(commands)   what is asked of running sagas, each named by its kind
//! engine.outlook()           what moves, what waits for a person, when the next timer rings
//! engine.outlook_beside(..)  the same; when the first goes on, of all but these
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

impl Engine {
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

    /// What moves and what waits, as of everything that was sent before.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn outlook(&self) -> Result<Outlook, Stopped> {
        self.outlook_beside(Arc::default()).await
    }

    /// The same; [`Outlook::moves_by`] is told of all sagas but these.
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
