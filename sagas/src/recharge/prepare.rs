//! A request: may it be placed, for which T? And why it may not.

use super::{
    Plan, RECHARGE, Request,
    saga::{Recharge, View},
};
use crate::parts::{
    cancel::NotTakenBack,
    limits::{stream_of, used, used_by_others},
    names::Reserved,
    payout::NotRedirected,
    wallet::WalletPart,
};
use fundflow_domain::{
    admission::{
        self,
        buying::{self, Admitted, Again, Buying, Way},
        countable::{Uncountable, countable},
    },
    calendar::TradingDay,
    fund::{FundKind, FundTerms},
    ids::{FundCode, TransactionId},
    investor::AnotherAccount,
    limits::LimitKey,
    money::{Nav, Shares},
    time::Timestamp,
    wallet::{self, Entry},
};
use fundflow_kernel::streams::{Need, Streams};
use fundflow_runtime::saga::Clash;
use fundflow_runtime::{saga::Preparing, step::Table};
use std::sync::Arc;

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another request, or a key belongs to another saga. Use a new ID.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// Only a money-market fund can be the wallet.
    #[error("fund {fund} is a {kind} fund and cannot be the wallet; a money-market fund can")]
    NotAMoneyFund {
        /// The fund that was asked for.
        fund: FundCode,
        /// The kind that the fund is of instead.
        kind: FundKind,
    },
    /// The transaction ID already moved this wallet, in a saga of another kind. Use a new ID.
    #[error("transaction {0} already moved this wallet; use a new transaction ID")]
    TransactionUsed(TransactionId),
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// The shares would be more than can be counted. Ask for less.
    #[error(transparent)]
    Uncountable(#[from] Uncountable),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// It is not taken back, or the case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// Money of ours goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
    /// The recharge does not wait for anybody to say when it was paid.
    #[error("the T of this recharge is not in question")]
    NotUndated,
}

impl Recharge {
    /// The terms of the T of an instant, or of its date past the calendar's end: the admission will
    /// say so.
    fn terms_at(&self, fund: FundCode, at: Timestamp) -> Option<Arc<FundTerms>> {
        let day = self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date);
        (self.house.funds)(fund, day)
    }

    fn limit_of(&self, of: &Preparing<'_, Self>) -> Option<LimitKey> {
        let (request, asked) = (of.request, of.asked);
        let fund = self.terms_at(request.fund, of.now)?;
        let who = (asked.investor.customer_type, asked.channel);
        buying::limit_key(&fund, &request.investor, who, self.house.calendar.t_of(of.now).ok()?)
    }

    /// The limit of a later T.
    pub(super) fn limit_on(
        &self,
        request: &Request,
        was: &Admitted,
        day: TradingDay,
    ) -> Option<LimitKey> {
        let fund = (self.house.funds)(request.fund, day.date())?;
        buying::limit_key(&fund, &request.investor, (was.customer, was.channel), day)
    }

    pub(super) fn reads_of(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let mut needs = Plan::own_needs(of.id);
        needs.push(WalletPart::of(&of.request.investor, of.request.fund).key.need());
        needs.extend(self.limit_of(of).map(|key| stream_of(&key).need()));
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
        self.house.in_time((asked_at, None), of.now, request.only_today).map_err(no_day)?;
        // Money that comes from now on counts for no T that is over.
        let fund = self.terms_at(request.fund, of.now).ok_or(Refusal::UnknownFund(request.fund))?;
        if fund.kind != FundKind::Money {
            return Err(Refusal::NotAMoneyFund { fund: fund.code, kind: fund.kind });
        }
        let wallet = WalletPart::of(&request.investor, request.fund);
        let wallet = wallet.state(streams);
        if wallet.is_some_and(|wallet| wallet.entry(of.id) != Entry::default()) {
            return Err(Refusal::TransactionUsed(of.id.clone()));
        }
        let mut investor = asked.investor.clone();
        if wallet.is_some_and(|wallet| !wallet.registered().is_zero()) {
            investor.holds.insert(fund.code);
        }
        let admitted = buying::admit(&Buying {
            way: Way::Purchase,
            amount: request.amount,
            at: of.now,
            investor,
            fund,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            used: used(streams, self.limit_of(of).as_ref()),
            calendar: self.house.calendar.clone(),
        })?;
        asked.investor.owns(&request.account)?;
        let held = wallet.map_or(Some(Shares::ZERO), wallet::State::counted);
        countable(request.fund, held, admitted.amount(request.amount), Nav::ONE)?;
        Ok((Admitted { requested_at: asked_at, ..admitted }, &RECHARGE))
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
        let key = self.limit_on(request, was, trade_date);
        let again = Again {
            trade_date,
            amount: was.amount(request.amount),
            investor: request.investor.clone(),
            fund: fund.ok_or(Refusal::UnknownFund(request.fund))?,
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
            | Refusal::UnknownFund(_)
            | Refusal::NotAMoneyFund { .. }
            | Refusal::TransactionUsed(_)
            | Refusal::Uncountable(_)
            | Refusal::Reserved(_)
            | Refusal::AnotherAccount(_)
            | Refusal::NotTakenBack(_)
            | Refusal::NotRedirected(_)
            | Refusal::NotUndated => None,
        }
    }
}
