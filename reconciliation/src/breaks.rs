//! Something that does not join: what kind it is, both sides of it, and what it is worth.

use crate::{
    row::{Row, Stand, Value},
    source::{Is, Source},
};
use chrono::NaiveDate;
use fundflow_domain::case::{CaseId, Kind, Side};
use rust_decimal::Decimal;

/// A value that both sides state differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of break it is.
    pub kind: Kind,
    /// The value's name.
    pub name: String,
    /// As we have it.
    pub ours: Value,
    /// As the record has it.
    pub theirs: Value,
}

impl Difference {
    /// A value that both state.
    pub fn of(kind: Kind, name: &str, ours: &Value, theirs: &Value) -> Self {
        Self { kind, name: name.to_owned(), ours: ours.clone(), theirs: theirs.clone() }
    }
}

/// Something that does not join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Where the record comes from, or had to come from.
    pub source: Source,
    /// What joins both sides.
    pub key: String,
    /// The kind of the first difference, or of what is not there.
    pub kind: Kind,
    /// What the counterparty says, where it says something.
    pub record: Option<Row>,
    /// What we say, where we say something.
    pub event: Option<Row>,
    /// Values that differ; empty where one side is missing.
    pub differences: Vec<Difference>,
    /// What is wrong, in a sentence.
    pub what: String,
    /// Named after the record, or after the event where there is none.
    pub case: CaseId,
}

/// The case on a record, or on an event that has none.
fn case(source: Source, key: &str, what: &str, said: &str) -> CaseId {
    CaseId::of(format!("reconciliation\n{source}\n{key}\n{what}\n{said}").as_bytes())
}

/// What was asked for is compared with nothing, and is worth as much all the same.
fn asked(name: &str) -> Option<Kind> {
    match name {
        "asked_amount" => Some(Kind::BreakAmount),
        "asked_shares" => Some(Kind::BreakShares),
        _ => None,
    }
}

impl Break {
    pub(crate) fn extra(key: &str, record: Row) -> Self {
        let what =
            format!("record {} of {} belongs to no event of ours", record.record, record.place);
        Self::of_record(key, record, Kind::BreakExtra, what, "record")
    }

    pub(crate) fn unreadable(key: &str, record: Row) -> Self {
        let what = format!(
            "record {} of {} has a field that cannot be read and on which something hangs",
            record.record, record.place
        );
        Self::of_record(key, record, Kind::BreakExtra, what, "record")
    }

    pub(crate) fn duplicate(key: &str, first: &Row, record: Row) -> Self {
        let how =
            if first.said() == record.said() { "says the same as" } else { "says otherwise than" };
        let what = format!(
            "record {} of {} {how} record {} of {}",
            record.record, record.place, first.record, first.place
        );
        Self::of_record(key, record, Kind::BreakDuplicate, what, "duplicate")
    }

    pub(crate) fn differs(
        key: &str,
        record: Row,
        event: Row,
        differences: Vec<Difference>,
    ) -> Self {
        let of = |it: &Difference| format!("{} {} is not our {}", it.name, it.theirs, it.ours);
        let what: Vec<String> = differences.iter().map(of).collect();
        let kind = differences.first().map_or(Kind::Other, |first| first.kind);
        let mut found = Self::of_record(key, record, kind, what.join("; "), "record");
        (found.event, found.differences) = (Some(event), differences);
        found
    }

    pub(crate) fn without_record(key: &str, event: Row, kind: Kind) -> Self {
        let what = match event.stand {
            Stand::Asked { due } => format!("no record answers it, and one was due on {due}"),
            Stand::Event { .. } | Stand::Known { .. } | Stand::Record | Stand::Unreadable => {
                let late =
                    if kind == Kind::BreakLate { ", and it was heard after its day" } else { "" };
                format!("no record of file {} says it{late}", event.source.file())
            }
        };
        let case = Self::missing_case(event.source, key, &event);
        let (source, key) = (event.source, key.to_owned());
        let (record, differences) = (None, Vec::new());
        Self { source, key, kind, record, event: Some(event), differences, what, case }
    }

