//! All terms of all funds that there ever were, and which of them are in force on a day.
//!
//! 1. Terms are added, never changed: an order that names a version finds it for ever.
//! 2. In force on a day are the latest terms that do not start after it.
//! 3. A catalogue that contradicts itself cannot be built; every [`Contradiction`] is named at once.

use crate::{
    fees::{
        self,
        regime::Regimes,
        tiers::{AmountTiers, Charge, DaysTiers},
    },
    fund::{FundKind, FundTerms},
    ids::{FundCode, VersionTag},
    money::Rate,
};
use chrono::{Datelike, NaiveDate, Weekday};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// Something that cannot be true of a fund's terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {value}: {allowed}")]
pub struct Contradiction {
    /// The fund whose terms contradict each other.
    pub fund: FundCode,
    /// The version of the terms that do.
    pub version: VersionTag,
    /// Field of the terms.
    pub key: String,
    /// The text as it stands in the file, to be quoted.
    pub value: String,
    /// Values that the key permits.
    pub allowed: String,
}

/// Every fund's terms, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    funds: BTreeMap<FundCode, Vec<Arc<FundTerms>>>,
}

impl Catalogue {
    /// From terms in any order.
    ///
    /// # Errors
    /// Every contradiction, not only the first.
    pub fn new(terms: Vec<FundTerms>) -> Result<Self, Vec<Contradiction>> {
        let mut funds: BTreeMap<FundCode, Vec<Arc<FundTerms>>> = BTreeMap::new();
        for terms in terms {
            funds.entry(terms.code).or_default().push(Arc::new(terms));
        }
        for history in funds.values_mut() {
            history.sort_by_key(|terms| terms.effective_from);
        }
        let catalogue = Self { funds };
        let found = catalogue.contradictions();
        if found.is_empty() { Ok(catalogue) } else { Err(found) }
    }

    /// The terms that decide an order whose T is `date`; none before the fund's first terms.
    pub fn on(&self, code: FundCode, date: NaiveDate) -> Option<Arc<FundTerms>> {
        let history = self.history(code).iter().rev();
        history.clone().find(|terms| terms.effective_from <= date).cloned()
    }

    /// The terms that an old order was decided on.
    pub fn version(&self, version: &VersionTag) -> Option<Arc<FundTerms>> {
        self.all().find(|terms| terms.version == *version).cloned()
    }

    /// One fund's terms, the oldest first; empty for a fund that is not listed.
    pub fn history(&self, code: FundCode) -> &[Arc<FundTerms>] {
        self.funds.get(&code).map_or(&[], Vec::as_slice)
    }

