//! The words of a conversion's table: what is asked, what can be read off the log, what is done, whom
//! it calls, how it ends.

use fundflow_domain::{
    application::Designated,
    ids::{DistributorCode, FundCode, InvestorId},
    money::Shares,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who converts.
    pub investor: InvestorId,
    /// The fund that is left.
    pub fund: FundCode,
    /// The fund that is bought.
    pub into: FundCode,
    /// How many shares leave; all of the lots that were chosen, or all that are free, where nothing is
    /// said. That is counted once, when the request is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// Lots that the investor chose, by the serial of the confirmation that registered them; empty:
    /// in the fund's sequence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Designated>,
    /// Take it back rather than move to a later T.
    pub only_today: bool,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// What the shares are worth counts towards the target's limit of the day.
    Counted,
    /// Removed from the day limits.
    GivenBack,
    /// Shares are (or were) earmarked.
    Reserved,
    /// The earmark is gone, and nothing was taken.
    Released,
    /// The order is placed.
    Placed,
    /// It will not be: the later T refuses it, the investor wants no later one or took it back.
    TurnedAway,
    /// Its day was not refused, or it is being taken back with it, or too late for that.
    StandsOnDay,
    /// The registrar's front took it.
    Accepted,
    /// It is over, and the shares are still there.
    Rejected,
    /// The registrar's last word on it is shares of the target, and its numbers add up.
    Confirmed,
    /// The holdings gave what the registrar took, and keep nothing for the order any more.
    Taken,
    /// The investor's holdings, or the wallet, show the target's lot.
    Credited,
    /// The holdings show what the records registered so far.
    Booked,
    /// The conversion is over.
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
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Have it taken back: all orders of its day are refused.
    FallWithDay,
    /// Count what the shares are worth towards the target's limit of the day.
    Count,
    /// Take it back from it.
    GiveBack,
    /// Earmark the shares, so that no other order takes them.
    Reserve,
    /// Give the earmark back.
    Release,
    /// Store the order with its T before a registrar is called.
    Place,
    /// Take what the registrar took.
    Take,
    /// Show the target's lot.
    Credit,
    /// Close the order that nobody answered.
    CloseOrder,
    /// Name what came of an end that a person has.
    HandOver,
    /// End the process, with what the investor owns by then.
    End(Ending),
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Hand the order in.
    Convert,
    /// Take the order back: refused from its cut-off on.
    Cancel,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// From when on an order of T is not handed in any more, where only T is wanted.
    OrderUnwanted,
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed it.
    ConfirmDue,
    /// Noon of the trading day after that.
    ConfirmOverdue,
}

/// Endings, by what the investor then owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Shares of the target and, if the conversion was partial, the rest of the source's.
    Completed,
    /// The shares of the source, free to use.
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
