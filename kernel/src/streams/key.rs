//! What a stream is asked for with: its name, and whose events it holds.

use crate::{
    codec::{self, CodecError, NotStored, Stored},
    envelope::{NewEvent, StreamName},
    fold::Fold,
    loaded::Loaded,
};
use std::{
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// A stream's name and the decider whose events it holds.
pub struct Key<D> {
    pub(super) name: StreamName,
    /// Where its fold was last found, and the number of what stood there: a hint that holds for as
    /// long as that number stands there, since no number is ever given twice.
    pub(super) place: AtomicU32,
    pub(super) number: AtomicU64,
    decider: PhantomData<fn() -> D>,
}

impl<D: Stored<State: Clone + Send + Sync> + 'static> Key<D> {
    /// The stream of the decider's category with that ID.
    pub fn of(id: &dyn fmt::Display) -> Self {
        Self::named(StreamName::of(D::CATEGORY, id))
    }

    /// What must be read before this key can be used.
    pub fn need(&self) -> Need {
        Need { stream: self.name.clone(), empty: || Box::new(Loaded::<D>::default()) }
    }
}

impl<D> Key<D> {
    const fn named(name: StreamName) -> Self {
        let (place, number) = (AtomicU32::new(u32::MAX), AtomicU64::new(0));
        Self { name, place, number, decider: PhantomData }
    }

    /// The name of the stream that the key is of.
    pub const fn stream(&self) -> &StreamName {
        &self.name
    }
}

impl<D> Clone for Key<D> {
    fn clone(&self) -> Self {
        let place = AtomicU32::new(self.place.load(Ordering::Relaxed));
        let number = AtomicU64::new(self.number.load(Ordering::Relaxed));
        Self { name: self.name.clone(), place, number, decider: PhantomData }
    }
}

/// Of the same stream; where it was last found does not matter.
impl<D> PartialEq for Key<D> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<D> Eq for Key<D> {}

impl<D> fmt::Debug for Key<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.name, out)
    }
}

/// A stream that must be in memory, and how its fold begins.
#[derive(Clone)]
pub struct Need {
    pub(super) stream: StreamName,
    pub(super) empty: fn() -> Box<dyn Fold>,
}

impl Need {
    /// The stream of the key.
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }
}

impl fmt::Debug for Need {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.stream, out)
    }
}

/// How the folds of a category begin: what an aggregate is registered with.
#[derive(Clone, Copy)]
pub struct Opener {
    category: &'static str,
    types: &'static [&'static str],
    empty: fn() -> Box<dyn Fold>,
    check: fn() -> Result<(), NotStored>,
    read: fn(&str, u16, &str) -> Result<(), CodecError>,
}

impl Opener {
    /// Category of the decider's streams.
    pub fn of<D: Stored<State: Clone + Send + Sync> + 'static>() -> Self {
        let (category, types) = (D::CATEGORY, D::TYPES);
        let empty: fn() -> Box<dyn Fold> = || Box::new(Loaded::<D>::default());
        let read = |event_type: &str, schema: u16, data: &str| {
            codec::decode::<D>(event_type, schema, data).map(drop)
        };
        Self { category, types, empty, check: D::check, read }
    }

    /// Whether an event of the category can be read as every fold of it does, whatever precedes it.
    ///
    /// # Errors
    /// [`CodecError`], naming type and schema.
    pub fn check_event(&self, event: &NewEvent) -> Result<(), CodecError> {
        (self.read)(&event.event_type, event.schema, &event.data)
    }

    /// Whether every event of the category can be stored and read back.
    ///
    /// # Errors
    /// [`NotStored`], with what to do about it.
    pub fn check(&self) -> Result<(), NotStored> {
        (self.check)()
    }

    /// The part of its streams' names before the first `-`.
    pub const fn category(&self) -> &'static str {
        self.category
    }

    /// Every stored event type of the category.
    pub const fn types(&self) -> &'static [&'static str] {
        self.types
    }

    /// A fold without any event.
    pub fn empty(&self) -> Box<dyn Fold> {
        (self.empty)()
    }

    /// What must be read before that stream of the category can be used.
    pub fn need(&self, stream: &StreamName) -> Need {
        Need { stream: stream.clone(), empty: self.empty }
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.category)
    }
}
