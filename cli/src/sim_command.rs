//! `fundflow sim`: trading days in virtual time from a seed, with everything going wrong, held against what must be
//! true after each event.
//!
//! ```text
//! fundflow sim run --days 5 --seed 1 --faults heavy     many houses, each with its own investors and its own log
//! fundflow sim run --plan FILE                          one play again, as it was written down
//! fundflow sim shrink SEED                              a play that fails, with as little as it fails with
//! fundflow sim profiles                                 which faults there are, and how often they strike
//! ```
//!
//! What is printed to the output follows from what was typed alone; how long it took goes to the error output. No
//! store is opened.

mod houses;
mod picture;
mod report;
mod shrink;
#[cfg(test)]
mod tests;

use crate::{
    args::{Format, Output, whole},
    audit_command::VERIFICATION_FAILED,
    reading::{Failure, complain, finish, table},
};
use clap::{Args, Subcommand};
use fundflow_simulation::{
    days::{PROFILES, Plan, Profile, profile},
    town,
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Days are bounded by the calendar, and this bounds what is typed.
const DAYS_MAX: u16 = 200;
/// Houses that one command plays.
const HOUSES_MAX: u64 = 1_000_000;
const HOUSES: u32 = 8;
const THREADS_MAX: u64 = 256;
/// A plan file is no longer than that, in bytes.
const PLAN_MAX: u64 = 16 << 20;

/// What to play.
#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Play days, and hold them against what must be true; 5: something does not hold
    Run(RunArgs),
    /// Make a play that fails smaller, and write it down
    Shrink(ShrinkArgs),
    /// The profiles of faults
    Profiles,
}

/// What is played on which days.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlayArgs {
    /// Trading days on which something is asked for, from 2026-02-06 on: over weekends and the Spring Festival
    #[arg(long, value_name = "N", default_value = "5", allow_negative_numbers = true, value_parser = days)]
    days: u16,
    /// What goes wrong, and how often: `fundflow sim profiles`
    #[arg(long, value_name = "PROFILE", default_value = "light", value_parser = known)]
    faults: Profile,
    /// Requests of each house on each day
    #[arg(long, value_name = "N", default_value = "6", allow_negative_numbers = true, value_parser = per_day)]
    per_day: u16,
    /// So many houses, each with five investors, a log and counterparties of its own; 8 where nothing is said
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = houses)]
    houses: Option<u32>,
    /// Only that one of them, counted from 0
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = house)]
    house: Option<u32>,
    /// Houses that are played at the same time
    #[arg(long, value_name = "N", default_value = "2", allow_negative_numbers = true, value_parser = threads)]
    threads: usize,
}

