//! What a registrar reckons with: the funds' terms, the prices of the day and the calendar.
//!
//! 1. The registrar's numbers follow from the application, the terms in force on its T and the net
//!    asset values of T; never from what the distributor expects. The charge is the one that the
//!    application carries; where it carries none, that of the fund's schedule.
//! 2. Without a price there is no confirmation, and no rejection either: the application waits.
//! 3. A kind of order that has a cut-off of its own by the terms of its T has it here too. Where there
//!    are no terms a subscription belongs to its T until the hour of its batch: the distributor knows.
//! 4. A market [at par](Market::at_par) knows every fund, at 1.0000 and without fees: for measuring
//!    and for tests that are not about prices.

use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    admission::buying::Way,
    application::{Ask, Terms},
    calendar::{CalendarError, TradingCalendar, TradingDay},
    conversion,
    fund::{FundKind, FundTerms, RedemptionSequence},
    ids::FundCode,
    money::{Nav, Shares},
    purchase, redemption,
    time::Timestamp,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// The hour at which a night's confirmations reach the distributor: eight in the morning.
const HOUR: u32 = 8;

/// Terms, prices and days.
#[derive(Debug)]
pub struct Market {
    calendar: Arc<TradingCalendar>,
    /// By code, the oldest terms first.
    funds: Option<BTreeMap<FundCode, Vec<Arc<FundTerms>>>>,
    navs: RwLock<BTreeMap<(FundCode, NaiveDate), Nav>>,
}

