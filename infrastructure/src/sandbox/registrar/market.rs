//! What a registrar reckons with: the funds' terms, the prices of the day and the calendar.
//!
//! 1. The registrar's numbers follow from the application, the terms in force on its T and the net
//!    asset values of T; never from what the distributor expects.
//! 2. Without a price there is no confirmation, and no rejection either: the application waits.
//! 3. A market [at par](Market::at_par) knows every fund, at 1.0000 and without fees: for measuring
//!    and for tests that are not about prices.

use super::entry::ApplicationEntry;
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    conversion::{self, Policy},
    fees::{CustomerType, tiers::Charge},
    fund::{FundKind, FundTerms},
    fund_order::{Ask, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed},
    ids::{FundCode, LotId},
    lots::Parcel,
    money::{Amount, Discount, Money, Nav, ShareRounding, Shares},
    purchase,
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

/// Terms, prices and days.
#[derive(Debug)]
pub struct Market {
    calendar: Arc<TradingCalendar>,
    funds: Option<HashMap<FundCode, Arc<FundTerms>>>,
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
        /// The source.
        from: FundCode,
        /// The target.
        into: FundCode,
    },
    /// The price of T is not published yet.
    #[error("the net asset value of {fund} on {day} is not published yet; publish it first")]
    NoNav {
        /// Of which fund.
        fund: FundCode,
        /// On which T.
        day: NaiveDate,
    },
    /// The days of the confirmation are not known.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The amount cannot be priced.
    #[error(transparent)]
    Purchase(#[from] purchase::Refusal),
    /// The shares cannot be converted.
    #[error(transparent)]
    Conversion(#[from] conversion::Refusal),
    /// There is nothing to confirm.
    #[error("{0}")]
    Nothing(String),
}

impl Market {
    /// Every fund, at 1.0000, without fees, confirmed on T+1.
    pub fn at_par(calendar: Arc<TradingCalendar>) -> Self {
        Self { calendar, funds: None, navs: RwLock::default() }
    }

    /// These funds, on the terms that hold on the days to be played. Prices are
    /// [published](Self::publish) later; a money-market fund's is always 1.
    pub fn of(
        calendar: Arc<TradingCalendar>,
        funds: impl IntoIterator<Item = Arc<FundTerms>>,
    ) -> Self {
        let funds = funds.into_iter().map(|terms| (terms.code, terms)).collect();
        Self { calendar, funds: Some(funds), navs: RwLock::default() }
    }

    /// Makes a price known. Publishing again corrects it for what is not confirmed yet.
    pub fn publish(&self, fund: FundCode, day: NaiveDate, nav: Nav) {
        self.navs.write().unwrap_or_else(PoisonError::into_inner).insert((fund, day), nav);
    }

    /// The price of a fund on a day, if it is known.
    pub fn nav(&self, fund: FundCode, day: NaiveDate) -> Option<Nav> {
        let par = || Nav::new(Decimal::ONE).ok();
        match self.funds.as_ref().map(|funds| funds.get(&fund)) {
            None => par(),
            Some(Some(terms)) if terms.kind == FundKind::Money => par(),
            Some(_) => {
                let navs = self.navs.read().unwrap_or_else(PoisonError::into_inner);
                navs.get(&(fund, day)).copied()
            }
        }
    }

    /// The funds, by code; none of a market at par.
    pub fn funds(&self) -> Vec<&Arc<FundTerms>> {
        let mut funds: Vec<_> = self.funds.iter().flat_map(HashMap::values).collect();
        funds.sort_by_key(|terms| terms.code);
        funds
    }

    /// The calendar.
    pub fn calendar(&self) -> &TradingCalendar {
        &self.calendar
    }

    fn terms(&self, fund: FundCode) -> Result<Option<&FundTerms>, NotPriced> {
        let Some(funds) = &self.funds else { return Ok(None) };
        funds.get(&fund).map(|terms| Some(terms.as_ref())).ok_or(NotPriced::NoFund(fund))
    }

    fn price(&self, fund: FundCode, day: NaiveDate) -> Result<Nav, NotPriced> {
        self.nav(fund, day).ok_or(NotPriced::NoNav { fund, day })
    }

    /// The day on which the fund's registrar confirms what was applied for on T.
    ///
    /// # Errors
    /// [`NotPriced`].
    pub fn confirmed_on(&self, fund: FundCode, t: TradingDay) -> Result<NaiveDate, NotPriced> {
        let lag = self.terms(fund)?.map_or(1, |terms| terms.confirm_lag);
        Ok(self.calendar.plus(t, u32::from(lag))?.date())
    }

    /// Confirms `accepted` of a purchase, which may be less than what was asked.
    pub(super) fn purchase(
        &self,
        entry: &ApplicationEntry,
        (asked, accepted): (Amount, Amount),
    ) -> Result<Confirmation, NotPriced> {
        let t = entry.trade_date;
        let terms = self.terms(entry.fund)?;
        let charge = terms
            .map_or(Charge::FREE, |terms| terms.fees.purchase.at(Money::from(accepted)).charge);
        let rounding = terms.map_or(ShareRounding::HalfUp, |terms| terms.share_rounding);
        let nav = self.price(entry.fund, t.date())?;
        let priced = purchase::price(accepted, charge, nav, rounding)?;
        let refund = Money::from(asked).minus(accepted.into()).unwrap_or_default();
        let (amount, fee, shares) = (accepted.into(), priced.fee, priced.shares);
        let told = PurchaseConfirmed { amount, fee, refund, nav, shares };
        self.confirmation(entry, Outcome::Purchase(told))
    }

    /// Confirms the conversion of `shares`, which may be less than what was asked.
    pub(super) fn conversion(
        &self,
        entry: &ApplicationEntry,
        shares: Shares,
    ) -> Result<Confirmation, NotPriced> {
        let Ask::Conversion { into, topup_discount, .. } = &entry.ask else {
            return Err(NotPriced::Nothing("the application is no conversion".to_owned()));
        };
        let day = entry.trade_date.date();
        let (nav_out, nav_in) = (self.price(entry.fund, day)?, self.price(*into, day)?);
        let told = match (self.terms(entry.fund)?, self.terms(*into)?) {
            (Some(source), Some(target)) => {
                let confirmed_on = self.confirmed_on(entry.fund, entry.trade_date)?;
                let parcel = Parcel {
                    lot: LotId::new(entry.no.as_str())
                        .map_err(|error| NotPriced::Nothing(error.to_string()))?,
                    registered_on: day.min(confirmed_on),
                    unit_cost: nav_out,
                    shares,
                    left: Shares::ZERO,
                };
                let terms = conversion::Terms::of(
                    &source.fees,
                    &target.fees,
                    None,
                    CustomerType::Individual,
                    policy(source, target, *topup_discount)?,
                );
                let told = conversion::price(&[parcel], nav_out, nav_in, confirmed_on, terms)?;
                ConversionConfirmed {
                    shares_out: shares,
                    nav_out,
                    redemption_fee: told.redemption_fee,
                    topup_fee: told.topup,
                    net_in: told.net_in,
                    nav_in,
                    shares_in: told.shares_in,
                }
            }
            (None | Some(_), None) | (None, Some(_)) => free(shares, nav_out, nav_in)?,
        };
        self.confirmation(entry, Outcome::Conversion(told))
    }

    fn confirmation(
        &self,
        entry: &ApplicationEntry,
        outcome: Outcome,
    ) -> Result<Confirmation, NotPriced> {
        let confirmed_on = self.confirmed_on(entry.entered_fund(), entry.trade_date)?;
        let serial = super::entry::confirmation_serial(&entry.no);
        Ok(Confirmation { serial, confirmed_on, registered_on: confirmed_on, outcome })
    }
}

/// As the pair of funds agreed, with the discount of this application. A pair that has agreed on
/// nothing does not convert.
fn policy(
    source: &FundTerms,
    target: &FundTerms,
    topup_discount: Discount,
) -> Result<Policy, NotPriced> {
    let pair = source.conversion_into(target.code);
    let pair = pair.ok_or(NotPriced::NoPair { from: source.code, into: target.code })?;
    Ok(Policy { topup_discount, ..pair.policy(target.share_rounding) })
}

fn free(shares: Shares, nav_out: Nav, nav_in: Nav) -> Result<ConversionConfirmed, NotPriced> {
    let nothing = || NotPriced::Nothing(format!("{shares} shares buy nothing at {nav_in}"));
    let net_in = shares.value_half_up(nav_out).ok_or_else(nothing)?;
    let shares_in = net_in.shares_at(nav_in, ShareRounding::HalfUp).ok_or_else(nothing)?;
    let (redemption_fee, topup_fee) = (Money::ZERO, Money::ZERO);
    let shares_out = shares;
    Ok(ConversionConfirmed {
        shares_out,
        nav_out,
        redemption_fee,
        topup_fee,
        net_in,
        nav_in,
        shares_in,
    })
}
