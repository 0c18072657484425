//! What a simulation has seen, as tables and as JSON.

use super::{RunArgs, houses::Seen, picture};
use crate::{
    args::Format,
    reading::{Failure, json, pairs, quoted, table},
};
use fundflow_simulation::{
    days::{Fallen, PROFILES, Plan},
    shipped,
};
use serde::Serialize;
use std::{collections::BTreeMap, io::Write};

#[derive(Debug, Serialize)]
struct Document {
    houses: usize,
    sagas: usize,
    events: usize,
    refused: usize,
    parked: u64,
    /// Follows from every link of every log.
    links: String,
    endings: Vec<Ending>,
    faults: BTreeMap<&'static str, usize>,
    parked_at: Vec<Parked>,
    coverage: Vec<Met>,
    never: Vec<Never>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failed>,
}

#[derive(Debug, Serialize)]
struct Ending {
    kind: &'static str,
    #[serde(rename = "ending")]
    how: String,
    sagas: usize,
}

#[derive(Debug, Serialize)]
struct Parked {
    kind: &'static str,
    row: String,
    times: u64,
}

#[derive(Debug, Serialize)]
struct Met {
    kind: &'static str,
    table: &'static str,
    row: String,
    by_fault: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct Never {
    kind: &'static str,
    table: &'static str,
    row: String,
    /// Why no simulation meets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_reach: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Failed {
    plan: Plan,
    at: String,
    truth: String,
    what: String,
    last: Vec<String>,
    again: String,
}

/// Prints what was seen, and how to see a failure again.
pub(super) fn print(
    seen: &Seen,
    args: &RunArgs,
    format: Format,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let again = |plan: &Plan| match &args.plan {
        Some(file) => format!("fundflow sim run --plan {}", quoted(file)),
        None => format!("fundflow sim run --seed {}{}", plan.seed, flags(plan)),
    };
    if format == Format::Json {
        return json(out, &document(seen, again));
    }
    let parked: u64 = seen.coverage.parked.values().sum();
    pairs(
        out,
        &[
            ("houses", seen.houses.to_string()),
            ("sagas", seen.sagas.to_string()),
            ("events", seen.events.to_string()),
            ("requests refused", seen.refused.to_string()),
            ("times parked", parked.to_string()),
            ("links of the logs", format!("{:016x}", seen.links)),
        ],
    )?;
    writeln!(out)?;
    let endings = seen.endings.iter();
    let endings =
        endings.map(|((kind, how), it)| vec![(*kind).into(), how.clone(), it.to_string()]);
    table(out, &["kind", "how it ended", "sagas "], endings)?;
    writeln!(out)?;
    let faults = seen.faults.iter().map(|(fault, it)| vec![fault.name().into(), it.to_string()]);
    table(out, &["fault", "struck "], faults)?;
    writeln!(out, "\n{}", picture::text(&seen.coverage))?;
    let never = picture::never(&seen.coverage);
    let beyond = never.iter().filter(|cell| shipped::out_of_reach(cell).is_some()).count();
    let (missed, all) = (never.len() - beyond, picture::cells().len());
    writeln!(out, "never met: {missed} of {all}, and {beyond} that no simulation meets")?;
    for cell in never {
        let why = shipped::out_of_reach(&cell).map(|why| format!(" ({why})")).unwrap_or_default();
        writeln!(out, "  {} {}: {}{why}", cell.kind, cell.table, picture::words(&cell))?;
    }
    match &seen.failed {
        Some((plan, fallen)) => failure(plan, fallen, &again(plan), out),
        None => Ok(writeln!(out, "\nall that must be true held after every event")?),
    }
}

/// The flags with which that house is played again.
pub(super) fn flags(plan: &Plan) -> String {
    let Plan { house, days, per_day, faults, .. } = plan;
    format!(" --house {house} --days {days} --per-day {per_day} --faults {faults}")
}

fn failure(plan: &Plan, fallen: &Fallen, again: &str, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "\nFAILED: seed {}, house {}, {}", plan.seed, plan.house, fallen.at)?;
    writeln!(out, "does not hold: {}\n  {}", fallen.truth, fallen.what)?;
    writeln!(out, "the last that happened:")?;
    fallen.last.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out, "play it again:  {again}")?;
    if plan.moments.is_none() {
        writeln!(out, "make it smaller: fundflow sim shrink {}{}", plan.seed, flags(plan))?;
    }
    Ok(())
}

fn document(seen: &Seen, again: impl Fn(&Plan) -> String) -> Document {
    let name = |fault: Option<fundflow_simulation::days::Fault>| {
        fault.map_or("no fault", fundflow_simulation::days::Fault::name)
    };
    let met = seen.coverage.met.iter().map(|(cell, by)| Met {
        kind: cell.kind,
        table: cell.table,
        row: picture::words(cell),
        by_fault: by.iter().map(|(fault, times)| (name(*fault), *times)).collect(),
    });
    let never = picture::never(&seen.coverage).into_iter();
    let endings = seen.endings.iter();
    let parked = seen.coverage.parked.iter();
    Document {
        houses: seen.houses,
        sagas: seen.sagas,
        events: seen.events,
        refused: seen.refused,
        parked: seen.coverage.parked.values().sum(),
        links: format!("{:016x}", seen.links),
        endings: endings
            .map(|((kind, how), sagas)| Ending { kind, how: how.clone(), sagas: *sagas })
            .collect(),
        faults: seen.faults.iter().map(|(fault, times)| (fault.name(), *times)).collect(),
        parked_at: parked
            .map(|((kind, row), times)| Parked { kind, row: row.to_string(), times: *times })
            .collect(),
        coverage: met.collect(),
        never: never
            .map(|cell| Never {
                kind: cell.kind,
                table: cell.table,
                row: picture::words(&cell),
                out_of_reach: shipped::out_of_reach(&cell),
            })
            .collect(),
        failure: seen.failed.as_ref().map(|(plan, fallen)| Failed {
            plan: plan.clone(),
            at: fallen.at.to_string(),
            truth: fallen.truth.clone(),
            what: fallen.what.clone(),
            last: fallen.last.clone(),
            again: again(plan),
        }),
    }
}

#[derive(Debug, Serialize)]
struct Rates {
    profile: &'static str,
    about: &'static str,
    per_mille: BTreeMap<&'static str, u16>,
}

/// The profiles as JSON.
pub(super) fn profiles(out: &mut impl Write) -> Result<(), Failure> {
    let all = PROFILES.iter().map(|it| Rates {
        profile: it.name,
        about: it.about,
        per_mille: it.rates.iter().map(|(fault, rate)| (fault.name(), *rate)).collect(),
    });
    json(out, &all.collect::<Vec<_>>())
}
