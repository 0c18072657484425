//! A stream's fold without its types: the only place where they are erased.

use crate::{
    codec::Stored,
    envelope::{Chain, Recorded},
    ids::TransactionId,
    loaded::Loaded,
    store::{ReadError, Version},
};
use std::{any::Any, sync::Arc};

/// A fold whose decider is not known here.
pub trait Fold: Any + Send + Sync {
    /// Remembers the next events of the stream, in order; after an error the fold is of no use.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] with place and reason.
    fn refold(&mut self, history: &mut dyn Iterator<Item = &Recorded>) -> Result<(), ReadError>;
    /// How many events of the stream are folded so far; 0 of a stream that does not exist.
    fn version(&self) -> Version;
    /// Link of the last event.
    fn chain(&self) -> Chain;
    /// The kind of saga and the transaction that wrote the first event.
    fn owner(&self) -> Option<(&Arc<str>, &TransactionId)>;
    /// Whether its owner hears nothing of what others write ([`Stored::SHARED`]).
    fn is_shared(&self) -> bool;
    /// Another future of the same past.
    fn boxed_clone(&self) -> Box<dyn Fold>;
}

impl<D> Fold for Loaded<D>
where
    D: Stored<State: Clone + Send + Sync> + 'static,
{
    fn refold(&mut self, history: &mut dyn Iterator<Item = &Recorded>) -> Result<(), ReadError> {
        Loaded::refold(self, history)
    }

    fn version(&self) -> Version {
        self.version
    }

    fn chain(&self) -> Chain {
        self.chain
    }

    fn owner(&self) -> Option<(&Arc<str>, &TransactionId)> {
        self.owner.as_ref().map(|(process, transaction)| (process, transaction))
    }

    fn is_shared(&self) -> bool {
        D::SHARED
    }

    fn boxed_clone(&self) -> Box<dyn Fold> {
        Box::new(self.clone())
    }
}