/// Why an application is not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPriced {
    /// The registrar does not keep that fund.
    #[error("fund {0} is not one of this registrar's; check the code")]
    NoFund(FundCode),
    /// The source does not convert into the target.
    #[error("fund {from} does not convert into {into}; choose a target of its list")]
    NoPair {
        /// The fund that is left.
        from: FundCode,
        /// The fund that is converted into.
        into: FundCode,
    },
    /// The price of T is not published yet.
    #[error("the net asset value of {fund} on {day} is not published yet; publish it first")]
    NoNav {
        /// The fund without a price, six digits.
        fund: FundCode,
        /// The day whose price is missing, in Shanghai.
        day: NaiveDate,
    },
    /// The days of the confirmation are not known.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The amount cannot be priced.
    #[error(transparent)]
    Purchase(#[from] purchase::Refusal),
    /// The shares cannot be priced.
    #[error(transparent)]
    Redemption(#[from] redemption::Refusal),
    /// The shares cannot be converted.
    #[error(transparent)]
    Conversion(#[from] conversion::Refusal),
    /// The shares are not there.
    #[error("{0}")]
    NotThere(String),
    /// The shares are there and cannot leave: so many are frozen in all.
    #[error("{text}")]
    Frozen {
        /// Asked for, there, and frozen.
        text: String,
        /// So many in all.
        frozen: Shares,
    },
    /// There is nothing to confirm.
    #[error("{0}")]
    Nothing(String),
}

impl Market {
    /// Every fund, at 1.0000, without fees, confirmed on T+1.
    pub fn at_par(calendar: Arc<TradingCalendar>) -> Self {
        Self { calendar, funds: None, navs: RwLock::default() }
    }

    /// Funds with these terms; what is applied for is decided by those in force on its T. Prices are
    /// [published](Self::publish) later; a money-market fund's is always 1.
    pub fn of(
        calendar: Arc<TradingCalendar>,
        terms: impl IntoIterator<Item = Arc<FundTerms>>,
    ) -> Self {
        let mut funds: BTreeMap<FundCode, Vec<Arc<FundTerms>>> = BTreeMap::new();
        for terms in terms {
            funds.entry(terms.code).or_default().push(terms);
        }
        for history in funds.values_mut() {
            history.sort_by_key(|terms| terms.effective_from);
        }
        Self { calendar, funds: Some(funds), navs: RwLock::default() }
    }

    /// Makes a price known. Publishing again corrects it for what is not confirmed yet.
    pub fn publish(&self, fund: FundCode, day: NaiveDate, nav: Nav) {
        self.navs.write().unwrap_or_else(PoisonError::into_inner).insert((fund, day), nav);
    }

    /// The price of a fund on a day, if it is known.
    pub fn nav(&self, fund: FundCode, day: NaiveDate) -> Option<Nav> {
        match self.funds.as_ref().map(|funds| funds.get(&fund)) {
            None => Some(Nav::ONE),
            Some(Some(history)) if history.iter().any(|it| it.kind == FundKind::Money) => {
                Some(Nav::ONE)
            }
            Some(_) => {
                let navs = self.navs.read().unwrap_or_else(PoisonError::into_inner);
                navs.get(&(fund, day)).copied()
            }
        }
    }

    /// The funds' terms in force on a day, by code; none of a market at par.
    pub fn funds(&self, day: NaiveDate) -> Vec<&Arc<FundTerms>> {
        let histories = self.funds.iter().flat_map(BTreeMap::values);
        histories.filter_map(|history| in_force(history, day)).collect()
    }

    /// The exchange's open days, which its registrars keep.
    pub fn calendar(&self) -> &TradingCalendar {
        &self.calendar
    }

    /// The terms of a fund that are in force on a day; `None` in a market at par.
    pub(super) fn terms(
        &self,
        fund: FundCode,
        day: NaiveDate,
    ) -> Result<Option<&FundTerms>, NotPriced> {
        let Some(funds) = &self.funds else { return Ok(None) };
        let terms = funds.get(&fund).and_then(|history| in_force(history, day));
        terms.map(|terms| Some(terms.as_ref())).ok_or(NotPriced::NoFund(fund))
    }

    /// The price of T.
    pub(super) fn price(&self, fund: FundCode, day: NaiveDate) -> Result<Nav, NotPriced> {
        self.nav(fund, day).ok_or(NotPriced::NoNav { fund, day })
    }

    /// The last price that is known on a day, which need not be that day's; 1 if none is.
    pub(super) fn last_price(&self, fund: FundCode, day: NaiveDate) -> Nav {
        let of_day = self.nav(fund, day);
        let earlier = || {
            let navs = self.navs.read().unwrap_or_else(PoisonError::into_inner);
            navs.range((fund, NaiveDate::MIN)..=(fund, day)).next_back().map(|(_, nav)| *nav)
        };
        of_day.or_else(earlier).unwrap_or(Nav::ONE)
    }

    /// Which lots of a fund leave first.
    pub(super) fn sequence(
        &self,
        fund: FundCode,
        day: NaiveDate,
    ) -> Result<RedemptionSequence, NotPriced> {
        Ok(self.terms(fund, day)?.map(|terms| terms.redemption_sequence).unwrap_or_default())
    }

    /// Whether leaving it costs nothing, out of whichever lots.
    pub(super) fn is_money(&self, fund: FundCode, day: NaiveDate) -> bool {
        let terms = self.terms(fund, day).ok().flatten();
        terms.is_some_and(|terms| terms.kind == FundKind::Money)
    }

    /// The cut-off that orders of that kind have of their own; `None`: the exchange's.
    pub(super) fn own_cut_off(&self, terms: &Terms) -> Option<NaiveTime> {
        let fund = self.terms(terms.fund, terms.trade_date.date()).ok()??;
        let way = match terms.ask {
            Ask::Subscription { .. } => Way::Subscription,
            Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. } => return None,
        };
        fund.cut_off_for(way)
    }

    /// The instant from which such an order no longer belongs to its T.
    pub(super) fn cut_off(&self, terms: &Terms) -> Timestamp {
        let night = self.calendar.plus(terms.trade_date, 1).map(|day| Self::hour_of(day.date()));
        if let (None, Ask::Subscription { .. }, Ok(night)) = (&self.funds, &terms.ask, night) {
            return night;
        }
        self.calendar.cut_off_by(terms.trade_date, self.own_cut_off(terms))
    }

    /// The day on which an application for that T is confirmed: a conversion by the slower of its two funds.
    pub(super) fn decided_on(&self, terms: &Terms, t: TradingDay) -> Result<NaiveDate, NotPriced> {
        let on = self.confirmed_on(terms.fund, t)?;
        match terms.ask {
            Ask::Conversion { into, .. } => Ok(on.max(self.confirmed_on(into, t)?)),
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => Ok(on),
        }
    }

    /// The first day on which a fund can have shares of its raising, by its last terms that have one.
    pub(super) fn founded_on(&self, fund: FundCode) -> Option<NaiveDate> {
        let history = self.funds.as_ref()?.get(&fund)?;
        let raising = history.iter().rev().find_map(|terms| terms.raising.as_ref())?;
        raising.founded_from(&self.calendar).ok().map(TradingDay::date)
    }

    /// The day on which the fund's registrar confirms what was applied for on T.
    ///
    /// # Errors
    /// [`NotPriced`].
    pub fn confirmed_on(&self, fund: FundCode, t: TradingDay) -> Result<NaiveDate, NotPriced> {
        let on = match self.terms(fund, t.date())? {
            Some(terms) => terms.confirmed_by(&self.calendar, t)?,
            None => self.calendar.plus(t, 1)?,
        };
        Ok(on.date())
    }

    /// The first T after that one on which the fund lets shares leave: what a huge redemption left is asked
    /// for again on it. `None` past the calendar's end.
    pub(super) fn leaves_after(&self, fund: FundCode, t: TradingDay) -> Option<TradingDay> {
        let mut day = self.calendar.plus(t, 1).ok()?;
        while let Ok(Some(terms)) = self.terms(fund, day.date())
            && !terms.status_on(day.date()).permits_redemption()
        {
            day = self.calendar.plus(day, 1).ok()?;
        }
        Some(day)
    }

    /// The instant from which a confirmation of that day can be heard.
    pub fn hour_of(day: NaiveDate) -> Timestamp {
        Timestamp::shanghai(day, NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default())
    }
}

fn in_force(history: &[Arc<FundTerms>], day: NaiveDate) -> Option<&Arc<FundTerms>> {
    history.iter().rev().find(|terms| terms.effective_from <= day)
}
