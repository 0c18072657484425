//! The words of a redemption's table: what is asked, what can be read off the log, what is done, whom
//! it calls, how it ends.

use fundflow_domain::{
    application::{Designated, OnHuge},
    ids::{AccountRef, DistributorCode, FundCode, InvestorId},
    money::Shares,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who redeems.
    pub investor: InvestorId,
    /// Receives the money; the account that paid for the shares.
    pub account: AccountRef,
    /// The fund that is left.
    pub fund: FundCode,
    /// How many leave; all of the lots that were chosen, or all that are free, where nothing is said. That
    /// is counted once, when the request is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// Lots that the investor chose, by the serial of the confirmation that registered them; empty:
    /// in the fund's sequence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Designated>,
    /// What becomes of the rest when the fund redeems only a part.
    pub on_huge: OnHuge,
    /// Take it back rather than move to a later T.
    pub only_today: bool,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Shares are (or were) earmarked.
    Reserved,
    /// The earmark is gone, and nothing was taken.
    Released,
    /// The order is placed.
    Placed,
    /// It will not be: the later T refuses it, the investor wants no later one or took it back.
    TurnedAway,
    /// The registrar's front took it.
    Accepted,
    /// It is over, and the shares are still there.
    Rejected,
    /// The registrar's last word on it is money, and its numbers add up.
    Confirmed,
    /// The holdings gave what the registrar took, and keep nothing for the order any more.
    Taken,
    /// Each record that may be paid has a payout of its own.
    PayoutsForeseen,
    /// Everything that is due to the investor was announced to the bank.
    PayoutsRequested,
    /// The bank answered every payout that was announced; of the earlier table.
    PayoutsAnswered,
    /// The bank answered every payout of that lane that was announced. Lanes count from 1.
    LaneAnswered(usize),
    /// The bank refuses none of them.
    NoneRefused,
    /// The investor has all of the money.
    PaidOut,
    /// The redemption is over.
    Ended,
    /// Nothing is to be taken back of it any more.
    CancelSettled,
    /// The registrar does not take it back.
    CancelRefused,
    /// No order is to be closed without the registrar's word.
    OrderClosed,
    /// The registrar's last word on it is there, if it was ever placed.
    OrderHeard,
    /// No shares are earmarked.
    NothingReserved,
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
    /// Store the order with its T before a registrar is called.
    Place,
    /// Take what the registrar took.
    Take,
    /// Foresee a payout for each record.
    ForeseePayouts,
    /// Announce the next payout.
    RequestPayout,
    /// A person names another account, since the bank refuses the first.
    AskForAccount,
    /// Close the order that nobody answered.
    CloseOrder,
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
    /// Hand the order in.
    Redeem,
    /// Take the order back: refused from its cut-off on.
    Cancel,
    /// Pay out what was announced first; of the earlier table.
    Payout,
    /// Pay out what was announced first of that lane. Lanes count from 1.
    PayoutIn(usize),
    /// Pay what a person owes the investor by closing a case, the next of that lane. Lanes count from 1.
    Compensate(usize),
    /// Ask the bank what became of money that a person took over; nothing is moved by that.
    AskBank,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// From when on an order of T is not handed in any more, where only T is wanted.
    OrderUnwanted,
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed it, or what was carried over.
    ConfirmDue,
    /// Noon of the trading day after that.
    ConfirmOverdue,
    /// Noon of the day on which the money of the next payout is here.
    MoneyDue,
    /// The cut-off of the trading day after that, or after it was asked for; of the earlier table.
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
    /// The money, and the shares that were not redeemed.
    Completed,
    /// The shares, free to use.
    RolledBack,
}

impl Ending {
    /// Name for tables and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Completed => "completed",
            Ending::RolledBack => "failed",
        }
    }
}
