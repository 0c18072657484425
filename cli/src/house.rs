//! The house that a store is worked on with: the shipped calendar with the versions of the store; registrars, funds and prices of a
//! day's folder, or those that were stored when a day was played into the store. A store without any is
//! worked on with the shipped catalogue, one registrar, and no prices.

use crate::{
    folded,
    reading::{Failure, Place, complain, database},
    sandbox::BOOKS,
};
use chrono::NaiveDate;
use fundflow::runtime::port::PortName;
pub(crate) use fundflow_closing::OWN;
use fundflow_domain::{
    calendar::{TradingCalendar, changes::Calendars},
    catalogue::Catalogue,
    fund::FundTerms,
    ids::{AccountRef, FundCode, InvestorId, RegistrarCode},
    money::Nav,
    time::Timestamp,
};
use fundflow_infrastructure::{
    catalogue,
    day_batch::Numbers,
    day_folder::{DayTerms, Price, published_at, published_for},
    sandbox::registrar::Market,
};
use fundflow_kernel::{loaded::with_sources, store::EventStore};
use fundflow_sagas::{house::House, parts::by_calendar};
use std::{collections::BTreeMap, sync::Arc};

/// The bank's port.
pub(crate) const BANK: &str = "bank";

/// The port of the bank that advances.
pub(crate) const ADVANCE: &str = "advance";

/// The port of the list of wallets.
pub(crate) const WALLETS: &str = "wallets";

/// The port of whoever does a day-cut's jobs.
pub(crate) const DAY_JOBS: &str = "day-jobs";

/// The port of whoever has the statements of settlements.
pub(crate) const STATEMENTS: &str = "statements";

/// The port of a registrar.
pub(crate) fn registrar_port(code: &str) -> String {
    format!("ta-{code}")
}

/// The calendar that is part of the program.
pub(crate) fn calendar() -> Result<TradingCalendar, Failure> {
    TradingCalendar::xshg().map_err(|error| Failure::Calendar(error.to_string()))
}

/// That, with the versions that were added in the store.
pub(crate) async fn calendar_of<S: EventStore>(store: &S) -> Result<Arc<TradingCalendar>, Failure> {
    let (shipped, stream) = (calendar()?, by_calendar::calendar());
    let known = folded::one::<Calendars, S>(store, stream.stream()).await?;
    let known = known.map(|known| known.fold.loaded.state.calendar(&shipped));
    Ok(Arc::new(known.unwrap_or(shipped)))
}

/// Says on the error output that the calendar ends soon, from sixty days before on.
pub(crate) fn warn_of_end(calendar: &TradingCalendar, now: Timestamp) {
    let ends = calendar.ends(now);
    if ends.is_near() {
        complain(&format!("warning: {ends}; see `fundflow calendar extend`\n"));
    }
}

/// The house of the shipped catalogue, with `own` as the registrar of funds that name none.
pub(crate) fn shipped(own: &str) -> Result<House, Failure> {
    let funds = Arc::new(shipped_funds()?);
    let listed = funds.clone();
    let on = move |code, day| funds.on(code, day);
    Ok(of(Arc::new(calendar()?), on, own, |_, _| None)?.listing(&listed))
}

fn shipped_funds() -> Result<Catalogue, Failure> {
    catalogue::shipped().map_err(|errors| {
        let what: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Calendar(format!("the shipped catalogue is bad: {}", what.join("; ")))
    })
}

/// Calendar, registrars, funds and prices that a store is worked on with.
pub(crate) struct Terms {
    calendar: Arc<TradingCalendar>,
    /// Of the first T of the prices, if a day says which.
    day: Option<DayTerms>,
    catalogue: Arc<Catalogue>,
    accounts: Arc<BTreeMap<AccountRef, InvestorId>>,
}

impl Terms {
    /// Those of the folder that was named, else those stored with the store, else the shipped ones; by the calendar of
    /// that store.
    pub(crate) async fn of<S: EventStore>(place: &Place<'_>, store: &S) -> Result<Self, Failure> {
        Self::by(place, calendar_of(store).await?)
    }

