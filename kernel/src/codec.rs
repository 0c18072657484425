//! An event as it is stored, type name · schema · one JSON body, and back through every older shape.
//!
//! ```text
//! encode: event -> type_of, write -> {type, current schema, body}
//! decode: {type, schema n, body} -> upcast n -> n+1 … -> current -> read -> event
//! ```
//!
//! 1. Every event variant has a type name: [`Stored::type_of`] is exhaustive, so that a variant
//!    without one stops the build. Names and fields are a stored contract, compared with golden files.
//! 2. The current schema of a type is 1 and one more for each of its upcasts. A body is written in
//!    the current schema only, and read in any.
//! 3. An unknown type, a schema above the current one, or a step that is missing is an error that
//!    names type and schema; never a skip.

mod tagged;

pub use tagged::{NotStored, check, check_names, check_variants, read_tagged, write_tagged};

use crate::{decider::Decider, ids::TransactionId};
use serde::ser::Error as _;
use std::sync::Arc;

/// A stored body, as [`Upcast`]s see it.
pub use serde_json::Value;

/// What [`stored_types!`](crate::stored_types) expands to leans on it, so that its caller need not.
#[doc(hidden)]
pub use serde_json as __json;

/// A decider whose events have names in the store. [`stored_types!`](crate::stored_types) writes
/// the two items that have no default.
pub trait Stored: Decider<Event: Send + Sync + 'static> {
    /// Every event type of the category, as `category.what_happened`: for audits and documents.
    const TYPES: &'static [&'static str];

    /// What turns older bodies into present ones, one entry per type and schema that was left.
    const UPCASTS: &'static [Upcast] = &[];

    /// Whether many write to one stream of it: whoever wrote its first event does not hear of the next ones.
    /// Those who do wait for something in it are [`Self::waiting`].
    const SHARED: bool = false;

    /// Transactions besides the stream's owner that wait for what others bring into it, first come first:
    /// whoever writes to it lets them go on.
    fn waiting(state: &Self::State) -> Vec<TransactionId> {
        let _ = state;
        Vec::new()
    }

    /// The event's type name. Exhaustive: a new variant stops the build here.
    fn type_of(event: &Self::Event) -> &'static str;

    /// Appends the event's body to `out`: one JSON object; another value where no field has a name.
    ///
    /// # Errors
    /// As serde's; and when the tag is not the second half of the type name.
    fn write(event: &Self::Event, out: &mut Vec<u8>) -> serde_json::Result<()>;

    /// Reads a body of the current schema: the reverse of [`Stored::write`].
    ///
    /// # Errors
    /// As serde's: which field is missing or wrong, and where.
    fn read(event_type: &str, data: &str) -> serde_json::Result<Self::Event>;

    /// Whether every event that can be written can be read back: asked once, when it is registered,
    /// so that no append is the first to find out.
    ///
    /// # Errors
    /// [`NotStored`], with what to do about it.
    fn check() -> Result<(), NotStored> {
        check_names(Self::CATEGORY, Self::TYPES)
    }
}

/// Writes the items of [`Stored`] from one list, inside of the `impl`. A variant's body is what serde
/// makes of it; the second half of the type name is the variant's name, spelt as serde likes.
///
/// ```
/// # use fundflow_kernel::{codec::Stored, decider::Decider};
/// # #[derive(Debug, thiserror::Error)] #[error("no")] struct Refusal;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// enum Event { Opened { by: String }, Shut }
///
/// struct Door;
/// # impl Decider for Door {
/// #     const CATEGORY: &'static str = "door";
/// #     type Command = ();
/// #     type Event = Event;
/// #     type State = ();
/// #     type Refusal = Refusal;
/// #     fn decide(_: &(), _: &()) -> Result<Vec<Event>, Refusal> { Err(Refusal) }
/// #     fn evolve(_: (), _: &Event) -> Option<()> { Some(()) }
/// # }
/// impl Stored for Door {
///     fundflow_kernel::stored_types!(Event {
///         Opened => "door.opened",
///         Shut => "door.shut",
///     });
/// }
/// assert_eq!(Door::TYPES, ["door.opened", "door.shut"]);
/// ```
#[macro_export]
macro_rules! stored_types {
    ($event:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        const TYPES: &'static [&'static str] = &[$($name),+];

        fn type_of(event: &Self::Event) -> &'static str {
            match event {
                $($event::$variant { .. } => $name,)+
            }
        }

        fn write(
            event: &Self::Event,
            out: &mut ::std::vec::Vec<u8>,
        ) -> $crate::codec::__json::Result<()> {
            let event_type = <Self as $crate::codec::Stored>::type_of(event);
            $crate::codec::write_tagged(event, event_type, out)
        }

        fn read(event_type: &str, data: &str) -> $crate::codec::__json::Result<Self::Event> {
            $crate::codec::read_tagged(event_type, data)
        }

        fn check() -> ::std::result::Result<(), $crate::codec::NotStored> {
            let category = <Self as $crate::decider::Decider>::CATEGORY;
            let types = <Self as $crate::codec::Stored>::TYPES;
            $crate::codec::check_names(category, types)?;
            $crate::codec::check::<$event>(types.iter().copied())
        }
    };
}

