//! A look, or what was done, for people.

use super::{
    Report,
    plan::{EventLine, Outcome, Row},
};
use crate::{
    reading::{Failure, pairs, table},
    saga_words::{Told, in_flight},
};
use std::io::Write;

pub(super) fn report(report: &Report<'_>, out: &mut impl Write) -> Result<(), Failure> {
    for row in &report.purchases {
        purchase(row, report.action, out)?;
    }
    let done = report.purchases.iter().filter(|row| row.outcome == Outcome::Applied).count();
    if report.applied {
        let (of, who) = (report.purchases.len(), report.operator);
        writeln!(out, "done: {done} of {of}, by {who}: {}", report.reason)?;
        if report.events_of_others > 0 {
            let others = report.events_of_others;
            writeln!(out, "other open purchases went on meanwhile: {others} events")?;
        }
        return Ok(());
    }
    writeln!(out, "nothing was changed")?;
    let targets = report.purchases.iter().filter(|row| row.outcome == Outcome::Planned);
    let targets: Vec<_> =
        targets.filter_map(|row| Some(format!("{}@{}", row.transaction, row.version?))).collect();
    if !targets.is_empty() {
        let targets = targets.join(" ");
        writeln!(out, "to do it, type the same with {targets} and --apply")?;
    }
    Ok(())
}

fn purchase(row: &Row, action: &str, out: &mut impl Write) -> Result<(), Failure> {
    let outcome = match row.outcome {
        Outcome::Planned => "can be done",
        Outcome::Applied => "done",
        Outcome::Refused => "cannot be done",
        Outcome::Stale => "has moved",
        Outcome::NotFound => "not found",
    };
    writeln!(out, "{action} {}: {outcome}", row.transaction)?;
    let mut facts = Vec::new();
    facts.extend(row.why.clone().map(|why| ("why", why)));
    if let Some(told) = row.after.as_ref().or(row.stands.as_ref()) {
        facts.push(("state", told.row.state.to_owned()));
        facts.push(("stands at", told.stands_at.clone().unwrap_or_else(|| "-".to_owned())));
        facts.push(("waits for", waits(told)));
        facts.push(("in flight", in_flight(&told.in_flight)));
    }
    facts.extend(row.version.map(|version| ("version", version.to_string())));
    facts.extend(row.calls.iter().map(|call| ("call", call.clone())));
    facts.extend(row.money.iter().map(|money| ("money", money.clone())));
    pairs(out, &facts.iter().map(|(name, value)| (*name, value.clone())).collect::<Vec<_>>())?;
    if !row.events.is_empty() {
        let cells = |event: &EventLine| {
            let position = event.position.map_or_else(|| "-".to_owned(), |at| at.to_string());
            vec![position, event.stream.clone(), event.event_type.clone(), event.actor.clone()]
        };
        writeln!(out)?;
        table(out, &["POSITION ", "STREAM", "EVENT", "BY"], row.events.iter().map(cells))?;
    }
    Ok(writeln!(out)?)
}

fn waits(told: &Told) -> String {
    let words: Vec<_> = told.waits_for.iter().map(|wait| wait.words.as_str()).collect();
    if words.is_empty() { "-".to_owned() } else { words.join("; ") }
}