    /// Every fund that is listed, in ascending order.
    pub fn codes(&self) -> impl Iterator<Item = FundCode> {
        self.funds.keys().copied()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<FundTerms>> {
        self.funds.values().flatten()
    }

    fn contradictions(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        let mut versions = BTreeSet::new();
        for history in self.funds.values() {
            for pair in history.windows(2) {
                if let [before, terms] = pair
                    && before.effective_from == terms.effective_from
                {
                    let allowed = format!("terms {} start on that day already", before.version);
                    note(&mut found, terms, "effective_from", &terms.effective_from, allowed);
                }
            }
            for terms in history {
                if !versions.insert(&terms.version) {
                    note(&mut found, terms, "version", &terms.version, "used once in a catalogue");
                }
                of_terms(terms, &mut found);
                self.of_conversions(terms, &mut found);
            }
        }
        found
    }

    fn of_conversions(&self, terms: &FundTerms, found: &mut Vec<Contradiction>) {
        let mut seen = BTreeSet::new();
        for (index, pair) in terms.conversions.iter().enumerate() {
            let key = format!("conversions[{index}].target");
            let on = self.on(pair.target, terms.effective_from);
            let target = on.or_else(|| self.history(pair.target).first().cloned());
            let first = seen.insert(pair.target);
            let why = match &target {
                Some(_) | None if !first => "named once".to_owned(),
                None => "a fund of this catalogue".to_owned(),
                Some(target) if target.master == terms.master => {
                    "another fund, not a share class of the same".to_owned()
                }
                Some(target) if target.registrar != terms.registrar => format!(
                    "a fund of registrar {}; shares of two registrars are not converted",
                    terms.registrar
                ),
                Some(_) => continue,
            };
            note(found, terms, &key, &pair.target, why);
        }
    }
}

fn of_terms(terms: &FundTerms, found: &mut Vec<Contradiction>) {
    if !(1..=3).contains(&terms.confirm_lag) {
        note(found, terms, "confirm_lag", &terms.confirm_lag, "1 to 3 trading days after T");
    }
    // The law on public funds gives a manager 7 working days to pay a redemption.
    if !(1..=7).contains(&terms.payout_lag) {
        note(found, terms, "payout_lag", &terms.payout_lag, "1 to 7 trading days after T");
    }
    of_holidays(terms, found);
    if !same_kind(terms.kind, terms.fees.fund_kind) {
        let allowed = format!("a kind that a {} fund can have", terms.kind);
        note(found, terms, "fees.fund_kind", &terms.fees.fund_kind, allowed);
    }
    of_money_fees(terms, found);
    for (index, closure) in terms.closures.iter().enumerate() {
        if closure.through < closure.from {
            let key = format!("closures[{index}].through");
            note(found, terms, &key, &closure.through, format!("{} or later", closure.from));
        }
    }
    for (index, rule) in terms.discounts.iter().enumerate() {
        if let Some(until) = rule.until.filter(|until| *until < rule.from) {
            let key = format!("discounts[{index}].until");
            note(found, terms, &key, &until, format!("{} or later", rule.from));
        }
        if terms.discounts.iter().take(index).any(|before| before.id == rule.id) {
            note(
                found,
                terms,
                &format!("discounts[{index}].id"),
                &rule.id,
                "used once in these terms",
            );
        }
    }
    for (index, notice) in terms.limits.large_purchases.iter().enumerate() {
        if let Some(through) = notice.through.filter(|through| *through < notice.from) {
            let key = format!("limits.large_purchases[{index}].through");
            note(found, terms, &key, &through, format!("{} or later", notice.from));
        }
    }
    if let Some(raising) = &terms.raising {
        if raising.through < raising.from {
            let allowed = format!("{} or later", raising.from);
            note(found, terms, "raising.through", &raising.through, allowed);
        }
        if let Some(day) = raising.founded_on.filter(|day| *day <= raising.through) {
            let allowed = format!("after {}", raising.through);
            note(found, terms, "raising.founded_on", &day, allowed);
        }
    }
    of_order_limits(terms, found);
    of_regime(terms, found);
}

/// A money fund takes a service fee a year, and nothing for buying or leaving: its shares are a wallet's.
fn of_money_fees(terms: &FundTerms, found: &mut Vec<Contradiction>) {
    if terms.kind != FundKind::Money {
        return;
    }
    let by_amount = [
        ("purchase", Some(&terms.fees.purchase)),
        ("subscription", terms.fees.subscription.as_ref()),
    ];
    for (table, tiers) in by_amount {
        let charged = tiers.into_iter().flat_map(AmountTiers::iter).enumerate();
        for (index, tier) in charged.filter(|(_, tier)| !tier.charge.is_free()) {
            let (name, value): (_, &dyn fmt::Display) = match &tier.charge {
                Charge::Rate(rate) => ("rate", rate),
                Charge::Fixed(fee) => ("fixed", fee),
            };
            let key = format!("fees.{table}[{index}].{name}");
            note(
                found,
                terms,
                &key,
                value,
                "0 for a money-market fund, whose shares cost nothing to buy",
            );
        }
    }
    let by_days =
        [("redemption", Some(&terms.fees.redemption)), ("back_end", terms.fees.back_end.as_ref())];
    for (table, tiers) in by_days {
        let charged = tiers.into_iter().flat_map(DaysTiers::iter).enumerate();
        for (index, tier) in charged.filter(|(_, tier)| tier.rate != Rate::ZERO) {
            let key = format!("fees.{table}[{index}].rate");
            note(
                found,
                terms,
                &key,
                &tier.rate,
                "0 for a money-market fund, whose shares leave for nothing",
            );
        }
    }
}

/// A money fund is at home, and its wallet counts on that.
fn of_holidays(terms: &FundTerms, found: &mut Vec<Contradiction>) {
    let mut before: Option<NaiveDate> = None;
    for (index, day) in terms.foreign_holidays.iter().enumerate() {
        let key = format!("foreign_holidays[{index}]");
        if let Some(before) = before.filter(|before| day <= before) {
            note(found, terms, &key, day, format!("a day after {before}, the one above"));
        }
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            note(
                found,
                terms,
                &key,
                day,
                "a day from Monday to Friday; the weekend is never counted",
            );
        }
        before = Some(*day);
    }
    if terms.kind == FundKind::Money && before.is_some() {
        let listed = format!("{} days", terms.foreign_holidays.len());
        note(found, terms, "foreign_holidays", &listed, "none for a money-market fund");
    }
}

fn of_order_limits(terms: &FundTerms, found: &mut Vec<Contradiction>) {
    let both =
        [("individual", &terms.limits.individual), ("institution", &terms.limits.institution)];
    for (whose, limits) in both {
        let least = limits.first_min.max(limits.additional_min);
        let maxima =
            [("order_max", limits.order_max), ("conversion_in_max", limits.conversion_in_max)];
        for (name, max) in maxima {
            if let Some(max) = max.filter(|max| *max < least) {
                let key = format!("limits.{whose}.{name}");
                note(found, terms, &key, &max, format!("{least} (the minimum) or more"));
            }
        }
    }
}

fn of_regime(terms: &FundTerms, found: &mut Vec<Contradiction>) {
    // The published regimes are data of this crate; a test of theirs keeps them readable.
    let Ok(regimes) = Regimes::published() else { return };
    let Some(regime) = regimes.in_force(terms.effective_from) else { return };
    for breach in regime.check(&terms.fees).err().into_iter().flatten() {
        let allowed = format!("{} allows {}", breach.regime, breach.limit);
        note(found, terms, &format!("fees.{}", breach.field), &breach.value, allowed);
    }
}

const fn same_kind(kind: FundKind, of_fees: fees::FundKind) -> bool {
    use fees::FundKind as F;
    match kind {
        FundKind::Money => matches!(of_fees, F::MoneyMarket),
        FundKind::Bond => matches!(of_fees, F::Bond | F::CertificateOfDeposit),
        FundKind::Index => matches!(of_fees, F::Index | F::Etf),
        FundKind::Hybrid => matches!(of_fees, F::ActiveEquity | F::OtherHybrid),
        FundKind::Equity => matches!(of_fees, F::ActiveEquity),
        FundKind::Qdii | FundKind::Fof => !matches!(of_fees, F::MoneyMarket),
    }
}

fn note(
    found: &mut Vec<Contradiction>,
    terms: &FundTerms,
    key: &str,
    value: &dyn fmt::Display,
    allowed: impl Into<String>,
) {
    found.push(Contradiction {
        fund: terms.code,
        version: terms.version.clone(),
        key: key.to_owned(),
        value: value.to_string(),
        allowed: allowed.into(),
    });
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