/// One step of a payload's history: from schema `from` to the next.
#[derive(Debug, Clone, Copy)]
pub struct Upcast {
    /// Event type whose JSON it changes.
    pub event_type: &'static str,
    /// The schema that it reads; it writes the one after.
    pub from: u16,
    /// The old body's new shape. Pure: no clock, no look at other events.
    pub apply: fn(Value) -> Result<Value, UpcastError>,
}

/// An old body is not what its schema says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct UpcastError {
    /// The field and what is wrong with it, as a sentence.
    pub what: String,
}

/// What is stored cannot be read as an event, or the reverse.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Written by a newer program, or not by ours.
    #[error("event type {event_type} with schema {schema} is unknown; upgrade fundflow to read it")]
    UnknownType {
        /// The type name, as stored.
        event_type: String,
        /// The schema, as stored.
        schema: u16,
    },
    /// The type is known, and its body was written in a schema that does not exist yet.
    #[error(
        "a {event_type} has schema {schema}, this program knows 1 to {current}; \
         upgrade fundflow to read it"
    )]
    UnknownSchema {
        /// The type name, as stored.
        event_type: String,
        /// The schema, as stored.
        schema: u16,
        /// The newest one that this program knows.
        current: u16,
    },
    /// A defect: the list of upcasts has a gap.
    #[error("nothing turns a {event_type} of schema {schema} into the one after")]
    MissingStep {
        /// The type name, as stored.
        event_type: String,
        /// The schema that no step leads out of.
        schema: u16,
    },
    /// An old body does not have the shape of its schema.
    #[error("a {event_type} of schema {schema} cannot be turned into the one after")]
    NotUpcast {
        /// The type name, as stored.
        event_type: String,
        /// The schema that could not be left.
        schema: u16,
        /// What the upcast could not make of the payload.
        source: UpcastError,
    },
    /// The type is known, its body is not what that type carries.
    #[error("the body of a {event_type} is malformed")]
    Malformed {
        /// The type name, as stored.
        event_type: String,
        /// Which field, and where in the body.
        source: serde_json::Error,
    },
}

/// The schema in which the type's bodies are written now: 1, and one more for each of its upcasts.
pub fn schema_of<D: Stored>(event_type: &str) -> u16 {
    let steps = D::UPCASTS.iter().filter(|step| step.event_type == event_type);
    steps.fold(1, |schema, _| schema.saturating_add(1))
}

/// The event's type name and JSON body; the schema is [`schema_of`] that name.
///
/// # Errors
/// [`CodecError::Malformed`] when the event has no stored form: a defect.
pub fn encode<D: Stored>(event: &D::Event) -> Result<(&'static str, Arc<str>), CodecError> {
    let event_type = D::type_of(event);
    let malformed = |source| CodecError::Malformed { event_type: event_type.to_owned(), source };
    let mut body = Vec::with_capacity(512);
    D::write(event, &mut body).map_err(malformed)?;
    let body = std::str::from_utf8(&body);
    let body = body.map_err(|error| malformed(serde_json::Error::custom(error)))?;
    // Copied, because an allocator is slow at making an allocation smaller.
    Ok((event_type, body.into()))
}

/// Reads a stored body back, whichever schema it was written in.
///
/// # Errors
/// [`CodecError`], naming type and schema.
pub fn decode<D: Stored>(
    event_type: &str,
    schema: u16,
    data: &str,
) -> Result<D::Event, CodecError> {
    if !D::TYPES.contains(&event_type) {
        return Err(CodecError::UnknownType { event_type: event_type.to_owned(), schema });
    }
    let malformed = |source| CodecError::Malformed { event_type: event_type.to_owned(), source };
    let current = schema_of::<D>(event_type);
    if schema == current {
        return D::read(event_type, data).map_err(malformed);
    }
    if schema == 0 || schema > current {
        let event_type = event_type.to_owned();
        return Err(CodecError::UnknownSchema { event_type, schema, current });
    }
    let mut body: Value = serde_json::from_str(data).map_err(malformed)?;
    for from in schema..current {
        body = upcast::<D>(event_type, from, body)?;
    }
    D::read(event_type, &body.to_string()).map_err(malformed)
}

fn upcast<D: Stored>(event_type: &str, from: u16, body: Value) -> Result<Value, CodecError> {
    let step = D::UPCASTS.iter().find(|step| step.event_type == event_type && step.from == from);
    let event_type = || event_type.to_owned();
    let missing = || CodecError::MissingStep { event_type: event_type(), schema: from };
    let refused = |source| CodecError::NotUpcast { event_type: event_type(), schema: from, source };
    (step.ok_or_else(missing)?.apply)(body).map_err(refused)
}

#[cfg(test)]
mod tests;
