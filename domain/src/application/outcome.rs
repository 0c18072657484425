//! What a registrar says of an application, in plain numbers.
//!
//! 1. The register is the truth on shares: a confirmation is recorded as it came. Whether its
//!    numbers add up is another module's question, and its answer opens a case.
//! 2. All numbers are the registrar's own; nothing here was computed by us.

use super::{Reception, rejection::Rejection, terms::Quantity};
use crate::{
    money::{Money, Nav, Shares, SignedMoney},
    orders::{Cause, Serial},
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Shares registered for money at the price of T.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseConfirmed {
    /// Gross amount that was accepted, fee included.
    pub amount: Money,
    /// Taken out of it.
    pub fee: Money,
    /// Asked for and not accepted; goes back to the investor.
    pub refund: Money,
    /// The fund's price of T, in yuan per share with up to 8 decimals.
    pub nav: Nav,
    /// Shares that were registered.
    pub shares: Shares,
}

/// Shares registered at face value when the fund is founded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionConfirmed {
    /// Gross amount that was accepted, fee included.
    pub amount: Money,
    /// Taken out of it.
    pub fee: Money,
    /// Asked for and not accepted; goes back to the investor.
    pub refund: Money,
    /// What the money earned while the fund was raised; becomes shares.
    pub interest: Money,
    /// Face value of a share.
    pub face: Nav,
    /// Shares that were registered, those from interest included.
    pub shares: Shares,
    /// How many of them come from interest.
    pub interest_shares: Shares,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_none(fee: &Money) -> bool {
    fee.is_zero()
}

/// One lot of a redemption or conversion, where the registrar gives details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotConfirmed {
    /// The serial of the confirmation that registered the lot.
    pub serial: Serial,
    /// Shares that left it.
    pub shares: Shares,
    /// Shares times price before any fee, in yuan.
    pub gross: Money,
    /// What leaving the lot cost, in yuan to the fen.
    pub fee: Money,
}

/// Money for shares at the price of T.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedemptionConfirmed {
    /// Shares that left the register, to 0.01.
    pub shares: Shares,
    /// The fund's price of T, in yuan per share with up to 8 decimals.
    pub nav: Nav,
    /// Shares times price before any fee, in yuan.
    pub gross: Money,
    /// All that leaving cost, a put-off fee for buying included.
    pub fee: Money,
    /// How much of it is the fee for buying that was put off, where the registrar says so.
    #[serde(default, skip_serializing_if = "is_none")]
    pub back_end_fee: Money,
    /// What the investor gets, settled income included.
    pub payout: Money,
    /// Unpaid income of a money fund that was settled with it.
    pub income: SignedMoney,
    /// Details by lot; empty where the registrar gives the sum only.
    pub lots: Vec<LotConfirmed>,
}

/// Shares of one fund for shares of another at both prices of T.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionConfirmed {
    /// Source shares that left.
    pub shares_out: Shares,
    /// Source price of T.
    pub nav_out: Nav,
    /// All that leaving the source cost, a put-off fee for buying included.
    pub redemption_fee: Money,
    /// How much of it is the fee for buying that was put off, where the registrar says so.
    #[serde(default, skip_serializing_if = "is_none")]
    pub back_end_fee: Money,
    /// Top-up fee of the target.
    pub topup_fee: Money,
    /// Money that bought target shares.
    pub net_in: Money,
    /// Target price of T.
    pub nav_in: Nav,
    /// Target shares that were registered.
    pub shares_in: Shares,
    /// Unpaid income of a money fund that was settled with it.
    pub income: SignedMoney,
    /// Details by source lot; empty where the registrar gives the sum only.
    pub lots: Vec<LotConfirmed>,
}

impl ConversionConfirmed {
    /// Yuan of income below zero that came off what bought the target's shares.
    pub fn owed_and_taken(&self) -> Money {
        let fees = self.redemption_fee.plus(self.topup_fee);
        let parts = fees.and_then(|fees| fees.plus(self.net_in)?.plus(self.income.owed()));
        let gross = self.shares_out.value_half_up(self.nav_out);
        if parts == gross { self.income.owed() } else { Money::ZERO }
    }
}

/// Shares of a money fund that became another holder's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FastTransferConfirmed {
    /// Shares that changed hands.
    pub shares: Shares,
    /// Unpaid income that was settled with it.
    pub income: SignedMoney,
}

