//! The engine's one loop: take what came in, decide in memory, append in one durable batch, and only
//! then let effects and replies out.
//!
//! ```text
//! answers, inbox, timers -> runner -> line (one batch at the store, one behind it) -> release
//!                             ^                    |
//!                             `-- reload <-- conflict: forget all that is not durable
//! ```
//!
//! 1. While the store writes one batch the next is decided on top of it, and waits for it.
//! 2. A conflict means that memory is not what the log is: memory is dropped, who waits is asked to
//!    ask again, and the open sagas are read anew. The engine goes on.
//! 3. No stream that cannot be read, and no call that is not answered, stops the loop. What does
//!    stop it is a store that cannot be written, and its cause goes to every caller.

use crate::{
    books::{Asker, Books, Watcher},
    builder::Settings,
    checkpoint::Keeper,
    desk::{Besides, InMemory, Outlook},
    effects::{Answers, Calls, Epoch},
    engine_time::LoopTime,
    error::{StopCause, Stopped},
    line::{Batch, Line, Written},
    reading::provide_all,
};
use fundflow_kernel::store::{AppendError, Checkpoints, EventStore, Position, StreamAppend};
use fundflow_runtime::{
    kind::Kind,
    message::{ActionError, Answered, Input, Reply, SagaId, Ticket, What},
    runner::Runner,
};
use std::{
    collections::VecDeque,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Inputs that are decided for a store with nothing to write before it is given them. A decision takes tens of
/// microseconds, a sync milliseconds.
const EARLY: usize = 256;
/// After so many inputs it is looked at whether the store has become idle.
const LOOK: usize = 32;
/// How often one input, or all that starve, may ask for further streams.
const ROUNDS: usize = 64;

/// What the engine's handle sends to its loop.
#[derive(Debug)]
pub(crate) enum Message {
    One(Work),
    /// In order, before anything that comes later.
    Many(Vec<Work>),
}

/// A unit of work for the loop.
#[derive(Debug)]
pub(crate) enum Work {
    /// Decide this input, and reply to the one who asked.
    Decide(What, Asker),
    /// Decide this request, and tell how its saga comes to rest, if there is one.
    DecideWatched(SagaId, What, Asker, Watcher),
    /// Tell how that saga comes to rest, when it does.
    Watch(SagaId, Watcher),
    /// Tell what moves and what waits, and when the first that is not one of these goes on.
    Outlook(Arc<Besides>, oneshot::Sender<Outlook>),
    /// Tell when nothing moves any more, after letting due timers ring.
    Settle(oneshot::Sender<()>),
    /// Finish what is under way and stop.
    Shutdown(oneshot::Sender<()>),
    /// Tell how much is in memory.
    InMemory(oneshot::Sender<InMemory>),
}

pub(crate) struct Shard<S> {
    pub(crate) store: Arc<S>,
    pub(crate) kinds: Vec<Arc<dyn Kind>>,
    pub(crate) runner: Runner,
    pub(crate) time: LoopTime,
    pub(crate) inbox: mpsc::Receiver<Message>,
    pub(crate) answers: mpsc::UnboundedReceiver<Answers>,
    pub(crate) calls: mpsc::UnboundedSender<Calls>,
    pub(crate) line: Line<S>,
    pub(crate) keeper: Keeper<S>,
    pub(crate) settings: Settings,
    /// The last position of what is durable.
    pub(crate) at: Position,
    pub(crate) books: Books,
    pub(crate) state: State,
}

/// What the loop remembers from one turn to the next.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Taken in, not decided yet.
    heard: VecDeque<(Epoch, Answered)>,
    works: VecDeque<Work>,
    /// Calls that were not answered yet.
    outstanding: usize,
    epoch: Epoch,
    conflicts: u32,
    /// What the clock did, to be stored with the next batch.
    of_clock: Vec<StreamAppend>,
    outlooks: Vec<(oneshot::Sender<Outlook>, Outlook)>,
    settling: Vec<oneshot::Sender<()>>,
    stopping: Vec<oneshot::Sender<()>>,
    is_stopping: bool,
    is_deserted: bool,
    pub(crate) overloaded: Arc<AtomicBool>,
}

impl<S: EventStore + Checkpoints> Shard<S> {
    /// Runs until it is asked to stop or the store fails; returns why.
    pub(crate) async fn run(mut self) -> Stopped {
        let cause = self.until_stopped().await;
        self.books.flush();
        tracing::info!(%cause, "the engine has stopped");
        Stopped { cause }
    }