    /// The same by that calendar.
    pub(crate) fn by(place: &Place<'_>, calendar: Arc<TradingCalendar>) -> Result<Self, Failure> {
        let day = match place.folder {
            Some(folder) => {
                let (terms, problems) = DayTerms::read(folder, &calendar);
                for problem in &problems {
                    complain(&format!("{problem}\n"));
                }
                let mend =
                    || Failure::Typed("the folder is no day; mend what is named above".into());
                Some(terms.ok_or_else(mend)?)
            }
            None => DayTerms::load(&database(place.store).with_file_name(BOOKS), &calendar)
                .map_err(|error| Failure::Engine(with_sources(&error)))?,
        };
        let catalogue = match &day {
            Some(day) => day.catalogue.clone(),
            None => shipped_funds()?,
        };
        Ok(Self { calendar, day, catalogue: Arc::new(catalogue), accounts: Arc::default() })
    }

    /// Those of a day that is played.
    pub(crate) fn of_day(day: DayTerms, calendar: Arc<TradingCalendar>) -> Self {
        let catalogue = Arc::new(day.catalogue.clone());
        Self { calendar, day: Some(day), catalogue, accounts: Arc::default() }
    }

    /// With the accounts that investors were seen to use.
    pub(crate) fn knowing(mut self, accounts: BTreeMap<AccountRef, InvestorId>) -> Self {
        self.accounts = Arc::new(accounts);
        self
    }

    /// The calendar that they are of.
    pub(crate) fn calendar(&self) -> &TradingCalendar {
        &self.calendar
    }

    /// By code; the first keeps the funds whose terms say `own`.
    pub(crate) fn registrars(&self) -> Result<Vec<RegistrarCode>, Failure> {
        if let Some(day) = &self.day {
            return Ok(day.registrars.clone());
        }
        let code = REGISTRAR.parse();
        Ok(vec![code.map_err(|error| Failure::Typed(format!("{REGISTRAR}: {error}")))?])
    }

    /// The same, with how each numbers orders and records.
    pub(crate) fn numbered(&self) -> Result<Vec<(RegistrarCode, Numbers)>, Failure> {
        if let Some(day) = &self.day {
            return Ok(day.numbered());
        }
        let plain = |code: RegistrarCode| (code, Numbers::default());
        Ok(self.registrars()?.into_iter().map(plain).collect())
    }

    /// Every fund of them.
    pub(crate) fn funds(&self) -> impl Iterator<Item = FundCode> {
        self.catalogue.codes()
    }

    /// The house, with the prices that are published by then.
    pub(crate) fn house(&self, now: Timestamp) -> Result<House, Failure> {
        let prices = self.published(now).into_iter().map(|it| ((it.fund, it.date), it.nav));
        let prices: BTreeMap<_, _> = prices.collect();
        self.house_of(move |fund, day| prices.get(&(fund, day)).copied())
    }

    /// The house, with prices that the caller publishes.
    pub(crate) fn house_of(
        &self,
        navs: impl Fn(FundCode, NaiveDate) -> Option<Nav> + Send + Sync + 'static,
    ) -> Result<House, Failure> {
        let (funds, own) = (self.catalogue.clone(), self.registrars()?);
        let own = own.first().map_or(REGISTRAR, RegistrarCode::as_str);
        let house = of(self.calendar.clone(), move |code, date| funds.on(code, date), own, navs)?;
        let known = self.accounts.clone();
        let accounts = Arc::new(move |account: &AccountRef| known.get(account).cloned());
        let distributor = self.day.as_ref().and_then(|day| day.distributor.clone());
        Ok(House { accounts, distributor, ..house }.listing(&self.catalogue))
    }

    /// What a registrar reckons with, with the prices that are published by then. Without a day it is
    /// at par: no night falls on such a store while an operator works.
    pub(crate) fn market(&self, now: Timestamp) -> Market {
        let Some(day) = &self.day else { return Market::at_par(self.calendar.clone()) };
        let histories = day.catalogue.codes().flat_map(|code| day.catalogue.history(code));
        let market = Market::of(self.calendar.clone(), histories.cloned());
        for price in self.published(now) {
            market.publish(price.fund, price.date, price.nav);
        }
        market
    }

    fn published(&self, now: Timestamp) -> Vec<Price> {
        let Some(day) = &self.day else { return Vec::new() };
        let later = |t: &_| self.calendar.plus(*t, 1).ok();
        let days = std::iter::successors(Some(day.trade_date), later);
        let past = days.take_while(|t| published_at(*t) <= now);
        past.flat_map(|t| published_for(&day.prices, day.trade_date, t)).collect()
    }
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
        accounts: Arc::new(|_| None),
        registrars: Arc::new(registrars),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    })
}

/// The code of the manager's own registrar, unless a folder says otherwise.
pub(crate) const REGISTRAR: &str = "05";
