//! The fundflow command.

mod file_command;
mod fund_command;

use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "fundflow", about = "An event-sourced engine for fund purchases")]
enum Arguments {
    /// Look into the industry's files, check and convert them
    #[command(subcommand)]
    File(file_command::FileCommand),
    /// List funds, show their terms, check a catalogue
    #[command(subcommand)]
    Fund(fund_command::FundCommand),
}

fn main() -> ExitCode {
    match Arguments::parse() {
        Arguments::File(command) => file_command::run(command),
        Arguments::Fund(command) => fund_command::run(&command),
    }
}
