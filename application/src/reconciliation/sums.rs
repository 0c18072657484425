//! What the files of a T confirm of a fund and a business, added up as file 25 has it.

use super::applications::About;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Application, Confirmation},
    ids::FundCode,
};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
    words,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What tells a sum from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Of {
    fund: FundCode,
    business: String,
    t: NaiveDate,
    distributor: String,
}

/// A sum of confirmations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// The fund that pays or is paid.
    pub fund: FundCode,
    /// Whether the registrar owes us; else we owe it.
    pub is_ours: bool,
    /// Yuan of all of them.
    pub amount: Decimal,
    /// How many confirmations.
    pub count: u64,
    of: Of,
    first: String,
}

/// Every sum of a day; as many as there are funds and kinds of business.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Sum>", into = "Vec<Sum>")]
pub struct Sums(BTreeMap<Of, Sum>);

impl From<Vec<Sum>> for Sums {
    fn from(sums: Vec<Sum>) -> Self {
        Self(sums.into_iter().map(|sum| (sum.of.clone(), sum)).collect())
    }
}

impl From<Sums> for Vec<Sum> {
    fn from(sums: Sums) -> Self {
        sums.0.into_values().collect()
    }
}

impl Sums {
    /// Adds what a confirmation moves; one that moves no money is in no sum.
    pub fn add(&mut self, application: &Application, said: &Confirmation, about: About<'_>) {
        let Some((amount, direction)) = Row::settled(said) else { return };
        let terms = &application.terms;
        let of = Of {
            fund: terms.fund,
            business: words::answering(terms.ask.code()),
            t: about.day.unwrap_or_else(|| terms.trade_date.date()),
            distributor: about.distributor.to_owned(),
        };
        let sum = self.0.entry(of.clone()).or_insert_with(|| Sum {
            fund: terms.fund,
            is_ours: direction == words::RECEIVE,
            amount: Decimal::ZERO,
            count: 0,
            of,
            first: terms.order.to_string(),
        });
        sum.amount = sum.amount.saturating_add(amount);
        sum.count = sum.count.saturating_add(1);
    }

    /// The funds of which something was confirmed that moves money.
    pub fn funds(&self) -> BTreeSet<FundCode> {
        self.0.keys().map(|of| of.fund).collect()
    }

    /// All of them; `pays`: the day on which a fund pays or is paid.
    pub fn rows(&self, pays: impl Fn(&Sum) -> Option<NaiveDate>) -> Vec<Row> {
        self.0.values().map(|sum| row(sum, pays(sum))).collect()
    }
}

fn row(sum: &Sum, pays: Option<NaiveDate>) -> Row {
    let Of { fund, business, t, distributor } = &sum.of;
    let stand = Stand::Event { due: None, heard: *t, dated: *t };
    let row = Row::of(Source::Settlements, stand, format!("confirmations of {fund}"), business);
    let direction = if sum.is_ours { words::RECEIVE } else { words::PAY };
    let row = row.word("fund", fund).word("business", business).word("distributor", distributor);
    let row = row.day("trade_date", Some(*t)).word("direction", direction);
    let evidence = format!(
        "{} of business {business}, {} yuan in all, from order {} on",
        sum.count, sum.amount, sum.first
    );
    Row { fund: Some(*fund), evidence, ..row.number("amount", sum.amount).day("pay_date", pays) }
}
