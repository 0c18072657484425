//! What a program brings along: its sagas, how a person speaks to them, and the ports they call.
//!
//! 1. A saga is made for a house: the terms, prices and calendar of the day or store that is worked
//!    on, so it is registered as a function of one.
//! 2. A fund saga takes the commands of [`fundflow_sagas::parts::command`]; what may be asked of any
//!    other saga is what an operator may do to all of them.
//! 3. Ports are made when an engine starts, beside the store that it starts on. The shipped bank and
//!    registrars are the sandbox's.

use fundflow::runtime::{
    kind::{Kind, Of, payload},
    port::{AnyPort, Payload},
    saga::Saga,
};

use fundflow_application::desk;
use fundflow_domain::{
    application::Applications, case::Cases, day_limit::DayLimit, holdings::Holdings,
    payment::Payments, payout::Payouts, wallet::Wallet,
};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::{
    discount_purchase::DiscountPurchase,
    house::House,
    parts::{application::FundSaga, command::Command},
};
use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

type MakeKind = Box<dyn Fn(&House) -> Registered + Send + Sync>;
type MakePort = Box<dyn Fn(&Outside) -> Result<Arc<dyn AnyPort>, String> + Send + Sync>;

/// How a person's word becomes a command of the saga's own type.
type Speak = fn(Command) -> Payload;

/// A saga that was registered, for one house.
struct Registered {
    kind: Arc<dyn Kind>,
    /// None: it takes no commands of the fund business.
    speak: Option<Speak>,
}

/// Where a port's engine runs.
#[derive(Clone)]
pub struct Outside {
    /// The directory of the store; books of counterparties stand below it.
    pub directory: PathBuf,
    /// The engine's clock.
    pub clock: Arc<dyn Clock>,
}

/// The sagas of a program and the ports that they call.
#[derive(Default)]
pub struct Registry {
    kinds: Vec<MakeKind>,
    ports: Vec<(String, MakePort)>,
}

impl Registry {
    /// Nothing at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sagas of the fund business.
    pub fn shipped() -> Self {
        Self::new().fund_saga(|house| DiscountPurchase { house })
    }

    /// Adds a saga.
    #[must_use]
    pub fn saga<S: Saga>(mut self, make: impl Fn(House) -> S + Send + Sync + 'static) -> Self {
        self.kinds.push(Box::new(move |house| Registered {
            kind: Arc::new(Of(Arc::new(make(house.clone())))),
            speak: None,
        }));
        self
    }

    /// Adds a saga of the fund business, which can be cancelled, dated and have its cases closed.
    #[must_use]
    pub fn fund_saga<S>(mut self, make: impl Fn(House) -> S + Send + Sync + 'static) -> Self
    where
        S: FundSaga,
        S::Command: From<Command>,
    {
        self.kinds.push(Box::new(move |house| Registered {
            kind: Arc::new(Of(Arc::new(make(house.clone())))),
            speak: Some(|command| payload(S::Command::from(command))),
        }));
        self
    }

    /// Adds a port of the program's own. What goes wrong is said in words.
    #[must_use]
    pub fn port(
        mut self,
        name: &str,
        make: impl Fn(&Outside) -> Result<Arc<dyn AnyPort>, String> + Send + Sync + 'static,
    ) -> Self {
        self.ports.push((name.to_owned(), Box::new(make)));
        self
    }

    /// The sagas, for that house.
    pub(crate) fn sagas(&self, house: &House) -> Sagas {
        let mut sagas = Sagas { desk: aggregates(), speaks: BTreeMap::new() };
        for Registered { kind, speak } in self.kinds.iter().map(|make| make(house)) {
            sagas.speaks.extend(speak.map(|speak| (kind.name(), speak)));
            sagas.desk = sagas.desk.kind(kind);
        }
        sagas
    }

    /// The program's own ports.
    pub(crate) fn ports(
        &self,
        outside: &Outside,
    ) -> Result<Vec<(&str, Arc<dyn AnyPort>)>, String> {
        self.ports.iter().map(|(name, make)| Ok((name.as_str(), make(outside)?))).collect()
    }
}

/// Every aggregate of the fund business, whether a registered saga works on it or not.
fn aggregates() -> desk::Registry {
    desk::Registry::new()
        .aggregate::<Payments>()
        .aggregate::<Payouts>()
        .aggregate::<Applications>()
        .aggregate::<Wallet>()
        .aggregate::<Holdings>()
        .aggregate::<DayLimit>()
        .aggregate::<Cases>()
}

/// Every saga of a program, for one house.
#[derive(Clone)]
pub(crate) struct Sagas {
    pub(crate) desk: desk::Registry,
    speaks: BTreeMap<&'static str, Speak>,
}

impl Sagas {
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.desk.kinds()
    }

    /// A person's word to a saga of that kind, or why it takes none.
    pub(crate) fn spoken(&self, kind: &str, command: Command) -> Result<Payload, String> {
        match self.speaks.get(kind) {
            Some(speak) => Ok(speak(command)),
            None => Err(format!("a saga of kind {kind} takes no such order")),
        }
    }

    pub(crate) fn speaks(&self, kind: &str) -> bool {
        self.speaks.contains_key(kind)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports: Vec<_> = self.ports.iter().map(|(name, _)| name).collect();
        out.debug_struct("Registry")
            .field("sagas", &self.kinds.len())
            .field("ports", &ports)
            .finish()
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Outside").field("directory", &self.directory).finish_non_exhaustive()
    }
}
