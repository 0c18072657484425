//! What a sandbox's counterparties do: as usual, by chance, and to whom in particular.
//!
//! ```toml
//! seed = 20260212
//!
//! [charge]
//! delay_s = 40
//! per_mille = { declined = 20, timeout_paid = 15 }
//!
//! [override.D-0007]
//! charge = "double_debit"
//! ```
//!
//! 1. An override of the transaction wins; else chance decides by the seed and the number of the
//!    call; what chance leaves over goes well.
//! 2. Probabilities are per mille and whole numbers; more than 1000 together is an error.
//! 3. A key that nobody knows is an error: a misspelt fate would otherwise be a silent success.

use super::dice;
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{FundCode, Leg, OrderId, TransactionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// The account is closed.
    Refused,
    /// Nobody ever says anything, and no money moves.
    Silent,
}

/// What the registrar's front says to an application.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FrontFate {
    /// Taken.
    #[default]
    Accepted,
    /// Not taken.
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
    /// Confirmed with numbers that do not add up.
    Garbled,
}

/// How often which fate, and how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, bound(deserialize = "F: Ord + Deserialize<'de>"))]
pub struct Odds<F: Ord> {
    /// Seconds until a delayed answer.
    pub delay_s: u32,
    /// Of a thousand calls; the rest goes well.
    pub per_mille: BTreeMap<F, u16>,
}

impl<F: Ord> Default for Odds<F> {
    fn default() -> Self {
        Self { delay_s: 30, per_mille: BTreeMap::new() }
    }
}

/// What happens to one transaction, whatever chance says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// To its charge.
    pub charge: Option<ChargeFate>,
    /// To each of its refunds.
    pub refund: Option<RefundFate>,
    /// To the money-fund application at the front.
    pub buy: Option<FrontFate>,
    /// To the money-fund application in the batch.
    pub buy_confirmation: Option<ConfirmFate>,
    /// To the conversion at the front.
    pub conversion: Option<FrontFate>,
    /// To the conversion in the batch.
    pub conversion_confirmation: Option<ConfirmFate>,
    /// Seconds until its delayed answers, instead of the general delay.
    pub delay_s: Option<u32>,
    /// How much of it a partial confirmation confirms.
    pub part_per_mille: Option<u16>,
}

/// From when on the registrar's front takes nothing for a fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// Bought, left or entered.
    pub fund: FundCode,
    /// The first instant.
    pub from: Timestamp,
    /// The last day, included; none: until further notice.
    #[serde(default)]
    pub through: Option<NaiveDate>,
}

/// What the counterparties do. The default lets everything go well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Chance is a function of this and of the number of the call.
    pub seed: u64,
    /// Of the channel.
    pub charge: Odds<ChargeFate>,
    /// Of the channel.
    pub refund: Odds<RefundFate>,
    /// Of the registrar's front.
    pub front: Odds<FrontFate>,
    /// Of the registrar's batch.
    pub confirmation: Odds<ConfirmFate>,
    /// Funds that the registrar's front stops taking.
    pub suspended: Vec<Suspension>,
    /// By transaction ID.
    #[serde(rename = "override")]
    pub overrides: BTreeMap<TransactionId, Override>,
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown key, an unknown fate.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// More than all.
    #[error("the probabilities of [{section}] are {sum} per mille together; at most 1000 can be")]
    TooMuch {
        /// Which section.
        section: &'static str,
        /// Their sum.
        sum: u32,
    },
    /// A part is more than nothing and less than all.
    #[error("part_per_mille of transaction {transaction} is {part}; write 1 to 999")]
    NoPart {
        /// Whose override.
        transaction: TransactionId,
        /// What is written there.
        part: u16,
    },
}

impl Scenario {
    /// Reads and checks it.
    ///
    /// # Errors
    /// [`ScenarioError`]; the message says what to change.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        let sums = [
            ("charge", scenario.charge.sum()),
            ("refund", scenario.refund.sum()),
            ("front", scenario.front.sum()),
            ("confirmation", scenario.confirmation.sum()),
        ];
        if let Some((section, sum)) = sums.into_iter().find(|(_, sum)| *sum > 1000) {
            return Err(ScenarioError::TooMuch { section, sum });
        }
        for (transaction, told) in &scenario.overrides {
            if let Some(part) = told.part_per_mille.filter(|part| !(1..1000).contains(part)) {
                return Err(ScenarioError::NoPart { transaction: transaction.clone(), part });
            }
        }
        Ok(scenario)
    }

    pub(super) fn charge(&self, order: &OrderId, no: &str) -> (ChargeFate, u32) {
        let told = self.told(order);
        let fate = told.and_then(|told| told.charge);
        let fate = fate.unwrap_or_else(|| self.charge.draw(self.seed, no, "charge"));
        (fate, delay(told, self.charge.delay_s))
    }

    pub(super) fn refund(&self, order: &OrderId, no: &str) -> RefundFate {
        let fate = self.told(order).and_then(|told| told.refund);
        fate.unwrap_or_else(|| self.refund.draw(self.seed, no, "refund"))
    }

    pub(super) fn front(&self, order: &OrderId, no: &str) -> FrontFate {
        let told = self.told(order).and_then(|told| match leg_of(order)? {
            Leg::MoneyFund => told.buy,
            Leg::Conversion => told.conversion,
        });
        told.unwrap_or_else(|| self.front.draw(self.seed, no, "front"))
    }

    pub(super) fn confirmation(&self, order: &OrderId, no: &str) -> (ConfirmFate, u32) {
        let told = self.told(order);
        let fate = told.and_then(|told| match leg_of(order)? {
            Leg::MoneyFund => told.buy_confirmation,
            Leg::Conversion => told.conversion_confirmation,
        });
        let draw = || self.confirmation.draw(self.seed, no, "confirmation");
        (fate.unwrap_or_else(draw), delay(told, self.confirmation.delay_s))
    }

    /// How much a partial confirmation confirms; half unless the override says otherwise.
    pub(super) fn part_per_mille(&self, order: &OrderId) -> u16 {
        self.told(order).and_then(|told| told.part_per_mille).unwrap_or(500)
    }

    pub(super) fn is_suspended(&self, fund: FundCode, at: Timestamp) -> bool {
        let lasts = |s: &Suspension| s.through.is_none_or(|through| at.date() <= through);
        self.suspended.iter().any(|s| s.fund == fund && s.from <= at && lasts(s))
    }

    fn told(&self, order: &OrderId) -> Option<&Override> {
        if self.overrides.is_empty() {
            return None;
        }
        let (transaction, _) = order.as_str().rsplit_once('.')?;
        self.overrides.get(transaction)
    }
}

fn leg_of(order: &OrderId) -> Option<Leg> {
    order.parent().map(|(_, leg)| leg)
}

fn delay(told: Option<&Override>, general: u32) -> u32 {
    told.and_then(|told| told.delay_s).unwrap_or(general)
}

impl<F: Ord + Copy + Default> Odds<F> {
    fn sum(&self) -> u32 {
        self.per_mille.values().map(|part| u32::from(*part)).sum()
    }

    fn draw(&self, seed: u64, key: &str, question: &str) -> F {
        if self.per_mille.is_empty() {
            return F::default();
        }
        let mut left = dice::per_mille(seed, key, question);
        for (fate, part) in &self.per_mille {
            match left.checked_sub(*part) {
                Some(rest) => left = rest,
                None => return *fate,
            }
        }
        F::default()
    }
}

#[cfg(test)]
#[path = "scenario_tests.rs"]
mod tests;
