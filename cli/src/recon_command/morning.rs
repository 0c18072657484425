//! `fundflow recon report`: the figures that operations look at in the morning, as tables, one document or a page.

use super::{
    ReconFormat, ReportArgs, html,
    list::{self, Aged},
    run::{COVERAGE, coverage_cells, reconciled, rules},
};
use crate::{
    ledger_command,
    reading::{Failure, Place, json, open, pairs, table},
};
use chrono::NaiveDate;
use fundflow_application::read_models::StreamFold;
use fundflow_closing::{BreakRow, names_of};
use fundflow_domain::application::{Applications, Stage};
use fundflow_ledger::{Balance, InFlight};
use fundflow_reconciliation::coverage::Coverage;
use serde::Serialize;
use std::{collections::BTreeMap, io::Write, process::ExitCode};

/// Breaks by kind and age: how many, and what they are worth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct OpenBreaks {
    pub(super) source: String,
    pub(super) kind: String,
    /// By natural days from the one that was reconciled.
    pub(super) ages: BTreeMap<i64, u64>,
    pub(super) overdue: u64,
    pub(super) money: rust_decimal::Decimal,
    pub(super) shares: rust_decimal::Decimal,
}

/// The figures of a morning.
#[derive(Debug, Serialize)]
pub(super) struct Morning {
    pub(super) date: NaiveDate,
    /// Applications of T, by where they stand.
    pub(super) orders: BTreeMap<&'static str, u64>,
    pub(super) coverage: Coverage,
    pub(super) complete: bool,
    pub(super) files: Vec<String>,
    /// What this day's files show now.
    pub(super) breaks: Vec<BreakRow>,
    /// Open cases of all days.
    pub(super) kinds: Vec<OpenBreaks>,
    pub(super) open: Vec<Aged>,
    pub(super) in_flight: Vec<InFlight>,
    pub(super) trial_balance: Vec<Balance>,
}

pub(super) async fn report(
    args: &ReportArgs,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let rules = rules(args.rules.as_deref())?;
    let found = reconciled(place, &rules, (args.date, &args.statement), false).await?;
    let cases = list::all(&place).await?;
    let open: Vec<_> = cases.into_iter().filter(|(aged, _)| aged.row.open).collect();
    let kinds = kinds(&open);
    let (in_flight, trial_balance) = ledger_command::figures(place.store, args.date).await?;
    let morning = Morning {
        date: args.date,
        orders: orders(place, args.date).await?,
        complete: found.coverage.is_complete(),
        coverage: found.coverage,
        files: found.files,
        breaks: found.rows,
        kinds,
        open: open.into_iter().map(|(aged, _)| aged).collect(),
        in_flight,
        trial_balance,
    };
    match format {
        ReconFormat::Html => write!(out, "{}", html::page(&morning))?,
        ReconFormat::Json => json(out, &morning)?,
        ReconFormat::Table => people(&morning, out)?,
        ReconFormat::Csv => {
            return Err(Failure::Typed(
                "-o csv is for lists; write table, json or html".to_owned(),
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn orders(place: Place<'_>, date: NaiveDate) -> Result<BTreeMap<&'static str, u64>, Failure> {
    let store = open(place.store)?;
    let mut orders = BTreeMap::new();
    for stream in names_of::<Applications>(&store, "")? {
        let (fold, _) = StreamFold::<Applications>::load(&store, &stream).await?;
        let known = fold.loaded.state.application();
        if let Some(known) = known.filter(|it| it.terms.trade_date.date() == date) {
            *orders.entry(Stage::name(&known.stage)).or_default() += 1;
        }
    }
    Ok(orders)
}

fn kinds(open: &[(Aged, fundflow_domain::case::Proposal)]) -> Vec<OpenBreaks> {
    let mut kinds: BTreeMap<(String, String), OpenBreaks> = BTreeMap::new();
    for (aged, proposal) in open {
        let of = (proposal.source.to_string(), aged.short_kind.clone());
        let kind = kinds.entry(of.clone()).or_insert_with(|| OpenBreaks {
            source: of.0,
            kind: of.1,
            ..OpenBreaks::default()
        });
        let disputed = fundflow_domain::case::Disputed::of(&aged.row.findings);
        *kind.ages.entry(aged.age_days).or_default() += 1;
        kind.overdue += u64::from(aged.overdue);
        kind.money = kind.money.saturating_add(disputed.money.decimal());
        kind.shares = kind.shares.saturating_add(disputed.shares.decimal());
    }
    kinds.into_values().collect()
}

/// Ages as a person reads them: `0 days: 3, 2 days: 1`.
pub(super) fn ages(ages: &BTreeMap<i64, u64>) -> String {
    let of = |(days, count): (&i64, &u64)| format!("{days} days: {count}");
    ages.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn people(morning: &Morning, out: &mut impl Write) -> Result<(), Failure> {
    let whole = morning.coverage.whole();
    let says = if morning.complete { "complete" } else { "not complete" };
    let coverage =
        format!("records {}, events {}: {says}", whole.records.percent(), whole.events.percent());
    let of = |(stage, count): (&&str, &u64)| format!("{stage} {count}");
    let orders: Vec<String> = morning.orders.iter().map(of).collect();
    pairs(
        out,
        &[("day", morning.date.to_string()), ("orders", orders.join(", ")), ("coverage", coverage)],
    )?;
    writeln!(out)?;
    let lines = morning.coverage.sources.iter();
    table(out, COVERAGE, lines.map(|(source, both)| coverage_cells(source.name(), *both)))?;
    if !morning.kinds.is_empty() {
        writeln!(out, "\nopen cases of all days")?;
        let cells = |it: &OpenBreaks| {
            let (money, shares) = (it.money.to_string(), it.shares.to_string());
            vec![
                it.source.clone(),
                it.kind.clone(),
                ages(&it.ages),
                it.overdue.to_string(),
                money,
                shares,
            ]
        };
        let header = ["SOURCE", "KIND", "AGE", "OVERDUE ", "YUAN ", "SHARES "];
        table(out, &header, morning.kinds.iter().map(cells))?;
    }
    writeln!(out, "\nmoney under way")?;
    let cells = |it: &InFlight| {
        vec![it.leg.clone(), it.since.clone(), it.days.to_string(), it.amount.to_string()]
    };
    table(out, &["LEG", "SINCE", "DAYS ", "YUAN "], morning.in_flight.iter().map(cells))
}
