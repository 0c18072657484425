//! The house of a store that is looked at or operated without a day's folder: the shipped calendar
//! and catalogue, and no prices but those that the caller knows.

use crate::reading::Failure;
use chrono::NaiveDate;
use fundflow::runtime::port::PortName;
use fundflow_domain::{
    calendar::TradingCalendar,
    fund::FundTerms,
    ids::{FundCode, RegistrarCode},
    money::Nav,
};
use fundflow_infrastructure::catalogue;
use fundflow_sagas::house::House;
use std::sync::Arc;

/// The bank's port.
pub(crate) const BANK: &str = "bank";

/// The port of the bank that advances.
pub(crate) const ADVANCE: &str = "advance";

/// The port of the list of wallets.
pub(crate) const WALLETS: &str = "wallets";

/// The port of a registrar.
pub(crate) fn registrar_port(code: &str) -> String {
    format!("ta-{code}")
}

/// The calendar that is part of the program.
pub(crate) fn calendar() -> Result<TradingCalendar, Failure> {
    TradingCalendar::xshg().map_err(|error| Failure::Calendar(error.to_string()))
}

/// The house of the shipped catalogue, with `own` as the registrar of funds that name none.
pub(crate) fn shipped(own: &str) -> Result<House, Failure> {
    let catalogue = catalogue::shipped().map_err(|errors| {
        let what: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Calendar(format!("the shipped catalogue is bad: {}", what.join("; ")))
    })?;
    of(Arc::new(calendar()?), move |code, day| catalogue.on(code, day), own, |_, _| None)
}

/// A house of those terms and prices.
pub(crate) fn of(
    calendar: Arc<TradingCalendar>,
    funds: impl Fn(FundCode, NaiveDate) -> Option<Arc<FundTerms>> + Send + Sync + 'static,
    own: &str,
    navs: impl Fn(FundCode, NaiveDate) -> Option<Nav> + Send + Sync + 'static,
) -> Result<House, Failure> {
    let name = |text: String| text.parse::<PortName>().map_err(|it| Failure::Typed(it.to_string()));
    let (bank, own) = (name(BANK.to_owned())?, name(registrar_port(own))?);
    let registrars = move |code: &RegistrarCode| match code.as_str() {
        OWN => own.clone(),
        other => registrar_port(other).parse().unwrap_or_else(|_| own.clone()),
    };
    Ok(House {
        calendar,
        funds: Arc::new(funds),
        navs: Arc::new(navs),
        bank,
        registrars: Arc::new(registrars),
    })
}

/// As a fund's terms name the distributor's first registrar.
pub(crate) const OWN: &str = "own";

/// The code of the manager's own registrar, unless a folder says otherwise.
pub(crate) const REGISTRAR: &str = "05";
