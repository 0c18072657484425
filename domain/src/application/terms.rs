//! What is asked of a registrar, and what the engine promised the investor about it.
//!
//! | ask | code | by | answered by |
//! |---|---|---|---|
//! | subscription | 020 | money | 120 received, then 130 shares or 149 back with interest |
//! | purchase | 022, in a regular plan 039 | money | 122, 139 |
//! | redemption | 024 | shares | 124 |
//! | conversion | 036 | shares of the source | 136, or 137 with 138 |
//! | fast transfer | 098 | shares | 198 |

use super::outcome::Outcome;
use crate::{
    calendar::TradingDay,
    fees::tiers::{AmountTiers, Charge},
    ids::{
        AccountRef, ApplicationNo, DistributorCode, FundCode, InvestorId, OrderId, PlanId,
        RegistrarCode,
    },
    money::{Amount, Discount, Money, Rate, ShareRounding, Shares},
    orders::Serial,
};
use serde::{Deserialize, Serialize};

/// What becomes of the shares that a huge redemption leaves unconfirmed (`LargeRedemptionFlag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnHuge {
    /// Code 1, and the rule where nothing was said: they are asked for again on the next open day.
    #[default]
    CarryOver,
    /// Code 0: they stay with the investor.
    Cancel,
}

/// Shares of a lot that the investor chose, by the registrar's number of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Designated {
    /// The serial of the confirmation that registered the lot (`OriginalSerialNo`).
    pub serial: Serial,
    /// How many of its shares.
    pub shares: Shares,
}

/// What the registrar is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ask {
    /// Shares of a fund that is being raised, at face value.
    Subscription {
        /// Gross, fee included: yuan to the fen, never zero.
        amount: Amount,
    },
    /// Shares at the price of T.
    Purchase {
        /// Gross, fee included: yuan to the fen, never zero.
        amount: Amount,
        /// The regular plan whose occurrence it is (039); none for a single purchase (022).
        plan: Option<PlanId>,
    },
    /// Money at the price of T.
    Redemption {
        /// Shares that leave, to 0.01.
        shares: Shares,
        /// The lots that the investor chose; empty: in the fund's sequence.
        lots: Vec<Designated>,
        /// What becomes of an unconfirmed rest.
        on_huge: OnHuge,
        /// Take the unpaid income of a money fund along.
        take_income: bool,
    },
    /// Shares of another fund at the prices of T.
    Conversion {
        /// How many of the source leave.
        shares: Shares,
        /// Code of the fund that they are converted into.
        into: FundCode,
        /// The source's lots that the investor chose; empty: in the fund's sequence.
        lots: Vec<Designated>,
        /// Multiplier on the top-up fee's rate.
        topup_discount: Discount,
        /// What becomes of an unconfirmed rest.
        on_huge: OnHuge,
        /// Take the unpaid income of a money fund along.
        take_income: bool,
    },
    /// Shares of a money fund become those of the bank that advances their worth.
    FastTransfer {
        /// Shares that change hands, to 0.01.
        shares: Shares,
        /// The bank's account at the registrar.
        to: AccountRef,
    },
}

/// The fee that the investor was promised, as exactly as it could be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromisedFee {
    /// Nothing was said: it depends on prices or holding days of T.
    Open,
    /// At this rate or fixed fee, after any discount.
    Charge(Charge),
    /// The same, where a part of the amount is charged otherwise: that of the tier that the confirmed
    /// amount is in, up to the amount asked for.
    Tiers(AmountTiers),
    /// Exactly so much. Yuan.
    Exact(Money),
}

impl PromisedFee {
    /// What an application for that amount is promised: `charge` is that of the amount of the request, and
    /// `tiers` are what smaller ones are charged, where that differs.
    pub fn of(charge: Charge, tiers: Option<&AmountTiers>, amount: Money) -> Self {
        let Some(tiers) = tiers else { return Self::Charge(charge) };
        let smaller = tiers.up_to(amount, |charge| charge);
        smaller.map_or_else(|| Self::Charge(tiers.at(amount).charge), Self::Tiers)
    }
}

/// What the engine promised and a confirmation is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What the investor pays for it.
    pub fee: PromisedFee,
    /// Multiplier on the published rate, part of `fee` already where that is known.
    pub discount: Discount,
    /// The rate below which that cannot push, where `fee` depends on prices of T.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Rate>,
    /// The last day on which the registrar's confirmation is in time.
    pub confirm_by: TradingDay,
}

/// What an application is about, fixed when it is placed; T and the promise may move until it is
/// sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The order that it carries out.
    pub order: OrderId,
    /// Under which the registrar knows it; repeated with every sending.
    pub no: ApplicationNo,
    /// Keeps the register of the fund's shares.
    pub registrar: RegistrarCode,
    /// Owns the shares, before or after.
    pub investor: InvestorId,
    /// The fund that is bought, redeemed or converted out of.
    pub fund: FundCode,
    /// Business and quantity of the application.
    pub ask: Ask,
    /// The T that it belongs to.
    pub trade_date: TradingDay,
    /// How the fund that shares are registered in rounds them.
    pub rounding: ShareRounding,
    /// What the investor was promised.
    pub promised: Promise,
    /// In whose files it goes out, and whose its number is; `None`: those of the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

