//! The counterparties of a store: the sandbox's, with their books beside the events, and the ports
//! of the program.
//!
//! 1. Only a store that has such books, or a program that brings ports of its own, is operated:
//!    asking any other counterparty how a charge stands would be answered "never heard of it".
//! 2. With books its time is the log's. A day is played in virtual time, and the machine's clock
//!    would make every timer due.
//! 3. What was decided stands in the books. What they have never seen follows the scenario that is
//!    kept with them, or goes well if none is.

use crate::{
    house::{self, ADVANCE, BANK, registrar_port},
    reading::Failure,
    registry::{NamedPort, Outside, Registry},
};
use fundflow::{Notice, SystemClock};
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::sandbox::{
    advance::SandboxAdvance,
    channel::SandboxChannel,
    journal::JournalError,
    kept::kept,
    registrar::{Confirming, Market, SandboxRegistrar},
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    loaded::with_sources,
    store::{EventStore, Position},
};
use fundflow_sagas::ports::{advance::Advancing, bank::Bank, registrar::Register};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The directory of the books, beside the database.
pub(crate) const BOOKS: &str = "sandbox";

/// Who answers the engine.
pub(crate) struct Counterparties {
    pub(crate) ports: Vec<NamedPort>,
    pub(crate) clock: Arc<dyn Clock>,
    sandbox: Option<(Arc<SandboxChannel>, Vec<Arc<SandboxRegistrar>>)>,
}

/// The instant at which the log ends.
pub(crate) async fn time_of<S: EventStore>(store: &S) -> Result<Timestamp, Failure> {
    let head = store.head().borrow().0;
    let last = store.read_all(Position(head.saturating_sub(1)), 1).await?;
    Ok(last.first().map_or_else(Timestamp::default, |event| event.event.recorded_at))
}

/// The counterparties of the database in that file.
pub(super) fn counterparties(
    registry: &Registry,
    database: &Path,
    now: Timestamp,
) -> Result<Counterparties, Failure> {
    let has_books = database.with_file_name(BOOKS).is_dir();
    let clock: Arc<dyn Clock> =
        if has_books { Arc::new(ManualClock::at(now)) } else { Arc::new(SystemClock) };
    counterparties_at(registry, database, clock, Confirming::ByBatch)
}

/// The same on another clock, with registrars that confirm then.
pub(crate) fn counterparties_at(
    registry: &Registry,
    database: &Path,
    clock: Arc<dyn Clock>,
    confirming: Confirming,
) -> Result<Counterparties, Failure> {
    let books = database.with_file_name(BOOKS);
    let has_books = books.is_dir();
    let directory = database.parent().map_or_else(PathBuf::new, Path::to_owned);
    let outside = Outside { directory, clock: clock.clone() };
    let own = registry.ports(&outside).map_err(Failure::Engine)?;
    if !has_books && own.is_empty() {
        return Err(Failure::Engine(format!(
            "{} is not there: the counterparties of this store are not known here, and asking \
             others would be answered wrongly",
            books.display()
        )));
    }
    let mut ports: Vec<NamedPort> = own;
    let sandbox = has_books.then(|| sandbox(&books, &clock, confirming)).transpose()?;
    if let Some((channel, registrars)) = &sandbox {
        ports.push((BANK.to_owned(), Arc::new(Bank(channel.clone()))));
        let advance = Arc::new(SandboxAdvance::new(clock.clone()));
        ports.push((ADVANCE.to_owned(), Arc::new(Advancing(advance))));
        for (code, registrar) in registrars {
            ports.push((registrar_port(code), Arc::new(Register(registrar.clone()))));
        }
    }
    let sandbox = sandbox.map(|(channel, registrars)| {
        (channel, registrars.into_iter().map(|(_, registrar)| registrar).collect())
    });
    Ok(Counterparties { ports, clock, sandbox })
}

type Sandbox = (Arc<SandboxChannel>, Vec<(String, Arc<SandboxRegistrar>)>);

fn sandbox(
    books: &Path,
    clock: &Arc<dyn Clock>,
    confirming: Confirming,
) -> Result<Sandbox, Failure> {
    let scenario = kept(books).map_err(|error| Failure::Engine(with_sources(&error)))?;
    let unreadable = |error: JournalError| Failure::Engine(with_sources(&error));
    let channel = SandboxChannel::open(scenario.clone(), clock.clone(), books);
    // Prices are the night's business, and no night falls while an operator works.
    let market = Market::at_par(Arc::new(house::calendar()?));
    let registrar = SandboxRegistrar::open(scenario, market, clock.clone(), books);
    let registrar = registrar.map_err(unreadable)?.confirming(confirming);
    Ok((
        Arc::new(channel.map_err(unreadable)?),
        vec![(house::REGISTRAR.to_owned(), Arc::new(registrar))],
    ))
}

impl Counterparties {
    /// What they say unasked by now.
    pub(super) fn due(&self) -> Vec<Notice> {
        let now = self.clock.now();
        let Some((channel, registrars)) = &self.sandbox else { return Vec::new() };
        let mut due = channel.due(now);
        due.extend(registrars.iter().flat_map(|registrar| registrar.due(now)));
        due.into_iter().map(|(stream, news)| Notice { stream, news }).collect()
    }
}
