//! What every saga of the fund business looks at besides the log: calendar, terms of funds, names of
//! ports. Handed in when a saga is registered; a later version of the calendar or of terms is
//! another answer of the same functions.

use crate::parts::record_days::RecordDays;
use crate::ports::{bank::BankCall, registrar::RegistrarCall};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    admission::buying::Way,
    application::{Ask, Promise, PromisedFee, Terms},
    bounds::{CLOCK_SKEW, check_instant},
    calendar::{CalendarError, TradingCalendar, TradingDay},
    catalogue::Catalogue,
    fund::FundTerms,
    ids::{AccountRef, DistributorCode, FundCode, InvestorId, RegistrarCode},
    money::{Discount, Nav, Rate},
    money_fund,
    time::Timestamp,
};
use fundflow_runtime::{
    port::{Callee, PortName},
    turn::NotDone,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The terms of a fund in force on a date; `None` for an unknown fund.
pub type Funds = Arc<dyn Fn(FundCode, NaiveDate) -> Option<Arc<FundTerms>> + Send + Sync>;

/// The published price of a fund on a day; `None` until it is published.
pub type Navs = Arc<dyn Fn(FundCode, NaiveDate) -> Option<Nav> + Send + Sync>;

/// Owner of an account; `None` for one that nobody was seen to use.
pub type Accounts = Arc<dyn Fn(&AccountRef) -> Option<InvestorId> + Send + Sync>;

/// The share classes of a fund, by the code of the fund that they belong to.
pub type Classes = BTreeMap<FundCode, BTreeSet<FundCode>>;

/// The name of the port that a registrar is reached through.
pub type RegistrarPorts = Arc<dyn Fn(&RegistrarCode) -> PortName + Send + Sync>;

/// Promised cost of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// As exactly as it is known.
    pub fee: PromisedFee,
    /// Multiplier on the published rate.
    pub discount: Discount,
    /// The rate below which that cannot push, where `fee` depends on prices of T.
    pub floor: Option<Rate>,
}

/// Promised cost of an order on another T; `None`: as before.
pub type CostThen = Result<Option<Cost>, NotDone>;

impl Cost {
    /// The fee without any discount.
    pub const fn undiscounted(fee: PromisedFee) -> Self {
        Self { fee, discount: Discount::NONE, floor: None }
    }
}

impl From<Promise> for Cost {
    fn from(Promise { fee, discount, floor, .. }: Promise) -> Self {
        Self { fee, discount, floor }
    }
}

/// Calendar, catalogue and names of ports.
#[derive(Clone)]
pub struct House {
    /// The exchange's open days.
    pub calendar: Arc<TradingCalendar>,
    /// The catalogue of funds.
    pub funds: Funds,
    /// Published prices, as far as they are known here.
    pub navs: Navs,
    /// The bank or payment channel.
    pub bank: PortName,
    /// The registrars' ports, by fund.
    pub registrars: RegistrarPorts,
    /// Owners of known accounts: no payout goes to another investor's.
    pub accounts: Accounts,
    /// Registrars that orders are known to go to; see [`listing`](Self::listing). An engine says at its
    /// start which of them it cannot call.
    pub foreseen: Vec<Callee>,
    /// The share classes of each fund of several, by the fund that they belong to.
    pub classes: Classes,
    /// The code of the house's own distributor; none where nobody has said it.
    pub distributor: Option<DistributorCode>,
}

impl fmt::Debug for House {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("House")
            .field("calendar", self.calendar.version())
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

/// Hours after its cut-off until which the batch of T is open for what was paid in time.
const OPEN_AFTER_CUT_OFF: i64 = 2;

impl House {
    /// A house of one bank and one registrar, without published prices: confirmations are held
    /// against everything but them.
    pub fn of(
        calendar: Arc<TradingCalendar>,
        funds: impl Fn(FundCode, NaiveDate) -> Option<Arc<FundTerms>> + Send + Sync + 'static,
        bank: PortName,
        registrar: PortName,
    ) -> Self {
        let foreseen = vec![Callee::of::<RegistrarCall>(registrar.clone(), "every registrar")];
        Self {
            calendar,
            funds: Arc::new(funds),
            navs: Arc::new(|_, _| None),
            accounts: Arc::new(|_| None),
            bank,
            foreseen,
            classes: Classes::new(),
            distributor: None,
            registrars: Arc::new(move |_| registrar.clone()),
        }
    }

