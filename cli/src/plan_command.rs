//! `fundflow plan`: what an investor says to a regular plan that runs.
//!
//! ```text
//! fundflow plan change PLAN --at INSTANT [--amount YUAN] [--account A] [--frequency WORDS] [--from DATE]
//! fundflow plan pause PLAN --at INSTANT --reason TEXT
//! fundflow plan resume PLAN --at INSTANT
//! fundflow plan end PLAN --reason TEXT
//! ```
//!
//! All of them only look without `--apply`. `--account` is held against the investors of a day's
//! folder. `fundflow saga show PLAN` says where a plan stands; each of its purchases is a saga
//! `PLAN.YYYYMMDD`.

use crate::{
    args::Format,
    house::Terms,
    operate::{self, Order, OrderArgs, not_blank, time_of, versioned},
    reading::{Failure, Place, finish, open},
    registry::{Registry, Word},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use fundflow::runtime::saga::Saga as _;
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{
    ids::{AccountRef, TransactionId},
    money::Amount,
    plan::{Changes, Frequency},
    time::Timestamp,
};
use fundflow_infrastructure::day_folder;
use fundflow_sagas::regular_plan::{Command, RegularPlans};
use std::{io::Write, process::ExitCode, str::FromStr};

/// What is said.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Invest another amount, from another account or on other days; what is not named stays. Only looks without
    /// --apply
    Change(ChangeArgs),
    /// Begin nothing until it is resumed. Only looks without --apply
    Pause {
        #[command(flatten)]
        plan: PlanArgs,
        /// When the investor asked, as in 2026-02-12T14:30:00+08:00
        #[arg(long, value_name = "INSTANT")]
        at: Timestamp,
        /// In the investor's words; it is stored with the plan
        #[arg(long, value_name = "TEXT", value_parser = not_blank)]
        reason: String,
    },
    /// Go on; dates before are passed over. Only looks without --apply
    Resume {
        #[command(flatten)]
        plan: PlanArgs,
        /// When the investor asked, as in 2026-02-12T14:30:00+08:00
        #[arg(long, value_name = "INSTANT")]
        at: Timestamp,
    },
    /// Invest no more; what is under way goes on. Only looks without --apply
    End {
        #[command(flatten)]
        plan: PlanArgs,
        /// In the investor's words; it is stored with the plan
        #[arg(long, value_name = "TEXT", value_parser = not_blank)]
        reason: String,
    },
}

/// Which plan, and who says it.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The plan's transaction ID; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(value_name = "PLAN[@VERSION]")]
    target: Target,
    #[command(flatten)]
    order: OrderArgs,
}

/// What is to be different, and from when on.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    #[command(flatten)]
    plan: PlanArgs,
    /// When the investor asked, as in 2026-02-12T14:30:00+08:00
    #[arg(long, value_name = "INSTANT")]
    at: Timestamp,
    /// Yuan, each time
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    amount: Option<Amount>,
    /// The investor's account that pays from now on, as investors.csv of --folder has it
    #[arg(long)]
    account: Option<AccountRef>,
    /// daily, "weekly mon", "biweekly mon" (the first from the day that it holds from) or "monthly 15"
    #[arg(long, value_name = "WORDS")]
    frequency: Option<String>,
    /// The first date that it holds for; otherwise the day on which it was asked
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    from: Option<NaiveDate>,
}

/// A plan, and how it was when somebody looked.
#[derive(Debug, Clone)]
struct Target {
    plan: TransactionId,
    version: Option<u64>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (plan, version) = versioned(text)?;
        Ok(Self { plan, version })
    }
}

impl ChangeArgs {
    fn command(&self) -> Result<Command, Failure> {
        let from = self.from.unwrap_or_else(|| self.at.date());
        let often = |text: &String| {
            let no = || {
                let ways = "daily, \"weekly mon\", \"biweekly mon\" or \"monthly 15\"";
                Failure::Typed(format!("--frequency {text:?}: write {ways}"))
            };
            Frequency::from_words(text, from).ok_or_else(no)
        };
        let frequency = self.frequency.as_ref().map(often).transpose()?;
        let (amount, account) = (self.amount, self.account.clone());
        let changes = Changes { amount, account, frequency };
        if changes == Changes::default() {
            let what = "nothing would change; give --amount, --account or --frequency";
            return Err(Failure::Typed(what.to_owned()));
        }
        Ok(Command::Change { at: self.at, changes, from })
    }
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &PlanCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(said(registry, command, place, format, out).await)
}

async fn said(
    registry: &Registry,
    command: &PlanCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let order = order(command)?;
    if let PlanCommand::Change(ChangeArgs { plan, account: Some(account), .. }) = command {
        owned(registry, &plan.target.plan, account, place).await?;
    }
    operate::run(registry, &order, place, format, out).await
}

/// Refuses an account that is not the plan's investor's: each purchase would be refused, and the plan
/// end by that. No store knows whose an account is; the investors of a day's folder do.
async fn owned(
    registry: &Registry,
    plan: &TransactionId,
    account: &AccountRef,
    place: Place<'_>,
) -> Result<(), Failure> {
    let no = |why: String| Failure::Typed(format!("--account {account}: {why}"));
    let Some(folder) = place.folder else {
        let why = "no store knows whose account that is; name with --folder the folder of a day whose \
                   investors.csv has the plan's investor with that account";
        return Err(no(why.to_owned()));
    };
    let store = open(place.store)?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(time_of(&store).await?)?);
    let kind = Some(RegularPlans::KIND);
    let investor = match desk::show(&store, &sagas.desk, kind, plan).await {
        Ok(shown) => shown.look.requester,
        // There is no such plan, and the order says so.
        Err(DeskError::NotFound { .. } | DeskError::AnotherKind { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let (investors, _) = day_folder::investors(folder);
    let known = investors.into_values().find(|it| *it.profile.id.as_str() == *investor);
    let known = known.ok_or_else(|| {
        no(format!("{}: investors.csv has no investor {investor}", folder.display()))
    })?;
    known.profile.owns(account).map_err(|error| no(error.to_string()))
}

fn order(command: &PlanCommand) -> Result<Order, Failure> {
    let (verb, plan, said, reason) = match command {
        PlanCommand::Change(args) => ("change plan", &args.plan, args.command()?, None),
        PlanCommand::Pause { plan, at, reason } => {
            let said = Command::Pause { at: *at, reason: reason.as_str().into() };
            ("pause plan", plan, said, Some(reason))
        }
        PlanCommand::Resume { plan, at } => {
            ("resume plan", plan, Command::Resume { at: *at }, None)
        }
        PlanCommand::End { plan, reason } => {
            ("end plan", plan, Command::End { reason: reason.as_str().into() }, Some(reason))
        }
    };
    let Target { plan: id, version } = plan.target.clone();
    let named = (id.to_string(), Word::Plan(said));
    let order = Order::ask(verb, (id, version), named, &plan.order).of_kind(RegularPlans::KIND);
    Ok(match reason {
        Some(reason) => order.because(reason),
        None => order,
    })
}