    async fn until_stopped(&mut self) -> StopCause {
        // The first output is what the restart woke up.
        self.look_at_clock().await;
        self.feed().await;
        self.push();
        loop {
            if let Err(cause) = self.take_in().await {
                return cause;
            }
            if self.line.has_room() {
                self.decide().await;
                self.push();
            }
            if self.line.is_empty() && self.rest().await {
                return StopCause::ShutDown;
            }
        }
    }

    /// Waits until there is something to do.
    async fn take_in(&mut self) -> Result<(), StopCause> {
        let room = self.line.has_room();
        let calm = self.state.outstanding < self.settings.calls.max(1);
        self.state.overloaded.store(!calm, Ordering::Relaxed);
        let timer = self.until_next_timer();
        let waiting = !self.state.heard.is_empty() || !self.state.works.is_empty();
        tokio::select! {
            biased;
            Some((written, batches)) = self.line.written(), if !self.line.is_empty() => {
                self.written(written, batches).await?;
            }
            answers = self.answers.recv(), if room => {
                let what = || "the task that calls counterparties has ended".into();
                let answers = answers.ok_or_else(|| StopCause::Fault { what: what() })?;
                self.state.heard.extend(answers);
            }
            () = ready(()), if room && waiting => {}
            message = self.inbox.recv(), if room && calm && !self.state.is_deserted => {
                self.state.take(message);
                // Whoever came together is decided together.
                while self.state.works.len() < self.settings.batch
                    && let Ok(message) = self.inbox.try_recv()
                {
                    self.state.take(Some(message));
                }
            }
            () = tokio::time::sleep(timer.unwrap_or_default()), if room && timer.is_some() => {}
        }
        Ok(())
    }

    /// Decides as much as one batch may hold: answers before requests. A store with nothing to write is
    /// not left waiting for all of it: it writes while the next batch is decided.
    async fn decide(&mut self) {
        let mut left = self.settings.batch.max(1);
        let mut decided = 0_usize;
        self.look_at_clock().await;
        while left > 0 {
            let is_early = decided >= EARLY && decided.is_multiple_of(LOOK);
            if is_early && self.line.is_idle() {
                break;
            }
            while self.state.heard.len() < left
                && let Ok(answers) = self.answers.try_recv()
            {
                self.state.heard.extend(answers);
            }
            if let Some((epoch, answered)) = self.state.heard.pop_front() {
                self.answered(epoch, answered).await;
            } else if let Some(work) = self.state.works.pop_front() {
                self.work(work).await;
            } else {
                break;
            }
            left -= 1;
            decided += 1;
        }
        self.runner.ring(self.time.now(), self.settings.batch.max(1));
        self.feed().await;
        while let Some(input) = self.runner.next_overtaken() {
            self.hand_in(input).await;
        }
    }

    async fn answered(&mut self, epoch: Epoch, answered: Answered) {
        self.state.outstanding = self.state.outstanding.saturating_sub(1);
        // A memory that was evicted does not know its calls: their sagas ask again by themselves.
        if epoch == self.state.epoch {
            self.handle(0, What::Answer(Box::new(answered))).await;
        }
    }

    async fn work(&mut self, work: Work) {
        match work {
            Work::Decide(what, asker) => {
                let Some(asker) = self.timely(&what, asker).await else { return };
                let ticket = self.books.reply_to(asker);
                self.handle(ticket, what).await;
            }
            Work::DecideWatched(saga, what, asker, watcher) => {
                let Some(asker) = self.timely(&what, asker).await else { return };
                let (request, watch) = self.books.watched_reply_to(asker, saga.clone(), watcher);
                self.handle(request, what).await;
                self.handle(watch, What::Watch { saga }).await;
            }
            Work::Watch(saga, watcher) => self.watch(saga, watcher).await,
            Work::Outlook(besides, asker) => {
                self.state.outlooks.push((asker, self.runner.outlook(&besides)));
            }
            // Whoever has gone meanwhile needs no answer.
            Work::InMemory(asker) => drop(asker.send(self.in_memory())),
            Work::Settle(settled) => self.state.settle(settled),
            Work::Shutdown(done) => self.state.stop(done),
        }
    }

    async fn watch(&mut self, saga: SagaId, watcher: Watcher) {
        let ticket = self.books.watch_for(saga.clone(), watcher);
        self.handle(ticket, What::Watch { saga }).await;
    }

    async fn handle(&mut self, ticket: Ticket, what: What) {
        let is_new = match &what {
            What::Request { saga, .. } => self.store.surely_lacks(saga.transaction.as_str()),
            _ => false,
        };
        self.hand_in(Input::new(ticket, what).of_new_transaction(is_new)).await;
    }

