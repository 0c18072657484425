//! A look, or what was done, for people.

use super::{
    plan::{EventLine, Outcome, Row},
    report::Report,
};
use crate::safe::shown;
use crate::{
    reading::{Failure, pairs, table},
    saga_words::in_flight,
};
use fundflow_kernel::counted::counted;
use std::io::Write;

pub(super) fn report(report: &Report<'_>, out: &mut impl Write) -> Result<(), Failure> {
    for row in report.sagas {
        saga(row, report.action, out)?;
    }
    let applied = report.sagas.iter().filter(|row| row.outcome == Outcome::Applied);
    if report.applied {
        let (of, who) = (report.sagas.len(), report.operator);
        let (idle, done): (Vec<_>, Vec<_>) = applied.partition(|row| row.changes_nothing());
        let why = report.reason.map_or_else(String::new, |reason| format!(": {}", shown(reason)));
        writeln!(out, "done: {} of {of}, by {}{why}", done.len(), shown(who))?;
        if !idle.is_empty() {
            writeln!(out, "already so: {} of {of}; nothing changes for them", idle.len())?;
        }
        if report.events_of_others > 0 {
            let others = counted(report.events_of_others, "event", "events");
            writeln!(out, "other open sagas went on meanwhile: {others}")?;
        }
        return Ok(());
    }
    writeln!(out, "nothing was changed")?;
    let targets = report.sagas.iter().filter(|row| row.outcome == Outcome::Planned);
    let seen = |row: &Row| {
        let named = report.named.unwrap_or(row.transaction.as_str());
        Some(format!("{named}@{}", row.version?))
    };
    let targets: Vec<_> = targets.filter_map(seen).collect();
    if !targets.is_empty() {
        let targets = targets.join(" ");
        let instead = if report.chosen { " in place of --parked-at and --code," } else { "" };
        writeln!(out, "to do it, type the same with {targets}{instead} and --apply")?;
    }
    Ok(())
}

fn saga(row: &Row, action: &str, out: &mut impl Write) -> Result<(), Failure> {
    let outcome = match row.outcome {
        Outcome::Planned | Outcome::Applied if row.changes_nothing() => "changes nothing",
        Outcome::Planned => "can be done",
        Outcome::Applied => "done",
        Outcome::DoneBefore => "was done before",
        Outcome::Refused => "cannot be done",
        Outcome::Stale => "has moved",
        Outcome::NotFound => "not found",
    };
    writeln!(out, "{action} {}: {outcome}", row.transaction)?;
    let mut facts = Vec::new();
    facts.extend(row.why.clone().map(|why| ("why", why)));
    if let Some(stands) = row.after.as_ref().or(row.stands.as_ref()) {
        facts.push(("state", stands.state.clone()));
        facts.push(("stands at", stands.stands_at.clone().unwrap_or_else(|| "-".to_owned())));
        facts.push(("waits for", stands.waits()));
        facts.push(("in flight", in_flight(&stands.in_flight)));
    }
    facts.extend(row.version.map(|version| ("version", version.to_string())));
    facts.extend(row.calls.iter().map(|call| ("call", call.clone())));
    facts.extend(row.money.iter().map(|money| ("money", money.clone())));
    facts.extend(row.differences.iter().map(|it| ("difference", it.clone())));
    facts.extend(row.shares.iter().map(|shares| ("shares", shares.clone())));
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