/// The numbers, by the kind of what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A subscription became shares (business code 130).
    Subscription(SubscriptionConfirmed),
    /// A purchase was confirmed (business code 122), or a plan's date (139).
    Purchase(PurchaseConfirmed),
    /// A redemption was confirmed (business code 124).
    Redemption(RedemptionConfirmed),
    /// 136, or 137 and 138 as one.
    Conversion(ConversionConfirmed),
    /// A fast transfer of shares was confirmed (business code 198).
    FastTransfer(FastTransferConfirmed),
}

/// One record of a registrar that says what came of an application, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The registrar's own number: tells a second record from a repeated one.
    pub serial: Serial,
    /// The registrar's date, T+1 or later.
    #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
    pub confirmed_on: NaiveDate,
    /// Start of the holding period of what was registered.
    #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
    pub registered_on: NaiveDate,
    /// `BusinessFinishFlag` 1: no further record of this application will come.
    pub finished: bool,
    /// The registrar's numbers, by the kind of business.
    pub outcome: Outcome,
    /// Where it names the order otherwise than it was placed; whoever reads the record compares. Empty: nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misnamed: Vec<Misnamed>,
}

/// A field by which a record names its order, and that is not what the order was placed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misnamed {
    /// As the exchange calls it.
    pub field: Text<40>,
    /// As the order was placed.
    pub placed: Text<80>,
    /// As the record has it.
    pub said: Text<80>,
}

/// Fields of money that no order was promised, or that the record says twice, and of the rates by which it is charged.
const FEES: [&str; 18] = [
    "InterestTax",
    "RaiseInterest",
    "DiscountRateOfCommission",
    "RateFee",
    "TransferFee",
    "OtherFee1",
    "OtherFee2",
    "StampDuty",
    "Tax",
    "BreachFee",
    "PunishFee",
    "AchievementPay",
    "RefundAmount",
    "Charge",
    "TotalTransFee",
    "AgencyFee",
    "ChangeAgencyFee",
    "RecuperateAgencyFee",
];

impl Misnamed {
    /// Whether it is how much of the order was carried out, and names no order.
    pub fn is_part(&self) -> bool {
        self.field.as_str() == "SalePercent"
    }

    /// Whether it is money that nobody promised, or its rate, and names no order.
    pub fn is_fee(&self) -> bool {
        FEES.contains(&self.field.as_str())
    }

    /// `None` where both are the same.
    pub fn unless_same(field: &str, placed: &str, said: &str) -> Option<Self> {
        let differs = || Self {
            field: Text::lossy(field),
            placed: Text::lossy(placed),
            said: Text::lossy(said),
        };
        (placed != said).then(differs)
    }
}

/// Anything that decides, or would decide, what becomes of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The registrar's front took it under that serial.
    Acceptance(Serial),
    /// The registrar received the money of a subscription.
    Reception(Reception),
    /// The registrar confirmed it, or a part of it.
    Confirmation(Confirmation),
    /// The registrar rejected it, or what was left of it.
    Rejection(Rejection),
    /// Cancelled before its cut-off, with the reason.
    Cancellation(Cause),
}

impl Confirmation {
    /// Whether both are one record. Details by lot are no contradiction where one of both gives the
    /// sum only, nor is what redeemed shares were worth where one of both was reckoned from what they
    /// paid, nor how much of a fee was put off: a registrar's file leaves out what its front tells.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let both = [&self.outcome, &other.outcome];
        let lots = both.iter().any(|it| it.lots().is_empty());
        let without = Unsaid {
            lots,
            gross: lots && both.iter().any(|it| it.has_reckoned_gross()),
            back_end: both.iter().any(|it| it.back_end_fee().is_zero()),
        };
        let plain = |of: &Self| Self { outcome: of.outcome.plain(without), ..of.clone() };
        plain(self) == plain(other)
    }
}

/// What one of two records does not say.
#[derive(Debug, Clone, Copy)]
struct Unsaid {
    lots: bool,
    gross: bool,
    back_end: bool,
}

impl Outcome {
    /// How much of what leaving cost is the fee for buying that was put off, where the registrar says so.
    pub const fn back_end_fee(&self) -> Money {
        match self {
            Outcome::Redemption(numbers) => numbers.back_end_fee,
            Outcome::Conversion(numbers) => numbers.back_end_fee,
            Outcome::Subscription(_) | Outcome::Purchase(_) | Outcome::FastTransfer(_) => {
                Money::ZERO
            }
        }
    }

