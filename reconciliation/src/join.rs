//! Rows of one key, of both sides: what belongs together, and what does not.
//!
//! 1. A record joins at most one event and an event at most one record of each file that says it; of two records that
//!    the rules cannot tell apart, the second is a duplicate, word for word or not.
//! 2. A value that one side does not state is not compared.
//! 3. The order of the rows decides nothing but which of two equal ones counts as the first.

use crate::{
    breaks::{Break, Difference},
    row::{Row, Stand, Value, plain},
    rules::{SourceRules, Tolerance},
    source::Is,
};
use chrono::NaiveDate;
use fundflow_domain::case::Kind;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// What came of the rows of one key.
#[derive(Debug, Default)]
pub struct Judged {
    /// A record and its event that agree.
    pub joins: Vec<Join>,
    /// What does not agree, or has no other side.
    pub breaks: Vec<Break>,
    /// Asked of the counterparty, and its day has not come.
    pub awaited: Vec<Row>,
    /// Events that a record of this key joined, whether they agree or not.
    pub events_met: usize,
}

/// A record and the event that says the same.
#[derive(Debug)]
pub struct Join {
    /// What the counterparty says.
    pub record: Row,
    /// What we say.
    pub event: Row,
}

/// An event and whose records have joined it.
struct Mine {
    row: Row,
    recipients: BTreeSet<String>,
}

/// Judges all rows of one key. `reached`: the day that the counterparty's records have come to; what is due later is
/// waited for.
pub fn judge(
    rules: &SourceRules,
    key: &str,
    rows: impl IntoIterator<Item = Row>,
    reached: NaiveDate,
) -> Judged {
    let (records, events): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(Row::is_record);
    let mut mine: Vec<Mine> =
        events.into_iter().map(|row| Mine { row, recipients: BTreeSet::new() }).collect();
    let mut judged = Judged::default();
    let mut seen: Vec<Row> = Vec::new();
    for record in records {
        if matches!(record.stand, Stand::Unreadable) {
            judged.breaks.push(Break::unreadable(key, record));
            continue;
        }
        let same =
            seen.iter().find(|it| it.recipient == record.recipient && is_alike(rules, it, &record));
        if let Some(first) = same {
            judged.breaks.push(Break::duplicate(key, first, record));
            continue;
        }
        seen.push(record);
    }
    for record in whole(seen) {
        match of_record(rules, &mut mine, &record) {
            Some(event) => judged.pair(rules, key, record, event),
            None => judged.breaks.push(Break::extra(key, record)),
        }
    }
    judged.name_orders(mine.iter().map(|it| &it.row));
    for Mine { row, recipients } in mine {
        if recipients.is_empty() {
            judged.alone(key, row, reached);
        } else if matches!(row.stand, Stand::Event { .. }) {
            judged.events_met += 1;
        }
    }
    judged
}

/// Lots of one account in one file are one record of it, of so many parts: nobody states them in another way.
fn whole(records: Vec<Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for mut record in records {
        let is_lot = record.values.remove("lot").is_some();
        let known =
            all.iter_mut().find(|it| is_lot && it.recipient == record.recipient && it.parts > 0);
        let Some(known) = known else {
            all.push(record);
            continue;
        };
        known.parts = known.parts.saturating_add(record.parts);
        known.evidence = format!("{}\n{}", known.evidence, record.evidence);
        for (name, value) in record.values {
            let Value::Number(more) = value else { continue };
            let none = Value::Number(Decimal::ZERO);
            if let Value::Number(sum) = known.values.entry(name).or_insert(none) {
                *sum = sum.saturating_add(more);
            }
        }
    }
    all
}

