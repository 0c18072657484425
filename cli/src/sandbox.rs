//! The sandbox's counterparties with their books in a directory: a channel, a bank that advances, and
//! every registrar.

use crate::{
    frozen_orders::Ordered,
    house::{ADVANCE, BANK, registrar_port},
    registry::NamedPort,
};
use fundflow::Notice;
use fundflow_domain::{ids::RegistrarCode, time::Timestamp};
use fundflow_infrastructure::day_batch::Numbers;
use fundflow_infrastructure::sandbox::{
    advance::SandboxAdvance,
    channel::SandboxChannel,
    journal::JournalError,
    registrar::{Confirming, Market, SandboxRegistrar},
    scenario::Scenario,
};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::ports::{advance::Advancing, bank::Bank, registrar::Register};
use std::{path::Path, sync::Arc};

/// The directory of the books, beside the database.
pub(crate) const BOOKS: &str = "sandbox";

/// Who is on the other side.
pub(crate) struct Sandbox {
    pub(crate) channel: Arc<SandboxChannel>,
    /// By code; the first is the manager's own.
    pub(crate) registrars: Vec<(String, Arc<SandboxRegistrar>)>,
    advance: Arc<SandboxAdvance>,
}

/// When registrars confirm, and by which clock.
pub(crate) struct Hours<'a> {
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) confirming: Confirming,
}

impl Sandbox {
    /// Opens the books of all of them; `market` is called once for each registrar.
    pub(crate) fn open(
        books: &Path,
        scenario: &Scenario,
        hours: &Hours<'_>,
        registrars_are: &[(RegistrarCode, Numbers)],
        market: impl Fn() -> Market,
    ) -> Result<Self, JournalError> {
        let channel = SandboxChannel::open(scenario.clone(), hours.clock.clone(), books)?;
        let mut registrars = Vec::new();
        for (nth, (code, numbers)) in registrars_are.iter().enumerate() {
            let (scenario, clock) = (scenario.clone(), hours.clock.clone());
            let registrar = match nth {
                0 => SandboxRegistrar::open(scenario, market(), clock, books)?,
                _ => SandboxRegistrar::open_as(code, scenario, market(), clock, books)?,
            };
            let registrar = registrar.confirming(hours.confirming).numbering(*numbers);
            let registrar = Arc::new(registrar);
            registrars.push((code.to_string(), registrar));
        }
        let advance = SandboxAdvance::open(scenario.clone(), hours.clock.clone(), books)?;
        let advance = Arc::new(advance);
        Ok(Self { channel: Arc::new(channel), registrars, advance })
    }

    /// The ports through which an engine reaches them.
    pub(crate) fn ports(&self) -> Vec<NamedPort> {
        let mut ports: Vec<NamedPort> = vec![
            (BANK.to_owned(), Arc::new(Bank(self.channel.clone()))),
            (ADVANCE.to_owned(), Arc::new(Advancing(self.advance.clone()))),
        ];
        for (code, registrar) in &self.registrars {
            ports.push((registrar_port(code), Arc::new(Register(registrar.clone()))));
        }
        ports
    }

    /// What they say unasked by then. `files_to_come`: whether registrars are still to make the files of that very hour.
    pub(crate) fn due(&self, now: Timestamp, files_to_come: bool) -> Vec<Notice> {
        let mut due = self.channel.due(now);
        due.extend(self.advance.due(now));
        due.extend(self.registrars.iter().flat_map(|(_, registrar)| {
            if files_to_come { registrar.due_before_files(now) } else { registrar.due(now) }
        }));
        due.into_iter().map(|(stream, news)| Notice { stream, news }).collect()
    }

    /// Has every registrar keep what orders of courts and creditors froze: its books do not have it.
    pub(crate) fn keep(&self, orders: &[Ordered]) {
        for (investor, fund, shares) in orders {
            for (_, registrar) in &self.registrars {
                registrar.keep_frozen(investor.clone(), *fund, *shares);
            }
        }
    }

    /// When they say something next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let registrars = self.registrars.iter().filter_map(|(_, registrar)| registrar.next_due());
        registrars.chain(self.channel.next_due()).chain(self.advance.next_due()).min()
    }
}
