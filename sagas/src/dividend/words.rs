//! The words of a dividend's tables: what the registrar states, and what is remembered of it.

use crate::ports::bank::BankAnswer;
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{AccountRef, FundCode, InvestorId, RegistrarCode, TransactionId},
    money::{Amount, Nav, Shares},
    orders::Serial,
};
use serde::{Deserialize, Serialize};

/// What the caller asks for, under [its own name](id). Repeating it is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The registrar that states it.
    pub registrar: RegistrarCode,
    /// The registrar's number of the record.
    pub serial: Serial,
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// The fund that gives it.
    pub fund: FundCode,
    /// The day whose holders get it (权益登记日).
    pub record_date: NaiveDate,
    /// The day on which the registrar booked it.
    pub confirmed_on: NaiveDate,
    /// Shares that it was reckoned on.
    pub basis: Shares,
    /// What the investor gets.
    pub given: Given,
}

/// What the investor gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// Shares that it was reinvested in (红利再投资).
    Reinvested {
        /// How many the registrar registered.
        shares: Shares,
        /// The price that they were bought at.
        nav: Nav,
        /// What they cost, in yuan.
        amount: Amount,
    },
    /// Money that is paid out (现金红利).
    Cash {
        /// Yuan to the fen.
        amount: Amount,
        /// The day on which the fund pays (红利发放日).
        paid_on: NaiveDate,
        /// The investor's account that it goes to.
        account: AccountRef,
    },
}

/// The transaction ID of a dividend: `dividend.{registrar}.{serial}`. `None` where the number has characters that no
/// ID has, or too many.
pub fn id(registrar: &RegistrarCode, serial: &Serial) -> Option<TransactionId> {
    TransactionId::new(format!("dividend.{registrar}.{serial}")).ok()
}

/// What was decided on a request: nothing beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {}

/// What happens to the process. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// It begins; nothing is booked yet.
    Opened {},
    /// The holdings have the lot, or the dividend that is owed.
    Booked {},
    /// A person stops it before that.
    Halted {},
}

/// What is remembered of milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// It is under way.
    pub opened: bool,
    /// The holdings have it.
    pub booked: bool,
    /// A person stopped it before that.
    pub halted: bool,
}

/// Something the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// It is under way.
    Opened,
    /// The holdings have it.
    Booked,
    /// A person stopped it before that.
    Halted,
    /// The payout was announced.
    PayoutRequested,
    /// The bank has said what became of it.
    PayoutAnswered,
    /// The investor has the money.
    PaidOut,
    /// Money that a person gave up has its case.
    HandedOver,
    /// Its ending is stored.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Note that it is under way.
    Open,
    /// Book the lot, or what is owed.
    Book,
    /// Note that a person stopped it before that.
    Halt,
    /// Announce the payout.
    RequestPayout,
    /// Wait for a person to name another account.
    AskForAccount,
    /// Open the case of money that a person gave up.
    HandOver,
    /// Close it in that way.
    End(Ending),
}

/// Calls to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Pay the money out.
    PayOut,
}

/// Times that rows refer to, in Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// 09:00 of the day on which the fund pays.
    MoneyDue,
    /// The cut-off of the trading day after the one on which the investor is to have it.
    MoneyOverdue,
}

/// How it can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The shares are a lot of the investor's.
    Completed,
    /// The investor has the money.
    PaidOut,
    /// Nothing was booked.
    Stopped,
}

/// What the bank says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(pub BankAnswer);
