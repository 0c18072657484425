//! The facts of a wallet: what transactions, the register, cases and days of income did to it.

use super::{LotTaken, Portion};
use crate::{
    freeze::{FrozenBy, FrozenCause},
    ids::{CaseRef, OrderId, RegisterRecord, TransactionId},
    money::{Income, PerTenThousand, Shares},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Paid and accepted, not yet registered.
    CreditedInTransit {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many shares are on their way.
        shares: Shares,
    },
    /// Registered, and no more is on its way: a lot.
    CreditConfirmed {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many, beside the portions of before; more than were in transit, where the register says so.
        shares: Shares,
        /// The lot's registration date.
        #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
        registered: NaiveDate,
    },
    /// A portion of a purchase is registered, and more is on its way.
    PortionCredited {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many; more than were in transit, where the register says so.
        shares: Shares,
        /// The portion's registration date.
        #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
        registered: NaiveDate,
    },
    /// The shares in transit are gone; portions that are registered stay.
    CreditReversed {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
    },
    /// Shares are earmarked for one transaction.
    SharesReserved {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many shares are earmarked.
        shares: Shares,
        /// They are all that there are, or the last that no other order takes, and the unpaid income goes
        /// along.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        with_income: bool,
    },
    /// The reservation is over, or was refused before it came.
    SharesReleased {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
    },
    /// Converted away, without a word on how long they earn; what was reserved above it is free
    /// again. Stored by discount purchases up to 0.2; [`Event::SharesTakenOut`] since.
    SharesSpent {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many shares have left.
        shares: Shares,
        /// Out of which lots: the transaction's own first, then the oldest.
        lots: Vec<LotTaken>,
    },
    /// Redeemed, or converted out, with the last day that they earn; what was reserved above them is
    /// free again.
    SharesTakenOut {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// Shares that left, to 0.01.
        shares: Shares,
        /// Out of which lots: the transaction's own first, then the oldest.
        lots: Vec<LotTaken>,
        /// The natural day before the working day that follows T.
        #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
        earns_through: NaiveDate,
    },
    /// A portion was redeemed or converted out, and more are to come: what is reserved beside it stays
    /// reserved.
    PortionTakenOut {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// How many shares left with this portion and those before it.
        shares: Shares,
        /// Out of which lots: the transaction's own first, then the oldest.
        lots: Vec<LotTaken>,
        /// The natural day before the working day that follows the portion's T.
        #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
        earns_through: NaiveDate,
    },
    /// A corrected record of the registrar replaces a confirmation: reversal and new posting.
    CreditCorrected {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// The registrar's record that takes the place of the one before.
        record: RegisterRecord,
        /// What was confirmed before; zero when it had been rejected.
        reversed: Shares,
        /// What the reversal takes out, the transaction's own lot first.
        lots: Vec<LotTaken>,
        /// Shares by the corrected record, to 0.01.
        shares: Shares,
        /// The new lot: the confirmed shares less those that had left already.
        left: Shares,
        /// The new lot's registration date.
        registered: NaiveDate,
        /// What is on its way again, because the order waits for another word of the registrar.
        #[serde(default, skip_serializing_if = "is_nothing")]
        coming: Shares,
        /// All portions that are confirmed now, each with its registration date; empty where it is one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        portions: Vec<Portion>,
    },
    /// A corrected record of the registrar replaces what it took out: reversal and new posting.
    TakeOutCorrected {
        /// The transaction whose entry of the wallet this is.
        transaction: TransactionId,
        /// The registrar's record that takes the place of the one before.
        record: RegisterRecord,
        /// What was taken out before; zero when the shares had been released.
        reversed: Shares,
        /// What is taken out now.
        shares: Shares,
        /// What comes back, as a lot of the transaction that earns from the day after
        /// `earns_through`.
        returned: Shares,
        /// What leaves besides, the transaction's own lot first, then the oldest.
        lots: Vec<LotTaken>,
        /// What is earmarked again, because the order waits for another word of the registrar.
        held: Shares,
        /// The last natural day on which what leaves earns.
        earns_through: NaiveDate,
        /// All portions that are taken out now, each with its last earning day; empty where only the one
        /// that earns through that day changes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        portions: Vec<Portion>,
    },
    /// The register froze shares: a court, a pledge or the counter.
    SharesFrozen {
        /// The register's record of it.
        record: RegisterRecord,
        /// How many shares the record freezes.
        shares: Shares,
        /// On whose behalf: a court, a creditor or the investor (codes 0 to 4).
        cause: FrozenCause,
        /// Whose word it is, which decides what frees them again.
        #[serde(default, skip_serializing_if = "FrozenBy::is_order")]
        by: FrozenBy,
        /// What the register says is frozen in all, where it does not follow from its freezes and those of orders.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_all: Option<Shares>,
    },
    /// The freeze of that record is lifted.
    SharesUnfrozen {
        /// The record that froze them.
        record: RegisterRecord,
    },
    /// Shares are in dispute and not available until the case is closed.
    SharesHeld {
        /// The case that holds them.
        case: CaseRef,
        /// How many shares are held for the case.
        shares: Shares,
    },
    /// The case no longer holds them.
    SharesUnheld {
        /// The case that held them.
        case: CaseRef,
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
    /// One natural day's income is owed and not paid.
    IncomeAccrued {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// Which publication of the fund's figure: 0 the first, 1 its first correction.
        publication: u8,
        /// As published: yuan per 10,000 shares.
        per_10_000: PerTenThousand,
        /// The shares that earned on that day.
        shares: Shares,
        /// What they earned, truncated to the contract's unit; may be negative.
        amount: Income,
    },
    /// That day's income was published wrongly, or counted on other shares.
    IncomeReversed {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// Which publication of the day's figure it follows: 0 the first, then corrections.
        publication: u8,
        /// What is owed no more, although it may have been paid.
        amount: Income,
    },
    /// Other shares earned on that day than it was reckoned on: a later record changed them from an
    /// earlier day on. Reversal and new posting.
    IncomeCorrected {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// Which publication of the day's figure it follows: 0 the first, then corrections.
        publication: u8,
        /// What is owed no more, although it may have been paid.
        reversed: Income,
        /// The shares that earned on that day.
        shares: Shares,
        /// What they earned, truncated to the contract's unit; may be negative.
        amount: Income,
    },
    /// Whole fen of unpaid income became shares at 1.00, or took shares away.
    IncomeCarried {
        /// The last natural day whose income it is.
        through: NaiveDate,
        /// Whole fen; negative income takes shares away.
        amount: Income,
        /// The new shares' registration date; they earn from this day on.
        registered: NaiveDate,
        /// Where negative income took shares, the oldest first; empty otherwise.
        lots: Vec<LotTaken>,
    },
    /// Shares that left took the unpaid income along.
    IncomeSettled {
        /// Which transaction took them out.
        transaction: TransactionId,
        /// What the registrar paid with them; may be negative.
        amount: Income,
        /// Less than a fen, which stays with the fund.
        left_to_fund: Income,
    },
    /// A corrected record says that other income was paid with shares that left, or none was: reversal
    /// and new posting.
    IncomeSettlementCorrected {
        /// Which transaction took them out.
        transaction: TransactionId,
        /// Settled income that is reversed, in yuan.
        reversed: Income,
        /// The rest that had stayed with the fund.
        from_fund: Income,
        /// Income that the registrar paid, in yuan.
        amount: Income,
        /// Less than a fen, which stays with the fund.
        left_to_fund: Income,
    },
}

fn is_nothing(shares: &Shares) -> bool {
    shares.is_zero()
}

impl Event {
    /// The transaction that did it; none of what the register, a case or a day's income did.
    pub const fn transaction(&self) -> Option<&TransactionId> {
        match self {
            Event::CreditedInTransit { transaction, .. }
            | Event::CreditConfirmed { transaction, .. }
            | Event::PortionCredited { transaction, .. }
            | Event::CreditReversed { transaction }
            | Event::SharesReserved { transaction, .. }
            | Event::SharesReleased { transaction }
            | Event::SharesSpent { transaction, .. }
            | Event::SharesTakenOut { transaction, .. }
            | Event::PortionTakenOut { transaction, .. }
            | Event::CreditCorrected { transaction, .. }
            | Event::TakeOutCorrected { transaction, .. }
            | Event::SharesClaimed { transaction, .. }
            | Event::IncomeSettled { transaction, .. }
            | Event::IncomeSettlementCorrected { transaction, .. } => Some(transaction),
            Event::SharesFrozen { .. }
            | Event::SharesUnfrozen { .. }
            | Event::SharesHeld { .. }
            | Event::SharesUnheld { .. }
            | Event::ClaimLifted { .. }
            | Event::ClaimWaived { .. }
            | Event::IncomeAccrued { .. }
            | Event::IncomeReversed { .. }
            | Event::IncomeCorrected { .. }
            | Event::IncomeCarried { .. } => None,
        }
    }
}
