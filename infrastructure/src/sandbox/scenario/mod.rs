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

mod events;
mod fates;
#[cfg(test)]
mod tests;

pub use events::{AnswerFault, Come, Frozen, Huge, Raising, Suspension};
pub use fates::{
    AdvanceFate, CancelFate, ChargeFate, ConfirmFate, FrontFate, PayoutFate, RefundFate,
    SettlementFate,
};

use super::dice;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Ask, Terms},
    calendar::TradingDay,
    ids::{FundCode, InvestorId, OrderId, PaymentNo, TransactionId},
    money::Shares,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What part of an order a confirmation may confirm, per mille: more than nothing, less than all.
pub(crate) const PART: std::ops::Range<u16> = 1..1000;

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

/// What happens to one transaction, whatever chance says. Applications are distinguished by what they
/// ask; in a purchase by redemption the second one, of the target fund, has names of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// To its charge.
    pub charge: Option<ChargeFate>,
    /// To each of its refunds.
    pub refund: Option<RefundFate>,
    /// To each of its payouts.
    pub payout: Option<PayoutFate>,
    /// To the advance of its fast withdrawal.
    pub advance: Option<AdvanceFate>,
    /// To its purchase or subscription at the front.
    pub buy: Option<FrontFate>,
    /// To its purchase or subscription in the batch.
    pub buy_confirmation: Option<ConfirmFate>,
    /// To its conversion at the front.
    pub conversion: Option<FrontFate>,
    /// To its conversion in the batch.
    pub conversion_confirmation: Option<ConfirmFate>,
    /// To its redemption at the front.
    pub redemption: Option<FrontFate>,
    /// To its redemption in the batch.
    pub redemption_confirmation: Option<ConfirmFate>,
    /// To the purchase of the target by what a redemption brought, at the front.
    pub target: Option<FrontFate>,
    /// To that purchase in the batch.
    pub target_confirmation: Option<ConfirmFate>,
    /// To its fast transfer at the front.
    pub transfer: Option<FrontFate>,
    /// To its fast transfer in the batch.
    pub transfer_confirmation: Option<ConfirmFate>,
    /// To each of its cancellations that come in time.
    pub cancel: Option<CancelFate>,
    /// Seconds until its delayed answers, instead of the general delay.
    pub delay_s: Option<u32>,
    /// How much of it a partial confirmation confirms.
    pub part_per_mille: Option<u16>,
}

