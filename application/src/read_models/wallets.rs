//! Wallets as people read them.

use super::{StreamFold, Streams, there_and_missing};
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{FundCode, InvestorId, TransactionId, WalletId},
    money::{Income, Shares},
    time::Timestamp,
    wallet::{Wallet, parse_id},
};
use serde::Serialize;

/// Every wallet that had an event, by its ID.
pub type Wallets = Streams<Wallet>;

/// Registered shares of one purchase, or of carried income, that are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotRow {
    /// The purchase; `income.{yyyymmdd}` of carried income.
    pub transaction: TransactionId,
    /// Income that became shares.
    pub carried: bool,
    /// Start of the holding period.
    pub registered: NaiveDate,
    /// Remaining shares, to 0.01.
    pub shares: Shares,
}

/// One wallet in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletRow {
    /// Owner of the shares.
    pub investor: InvestorId,
    /// The money-market fund of the wallet.
    pub fund: FundCode,
    /// Registered shares that an order may take.
    pub available: Shares,
    /// Shares that are paid for and accepted, and that no record has confirmed.
    pub in_transit: Shares,
    /// Earmarked for conversions and redemptions, registered or not.
    pub reserved: Shares,
    /// Frozen by the register.
    pub frozen: Shares,
    /// In dispute under a case, or claimed for a record of the registrar: no more than is registered.
    pub in_dispute: Shares,
    /// What is in dispute or claimed beyond that, and is not there.
    pub missing: Shares,
    /// Earned and not paid yet, in yuan.
    pub unpaid_income: Income,
    /// Registered, free or not.
    pub registered: Shares,
    /// What the registered shares are made of.
    pub lots: Vec<LotRow>,
    /// Instant of its last event.
    pub moved: Timestamp,
}

impl WalletRow {
    /// `None` for an ID that is no wallet's.
    pub fn of(id: &str, fold: &StreamFold<Wallet>) -> Option<Self> {
        let (investor, fund) = parse_id(id)?;
        let state = &fold.loaded.state;
        let lot = |lot: &fundflow_domain::wallet::Lot| LotRow {
            transaction: lot.transaction.clone(),
            carried: lot.carried,
            registered: lot.registered,
            shares: lot.shares,
        };
        let (in_dispute, missing) = there_and_missing(state.disputed(), state.registered());
        Some(Self {
            investor,
            fund,
            available: state.available(),
            in_transit: state.in_transit(),
            reserved: state.reserved(),
            frozen: state.frozen(),
            in_dispute,
            missing,
            unpaid_income: state.unpaid_income(),
            registered: state.registered(),
            lots: state.lots().into_iter().map(lot).collect(),
            moved: fold.moved,
        })
    }

    /// The part of its stream's name after the category.
    pub fn id(&self) -> WalletId {
        WalletId { investor: self.investor.clone(), fund: self.fund }
    }
}
