//! `fundflow fund`: which funds there are, on what terms, and whether the catalogue is sound.
//!
//! ```text
//! fundflow fund ls [--on DATE]            one line per fund
//! fundflow fund show CODE [--on DATE]     all terms of a fund in force on a day
//! fundflow fund check [DIR]               every mistake of every file
//! ```
//!
//! 1. Exit 0: done. 1: the fund, or its terms on that day, are not listed. 2: typed wrongly, or a
//!    catalogue that was asked for cannot be read. 5: the check found a mistake.
//! 2. The catalogue is `--catalogue DIR`, else `./catalogue` when there is one, else the one that is
//!    part of the program.
//! 3. Results go to the output, all else to the error output; nothing is decided here.

use crate::{
    reading::{Errors, unwritten},
    safe,
};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use fundflow_domain::{catalogue::Catalogue, fees::tiers::Charge, fund::FundTerms, ids::FundCode};
use fundflow_infrastructure::catalogue::{self, CatalogueError};
use fundflow_kernel::counted::counted;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

const NOT_FOUND: u8 = 1;
const USAGE: u8 = 2;
const UNSOUND: u8 = 5;
const DEFAULT_DIR: &str = "catalogue";

/// The funds and their terms.
#[derive(Debug, Subcommand)]
pub(crate) enum FundCommand {
    /// List the funds.
    Ls {
        /// Show the terms in force on this day (YYYY-MM-DD); without it the latest.
        #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
        on: Option<NaiveDate>,
        #[command(flatten)]
        from: Source,
    },
    /// Show a fund's terms.
    Show {
        /// The fund's code, six digits.
        code: FundCode,
        /// Show the terms in force on this day (YYYY-MM-DD); without it the latest.
        #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
        on: Option<NaiveDate>,
        #[command(flatten)]
        from: Source,
    },
    /// Check every file of a catalogue and name every mistake.
    Check {
        /// The directory; without it the catalogue that the other commands would read.
        dir: Option<PathBuf>,
        #[command(flatten)]
        from: Source,
    },
}

impl FundCommand {
    fn is_json(&self) -> bool {
        let (Self::Ls { from, .. } | Self::Show { from, .. } | Self::Check { from, .. }) = self;
        from.output == Format::Json
    }
}

/// Where the catalogue is and how to print.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Read the catalogue of this directory.
    #[arg(long, value_name = "DIR")]
    catalogue: Option<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, for people.
    Table,
    /// One JSON document, for programs.
    Json,
}

/// Does what was typed.
pub(crate) fn run(command: &FundCommand) -> ExitCode {
    let (mut out, mut err) = (safe::output(command.is_json()), Errors::default());
    let answered = answer(command, &mut out, &mut err);
    drop(err);
    answered.unwrap_or_else(|error| unwritten(&error, ExitCode::SUCCESS))
}

