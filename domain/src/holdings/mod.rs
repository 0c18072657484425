//! An investor's shares of one target fund, lot by lot, and who may use them.
//!
//! ```text
//! lot:          credited --CorrectCredit--> reversed, and a new lot in its place
//! reservation:  none --Reserve--> held --Take, more to come--> held --Take, finished--> finished
//!                 |                 `--Release--> released (the rest is free again)
//!                 `---Release (nothing was held)--> released: a later Reserve is refused
//! taken:        --CorrectTake--> reversed, and a new taking in its place
//!               --WithdrawTake--> reversed, and reserved again for the registrar's next word
//! frozen, held: none --Freeze, FollowRegister, Hold--> set
//!                                        set --Unfreeze, FollowRegister, Unhold--> lifted (for ever)
//! dividend:     none --Declare--> declared (its money is a payout's)
//! claim:        none --Claim--> stands --Claim (none left), WaiveClaim--> lifted, waived
//! ```
//!
//! 1. available = registered - reserved - frozen - held, and never more than was credited. What claims
//!    keep back is held.
//! 2. The register is the truth on lots, freezes and corrections: none of them is refused because
//!    shares are reserved. What is missing then is missing from what is available.
//! 3. A reservation pins how many shares, in which sequence, and the lots that the investor chose.
//!    Which other lots leave is decided when the registrar took them. Where its record names lots, those left.
//! 4. A correction reverses an earlier fact and posts a new one under the corrected record; no fact is
//!    ever edited.
//! 5. Every entry is keyed on the order, lot, record or case that made it; a command repeated decides
//!    nothing, and what was undone before it came never comes.

#[cfg(test)]
mod again_tests;
#[cfg(test)]
mod claim_tests;
mod decide;
mod dividend;
mod evolve;
mod leaving;
#[cfg(test)]
mod leaving_tests;
mod lot;
mod lots;
#[cfg(test)]
pub(crate) mod properties;
mod refusal;
#[cfg(test)]
mod refusal_tests;
mod state;
mod stored;
#[cfg(test)]
mod tests;

pub use dividend::Dividend;
pub use lot::{Credit, Lot};
pub use refusal::Refusal;
pub use state::{Mark, Reservation, Standing, State, Taking};

use crate::{
    decider::Decider,
    freeze::{Frozen, FrozenBy, FrozenCause},
    fund::RedemptionSequence,
    ids::{FundCode, InvestorId, LotId, OrderId, TransactionId},
    money::Shares,
    orders::{Cause, LotTaken, Serial},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One investor's shares of one fund; as a text the ID of their stream, `{investor}.{fund}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldingId {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// The fund that they are of.
    pub fund: FundCode,
}

impl fmt::Display for HoldingId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.investor, self.fund)
    }
}

impl HoldingId {
    /// Reads a stream's ID back. Only the investor may hold a dot, so it is unambiguous.
    pub fn parse(id: &str) -> Option<Self> {
        let (investor, fund) = id.rsplit_once('.')?;
        Some(Self { investor: investor.parse().ok()?, fund: fund.parse().ok()? })
    }
}

