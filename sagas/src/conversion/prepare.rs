//! A request: may the shares become those of the target, on which T, and how many? And why not.

use super::{
    CONVERSION,
    saga::{Conversion, ORDER},
};
use crate::parts::{
    application::ApplicationLeg,
    cancel::NotTakenBack,
    holdings::HoldingsPart,
    leaving::{held, latest_nav},
    limits::{stream_of, used},
    names::Reserved,
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::{
        buying::limit_key,
        leaving::{self, Admitted, Into, Leaving},
    },
    calendar::TradingDay,
    fund::FundTerms,
    holdings::{HoldingId, Holdings},
    ids::{FundCode, OrderId},
    limits::LimitKey,
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::saga::Clash;
use fundflow_runtime::{saga::Preparing, step::Table};
use std::sync::Arc;

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another request, or a key belongs to another saga. Use a new ID.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// The transaction ID already reserved shares of the fund. Use a new ID.
    #[error("order {0} already reserved shares of this fund; use a new transaction ID")]
    OrderUsed(OrderId),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] leaving::Refusal),
    /// Nothing is taken back, or the case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
}

impl Conversion {
    /// The T of an instant, or its date past the calendar's end: the admission will say so.
    fn day_of(&self, at: Timestamp) -> NaiveDate {
        self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date)
    }

    fn fund(&self, fund: FundCode, at: Timestamp) -> Result<Arc<FundTerms>, Refusal> {
        (self.house.funds)(fund, self.day_of(at)).ok_or(Refusal::UnknownFund(fund))
    }

    fn limit_of(&self, of: &Preparing<'_, Self>) -> Option<LimitKey> {
        let at = of.now;
        let into = self.fund(of.request.into, at).ok()?;
        let t = self.house.calendar.t_of(at).ok()?;
        let who = (of.asked.investor.customer_type, of.asked.channel);
        limit_key(&into, &of.request.investor, who, t)
    }

    pub(super) fn reads_of(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let (request, order) = (of.request, OrderId::part(of.id, ORDER));
        let holdings = HoldingsPart::of(&request.investor, request.fund, &order);
        let mut needs = vec![ApplicationLeg::of(&order).key.need(), holdings.key.need()];
        needs.push(target(of).need());
        needs.extend(self.limit_of(of).map(|key| stream_of(&key).need()));
        needs
    }

    pub(super) fn prepared(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        let (request, asked) = (of.request, of.asked);
        let asked_at = self.house.asked_at(asked.at, of.now).map_err(leaving::Refusal::no_day)?;
        let in_time = self.house.in_time((asked_at, None), of.now, request.only_today);
        in_time.map_err(leaving::Refusal::no_day)?;
        // Nothing that is placed from now on belongs to a T that is over.
        let at = of.now;
        let (fund, into) = (self.fund(request.fund, at)?, self.fund(request.into, at)?);
        let order = OrderId::part(of.id, ORDER);
        let part = HoldingsPart::of(&request.investor, request.fund, &order);
        let state = streams.state(&part.key);
        if state.is_some_and(|state| state.reservation(&order).is_some()) {
            return Err(Refusal::OrderUsed(order));
        }
        let mut investor = asked.investor.clone();
        if streams.state(&target(of)).is_some_and(|held| !held.registered().is_zero()) {
            investor.holds.insert(into.code);
        }
        let leaving = Leaving {
            shares: request.shares,
            chosen: request.lots.iter().map(|it| (it.serial.clone(), it.shares)).collect(),
            at,
            investor,
            held: held(state, fund.redemption_sequence),
            fund,
            into: None,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            calendar: self.house.calendar.clone(),
        };
        let nav = latest_nav(&self.house, request.fund, self.day_of(at));
        let used = used(streams, self.limit_of(of).as_ref());
        let into = Some(Into { fund: into, nav, used });
        let admitted = leaving::admit(&Leaving { into, ..leaving })?;
        Ok((Admitted { requested_at: asked_at, ..admitted }, &CONVERSION))
    }
}

fn target(of: &Preparing<'_, Conversion>) -> Key<Holdings> {
    Key::of(&HoldingId { investor: of.request.investor.clone(), fund: of.request.into })
}
