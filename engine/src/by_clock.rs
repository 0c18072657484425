//! Requests that nobody makes but the clock: a day that is to be closed.
//!
//! ```text
//! loop {  due(now) -> askings -> request_all  }    a second apart, until the engine stops
//! ```
//!
//! 1. What is due follows from the instant, and asking again is free: whoever restarts begins earlier.
//! 2. What the engine cannot take now (it is busy, its clock is set back, another writer was faster) is asked for again;
//!    a refusal is said once.

use crate::{
    asking::Asking,
    engine::Engine,
    error::{RequestError, Stopped},
};
use fundflow_kernel::{ids::TransactionId, time::Timestamp};
use fundflow_runtime::saga::Saga;
use std::{fmt, time::Duration};

/// How long the clock is not looked at.
const APART: Duration = Duration::from_secs(1);

/// Something that was due and that will not be: the business refuses it, or it can be asked for by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAsked {
    /// What was asked for.
    pub transaction: TransactionId,
    /// Why not, in words.
    pub why: String,
}

impl fmt::Display for NotAsked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.transaction, self.why)
    }
}

/// What has its time, and what of it could not be taken yet.
pub struct ByClock<S: Saga, F> {
    due: F,
    waiting: Vec<Asking<S>>,
}

impl<S: Saga, F> fmt::Debug for ByClock<S, F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ByClock").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl<S, F> ByClock<S, F>
where
    S: Saga<Asked: Clone>,
    F: FnMut(Timestamp) -> Vec<Asking<S>> + Send,
{
    /// Asks for what that function says is due by an instant; it says each only once.
    pub const fn of(due: F) -> Self {
        Self { due, waiting: Vec::new() }
    }

    /// Asks for everything that is due by the engine's present instant. Whoever moves a clock by hand calls this after
    /// each move.
    ///
    /// # Errors
    /// [`Stopped`]; what was due is asked for again by the next engine.
    pub async fn ask(&mut self, engine: &Engine) -> Result<Vec<NotAsked>, Stopped> {
        if let Ok(now) = engine.ahead().now() {
            self.waiting.extend((self.due)(now));
        }
        let all = std::mem::take(&mut self.waiting);
        let mut not_asked = Vec::new();
        for (asking, said) in all.iter().zip(engine.request_all(all.clone()).await) {
            match said {
                Ok(_) => {}
                Err(
                    RequestError::Busy { .. }
                    | RequestError::Unsure
                    | RequestError::ClockSetBack(_),
                ) => self.waiting.push(asking.clone()),
                Err(RequestError::Stopped(cause)) => return Err(Stopped { cause }),
                Err(error) => {
                    let (transaction, why) = (asking.transaction.clone(), error.to_string());
                    not_asked.push(NotAsked { transaction, why });
                }
            }
        }
        Ok(not_asked)
    }

    /// Does so by the engine's clock until the engine stops, and says what will not be.
    pub async fn run(mut self, engine: &Engine, mut says: impl FnMut(NotAsked) + Send) -> Stopped {
        loop {
            match self.ask(engine).await {
                Ok(not_asked) => not_asked.into_iter().for_each(&mut says),
                Err(stopped) => return stopped,
            }
            tokio::time::sleep(APART).await;
        }
    }
}
