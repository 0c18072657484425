//! Sums of file 25 that differ by what records of file 04 have their cases for.
//!
//! 1. A sum is explained where it differs from ours by just as much as all disputed records of its fund, business, T and
//!    distributor together: whoever settles these settles it, and nobody has two cases of one mistake.
//! 2. A sum that differs by anything else is a break of its own, whatever records are in dispute.
//! 3. Only yuan are explained: a day of payment or a direction that differs is nobody else's.

use crate::{
    breaks::Break,
    row::{Row, Stand, Value, plain},
    source::Source,
    words::CONFIRMED,
};
use fundflow_domain::case::{CaseId, Kind};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What tells a sum from the others: fund, business, T, distributor.
type Of = [String; 4];

/// What the records of a day say more than our events, as far as a case is about them, open or settled by a person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Apart>", into = "Vec<Apart>")]
pub struct Disputed(BTreeMap<Of, (Decimal, CaseId)>);

/// By how much a sum differs, and the first of the cases of its records.
type Apart = (Of, (Decimal, CaseId));

impl From<Vec<Apart>> for Disputed {
    fn from(all: Vec<Apart>) -> Self {
        Self(all.into_iter().collect())
    }
}

impl From<Disputed> for Vec<Apart> {
    fn from(disputed: Disputed) -> Self {
        disputed.0.into_iter().collect()
    }
}

impl Disputed {
    /// Adds a record of file 04, the event that it joins, or both, of which that case is.
    pub fn add(&mut self, case: CaseId, found: &Break) {
        let [record, event] = [&found.record, &found.event].map(Option::as_ref);
        let Some(of) = record.or(event).and_then(|row| of_record(row, found)) else { return };
        let counts = |row: &&Row| matches!(row.stand, Stand::Event { .. });
        let (stated, booked) = (moved(record), moved(event.filter(counts)));
        let (apart, first) = self.0.entry(of).or_insert((Decimal::ZERO, case));
        *apart = apart.saturating_add(stated).saturating_sub(booked);
        *first = case.min(*first);
    }

    /// The first of the cases that explain that break together; `None` where it is a break of its own.
    pub fn explains(&self, found: &Break) -> Option<CaseId> {
        if found.source != Source::Settlements || found.kind == Kind::BreakDuplicate {
            return None;
        }
        let is_amount = |name: &str| name == "amount";
        if found.differences.iter().any(|it| !is_amount(&it.name)) {
            return None;
        }
        let [record, event] = [&found.record, &found.event].map(Option::as_ref);
        let row = record.or(event)?;
        let of = ["fund", "business", "trade_date", "distributor"].map(|name| text(row, name));
        let (apart, first) = self.0.get(&of)?;
        let differs = amount(record).checked_sub(amount(event))?;
        (!differs.is_zero() && differs == *apart).then_some(*first)
    }
}

/// The sum that counts a record of file 04.
fn of_record(row: &Row, found: &Break) -> Option<Of> {
    if found.source != Source::Confirmations {
        return None;
    }
    let other = found.event.as_ref().filter(|_| !row.values.contains_key("business"));
    let business = text(other.unwrap_or(row), "business");
    let distributor = row.recipient.split_once('/').map_or("", |(_, to)| to).to_owned();
    Some([text(row, "fund"), business, text(row, "trade_date"), distributor])
}

/// Yuan that it moves; a conversion moves none.
fn moved(row: Option<&Row>) -> Decimal {
    let Some(row) = row else { return Decimal::ZERO };
    let is_conversion = ["shares", "shares_out"].iter().all(|name| row.values.contains_key(*name));
    let is_confirmed = text(row, "status") == CONFIRMED;
    if is_confirmed && !is_conversion { amount(Some(row)) } else { Decimal::ZERO }
}

fn amount(row: Option<&Row>) -> Decimal {
    match row.and_then(|row| row.values.get("amount")) {
        Some(Value::Number(amount)) => *amount,
        Some(Value::Day(_) | Value::Word(_)) | None => Decimal::ZERO,
    }
}

fn text(row: &Row, name: &str) -> String {
    row.values.get(name).map(plain).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{join::judge, rules::Rules};
    use chrono::NaiveDate;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 2, 12).unwrap()
    }

    fn record(number: &str, amount: &str) -> Row {
        let row = Row::of(Source::Confirmations, Stand::Record, "04", number);
        let row = row.word("application", number).word("business", "122").word("fund", "011162");
        let row = row.day("trade_date", Some(day())).word("status", CONFIRMED);
        Row { recipient: "05/305".to_owned(), ..row.number("amount", amount.parse().unwrap()) }
    }

    fn event(row: Row) -> Row {
        Row { stand: Stand::Event { due: None, heard: day(), dated: day() }, ..row }
    }

    fn sum(stand: Stand, amount: &str) -> Row {
        let row = Row::of(Source::Settlements, stand, "25", "122").word("fund", "011162");
        let row = row.word("business", "122").word("distributor", "305");
        row.day("trade_date", Some(day())).number("amount", amount.parse().unwrap())
    }

    fn breaks(source: Source, rows: Vec<Row>) -> Vec<Break> {
        judge(Rules::shipped().unwrap().source(source), "KEY", rows, day()).breaks
    }

    #[test]
    fn an_event_of_which_no_record_says_anything_explains_too() {
        let missed = Row {
            stand: Stand::Event { due: Some(day()), heard: day(), dated: day() },
            ..record("A", "3000.00")
        };
        let mut disputed = Disputed::default();
        for found in &breaks(Source::Confirmations, vec![missed]) {
            disputed.add(found.case, found);
        }
        let found = breaks(
            Source::Settlements,
            vec![sum(Stand::Record, "7000.00"), event(sum(Stand::Record, "10000.00"))],
        );
        assert!(disputed.explains(&found[0]).is_some());
    }

    /// Whether a sum of theirs beside one of ours is explained by a record that nobody takes and one that is dearer than
    /// its event: 100.00 and 0.50 more than we have.
    fn is_explained(rows: Vec<Row>) -> bool {
        let mut disputed = Disputed::default();
        let first = breaks(Source::Confirmations, vec![record("A", "100.00")]);
        let dearer = vec![record("B", "10.50"), event(record("B", "10.00"))];
        for found in first.iter().chain(&breaks(Source::Confirmations, dearer)) {
            disputed.add(found.case, found);
        }
        let [found] = &breaks(Source::Settlements, rows)[..] else { panic!("a break") };
        disputed.explains(found).is_some()
    }

    #[test]
    fn a_sum_that_differs_by_its_disputed_records_is_explained_and_no_other_is() {
        let ours = || event(sum(Stand::Record, "10.00"));
        let theirs = |amount| sum(Stand::Record, amount);
        assert!(is_explained(vec![theirs("110.50"), ours()]));
        assert!(!is_explained(vec![theirs("110.49"), ours()]), "a cent less");
        assert!(!is_explained(vec![theirs("9.00"), ours()]), "the other way");
        assert!(is_explained(vec![theirs("100.50")]), "we have no such sum");
        assert!(!is_explained(vec![ours()]), "they have no such sum");
        let other = theirs("110.50").word("business", "124");
        assert!(!is_explained(vec![other, ours().word("business", "124")]), "another business");
        let later = day().succ_opt();
        let late = theirs("110.50").day("pay_date", later);
        assert!(
            !is_explained(vec![late, ours().day("pay_date", Some(day()))]),
            "another day of pay"
        );
    }
}
