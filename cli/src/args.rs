//! What was typed.

use crate::{
    audit_command::AuditCommand,
    bench::BenchArgs,
    calendar_command::CalendarCommand,
    case_command::CaseCommand,
    day::DayArgs,
    day_cut::DayCutCommand,
    event_command::EventCommand,
    file_command::FileCommand,
    freeze_command::FreezeCommand,
    fund_command::FundCommand,
    holdings_command::HoldingsCommand,
    ledger_command::{LedgerCommand, LedgerFormat, LedgerOutput},
    log::LogFormat,
    order_command::OrderCommand,
    plan_command::PlanCommand,
    quote::QuoteCommand,
    recon_command::{ReconCommand, ReconFormat, ReconOutput},
    saga_command::SagaCommand,
    settlement_command::SettlementCommand,
    sim_command::SimCommand,
    store_command::StoreCommand,
    wallet_command::WalletCommand,
};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use fundflow_domain::{ids::IdError, personal};
use fundflow_kernel::written;
use std::{path::PathBuf, str::FromStr};

#[cfg(test)]
mod mutated;

/// Where the store is when nobody says.
pub(crate) const DEFAULT_STORE: &str = "./fundflow-data";

/// A date as it is typed.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    written::date(text)
        .ok_or_else(|| "write a date of the calendar as YYYY-MM-DD, say 2026-02-13".to_owned())
}

/// A token that names somebody or an account as it is typed: no number of a card or of a document.
pub(crate) fn token<T: FromStr<Err = IdError>>(text: &str) -> Result<T, String> {
    match personal::unfit_token(text).filter(|_| !text.is_empty()) {
        None => text.parse().map_err(|error: IdError| error.to_string()),
        Some(why) => Err(why),
    }
}

/// An ending as it is stored, however it is read: `kept in wallet`.
#[expect(clippy::unnecessary_wraps, reason = "as clap wants it")]
pub(crate) fn ending(text: &str) -> Result<String, String> {
    Ok(text.trim().replace(' ', "_"))
}

/// A whole number as it is typed.
pub(crate) fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    written::whole(text).ok_or_else(|| format!("write {}", written::WHOLE))
}

/// The whole line.
#[derive(Debug, Parser)]
#[command(name = "fundflow", version, about = "An event-sourced engine for fund purchases")]
pub(crate) struct Arguments {
    /// The store: a database file, or the directory that holds events.db; sqlite: may stand before it.
    #[arg(long, global = true, value_name = "PATH", default_value = DEFAULT_STORE)]
    pub(crate) store: PathBuf,
    /// How lines of the program's log are written to the error output; `RUST_LOG` says which
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play a trading day from a folder, to the last confirmation
    Day(DayArgs),
    /// The day-cut of a T with each registrar: seal, files out, prices and answers in, income, head
    DayCut {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: DayCutCommand,
    },
    /// Sagas of every kind: where they stand, and what a person may do
    Saga {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: SagaCommand,
    },
    /// What an investor says to a regular plan that runs
    Plan {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: PlanCommand,
    },
    /// What does not add up or contradicts, and waits for a person's word
    Case {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: CaseCommand,
    },
    /// The events of the store
    Event {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: EventCommand,
    },
    /// Investors' money-market shares
    Wallet {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: WalletCommand,
    },
    /// Investors' shares of target funds, and their value
    Holdings {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: HoldingsCommand,
    },
    /// Freeze an investor's shares on an order of a court or a creditor, and lift such an order
    Freeze {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: FreezeCommand,
    },
    /// Orders at the registrars
    Order {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: OrderCommand,
    },
    /// The trading calendar: what it covers, and further years or days by the exchange's notice
    Calendar {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: CalendarCommand,
    },
    /// Double entry for cash and shares, as tables beside the store
    Ledger {
        #[command(flatten)]
        output: LedgerOutput,
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// What counterparties and we owe each other of a T, what moved, and what remains
    Settlement {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: SettlementCommand,
    },
    /// The records of registrars, channels and banks beside our events
    Recon {
        #[command(flatten)]
        output: ReconOutput,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: ReconCommand,
    },
    /// Replay everything and check everything
    Audit {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        day: DayFolder,
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// The files of the store: check them, copy them, put a copy in their place
    Store {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Look into the industry's files, check and convert them
    #[command(subcommand)]
    File(FileCommand),
    /// List funds, show their terms, check a catalogue
    #[command(subcommand)]
    Fund(FundCommand),
    /// Price an order to the cent, and say how
    #[command(subcommand)]
    Quote(QuoteCommand),
    /// Play trading days in virtual time, with everything going wrong, and hold them against what must be true
    Sim {
        #[command(flatten)]
        output: Output,
        #[command(subcommand)]
        command: SimCommand,
    },
    /// Measure complete purchases per second, latency and memory; `--store sqlite`, `memory` or the URL of a server
    Bench(BenchArgs),
}

/// Whose funds, registrars and prices count.
#[derive(Debug, Clone, Args)]
pub(crate) struct DayFolder {
    /// The folder of a day whose funds, registrars and prices count; otherwise those of the day that
    /// was last played into the store
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// For people, or one JSON document for programs.
    #[arg(short = 'o', long = "output", global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, for people
    Table,
    /// One JSON document, for programs
    Json,
}

impl Command {
    /// Whether it plays counterparties of whom much goes wrong, and reports it itself.
    pub(crate) const fn plays(&self) -> bool {
        matches!(self, Self::Day(_) | Self::Bench(_) | Self::Sim { .. })
    }

    /// Whether the output is a JSON document.
    pub(crate) const fn is_json(&self) -> bool {
        let format = match self {
            Self::Day(args) => return args.is_json(),
            Self::Saga { output, .. }
            | Self::DayCut { output, .. }
            | Self::Plan { output, .. }
            | Self::Case { output, .. }
            | Self::Event { output, .. }
            | Self::Wallet { output, .. }
            | Self::Holdings { output, .. }
            | Self::Freeze { output, .. }
            | Self::Order { output, .. }
            | Self::Audit { output, .. }
            | Self::Calendar { output, .. }
            | Self::Settlement { output, .. }
            | Self::Sim { output, .. }
            | Self::Store { output, .. } => output.format,
            Self::Ledger { output, .. } => return matches!(output.format, LedgerFormat::Json),
            Self::Recon { output, .. } => return matches!(output.format, ReconFormat::Json),
            // They take the output for themselves.
            Self::File(_) | Self::Fund(_) | Self::Quote(_) | Self::Bench(_) => return false,
        };
        matches!(format, Format::Json)
    }
}
