//! Why a command to holdings is refused.

use crate::{
    claims::ClaimedByAnother,
    ids::{LotId, OrderId},
    money::Shares,
    orders::Serial,
};

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A credit, reservation, freeze or dispute of no shares.
    #[error("0.00 shares are asked for; at least 0.01 must be")]
    NoShares,
    /// A sum would leave the range of shares.
    #[error("{0} more shares are more than can be counted")]
    OutOfRange(Shares),
    /// The lot was credited with other details: a caller's mistake.
    #[error("lot {0} was already credited with other details")]
    CreditedDifferently(LotId),
    /// The reservation was released before it came, or after it.
    #[error("the reservation of order {0} was released and cannot be made any more")]
    AlreadyReleased(OrderId),
    /// Same order, other shares, sequence or lots: a caller's mistake.
    #[error("order {0} already reserved other shares")]
    ReservedDifferently(OrderId),
    /// No such lot stands.
    #[error("there is no lot {0}")]
    UnknownLot(LotId),
    /// The lots that the investor chose are not as many shares as are asked for.
    #[error("{asked} shares are asked for, and {designated} in the lots that were chosen")]
    DesignationDiffers {
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// Shares that are named lot by lot, to 0.01.
        designated: Shares,
    },
    /// A lot that the investor chose has too few shares.
    #[error("{asked} shares are asked for of lot {lot}; {free} of it are free")]
    LotTooSmall {
        /// The lot that was named.
        lot: LotId,
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// What nobody else chose of it.
        free: Shares,
    },
    /// More than is free, or more than was reserved.
    #[error("order {order} asks for {asked} shares; {free} are free for it")]
    TooFew {
        /// The order that asks for the shares.
        order: OrderId,
        /// Shares that the transaction or order asks for.
        asked: Shares,
        /// Shares that are free for the order, to 0.01.
        free: Shares,
    },
    /// Nothing is reserved for that order.
    #[error("order {0} has no reserved shares")]
    NothingReserved(OrderId),
    /// The registrar took the last of it; there is nothing to release.
    #[error("the registrar took the shares of order {0}; they cannot be released")]
    AlreadyTaken(OrderId),
    /// One confirmation with two numbers.
    #[error("confirmation {serial} took {known} shares, and now says otherwise")]
    TakenDifferently {
        /// The serial number of the registrar's confirmation.
        serial: Serial,
        /// Shares of the same record that took effect.
        known: Shares,
    },
    /// No such confirmation took shares of that order.
    #[error("confirmation {serial} took no shares of order {order}")]
    UnknownTaking {
        /// The order whose taking is corrected.
        order: OrderId,
        /// The serial number of the registrar's confirmation.
        serial: Serial,
    },
    /// A correction of what another record corrected, or the same record with other details.
    #[error("correction {0} contradicts an earlier one")]
    CorrectedDifferently(Serial),
    /// A lot cannot become smaller than what left it, unless other lots make up for that.
    #[error("{taken} shares have left lot {lot}, which would have had {shares}")]
    BelowTaken {
        /// The lot whose shares are corrected.
        lot: LotId,
        /// Shares that have left the lot.
        taken: Shares,
        /// What it should have been.
        shares: Shares,
    },
    /// One record states one dividend.
    #[error("record {0} has stated another dividend")]
    DeclaredDifferently(Serial),
    /// A freeze or dispute that was lifted, before it came or after.
    #[error("{0} was lifted and cannot be set any more")]
    AlreadyLifted(Serial),
    /// One freeze or dispute with two numbers.
    #[error("{mark} makes {known} shares unavailable, not {asked}")]
    MarkedDifferently {
        /// The record or case.
        mark: Serial,
        /// Shares of the same record that took effect.
        known: Shares,
        /// Shares of this request, to 0.01.
        asked: Shares,
    },
    /// After a correction the lots cannot give what was reserved of them.
    #[error("the lots cannot give the {asked} shares of order {order} any more")]
    NotCovered {
        /// The order whose shares were taken already.
        order: OrderId,
        /// Shares that the record takes, to 0.01.
        asked: Shares,
    },
    /// Of an order that another transaction has claimed for.
    #[error(transparent)]
    OfAnother(#[from] ClaimedByAnother),
}
