//! The fundflow command.

mod fund_command;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Fund purchases, event by event.
#[derive(Debug, Parser)]
#[command(name = "fundflow", version)]
struct Typed {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The funds and their terms.
    #[command(subcommand)]
    Fund(fund_command::FundCommand),
}

fn main() -> ExitCode {
    match Typed::parse().command {
        Command::Fund(command) => fund_command::run(&command),
    }
}
