//! A stage to try a program's own sagas on: a store in a folder, an engine with every saga of a
//! registry, the sandbox's counterparties, and a clock that moves when the program moves it.
//!
//! ```text
//! Stage::open(&registry, folder, instant)   -> an engine; what was begun there before goes on
//! stage.until(instant)                      -> the clock moves, and what counterparties say is heard
//! ```
//!
//! The books of the counterparties stand beside the store, so that the command can list, show, audit
//! and operate what was played here. It is no stage for money: a service starts its own engine.

use crate::{
    house::Terms,
    operate::{self, Counterparties},
    reading::{Failure, Place},
    registry::Registry,
    sandbox::BOOKS,
};
use fundflow::{
    Asking, Engine, Placed,
    runtime::{message::Rest, saga::Saga},
};
use fundflow_infrastructure::{
    files,
    sandbox::registrar::Confirming,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::loaded::with_sources;
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    time::Timestamp,
};
use std::{
    fmt,
    path::Path,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// Why a stage cannot be set, or does not go on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StageError(String);

/// An engine and everything around it.
pub struct Stage {
    engine: operate::Running,
    outside: Counterparties,
    clock: ManualClock,
    store: Arc<SqliteStore>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stage").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Stage {
    /// Opens the store in that folder, or makes it, and starts an engine at that instant, or at the
    /// last one of the store if that is later.
    ///
    /// # Errors
    /// [`StageError`], in words.
    pub async fn open(
        registry: &Registry,
        folder: &Path,
        at: Timestamp,
    ) -> Result<Self, StageError> {
        Self::set(registry, folder, at).await.map_err(|error| StageError(with_sources(&error)))
    }

    async fn set(registry: &Registry, folder: &Path, at: Timestamp) -> Result<Self, Failure> {
        let books = folder.join(BOOKS);
        files::make_directory(folder, &books)
            .map_err(|error| Failure::Engine(format!("{}: {error}", books.display())))?;
        let database = folder.join("events.db");
        let store = SqliteStore::open(&database, &Settings::default()).map_err(operate::held)?;
        let store = Arc::new(store);
        let clock = ManualClock::at(at.max(operate::time_of(&*store).await?));
        let hours = (Arc::new(clock.clone()) as _, Confirming::AtItsHour);
        let terms = Terms::of(&Place { store: folder, folder: None }, &*store).await?;
        let outside = operate::counterparties_at(registry, &terms, &database, hours)?;
        outside.keep_frozen(&store).await?;
        let sagas = registry.sagas(&terms.house(clock.now())?);
        let engine = operate::engine(&sagas, &store, &outside).await?;
        Ok(Self { engine, outside, clock, store })
    }

    /// The engine, to ask it for sagas.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Moves the clock to that instant, if that is later than now: what is due on the way is done, and what
    /// counterparties say is heard, each at its own instant. Returns when nothing moves any more.
    ///
    /// # Errors
    /// [`StageError`]: the engine has stopped.
    pub async fn until(&self, at: Timestamp) -> Result<(), StageError> {
        self.go(at).await.map_err(|error| StageError(with_sources(&error)))
    }

    /// Asks for a saga, and moves the clock to that instant. Returns its promise, and how it stands then.
    ///
    /// # Errors
    /// [`StageError`]: why it is refused, that it has not come to rest, or that the engine has stopped.
    pub async fn play<S: Saga>(
        &self,
        asking: Asking<S>,
        until: Timestamp,
    ) -> Result<(Placed<S>, Rest), StageError> {
        let failed = |why: String| StageError(why);
        let (transaction, asked) =
            (asking.transaction.clone(), self.engine.request_watched(asking));
        let (placed, mut resting) = asked.await.map_err(|refused| failed(refused.to_string()))?;
        self.until(until).await?;
        let Poll::Ready(rest) = resting.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            return Err(failed(format!(
                "{} {transaction} has not come to rest by {until}",
                S::KIND
            )));
        };
        Ok((placed, rest.map_err(|stop| failed(stop.to_string()))?))
    }

    async fn go(&self, at: Timestamp) -> Result<(), Failure> {
        operate::settle(&self.engine, &self.outside).await?;
        loop {
            let due = [self.outside.next_due(), self.engine.outlook().await?.next_timer];
            let next = due.into_iter().flatten().min();
            // What is due and does not happen waits for something else.
            let now = self.clock.now();
            let Some(next) = next.filter(|next| now < *next && *next < at) else { break };
            self.clock.advance_to(next);
            operate::settle(&self.engine, &self.outside).await?;
        }
        self.clock.advance_to(at.max(self.clock.now()));
        operate::settle(&self.engine, &self.outside).await
    }

    /// Stops the engine and closes the store.
    ///
    /// # Errors
    /// [`StageError`] if it had stopped before, with the reason.
    pub async fn close(self) -> Result<(), StageError> {
        let stopped = self.engine.shutdown().await;
        self.store.close().await;
        stopped.map_err(|stop| StageError(stop.to_string()))
    }
}
