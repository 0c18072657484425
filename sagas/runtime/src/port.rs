//! Whom sagas talk to: ports, several of a kind, each registered under a name.
//!
//! 1. Every call carries its idempotency key. The same call may be made again at any time, and the
//!    counterparty must act once.
//! 2. A query takes the whole call, so that an adapter can route it.
//! 3. *Unknown* is the answer where there is none: a time-out, a broken connection, a reply that cannot
//!    be read. The saga asks again under the same key and assumes nothing meanwhile. A counterparty
//!    that speaks and has not decided says so: that is *pending*, and shuts no breaker.
//! 4. Whom a saga will call is known before anything of it is stored: a request that could not be
//!    carried to its end is refused with a [`NoPort`], and its ID stays free.

use fundflow_kernel::{cause::Cause, identifier};
use futures_util::future::{BoxFuture, FutureExt};
use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::Arc,
};

identifier!(
    /// The name under which a port was registered: `bank`, `ta-05`.
    PortName, "a port name", 40, "1 to 40 of A-Z a-z 0-9 . _ -"
);

/// Anything that travels between a saga and the outside. Only its maker knows its type.
pub type Payload = Arc<dyn Any + Send + Sync>;

/// A call that a counterparty may get more than once.
pub trait Keyed {
    /// The key under which the counterparty counts it once, however often it comes.
    fn key(&self) -> Arc<str>;
}

/// A counterparty, or the way to one.
pub trait Port: Send + Sync + 'static {
    /// Calls that the port takes.
    type Call: Keyed + Clone + fmt::Debug + Send + Sync + 'static;
    /// Answers to such a call; handed to the saga as they are.
    type Answer: Clone + fmt::Debug + Send + Sync + 'static;

    /// Makes the call, once per key.
    fn call(&self, call: Self::Call) -> impl Future<Output = Self::Answer> + Send;

    /// Asks for the state of the call. A counterparty without such a query is called again: it acts once per
    /// key.
    fn query(&self, call: Self::Call) -> impl Future<Output = Self::Answer> + Send {
        self.call(call)
    }

    /// The answer of a counterparty that did not answer in time.
    fn silence(call: &Self::Call, cause: Cause) -> Self::Answer;
}

/// The answer where no port of the right kind stands under the name: every saga reads it as
/// *unknown*, asks again, and parks at its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer(pub Cause);

/// Whether a call is made, or asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Make the call; under its key it acts once.
    Call,
    /// Only ask for its state: it may have been made before.
    Query,
}

/// A port whose types are not known to the engine.
pub trait AnyPort: Send + Sync {
    /// Calls or queries. `None` if the call is another port's.
    fn make(self: Arc<Self>, call: Payload, ask: Ask) -> BoxFuture<'static, Option<Payload>>;
    /// The answer of a counterparty that did not answer in time; `None` if the call is another port's.
    fn silence(&self, call: &Payload, cause: Cause) -> Option<Payload>;
    /// Whether calls of that type are this port's.
    fn takes(&self, call: TypeId) -> bool;
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

    fn takes(&self, call: TypeId) -> bool {
        call == TypeId::of::<P::Call>()
    }
}

/// Counterparties by the name under which sagas call them.
pub type Ports = BTreeMap<PortName, Arc<dyn AnyPort>>;

/// A callee of a saga, known before anything of it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    port: PortName,
    call: TypeId,
    who: Arc<str>,
}

impl Callee {
    /// Calls of that type go there. `who` says in words who that is, and of what.
    pub fn of<C: Any>(port: PortName, who: impl Into<Arc<str>>) -> Self {
        Self { port, call: TypeId::of::<C>(), who: who.into() }
    }

    /// Whether that call, to that port, is one to it.
    pub fn is_called(&self, port: &PortName, call: &Payload) -> bool {
        self.port == *port && self.call == (**call).type_id()
    }

    /// The reason why those ports cannot call it; `None`: they can.
    pub fn missing(&self, ports: &Ports) -> Option<NoPort> {
        let registered = ports.get(&self.port);
        if registered.is_some_and(|port| port.takes(self.call)) {
            return None;
        }
        Some(NoPort {
            who: self.who.clone(),
            port: self.port.clone(),
            takes_other_calls: registered.is_some(),
            registered: ports.keys().cloned().collect(),
        })
    }
}

/// The first callee that the known ports cannot reach; `None` where the ports are unknown.
pub fn missing(callees: &[Callee], ports: Option<&Ports>) -> Option<NoPort> {
    ports.and_then(|ports| callees.iter().find_map(|it| it.missing(ports)))
}

/// A callee cannot be reached. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPort {
    /// The callee and its role, in words.
    pub who: Arc<str>,
    /// The name under which calls would go there.
    pub port: PortName,
    /// A port of that name is there, for calls of another type.
    pub takes_other_calls: bool,
    /// Names of all registered ports.
    pub registered: Vec<PortName>,
}

impl std::error::Error for NoPort {}

impl fmt::Display for NoPort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { who, port, takes_other_calls, registered } = self;
        write!(out, "{who} is called through port {port}, ")?;
        out.write_str(if *takes_other_calls {
            "and the port of that name takes other calls; "
        } else {
            "and no port of that name is registered; "
        })?;
        if registered.is_empty() {
            return out.write_str("none is registered");
        }
        let names: Vec<&str> = registered.iter().map(PortName::as_str).collect();
        write!(out, "registered are {}", names.join(", "))
    }
}
