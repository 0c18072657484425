//! `fundflow saga resume | skip-to-landing | abandon | cancel | date` and `fundflow case close`: what a
//! person may do to sagas, whatever their kind.
//!
//! ```text
//! fundflow saga resume TX[@VERSION]… --reason TEXT             look: nothing is changed
//! fundflow saga resume TX@VERSION… --reason TEXT --apply       do it
//! fundflow saga resume --parked-at ROW --code CODE --reason …  look at all that are stuck so
//! ```
//!
//! 1. Without `--apply` it only looks, beside a running engine if there is one: which events would
//!    be written, which calls would be made, which money would move. The answer is the runner's own,
//!    on a copy of the saga, and not a description of it.
//! 2. With `--apply` it takes the store for itself, looks again, and leaves alone what has moved
//!    since. The version is the position of the saga's last event.
//! 3. Every action is an event with its operator and reason; `fundflow event ls` shows it.
//! 4. There is no way to make a saga just go away: an abandoned one says what becomes of every end
//!    that is open.
//! 5. Exit 0: all done. 1: none, or not possible. 2: typed wrongly. 3: some. 4: none, because they
//!    moved.

mod accounts;
mod apply;
mod outside;
mod plan;
mod print;
mod report;
mod which;
mod words;

use crate::{reading::Failure, registry::Word, saga_words::TARGET};
use clap::{Args, ValueEnum};
use fundflow::{Action, runtime::process::Disposition};
use fundflow_domain::text::Text;
use fundflow_domain::{
    ids::{AccountRef, TransactionId},
    time::Timestamp,
};
use fundflow_sagas::parts::milestone::Scope;
use std::{str::FromStr, sync::Arc};
use which::{Target, WhichArgs};

pub(crate) use apply::{Running, engine, held, settle};
pub(crate) use outside::{Counterparties, counterparties, counterparties_at, time_of};
pub(crate) use plan::{Beside, Outcome, Row};
pub(crate) use report::{Done, carry_out, exit_code, run, tell};
pub(crate) use which::{ParkedArgs, versioned};

pub(crate) const IN_PART: u8 = 3;
pub(crate) const STALE: u8 = 4;

/// Sagas, and why.
#[derive(Debug, Args)]
pub(crate) struct SomeArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why; it is stored with the saga
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// Sagas, and what becomes of their open ends.
#[derive(Debug, Args)]
pub(crate) struct AbandonArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// What becomes of an open end: refund, suspense or manual; one for each that is open. The same for all
    /// of them: who has other ends is left alone
    #[arg(long = "disposition", value_name = "END=DISPOSITION")]
    dispositions: Vec<Disposed>,
    /// Why; it is stored with the saga
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// Sagas that their investors take back.
#[derive(Debug, Args)]
pub(crate) struct CancelArgs {
    /// Transaction IDs; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(required = true, value_name = "TX[@VERSION]")]
    targets: Vec<Target>,
    /// How much of it
    #[arg(long, value_enum, default_value = "all")]
    scope: ScopeArg,
    /// When the investor asked, as in 2026-02-12T14:30:00+08:00
    #[arg(long, value_name = "INSTANT")]
    at: Timestamp,
    #[command(flatten)]
    order: OrderArgs,
}

/// When the money of a saga counts as paid.
#[derive(Debug, Args)]
pub(crate) struct DateArgs {
    /// Transaction ID; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(value_name = "TX[@VERSION]")]
    target: Target,
    /// When the money counts as paid, as in 2026-02-12T14:30:00+08:00; T follows from it
    #[arg(long, value_name = "INSTANT")]
    at: Timestamp,
    /// Why; it is stored with the saga
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// Where the money of a saga goes instead.
#[derive(Debug, Args)]
pub(crate) struct RedirectArgs {
    /// Transaction ID; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(value_name = "TX[@VERSION]")]
    target: Target,
    /// The investor's other account
    #[arg(long, value_parser = crate::args::token::<AccountRef>)]
    account: AccountRef,
    /// You have seen that the account is in the investor's own name; refused without
    #[arg(long)]
    own_name: bool,
    /// Why; it is stored with the saga
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// What all of these orders have.
#[derive(Debug, Clone, Args)]
pub(crate) struct OrderArgs {
    /// Only a saga of this kind; needed when several kinds stand under one ID
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Who; otherwise the user who is logged in ($USER)
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    operator: Option<String>,
    /// Do it; otherwise only look
    #[arg(long)]
    apply: bool,
}

/// What an investor takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeArg {
    /// The whole transaction
    All,
    /// Only what is done with the money-fund shares; these stay in the wallet
    Conversion,
}

/// An open end and what becomes of it.
#[derive(Debug, Clone)]
struct Disposed(Arc<str>, Disposition);

/// Spelling on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum DispositionArg {
    Refund,
    Suspense,
    Manual,
}

/// The operator's action.
#[derive(Debug, Clone)]
enum Will {
    /// What may be done to any saga.
    Act(Action),
    /// What may be asked of sagas of the fund business.
    Ask(Word),
}

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Order {
    verb: &'static str,
    targets: Vec<Target>,
    /// Instead of naming them: all that are stuck so.
    parked: Option<ParkedArgs>,
    will: Will,
    /// When it was asked; by the engine's clock without.
    at: Option<Timestamp>,
    reason: Option<String>,
    kind: Option<String>,
    operator: Option<String>,
    apply: bool,
    /// What stands before `@VERSION` where one was typed; else the transaction.
    named: Option<String>,
    beside: Beside,
}

