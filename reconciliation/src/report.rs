//! A break as a case: what is stored of it.

use crate::{
    breaks::Break,
    row::Row,
    rules::{SourceRules, short},
};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    case::{Disputed, Figure, Finding, Proposal, Report, Side, Source},
    money::{Money, Shares},
    text::Text,
    time::Timestamp,
};
use rust_decimal::Decimal;

/// The report that opens the case of a break, found at that instant.
pub fn report(found: &Break, at: Timestamp) -> Report {
    let known = found.known();
    let stated = found.record.as_ref().or(found.event.as_ref());
    Report {
        id: found.case,
        at,
        source: Source {
            kind: found.source.kind(),
            name: Text::lossy(stated.map_or("", |row| row.place.as_str())),
            record: Text::lossy(stated.map_or("", |row| row.record.as_str())),
        },
        transaction: known.and_then(|row| row.transaction.clone()),
        order: known.and_then(|row| row.order.clone()),
        fund: known.and_then(|row| row.fund).or_else(|| stated.and_then(|row| row.fund)),
        findings: findings(found),
        evidence: Text::lossy(found.record.as_ref().map_or("", |row| row.evidence.as_str())),
    }
}

/// What the rules say of it: until when, and what to do. Its age counts from the day that was reconciled.
pub fn proposal(rules: &SourceRules, found: &Break, day: NaiveDate) -> Proposal {
    let treatment = rules.treatment(found.kind);
    Proposal {
        day,
        source: Text::lossy(found.source.name()),
        key: Text::lossy(&found.key),
        side: found.side(),
        severity: treatment.severity,
        due: day.checked_add_days(Days::new(treatment.age_days.into())).unwrap_or(day),
        act: Text::lossy(&treatment.act),
        ours: Text::lossy(found.event.as_ref().map_or("", |row| row.evidence.as_str())),
    }
}

/// One for each kind, the break's own first. What is in doubt is in the first: no share counts twice.
fn findings(found: &Break) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for difference in &found.differences {
        let ours = Figure::new(&difference.name, &difference.ours);
        let theirs = Figure::new(&difference.name, &difference.theirs);
        if let Some(known) = findings.iter_mut().find(|it| it.kind == difference.kind) {
            known.ours.push(ours);
            known.theirs.push(theirs);
            continue;
        }
        let disputed = if findings.is_empty() { disputed(found) } else { Disputed::default() };
        let what = format!("{}: {}", short(difference.kind), found.what);
        let (ours, theirs) = (vec![ours], vec![theirs]);
        findings.push(Finding {
            kind: difference.kind,
            what: Text::lossy(what),
            ours,
            theirs,
            disputed,
        });
    }
    if findings.is_empty() {
        let (theirs, ours) = match found.side() {
            Side::Ours => (Vec::new(), figures(found.event.as_ref())),
            Side::Theirs | Side::Both => (figures(found.record.as_ref()), Vec::new()),
        };
        let what = Text::lossy(format!("{}: {}", short(found.kind), found.what));
        findings.push(Finding { kind: found.kind, what, ours, theirs, disputed: disputed(found) });
    }
    findings
}

fn figures(row: Option<&Row>) -> Vec<Figure> {
    let values = row.into_iter().flat_map(|row| &row.values);
    values.map(|(name, value)| Figure::new(name, value)).collect()
}

/// What cannot be a sum of money or of shares is in no doubt that could be added up.
fn disputed(found: &Break) -> Disputed {
    let whole = |number: Decimal| number.trunc_with_scale(2);
    Disputed {
        shares: Shares::new(whole(found.shares())).unwrap_or_default(),
        money: Money::new(whole(found.money())).unwrap_or_default(),
    }
}
