//! Everything that a day is played with: house, clock, counterparties and the engine over them.

use super::Trouble;
use crate::{
    house::{self, ADVANCE, BANK, WALLETS, registrar_port},
    operate::BOOKS,
    registry::{NamedPort, Outside, Registry, Sagas},
};
use chrono::NaiveDate;
use fundflow::{Engine, Notice};
use fundflow_domain::{calendar::TradingCalendar, ids::FundCode, money::Nav, time::Timestamp};
use fundflow_infrastructure::{
    day_folder::Day,
    sandbox::{
        advance::SandboxAdvance,
        channel::SandboxChannel,
        kept::keep,
        registrar::{Confirming, Market, SandboxRegistrar},
    },
    wallet_owners::WalletOwners,
};
use fundflow_kernel::{
    clock::{Clock, ManualClock},
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    house::House,
    parts::cases::UnknownOrders,
    ports::{advance::Advancing, bank::Bank, registrar::Register, wallets::Wallets},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Who is on the other side, and where files are exchanged with them.
pub(super) struct Counterparties {
    pub(super) channel: Arc<SandboxChannel>,
    /// By code; the first is the manager's own.
    pub(super) registrars: Vec<(String, Arc<SandboxRegistrar>)>,
    pub(super) advance: Arc<SandboxAdvance>,
    pub(super) files: PathBuf,
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

    pub(super) fn is_known(&self, fund: FundCode, day: NaiveDate) -> bool {
        self.of(fund, day).is_some()
    }

    fn of(&self, fund: FundCode, day: NaiveDate) -> Option<Nav> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(fund, day)).copied()
    }
}

/// The registrars that a day exchanges files with.
fn codes(day: &Day) -> Vec<String> {
    day.settings.registrars.iter().map(ToString::to_string).collect()
}

impl Counterparties {
    /// With their books below `base`.
    pub(super) fn open(
        registry: &Registry,
        day: &Day,
        calendar: &Arc<TradingCalendar>,
        clock: &ManualClock,
        base: &Path,
    ) -> Result<Self, Trouble> {
        let books = base.join(BOOKS);
        let failed = |source| Trouble::Directory { path: books.clone(), source };
        std::fs::create_dir_all(&books).map_err(failed)?;
        // Operators open the books without this folder.
        keep(&day.scenario, &books)?;
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let channel = SandboxChannel::open(day.scenario.clone(), shared.clone(), &books)?;
        let on_t = |code| day.catalogue.on(code, day.trade_date.date());
        let mut registrars = Vec::new();
        for (nth, code) in day.settings.registrars.iter().enumerate() {
            let market = Market::of(calendar.clone(), day.catalogue.codes().filter_map(on_t));
            let (scenario, clock) = (day.scenario.clone(), shared.clone());
            let registrar = match nth {
                0 => SandboxRegistrar::open(scenario, market, clock, &books)?,
                _ => SandboxRegistrar::open_as(code, scenario, market, clock, &books)?,
            };
            let registrar = Arc::new(registrar.confirming(Confirming::ByBatch));
            registrars.push((code.to_string(), registrar));
        }
        let advance = Arc::new(SandboxAdvance::new(shared.clone()));
        let outside = Outside { directory: base.to_owned(), clock: shared };
        let own = registry.ports(&outside).map_err(Trouble::Port)?;
        let files = base.join("exchange");
        Ok(Self { channel: Arc::new(channel), registrars, advance, files, own })
    }

    /// What they say unasked by then.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Notice> {
        let mut due = self.channel.due(now);
        due.extend(self.registrars.iter().flat_map(|(_, registrar)| registrar.due(now)));
        due.into_iter().map(|(stream, news)| Notice { stream, news }).collect()
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let registrars = self.registrars.iter().filter_map(|(_, registrar)| registrar.next_due());
        registrars.chain(self.channel.next_due()).min()
    }
}

impl Table {
    /// Laid for that day: its funds, its prices as they are published, the sagas of the registry.
    pub(super) fn laid(
        registry: &Registry,
        day: &Arc<Day>,
        calendar: &Arc<TradingCalendar>,
        clock: ManualClock,
    ) -> Result<Self, Trouble> {
        let prices = Arc::new(Prices::default());
        let published = prices.clone();
        let own = codes(day).into_iter().next().unwrap_or_else(|| house::REGISTRAR.to_owned());
        let funds = day.clone();
        let house = house::of(
            calendar.clone(),
            move |code, date| funds.catalogue.on(code, date),
            &own,
            move |fund, date| published.of(fund, date),
        );
        let house = house.map_err(|failure| Trouble::Defect(failure.to_string()))?;
        let sagas = registry.sagas(&house);
        Ok(Self { house, sagas, clock, prices })
    }

    /// An engine that carries every saga of the registry.
    pub(super) async fn engine<S: EventStore + Checkpoints>(
        &self,
        store: Arc<S>,
        with: &Counterparties,
    ) -> Result<Engine, Trouble> {
        let mut ports = with.own.clone();
        ports.push((BANK.to_owned(), Arc::new(Bank(with.channel.clone()))));
        ports.push((ADVANCE.to_owned(), Arc::new(Advancing(with.advance.clone()))));
        let owners = Arc::new(WalletOwners::of(store.clone()));
        ports.push((WALLETS.to_owned(), Arc::new(Wallets(owners))));
        for (code, registrar) in &with.registrars {
            ports.push((registrar_port(code), Arc::new(Register(registrar.clone()))));
        }
        let mut builder = Engine::builder(store).clock(self.clock.clone()).unclaimed(UnknownOrders);
        for kind in self.sagas.kinds() {
            builder = builder.kind(kind.clone());
        }
        for (name, port) in ports {
            let built = builder.port(&name, port);
            builder = built.map_err(|error| Trouble::Port(error.to_string()))?;
        }
        Ok(builder.start().await?)
    }
}
