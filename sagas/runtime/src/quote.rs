//! What a request would come to, and until when a saga can be taken back: said before anybody does it.

use crate::saga::{Preparing, Saga};
use fundflow_kernel::{streams::Streams, time::Timestamp};
use std::{fmt, sync::Arc};

/// A saga that says what a request for it would come to. It is the request's own decision that says it, so
/// that both cannot differ.
pub trait Quoted: Saga {
    /// The answer to whoever asks; it is stored nowhere.
    type Quote: fmt::Debug + Send;

    /// What the request would come to at that instant. Only the streams that [`Saga::reads`] names are in
    /// memory.
    ///
    /// # Errors
    /// Why it would be refused.
    fn quote(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<Self::Quote, Self::Refusal>;

    /// Whether the quote itself says that the request would be refused, and what would be taken instead.
    fn says_no(quote: &Self::Quote) -> bool {
        let _ = quote;
        false
    }
}

/// How much of a saga can be taken back, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocable {
    /// How much, as it is asked for.
    pub scope: &'static str,
    /// The instant before which it can be taken back.
    pub until: Until,
}

/// Until when something can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// Revocable before that instant.
    Before(Timestamp),
    /// What is not ordered yet has no such instant; it gets one with the day that it is ordered for.
    NotOrdered,
    /// Not at all, whatever the time.
    Never(Arc<str>),
}
