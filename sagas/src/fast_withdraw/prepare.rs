//! A request: may cash go out for these shares now? And why it may not.

use super::{FAST_WITHDRAW, Plan, Promise, Request, saga::FastWithdraw};
use crate::{
    parts::{cancel::NotTakenBack, names::Reserved, payout::NotRedirected},
    withdraw::{balance, reserved_by},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::cash_out::{self, Admitted, CashOut, Way},
    calendar::TradingDay,
    fast_quota::{self, QuotaKey},
    ids::{AccountRef, FundCode, TransactionId},
    money::Money,
    wallet::Entry,
};
use fundflow_kernel::streams::Streams;
use fundflow_runtime::saga::Clash;
use fundflow_runtime::{saga::Preparing, step::Table};

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another request, or a key belongs to another saga. Use a new ID.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// The transaction ID already moved this wallet, in a saga of another kind. Use a new ID.
    #[error("transaction {0} already moved this wallet; use a new transaction ID")]
    TransactionUsed(TransactionId),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] cash_out::Refusal),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// The case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// Money of ours goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
    /// The cash may be out at any instant after the request.
    #[error("a fast withdrawal cannot be taken back")]
    Irrevocable,
}

impl FastWithdraw {
    pub(super) fn prepared(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        let (request, asked) = (of.request, of.asked);
        let asked_at = self.house.asked_at(asked.at, of.now);
        let asked_at = asked_at.map_err(cash_out::Refusal::NoTradingDay)?;
        // Nothing that is placed from now on belongs to a T that is over.
        let at = of.now;
        let day = self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date);
        let fund =
            (self.house.funds)(request.fund, day).ok_or(Refusal::UnknownFund(request.fund))?;
        let quota = self.quota(of);
        let plan = Plan::of(self, of.id, request, &quota);
        let wallet = plan.wallet.state(streams);
        if wallet.is_some_and(|wallet| wallet.entry(of.id) != Entry::default()) {
            return Err(Refusal::TransactionUsed(of.id.clone()));
        }
        let used = self.used(streams, of, &quota);
        let admitted = cash_out::admit(&CashOut {
            way: Way::Fast { by: self.by.clone(), used },
            shares: request.shares,
            at,
            investor: asked.investor.clone(),
            account: request.account.clone(),
            fund,
            balance: balance(wallet),
            reserved_by: reserved_by(wallet),
            calendar: self.house.calendar.clone(),
        });
        let admitted = admitted.map_err(|refusal| self.offering(refusal, of, day))?;
        let admitted = Admitted { requested_at: asked_at, ..admitted };
        let (by, holder) = (self.by.clone(), self.holder.clone());
        Ok((
            Promise {
                admitted,
                quota,
                counted_before: Vec::new(),
                counted_on: Vec::new(),
                by_code: true,
                by,
                holder,
            },
            &FAST_WITHDRAW,
        ))
    }

    /// What counts towards that quota already, under all keys.
    pub(super) fn used(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
        quota: &QuotaKey,
    ) -> Money {
        let plan = Plan::of(self, of.id, of.request, quota);
        let used = streams.state(&plan.quota).map_or(Money::ZERO, fast_quota::State::used);
        plan.others.iter().map(|other| other.used(streams)).fold(used, Money::plus_or_most)
    }

    /// An ordinary withdrawal is offered only where those can be called whom it needs.
    fn offering(
        &self,
        refusal: cash_out::Refusal,
        of: &Preparing<'_, Self>,
        day: NaiveDate,
    ) -> cash_out::Refusal {
        let mut callees = self.house.to_registrars(&[of.request.fund], day);
        callees.push(self.house.to_bank());
        if of.can_call(&callees) { refusal } else { refusal.without_ordinary() }
    }

    /// The quota of the natural day of now, in Shanghai: the cash goes out at once, whenever it was asked for.
    /// All share classes of the fund count together.
    pub(super) fn quota(&self, of: &Preparing<'_, Self>) -> QuotaKey {
        let (code, day) = (of.request.fund, of.now.date());
        QuotaKey {
            investor: of.request.investor.clone(),
            fund: (self.house.funds)(code, day).map_or(code, |terms| terms.master),
            distributor: self.distributor_of(of.request),
            day,
        }
    }

    /// The code of whoever is asked: that of the request, or the house's own.
    pub(super) fn distributor_of(&self, request: &Request) -> AccountRef {
        request.distributor.as_ref().map_or_else(|| self.distributor.clone(), AccountRef::from)
    }
}
