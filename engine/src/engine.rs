//! The engine's door: cheap to clone, used from any task.

use crate::{
    ahead::Ahead,
    asking::{Asking, Notice, Placed},
    books::Undecided,
    builder::Builder,
    error::{ActError, RequestError, StopCause, Stopped},
    shard::{Message, Work},
};
use fundflow_kernel::{
    envelope::Actor,
    ids::TransactionId,
    store::{Checkpoints, EventStore},
    time::Timestamp,
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Action, ActionError, Noticed, Reply, Rest, SagaId, What},
    saga::Saga,
};
use futures_util::future::BoxFuture;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};

const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Resolves when the saga comes to rest, or the engine stops.
pub type Resting = BoxFuture<'static, Result<Rest, ActError>>;

/// A running engine: a handle that is cheap to clone, and that may be used from any task.
#[derive(Clone)]
pub struct Engine {
    inbox: mpsc::Sender<Message>,
    stopped: watch::Receiver<Option<Stopped>>,
    overloaded: Arc<AtomicBool>,
    /// Inputs in one message, at most.
    at_once: usize,
    /// What a look ahead is decided on.
    ahead: Arc<dyn Ahead>,
}

/// Why there is no reply.
pub(crate) enum Silence {
    Undecided(Undecided),
    Stopped(Stopped),
}

