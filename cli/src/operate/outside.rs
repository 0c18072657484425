//! The counterparties of a store: the sandbox's, with their books beside the events, and the ports
//! of the program.
//!
//! 1. Only a store that has such books, or a program that brings ports of its own, is operated:
//!    asking any other counterparty how a charge stands would be answered "never heard of it".
//! 2. With books its time is the log's. A day is played in virtual time, and the machine's clock
//!    would make every timer due.
//! 3. What was decided stands in the books. What they have never seen follows the scenario that is
//!    stored with them, or goes well if none is.

use crate::{
    day_cut::place,
    frozen_orders,
    house::{STATEMENTS, Terms},
    reading::Failure,
    registry::{NamedPort, Outside, Registry},
    sandbox::{BOOKS, Hours, Sandbox},
};
use fundflow::{Notice, SystemClock};
use fundflow_closing::Place;
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::{
    sandbox::{registrar::Confirming, saved},
    sqlite::SqliteStore,
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    loaded::with_sources,
    store::EventStore,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Who answers the engine.
pub(crate) struct Counterparties {
    pub(crate) ports: Vec<NamedPort>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What a day-cut's jobs look at.
    pub(crate) beside: Place,
    sandbox: Option<Sandbox>,
}

/// The instant at which the log ends.
pub(crate) async fn time_of<S: EventStore>(store: &S) -> Result<Timestamp, Failure> {
    Ok(fundflow_closing::time_of(store).await?)
}

/// The counterparties of the database in that file.
pub(crate) fn counterparties(
    registry: &Registry,
    terms: &Terms,
    database: &Path,
    now: Timestamp,
) -> Result<Counterparties, Failure> {
    let has_books = database.with_file_name(BOOKS).is_dir();
    let clock: Arc<dyn Clock> =
        if has_books { Arc::new(ManualClock::at(now)) } else { Arc::new(SystemClock) };
    counterparties_at(registry, terms, database, (clock, Confirming::ByBatch))
}

/// The same on another clock, with registrars that confirm then.
pub(crate) fn counterparties_at(
    registry: &Registry,
    terms: &Terms,
    database: &Path,
    (clock, confirming): (Arc<dyn Clock>, Confirming),
) -> Result<Counterparties, Failure> {
    let books = database.with_file_name(BOOKS);
    let directory = database.parent().map_or_else(PathBuf::new, Path::to_owned);
    fundflow_closing::check_directories(&directory)
        .map_err(|(path, error)| Failure::Engine(format!("{}: {error}", path.display())))?;
    let beside = beside(terms, database, clock.now())?;
    let mut ports =
        registry.ports(&Outside { directory, clock: clock.clone() }).map_err(Failure::Engine)?;
    if !books.is_dir() {
        // The folder of statements is there for every store.
        if ports.iter().all(|(name, _)| name == STATEMENTS) {
            return Err(Failure::Engine(format!(
                "{} is not there: the counterparties of this store are not known here, and asking \
                 others would be answered wrongly",
                books.display()
            )));
        }
        return Ok(Counterparties { ports, clock, beside, sandbox: None });
    }
    let scenario = saved::load(&books).map_err(|error| Failure::Engine(with_sources(&error)))?;
    let (hours, codes) = (Hours { clock: &clock, confirming }, terms.numbered()?);
    let market = || terms.market(clock.now());
    let sandbox = Sandbox::open(&books, &scenario, &hours, &codes, market);
    let sandbox = sandbox.map_err(|error| Failure::Engine(with_sources(&error)))?;
    ports.extend(sandbox.ports());
    Ok(Counterparties { ports, clock, beside, sandbox: Some(sandbox) })
}

fn beside(terms: &Terms, database: &Path, now: Timestamp) -> Result<Place, Failure> {
    let directory = database.parent().filter(|it| !it.as_os_str().is_empty());
    place(directory.unwrap_or(Path::new(".")), terms, terms.house(now)?)
}

impl Counterparties {
    /// Nobody, on the machine's clock: for a store in which nothing has happened yet.
    pub(crate) fn nobody(terms: &Terms, database: &Path) -> Result<Self, Failure> {
        let beside = beside(terms, database, SystemClock.now())?;
        Ok(Self { ports: Vec::new(), clock: Arc::new(SystemClock), beside, sandbox: None })
    }

    /// Has the sandbox's registrars keep what orders froze in that store.
    pub(crate) async fn keep_frozen(&self, store: &SqliteStore) -> Result<(), Failure> {
        if let Some(sandbox) = &self.sandbox {
            sandbox.keep(&frozen_orders::of_store(store).await?);
        }
        Ok(())
    }

    /// When they say something next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.sandbox.as_ref()?.next_due()
    }

    /// What they say unasked by now.
    pub(super) fn due(&self) -> Vec<Notice> {
        self.sandbox.as_ref().map_or_else(Vec::new, |sandbox| sandbox.due(self.clock.now(), false))
    }
}
