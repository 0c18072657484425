//! The fundflow command.
//!
//! Exit codes: 0 done · 1 failed, or not found · 2 typed wrongly · 3 done in part · 4 somebody else
//! was faster · 5 a verification failed. Results go to the output, all else to the error output. A
//! closed pipe is not an error: whoever closed it has seen enough.
//!
//! This program only reads what was typed, asks and prints. It must never decide a business rule,
//! and appends to a store only through an engine.

mod args;
mod audit_command;
mod bench;
mod day;
mod event_command;
mod event_json;
mod file_command;
mod fund_command;
mod operate;
mod order_command;
mod quote;
mod reading;
mod saga_command;
mod saga_words;
mod wallet_command;

use args::{Arguments, Command};
use clap::Parser;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Arguments { store, command } = Arguments::parse();
    // Only the benchmark needs more than one thread: the rest reads, or runs a day in virtual time.
    let mut threads = match &command {
        Command::Bench(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match threads.enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            reading::complain(&format!("error: the program cannot start: {error}\n"));
            return ExitCode::FAILURE;
        }
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let code = match command {
        Command::Day(args) => runtime.block_on(day::run(&args, &store, &mut out)),
        Command::Saga { output, command } => {
            runtime.block_on(saga_command::run(&command, &store, output.format, &mut out))
        }
        Command::Event { output, command } => {
            runtime.block_on(event_command::run(&command, &store, output.format, &mut out))
        }
        Command::Wallet { output, command } => {
            runtime.block_on(wallet_command::run(&command, &store, output.format, &mut out))
        }
        Command::Order { output, command } => {
            runtime.block_on(order_command::run(&command, &store, output.format, &mut out))
        }
        Command::Audit { output, command } => {
            runtime.block_on(audit_command::run(&command, &store, output.format, &mut out))
        }
        Command::File(command) => {
            drop(out);
            return file_command::run(command);
        }
        Command::Fund(command) => {
            drop(out);
            return fund_command::run(&command);
        }
        Command::Quote(command) => {
            drop(out);
            return quote::run(command);
        }
        Command::Bench(args) => {
            drop(out);
            return runtime.block_on(bench::run(&args, &store));
        }
    };
    // What was not read because the pipe is closed is missed by nobody.
    let _ = out.flush();
    code
}
