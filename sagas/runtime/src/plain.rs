//! What a saga's names alone decide: written once here, so that a saga says only what is its own.
//!
//! ```text
//! impl Saga for PointsExchange {
//!     request_fields!(Request { member, points } by member, "{member}: {points} points");
//!     endings!("points_exchange", Ending { Exchanged => "exchanged", Kept => "kept" });
//!     plain_plan!(Plan { account: Key<Points> });
//!     plain_words!(Answer);
//!     no_commands!();
//!     …
//! ```

use crate::{
    port::Keyed,
    saga::{Clash, Heard, Saga},
    turn::{NotDone, Turn},
};
use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    envelope::StreamName,
    ids::TransactionId,
    streams::{Key, Need, Opener},
};
use std::sync::Arc;

/// A refusal in words: for rules that only people read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct No(pub Arc<str>);

impl From<&str> for No {
    fn from(words: &str) -> Self {
        Self(words.into())
    }
}

impl From<Clash> for No {
    fn from(clash: Clash) -> Self {
        Self(clash.to_string().into())
    }
}

/// A call with its idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand<T> {
    /// The same key is the same call, however often it comes.
    pub key: Arc<str>,
    /// What the other side is to do, as its port defines it.
    pub what: T,
}

impl<T> Errand<T> {
    /// The errand of that name, once per transaction.
    pub fn of(id: &TransactionId, name: &str, what: T) -> Self {
        Self { key: format!("{id}.{name}").into(), what }
    }
}

impl<T> Keyed for Errand<T> {
    fn key(&self) -> Arc<str> {
        self.key.clone()
    }
}

/// The answer of a counterparty that does a thing or does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Done, for ever.
    Done,
    /// Refused, for ever.
    Refused(Cause),
    /// Answer to a query only: the call never arrived.
    NotFound,
    /// Received and not decided.
    Pending(Cause),
    /// No answer in time.
    Unknown(Cause),
}

impl Verdict {
    /// Records by an aggregate of ours what must be done in the end: a refusal is a person's.
    ///
    /// # Errors
    /// [`NotDone`], for defects and damage.
    pub fn record_done<S, D>(
        &self,
        turn: &mut Turn<'_, S>,
        key: &Key<D>,
        done: &D::Command,
    ) -> Result<Heard, NotDone>
    where
        S: Saga,
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        match self {
            Verdict::Done => turn.record(key, done),
            Verdict::Refused(cause) => Ok(Heard::Refused(cause.clone())),
            Verdict::NotFound => Ok(Heard::NotFound),
            Verdict::Pending(cause) => Ok(Heard::Pending(cause.clone())),
            Verdict::Unknown(cause) => Ok(Heard::Unknown(cause.clone())),
        }
    }

    /// Records it by an aggregate of ours.
    ///
    /// # Errors
    /// [`NotDone`], for defects and damage.
    pub fn record<S, D>(
        &self,
        turn: &mut Turn<'_, S>,
        key: &Key<D>,
        done: &D::Command,
        refused: impl FnOnce(Cause) -> D::Command,
    ) -> Result<Heard, NotDone>
    where
        S: Saga,
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        match self {
            Verdict::Done => turn.record(key, done),
            Verdict::Refused(cause) => turn.record(key, &refused(cause.clone())),
            Verdict::NotFound => Ok(Heard::NotFound),
            Verdict::Pending(cause) => Ok(Heard::Pending(cause.clone())),
            Verdict::Unknown(cause) => Ok(Heard::Unknown(cause.clone())),
        }
    }
}

/// Writes what a request is to lists and to repeats of it, inside of an `impl Saga` whose request has
/// exactly these fields: `Request`, `requester` (the field after `by`), `summary` (that text) and
/// `differences`.
#[macro_export]
macro_rules! request_fields {
    ($request:ident { $($field:ident),+ $(,)? } by $requester:ident, $summary:literal) => {
        type Request = $request;

        fn requester(request: &$request) -> ::std::sync::Arc<str> {
            request.$requester.to_string().into()
        }

        fn summary(request: &$request) -> ::std::string::String {
            let $request { $($field),+ } = request;
            format!($summary)
        }

        fn differences(first: &$request, again: &$request) -> ::std::vec::Vec<&'static str> {
            // A field that is missing here stops the build.
            let $request { $($field),+ } = first;
            let fields = [$((stringify!($field), *$field == again.$field)),+];
            fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
        }
    };
}

/// The type of a stream's name, for [`plain_plan!`](crate::plain_plan).
#[doc(hidden)]
pub type StreamOf = StreamName;

/// The type of a need, for [`plain_plan!`](crate::plain_plan).
#[doc(hidden)]
pub type NeedOf = Need;

