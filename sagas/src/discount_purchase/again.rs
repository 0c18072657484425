//! What is decided again when the T of a purchase moves: in which mode it goes on, what is promised then, and why
//! nothing is.
//!
//! 1. A mode that the investor named stays. Where none was named, the earliest price of what works on the later T
//!    is taken, and the saga goes on by the table of that mode. Shares that were held before are reserved, and no
//!    money is paid for them: they are converted, or stay.
//! 2. What cannot be carried out, since somebody whom it would call cannot be called, is not promised.
//! 3. A refusal that names modes names those in which the same order would be taken for that T.

use super::{
    limits::LimitKeys,
    prepare::{Books, Refusal},
    saga::{DiscountPurchase, View},
};
use crate::{
    parts::{
        later::{NotOn, Unreachable},
        limits::used_by_others,
    },
    withdraw::balance,
};
use fundflow_domain::{
    admission::{
        self, Admitted,
        again::{Readmission, readmit},
        offers,
    },
    calendar::TradingDay,
    modes::ConversionMode,
};
use fundflow_runtime::port::Ports;

impl DiscountPurchase {
    /// What is promised for that T, or why nothing is.
    pub(super) fn admitted_on(
        &self,
        view: &View<'_>,
        ports: Option<&Ports>,
        day: TradingDay,
    ) -> Result<Admitted, NotOn> {
        if view.open.request.only_today {
            return Err(NotOn::unwanted(day, view.open.promise.trade_date));
        }
        let refused = |refusal| match refusal {
            Refusal::Unreachable(nobody) => NotOn::from(nobody),
            other => NotOn::refused(&other, other.rule()),
        };
        let again = self.readmission(view, day).map_err(refused)?;
        let mode = mode_on(view, &again);
        let admitted = self.carried_out(view, ports, (&again, mode));
        admitted.map_err(|refusal| {
            refused(match refusal {
                Refusal::NotAdmitted(rule) => self.instead(view, ports, (&again, mode), rule),
                other => other,
            })
        })
    }

    /// The mode in which it would go on, on that T.
    pub(super) fn mode_of(&self, view: &View<'_>, day: TradingDay) -> ConversionMode {
        let was = view.open.notes.promise(&view.open.promise).mode;
        self.readmission(view, day).map_or(was, |again| mode_on(view, &again))
    }

    /// What is promised on the T that was promised, where others were faster at a limit.
    pub(super) fn readmitted(&self, view: &View<'_>) -> Result<Admitted, Refusal> {
        let was = view.open.notes.promise(&view.open.promise);
        Ok(readmit(was, &self.readmission(view, was.trade_date)?, was.mode)?)
    }

    /// What is promised in that mode, where everybody whom it would call can be called.
    fn carried_out(
        &self,
        view: &View<'_>,
        ports: Option<&Ports>,
        (again, mode): (&Readmission, ConversionMode),
    ) -> Result<Admitted, Refusal> {
        let was = view.open.notes.promise(&view.open.promise);
        let admitted = readmit(was, again, mode)?;
        let callees = self.callees_of(&view.open.request, &admitted);
        Unreachable::none_on(again.trade_date, &callees, ports)?;
        Ok(admitted)
    }

    /// The refusal with the modes in which it would be taken instead.
    fn instead(
        &self,
        view: &View<'_>,
        ports: Option<&Ports>,
        (again, mode): (&Readmission, ConversionMode),
        rule: admission::Refusal,
    ) -> Refusal {
        let others = ConversionMode::ALL.into_iter().filter(|other| *other != mode);
        let tried = |mode| {
            let outcome = self.carried_out(view, ports, (again, mode)).map(drop);
            (
                mode,
                outcome.map_err(|refusal| match refusal {
                    Refusal::NotAdmitted(rule) => offers::against(&rule),
                    other => other.to_string(),
                }),
            )
        };
        Refusal::NotAdmitted(rule.offering(|| others.map(tried).collect()))
    }

    fn readmission(&self, view: &View<'_>, trade_date: TradingDay) -> Result<Readmission, Refusal> {
        let request = &view.open.request;
        let was = view.open.notes.promise(&view.open.promise);
        let (wallet_fund, target_fund) = self
            .funds_on(trade_date.date(), request.wallet_fund, request.target_fund)
            .map_err(Refusal::UnknownFund)?;
        let keys = LimitKeys::moved(&self.house, request, was, (trade_date, &ConversionMode::ALL));
        let keys = keys.unwrap_or_default();
        let books = Books::of(view.streams, request);
        Ok(Readmission {
            trade_date,
            amount: was.amount(request.amount),
            investor: request.investor.clone(),
            holds: books.held(request),
            later: self.house.later((&wallet_fund, &target_fund), trade_date),
            wallet_fund,
            target_fund,
            used: keys.used(|key| used_by_others(view.streams, Some(key), view.id)),
            balance: balance(books.wallet),
            lots: books.wallet.map(|it| it.lots_left_to(view.id)).unwrap_or_default(),
            calendar: self.house.calendar.clone(),
        })
    }
}

/// The mode that stays, or the earliest price.
fn mode_on(view: &View<'_>, again: &Readmission) -> ConversionMode {
    let was = view.open.notes.promise(&view.open.promise);
    let chosen = view.open.request.mode.is_none() && was.mode.buys_the_money_fund();
    if chosen { again.earliest() } else { was.mode }
}
