//! A kind of saga without its types: how the runner and the desk see what a user registered.

use crate::{
    follow::{Follower, follow},
    look::{self, Look, LookError},
    message::SagaId,
    port::{Callee, Payload},
    process::{Disposition, Process},
    running::{Instance, Running},
    saga::{NameForm, Names, Saga},
    stand::{NO_TABLE, Place},
    table_doc::TableDoc,
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
use std::sync::Arc;

/// A registered kind of saga.
pub trait Kind: Send + Sync {
    /// The category of its process streams.
    fn name(&self) -> &'static str;
    /// Openers of every aggregate that it works on, and of its own process.
    fn aggregates(&self) -> Vec<Opener>;
    /// Stored event types that end such a saga, abandonment among them.
    fn ending_types(&self) -> Vec<&'static str>;
    /// The stored event types of its process streams.
    fn names(&self) -> Names;
    /// Forms of names that no caller may give.
    fn reserves(&self) -> &'static [NameForm];
    /// Streams that its decisions rest on besides its own.
    fn rests_on(&self) -> Vec<Need>;
    /// The same kind, made anew by what is in those streams; `None` where that changes nothing.
    fn renewed(&self, streams: &Streams) -> Option<Arc<dyn Kind>>;
    /// Warnings for the person who starts an engine.
    fn caution(&self, now: Timestamp) -> Option<String>;
    /// The types behind it.
    fn as_any(&self) -> &dyn std::any::Any;
    /// An instance of which nothing is in memory yet.
    fn fresh(&self, transaction: TransactionId) -> Box<dyn Instance>;
    /// Callees of its requests, as far as the house alone names them.
    fn foreseen(&self) -> Vec<Callee>;
    /// Every table that an unfinished saga may be on, in words.
    fn tables(&self) -> Vec<TableDoc>;
    /// Every place at which such a saga may wait for a person, by its name.
    fn places(&self) -> Vec<&'static str>;
    /// The streams of a saga, as the events of its process stream, oldest first, name them. One that
    /// cannot be folded names those of the events before.
    fn streams_of(&self, transaction: &TransactionId, history: &[Recorded]) -> Vec<StreamName>;
    /// Everything about one saga, folded from all events of its streams.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared, or a stream is damaged.
    fn look(&self, transaction: &TransactionId, events: &[Recorded]) -> Result<Look, LookError>;
    /// The fate of each open end that is named there, in words, in the order of [`Look::open_ends`];
    /// `None` where the saga does not say.
    ///
    /// # Errors
    /// [`LookError`]: it was never prepared, or a stream is damaged.
    fn fates(
        &self,
        transaction: &TransactionId,
        events: &[Recorded],
        given: &[(Arc<str>, Disposition)],
    ) -> Result<Vec<Option<String>>, LookError>;
    /// A saga to be followed through the log, from where the events of its process, oldest first, lead to.
    fn follow(&self, transaction: TransactionId, history: &[Recorded]) -> Box<dyn Follower>;
}

/// A kind of saga with its types.
#[derive(Debug)]
pub struct Of<S>(pub Arc<S>);

impl<S: Saga> Kind for Of<S> {
    fn name(&self) -> &'static str {
        S::KIND
    }

    fn aggregates(&self) -> Vec<Opener> {
        let mut all = S::aggregates();
        all.push(Opener::of::<Process<S>>());
        all
    }

    fn ending_types(&self) -> Vec<&'static str> {
        let ends = |name: &&'static str| S::ending_of(name).is_some();
        let endings = S::NAMES.all.iter().copied().filter(ends);
        endings.chain([S::NAMES.abandoned]).collect()
    }

    fn names(&self) -> Names {
        S::NAMES
    }

    fn reserves(&self) -> &'static [NameForm] {
        S::RESERVES
    }

    fn rests_on(&self) -> Vec<Need> {
        S::rests_on()
    }

    fn renewed(&self, streams: &Streams) -> Option<Arc<dyn Kind>> {
        let saga = self.0.renewed(streams)?;
        Some(Arc::new(Of(Arc::new(saga))))
    }

    fn caution(&self, now: Timestamp) -> Option<String> {
        self.0.caution(now)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn fresh(&self, transaction: TransactionId) -> Box<dyn Instance> {
        Box::new(Running::fresh(self.0.clone(), transaction))
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.0.foreseen()
    }

    fn tables(&self) -> Vec<TableDoc> {
        S::TABLES.iter().map(|table| TableDoc::of(table)).collect()
    }

    fn places(&self) -> Vec<&'static str> {
        let rows = S::TABLES.iter().flat_map(|table| table.names());
        rows.chain([NO_TABLE, Place::Over.name()]).collect()
    }

    fn streams_of(&self, transaction: &TransactionId, history: &[Recorded]) -> Vec<StreamName> {
        look::streams_of(self.0.as_ref(), transaction, history)
    }

    fn look(&self, transaction: &TransactionId, events: &[Recorded]) -> Result<Look, LookError> {
        look::look(self.0.as_ref(), transaction, events)
    }

    fn fates(
        &self,
        transaction: &TransactionId,
        events: &[Recorded],
        given: &[(Arc<str>, Disposition)],
    ) -> Result<Vec<Option<String>>, LookError> {
        look::fates(self.0.as_ref(), transaction, events, given)
    }

    fn follow(&self, transaction: TransactionId, history: &[Recorded]) -> Box<dyn Follower> {
        follow(&self.0, transaction, history)
    }
}

/// The key of a saga's process stream.
pub fn process_key<S: Saga>(transaction: &TransactionId) -> Key<Process<S>> {
    Key::of(transaction)
}

/// The identity of a saga of that type.
pub fn saga_id<S: Saga>(transaction: &TransactionId) -> SagaId {
    SagaId { kind: S::KIND, transaction: transaction.clone() }
}

/// Wraps a value of the saga's own type for an untyped door.
pub fn payload<T: std::any::Any + Send + Sync>(value: T) -> Payload {
    Arc::new(value)
}
