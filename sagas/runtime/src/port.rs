//! Whom sagas talk to: ports, several of a kind, each registered under a name.
//!
//! 1. Every call carries its idempotency key. The same call may be made again at any time, and the
//!    counterparty must act once.
//! 2. A query takes the whole call, so that an adapter can route it.
//! 3. *Unknown* is the answer where there is none: a time-out, a broken connection, a reply that cannot
//!    be read. The saga asks again under the same key and assumes nothing meanwhile. A counterparty
//!    that speaks and has not decided says so: that is *pending*, and shuts no breaker.

use fundflow_kernel::{cause::Cause, identifier};
use futures_util::future::{BoxFuture, FutureExt};
use std::{any::Any, fmt, future::Future, sync::Arc};

identifier!(
    /// The name under which a port was registered: `bank`, `ta-05`.
    PortName, "a port name", 40, "1 to 40 of A-Z a-z 0-9 . _ -"
);

/// Anything that travels between a saga and the outside. Who made it knows its type.
pub type Payload = Arc<dyn Any + Send + Sync>;

/// A call that a counterparty may get more than once.
pub trait Keyed {
    /// Its idempotency key.
    fn key(&self) -> Arc<str>;
}

/// A counterparty, or the way to one.
pub trait Port: Send + Sync + 'static {
    /// What can be asked of it.
    type Call: Keyed + Clone + fmt::Debug + Send + Sync + 'static;
    /// What it says.
    type Answer: Clone + fmt::Debug + Send + Sync + 'static;

    /// Makes the call, once per key.
    fn call(&self, call: Self::Call) -> impl Future<Output = Self::Answer> + Send;

    /// How that call stands. A counterparty without such a question is called again: it acts once per
    /// key.
    fn query(&self, call: Self::Call) -> impl Future<Output = Self::Answer> + Send {
        self.call(call)
    }

    /// The answer of one who did not speak in time.
    fn silence(call: &Self::Call, cause: Cause) -> Self::Answer;
}

/// The answer where no port of the right kind stands under the name: every saga reads it as
/// *unknown*, asks again, and parks at its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer(pub Cause);

/// Whether a call is made, or asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Make it.
    Call,
    /// Only say how it stands: it may have been made before.
    Query,
}

/// A port whose types are not known to the engine.
pub trait AnyPort: Send + Sync {
    /// Calls or queries. `None` if the call is another port's.
    fn make(self: Arc<Self>, call: Payload, ask: Ask) -> BoxFuture<'static, Option<Payload>>;
    /// The answer of one who did not speak in time; `None` if the call is another port's.
    fn silence(&self, call: &Payload, cause: Cause) -> Option<Payload>;
}

impl<P: Port> AnyPort for P {
    fn make(self: Arc<Self>, call: Payload, ask: Ask) -> BoxFuture<'static, Option<Payload>> {
        async move {
            let call = call.downcast_ref::<P::Call>()?.clone();
            let answer = match ask {
                Ask::Call => self.call(call).await,
                Ask::Query => self.query(call).await,
            };
            Some(Arc::new(answer) as Payload)
        }
        .boxed()
    }

    fn silence(&self, call: &Payload, cause: Cause) -> Option<Payload> {
        Some(Arc::new(P::silence(call.downcast_ref()?, cause)))
    }
}