fn answer(command: &FundCommand, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<ExitCode> {
    match command {
        FundCommand::Ls { on, from } => match opened(from.catalogue.as_deref()) {
            Ok(catalogue) => list(&catalogue, *on, from.output, out),
            Err(errors) => unreadable(&errors, err),
        },
        FundCommand::Show { code, on, from } => match opened(from.catalogue.as_deref()) {
            Ok(catalogue) => show(&catalogue, *code, *on, from.output, out, err),
            Err(errors) => unreadable(&errors, err),
        },
        FundCommand::Check { dir, from } => {
            check(dir.as_deref().or(from.catalogue.as_deref()), from.output, out)
        }
    }
}

pub(crate) fn opened(dir: Option<&Path>) -> Result<Catalogue, Vec<CatalogueError>> {
    match chosen(dir) {
        Some(dir) => catalogue::load(dir),
        None => catalogue::shipped(),
    }
}

/// The directory that is read; none: the catalogue that is part of the program.
fn chosen(dir: Option<&Path>) -> Option<&Path> {
    dir.or_else(|| Some(Path::new(DEFAULT_DIR)).filter(|dir| dir.is_dir()))
}

fn in_force(
    catalogue: &Catalogue,
    code: FundCode,
    on: Option<NaiveDate>,
) -> Option<Arc<FundTerms>> {
    match on {
        Some(on) => catalogue.on(code, on),
        None => catalogue.history(code).last().cloned(),
    }
}

fn list(
    catalogue: &Catalogue,
    on: Option<NaiveDate>,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<ExitCode> {
    let funds: Vec<_> =
        catalogue.codes().filter_map(|code| in_force(catalogue, code, on)).collect();
    match format {
        Format::Json => writeln!(out, "{}", json(&funds)?)?,
        Format::Table => {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            table.set_header(["CODE", "NAME", "KIND", "RISK", "STATUS", "FEE", "TERMS", "SINCE"]);
            for fund in &funds {
                let name = fund.name.clone();
                let fee = charge(fund.fees.purchase.at(fundflow_domain::money::Money::ZERO).charge);
                table.add_row([
                    fund.code.to_string(),
                    name,
                    word(&fund.kind)?,
                    word(&fund.risk)?,
                    word(&on.map_or(fund.status, |on| fund.status_on(on)))?,
                    fee,
                    fund.version.to_string(),
                    fund.effective_from.to_string(),
                ]);
            }
            writeln!(out, "{}", table.trim_fmt())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(
    catalogue: &Catalogue,
    code: FundCode,
    on: Option<NaiveDate>,
    format: Format,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<ExitCode> {
    let Some(fund) = in_force(catalogue, code, on) else {
        let first = catalogue.history(code).first().map(|terms| terms.effective_from);
        let known: Vec<_> = catalogue.codes().map(|code| code.to_string()).collect();
        match (first, on) {
            (Some(first), Some(on)) => {
                writeln!(err, "fund {code} has no terms on {on}; its first hold from {first}")?;
            }
            (Some(_) | None, Some(_) | None) => {
                writeln!(err, "fund {code} is not listed; listed are {}", known.join(", "))?;
            }
        }
        return Ok(ExitCode::from(NOT_FOUND));
    };
    match format {
        Format::Json => writeln!(out, "{}", json(&fund)?)?,
        Format::Table => writeln!(out, "{}", described(&fund, catalogue.history(code), on)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// T+n, and the days that it does not count.
fn due(fund: &FundTerms) -> String {
    let days = format!("T+{}, paid out by T+{}", fund.confirm_lag, fund.payout_lag);
    let holidays: Vec<String> = fund.foreign_holidays.iter().map(ToString::to_string).collect();
    if holidays.is_empty() {
        return days;
    }
    format!("{days}\nnot counted, since the market abroad is closed: {}", holidays.join(", "))
}

fn described(
    fund: &FundTerms,
    history: &[Arc<FundTerms>],
    on: Option<NaiveDate>,
) -> io::Result<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let limits = &fund.limits;
    let (person, company) = (&limits.individual, &limits.institution);
    let status = on.map_or(fund.status, |on| fund.status_on(on));
    let tiers =
        fund.fees.purchase.iter().map(|tier| format!("{} from {}", charge(tier.charge), tier.from));
    let days = fund.fees.redemption.iter();
    let days = days.map(|tier| {
        format!("{} from {}", percent(tier.rate), counted(tier.from_days, "day", "days"))
    });
    let mut rows = vec![
        ("fund", format!("{} {}", fund.code, fund.name)),
        ("kind, risk", format!("{}, {}", word(&fund.kind)?, word(&fund.risk)?)),
        ("status", format!("{}, conversion {}", word(&status)?, word(&fund.convert_status)?)),
        ("registrar", format!("{}, linked processing: {}", fund.registrar, fund.linked_processing)),
        ("confirmed by", due(fund)),
        ("purchase fee", tiers.collect::<Vec<_>>().join("\n")),
        ("redemption fee", days.collect::<Vec<_>>().join("\n")),
        ("person, at least", format!("{}, then {}", person.first_min, person.additional_min)),
        (
            "institution, at least",
            format!("{}, then {}", company.first_min, company.additional_min),
        ),
    ];
    for notice in &limits.large_purchases {
        let until = notice.through.map_or_else(String::new, |day| format!(" through {day}"));
        let (max, from) = (notice.day_max.amount, notice.from);
        rows.push(("day's limit", format!("{max} from {from}{until}\n{}", notice.notice)));
    }
    if let Some(max) = limits.fast_redemption_day_max {
        rows.push(("fast redemption", format!("{max} a day")));
    }
    for closure in &fund.closures {
        let (from, through) = (closure.from, closure.through);
        rows.push(("closed", format!("{from} through {through}: {}", closure.notice)));
    }
    for pair in &fund.conversions {
        let (target, discount, rule) = (pair.target, pair.topup_discount, &pair.rule);
        rows.push(("converts into", format!("{target} at {discount} of the top-up rate ({rule})")));
    }
    let versions =
        history.iter().map(|terms| format!("{} from {}", terms.version, terms.effective_from));
    rows.push(("terms", format!("{} from {}", fund.version, fund.effective_from)));
    rows.push(("all terms", versions.collect::<Vec<_>>().join("\n")));
    rows.push(("source", fund.source.clone()));
    for (key, value) in rows {
        table.add_row([key.to_owned(), value]);
    }
    Ok(table.trim_fmt())
}

fn check(dir: Option<&Path>, format: Format, out: &mut dyn Write) -> io::Result<ExitCode> {
    let dir = chosen(dir);
    let place = dir.map_or_else(|| "the program's own".to_owned(), |dir| dir.display().to_string());
    let (funds, errors) = match opened(dir) {
        Ok(catalogue) => (catalogue.codes().count(), Vec::new()),
        Err(errors) => (0, errors),
    };
    match format {
        Format::Json => {
            let answer =
                serde_json::json!({ "catalogue": place, "funds": funds, "errors": errors });
            writeln!(out, "{}", json(&answer)?)?;
        }
        Format::Table => {
            for error in &errors {
                writeln!(out, "{error}")?;
            }
            match errors.len() {
                0 => {
                    let funds = counted(funds, "fund", "funds");
                    writeln!(out, "catalogue {place}: {funds}, no mistake")?;
                }
                some => {
                    let mistakes = counted(some, "mistake", "mistakes");
                    writeln!(out, "catalogue {place}: {mistakes}")?;
                }
            }
        }
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) })
}

fn unreadable(errors: &[CatalogueError], err: &mut dyn Write) -> io::Result<ExitCode> {
    for error in errors {
        writeln!(err, "{error}")?;
    }
    Ok(ExitCode::from(USAGE))
}

fn json(value: &impl serde::Serialize) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

/// The word that files and JSON use for a value of an enum.
fn word(value: &impl serde::Serialize) -> io::Result<String> {
    let value = serde_json::to_value(value)?;
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn charge(charge: Charge) -> String {
    match charge {
        Charge::Rate(rate) => percent(rate),
        Charge::Fixed(sum) => format!("{sum} yuan"),
    }
}

fn percent(rate: fundflow_domain::money::Rate) -> String {
    let hundred = rust_decimal::Decimal::ONE_HUNDRED;
    let percent = rate.decimal().checked_mul(hundred).unwrap_or_default().normalize();
    format!("{percent}%")
}

#[cfg(test)]
mod tests;
