//! The rules on fees by date: minimum redemption rates, the fund's part of them, and caps.
//!
//! | in force from | source |
//! |---|---|
//! | 2013-06-01 | administration rules on sales fees (2013), with the 7-day rule of the 2017 liquidity-risk rules |
//! | 2026-01-01 | administration rules on sales fees of publicly offered funds (2025) |
//!
//! 1. A schedule is judged by the regime in force on its `effective_from`; a redemption's split by
//!    the regime in force on its T.
//! 2. Rules that speak of months are stated in days, 30 to the month, as contracts define them.
//! 3. What a rule excepts has no row, so that no code knows an exception.
//! 4. A schedule for any customer must satisfy the rows for each of them.

use super::{
    ChargeMode, CustomerType, FundKind,
    published::{rules_2013, rules_2026},
    schedule::FeeSchedule,
    tiers::Charge,
};
use crate::{
    ids::{IdError, VersionTag},
    money::{Money, Rate},
};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;
use serde::{Deserialize, Serialize};

/// Whom a row of a regime speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Kinds of fund that it binds; empty: any.
    #[serde(default)]
    pub kinds: Vec<FundKind>,
    /// Types of customer that it binds; empty: any.
    #[serde(default)]
    pub customers: Vec<CustomerType>,
    /// Classes with a service fee only, or without one only; any when absent.
    #[serde(default)]
    pub service_fee: Option<bool>,
}

/// Fund and class that a fee is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FeeSubject {
    /// The kind of the fund, which decides what binds it.
    pub kind: FundKind,
    /// What kind of holder it is charged to.
    pub customer_type: CustomerType,
    /// Whether the class bears a service fee.
    pub service_fee: bool,
}

/// The least that a redemption must cost within a range of holding days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedemptionMinimum {
    /// The funds and customers that it binds.
    pub scope: Scope,
    /// The first natural day of holding that it is for.
    pub from_days: u32,
    /// First day after it.
    pub below_days: u32,
    /// The least rate that may be charged.
    pub rate: Rate,
}

/// How much of a redemption fee belongs to the fund's assets; the first row that fits counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundPart {
    /// The funds and customers that it binds.
    pub scope: Scope,
    /// First natural day after it; open when absent.
    #[serde(default)]
    pub below_days: Option<u32>,
    /// The least part of the fee that stays in the fund.
    pub part: Rate,
}

/// The most that something may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The funds and customers that it binds.
    pub scope: Scope,
    /// The highest rate that may be charged.
    pub rate: Rate,
}

/// The rules of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Names it for ever.
    pub version: VersionTag,
    /// The first day on which it holds.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub from: NaiveDate,
    /// Least rates of redemption, by natural days of holding.
    #[serde(default)]
    pub redemption_minimums: Vec<RedemptionMinimum>,
    /// Parts of the redemption fee that stay with the fund.
    #[serde(default)]
    pub fund_parts: Vec<FundPart>,
    /// Most for subscription and purchase.
    #[serde(default)]
    pub purchase_caps: Vec<Cap>,
    /// Most for a year's service fee.
    #[serde(default)]
    pub service_fee_caps: Vec<Cap>,
    /// Natural days held after which no service fee may be taken; without limit when absent.
    #[serde(default)]
    pub service_fee_free_after_days: Option<u32>,
}

/// A schedule asks for what the regime forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} of schedule {schedule} is {value}; {regime} allows {limit}")]
pub struct Breach {
    /// The fee schedule that breaks the rule.
    pub schedule: VersionTag,
    /// Field of the schedule.
    pub field: String,
    /// The text as it stands in the file, to be quoted.
    pub value: String,
    /// Range that the regime permits.
    pub limit: String,
    /// Version of the regime with that limit.
    pub regime: VersionTag,
}

impl Scope {
    fn covers(&self, subject: FeeSubject) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&subject.kind))
            && (self.customers.is_empty() || self.customers.contains(&subject.customer_type))
            && self.service_fee.is_none_or(|with| with == subject.service_fee)
    }
}

impl FeeSchedule {
    /// Whose fee it is when `customer_type` holds the shares.
    pub fn subject(&self, customer_type: CustomerType) -> FeeSubject {
        let service_fee = match self.charge_mode {
            ChargeMode::ServiceFee => true,
            ChargeMode::FrontEnd | ChargeMode::BackEnd => self.service_fee != Rate::ZERO,
        };
        FeeSubject { kind: self.fund_kind, customer_type, service_fee }
    }
}

