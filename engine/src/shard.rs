//! The engine's one loop: drain the inbox, decide in memory, append in one durable batch, and only
//! then let effects and replies out.
//!
//! While the store writes one batch the next is already being decided on top of it. If the first
//! fails, everything decided after it is worthless, so the engine stops: it knows nothing that the
//! store does not know.

use crate::{
    effects::{Answers, Calls},
    error::{StopCause, Stopped},
    recovery::{keep_memory, load_saga, load_wallet},
};
use fundflow_domain::ids::TransactionId;
use fundflow_kernel::{
    clock::Clock,
    loaded::with_sources,
    store::{AppendError, Checkpoints, EventStore, Position, ReadError},
};
use fundflow_sagas::runner::{Input, Need, Output, Reply, Rest, Runner, Ticket};
use futures_util::{StreamExt, stream::FuturesOrdered};
use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Batches under way at the store: one being written, one waiting behind it.
const DEPTH: usize = 2;

/// What the engine's handle sends to its loop.
#[derive(Debug)]
pub(crate) enum Message {
    /// Decide this; its ticket is filled in by the loop.
    Decide(Input, oneshot::Sender<Reply>),
    /// Decide these, in order, before anything that comes later.
    DecideAll(Vec<(Input, oneshot::Sender<Reply>)>),
    /// News from counterparties.
    Heard(Vec<Input>),
    /// Tell how that purchase came to rest, when it does.
    Watch(TransactionId, oneshot::Sender<Rest>),
    /// Tell when nothing moves any more, after letting due timers ring.
    Settle(oneshot::Sender<()>),
    /// Finish what is under way and stop.
    Shutdown(oneshot::Sender<()>),
}

type Append = Pin<Box<dyn Future<Output = (Result<Option<Position>, AppendError>, Output)> + Send>>;

pub(crate) struct Shard<S> {
    pub(crate) store: Arc<S>,
    pub(crate) runner: Runner,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) inbox: mpsc::Receiver<Message>,
    pub(crate) answers: mpsc::UnboundedReceiver<Answers>,
    pub(crate) calls: mpsc::UnboundedSender<Calls>,
    pub(crate) at: Position,
    pub(crate) limits: Limits,
    pub(crate) state: Books,
}

/// What bounds the loop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Inputs decided into one batch.
    pub(crate) batch: usize,
    /// Calls outstanding before requests are left in the inbox.
    pub(crate) calls: usize,
}

/// Who waits for what.
#[derive(Debug, Default)]
pub(crate) struct Books {
    tickets: HashMap<Ticket, oneshot::Sender<Reply>>,
    next_ticket: Ticket,
    watchers: HashMap<TransactionId, Vec<oneshot::Sender<Rest>>>,
    settling: Vec<oneshot::Sender<()>>,
    outstanding: usize,
    stopping: Option<oneshot::Sender<()>>,
    pub(crate) overloaded: Arc<AtomicBool>,
}

impl<S: EventStore + Checkpoints> Shard<S> {
    /// Runs until it is told to stop or the store fails; answers why.
    pub(crate) async fn run(mut self) -> Stopped {
        let mut appends: FuturesOrdered<Append> = FuturesOrdered::new();
        let mut messages = Vec::new();
        let mut heard = Vec::new();
        // The first output is what the restart woke up.
        self.push(&mut appends);
        loop {
            let room = appends.len() < DEPTH;
            let calm = self.state.outstanding < self.limits.calls;
            self.state.overloaded.store(!calm, Ordering::Relaxed);
            let timer = self.until_next_timer();
            tokio::select! {
                biased;
                Some((result, output)) = appends.next(), if !appends.is_empty() => {
                    match result {
                        Ok(position) => self.release(position, output),
                        Err(error) => return stopped(error.into()),
                    }
                }
                count = self.answers.recv_many(&mut heard, self.limits.batch), if room => {
                    if count == 0 {
                        let what = "the task that calls counterparties has ended".into();
                        return stopped(StopCause::Fault { what });
                    }
                }
                count = self.inbox.recv_many(&mut messages, self.limits.batch), if room && calm => {
                    if count == 0 {
                        // Every handle is gone: nobody can ask for anything any more.
                        self.state.stopping.get_or_insert_with(|| oneshot::channel().0);
                    }
                }
                () = tokio::time::sleep(timer.unwrap_or_default()), if room && timer.is_some() => {}
            }
            if let Err(error) = self.decide(&mut heard, &mut messages).await {
                return stopped(error.into());
            }
            self.push(&mut appends);
            if appends.is_empty() && self.rest().await {
                return stopped(StopCause::ShutDown);
            }
        }
    }

