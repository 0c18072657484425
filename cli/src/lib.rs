//! The fundflow command as a library: a program that registers its own sagas lists, shows, audits and
//! recovers them like the shipped ones.
//!
//! ```text
//! fn main() -> ExitCode {
//!     let registry = Registry::shipped().saga(|_| Points).port("points", |_| Ok(points()));
//!     fundflow_cli::run(&registry, std::env::args_os())
//! }
//! ```
//!
//! Exit codes: 0 done · 1 failed, or not found · 2 typed wrongly · 3 done in part, or a file that is refused · 4 somebody else
//! was faster · 5 a verification failed. Results go to the output, all else to the error output. A
//! closed pipe is not an error: whoever closed it has seen enough.
//!
//! This library only reads what was typed, asks and prints. It must never decide a business rule,
//! and appends to a store only through an engine.

// What a program brings along.
mod house;
mod registry;
mod sandbox;
mod stage;
mod words;

// What was typed, and how it is printed.
mod args;
mod log;
mod reading;
mod safe;

// One command each: what happened, and what a person may do about it.
mod audit_command;
mod calendar_command;
mod case_command;
mod contract_command;
mod convert_command;
mod event_command;
mod event_json;
mod folded;
mod foreign;
mod freeze_command;
mod frozen_orders;
mod holdings_command;
mod ledger_command;
mod moved_t;
mod offers;
mod operate;
mod order_command;
mod plan_command;
mod plan_words;
mod recon_command;
mod saga_command;
mod saga_words;
mod store_command;
mod store_url;
mod wallet_command;

// Days, figures, files, funds, prices.
mod bench;
mod day;
mod day_cut;
mod file_command;
mod fund_command;
mod quote;
mod settlement_command;
mod sim_command;

pub use registry::{Outside, Registry, Word};
pub use stage::{Stage, StageError};

use args::{Arguments, Command, DayFolder, Output};
use clap::{
    Parser as _,
    error::{ContextKind, ContextValue},
};
use fundflow_domain::personal;
use reading::Place;
use recon_command::ReconOutput;
use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

/// Does what was typed, with the sagas of that registry.
pub fn run(
    registry: &Registry,
    typed: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> ExitCode {
    let Arguments { store, log_format, command } = match Arguments::try_parse_from(typed) {
        Ok(arguments) => arguments,
        Err(error) => return typed_wrongly(error),
    };
    if let Err(wrong) = log::begin(log_format, command.plays()) {
        reading::complain(&format!("error: {wrong}\n"));
        return ExitCode::from(2);
    }
    // Only the benchmark needs more than one thread: the rest reads, or runs a day in virtual time.
    let mut threads = match &command {
        Command::Bench(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    match threads.enable_all().build() {
        Ok(runtime) => dispatch(registry, &runtime, &store, command),
        Err(error) => {
            reading::complain(&format!("error: the program cannot start: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Help, a version, or what is wrong with what was typed.
fn typed_wrongly(mut error: clap::Error) -> ExitCode {
    let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    if error.exit_code() == 0 {
        // Whoever closed the pipe needs no help text.
        let _ = error.print();
        return code;
    }
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand]
    {
        if let Some(ContextValue::String(text)) = error.get(kind) {
            let one_line = safe::shown(text).into_owned();
            error.insert(kind, ContextValue::String(one_line));
        }
    }
    // A number of a card that was refused is not said again whole.
    reading::complain(&personal::masked(&error.render().to_string()));
    code
}

/// For a command that takes the output for itself.
fn alone(out: impl io::Write, run: impl FnOnce() -> ExitCode) -> ExitCode {
    drop(out);
    run()
}

/// On a worker like its load: a task that ends wakes no thread that waits outside of them.
fn measured(runtime: &tokio::runtime::Runtime, args: bench::BenchArgs) -> ExitCode {
    let measured = runtime.spawn(async move { bench::run(&args).await });
    runtime.block_on(measured).unwrap_or(ExitCode::FAILURE)
}

/// The path of the store; a benchmark is given a kind, or a server to make one on. What else names none was complained of.
fn path_of<'a>(store: &'a Path, command: &Command) -> Option<&'a Path> {
    match store_url::file(store) {
        Err(_) if matches!(command, Command::Bench(_)) => Some(store),
        Ok(store) => Some(store),
        Err(what) => {
            reading::complain(&format!("fundflow: {what}\n"));
            None
        }
    }
}

fn at<'a>(store: &'a Path, day: &'a DayFolder) -> Place<'a> {
    Place { store, folder: day.folder.as_deref() }
}

fn dispatch(
    registry: &Registry,
    runtime: &tokio::runtime::Runtime,
    store: &Path,
    command: Command,
) -> ExitCode {
    let Some(store) = path_of(store, &command) else { return ExitCode::from(2) };
    let mut out = io::BufWriter::new(safe::output(command.is_json()));
    let code = match command {
        Command::Day(args) => runtime.block_on(day::run(registry, &args, store, &mut out)),
        Command::Saga { output: Output { format }, day, command } => runtime
            .block_on(saga_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::DayCut { output: Output { format }, day, command } => {
            runtime.block_on(day_cut::run(registry, &command, at(store, &day), format, &mut out))
        }
        Command::Plan { output: Output { format }, day, command } => runtime
            .block_on(plan_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Case { output: Output { format }, day, command } => runtime
            .block_on(case_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Event { output: Output { format }, command } => {
            runtime.block_on(event_command::run(registry, &command, store, format, &mut out))
        }
        Command::Wallet { output, command } => {
            runtime.block_on(wallet_command::run(&command, store, output.format, &mut out))
        }
        Command::Holdings { output, command } => {
            runtime.block_on(holdings_command::run(&command, store, output.format, &mut out))
        }
        Command::Freeze { output: Output { format }, day, command } => runtime
            .block_on(freeze_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Order { output, command } => {
            runtime.block_on(order_command::run(&command, store, output.format, &mut out))
        }
        Command::Calendar { output: Output { format }, day, command } => runtime
            .block_on(calendar_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Recon { output: ReconOutput { format }, day, command } => runtime
            .block_on(recon_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Audit { output: Output { format }, day, command } => runtime
            .block_on(audit_command::run(registry, &command, at(store, &day), format, &mut out)),
        Command::Settlement { output: Output { format }, day, command } => {
            let place = at(store, &day);
            runtime.block_on(settlement_command::run(registry, &command, place, format, &mut out))
        }
        Command::Ledger { output, command } => {
            runtime.block_on(ledger_command::run(&command, store, output.format, &mut out))
        }
        Command::Store { output, command } => {
            runtime.block_on(store_command::run(registry, &command, store, output.format, &mut out))
        }
        Command::File(command) => return alone(out, || file_command::run(command)),
        Command::Fund(command) => return alone(out, || fund_command::run(&command)),
        Command::Quote(command) => {
            return alone(out, || runtime.block_on(quote::run(registry, store, command)));
        }
        Command::Sim { output, command } => sim_command::run(&command, output, &mut out),
        Command::Bench(args) => return alone(out, || measured(runtime, args)),
    };
    out.flush().map_or_else(|error| reading::unwritten(&error, code), |()| code)
}