impl Judged {
    /// A record of its own that breaks is of the order that its key is of, where we know one.
    fn name_orders<'a>(&mut self, mut events: impl Iterator<Item = &'a Row>) {
        let Some(known) = events.find(|row| row.order.is_some()) else { return };
        for record in self.breaks.iter_mut().filter_map(|it| it.record.as_mut()) {
            if record.order.is_none() {
                record.order.clone_from(&known.order);
                record.transaction.clone_from(&known.transaction);
            }
        }
    }

    fn pair(&mut self, rules: &SourceRules, key: &str, record: Row, event: Row) {
        let late = late(&record, &event);
        let differences: Vec<_> =
            late.into_iter().chain(differences(rules, &record, &event)).collect();
        if differences.is_empty() {
            self.joins.push(Join { record, event });
        } else {
            self.breaks.push(Break::differs(key, record, event, differences));
        }
    }

    fn alone(&mut self, key: &str, row: Row, reached: NaiveDate) {
        match row.stand {
            Stand::Event { due, heard, .. } if due.is_some_and(|due| heard > due) => {
                self.breaks.push(Break::without_record(key, row, Kind::BreakLate));
            }
            Stand::Event { .. } => {
                self.breaks.push(Break::without_record(key, row, Kind::BreakMissing));
            }
            Stand::Asked { due } if due <= reached => {
                self.breaks.push(Break::without_record(key, row, Kind::BreakMissing));
            }
            Stand::Asked { .. } => self.awaited.push(row),
            Stand::Known { .. } | Stand::Record | Stand::Unreadable => {}
        }
    }
}

/// The event that a record joins: one that agrees in what tells them apart, an event of the day before what is only
/// known, and one that no record of the same file has joined.
fn of_record(rules: &SourceRules, mine: &mut [Mine], record: &Row) -> Option<Row> {
    let is_free = |it: &&mut Mine| {
        !it.recipients.contains(&record.recipient) && is_alike(rules, &it.row, record)
    };
    let rank = |it: &&mut Mine| {
        let stated = rules.tell.iter().filter(|name| it.row.values.contains_key(*name)).count();
        (!matches!(it.row.stand, Stand::Event { .. }), usize::MAX - stated)
    };
    let found = mine.iter_mut().filter(is_free).min_by_key(rank)?;
    found.recipients.insert(record.recipient.clone());
    Some(found.row.clone())
}

/// Whether both say the same in what tells rows of one key apart, as far as both say it.
fn is_alike(rules: &SourceRules, one: &Row, other: &Row) -> bool {
    rules.tell.iter().all(|name| match (one.values.get(name), other.values.get(name)) {
        (Some(one), Some(other)) => plain(one) == plain(other),
        (_, None) | (None, _) => true,
    })
}

fn differences(rules: &SourceRules, record: &Row, event: &Row) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, tolerance) in &rules.compare {
        let (Some(theirs), Some(ours)) = (record.values.get(name), event.values.get(name)) else {
            continue;
        };
        let Some(column) = rules.source.column(name) else { continue };
        if let Some(kind) = differs(ours, theirs, column.is, *tolerance) {
            found.push(Difference::of(kind, name, ours, theirs));
        }
    }
    found
}

fn differs(ours: &Value, theirs: &Value, is: Is, tolerance: Tolerance) -> Option<Kind> {
    match (ours, theirs, is, tolerance) {
        (Value::Number(ours), Value::Number(theirs), Is::Number(kind), Tolerance::Number(most)) => {
            let apart = ours.checked_sub(*theirs).map(|apart| apart.abs());
            apart.is_none_or(|apart| apart > most).then_some(kind)
        }
        (Value::Day(ours), Value::Day(theirs), Is::Day, Tolerance::Days(most)) => {
            ((*ours - *theirs).num_days().unsigned_abs() > u64::from(most))
                .then_some(Kind::BreakDate)
        }
        (ours, theirs, Is::Number(kind), _) => (plain(ours) != plain(theirs)).then_some(kind),
        (ours, theirs, Is::Day, _) => (plain(ours) != plain(theirs)).then_some(Kind::BreakDate),
        (ours, theirs, Is::Word | Is::Key, _) => {
            (plain(ours) != plain(theirs)).then_some(Kind::BreakStatus)
        }
    }
}

/// The names under which a record states its day.
const DAYS: [&str; 2] = ["confirmed_on", "date"];

/// A record that came after the day by which it had to.
fn late(record: &Row, event: &Row) -> Option<Difference> {
    let due = match event.stand {
        Stand::Event { due, .. } | Stand::Known { due } => due?,
        Stand::Asked { due } => due,
        Stand::Record | Stand::Unreadable => return None,
    };
    let stated = DAYS.iter().find_map(|name| match record.values.get(*name) {
        Some(Value::Day(day)) => Some(*day),
        Some(Value::Number(_) | Value::Word(_)) | None => None,
    })?;
    (stated > due)
        .then(|| Difference::of(Kind::BreakLate, "due", &Value::Day(due), &Value::Day(stated)))
}