/// The type of an opener, for [`plain_plan!`](crate::plain_plan).
#[doc(hidden)]
pub type OpenerOf = Opener;

/// The type of a transaction's ID, for [`plain_plan!`](crate::plain_plan).
#[doc(hidden)]
pub type TransactionOf = TransactionId;

/// Writes `Ending`, `ending_type` and `ending_of` inside of an `impl Saga`: every ending's variant, and its
/// stored name after the kind's.
#[macro_export]
macro_rules! endings {
    ($kind:literal, $type:ident { $($ending:ident => $name:literal),+ $(,)? }) => {
        type Ending = $type;

        fn ending_type(ending: $type) -> &'static str {
            match ending {
                $($type::$ending => concat!($kind, ".", $name),)+
            }
        }

        fn ending_of(event_type: &str) -> ::std::option::Option<$type> {
            [$($type::$ending),+]
                .into_iter()
                .find(|ending| Self::ending_type(*ending) == event_type)
        }
    };
}

/// Parts of a plan: streams whose names follow from the transaction and the request.
pub trait Part {
    /// Openers of the aggregates that it works on.
    fn openers() -> Vec<Opener>;

    /// All of its streams.
    fn needs(&self) -> Vec<Need>;

    /// Those of its streams that may belong to no other saga.
    fn own(&self) -> Vec<StreamName> {
        Vec::new()
    }
}

/// A stream that several sagas may work on.
impl<D: Stored<State: Clone + Send + Sync> + 'static> Part for Key<D> {
    fn openers() -> Vec<Opener> {
        vec![Opener::of::<D>()]
    }

    fn needs(&self) -> Vec<Need> {
        vec![self.need()]
    }
}

/// Writes `Plan`, `reads`, `plan`, `streams`, `own_streams` and `aggregates` inside of an `impl Saga` whose
/// plan has exactly these fields, each of them a [`Part`](crate::plain::Part). They follow from the
/// transaction and the request alone, as `Plan::of(id, request)` says.
#[macro_export]
macro_rules! plain_plan {
    ($plan:ident { $($field:ident: $part:ty),+ $(,)? }) => {
        type Plan = $plan;

        fn aggregates() -> ::std::vec::Vec<$crate::plain::OpenerOf> {
            let mut all = ::std::vec::Vec::new();
            $(all.extend(<$part as $crate::plain::Part>::openers());)+
            all
        }

        fn reads(
            &self,
            request: &$crate::saga::Preparing<'_, Self>,
        ) -> ::std::vec::Vec<$crate::plain::NeedOf> {
            Self::streams(&$plan::of(request.id, request.request))
        }

        fn plan(
            &self,
            id: &$crate::plain::TransactionOf,
            open: &$crate::process::Open<Self>,
        ) -> $plan {
            $plan::of(id, &open.request)
        }

        fn streams(plan: &$plan) -> ::std::vec::Vec<$crate::plain::NeedOf> {
            // A field that is missing here stops the build.
            let $plan { $($field),+ } = plan;
            let mut all = ::std::vec::Vec::new();
            $(all.extend($crate::plain::Part::needs($field));)+
            all
        }

        fn own_streams(plan: &$plan) -> ::std::vec::Vec<$crate::plain::StreamOf> {
            let $plan { $($field),+ } = plan;
            let mut all = ::std::vec::Vec::new();
            $(all.extend($crate::plain::Part::own($field));)+
            all
        }
    };
}

/// Writes the types of an `impl Saga` that are called like what they are: `Fact`, `Do` and `Call` as
/// [`words!`](crate::words) declares them, `Answer` as the saga does, `Refusal` in [words](crate::plain::No);
/// nothing is [asked](crate::saga::Saga::Asked) besides.
#[macro_export]
macro_rules! plain_words {
    ($answer:ident) => {
        type Asked = ();
        type Refusal = $crate::plain::No;
        type Answer = $answer;
        type Fact = Fact;
        type Do = Do;
        type Call = Call;
    };
}

/// Writes `Command` and `command` inside of an `impl Saga` of which nothing can be asked while it
/// runs.
#[macro_export]
macro_rules! no_commands {
    () => {
        type Command = $crate::saga::NoCommand;

        fn command(
            &self,
            _: &mut $crate::turn::Turn<'_, Self>,
            command: &Self::Command,
        ) -> ::std::result::Result<usize, Self::Refusal> {
            match *command {}
        }
    };
}

/// Declares the words of a table: enums with everything that a [`Word`](crate::saga::Word) must have.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $word:ident: $($variant:ident $(($inner:ty))?),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the table says what each stands for")]
        pub enum $word {
            $($variant $(($inner))?),+
        }
    )+};
}