/// What is run.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// What chance follows from
    #[arg(long, value_name = "S", default_value = "1", allow_negative_numbers = true, value_parser = whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    play: PlayArgs,
    /// Play what is written there, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "days", "faults", "per_day", "houses", "house"])]
    plan: Option<PathBuf>,
    /// Write which rows were met, how they were left and under which fault, as an SVG
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// What is made smaller.
#[derive(Debug, Args)]
pub(crate) struct ShrinkArgs {
    /// The seed that fails
    #[arg(value_name = "SEED", allow_negative_numbers = true, value_parser = whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    play: PlayArgs,
    /// Plays that are tried at most
    #[arg(long, value_name = "N", default_value = "500", allow_negative_numbers = true, value_parser = whole::<usize>)]
    tries: usize,
    /// Where the plan is written; to the output without
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// A whole number between limits, which are named.
fn between<T: TryFrom<u64>>(text: &str, least: u64, most: u64) -> Result<T, String> {
    let number = whole::<u64>(text).ok().filter(|it| (least..=most).contains(it));
    let number = number.and_then(|it| T::try_from(it).ok());
    number.ok_or_else(|| format!("write a whole number from {least} to {most}, in digits alone"))
}

fn days(text: &str) -> Result<u16, String> {
    between(text, 1, u64::from(DAYS_MAX))
}

fn per_day(text: &str) -> Result<u16, String> {
    between(text, 1, u64::from(town::PER_DAY_MAX))
}

fn houses(text: &str) -> Result<u32, String> {
    between(text, 1, HOUSES_MAX)
}

fn house(text: &str) -> Result<u32, String> {
    between(text, 0, HOUSES_MAX - 1)
}

fn threads(text: &str) -> Result<usize, String> {
    between(text, 1, THREADS_MAX)
}

fn known(name: &str) -> Result<Profile, String> {
    let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
    profile(name).ok_or_else(|| format!("write one of: {}", names.join(", ")))
}

/// Does what was typed.
pub(crate) fn run(command: &SimCommand, output: Output, out: &mut impl Write) -> ExitCode {
    finish(match command {
        SimCommand::Run(args) => play(args, output.format, out),
        SimCommand::Shrink(args) => shrink::shrink(args, output.format, out),
        SimCommand::Profiles => profiles(output.format, out),
    })
}

fn play(args: &RunArgs, format: Format, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let plans = match &args.plan {
        Some(file) => vec![read(file)?],
        None => args.play.plans(args.seed)?,
    };
    let seen = houses::play(&plans, args.play.threads.max(1))?;
    if let Some(file) = &args.picture {
        let picture = picture::svg(&seen.coverage);
        fundflow_infrastructure::files::replace(file, picture)
            .map_err(|error| unwritten(file, &error))?;
    }
    report::print(&seen, args, format, out)?;
    out.flush()?;
    complain(&seen.speed());
    Ok(if seen.failed.is_none() { ExitCode::SUCCESS } else { ExitCode::from(VERIFICATION_FAILED) })
}

impl PlayArgs {
    /// The plan of each house that is played.
    fn plans(&self, seed: u64) -> Result<Vec<Plan>, Failure> {
        if let (Some(house), Some(houses)) = (self.house, self.houses)
            && house >= houses
        {
            let last = houses - 1;
            let what = format!("--house {house}: of --houses {houses} there are 0 to {last}");
            return Err(Failure::Typed(what));
        }
        let of = |house| Plan::of(seed, house, self.days, self.per_day, self.faults.name);
        let plans: Vec<Plan> = match self.house {
            Some(house) => vec![of(house)],
            None => (0..self.houses.unwrap_or(HOUSES)).map(of).collect(),
        };
        plans.first().map_or(Ok(()), playable)?;
        Ok(plans)
    }
}

/// Whether the calendar has its days.
fn playable(plan: &Plan) -> Result<(), Failure> {
    let typed = |error| format!("--days {}: {error}", plan.days);
    town::days(plan).map(drop).map_err(|error| Failure::Typed(typed(error)))
}

fn read(file: &Path) -> Result<Plan, Failure> {
    let typed = |what: String| Failure::Typed(format!("{}: {what}", file.display()));
    let text = fundflow_infrastructure::files::text(file, PLAN_MAX)
        .map_err(|error| typed(error.to_string()))?;
    let plan = Plan::from_toml(&text).map_err(typed)?;
    known(&plan.faults).map_err(|what| typed(format!("faults = '{}': {what}", plan.faults)))?;
    if plan.days == 0 || plan.days > DAYS_MAX || plan.per_day > town::PER_DAY_MAX {
        let most = town::PER_DAY_MAX;
        return Err(typed(format!("write 1 to {DAYS_MAX} days, and at most {most} per_day")));
    }
    playable(&plan)?;
    Ok(plan)
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Engine(format!("{} cannot be written: {error}", file.display()))
}

fn profiles(format: Format, out: &mut impl Write) -> Result<ExitCode, Failure> {
    if format == Format::Json {
        report::profiles(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = PROFILES.iter().map(|profile| {
        let rates = profile.rates.iter().map(|(fault, rate)| format!("{} {rate}", fault.name()));
        let rates = rates.collect::<Vec<_>>().join(", ");
        vec![profile.name.to_owned(), profile.about.to_owned(), rates]
    });
    table(out, &["profile", "what for", "in a thousand occasions"], rows)?;
    Ok(ExitCode::SUCCESS)
}