    /// Details by lot, where there are any.
    pub fn lots(&self) -> &[LotConfirmed] {
        match self {
            Outcome::Redemption(numbers) => &numbers.lots,
            Outcome::Conversion(numbers) => &numbers.lots,
            Outcome::Subscription(_) | Outcome::Purchase(_) | Outcome::FastTransfer(_) => &[],
        }
    }

    /// What the investor gave for the shares that came by it, fee included; `None` where none came, or beyond every
    /// range.
    pub fn cost(&self) -> Option<Money> {
        match self {
            Outcome::Purchase(numbers) => Some(numbers.amount),
            Outcome::Subscription(numbers) => Some(numbers.amount),
            Outcome::Conversion(numbers) => {
                numbers.shares_out.value_half_up(numbers.nav_out)?.minus(numbers.owed_and_taken())
            }
            Outcome::Redemption(_) | Outcome::FastTransfer(_) => None,
        }
    }

    /// Whether something was taken, and nothing given for it.
    pub fn is_for_nothing(&self) -> bool {
        match self {
            Outcome::Subscription(it) => !it.amount.is_zero() && it.shares.is_zero(),
            Outcome::Purchase(it) => !it.amount.is_zero() && it.shares.is_zero(),
            Outcome::Redemption(it) => !it.shares.is_zero() && it.payout.is_zero(),
            Outcome::Conversion(it) => !it.shares_out.is_zero() && it.shares_in.is_zero(),
            Outcome::FastTransfer(_) => false,
        }
    }

    /// Whether the worth of redeemed shares may follow from what they paid: without lots nothing tells.
    fn has_reckoned_gross(&self) -> bool {
        let Outcome::Redemption(it) = self else { return false };
        let reckoned = it.payout.decimal() + it.fee.decimal() - it.income.decimal();
        it.lots.is_empty() && it.gross.decimal() == reckoned
    }

    fn plain(&self, without: Unsaid) -> Self {
        let fee = |fee| if without.back_end { Money::ZERO } else { fee };
        let lots = |lots| if without.lots { Vec::new() } else { lots };
        match self.clone() {
            Outcome::Redemption(it) => Outcome::Redemption(RedemptionConfirmed {
                gross: if without.gross { Money::ZERO } else { it.gross },
                back_end_fee: fee(it.back_end_fee),
                lots: lots(it.lots),
                ..it
            }),
            Outcome::Conversion(it) => Outcome::Conversion(ConversionConfirmed {
                back_end_fee: fee(it.back_end_fee),
                lots: lots(it.lots),
                ..it
            }),
            other
            @ (Outcome::Subscription(_) | Outcome::Purchase(_) | Outcome::FastTransfer(_)) => other,
        }
    }

    /// Name in the text of a refusal.
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Subscription(_) => "subscription",
            Outcome::Purchase(_) => "purchase",
            Outcome::Redemption(_) => "redemption",
            Outcome::Conversion(_) => "conversion",
            Outcome::FastTransfer(_) => "fast transfer",
        }
    }

    /// How much of what was asked for it settles.
    pub fn quantity(&self) -> Quantity {
        match self {
            Outcome::Subscription(numbers) => Quantity::Money(numbers.amount),
            Outcome::Purchase(numbers) => Quantity::Money(numbers.amount),
            Outcome::Redemption(numbers) => Quantity::Shares(numbers.shares),
            Outcome::Conversion(numbers) => Quantity::Shares(numbers.shares_out),
            Outcome::FastTransfer(numbers) => Quantity::Shares(numbers.shares),
        }
    }

    /// Shares that were registered for the investor, of the target fund in a conversion.
    pub const fn registered(&self) -> Shares {
        match self {
            Outcome::Subscription(numbers) => numbers.shares,
            Outcome::Purchase(numbers) => numbers.shares,
            Outcome::Conversion(numbers) => numbers.shares_in,
            Outcome::Redemption(_) | Outcome::FastTransfer(_) => Shares::ZERO,
        }
    }

    /// Money that goes back to the investor because it was not accepted.
    pub const fn refund(&self) -> Money {
        match self {
            Outcome::Subscription(numbers) => numbers.refund,
            Outcome::Purchase(numbers) => numbers.refund,
            Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => {
                Money::ZERO
            }
        }
    }
}

impl Message {
    /// Name in the text of a refusal.
    pub const fn name(&self) -> &'static str {
        match self {
            Message::Acceptance(_) => "acceptance",
            Message::Reception(_) => "reception",
            Message::Confirmation(_) => "confirmation",
            Message::Rejection(_) => "rejection",
            Message::Cancellation(_) => "cancellation",
        }
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