    /// A whole file that is not there although its time has passed.
    pub fn file_is_late(source: Source, from: &str, day: NaiveDate, due: NaiveDate) -> Self {
        let key = format!("{from}|{day}");
        let stand = Stand::Asked { due };
        let mut event = Row::of(source, stand, from, "file").day("trade_date", Some(day));
        event.evidence = format!("file {} of {from} for {day}", source.file());
        let case = case(source, &key, "file", "");
        let what = format!(
            "file {} of {from} for {day} is not there, and was due on {due}",
            source.file()
        );
        let (record, differences) = (None, Vec::new());
        Self {
            source,
            key,
            kind: Kind::BreakLate,
            record,
            event: Some(event),
            differences,
            what,
            case,
        }
    }

    fn of_record(key: &str, record: Row, kind: Kind, what: String, as_what: &str) -> Self {
        let case = case(record.source, key, as_what, &record.said());
        let (source, key) = (record.source, key.to_owned());
        let (event, differences) = (None, Vec::new());
        Self { source, key, kind, record: Some(record), event, differences, what, case }
    }

    /// The case that an event of that key has while no record says it: a record that comes later closes it.
    pub fn missing_case(source: Source, key: &str, event: &Row) -> CaseId {
        // What an event says more, once it has happened, makes it no other one.
        let serial = event.values.get("serial").map(ToString::to_string).unwrap_or_default();
        let asked = matches!(event.stand, Stand::Asked { .. });
        case(source, key, "missing", if asked { "" } else { &serial })
    }

    /// The case that a record would have if it broke: who corrects another one with it says so by that.
    pub fn record_case(source: Source, key: &str, record: &Row) -> CaseId {
        case(source, key, "record", &record.said())
    }

    /// Whose record there is.
    pub const fn side(&self) -> Side {
        match (&self.record, &self.event) {
            (Some(_), Some(_)) => Side::Both,
            (Some(_), None) => Side::Theirs,
            (None, _) => Side::Ours,
        }
    }

    /// The side that knows the order: ours, or else the record.
    pub fn known(&self) -> Option<&Row> {
        let knows = |row: &&Row| row.order.is_some();
        let ours = self.event.as_ref().filter(knows);
        ours.or_else(|| self.record.as_ref().filter(knows))
            .or(self.event.as_ref())
            .or(self.record.as_ref())
    }

    /// Yuan that the two sides differ by, or all that the only side states.
    pub fn money(&self) -> Decimal {
        self.worth(|name, kind| {
            kind == Kind::BreakAmount || kind == Kind::BreakFee || name == "payout"
        })
    }

    /// Shares that the two sides differ by, or all that the only side states.
    pub fn shares(&self) -> Decimal {
        self.worth(|_, kind| kind == Kind::BreakShares || kind == Kind::BreakHolding)
    }

    /// The greatest of the values that are meant: each is measured against the same right result.
    fn worth(&self, is_meant: impl Fn(&str, Kind) -> bool) -> Decimal {
        let number = |value: &Value| match value {
            Value::Number(number) => *number,
            Value::Day(_) | Value::Word(_) => Decimal::ZERO,
        };
        if self.side() == Side::Both {
            let meant = self.differences.iter().filter(|it| is_meant(&it.name, it.kind));
            let apart = |it: &Difference| number(&it.ours).checked_sub(number(&it.theirs));
            return meant.filter_map(apart).map(|it| it.abs()).max().unwrap_or_default();
        }
        let row = self.record.as_ref().or(self.event.as_ref());
        let stated = row.into_iter().flat_map(|row| &row.values).filter_map(|(name, value)| {
            let kind = match self.source.column(name)?.is {
                Is::Number(kind) => kind,
                Is::Key => asked(name)?,
                Is::Day | Is::Word => return None,
            };
            is_meant(name, kind).then(|| number(value).abs())
        });
        stated.max().unwrap_or_default()
    }
}
