//! How money-market shares become shares of the target, and which day's price that means.
//!
//! | mode | applications | price of the target | needs |
//! |---|---|---|---|
//! | held | 036 on T | T | shares confirmed before, one registrar |
//! | linked same day | 022 and 036 on T | T | one registrar that links them in a batch |
//! | next day | 022 on T, 036 once confirmed | the day of confirmation | one registrar |
//! | redeem to purchase | 022, 024, then 022 | the day the money arrives | nothing |
//!
//! 1. The price day differs, so the mode is chosen when the order is placed, shown and stored.
//! 2. The engine prefers the earliest price day; it never takes a mode that was not asked for when
//!    one was.

use crate::fund::FundTerms;
use serde::{Deserialize, Serialize};

/// How the shares get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversionMode {
    /// Shares that were confirmed before are converted on T.
    Held,
    /// Bought and converted in the batch of one T.
    LinkedSameDay,
    /// Converted on the day on which the purchase is confirmed.
    NextDay,
    /// Redeemed, and the money buys the target when it arrives.
    RedeemToPurchase,
}

/// The state of the money-market shares that are to be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotState {
    /// Bought with the same order; not confirmed.
    BoughtNow,
    /// Confirmed, and withheld by no order, freeze or case.
    Available,
    /// Reserved for another order, or frozen by an authority.
    Locked,
}

/// The modes that would work, the earliest price first.
pub fn possible(lot: LotState, wallet: &FundTerms, target: &FundTerms) -> Vec<ConversionMode> {
    use ConversionMode as M;
    let one_registrar = wallet.registrar == target.registrar;
    let linked = one_registrar && wallet.linked_processing && target.linked_processing;
    let modes: &[(M, bool)] = match lot {
        LotState::BoughtNow => {
            &[(M::LinkedSameDay, linked), (M::NextDay, one_registrar), (M::RedeemToPurchase, true)]
        }
        LotState::Available => &[(M::Held, one_registrar), (M::RedeemToPurchase, true)],
        LotState::Locked => &[],
    };
    modes.iter().filter(|(_, works)| *works).map(|(mode, _)| *mode).collect()
}

impl ConversionMode {
    /// All of them, the earliest price first; among equals the money that has to be paid.
    pub const ALL: [Self; 4] =
        [Self::LinkedSameDay, Self::Held, Self::NextDay, Self::RedeemToPurchase];

    /// Whether shares of the money fund are bought for it, rather than held before.
    pub const fn buys_the_money_fund(self) -> bool {
        match self {
            Self::LinkedSameDay | Self::NextDay | Self::RedeemToPurchase => true,
            Self::Held => false,
        }
    }

    /// The state of the shares that it converts.
    pub(crate) const fn of_lots(self) -> LotState {
        if self.buys_the_money_fund() { LotState::BoughtNow } else { LotState::Available }
    }

    /// As it is written in files and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::LinkedSameDay => "linked_same_day",
            Self::NextDay => "next_day",
            Self::RedeemToPurchase => "redeem_to_purchase",
        }
    }

    /// Whether the target is reached by a conversion (036) rather than by money.
    pub const fn is_conversion(self) -> bool {
        match self {
            Self::Held | Self::LinkedSameDay | Self::NextDay => true,
            Self::RedeemToPurchase => false,
        }
    }
}
