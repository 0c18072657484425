//! The fundflow command.
//!
//! Exit codes: 0 done · 1 failed, or not found · 2 typed wrongly · 3 done in part · 4 somebody else
//! was faster · 5 a verification failed. Results go to the output, all else to the error output. A
//! closed pipe is not an error: whoever closed it has seen enough.

mod args;
mod audit_command;
mod bench;
mod event_command;
mod event_json;
mod file_command;
mod fund_command;
mod order_command;
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

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { store, command } = Arguments::parse();
    // Taken by each piece as it is printed; the measuring command prints from other threads.
    let mut out = io::BufWriter::new(io::stdout());
    let code = match command {
        Command::Saga { output, command } => {
            saga_command::run(&command, &store, output.format, &mut out).await
        }
        Command::Event { output, command } => {
            event_command::run(&command, &store, output.format, &mut out).await
        }
        Command::Wallet { output, command } => {
            wallet_command::run(&command, &store, output.format, &mut out).await
        }
        Command::Order { output, command } => {
            order_command::run(&command, &store, output.format, &mut out).await
        }
        Command::Audit { output, command } => {
            audit_command::run(&command, &store, output.format, &mut out).await
        }
        Command::File(command) => file_command::run(command),
        Command::Fund(command) => fund_command::run(&command),
        Command::Bench(args) => bench::run(&args).await,
    };
    // What was not read because the pipe is closed is missed by nobody.
    let _ = out.flush();
    code
}
