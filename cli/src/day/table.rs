//! Everything that a day is played with: house, clock, counterparties and the engine over them.

use super::Trouble;
use crate::{
    day_cut,
    house::{DAY_JOBS, Terms, WALLETS},
    reading::Failure,
    registry::{NamedPort, Outside, Registry, Sagas},
    sandbox::{BOOKS, Hours, Sandbox},
};
use chrono::NaiveDate;
use fundflow::Engine;
use fundflow_application::guard::LedgerGuard;
use fundflow_closing::{Jobs, Place};
use fundflow_domain::{calendar::TradingCalendar, ids::FundCode, money::Nav, time::Timestamp};
use fundflow_infrastructure::{
    day_folder::{Day, DayTerms, Verdicts},
    files,
    sandbox::{registrar::Confirming, saved},
    wallet_owners::WalletOwners,
};
use fundflow_kernel::loaded::with_sources;
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    house::House,
    parts::cases::UnknownOrders,
    ports::{day_jobs, wallets::Wallets},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Who is on the other side.
pub(super) struct Counterparties {
    pub(super) sandbox: Sandbox,
    pub(super) base: PathBuf,
    /// Of the days that were played into this store.
    pub(super) verdicts: Verdicts,
    /// The program's own ports.
    own: Vec<NamedPort>,
}

/// The prices that are published by now.
#[derive(Debug, Default)]
pub(super) struct Prices(Mutex<BTreeMap<(FundCode, NaiveDate), Nav>>);

/// House, sagas and clock of a day.
pub(super) struct Table {
    pub(super) house: House,
    pub(super) sagas: Sagas,
    pub(super) clock: ManualClock,
    pub(super) prices: Arc<Prices>,
}

impl Prices {
    pub(super) fn publish(&self, fund: FundCode, day: NaiveDate, nav: Nav) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((fund, day), nav);
    }

    fn of(&self, fund: FundCode, day: NaiveDate) -> Option<Nav> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(fund, day)).copied()
    }
}

impl Counterparties {
    /// With their books below `base`. `played`: how far the store had been played before, if it was.
    pub(super) fn open(
        registry: &Registry,
        (day, calendar): (&Day, &Arc<TradingCalendar>),
        clock: &ManualClock,
        base: &Path,
        played: Option<Timestamp>,
    ) -> Result<Self, Trouble> {
        let books = base.join(BOOKS);
        let failed = |source| Trouble::Directory { path: books.clone(), source };
        files::make_directory(base, &books).map_err(failed)?;
        fundflow_closing::check_directories(base)
            .map_err(|(path, source)| Trouble::Directory { path, source })?;
        let verdicts = Verdicts::open(&books, played).map_err(failed)?;
        // Operators open the books without this folder.
        saved::save(&day.scenario, &books)?;
        let terms = DayTerms::from(day);
        terms.save(&books)?;
        let numbered = terms.numbered();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let hours = Hours { clock: &shared, confirming: Confirming::ByBatch };
        let terms = Terms::of_day(terms, calendar.clone());
        // Nothing is published yet: the day publishes each price in its time.
        let market = || terms.market(Timestamp::from_micros(i64::MIN));
        let sandbox = Sandbox::open(&books, &day.scenario, &hours, &numbered, market)?;
        let outside = Outside { directory: base.to_owned(), clock: shared };
        let own = registry.ports(&outside).map_err(Trouble::Port)?;
        Ok(Self { sandbox, base: base.to_owned(), verdicts, own })
    }

    /// Day-cuts that are open go on while a day is played.
    pub(super) fn cuts<S: EventStore>(&mut self, jobs: Arc<Jobs<S>>) {
        self.own.push((DAY_JOBS.to_owned(), Arc::new(day_jobs::Jobs(jobs))));
    }
}

impl Table {
    /// Laid for that day: its funds, its prices as they are published, the sagas of the registry.
    /// And what a day-cut's jobs look at, below `base`.
    pub(super) fn laid(
        registry: &Registry,
        (day, calendar): (&Arc<Day>, &Arc<TradingCalendar>),
        clock: ManualClock,
        base: &Path,
    ) -> Result<(Self, Place), Trouble> {
        let prices = Arc::new(Prices::default());
        let published = prices.clone();
        let terms = Terms::of_day(DayTerms::from(&**day), calendar.clone());
        let house = terms.house_of(move |fund, date| published.of(fund, date));
        let defect = |failure: Failure| Trouble::Defect(failure.to_string());
        let house = house.map_err(defect)?;
        let sagas = registry.sagas(&house);
        let beside = day_cut::place(base, &terms, house.clone()).map_err(defect)?;
        Ok((Self { house, sagas, clock, prices }, beside))
    }

    /// An engine that carries every saga of the registry, and whom it cannot call, in words.
    pub(super) async fn engine<S: EventStore + Checkpoints>(
        &self,
        store: Arc<S>,
        with: &Counterparties,
    ) -> Result<(Engine, Vec<String>), Trouble> {
        let mut ports = with.own.clone();
        let owners = Arc::new(WalletOwners::of(store.clone()));
        ports.push((WALLETS.to_owned(), Arc::new(Wallets(owners))));
        ports.extend(with.sandbox.ports());
        let mut builder = Engine::builder(store)
            .clock(self.clock.clone())
            .guard(LedgerGuard)
            .unclaimed(UnknownOrders);
        for kind in self.sagas.kinds() {
            builder = builder.kind(kind.clone());
        }
        for (name, port) in ports {
            let built = builder.port(&name, port);
            builder = built.map_err(|error| Trouble::Port(with_sources(&error)))?;
        }
        let missing = builder.missing_ports();
        let missing = missing.into_iter().map(|it| format!("{it}; what would call it is refused"));
        let missing = missing.collect();
        Ok((builder.start().await?, missing))
    }
}
