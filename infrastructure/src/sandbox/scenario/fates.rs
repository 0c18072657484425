//! What can become of a call, one enum per kind of call. Each default goes well.

use serde::{Deserialize, Serialize};

/// What becomes of a charge.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ChargeFate {
    /// Paid at once.
    #[default]
    Paid,
    /// Declined at once.
    Declined,
    /// Paid at once, but the answer is lost; a query finds it.
    TimeoutPaid,
    /// Declined at once, but the answer is lost.
    TimeoutDeclined,
    /// The call itself is lost; a query finds nothing, the second call is paid.
    TimeoutLost,
    /// In progress; paid after the delay, with a callback.
    LatePaid,
    /// In progress; declined after the delay, with a callback.
    LateDeclined,
    /// Paid; after the delay the account is debited again for the same order.
    DoubleDebit,
    /// Paid; after the delay the same callback comes once more.
    DoubleCallback,
    /// Paid; after the delay a callback says declined. The books say paid.
    Contradicted,
    /// Paid a fen too little.
    Short,
    /// Nobody ever says anything, and no money moves.
    Silent,
}

/// What becomes of a refund.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RefundFate {
    /// Sent back at once.
    #[default]
    Refunded,
    /// Sent back, but the answer is lost.
    TimeoutRefunded,
    /// The call is lost; the second one is carried out.
    TimeoutLost,
    /// In progress; sent back after the delay, with a callback.
    Late,
    /// The account is closed.
    Refused,
    /// Nobody ever says anything, and no money moves.
    Silent,
}

/// What becomes of a payout.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PayoutFate {
    /// Paid out at once.
    #[default]
    PaidOut,
    /// Paid out, but the answer is lost.
    TimeoutPaidOut,
    /// The call is lost; the second one is carried out.
    TimeoutLost,
    /// In progress; paid out after the delay, with a callback.
    Late,
    /// The account is closed. A later attempt goes to another one, and arrives.
    Refused,
    /// Nobody ever says anything, and no money moves.
    Silent,
}

/// What becomes of the advance of a fast withdrawal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AdvanceFate {
    /// Paid to the investor at once.
    #[default]
    Advanced,
    /// Declined at once.
    Declined,
    /// Paid, but the answer is lost; a query finds it.
    TimeoutAdvanced,
    /// Declined, but the answer is lost.
    TimeoutDeclined,
    /// The call is lost; a query finds nothing, the second call is carried out.
    TimeoutLost,
    /// In progress; paid after the delay, with a callback.
    LateAdvanced,
    /// In progress; declined after the delay, with a callback.
    LateDeclined,
    /// Nobody ever says anything, and no money moves.
    Silent,
}

/// What the registrar's front says to an application.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FrontFate {
    /// The registrar takes the order at its front.
    #[default]
    Accepted,
    /// The registrar turns the order away at its front.
    Rejected,
    /// Taken, but the answer is lost.
    TimeoutAccepted,
    /// Not taken, and the answer is lost.
    TimeoutRejected,
    /// The call is lost; the second one is taken.
    TimeoutLost,
    /// Nobody ever says anything, and it is not taken.
    Silent,
}

/// What the registrar makes of an application that it took.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmFate {
    /// Confirmed in full.
    #[default]
    Confirmed,
    /// Confirmed in part.
    Partial,
    /// Rejected in the batch.
    Rejected,
    /// Confirmed, but its record comes after the delay.
    Late,
    /// It is never heard of again.
    Missing,
    /// Confirmed, and the same record comes once more.
    Twice,
    /// Confirmed; a later record rejects it. The books say confirmed.
    Contradicted,
    /// Confirmed; after the delay a record rejects it. The books say confirmed.
    LateContradicted,
    /// Confirmed with numbers that do not add up: a fen is missing.
    Garbled,
    /// Part of the shares that are to leave is confirmed with more to come, and the rest on the next
    /// T at its price, where the order says so; else like `partial`.
    Carried,
    /// A hundred times the shares, or a hundredth where no record has room for them.
    WrongShares,
    /// No shares for the money, or no money for the shares.
    ZeroShares,
    /// 14.78 yuan more of a fee than was promised.
    WrongFee,
    /// A price that nobody published.
    WrongNav,
    /// Confirmed under the application's number, as the order of another fund.
    AnotherFund,
    /// Confirmed while T's cut-off has not passed, at the last price that is known.
    Early,
    /// Rejected while T's cut-off has not passed.
    EarlyRejected,
    /// Confirmed; a second record under another serial says other numbers.
    TwiceDifferent,
    /// Confirmed with a hundred times the shares; after the delay the right record comes under
    /// another serial.
    Corrected,
}

impl ConfirmFate {
    /// Whether the registrar speaks before T is complete.
    pub const fn is_early(self) -> bool {
        matches!(self, Self::Early | Self::EarlyRejected)
    }

    /// Whether the registrar rejects the whole application.
    pub const fn is_rejected(self) -> bool {
        matches!(self, Self::Rejected | Self::EarlyRejected)
    }
}

/// What the registrar says to a cancellation that comes in time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CancelFate {
    /// The application is taken back.
    #[default]
    Cancelled,
    /// It is not, and stands.
    Refused,
    /// It is taken back, but the answer is lost.
    TimeoutCancelled,
    /// Nobody ever says anything, and it stands.
    Silent,
}

/// What becomes of money that is to be settled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SettlementFate {
    /// All of it moves on the day of pay, and the statement says so.
    #[default]
    Settled,
    /// A tenth of it is missing, and never comes.
    Short,
    /// It moves on the next trading day, and until then there is no statement.
    Late,
    /// It never moves, and no statement comes.
    Missing,
    /// It moves twice, under two serials.
    Doubled,
    /// A fen more moves than is due.
    Wrong,
    /// It moves in two parts: half of it on the day of pay, the rest on the next trading day.
    Parts,
}