impl Terms {
    /// Whether both are the same order, on whichever T: what that T decides may differ.
    pub fn is_same_order(&self, other: &Terms) -> bool {
        let mut other = other.clone();
        other.trade_date = self.trade_date;
        other.promised.clone_from(&self.promised);
        other.rounding = self.rounding;
        if let Some(discount) = self.ask.topup_discount() {
            // Of another kind of order, the two differ anyway.
            let _ = other.ask.discount_topup(discount);
        }
        *self == other
    }
}

impl Ask {
    /// Name in the text of a refusal.
    pub const fn name(&self) -> &'static str {
        match self {
            Ask::Subscription { .. } => "subscription",
            Ask::Purchase { .. } => "purchase",
            Ask::Redemption { .. } => "redemption",
            Ask::Conversion { .. } => "conversion",
            Ask::FastTransfer { .. } => "fast transfer",
        }
    }

    /// The business code of the application.
    pub const fn code(&self) -> &'static str {
        match self {
            Ask::Subscription { .. } => "020",
            Ask::Purchase { plan: None, .. } => "022",
            Ask::Purchase { plan: Some(_), .. } => "039",
            Ask::Redemption { .. } => "024",
            Ask::Conversion { .. } => "036",
            Ask::FastTransfer { .. } => "098",
        }
    }

    /// The multiplier on the rate of a conversion's top-up.
    pub const fn topup_discount(&self) -> Option<Discount> {
        match self {
            Ask::Conversion { topup_discount, .. } => Some(*topup_discount),
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => None,
        }
    }

    /// Another multiplier applies to it; `None` where it is no conversion.
    pub const fn discount_topup(&mut self, discount: Discount) -> Option<()> {
        match self {
            Ask::Conversion { topup_discount, .. } => {
                *topup_discount = discount;
                Some(())
            }
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => None,
        }
    }

    /// What was asked for, in the unit in which a confirmation counts it.
    pub fn quantity(&self) -> Quantity {
        match self {
            Ask::Subscription { amount } | Ask::Purchase { amount, .. } => {
                Quantity::Money((*amount).into())
            }
            Ask::Redemption { shares, .. }
            | Ask::Conversion { shares, .. }
            | Ask::FastTransfer { shares, .. } => Quantity::Shares(*shares),
        }
    }

    /// Whether that kind of outcome belongs to this kind of ask.
    pub const fn fits(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Ask::Subscription { .. }, Outcome::Subscription(_))
            | (Ask::Purchase { .. }, Outcome::Purchase(_))
            | (Ask::Redemption { .. }, Outcome::Redemption(_))
            | (Ask::Conversion { .. }, Outcome::Conversion(_))
            | (Ask::FastTransfer { .. }, Outcome::FastTransfer(_)) => true,
            (
                Ask::Subscription { .. }
                | Ask::Purchase { .. }
                | Ask::Redemption { .. }
                | Ask::Conversion { .. }
                | Ask::FastTransfer { .. },
                Outcome::Subscription(_)
                | Outcome::Purchase(_)
                | Outcome::Redemption(_)
                | Outcome::Conversion(_)
                | Outcome::FastTransfer(_),
            ) => false,
        }
    }
}

/// How much an application is about: money that comes in, or shares that leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Yuan, before any fee is taken off.
    Money(Money),
    /// Shares of the fund that is applied for.
    Shares(Shares),
}

impl Quantity {
    /// None of the same unit.
    #[must_use]
    pub const fn none(self) -> Self {
        match self {
            Quantity::Money(_) => Quantity::Money(Money::ZERO),
            Quantity::Shares(_) => Quantity::Shares(Shares::ZERO),
        }
    }

    /// The sum, unless the units differ or it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Quantity::Money(one), Quantity::Money(two)) => one.plus(two).map(Quantity::Money),
            (Quantity::Shares(one), Quantity::Shares(two)) => one.plus(two).map(Quantity::Shares),
            (Quantity::Money(_), Quantity::Shares(_))
            | (Quantity::Shares(_), Quantity::Money(_)) => None,
        }
    }

    /// The difference, unless the units differ or it is negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Quantity::Money(one), Quantity::Money(two)) => one.minus(two).map(Quantity::Money),
            (Quantity::Shares(one), Quantity::Shares(two)) => one.minus(two).map(Quantity::Shares),
            (Quantity::Money(_), Quantity::Shares(_))
            | (Quantity::Shares(_), Quantity::Money(_)) => None,
        }
    }
}
