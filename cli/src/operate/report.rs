//! What was looked at, or done, and how it is printed.

use super::{
    IN_PART, Order, STALE, Will, accounts, apply, operator, outside::time_of, plan, print, which,
};
use crate::{
    args::Format,
    house::Terms,
    reading::{Failure, Place, json, open},
    registry::{Registry, Word},
};
use plan::{Outcome, Row};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// How it went with each saga.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) operator: String,
    pub(crate) sagas: Vec<Row>,
    /// Events of other open sagas, which go on as well while the engine runs.
    pub(crate) events_of_others: u64,
}

/// The output, as `-o json` has it.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    pub(super) action: &'static str,
    pub(super) applied: bool,
    pub(super) operator: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) sagas: &'a [Row],
    pub(super) events_of_others: u64,
    /// As in the order.
    #[serde(skip)]
    pub(super) named: Option<&'a str>,
    /// By what keeps them, and not by name.
    #[serde(skip)]
    pub(super) chosen: bool,
}

/// Looks, or does it, and says so.
pub(crate) async fn run(
    registry: &Registry,
    order: &Order,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let done = carry_out(registry, order, place).await?;
    tell(order, &done, format, out)?;
    Ok(done.exit_code())
}

/// Looks, or does it.
pub(crate) async fn carry_out(
    registry: &Registry,
    order: &Order,
    place: Place<'_>,
) -> Result<Done, Failure> {
    let operator = operator(order.operator.as_ref())?;
    let reader = open(place.store)?;
    let now = time_of(&reader).await?;
    let mut terms = Terms::of(&place, &reader).await?;
    let mut vouched = None;
    if let Will::Ask(Word::Redirect { account, .. }) = &order.will {
        let seen = accounts::seen(&reader).await?;
        vouched = Some(account).filter(|account| !seen.contains_key(*account));
        terms = terms.knowing(seen);
    }
    let sagas = registry.sagas(&terms.house(now)?);
    let operator_name = operator.as_str().into();
    let desk = plan::Desk { order, operator: operator_name, sagas: &sagas, now, vouched };
    let targets = which::targets(&desk, &reader).await?;
    let mut rows = Vec::new();
    for target in &targets {
        rows.push(desk.look(&reader, &target.transaction, target.version).await?);
    }
    drop(reader);
    let mut events_of_others = 0;
    if order.apply && rows.iter().any(|row| row.outcome == Outcome::Planned) {
        events_of_others = apply::apply(registry, &desk, (&terms, place.store), &mut rows).await?;
    }
    Ok(Done { operator, sagas: rows, events_of_others })
}

/// As a person or a program reads it.
pub(crate) fn tell(
    order: &Order,
    done: &Done,
    format: Format,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Done { operator, sagas, events_of_others } = done;
    let report = Report {
        action: order.verb,
        applied: order.apply,
        operator,
        reason: order.reason.as_deref(),
        sagas,
        events_of_others: *events_of_others,
        named: order.named.as_deref(),
        chosen: order.parked.is_some(),
    };
    match format {
        Format::Json => json(out, &report),
        Format::Table => print::report(&report, out),
    }
}

impl Done {
    pub(crate) fn exit_code(&self) -> ExitCode {
        let outcomes: Vec<_> = self.sagas.iter().map(|row| row.outcome).collect();
        of_all(&outcomes)
    }
}

/// Of one that went so.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    of_all(&[outcome])
}

fn of_all(outcomes: &[Outcome]) -> ExitCode {
    let count = |wanted: &[Outcome]| outcomes.iter().filter(|it| wanted.contains(it)).count();
    let good = count(&[Outcome::Planned, Outcome::Applied, Outcome::DoneBefore]);
    if good == outcomes.len() {
        ExitCode::SUCCESS
    } else if good > 0 {
        ExitCode::from(IN_PART)
    } else if count(&[Outcome::Stale]) > 0 {
        ExitCode::from(STALE)
    } else {
        ExitCode::FAILURE
    }
}
