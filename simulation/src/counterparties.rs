//! What the outside may say: the user's half of an exploration.
//!
//! A counterparty is a value. Whatever it does makes another value, so that a test can follow every
//! possibility from the same point; what it may do is all that it decides.

use fundflow_kernel::{envelope::StreamName, time::Timestamp};
use fundflow_runtime::{message::Effect, port::Payload};
use std::{any::Any, fmt, hash::Hash, sync::Arc};

/// Everybody outside, as one value.
pub trait Counterparties: Clone + Hash + fmt::Debug + 'static {
    /// Every way in which the call may be acted on now. A query acts on nothing, and has one answer.
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>>;

    /// The key of a call as transcripts, given/when/then and stories write it. Whoever has keys that say nothing to
    /// a reader names them by what they are about; every call has another name.
    fn name(&self, effect: &Effect) -> Arc<str> {
        effect.key.clone()
    }

    /// What the port says when nobody knows what became of the call.
    fn silence(&self, effect: &Effect) -> Payload;

    /// What whoever has acted on the call would have answered had it acted otherwise; `None` where nobody says so.
    fn contradicts(&self, effect: &Effect) -> Option<Payload> {
        let _ = effect;
        None
    }

    /// It is that instant now. Whoever says the same at any time has nothing to note.
    fn notes(&mut self, now: Timestamp) {
        let _ = now;
    }

    /// Everything that may be said now without being asked, about the stream of an outside key.
    fn notices(&self) -> Vec<(StreamName, Said<Self>)>;
}

/// Something that a counterparty says, and what it is then.
#[derive(Clone)]
pub struct Said<C> {
    /// For people who read how a point was reached; written out where somebody reads it.
    pub said: Arc<dyn fmt::Debug + Send + Sync>,
    /// What the port's, or the notice's, type holds.
    pub payload: Payload,
    /// The counterparties after having said it.
    pub after: C,
}

impl<C> Said<C> {
    /// That, in its own words.
    pub fn of<T: Any + Send + Sync + fmt::Debug>(said: T, after: C) -> Self {
        let said = Arc::new(said);
        Self { said: said.clone(), payload: said, after }
    }

    /// In words, as whoever reads a play sees it.
    pub fn words(&self) -> Arc<str> {
        format!("{:?}", self.said).into()
    }
}

impl<C> fmt::Debug for Said<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.fmt(out)
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is acted on and answered.
    Answered,
    /// It is acted on; the answer is lost.
    Unheard,
    /// The call never arrives.
    Lost,
}