/// What the counterparties do. The default lets everything go well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Chance is a function of this and of the number of the call.
    pub seed: u64,
    /// Odds of charges at the channel.
    pub charge: Odds<ChargeFate>,
    /// Odds of refunds at the channel.
    pub refund: Odds<RefundFate>,
    /// Odds of payouts at the channel.
    pub payout: Odds<PayoutFate>,
    /// Of the bank that advances.
    pub advance: Odds<AdvanceFate>,
    /// Odds of answers at the registrar's front.
    pub front: Odds<FrontFate>,
    /// Odds of confirmations in the registrar's batch.
    pub confirmation: Odds<ConfirmFate>,
    /// Of what is settled by the day.
    pub settlement: Odds<SettlementFate>,
    /// Funds that the registrar's front stops taking.
    pub suspended: Vec<Suspension>,
    /// Days on which a fund cannot pay all that leaves it.
    pub huge: Vec<Huge>,
    /// Shares that cannot leave.
    pub frozen: Vec<Frozen>,
    /// How raisings end. One that is not named ends well, on the second trading day after T.
    pub raising: Vec<Raising>,
    /// Registrars' files that do not come whole in the morning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerFault>,
    /// Fates of single transactions, by transaction ID.
    #[serde(rename = "override")]
    pub overrides: BTreeMap<TransactionId, Override>,
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown key, an unknown fate.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// More than all.
    #[error("the probabilities of [{section}] are {sum} per mille together; at most 1000 can be")]
    TooMuch {
        /// The section of the scenario whose odds are added up.
        section: &'static str,
        /// Per mille of all its fates together: more than 1000.
        sum: u32,
    },
    /// A part is more than nothing and less than all.
    #[error("part_per_mille of fund {fund} in [[huge]] is {part}; write 1 to 999")]
    NoPartOfFund {
        /// The fund of the entry, six digits.
        fund: FundCode,
        /// Value in the file, per mille.
        part: u16,
    },
    /// A part is more than nothing and less than all.
    #[error("part_per_mille of transaction {transaction} is {part}; write 1 to 999")]
    NoPart {
        /// The transaction that the entry is about.
        transaction: TransactionId,
        /// Value in the file, per mille.
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
            ("payout", scenario.payout.sum()),
            ("advance", scenario.advance.sum()),
            ("front", scenario.front.sum()),
            ("confirmation", scenario.confirmation.sum()),
            ("settlement", scenario.settlement.sum()),
        ];
        if let Some((section, sum)) = sums.into_iter().find(|(_, sum)| *sum > 1000) {
            return Err(ScenarioError::TooMuch { section, sum });
        }
        for (transaction, of) in &scenario.overrides {
            if let Some(part) = of.part_per_mille.filter(|part| !PART.contains(part)) {
                return Err(ScenarioError::NoPart { transaction: transaction.clone(), part });
            }
        }
        if let Some(huge) = scenario.huge.iter().find(|it| !PART.contains(&it.part_per_mille)) {
            return Err(ScenarioError::NoPartOfFund { fund: huge.fund, part: huge.part_per_mille });
        }
        Ok(scenario)
    }

    pub(super) fn charge(&self, order: &OrderId, no: &str) -> (ChargeFate, u32) {
        let own = self.own(order);
        let fate = own.and_then(|own| own.charge);
        let fate = fate.unwrap_or_else(|| self.charge.draw(self.seed, no, "charge"));
        (fate, delay(own, self.charge.delay_s))
    }

    pub(super) fn refund(&self, order: &OrderId, no: &str) -> (RefundFate, u32) {
        let own = self.own(order);
        let fate = own.and_then(|own| own.refund);
        let fate = fate.unwrap_or_else(|| self.refund.draw(self.seed, no, "refund"));
        (fate, delay(own, self.refund.delay_s))
    }

    /// An account that was refused is closed; the one of a later attempt is not.
    pub(super) fn payout(&self, order: &OrderId, no: &PaymentNo) -> (PayoutFate, u32) {
        let own = self.own(order);
        let fate = own.and_then(|own| own.payout);
        let fate = fate.unwrap_or_else(|| self.payout.draw(self.seed, no.as_str(), "payout"));
        let again = fate == PayoutFate::Refused && no.attempt_of() != *no;
        let fate = if again { PayoutFate::PaidOut } else { fate };
        (fate, delay(own, self.payout.delay_s))
    }

    pub(super) fn advance(&self, order: &OrderId, no: &str) -> (AdvanceFate, u32) {
        let own = self.own(order);
        let fate = own.and_then(|own| own.advance);
        let fate = fate.unwrap_or_else(|| self.advance.draw(self.seed, no, "advance"));
        (fate, delay(own, self.advance.delay_s))
    }

    pub(super) fn front(&self, terms: &Terms) -> FrontFate {
        let own = self.own(&terms.order).and_then(|own| match part_of(terms) {
            Part::Buy => own.buy,
            Part::Target => own.target,
            Part::Conversion => own.conversion,
            Part::Redemption => own.redemption,
            Part::Transfer => own.transfer,
        });
        own.unwrap_or_else(|| self.front.draw(self.seed, terms.no.as_str(), "front"))
    }

    pub(super) fn confirmation(&self, terms: &Terms) -> (ConfirmFate, u32) {
        let own = self.own(&terms.order);
        let fate = own.and_then(|own| match part_of(terms) {
            Part::Buy => own.buy_confirmation,
            Part::Target => own.target_confirmation,
            Part::Conversion => own.conversion_confirmation,
            Part::Redemption => own.redemption_confirmation,
            Part::Transfer => own.transfer_confirmation,
        });
        let draw = || self.confirmation.draw(self.seed, terms.no.as_str(), "confirmation");
        let fate = fate.unwrap_or_else(draw);
        let leaves = matches!(part_of(terms), Part::Conversion | Part::Redemption);
        let huge = leaves
            && fate == ConfirmFate::Confirmed
            && self.huge_part(terms.fund, terms.trade_date).is_some();
        let fate = if huge { ConfirmFate::Carried } else { fate };
        (fate, delay(own, self.confirmation.delay_s))
    }

    pub(super) fn settlement(&self, settlement: &str) -> SettlementFate {
        self.settlement.draw(self.seed, settlement, "settlement")
    }

    pub(super) fn cancel(&self, order: &OrderId) -> CancelFate {
        self.own(order).and_then(|own| own.cancel).unwrap_or_default()
    }

    /// How much a confirmation in part confirms; half unless the scenario says otherwise.
    pub(super) fn part_per_mille(&self, terms: &Terms) -> u16 {
        let own = self.own(&terms.order).and_then(|own| own.part_per_mille);
        own.or_else(|| self.huge_part(terms.fund, terms.trade_date)).unwrap_or(500)
    }

    /// How much of what leaves the fund on that T is confirmed, if it is huge.
    pub(super) fn huge_part(&self, fund: FundCode, t: TradingDay) -> Option<u16> {
        let of = |it: &&Huge| it.fund == fund && it.on == t.date();
        self.huge.iter().find(of).map(|huge| huge.part_per_mille)
    }

    /// Whether two records confirm what leaves the fund on that T.
    pub(super) fn is_in_two(&self, fund: FundCode, t: TradingDay) -> bool {
        self.huge.iter().any(|it| it.fund == fund && it.on == t.date() && it.in_two)
    }

    pub(super) fn is_suspended(&self, fund: FundCode, at: Timestamp) -> bool {
        let lasts = |s: &Suspension| s.through.is_none_or(|through| at.date() <= through);
        self.suspended.iter().any(|s| s.fund == fund && s.from <= at && lasts(s))
    }

    pub(super) fn frozen(&self, investor: &InvestorId, fund: FundCode, on: NaiveDate) -> Shares {
        let of = |it: &&Frozen| it.investor == *investor && it.fund == fund && it.lasts(on);
        let all = self.frozen.iter().filter(of);
        all.fold(Shares::ZERO, |sum, it| sum.plus_or_most(it.shares))
    }

    pub(super) fn raising(&self, fund: FundCode) -> Option<&Raising> {
        self.raising.iter().find(|raising| raising.fund == fund)
    }

    fn own(&self, order: &OrderId) -> Option<&Override> {
        if self.overrides.is_empty() {
            return None;
        }
        let (transaction, _) = order.as_str().rsplit_once('.')?;
        self.overrides.get(transaction)
    }
}

/// Which of a transaction's applications.
enum Part {
    Buy,
    Target,
    Conversion,
    Redemption,
    Transfer,
}

fn part_of(terms: &Terms) -> Part {
    match terms.ask {
        Ask::Purchase { .. } if terms.order.as_str().ends_with(".target") => Part::Target,
        Ask::Purchase { .. } | Ask::Subscription { .. } => Part::Buy,
        Ask::Conversion { .. } => Part::Conversion,
        Ask::Redemption { .. } => Part::Redemption,
        Ask::FastTransfer { .. } => Part::Transfer,
    }
}

fn delay(own: Option<&Override>, general: u32) -> u32 {
    own.and_then(|own| own.delay_s).unwrap_or(general)
}

impl<F: Ord> Odds<F> {
    /// Of a thousand, all fates together.
    pub(crate) fn sum(&self) -> u32 {
        self.per_mille.values().map(|part| u32::from(*part)).sum()
    }
}

impl<F: Ord + Copy + Default> Odds<F> {
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
