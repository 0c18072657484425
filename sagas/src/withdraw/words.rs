//! The words of a withdrawal's table: what is asked, what can be read off the log, what is done,
//! whom it calls, how it ends.

use fundflow_domain::{
    application::OnHuge,
    ids::{AccountRef, DistributorCode, FundCode, InvestorId},
    investor::InvestorProfile,
    money::Shares,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// Receives the money: the account that paid for the shares.
    pub account: AccountRef,
    /// Code of the money-market fund whose shares the wallet holds.
    pub fund: FundCode,
    /// How many leave; all that are available where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// What becomes of shares that a huge redemption leaves unconfirmed.
    #[serde(default)]
    pub on_huge: OnHuge,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Further input of the decision, beside the request. Not stored.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Papers and account, as known at this instant.
    pub investor: InvestorProfile,
    /// When the investor asked; by the engine's clock without.
    pub at: Option<Timestamp>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Shares are (or were) earmarked.
    Reserved,
    /// The earmark is gone, and the shares are still there.
    Released,
    /// The redemption is placed.
    Placed,
    /// The registrar's front took it.
    Accepted,
    /// It is over, and the shares are still there.
    Rejected,
    /// The registrar's last word on it is money, in full or in part, and its numbers add up.
    Confirmed,
    /// The shares have left the wallet.
    TakenOut,
    /// Unpaid income that was paid along is booked as paid.
    IncomeSettled,
    /// Each record that may be paid has a payout of its own.
    PayoutsForeseen,
    /// Everything that is due to the investor was announced to the bank.
    PayoutsRequested,
    /// The bank answered every payout that was announced; of `withdraw.v2`.
    PayoutsAnswered,
    /// The bank answered every payout of that lane that was announced. Lanes count from 1.
    LaneAnswered(usize),
    /// The investor has all of the money.
    AllPaidOut,
    /// The one sum is to be paid out.
    PayoutRequested,
    /// The bank said what became of the last attempt.
    PayoutAnswered,
    /// The bank says that the money arrived.
    PaidOut,
    /// The withdrawal is over.
    Ended,
    /// Nothing is to be taken back of it any more.
    CancelSettled,
    /// The registrar does not take it back.
    CancelRefused,
    /// The wallet is as the registrar's records and the cases say.
    Booked,
    /// No redemption is to be closed without the registrar's word.
    Closed,
    /// The registrar's last word on it is there, if it was ever placed.
    Heard,
    /// No shares are earmarked.
    NothingReserved,
    /// Whatever income left with shares is booked as paid.
    IncomeBooked,
    /// What the redemption brought is to be paid out, or is in dispute or in a person's hands.
    ProceedsRequested,
    /// The bank said what became of it.
    ProceedsAnswered,
    /// No account refused it.
    NoneRefused,
    /// Whatever came of an end that a person has is named, and has its case.
    HandedOver,
    /// No record waits for shares to come.
    NothingMissing,
    /// The bank has answered about what a person owes the investor by closing a case, in that lane. Lanes count
    /// from 1.
    Compensated(usize),
    /// No account refuses that.
    CompensationTaken,
    /// The bank has said what became of all that a person took over while it was under way.
    BankHeard,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Earmark the shares, so that no other order takes them.
    Reserve,
    /// Give the earmark back.
    Release,
    /// Store the redemption with its T before a registrar is called.
    Place,
    /// Close the redemption that nobody answered.
    Close,
    /// Take the shares that were redeemed out of the wallet.
    TakeOut,
    /// Book unpaid income as paid.
    SettleIncome,
    /// Foresee a payout for each record.
    ForeseePayouts,
    /// Announce the next payout.
    RequestPayout,
    /// The bank refuses the account: a person names another.
    AskForAccount,
    /// Name what came of an end that a person has.
    HandOver,
    /// End the process, with what the investor owns by then.
    End(Ending),
    /// The bank refuses the account that money of ours is to go to: a person names another.
    AskForCompensation,
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Hand in the redemption.
    Redeem,
    /// Take the order back: refused from its cut-off on.
    Cancel,
    /// Pay out what was announced first; of earlier tables.
    PayOut,
    /// Pay out what was announced first of that lane. Lanes count from 1.
    PayOutIn(usize),
    /// Pay what a person owes the investor by closing a case, the next of that lane. Lanes count from 1.
    Compensate(usize),
    /// Ask the bank what became of money that a person took over; nothing is moved by that.
    AskBank,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed it, or the next part of it.
    Due,
    /// Noon of the trading day after that.
    Overdue,
    /// Noon of the day on which the fund's money is here.
    MoneyDue,
    /// The cut-off of the trading day after that; of earlier tables.
    MoneyOverdue,
    /// The same, of the payout that is first in that lane. Lanes count from 1.
    LaneOverdue(usize),
    /// The cut-off of the trading day after that was due.
    CompensationOverdue(usize),
    /// From when on it is asked about that: an hour after a person took it over.
    BankAsked,
    /// The cut-off of the trading day after that.
    BankOverdue,
}

/// Endings, by what the investor then owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The money, on the investor's account (and what was not redeemed, in the wallet).
    PaidOut,
    /// The shares, free to use.
    KeptInWallet,
}

impl Ending {
    /// Name for tables and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::PaidOut => "paid out",
            Ending::KeptInWallet => "kept in wallet",
        }
    }
}
