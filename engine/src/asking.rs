//! Requests of a service, and the answers to them.

use crate::error::RequestError;
use fundflow_kernel::{envelope::StreamName, ids::TransactionId, time::Timestamp};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Reply, What},
    port::Payload,
    saga::Saga,
};
use std::{fmt, sync::Arc};

/// A request for a saga. The transaction ID is its identity for ever: repeat the same request under
/// it as often as you like, and use a new one for another request.
pub struct Asking<S: Saga> {
    /// The caller's idempotency key.
    pub transaction: TransactionId,
    /// The request; stored with the first event.
    pub request: S::Request,
    /// Further input of the decision, such as the investor's profile; not stored.
    pub asked: S::Asked,
    /// Instant of the request; the engine's clock where there is none.
    pub at: Option<Timestamp>,
    /// W3C trace context (`traceparent`), stored with every event of the saga; none: outside of any trace.
    pub trace_parent: Option<Arc<str>>,
}

/// The answer for a stored saga: to the first caller, and to every repeat of the same request.
pub struct Placed<S: Saga> {
    /// The transaction of the saga that was placed.
    pub transaction: TransactionId,
    /// The promise that was decided on the request; it holds for ever.
    pub promise: S::Promise,
    /// Stored type of the ending, where this repeats the request of a saga that has ended.
    pub ending: Option<Arc<str>>,
}

/// News about the stream of an outside key, which a counterparty sends unasked.
#[derive(Clone)]
pub struct Notice {
    /// The stream, named after the key.
    pub stream: StreamName,
    /// News in a type that the owning saga reads.
    pub news: Payload,
}

impl<S: Saga> Asking<S> {
    /// Asked now, outside of any trace.
    pub const fn of(transaction: TransactionId, request: S::Request, asked: S::Asked) -> Self {
        Self { transaction, request, asked, at: None, trace_parent: None }
    }

    pub(crate) fn into_what(self) -> What {
        What::Request {
            saga: saga_id::<S>(&self.transaction),
            request: payload(self.request),
            asked: payload(self.asked),
            at: self.at,
            trace_parent: self.trace_parent,
        }
    }
}

impl<S: Saga> Placed<S> {
    pub(crate) fn of(
        transaction: TransactionId,
        reply: Reply,
    ) -> Result<Self, RequestError<S::Refusal>> {
        match reply {
            Reply::Placed { promise, ending } => match promise.downcast::<S::Promise>() {
                Ok(promise) => {
                    Ok(Self { transaction, promise: Arc::unwrap_or_clone(promise), ending })
                }
                Err(_) => Err(RequestError::Defect("the promise is another kind's".into())),
            },
            other @ (Reply::Refused(..)
            | Reply::Acted
            | Reply::NotActed(_)
            | Reply::Noticed(_)
            | Reply::Rest(_)) => Err(RequestError::of(other)),
        }
    }
}

impl<S: Saga> Clone for Asking<S>
where
    S::Asked: Clone,
{
    fn clone(&self) -> Self {
        Self {
            transaction: self.transaction.clone(),
            request: self.request.clone(),
            asked: self.asked.clone(),
            at: self.at,
            trace_parent: self.trace_parent.clone(),
        }
    }
}

impl<S: Saga> fmt::Debug for Asking<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Asking")
            .field("transaction", &self.transaction)
            .field("request", &self.request)
            .field("asked", &self.asked)
            .field("at", &self.at)
            .field("trace_parent", &self.trace_parent)
            .finish()
    }
}

impl<S: Saga> Clone for Placed<S> {
    fn clone(&self) -> Self {
        Self {
            transaction: self.transaction.clone(),
            promise: self.promise.clone(),
            ending: self.ending.clone(),
        }
    }
}

impl<S: Saga> fmt::Debug for Placed<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Placed")
            .field("transaction", &self.transaction)
            .field("promise", &self.promise)
            .field("ending", &self.ending)
            .finish()
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "notice about {}", self.stream)
    }
}