impl Order {
    pub(crate) fn resume(args: &SomeArgs) -> Self {
        let will = Will::Act(Action::Resume { reason: args.reason.as_str().into() });
        Self::of_some("resume", &args.which, will, &args.order).because(&args.reason)
    }

    /// The same of those that another part of the program names.
    pub(crate) fn resume_all(ids: &[TransactionId], reason: &str, args: &OrderArgs) -> Self {
        let target = |id: &TransactionId| Target { transaction: id.clone(), version: None };
        let targets: Vec<Target> = ids.iter().map(target).collect();
        let will = Will::Act(Action::Resume { reason: reason.into() });
        Self::of("resume", &targets, will, args).because(reason)
    }

    pub(crate) fn skip_to_landing(args: &SomeArgs) -> Self {
        let will = Will::Act(Action::SkipToLanding { reason: args.reason.as_str().into() });
        Self::of_some("skip-to-landing", &args.which, will, &args.order).because(&args.reason)
    }

    pub(crate) fn abandon(args: &AbandonArgs) -> Self {
        let reason = args.reason.as_str().into();
        let dispositions = args.dispositions.iter().cloned().map(|Disposed(end, to)| (end, to));
        let will = Will::Act(Action::Abandon { reason, dispositions: dispositions.collect() });
        Self::of_some("abandon", &args.which, will, &args.order).because(&args.reason)
    }

    pub(crate) fn cancel(args: &CancelArgs) -> Self {
        let scope = match args.scope {
            ScopeArg::All => Scope::All,
            ScopeArg::Conversion => Scope::Conversion,
        };
        let will = Will::Ask(Word::Cancel { at: args.at, scope });
        let order = Self::of("cancel", &args.targets, will, &args.order);
        Self { at: Some(args.at), ..order }
    }

    pub(crate) fn date(args: &DateArgs) -> Self {
        let will = Will::Ask(Word::Date { at: args.at, reason: args.reason.as_str().into() });
        let target = std::slice::from_ref(&args.target);
        Self::of("date", target, will, &args.order).because(&args.reason)
    }

    pub(crate) fn redirect(args: &RedirectArgs) -> Self {
        let (account, own_name) = (args.account.clone(), args.own_name);
        let reason = args.reason.as_str().into();
        let will = Will::Ask(Word::Redirect { account, own_name, reason });
        let target = std::slice::from_ref(&args.target);
        Self::of("redirect", target, will, &args.order).because(&args.reason)
    }

    /// What it takes back, by the name that the event has for it.
    const fn takes_back(&self) -> Option<&'static str> {
        match self.will {
            Will::Ask(Word::Cancel { scope: Scope::All, .. }) => Some("all"),
            Will::Ask(Word::Cancel { scope: Scope::Conversion, .. }) => Some("conversion"),
            Will::Ask(Word::Cancel { scope: Scope::Target, .. }) => Some(TARGET),
            Will::Ask(_) | Will::Act(_) => None,
        }
    }

    /// Only to a saga of that kind.
    pub(crate) fn of_kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    /// What another part of the program says to one saga.
    pub(crate) fn ask(
        verb: &'static str,
        (transaction, version): (TransactionId, Option<u64>),
        (named, word): (String, Word),
        args: &OrderArgs,
    ) -> Self {
        let target = Target { transaction, version };
        Self { named: Some(named), ..Self::of(verb, &[target], Will::Ask(word), args) }
    }

    fn of_some(verb: &'static str, which: &WhichArgs, will: Will, args: &OrderArgs) -> Self {
        let parked = which.parked.is_given().then(|| which.parked.clone());
        Self { parked, ..Self::of(verb, &which.targets, will, args) }
    }

    fn of(verb: &'static str, targets: &[Target], will: Will, args: &OrderArgs) -> Self {
        let (mut seen, mut targets) = (std::collections::BTreeSet::new(), targets.to_vec());
        targets.retain(|target| seen.insert(target.transaction.clone()));
        let OrderArgs { kind, operator, apply } = args.clone();
        let (parked, at, reason, named) = (None, None, None, None);
        let beside = Beside::default();
        Self { verb, targets, parked, will, at, reason, kind, operator, apply, named, beside }
    }

    pub(crate) fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }
}

impl OrderArgs {
    pub(crate) fn operator(&self) -> Result<String, Failure> {
        operator(self.operator.as_ref())
    }

    pub(crate) const fn applies(&self) -> bool {
        self.apply
    }
}

/// Bytes of a reason, a name or a source.
const WORDS_MAX: usize = 1000;

pub(crate) fn operator(named: Option<&String>) -> Result<String, Failure> {
    let user = || std::env::var("USER").ok().filter(|user| !user.trim().is_empty());
    let Some(who) = named.cloned().or_else(user) else {
        let problem = "who does this? $USER is empty: name yourself with --operator";
        return Err(Failure::Typed(problem.into()));
    };
    not_blank(&who).map_err(|problem| Failure::Typed(format!("who does this? {problem}")))
}

pub(crate) fn not_blank(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("write something here".to_owned());
    }
    let taken = Text::<WORDS_MAX>::new("the text", text).map_err(|error| error.to_string())?;
    Ok(taken.as_str().to_owned())
}

impl FromStr for Disposed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not END=refund, END=suspense or END=manual");
        let (end, to) = text.split_once('=').ok_or_else(wanted)?;
        let to = match DispositionArg::from_str(to, false).map_err(|_| wanted())? {
            DispositionArg::Refund => Disposition::Refund,
            DispositionArg::Suspense => Disposition::Suspense,
            DispositionArg::Manual => Disposition::Manual,
        };
        Ok(Self(end.into(), to))
    }
}
