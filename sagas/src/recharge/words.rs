//! The words of a recharge's table: what is asked, what can be read off the log, what is done, whom
//! it calls, how it ends.

use fundflow_domain::{
    ids::{AccountRef, DistributorCode, FundCode, InvestorId, VersionTag},
    investor::{InvestorProfile, SalesChannel},
    money::Amount,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Owns the wallet, and pays.
    pub investor: InvestorId,
    /// Pays, and receives any refund.
    pub account: AccountRef,
    /// Code of the money-market fund whose shares the wallet holds.
    pub fund: FundCode,
    /// Yuan; as many shares at 1.00.
    pub amount: Amount,
    /// Send the money back rather than move to a later T.
    #[serde(default)]
    pub only_today: bool,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Further input of the decision, beside the request. Not stored.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Level, papers and account, as known at this instant.
    pub investor: InvestorProfile,
    /// Through whom it was asked for.
    pub channel: SalesChannel,
    /// The risk warning that the investor has confirmed, where one was needed.
    pub warning_confirmed: Option<VersionTag>,
    /// When the investor asked; by the engine's clock without.
    pub at: Option<Timestamp>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
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
    /// The purchase is placed.
    Placed,
    /// The registrar's front took it.
    Accepted,
    /// It is over without shares.
    Rejected,
    /// The wallet shows its shares in transit.
    Credited,
    /// The shares in transit are gone again.
    CreditReversed,
    /// The registrar confirmed it, in full or in part, and its numbers add up.
    Confirmed,
    /// The wallet holds its lot.
    CreditConfirmed,
    /// What the registrar did not accept is going back.
    RestReturned,
    /// The whole payment is going back.
    RefundRequested,
    /// Every requested refund has arrived.
    NothingOwed,
    /// The same of the refunds of that lane. Lanes count from 1.
    NothingOwedIn(usize),
    /// The recharge is over.
    Ended,
    /// Nothing is to be taken back of it any more.
    CancelSettled,
    /// The registrar does not take it back.
    CancelRefused,
    /// No charge is under way without an owner.
    PaymentClosed,
    /// The wallet is as the registrar's records and the cases say.
    Booked,
    /// No purchase is to be closed without the registrar's word.
    Closed,
    /// The registrar's last word on it is there, if it was ever placed.
    Heard,
    /// No shares are in transit.
    NothingInTransit,
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
    /// Store the purchase with its T before a registrar is called.
    Place,
    /// Show the shares in transit.
    CreditInTransit,
    /// Turn what is in transit into a lot.
    ConfirmCredit,
    /// Send back what the registrar did not accept.
    ReturnRest,
    /// Take the shares in transit away again.
    ReverseCredit,
    /// Send the payment back.
    RequestRefund,
    /// Close the charge that nobody answered, so that a late payment goes back.
    ClosePayment,
    /// Close the purchase that nobody answered.
    Close,
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
    /// Hand in the purchase.
    Buy,
    /// Take the order back: refused from its cut-off on.
    Cancel,
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
    /// Noon of the day on which the registrar must have confirmed it.
    Due,
    /// Noon of the trading day after that.
    Overdue,
    /// The cut-off of the third trading day after a refund was asked for; of earlier tables.
    MoneyOverdue,
    /// The same of the refund that is next in that lane. Lanes count from 1.
    RefundOverdueIn(usize),
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
    /// Shares of the money fund, and any rest of the money.
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
