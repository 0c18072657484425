//! What a register makes of its records, whatever their order: the model that a wallet is held against.

use super::tests::date;
use crate::{
    ids::RegisterRecord,
    money::{PerTenThousand, Shares},
    money_fund::{IncomeUnit, income},
};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const DAYS: u64 = 7;

pub(super) fn day(nth: u64) -> NaiveDate {
    date("2026-03-02") + Days::new(nth)
}

pub(super) fn fen(many: i64) -> Shares {
    Shares::new(Decimal::new(many, 2)).unwrap()
}

pub(super) type Portions = Vec<(i64, NaiveDate)>;

/// What holds by the records, whatever their order: what came when, and what left after which day.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) unit: IncomeUnit,
    pub(super) came: BTreeMap<u8, Portions>,
    pub(super) left: BTreeMap<u8, Portions>,
    pub(super) figures: BTreeMap<u64, (u8, PerTenThousand)>,
    /// Through which days income became shares, and when they were registered.
    pub(super) carries: BTreeMap<u64, NaiveDate>,
    /// Those that brought something: the others wait for a day that is published late.
    pub(super) brought: BTreeSet<u64>,
    /// Who was to take the unpaid income along, and with how many shares.
    pub(super) exits: BTreeMap<u8, i64>,
    /// What was paid along with shares that left, and what was left to the fund with it.
    pub(super) paid: BTreeMap<u8, [Decimal; 2]>,
    /// What had become shares when it was paid last, and the last day of which the income was known then.
    pub(super) carried: Portions,
    pub(super) settled_through: Option<u64>,
    pub(super) records: u32,
}

/// What follows of the records, day by day.
#[derive(Debug, Default)]
pub(super) struct Reckoned {
    pub(super) earning: Vec<i64>,
    pub(super) incomes: Vec<Option<Decimal>>,
    /// From which day on they earn.
    pub(super) carried: Portions,
    pub(super) unpaid: Decimal,
}

pub(super) const LONG_AGO: i64 = 1_000_000_000;

pub(super) fn sum<'a>(all: impl Iterator<Item = &'a (i64, NaiveDate)>) -> i64 {
    all.map(|(many, _)| many).sum()
}

impl Register {
    pub(super) fn reckoned(&self) -> Reckoned {
        let mut all = Reckoned { carried: self.carried.clone(), ..Reckoned::default() };
        let became = Decimal::new(sum(self.carried.iter()), 2);
        all.unpaid -= self.paid.values().flatten().sum::<Decimal>() + became;
        for nth in 0..DAYS {
            let on = day(nth);
            let came = self.came.values().flatten().filter(|(_, from)| *from <= on);
            let left = self.left.values().flatten().filter(|(_, through)| *through < on);
            let carried = all.carried.iter().filter(|(_, from)| *from <= on);
            let earning = LONG_AGO + sum(came) - sum(left) + sum(carried);
            all.earning.push(earning);
            let figure = self.figures.get(&nth).map(|(_, figure)| *figure);
            let amount = figure.map(|it| income(fen(earning), it, self.unit).unwrap().decimal());
            all.incomes.push(amount);
            all.unpaid += amount.unwrap_or_default();
            if let Some(registered) = self.carries.get(&nth) {
                let whole = (all.unpaid * Decimal::ONE_HUNDRED).trunc();
                all.unpaid -= whole / Decimal::ONE_HUNDRED;
                all.carried.push((whole.try_into().unwrap(), day(nth + 1).max(*registered)));
            }
        }
        all
    }

    pub(super) fn gone(&self, who: u8) -> i64 {
        sum(self.left.get(&who).into_iter().flatten())
    }

    pub(super) fn held(&self, reckoned: &Reckoned) -> i64 {
        let (came, left) = (self.came.values().flatten(), self.left.values().flatten());
        LONG_AGO + sum(came) - sum(left) + sum(reckoned.carried.iter())
    }

    pub(super) fn record(&mut self) -> RegisterRecord {
        self.records += 1;
        format!("R-{}", self.records).parse().unwrap()
    }
}