    async fn decide(
        &mut self,
        heard: &mut Vec<Answers>,
        messages: &mut Vec<Message>,
    ) -> Result<(), ReadError> {
        for (transaction, answer) in heard.drain(..).flatten() {
            self.state.outstanding = self.state.outstanding.saturating_sub(1);
            self.handle(Input::Heard { transaction, answer, asked: true }).await?;
        }
        for message in messages.drain(..) {
            match message {
                Message::Decide(input, reply) => self.ticketed(input, reply).await?,
                Message::DecideAll(all) => {
                    for (input, reply) in all {
                        self.ticketed(input, reply).await?;
                    }
                }
                Message::Heard(inputs) => {
                    for input in inputs {
                        self.handle(input).await?;
                    }
                }
                Message::Watch(transaction, watcher) => {
                    self.state.watchers.entry(transaction).or_default().push(watcher);
                }
                Message::Settle(settled) => self.state.settling.push(settled),
                Message::Shutdown(done) => self.state.stopping = Some(done),
            }
        }
        self.runner.ring(self.clock.now(), self.limits.batch);
        Ok(())
    }

    async fn ticketed(
        &mut self,
        mut input: Input,
        reply: oneshot::Sender<Reply>,
    ) -> Result<(), ReadError> {
        self.state.next_ticket += 1;
        let number = self.state.next_ticket;
        self.state.tickets.insert(number, reply);
        match &mut input {
            Input::Place { ticket, .. } | Input::Act { ticket, .. } => *ticket = number,
            Input::Heard { .. } => {}
        }
        self.handle(input).await
    }

    async fn handle(&mut self, input: Input) -> Result<(), ReadError> {
        while let Some(need) = self.runner.needs(&input) {
            match need {
                Need::Saga(transaction) => {
                    load_saga(&*self.store, &mut self.runner, &transaction).await?;
                }
                Need::Wallet(wallet) => {
                    load_wallet(&*self.store, &mut self.runner, wallet).await?;
                }
            }
        }
        self.runner.handle(input, self.clock.now());
        Ok(())
    }

    /// Sends what was decided to the store. What needs no append still waits for the batches before
    /// it: a reply may tell only what is durable.
    fn push(&mut self, appends: &mut FuturesOrdered<Append>) {
        let mut output = self.runner.take();
        for alert in output.alerts.drain(..) {
            tracing::warn!(transaction = %alert.transaction, "{}", alert.what);
        }
        if output.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut output.appends);
        if batch.is_empty() && appends.is_empty() {
            return self.release(None, output);
        }
        let store = self.store.clone();
        appends.push_back(Box::pin(async move {
            let result =
                if batch.is_empty() { Ok(None) } else { store.append(batch).await.map(Some) };
            (result, output)
        }));
    }

    fn release(&mut self, position: Option<Position>, output: Output) {
        self.at = position.unwrap_or(self.at);
        if !output.effects.is_empty() {
            self.state.outstanding += output.effects.len();
            // The receiver lives as long as this loop; see `run`'s answer branch.
            let _ = self.calls.send(output.effects);
        }
        for (ticket, reply) in output.replies {
            if let Some(waiting) = self.state.tickets.remove(&ticket) {
                let _ = waiting.send(reply);
            }
        }
        for (transaction, rest) in output.rests {
            for watcher in self.state.watchers.remove(&transaction).into_iter().flatten() {
                let _ = watcher.send(rest.clone());
            }
        }
        for transaction in &output.finished {
            self.runner.forget(transaction);
        }
    }

    /// Nothing is at the store. Tells those who wait for rest, and answers whether to stop.
    async fn rest(&mut self) -> bool {
        let now = self.clock.now();
        let due = self.runner.next_timer().is_some_and(|due| due <= now);
        let quiet = self.state.outstanding == 0 && !due && self.answers.is_empty();
        if quiet && self.inbox.is_empty() {
            for settled in self.state.settling.drain(..) {
                let _ = settled.send(());
            }
        }
        // Effects that are under way are found again by their sagas; a stop need not wait for them.
        if self.state.stopping.is_none() || !self.inbox.is_empty() {
            return false;
        }
        if let Err(error) = keep_memory(&*self.store, self.at, &self.runner).await {
            tracing::warn!("cannot keep the list of open purchases: {}", with_sources(&error));
        }
        if let Some(done) = self.state.stopping.take() {
            let _ = done.send(());
        }
        true
    }

    fn until_next_timer(&self) -> Option<Duration> {
        let wait = self.runner.next_timer()?.micros().saturating_sub(self.clock.now().micros());
        // Never longer than a second: the wall clock may be set, and a manual clock moved.
        Some(Duration::from_micros(u64::try_from(wait).unwrap_or(0)).min(Duration::from_secs(1)))
    }
}

fn stopped(cause: StopCause) -> Stopped {
    tracing::info!(%cause, "the engine has stopped");
    Stopped { cause }
}