    /// The same, with the registrar of every fund of that catalogue, in all of its terms, as foreseen, and
    /// with its share classes.
    #[must_use]
    pub fn listing(mut self, catalogue: &Catalogue) -> Self {
        let histories = catalogue.codes().map(|code| catalogue.history(code));
        let listed: Vec<Callee> = histories.flatten().map(|it| self.registrar_of(it)).collect();
        self.foreseen.extend(listed);
        for terms in catalogue.codes().flat_map(|code| catalogue.history(code)) {
            self.classes.entry(terms.master).or_default().insert(terms.code);
        }
        self
    }

    /// Those whom any order is known to call: the bank, and the registrars that are foreseen.
    pub fn foreseen(&self) -> Vec<Callee> {
        std::iter::once(self.to_bank()).chain(self.foreseen.iter().cloned()).collect()
    }

    /// The bank, to be called.
    pub fn to_bank(&self) -> Callee {
        Callee::of::<BankCall>(self.bank.clone(), "the bank")
    }

    /// The registrars of those funds by their terms of that day, to be called; a fund without terms on it
    /// has none.
    pub fn to_registrars(&self, funds: &[FundCode], t: NaiveDate) -> Vec<Callee> {
        let terms = funds.iter().filter_map(|fund| (self.funds)(*fund, t));
        terms.map(|terms| self.registrar_of(&terms)).collect()
    }

    fn registrar_of(&self, terms: &FundTerms) -> Callee {
        let who = format!("registrar {} of fund {}", terms.registrar, terms.code);
        Callee::of::<RegistrarCall>((self.registrars)(&terms.registrar), who)
    }

    /// The latest instant at which a payment of T can still be heard of for T: two hours after its
    /// cut-off, when batches are sealed. `cut_off` is that of the order, where it has one of its own.
    pub fn sealed_by(&self, t: TradingDay, cut_off: Option<NaiveTime>) -> Timestamp {
        self.calendar.cut_off_by(t, cut_off).plus_millis(OPEN_AFTER_CUT_OFF * 3_600_000)
    }

    /// The instant at which every batch of T can be sealed: two hours after the latest cut-off that a fund
    /// has on it, which is that of a raising where one is later than the exchange's.
    pub fn batches_sealed_from(&self, t: TradingDay) -> Timestamp {
        let listed = self.classes.values().flatten();
        let terms = listed.filter_map(|code| (self.funds)(*code, t.date()));
        let raised = terms.filter(|terms| {
            terms.raising.as_ref().is_some_and(|it| (it.from..=it.through).contains(&t.date()))
        });
        let own = raised.map(|terms| terms.cut_off_for(Way::Subscription)).max().flatten();
        self.sealed_by(t, own).max(self.sealed_by(t, None))
    }

    /// The instant from which orders of that kind no longer belong to their T: a subscription's is
    /// that of its raising.
    pub fn cut_off(&self, terms: &Terms) -> Timestamp {
        self.calendar.cut_off_by(terms.trade_date, self.own_cut_off(terms))
    }

    /// Whether an order of that instant counts for the T of those terms.
    pub fn counts_at(&self, terms: &Terms, at: Timestamp) -> bool {
        let t = self.calendar.t_by(at, self.own_cut_off(terms));
        t.is_ok_and(|t| t == terms.trade_date)
    }

    fn own_cut_off(&self, terms: &Terms) -> Option<NaiveTime> {
        match terms.ask {
            Ask::Subscription { .. } => (self.funds)(terms.fund, terms.trade_date.date())
                .and_then(|fund| fund.cut_off_for(Way::Subscription)),
            Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. } => None,
        }
    }

    /// The T of money that was paid at one instant and heard of at another: the payment's, unless
    /// that batch is sealed; then that of the hearing.
    ///
    /// # Errors
    /// The calendar has ended.
    pub fn t_of_payment(
        &self,
        paid_at: Timestamp,
        heard_at: Timestamp,
        cut_off: Option<NaiveTime>,
    ) -> Result<TradingDay, CalendarError> {
        let paid = self.calendar.t_by(paid_at, cut_off)?;
        if heard_at < self.sealed_by(paid, cut_off) {
            return Ok(paid);
        }
        Ok(paid.max(self.calendar.t_by(heard_at, cut_off)?))
    }

