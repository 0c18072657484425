//! The fundflow command.

mod bench;
mod file_command;
mod fund_command;
mod quote;

use clap::Parser;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "fundflow", about = "An event-sourced engine for fund purchases")]
enum Arguments {
    /// Look into the industry's files, check and convert them
    #[command(subcommand)]
    File(file_command::FileCommand),
    /// List funds, show their terms, check a catalogue
    #[command(subcommand)]
    Fund(fund_command::FundCommand),
    /// Price an order to the cent, and say how
    #[command(subcommand)]
    Quote(quote::QuoteCommand),
    /// Measure complete purchases per second, latency and memory on this machine
    Bench(bench::BenchArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse() {
        Arguments::File(command) => file_command::run(command),
        Arguments::Fund(command) => fund_command::run(&command),
        Arguments::Quote(command) => quote::run(command),
        Arguments::Bench(args) => bench::run(&args).await,
    }
}
