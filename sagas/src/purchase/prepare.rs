//! A request: may it be placed, for which T, at which charge? And why it may not.

use super::{
    Purchase, Request,
    plan::{ORDER, occurrence},
    saga::View,
    table_for,
};
use crate::parts::{
    application::ApplicationLeg,
    cancel::NotTakenBack,
    leaving::latest_nav,
    limits::{stream_of, used, used_by_others},
    names::Reserved,
    occurrence::{NotAsked, Occurrence},
    payment::PaymentLeg,
    payout::{NotRedirected, PayoutLeg},
};
use fundflow_domain::{
    admission::{
        self,
        buying::{self, Admitted, Again, Buying, Way},
        countable::{Uncountable, countable},
    },
    calendar::TradingDay,
    fund::{FundKind, FundTerms},
    holdings::{HoldingId, Holdings, State},
    ids::{FundCode, OrderId},
    investor::AnotherAccount,
    limits::LimitKey,
    money::{Nav, Shares},
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
    /// Shares of a money-market fund belong in a wallet.
    #[error(
        "fund {0} is a money-market fund, whose shares belong in a wallet; a purchase buys other funds"
    )]
    MoneyFund(FundCode),
    /// No plan asks for it.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// The shares would be more than can be counted. Ask for less.
    #[error(transparent)]
    Uncountable(#[from] Uncountable),
    /// Nothing is taken back, or the case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// Interest goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
    /// The purchase does not wait for anybody to say when it was paid.
    #[error("the T of this purchase is not in question")]
    NotUndated,
}

impl Purchase {
    /// The terms that decide a request of that instant: a raising may have another cut-off.
    fn terms_at(&self, request: &Request, at: Timestamp) -> Result<Arc<FundTerms>, Refusal> {
        let on = |day| (self.house.funds)(request.fund, day);
        let today = on(at.date()).ok_or(Refusal::UnknownFund(request.fund))?;
        match buying::trade_date(request.way, at, &today, &self.house.calendar) {
            Ok(t) => on(t.date()).ok_or(Refusal::UnknownFund(request.fund)),
            // The admission says so.
            Err(_) => Ok(today),
        }
    }

    fn limit_of(&self, of: &Preparing<'_, Self>) -> Option<LimitKey> {
        let (request, asked) = (of.request, of.asked);
        let fund = self.terms_at(request, of.now).ok()?;
        let t = buying::trade_date(request.way, of.now, &fund, &self.house.calendar).ok()?;
        let who = (asked.investor.customer_type, asked.channel);
        buying::limit_key(&fund, &request.investor, who, t)
    }

    pub(super) fn reads_of(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let order = OrderId::part(of.id, ORDER);
        let mut needs = vec![
            ApplicationLeg::of(&order).key.need(),
            PaymentLeg::of(&order).key.need(),
            holdings(of.request).need(),
        ];
        needs.extend(
            (of.request.way == Way::Subscription).then(|| PayoutLeg::of(&order).key.need()),
        );
        needs.extend(self.limit_of(of).map(|key| stream_of(&key).need()));
        needs.extend(occurrence(of.request.way, of.id).as_ref().map(Occurrence::need));
        needs
    }

    pub(super) fn prepared(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        let (request, asked) = (of.request, of.asked);
        let no_day = |why| admission::Refusal::NoTradingDay { why };
        let asked_at = self.house.asked_at(asked.at, of.now).map_err(no_day)?;
        // Money that comes from now on counts for no T that is over.
        let fund = self.terms_at(request, of.now)?;
        let by = (asked_at, fund.cut_off_for(request.way));
        self.house.in_time(by, of.now, request.only_today).map_err(no_day)?;
        if fund.kind == FundKind::Money {
            return Err(Refusal::MoneyFund(fund.code));
        }
        let mut investor = asked.investor.clone();
        let held = streams.state(&holdings(request));
        if held.is_some_and(|state| !state.registered().is_zero()) {
            investor.holds.insert(fund.code);
        }
        let admitted = buying::admit(&Buying {
            way: request.way,
            amount: request.amount,
            at: of.now,
            investor,
            fund,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            used: used(streams, self.limit_of(of).as_ref()),
            calendar: self.house.calendar.clone(),
        });
        if request.way == Way::RegularPlan {
            self.is_due(streams, of, asked_at)?;
        }
        let admitted = Admitted { requested_at: asked_at, ..admitted? };
        asked.investor.owns(&request.account)?;
        let nav = match request.way {
            Way::Subscription => Some(Nav::ONE),
            Way::Purchase | Way::RegularPlan => {
                latest_nav(&self.house, request.fund, admitted.trade_date.date())
            }
        };
        let held = held.map_or(Shares::ZERO, State::registered);
        if let Some(nav) = nav {
            countable(request.fund, Some(held), admitted.amount(request.amount), nav)?;
        }
        Ok((admitted, table_for(request.way)))
    }

    /// The plan agreed to exactly this, for the T of the request.
    fn is_due(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
        at: Timestamp,
    ) -> Result<(), NotAsked> {
        let request = of.request;
        Occurrence::asked(streams, (of.id, at), &self.house.calendar, |terms| {
            vec![
                ("investor", terms.investor != request.investor),
                ("account", terms.account != request.account),
                ("fund", terms.fund != request.fund),
                ("amount", terms.amount != request.amount),
                ("distributor", terms.distributor != request.distributor),
                ("wallet_fund", terms.wallet_fund.is_some()),
            ]
        })
    }

    /// Decides again for a later T. What the transaction itself counts is not held against it.
    pub(super) fn readmitted(
        &self,
        view: &View<'_>,
        trade_date: TradingDay,
    ) -> Result<Admitted, Refusal> {
        let request = &view.open.request;
        let was = view.open.notes.promise(&view.open.promise);
        let fund = (self.house.funds)(request.fund, trade_date.date());
        let fund = fund.ok_or(Refusal::UnknownFund(request.fund))?;
        let who = (was.customer, was.channel);
        let key = buying::limit_key(&fund, &request.investor, who, trade_date);
        let again = Again {
            trade_date,
            amount: was.amount(request.amount),
            investor: request.investor.clone(),
            fund,
            used: used_by_others(view.streams, key.as_ref(), view.id),
            calendar: self.house.calendar.clone(),
        };
        Ok(buying::readmit(was, &again)?)
    }
}

impl Refusal {
    /// The rule of the business that says no, if one does.
    pub(super) const fn rule(&self) -> Option<&admission::Refusal> {
        match self {
            Refusal::NotAdmitted(rule) => Some(rule),
            Refusal::Clash(_)
            | Refusal::Reserved(_)
            | Refusal::AnotherAccount(_)
            | Refusal::UnknownFund(_)
            | Refusal::MoneyFund(_)
            | Refusal::NotAsked(_)
            | Refusal::Uncountable(_)
            | Refusal::NotTakenBack(_)
            | Refusal::NotRedirected(_)
            | Refusal::NotUndated => None,
        }
    }
}

fn holdings(request: &Request) -> Key<Holdings> {
    Key::of(&HoldingId { investor: request.investor.clone(), fund: request.fund })
}