    /// The instant of a request as its caller tells it; now, where the request has none. No later than our own
    /// clock says, and no more than one T before it.
    ///
    /// # Errors
    /// The possible instants, in words.
    pub fn asked_at(
        &self,
        asked_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Timestamp, String> {
        let Some(asked_at) = asked_at else { return Ok(now) };
        let t = |at| self.calendar.t_of(at);
        let Ok(earliest) = t(now).and_then(|today| self.calendar.before(today)) else {
            return Ok(asked_at);
        };
        if t(asked_at).is_ok_and(|day| day < earliest) || asked_at > now {
            let from = self.calendar.before(earliest).map(|day| self.calendar.cut_off(day));
            let from = from.unwrap_or(asked_at).min(now);
            return check_instant("at", asked_at, from, now, CLOCK_SKEW)
                .map_err(|out| out.to_string());
        }
        Ok(asked_at)
    }

    /// Whether a request that wants no later T is heard when its own is over.
    ///
    /// # Errors
    /// Its T and its arrival, in words.
    pub fn in_time(
        &self,
        (asked_at, cut_off): (Timestamp, Option<NaiveTime>),
        now: Timestamp,
        only_today: bool,
    ) -> Result<(), String> {
        let t = |at| self.calendar.t_by(at, cut_off);
        match (t(asked_at), t(now)) {
            (Ok(wanted), Ok(day)) if only_today && wanted < day => Err(format!(
                "only T {wanted} was wanted, and it was over when the request came, at {now}"
            )),
            _ => Ok(()),
        }
    }

    /// The T that an instant belongs to.
    ///
    /// # Errors
    /// [`NotDone::Lacks`] past the calendar's end.
    pub fn t_of(&self, at: Timestamp) -> Result<TradingDay, NotDone> {
        self.calendar.t_of(at).map_err(beyond)
    }

    /// The last natural day on which money-fund shares earn that leave on a T.
    ///
    /// # Errors
    /// [`NotDone::Lacks`] past the calendar's end.
    pub fn earns_until(&self, t: TradingDay) -> Result<NaiveDate, NotDone> {
        money_fund::earns_until(&self.calendar, t).map_err(beyond)
    }

    /// What says until when shares earn that left by a record.
    pub fn record_days(&self) -> RecordDays {
        RecordDays::of(self.calendar.clone(), self.funds.clone())
    }

    /// What is promised of an application of that T: a conversion is confirmed by the slower of its two
    /// funds.
    ///
    /// # Errors
    /// [`NotDone::Refused`] past the calendar's end.
    pub fn promise(
        &self,
        funds: &[&FundTerms],
        day: TradingDay,
        Cost { fee, discount, floor }: Cost,
    ) -> Result<Promise, NotDone> {
        let days = funds.iter().map(|fund| fund.confirmed_by(&self.calendar, day));
        let confirm_by = days.collect::<Result<Vec<_>, _>>().map_err(beyond)?;
        let confirm_by = confirm_by.into_iter().max().unwrap_or(day);
        Ok(Promise { fee, discount, floor, confirm_by })
    }

    /// The day itself, or where the exchange does not open on it after all, the next. `None` past the calendar's end.
    fn opens_on(&self, day: TradingDay) -> Option<TradingDay> {
        match self.calendar.day(day.date()) {
            Err(CalendarError::Closed(date)) => self.calendar.after(date).ok(),
            Ok(_) | Err(_) => Some(day),
        }
    }

    /// Noon of the n-th trading day after T. `None` past the calendar's end.
    pub fn noon_after(&self, t: TradingDay, n: u32) -> Option<Timestamp> {
        self.hour_after(t, n, 12)
    }

    /// That hour of the n-th trading day after T, in Shanghai. `None` past the calendar's end.
    pub fn hour_after(&self, t: TradingDay, n: u32, hour: u32) -> Option<Timestamp> {
        let day = self.calendar.plus(self.opens_on(t)?, n).ok()?;
        Some(Timestamp::shanghai(day.date(), NaiveTime::from_hms_opt(hour, 0, 0)?))
    }

    /// From when on no money is asked for any more that was to be paid for T: its cut-off where only T is
    /// wanted, that of the trading day after it otherwise. `None` past the calendar's end.
    pub fn last_charge(
        &self,
        t: TradingDay,
        cut_off: Option<NaiveTime>,
        only_today: bool,
    ) -> Option<Timestamp> {
        if only_today {
            return Some(self.calendar.cut_off_by(t, cut_off));
        }
        self.cut_off_after_by(t, 1, cut_off)
    }

    /// The cut-off of the n-th trading day after T. `None` past the calendar's end.
    pub fn cut_off_after(&self, t: TradingDay, n: u32) -> Option<Timestamp> {
        self.cut_off_after_by(t, n, None)
    }

    /// The same of orders that have a cut-off of their own.
    pub fn cut_off_after_by(
        &self,
        t: TradingDay,
        n: u32,
        cut_off: Option<NaiveTime>,
    ) -> Option<Timestamp> {
        Some(self.calendar.cut_off_by(self.calendar.plus(self.opens_on(t)?, n).ok()?, cut_off))
    }
}

/// The refusal that the trading calendar ends before a day that is needed.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub fn beyond(error: CalendarError) -> NotDone {
    NotDone::Refused(error.to_string().into())
}
