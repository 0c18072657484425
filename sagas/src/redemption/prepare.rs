//! A request: may the shares leave, on which T, and how many? And why they may not.

use super::{
    REDEMPTION,
    saga::{ORDER, Redemption},
};
use crate::parts::{
    application::ApplicationLeg,
    cancel::NotTakenBack,
    holdings::HoldingsPart,
    leaving::held,
    names::Reserved,
    payout::{NotRedirected, PayoutLeg},
};
use fundflow_domain::{
    admission::leaving::{self, Admitted, Leaving},
    calendar::TradingDay,
    ids::{FundCode, OrderId},
    investor::AnotherAccount,
    time::Timestamp,
};
use fundflow_kernel::streams::{Need, Streams};
use fundflow_runtime::saga::Clash;
use fundflow_runtime::{saga::Preparing, step::Table};

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
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] leaving::Refusal),
    /// Nothing is taken back, or the case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// The money goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
}

impl Redemption {
    /// The T of an instant, or its date past the calendar's end: the admission will say so.
    fn day_of(&self, at: Timestamp) -> chrono::NaiveDate {
        self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date)
    }

    pub(super) fn reads_of(of: &Preparing<'_, Self>) -> Vec<Need> {
        let order = OrderId::part(of.id, ORDER);
        let holdings = HoldingsPart::of(&of.request.investor, of.request.fund, &order);
        let payout = PayoutLeg::of(&order);
        vec![ApplicationLeg::of(&order).key.need(), holdings.key.need(), payout.key.need()]
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
        let fund = (self.house.funds)(request.fund, self.day_of(at));
        let fund = fund.ok_or(Refusal::UnknownFund(request.fund))?;
        let order = OrderId::part(of.id, ORDER);
        let part = HoldingsPart::of(&request.investor, request.fund, &order);
        let state = streams.state(&part.key);
        if state.is_some_and(|state| state.reservation(&order).is_some()) {
            return Err(Refusal::OrderUsed(order));
        }
        let admitted = leaving::admit(&Leaving {
            shares: request.shares,
            chosen: request.lots.iter().map(|it| (it.serial.clone(), it.shares)).collect(),
            at,
            investor: asked.investor.clone(),
            held: held(state, fund.redemption_sequence),
            fund,
            into: None,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            calendar: self.house.calendar.clone(),
        })?;
        asked.investor.owns(&request.account)?;
        Ok((Admitted { requested_at: asked_at, ..admitted }, &REDEMPTION))
    }
}
