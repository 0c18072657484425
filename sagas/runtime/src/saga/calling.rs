//! A call that a saga makes, and how its answer comes back to it.

use super::Saga;
use crate::port::{Keyed, Payload, Port, PortName};
use std::{any::Any, fmt, sync::Arc};

/// A call that is to be made, and how its answer is read.
pub struct Calling<S> {
    pub(crate) port: PortName,
    pub(crate) key: Arc<str>,
    pub(crate) call: Payload,
    pub(crate) wrap: Wrap,
    saga: std::marker::PhantomData<fn() -> S>,
}

/// Turns a port's answer into a saga's.
pub(crate) type Wrap = Arc<dyn Fn(&(dyn Any + Send + Sync)) -> Option<Payload> + Send + Sync>;

impl<S: Saga> Calling<S> {
    /// To the port of that name, of that type.
    pub fn to<P: Port>(port: &PortName, call: P::Call, wrap: fn(P::Answer) -> S::Answer) -> Self {
        Self::of(port, call, wrap)
    }

    /// To the port of that name, whichever type speaks that way.
    pub fn of<C, A>(port: &PortName, call: C, wrap: fn(A) -> S::Answer) -> Self
    where
        C: Keyed + Send + Sync + 'static,
        A: Clone + Send + Sync + 'static,
    {
        let wrap: Wrap = Arc::new(move |answer| {
            let answer = answer.downcast_ref::<A>()?.clone();
            Some(Arc::new(wrap(answer)) as Payload)
        });
        let (port, key) = (port.clone(), call.key());
        Self { port, key, call: Arc::new(call), wrap, saga: std::marker::PhantomData }
    }

    /// The key under which the counterparty counts the call once.
    pub const fn key(&self) -> &Arc<str> {
        &self.key
    }
}

impl<S> fmt::Debug for Calling<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} -> {}", self.key, self.port)
    }
}
