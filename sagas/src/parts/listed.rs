//! The terms of funds: those in force on a day, and that they are there at all. Who lacks them waits for them;
//! nothing is guessed in their place.

use crate::house::{Funds, House, beyond};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::later::Later,
    application::{Ask, Confirmation, Terms},
    calendar::TradingDay,
    fund::FundTerms,
    ids::FundCode,
};
use fundflow_runtime::turn::NotDone;
use std::sync::Arc;

/// The terms of a fund in force on a day, or that the catalogue has none.
pub(crate) fn listed(
    funds: &Funds,
    fund: FundCode,
    day: NaiveDate,
) -> Result<Arc<FundTerms>, NotDone> {
    funds(fund, day).ok_or_else(|| {
        let text = format!(
            "the catalogue in use has no terms of fund {fund} for {day}; put the fund's file into it, or go \
             on with a catalogue that has it"
        );
        NotDone::NotListed(text.into())
    })
}

impl House {
    /// The terms of a fund in force on a T.
    ///
    /// # Errors
    /// [`NotDone::NotListed`] for a fund without terms on that day.
    pub fn terms(&self, fund: FundCode, day: TradingDay) -> Result<Arc<FundTerms>, NotDone> {
        self.terms_on(fund, day.date())
    }

    /// The same on a natural day.
    ///
    /// # Errors
    /// [`NotDone::NotListed`] for a fund without terms on that day.
    pub fn terms_on(&self, fund: FundCode, day: NaiveDate) -> Result<Arc<FundTerms>, NotDone> {
        listed(&self.funds, fund, day)
    }

    /// Terms that come into force after that T, and before the last leg of a purchase of both funds.
    pub fn later(&self, funds: (&Arc<FundTerms>, &Arc<FundTerms>), t: TradingDay) -> Later {
        Later::of(&self.calendar, t, funds, |code, day| (self.funds)(code, day))
    }

    /// The day on which the money of a redemption of that T is here: no earlier than the registrar's
    /// word.
    ///
    /// # Errors
    /// [`NotDone::NotListed`] for a fund without terms on that T, [`NotDone::Refused`] past the calendar's end.
    pub fn paid_by(&self, fund: FundCode, t: TradingDay) -> Result<TradingDay, NotDone> {
        self.terms(fund, t)?.paid_by(&self.calendar, t).map_err(beyond)
    }

    /// The day on which the money of all that a redemption of that T brought is here: that of the last part of
    /// it that was confirmed, where the rest was carried over or confirmed late.
    ///
    /// # Errors
    /// As [`Self::paid_by`].
    pub fn all_paid_by(
        &self,
        (fund, t): (FundCode, TradingDay),
        last: Option<&Confirmation>,
    ) -> Result<TradingDay, NotDone> {
        let here = self.paid_by(fund, t)?;
        let Some(last) = last else { return Ok(here) };
        let days = self.terms(fund, t)?.pays_after_word();
        let last = self.calendar.day(last.confirmed_on).ok();
        let after = last.and_then(|day| self.calendar.plus(day, days).ok());
        Ok(after.map_or(here, |day| day.max(here)))
    }

    /// The day on which the money of one record of a redemption is here: that of its own T. What was carried over
    /// is of no earlier T than its word can be of: the fund may have paid nothing on the days between.
    ///
    /// # Errors
    /// As [`Self::paid_by`].
    pub fn record_paid_by(
        &self,
        terms: &Terms,
        (before, said): (&[Confirmation], &Confirmation),
    ) -> Result<TradingDay, NotDone> {
        let mut t = self.t_of_record(terms, (before, said)).map_err(beyond)?;
        let next = |t| self.leaves_from(terms.fund, self.calendar.plus(t, 1)?);
        while t > terms.trade_date
            && let Ok(later) = next(t)
            && let Ok(word) = self.word_from(terms, later)
            && word.date() <= said.confirmed_on
        {
            t = later;
        }
        self.paid_by(terms.fund, t)
    }

    /// All that an order's T decides of it is in the catalogue.
    ///
    /// # Errors
    /// [`NotDone::NotListed`] for the first of its funds without terms on that T.
    pub fn are_listed(&self, terms: &Terms, t: TradingDay) -> Result<Vec<Arc<FundTerms>>, NotDone> {
        let into = match terms.ask {
            Ask::Conversion { into, .. } => Some(into),
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => None,
        };
        std::iter::once(terms.fund).chain(into).map(|fund| self.terms(fund, t)).collect()
    }
}
