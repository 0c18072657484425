//! What a program brings along: its sagas, how a person speaks to them, and the ports they call.
//!
//! 1. A saga is made for a house: the terms, prices and calendar of the day or store that is worked
//!    on, so it is registered as a function of one.
//! 2. A saga that takes a person's [`Word`] says how it becomes a command of its own; to any other
//!    saga a person may do what an operator may do to all of them.
//! 3. Ports are made when an engine starts, beside the store that it starts on. The shipped bank and
//!    registrars are the sandbox's; the list of wallets is the store's own.

use crate::{
    house::{ADVANCE, DAY_JOBS, STATEMENTS, WALLETS},
    words,
};
use fundflow::runtime::{
    kind::{Kind, Of, payload},
    port::{AnyPort, Payload, PortName},
    saga::Saga,
};

use fundflow_application::{desk, guard::LedgerGuard};
use fundflow_domain::{
    advance::Advances,
    application::Applications,
    calendar::{TradingCalendar, changes::Calendars},
    case::{CaseId, Cases, Closing},
    day_limit::DayLimit,
    fast_quota::FastQuota,
    fast_redemption::Advancer,
    holdings::Holdings,
    ids::AccountRef,
    payment::Payments,
    payout::Payouts,
    plan::RegularPlan,
    reconciled_day::ReconciledDays,
    settlement::Settlements,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_infrastructure::statements::StatementFolder;
use fundflow_kernel::clock::Clock;
use fundflow_sagas::{
    calendar_change::CalendarChange,
    clearing::Clearing,
    conversion::Conversion,
    day_cut::{self, DayCut},
    discount_purchase::DiscountPurchase,
    dividend::Dividends,
    fast_withdraw::FastWithdraw,
    freeze::Freeze,
    house::House,
    income::Income,
    parts::milestone::Scope,
    ports::statements::Statements,
    purchase::Purchase,
    recharge::Recharge,
    redemption::Redemption,
    regular_plan::{self, RegularPlans},
    withdraw::Withdraw,
};
use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

type MakeKind = Box<dyn Fn(&House) -> Registered + Send + Sync>;
type MakePort = Box<dyn Fn(&Outside) -> Result<Arc<dyn AnyPort>, String> + Send + Sync>;

/// What a person may say to a running saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Take it back, or a part of it.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
        /// Part that is to be taken back.
        scope: Scope,
    },
    /// Say when the money counts as paid, where the bank's own word cannot be right.
    Date {
        /// T follows from it; never a T whose batch is sealed.
        at: Timestamp,
        /// For the auditor.
        reason: Arc<str>,
    },
    /// Pay out to another account after the bank has refused the first.
    Redirect {
        /// The investor's other account.
        account: AccountRef,
        /// It is in the investor's own name, as an operator has seen.
        own_name: bool,
        /// For the auditor.
        reason: Arc<str>,
    },
    /// Change, pause, resume or end a regular plan.
    Plan(regular_plan::Command),
    /// Leave out the job at which a day-cut stands.
    DayCut(day_cut::Command),
    /// Close a case that keeps it from completing: the registrar's numbers stand.
    CloseCase {
        /// The case that is to be closed.
        case: CaseId,
        /// How, by whom and why.
        closing: Box<Closing>,
    },
}

/// A port and its name.
pub(crate) type NamedPort = (String, Arc<dyn AnyPort>);

/// How a person's word becomes a command of the saga's own type; `None`: it takes no such word.
type Speak = Arc<dyn Fn(Word) -> Option<Payload> + Send + Sync>;