    async fn hand_in(&mut self, mut input: Input) {
        let (now, ticket) = (self.time.now(), input.ticket);
        for _ in 0..ROUNDS {
            let Err(wanting) = self.runner.handle(input, now) else { return };
            provide_all(&*self.store, &mut self.runner, &wanting.needs).await;
            input = wanting.input;
        }
        tracing::error!("{:?} asks for further streams without end", input.what);
        let defect = ActionError::Defect("it asks for further streams without end".into());
        self.books.reply(ticket, Reply::NotActed(defect));
        self.books.flush();
    }

    /// Reads what stands still for a stream that a milestone has added, and goes on with it.
    async fn feed(&mut self) {
        for _ in 0..ROUNDS {
            let needs = self.runner.starving().unwrap_or_default();
            provide_all(&*self.store, &mut self.runner, &needs).await;
            self.runner.go_on(self.time.now());
            if self.runner.starving().is_none() {
                return;
            }
        }
        tracing::error!("sagas ask for further streams without end");
    }

    /// Sends what was decided to the store. What needs no append still waits for the batches before
    /// it: a reply may say only what is durable.
    fn push(&mut self) {
        let mut output = self.runner.take();
        for alert in output.alerts.drain(..) {
            tracing::warn!(target: "fundflow::alerts", about = %alert.about, "{}", alert.what);
        }
        let mut appends = std::mem::take(&mut self.state.of_clock);
        appends.append(&mut output.appends);
        self.time.decided(&appends);
        let outlooks = std::mem::take(&mut self.state.outlooks);
        if output.is_empty() && appends.is_empty() && outlooks.is_empty() {
            return;
        }
        let events = appends.iter().map(|append| append.events.len()).sum();
        let open = self.keeper.decided(events, &self.runner);
        let batch = Batch { output, open, outlooks };
        if appends.is_empty() && self.line.is_empty() {
            self.release(None, batch);
        } else {
            self.line.push(appends, batch);
        }
    }

    async fn written(&mut self, written: Written, batches: Vec<Batch>) -> Result<(), StopCause> {
        match written {
            Ok(position) => {
                self.state.conflicts = 0;
                for batch in batches {
                    self.release(position, batch);
                }
                Ok(())
            }
            Err(AppendError::Conflict { stream, .. }) => self.evict(stream).await,
            Err(
                error @ (AppendError::Fenced { .. }
                | AppendError::Poisoned { .. }
                | AppendError::Fault(_)),
            ) => Err(error.into()),
        }
    }

    /// Everything in the batch is durable.
    fn release(&mut self, position: Option<Position>, batch: Batch) {
        let Batch { output, open, outlooks } = batch;
        self.at = position.unwrap_or(self.at);
        for (asker, outlook) in outlooks {
            // Whoever has gone meanwhile needs no answer.
            let _ = asker.send(outlook);
        }
        if !output.effects.is_empty() {
            self.state.outstanding += output.effects.len();
            // The receiver lives as long as this loop; see the branch of the answers.
            let _ = self.calls.send((self.state.epoch, output.effects));
        }
        for (ticket, reply) in output.replies {
            self.books.reply(ticket, reply);
        }
        for (saga, rest) in &output.rests {
            self.books.rested(saga, rest);
        }
        self.books.flush();
        self.runner.settle(output.batch, &output.finished, &output.released);
        if let Some(open) = open {
            self.keeper.save(self.at, open);
        }
    }

    /// Nothing is at the store. Tells those who wait for rest, and returns whether to stop.
    async fn rest(&mut self) -> bool {
        let now = self.time.next();
        let due = self.runner.next_timer().is_some_and(|due| due <= now);
        let taken_in = self.state.heard.is_empty() && self.state.works.is_empty();
        let is_idle = taken_in && self.inbox.is_empty();
        let quiet = self.state.outstanding == 0 && !due && self.answers.is_empty();
        if quiet && is_idle {
            self.state.settling.drain(..).for_each(|settled| self.books.done(settled));
            self.books.flush();
        }
        // Effects that are under way are found again by their sagas; a stop need not wait for them.
        if !self.state.is_stopping || !is_idle {
            return false;
        }
        let open = self.runner.unfinished().cloned().collect();
        self.keeper.save_last(self.at, open).await;
        self.state.stopping.drain(..).for_each(|done| self.books.done(done));
        true
    }

    fn until_next_timer(&self) -> Option<Duration> {
        let wait = self.runner.next_timer()?.micros().saturating_sub(self.time.next().micros());
        // Never longer than a second: the wall clock may be set, and a manual clock moved.
        Some(Duration::from_micros(u64::try_from(wait).unwrap_or(0)).min(Duration::from_secs(1)))
    }
}

mod evicting;
mod untimely;
mod waiting;