/// A request to the holdings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The registrar registered shares: a lot.
    Credit(Box<Credit>),
    /// Earmark shares for an order (try).
    Reserve {
        /// The order that will take them.
        order: OrderId,
        /// How many shares to reserve.
        shares: Shares,
        /// Which lots leave first, by the fund's contract of that day.
        sequence: RedemptionSequence,
        /// The lots that the investor chose; empty: by the sequence.
        designated: Vec<LotTaken>,
    },
    /// The order takes no more of what it reserved (cancel).
    Release(OrderId),
    /// The registrar took so many of the reserved shares (confirm).
    Take {
        /// The order that reserved them.
        order: OrderId,
        /// The registrar's confirmation of it.
        serial: Serial,
        /// How many shares to take.
        shares: Shares,
        /// The order's T: lots that were registered later were not there, and leave last.
        trade_date: NaiveDate,
        /// The lots that the record names, as far as they are known; empty: by the reservation.
        named: Vec<LotTaken>,
        /// No more will be taken: what is still reserved is free again.
        finished: bool,
    },
    /// An order of a court or a creditor freezes shares.
    Freeze {
        /// The record of that order.
        record: Serial,
        /// How many the order names.
        shares: Shares,
        /// On whose behalf: a court, a creditor or the investor (codes 0 to 4).
        cause: FrozenCause,
    },
    /// The order of that record is lifted.
    Unfreeze {
        /// What the order froze under.
        record: Serial,
        /// The record that lifts it. What the register's last word still counts stays frozen under it.
        by: Serial,
    },
    /// The register says how many shares are frozen.
    FollowRegister {
        /// The record that says so.
        record: Serial,
        /// The day that it speaks of.
        on: NaiveDate,
        /// How many, in all or besides.
        frozen: Frozen,
    },
    /// Shares are in dispute until a case is closed.
    Hold {
        /// The case that disputes the shares.
        case: Serial,
        /// How many shares to hold.
        shares: Shares,
    },
    /// The case is closed.
    Unhold(Serial),
    /// So many shares that the order's record moved are not there; none, once it is booked.
    Claim {
        /// The order whose record it is.
        order: OrderId,
        /// Transaction of the order.
        transaction: TransactionId,
        /// Shares in all lots together, to 0.01.
        shares: Shares,
    },
    /// A person made up for them in another way.
    WaiveClaim(OrderId),
    /// The registrar corrected a confirmation that credited a lot.
    CorrectCredit {
        /// The lot that it credited.
        lot: LotId,
        /// The registrar's corrected record.
        record: Serial,
        /// The lot that it should have been; none: nothing should have been credited.
        with: Option<Box<Credit>>,
    },
    /// The registrar corrected a confirmation that took shares.
    CorrectTake {
        /// The order that took them.
        order: OrderId,
        /// The confirmation that was wrong.
        serial: Serial,
        /// The registrar's corrected record.
        record: Serial,
        /// How many it should have been; none: 0.00.
        shares: Shares,
        /// The order's T, as in [`Command::Take`].
        trade_date: NaiveDate,
        /// The lots that the corrected record names, as in [`Command::Take`].
        named: Vec<LotTaken>,
    },
    /// The registrar states a dividend in cash.
    Declare(Box<Dividend>),
    /// The registrar took a confirmation back that took shares, and says nothing instead yet.
    WithdrawTake {
        /// The order that took them.
        order: OrderId,
        /// The confirmation that was taken back.
        serial: Serial,
        /// The record that says so.
        record: Serial,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A lot was registered.
    Credited(Box<Credit>),
    /// Earmarked for an order.
    SharesReserved {
        /// The order that will take them.
        order: OrderId,
        /// How many shares are reserved.
        shares: Shares,
        /// Order in which lots leave.
        sequence: RedemptionSequence,
        /// The lots that the investor chose; empty: by the sequence.
        designated: Vec<LotTaken>,
    },
    /// The rest of the reservation is free, or it was refused before it came.
    SharesReleased {
        /// The order that reserved them.
        order: OrderId,
    },
    /// Taken by the registrar.
    SharesTaken {
        /// The order that reserved them.
        order: OrderId,
        /// The registrar's record of it.
        serial: Serial,
        /// How many shares have left.
        shares: Shares,
        /// Out of which lots.
        lots: Vec<LotTaken>,
        /// No more will be taken.
        finished: bool,
    },
    /// Frozen by the register.
    SharesFrozen {
        /// The registrar's record of it.
        record: Serial,
        /// How many shares the record freezes.
        shares: Shares,
        /// Author and reason: code and text.
        cause: Cause,
        /// Whose word it is, which decides what frees them again.
        #[serde(default, skip_serializing_if = "FrozenBy::is_order")]
        by: FrozenBy,
        /// What the register says is frozen in all, where it does not follow from its freezes and those of orders.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_all: Option<Shares>,
    },
    /// Freed by the register, or before the freeze came.
    SharesUnfrozen {
        /// The registrar's record of the freeze.
        record: Serial,
    },
    /// Shares are in dispute, and held for a case.
    SharesHeld {
        /// The case that disputes the shares.
        case: Serial,
        /// How many shares are held for the case.
        shares: Shares,
    },
    /// No longer in dispute, or the case was closed before the dispute came.
    SharesUnheld {
        /// The case that disputed the shares.
        case: Serial,
    },
    /// So many shares that a record took, or took back, are not there: what comes is theirs first.
    SharesClaimed {
        /// The order whose record it is.
        order: OrderId,
        /// Transaction of the order.
        transaction: TransactionId,
        /// How many in all, whatever was claimed for the order before.
        shares: Shares,
    },
    /// Nothing is lacking for that order any more.
    ClaimLifted {
        /// The order that claimed them.
        order: OrderId,
    },
    /// A person made up for the shares in another way: they are free, and the record is not booked.
    ClaimWaived {
        /// The order that claimed them.
        order: OrderId,
    },
    /// Shares had left a lot that never had so many: other lots make up for them.
    MadeUp {
        /// The lot that is about to be corrected.
        lot: LotId,
        /// Out of which lots they have left instead.
        lots: Vec<LotTaken>,
    },
    /// A lot should not have been credited as it was.
    CreditReversed {
        /// The lot that the withdrawn record had brought.
        lot: LotId,
        /// The registrar's corrected record.
        record: Serial,
        /// The lot that stands in its place and has given what it gave.
        replaced_by: Option<LotId>,
    },
    /// The fund owes a dividend in cash; no lot changes.
    DividendDeclared(Box<Dividend>),
    /// Shares should not have been taken as they were; they are back in their lots.
    TakeReversed {
        /// The order that took them.
        order: OrderId,
        /// The confirmation that was wrong.
        serial: Serial,
        /// The registrar's corrected record.
        record: Serial,
        /// The order waits for another word, so they are reserved again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        awaited: bool,
    },
}

/// The holdings' rules.
#[derive(Debug, Clone, Copy)]
pub struct Holdings;

impl Decider for Holdings {
    const CATEGORY: &'static str = "holdings";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }
}