impl Regime {
    /// The part of a redemption fee that belongs to the fund's assets; nothing where no row fits.
    pub fn fund_part(&self, subject: FeeSubject, days: u32) -> Rate {
        let fits = |row: &&FundPart| {
            row.scope.covers(subject) && row.below_days.is_none_or(|below| days < below)
        };
        self.fund_parts.iter().find(fits).map_or(Rate::ZERO, |row| row.part)
    }

    /// Whether a schedule may be charged; every breach, not only the first.
    ///
    /// # Errors
    /// One [`Breach`] per field and rule.
    pub fn check(&self, schedule: &FeeSchedule) -> Result<(), Vec<Breach>> {
        let mut breaches = Vec::new();
        for customer in schedule.customer_type.map_or(CustomerType::ALL.to_vec(), |one| vec![one]) {
            let subject = schedule.subject(customer);
            self.check_redemption(schedule, subject, &mut breaches);
            self.check_caps(schedule, subject, &mut breaches);
        }
        if breaches.is_empty() { Ok(()) } else { Err(breaches) }
    }

    fn check_redemption(&self, schedule: &FeeSchedule, who: FeeSubject, out: &mut Vec<Breach>) {
        let table = &schedule.redemption;
        for row in self.redemption_minimums.iter().filter(|row| row.scope.covers(who)) {
            let opened = table.iter().map(|tier| tier.from_days);
            let within = opened.filter(|from| (row.from_days..row.below_days).contains(from));
            for days in std::iter::once(row.from_days).chain(within.filter(|d| *d != row.from_days))
            {
                let rate = table.at(days).rate;
                if rate < row.rate {
                    let limit = format!(
                        "no less than {} below {}",
                        row.rate,
                        counted(row.below_days, "day", "days")
                    );
                    let field = format!("redemption rate from {}", counted(days, "day", "days"));
                    self.note(out, schedule, field, rate.to_string(), limit);
                }
            }
        }
    }

    fn check_caps(&self, schedule: &FeeSchedule, who: FeeSubject, out: &mut Vec<Breach>) {
        let cap = |caps: &[Cap]| caps.iter().find(|cap| cap.scope.covers(who)).map(|cap| cap.rate);
        if let Some(cap) = cap(&self.purchase_caps) {
            let tables = [
                ("subscription", schedule.subscription.as_ref()),
                ("purchase", Some(&schedule.purchase)),
            ];
            for (name, table) in tables {
                for tier in table.iter().flat_map(|table| table.iter()) {
                    if let Some(value) = above(tier.charge, tier.from, cap) {
                        let field = format!("{name} charge from {}", tier.from);
                        let limit = format!("no more than {cap} of the amount");
                        self.note(out, schedule, field, value, limit);
                    }
                }
            }
        }
        if let Some(cap) = cap(&self.service_fee_caps)
            && schedule.service_fee > cap
        {
            let limit = format!("no more than {cap} a year");
            let value = schedule.service_fee.to_string();
            self.note(out, schedule, "service_fee".to_owned(), value, limit);
        }
    }

    // Every type of customer is checked in turn, and they mostly breach the same row.
    fn note(
        &self,
        breaches: &mut Vec<Breach>,
        of: &FeeSchedule,
        field: String,
        value: String,
        limit: String,
    ) {
        let (schedule, regime) = (of.version.clone(), self.version.clone());
        let breach = Breach { schedule, field, value, limit, regime };
        if !breaches.contains(&breach) {
            breaches.push(breach);
        }
    }
}

/// A fixed fee is above a cap when the smallest amount of its tier would pay more than the cap.
fn above(charge: Charge, from: Money, cap: Rate) -> Option<String> {
    match charge {
        Charge::Rate(rate) => (rate > cap).then(|| rate.to_string()),
        Charge::Fixed(fee) => {
            let most = from.decimal().checked_mul(cap.decimal());
            most.is_none_or(|most| fee.decimal() > most).then(|| format!("{fee} yuan per order"))
        }
    }
}

/// Every regime, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Regimes(Vec<Regime>);

impl Regimes {
    /// Of regimes in any order.
    pub fn new(mut regimes: Vec<Regime>) -> Self {
        regimes.sort_by_key(|regime| regime.from);
        Self(regimes)
    }

    /// The two published ones: `csrc-2013` and `csrc-2026`.
    ///
    /// # Errors
    /// Never for the shipped data; a test keeps it so.
    pub fn published() -> Result<Self, IdError> {
        Ok(Self::new(vec![rules_2013()?, rules_2026()?]))
    }

    /// The one in force on a date; `None` before the first.
    pub fn in_force(&self, on: NaiveDate) -> Option<&Regime> {
        self.0.iter().rev().find(|regime| regime.from <= on)
    }
}

#[cfg(test)]
mod tests;