impl fmt::Debug for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Engine").field("stopped", &*self.stopped.borrow()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts putting an engine together.
    pub fn builder<S: EventStore + Checkpoints>(store: Arc<S>) -> Builder<S> {
        Builder::new(store)
    }

    pub(crate) const fn new(
        inbox: mpsc::Sender<Message>,
        stopped: watch::Receiver<Option<Stopped>>,
        overloaded: Arc<AtomicBool>,
        at_once: usize,
        ahead: Arc<dyn Ahead>,
    ) -> Self {
        Self { inbox, stopped, overloaded, at_once, ahead }
    }

    pub(crate) fn ahead(&self) -> &dyn Ahead {
        &*self.ahead
    }

    /// Asks for a saga. When this returns `Ok`, it is durable, and the engine will bring it to an
    /// end whatever happens to this process. `at` is when it was asked; by the engine's clock
    /// without.
    ///
    /// # Errors
    /// [`RequestError`], which says what to do.
    pub async fn request<S: Saga>(
        &self,
        transaction: TransactionId,
        request: S::Request,
        asked: S::Asked,
        at: Option<Timestamp>,
        trace_parent: Option<Arc<str>>,
    ) -> Result<Placed<S>, RequestError<S::Refusal>> {
        let asking = Asking::<S> { transaction, request, asked, at, trace_parent };
        let transaction = asking.transaction.clone();
        let (answering, reply) = oneshot::channel();
        self.admit(Work::Decide(asking.into_what(), answering))?;
        Placed::of(transaction, self.reply(reply).await?)
    }

    /// The same, and a future of how it comes to rest: over, or parked for a person. Nobody watches
    /// what was refused.
    ///
    /// # Errors
    /// [`RequestError`], which says what to do.
    pub async fn request_watched<S: Saga>(
        &self,
        asking: Asking<S>,
    ) -> Result<(Placed<S>, Resting), RequestError<S::Refusal>> {
        let transaction = asking.transaction.clone();
        let (asker, reply) = oneshot::channel();
        let (watcher, rest) = oneshot::channel();
        let saga = saga_id::<S>(&transaction);
        self.admit(Work::DecideWatched(saga, asking.into_what(), asker, watcher))?;
        let placed = Placed::of(transaction, self.reply(reply).await?)?;
        let engine = self.clone();
        Ok((placed, Box::pin(async move { engine.rest(rest).await })))
    }

    /// Asks for several sagas in that order, in one durable batch where they fit. Each has its own
    /// result, in its own place.
    pub async fn request_all<S: Saga>(
        &self,
        askings: Vec<Asking<S>>,
    ) -> Vec<Result<Placed<S>, RequestError<S::Refusal>>> {
        let transactions: Vec<_> =
            askings.iter().map(|asking| asking.transaction.clone()).collect();
        let replies = self.decide_all(askings.into_iter().map(Asking::into_what)).await;
        let placed =
            |(transaction, reply): (_, Result<Reply, Silence>)| Placed::of(transaction, reply?);
        transactions.into_iter().zip(replies).map(placed).collect()
    }

    /// Asks something of a running saga: to cancel it, to change it. Returns once what was decided
    /// is durable.
    ///
    /// # Errors
    /// [`RequestError`], which says what to do.
    pub async fn command<S: Saga>(
        &self,
        transaction: TransactionId,
        command: S::Command,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Result<(), RequestError<S::Refusal>> {
        let mut results = self.command_all::<S>(vec![(transaction, command)], actor, at).await;
        results.pop().unwrap_or(Ok(()))
    }

    /// The same of several, in order, in one durable batch where they fit. Each has its own result,
    /// in its own place.
    pub async fn command_all<S: Saga>(
        &self,
        commands: Vec<(TransactionId, S::Command)>,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Vec<Result<(), RequestError<S::Refusal>>> {
        let what = |(transaction, command)| What::Command {
            saga: saga_id::<S>(&transaction),
            command: payload::<S::Command>(command),
            actor: actor.clone(),
            at,
        };
        let replies = self.decide_all(commands.into_iter().map(what)).await;
        let taken = |reply: Result<Reply, Silence>| match reply? {
            Reply::Acted => Ok(()),
            reply @ (Reply::Placed { .. }
            | Reply::Refused(..)
            | Reply::NotActed(_)
            | Reply::Noticed(_)
            | Reply::Rest(_)) => Err(RequestError::of(reply)),
        };
        replies.into_iter().map(taken).collect()
    }

    /// Does what an operator decided about one saga.
    ///
    /// # Errors
    /// [`ActError`], which says what to do.
    pub async fn act(
        &self,
        saga: SagaId,
        action: Action,
        operator: Arc<str>,
    ) -> Result<(), ActError> {
        let mut results = self.act_all(vec![(saga, action)], operator).await;
        results.pop().unwrap_or(Ok(()))
    }

    /// The same for several, in order, in one durable batch where they fit. Each has its own
    /// result, in its own place.
    pub async fn act_all(
        &self,
        actions: Vec<(SagaId, Action)>,
        operator: Arc<str>,
    ) -> Vec<Result<(), ActError>> {
        let what = |(saga, action)| What::Act { saga, action, operator: operator.clone() };
        let replies = self.decide_all(actions.into_iter().map(what)).await;
        let acted = |reply: Result<Reply, Silence>| match reply? {
            Reply::Acted => Ok(()),
            reply @ (Reply::Placed { .. }
            | Reply::Refused(..)
            | Reply::NotActed(_)
            | Reply::Noticed(_)
            | Reply::Rest(_)) => Err(not_acted(reply)),
        };
        replies.into_iter().map(acted).collect()
    }

    /// Hands over what counterparties say unasked: callbacks, late answers, records of files. Each
    /// notice has its own result, in its own place; `Ok` means that what it caused is durable, so
    /// that its source may forget it. Repeating any of it is harmless.
    pub async fn deliver(&self, notices: Vec<Notice>) -> Vec<Result<Noticed, ActError>> {
        let what = |Notice { stream, news }| What::Notice { stream, news };
        let replies = self.decide_all(notices.into_iter().map(what)).await;
        let outcome = |reply: Result<Reply, Silence>| match reply? {
            Reply::Noticed(outcome) => Ok(outcome),
            reply @ (Reply::Placed { .. }
            | Reply::Refused(..)
            | Reply::Acted
            | Reply::NotActed(_)
            | Reply::Rest(_)) => Err(not_acted(reply)),
        };
        replies.into_iter().map(outcome).collect()
    }

    /// Returns how a saga is at rest, over or parked for a person, as soon as it is: at once if it
    /// is already.
    ///
    /// # Errors
    /// [`ActError`]: nothing was ever asked for under that ID, it is damaged, or the engine stopped.
    pub async fn rest_of(&self, saga: SagaId) -> Result<Rest, ActError> {
        let (watcher, rest) = oneshot::channel();
        self.send(Message::One(Work::Watch(saga, watcher))).await?;
        self.rest(rest).await
    }

    /// Returns when nothing moves any more: the inbox is empty, everything is durable, no call is
    /// outstanding, and every timer that is due by the clock has rung.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn settle(&self) -> Result<(), Stopped> {
        let (settled, settling) = oneshot::channel();
        self.send(Message::One(Work::Settle(settled))).await?;
        self.done(settling).await
    }

    /// Finishes what is in the inbox, makes it durable, and stops. Calls that are outstanding are
    /// asked about at the next start.
    ///
    /// # Errors
    /// [`Stopped`] if it had stopped before, with the reason.
    pub async fn shutdown(&self) -> Result<(), Stopped> {
        let (done, shutting_down) = oneshot::channel();
        self.send(Message::One(Work::Shutdown(done))).await?;
        self.done(shutting_down).await
    }

    /// Why it has stopped; `None` while it runs.
    pub fn stopped(&self) -> Option<StopCause> {
        self.stopped.borrow().as_ref().map(|stopped| stopped.cause.clone())
    }

    /// Requests are the one thing that is turned away when there is too much of it.
    fn admit<R>(&self, work: Work) -> Result<(), RequestError<R>> {
        if self.overloaded.load(Ordering::Relaxed) {
            return Err(RequestError::Busy { retry_after: RETRY_AFTER });
        }
        self.inbox.try_send(Message::One(work)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RequestError::Busy { retry_after: RETRY_AFTER },
            mpsc::error::TrySendError::Closed(_) => {
                RequestError::Stopped(self.stopped().unwrap_or(StopCause::ShutDown))
            }
        })
    }

    /// Has all of it decided in order. Replies come once they are durable.
    pub(crate) async fn decide_all(
        &self,
        inputs: impl Iterator<Item = What>,
    ) -> Vec<Result<Reply, Silence>> {
        let (mut works, mut waiting) = (Vec::new(), Vec::new());
        for what in inputs {
            let (asker, reply) = oneshot::channel();
            works.push(Work::Decide(what, asker));
            waiting.push(reply);
            if works.len() == self.at_once {
                // Whoever is not listened to any more finds out by its reply.
                let _ = self.send(Message::Many(std::mem::take(&mut works))).await;
            }
        }
        let _ = self.send(Message::Many(works)).await;
        let mut replies = Vec::with_capacity(waiting.len());
        for reply in waiting {
            replies.push(self.reply(reply).await);
        }
        replies
    }

    pub(crate) async fn send(&self, message: Message) -> Result<(), Stopped> {
        if self.inbox.send(message).await.is_ok() {
            return Ok(());
        }
        Err(self.why_stopped().await)
    }

    async fn reply(
        &self,
        reply: oneshot::Receiver<Result<Reply, Undecided>>,
    ) -> Result<Reply, Silence> {
        match reply.await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(why)) => Err(Silence::Undecided(why)),
            Err(_) => Err(Silence::Stopped(self.why_stopped().await)),
        }
    }

    async fn rest(
        &self,
        rest: oneshot::Receiver<Result<Rest, ActionError>>,
    ) -> Result<Rest, ActError> {
        match rest.await {
            Ok(rest) => Ok(rest?),
            Err(_) => Err(self.why_stopped().await.into()),
        }
    }

    async fn done(&self, done: oneshot::Receiver<()>) -> Result<(), Stopped> {
        match done.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.why_stopped().await),
        }
    }

    /// The loop drops its callers before it says why; this waits for the reason.
    pub(crate) async fn why_stopped(&self) -> Stopped {
        let mut stopped = self.stopped.clone();
        let cause = stopped.wait_for(Option::is_some).await;
        let stopped = cause.ok().and_then(|cause| cause.clone());
        stopped.unwrap_or_else(|| {
            let what = "the runtime that it ran in has ended".into();
            Stopped { cause: StopCause::Fault { what } }
        })
    }
}

pub(crate) fn not_acted(reply: Reply) -> ActError {
    match reply {
        Reply::NotActed(error) => error.into(),
        Reply::Refused(_, text) => ActionError::Refused(text).into(),
        Reply::Placed { .. } | Reply::Acted | Reply::Noticed(_) | Reply::Rest(_) => {
            ActionError::Defect("it was answered as something else".into()).into()
        }
    }
}

impl<R> From<Silence> for RequestError<R> {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Undecided(Undecided::Evicted) => RequestError::Unsure,
            Silence::Undecided(Undecided::SetBack(clock)) => RequestError::ClockSetBack(clock),
            Silence::Stopped(stopped) => stopped.into(),
        }
    }
}

impl From<Silence> for ActError {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Undecided(Undecided::Evicted) => ActError::Unsure,
            Silence::Undecided(Undecided::SetBack(clock)) => ActError::ClockSetBack(clock),
            Silence::Stopped(stopped) => stopped.into(),
        }
    }
}