/// A saga that was registered, for one house.
struct Registered {
    kind: Arc<dyn Kind>,
    /// None: it takes no words.
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
        Self::new()
            .spoken_saga(|house| DiscountPurchase { house }, words::discount_purchase)
            .spoken_saga(|house| Recharge { house }, words::recharge)
            .spoken_saga(|house| Withdraw { house }, words::withdraw)
            .spoken_saga(fast_withdraw, words::fast_withdraw)
            .spoken_saga(|house| Purchase { house }, words::purchase)
            .spoken_saga(|house| Redemption { house }, words::redemption)
            .spoken_saga(|house| Conversion { house }, words::conversion)
            .spoken_saga(|house| RegularPlans { house }, words::regular_plan)
            .saga(|house| Income { house, wallets: named(WALLETS) })
            .saga(|house| Freeze { house })
            .spoken_saga(|house| Dividends { house }, words::dividend)
            .saga(|house| CalendarChange { house })
            .spoken_saga(|house| DayCut { house, jobs: named(DAY_JOBS) }, words::day_cut)
            .saga(|house| Clearing { house, statements: named(STATEMENTS) })
            .port(STATEMENTS, |outside| {
                let folder = StatementFolder::below(&outside.directory);
                Ok(Arc::new(Statements(Arc::new(folder))))
            })
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

    /// Adds a saga that takes a person's words; `speak` returns `None` for those that it does not.
    #[must_use]
    pub fn spoken_saga<S: Saga>(
        mut self,
        make: impl Fn(House) -> S + Send + Sync + 'static,
        speak: impl Fn(Word) -> Option<S::Command> + Send + Sync + 'static,
    ) -> Self {
        let speak: Speak = Arc::new(move |word| Some(payload::<S::Command>(speak(word)?)));
        self.kinds.push(Box::new(move |house| Registered {
            kind: Arc::new(Of(Arc::new(make(house.clone())))),
            speak: Some(speak.clone()),
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
        let desk = aggregates().calendar(unversioned(house));
        let mut sagas = Sagas { desk, speaks: BTreeMap::new() };
        for Registered { kind, speak } in self.kinds.iter().map(|make| make(house)) {
            sagas.speaks.extend(speak.map(|speak| (kind.name(), speak)));
            sagas.desk = sagas.desk.kind(kind);
        }
        sagas
    }

    /// The program's own ports.
    pub(crate) fn ports(&self, outside: &Outside) -> Result<Vec<NamedPort>, String> {
        self.ports.iter().map(|(name, make)| Ok((name.clone(), make(outside)?))).collect()
    }
}

/// The calendar of a house without the versions that were added to it: the log says which they are.
fn unversioned(house: &House) -> Arc<TradingCalendar> {
    let shipped = TradingCalendar::xshg().ok();
    let shipped = shipped.filter(|shipped| house.calendar.has(shipped.version()));
    shipped.map_or_else(|| house.calendar.clone(), Arc::new)
}

/// The distributor of a folder that names none, whose code earlier programs counted the quota of a natural day under
/// whatever a folder said.
const USUAL: &str = "305";

/// The distributor, and the bank that advances, as the sandbox knows them.
pub(crate) fn fast_withdraw(house: House) -> FastWithdraw {
    let account = |text: &str| {
        AccountRef::new(text)
            .unwrap_or_else(|error| unreachable!("a literal of this file: {error}"))
    };
    let usual = account(USUAL);
    FastWithdraw {
        distributor: house.distributor.as_ref().map_or_else(|| usual.clone(), AccountRef::from),
        counted_under: Some(usual),
        house,
        by: Advancer::LicensedBank(account("advancing-bank")),
        holder: account("advancing-bank"),
        bank: named(ADVANCE),
    }
}

/// A port's name out of a literal.
fn named(text: &str) -> PortName {
    PortName::new(text).unwrap_or_else(|error| unreachable!("a literal of this file: {error}"))
}

/// Every aggregate of the fund business, whether a registered saga works on it or not.
fn aggregates() -> desk::Registry {
    desk::Registry::new()
        .aggregate::<Payments>()
        .aggregate::<Payouts>()
        .aggregate::<Applications>()
        .aggregate::<Wallet>()
        .aggregate::<Holdings>()
        .aggregate::<Advances>()
        .aggregate::<DayLimit>()
        .aggregate::<FastQuota>()
        .aggregate::<RegularPlan>()
        .aggregate::<Cases>()
        .aggregate::<Calendars>()
        .aggregate::<Settlements>()
        .aggregate::<ReconciledDays>()
        .guard(LedgerGuard)
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
    pub(crate) fn spoken(&self, kind: &str, word: Word) -> Result<Payload, String> {
        let instead = words::not_taken(kind, &word);
        self.speaks.get(kind).and_then(|speak| speak(word)).ok_or(instead)
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
