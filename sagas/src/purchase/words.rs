//! The words of a purchase's tables: what is asked, what can be read off the log, what is done, whom
//! it calls, how it ends.

use fundflow_domain::{
    admission::buying::Way,
    ids::{AccountRef, DistributorCode, FundCode, InvestorId},
    money::Amount,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who buys.
    pub investor: InvestorId,
    /// Pays, and receives any refund.
    pub account: AccountRef,
    /// The fund; a money-market fund is bought by a recharge.
    pub fund: FundCode,
    /// Yuan, fee included.
    pub amount: Amount,
    /// Purchase, subscription, or the occurrence of a plan whose name the transaction ID holds.
    pub way: Way,
    /// Send the money back rather than move to a later T.
    pub only_today: bool,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The plan knows that this occurrence is under way, or what became of it.
    Begun,
    /// The plan knows that nothing came of it.
    Missed,
    /// The plan knows that it was carried out.
    CarriedOut,
    /// The amount counts towards the day's limit.
    Counted,
    /// Removed from the day limits.
    GivenBack,
    /// A charge may be on its way.
    PaymentRequested,
    /// The full amount arrived.
    Paid,
    /// No money came and none will.
    Declined,
    /// The T that the money counts for is known.
    Dated,
    /// The rules of that T admit it.
    Admitted,
    /// They do not, or the investor wants no later T, or took it back in time.
    TurnedAway,
    /// Its day was not refused, or it is being taken back with it, or too late for that.
    StandsOnDay,
    /// The order is placed.
    Placed,
    /// The registrar's front took it.
    Accepted,
    /// The registrar has the money of a subscription.
    Received,
    /// It is over without shares.
    Rejected,
    /// The registrar's last word on it is shares, and its numbers add up.
    Confirmed,
    /// What was not accepted of the money is on its way back.
    RestReturned,
    /// The investor's holdings show every lot of it.
    Credited,
    /// The payment is being sent back.
    RefundRequested,
    /// Every requested refund has arrived.
    NothingOwed,
    /// The same of the refunds of that lane. Lanes count from 1.
    NothingOwedIn(usize),
    /// What the money of a failed raising earned is to be paid out, or it earned nothing.
    InterestOwed,
    /// The bank said what became of that, or there is none.
    InterestAnswered,
    /// It arrived, or there is none.
    InterestPaid,
    /// No account refuses it.
    InterestTaken,
    /// The purchase is over.
    Ended,
    /// Nothing is to be taken back of it any more.
    CancelSettled,
    /// The registrar does not take it back.
    CancelRefused,
    /// No charge is under way without an owner.
    PaymentClosed,
    /// No order is to be closed without the registrar's word.
    OrderClosed,
    /// The registrar's last word on it is there, if it was ever placed.
    OrderHeard,
    /// The plan waits for no outcome.
    PlanSettled,
    /// What was given up and brings no shares counts towards no limit.
    NothingCounts,
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
    /// Have it taken back: all orders of its day are refused.
    FallWithDay,
    /// Tell the plan that this occurrence is under way.
    Begin,
    /// Tell the plan that nothing came of it.
    Miss,
    /// Tell the plan that it was carried out.
    CarryOut,
    /// Tell the plan what became of it, after a person has given it up.
    SettleDate,
    /// Count the amount towards the day's limit.
    Count,
    /// Take it back from it.
    GiveBack,
    /// Store the charge before the bank is called.
    RequestPayment,
    /// Nothing: only a person can say which T the money counts for.
    AwaitDate,
    /// Decide again for the T that the money counts for.
    Readmit,
    /// Store the order with its T before a registrar is called.
    Place,
    /// Send back what was not accepted of the money.
    ReturnRest,
    /// Show the lots among the holdings.
    Credit,
    /// Send the payment back.
    RequestRefund,
    /// Announce the payout of what the money of a failed raising earned.
    OweInterest,
    /// A person names another account, since the bank refuses the first.
    AskForAccount,
    /// Close the charge that nobody answered, so that a late payment goes back.
    ClosePayment,
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
    /// Charge the investor's account, once under the payment's number.
    Charge,
    /// Send the next refund; of earlier tables.
    Refund,
    /// Send the next refund of that lane. Lanes count from 1.
    RefundIn(usize),
    /// Hand the order in.
    Buy,
    /// Take the order back.
    Cancel,
    /// Pay out what the money of a failed raising earned.
    Interest,
    /// Pay what a person owes the investor by closing a case, the next of that lane. Lanes count from 1.
    Compensate(usize),
    /// Ask the bank what became of money that a person took over; nothing is moved by that.
    AskBank,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// From when on no money is asked for any more: the cut-off of T where only that is wanted, of the
    /// trading day after it otherwise.
    ChargeUnwanted,
    /// From when on an order of T is not handed in any more, where only T is wanted.
    OrderUnwanted,
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed it, or received a subscription.
    ConfirmDue,
    /// Noon of the trading day after that.
    ConfirmOverdue,
    /// Noon of the day on which a subscription must have become shares, or money again, by the terms that are in force
    /// on it.
    FoundedDue,
    /// Noon of the trading day after that.
    FoundedOverdue,
    /// The cut-off of the third trading day after a refund was asked for; of earlier tables.
    MoneyOverdue,
    /// The same of the refund that is next in that lane. Lanes count from 1.
    RefundOverdueIn(usize),
    /// The cut-off of the trading day after interest was due.
    InterestOverdue,
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
    /// Shares of the fund and, if the purchase was partial, the rest of the money.
    Completed,
    /// The money, back on the account it came from, or never taken.
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
