//! A request: may it be placed, for which T, on which terms? And why it may not.

use super::{
    Plan, Request,
    saga::{DiscountPurchase, View},
    table_for,
};
use crate::house::House;
use crate::parts::{
    cancel::NotTakenBack,
    limits::{limit_key, used, used_by_others},
    payout::NotRedirected,
};
use fundflow_domain::{
    admission::{self, Admission, Admitted, DayUse, Readmission, admit, readmit},
    calendar::TradingDay,
    day_limit::{DayLimit, stream_id},
    fund::FundTerms,
    holdings::{HoldingId, Holdings},
    ids::{FundCode, TransactionId, WalletId},
    investor::AnotherAccount,
    limits::LimitKey,
    modes::ConversionMode,
    money::Shares,
    time::Timestamp,
    wallet::{self, Credit, Reservation, Wallet},
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::{saga::Preparing, step::Table};
use std::sync::Arc;

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Same transaction ID, another request. Use a new ID for a new request.
    #[error("the transaction ID already stands for another request; it differs in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A fund cannot be converted into itself.
    #[error("wallet fund and target fund are both {0}")]
    SameFund(FundCode),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// The transaction ID already moved this wallet, in a saga of another kind. Use a new ID.
    #[error("transaction {0} already moved this wallet; use a new transaction ID")]
    TransactionUsed(TransactionId),
    /// A key that would be handed out belongs to another saga. Use a new ID.
    #[error("{key} belongs to {kind} {transaction}; use a new transaction ID")]
    KeyTaken {
        /// The stream of the key.
        key: String,
        /// The kind of saga that has it.
        kind: String,
        /// The transaction that has it.
        transaction: TransactionId,
    },
    /// Its own cut-off has passed, or it is sealed.
    #[error("asked at {at}, but this purchase could be taken back only before {cut_off}")]
    TooLateToCancel {
        /// When it was asked.
        at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
    /// There is nothing that could be taken back.
    #[error("{0}")]
    NothingToCancel(&'static str),
    /// A case that is not open on it, or that says no.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// A payout that goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
    /// The purchase does not wait for anybody to say when it was paid.
    #[error("the T of this purchase is not in question")]
    NotUndated,
}

impl DiscountPurchase {
    pub(super) fn funds_on(
        &self,
        day: chrono::NaiveDate,
        wallet: FundCode,
        target: FundCode,
    ) -> Result<(Arc<FundTerms>, Arc<FundTerms>), FundCode> {
        let terms = |code| (self.house.funds)(code, day).ok_or(code);
        Ok((terms(wallet)?, terms(target)?))
    }

    /// The T of an instant, or its date past the calendar's end: the admission will say so.
    fn day_of(&self, at: Timestamp) -> chrono::NaiveDate {
        self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date)
    }

    pub(super) fn reads_of(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let mut needs = Plan::own_needs(of.id, self.may_redeem(of));
        needs.push(wallet_key(of.request).need());
        needs.push(holdings_key(of.request).need());
        let at = of.asked.at.unwrap_or(of.now);
        for key in self.limit_keys(of, at).into_iter().flatten() {
            needs.push(Key::<DayLimit>::of(&stream_id(&key)).need());
        }
        needs
    }

    fn limit_keys(&self, of: &Preparing<'_, Self>, at: Timestamp) -> [Option<LimitKey>; 2] {
        let (request, asked) = (of.request, of.asked);
        let Ok(t) = self.house.calendar.t_of(at) else { return [None, None] };
        let funds = self.funds_on(t.date(), request.wallet_fund, request.target_fund);
        let Ok((wallet, target)) = funds else { return [None, None] };
        let (customer, channel) = (asked.investor.customer_type, asked.channel);
        [wallet, target].map(|fund| limit_key(&fund, (&request.investor, customer, channel), t))
    }

    pub(super) fn prepared(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        let (request, asked) = (of.request, of.asked);
        if request.wallet_fund == request.target_fund {
            return Err(Refusal::SameFund(request.target_fund));
        }
        let at = asked.at.unwrap_or(of.now);
        let (wallet_fund, target_fund) = self
            .funds_on(self.day_of(at), request.wallet_fund, request.target_fund)
            .map_err(Refusal::UnknownFund)?;
        let wallet = streams.state(&wallet_key(request));
        let entry = wallet.map(|wallet| wallet.entry(of.id)).unwrap_or_default();
        if entry.credit != Credit::None || entry.reservation != Reservation::None {
            return Err(Refusal::TransactionUsed(of.id.clone()));
        }
        let keys = self.limit_keys(of, at);
        let [of_wallet, of_target] = keys.map(|key| used(streams, key.as_ref()));
        let admitted = admit(&Admission {
            amount: request.amount,
            at,
            mode: request.mode,
            investor: asked.investor.clone(),
            wallet_fund,
            target_fund,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            used_today: DayUse { wallet_fund: of_wallet, target_fund: of_target },
            available: wallet.map_or(Shares::ZERO, wallet::State::available),
            calendar: self.house.calendar.clone(),
        })?;
        asked.investor.owns(&request.account)?;
        let table = table_for(admitted.mode);
        Ok((admitted, table))
    }

    /// Decides again for the T that the money counts for.
    pub(super) fn readmitted(
        &self,
        view: &View<'_>,
        was: &Admitted,
        trade_date: TradingDay,
    ) -> Result<Admitted, Refusal> {
        let request = &view.open.request;
        let (wallet_fund, target_fund) = self
            .funds_on(trade_date.date(), request.wallet_fund, request.target_fund)
            .map_err(Refusal::UnknownFund)?;
        let who = (&request.investor, was.customer, was.channel);
        let used_of = |fund: &FundTerms| {
            let key = limit_key(fund, who, trade_date);
            used_by_others(view.streams, key.as_ref(), view.id)
        };
        let used =
            DayUse { wallet_fund: used_of(&wallet_fund), target_fund: used_of(&target_fund) };
        let again = Readmission {
            trade_date,
            amount: was.amount(request.amount),
            investor: request.investor.clone(),
            wallet_fund,
            target_fund,
            used,
            calendar: self.house.calendar.clone(),
        };
        Ok(readmit(was, &again)?)
    }

    /// Whether the mode may turn out to be the one that redeems.
    fn may_redeem(&self, of: &Preparing<'_, Self>) -> bool {
        if let Some(mode) = of.request.mode {
            return mode == ConversionMode::RedeemToPurchase;
        }
        let day = self.day_of(of.asked.at.unwrap_or(of.now));
        let funds = self.funds_on(day, of.request.wallet_fund, of.request.target_fund);
        funds.is_ok_and(|(wallet, target)| wallet.registrar != target.registrar)
    }
}

/// The limits of both funds that an order of that T counts against.
pub(super) fn limit_keys_on(
    house: &House,
    request: &Request,
    was: &Admitted,
    t: TradingDay,
) -> Vec<LimitKey> {
    let terms = |code| (house.funds)(code, t.date());
    let who = (&request.investor, was.customer, was.channel);
    let key = |code| limit_key(&*terms(code)?, who, t);
    [request.wallet_fund, request.target_fund].into_iter().filter_map(key).collect()
}

fn holdings_key(request: &Request) -> Key<Holdings> {
    Key::of(&HoldingId { investor: request.investor.clone(), fund: request.target_fund })
}

fn wallet_key(request: &Request) -> Key<Wallet> {
    Key::of(&WalletId { investor: request.investor.clone(), fund: request.wallet_fund })
}

impl Refusal {
    /// The rule of the business that says no, if one does.
    pub(super) const fn rule(&self) -> Option<&admission::Refusal> {
        match self {
            Refusal::NotAdmitted(rule) => Some(rule),
            Refusal::DiffersFromFirst { .. }
            | Refusal::SameFund(_)
            | Refusal::UnknownFund(_)
            | Refusal::TransactionUsed(_)
            | Refusal::KeyTaken { .. }
            | Refusal::AnotherAccount(_)
            | Refusal::TooLateToCancel { .. }
            | Refusal::NothingToCancel(_)
            | Refusal::NotTakenBack(_)
            | Refusal::NotRedirected(_)
            | Refusal::NotUndated => None,
        }
    }
}
