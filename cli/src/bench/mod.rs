//! `fundflow bench`: how many complete purchases per second, how late, at what cost.
//!
//! The same engine that `day` runs, with counterparties that answer at once; every event durable
//! before anything is said. Purchases are placed on T and confirmed on the morning of T+1, as no
//! confirmation comes before the cut-off; the figures are of both together. No more of them are open overnight
//! than are asked for, so that a run takes as many trading days as it needs. The bare log writes the same bytes in the same batches to the same
//! directory in the same run, which is the least that durability can cost on this disk.

mod day;
mod load;
mod measured;
mod night;
mod process;
mod report;
mod restart;
mod sandbox;
mod statement;
mod step;

use crate::{reading::complain, store_url::StoreUrl};
use clap::Args;
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::{
    bare_log::BareLog,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{
    loaded::with_sources,
    memory_store::MemoryStore,
    store::{Checkpoints, EventStore},
};
use load::{Bench, Trouble};
use measured::Measured;
use report::{Figures, Format};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// Trading days that a run may take: the shipped calendar has some 200 from a run's first day on, and the
/// warm-up takes a twentieth.
const NIGHTS: u64 = 180;

/// Options of the benchmark.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// A kind of store and no place, since a benchmark never writes into anybody's store: sqlite, memory, or the URL of
    /// a server, which gets a schema for the time
    #[arg(long, value_name = "KIND", default_value = "sqlite")]
    store: PathBuf,
    /// Complete purchases to run
    #[arg(long, default_value_t = 100_000, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
    purchases: u64,
    /// Purchases under way at a time
    #[arg(long, default_value_t = 4_096, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
    in_flight: u64,
    /// Purchases that wait for the registrar overnight: as many are placed on each trading day, and confirmed
    /// on the next [default: those under way at a time]
    #[arg(long, allow_negative_numbers = true, value_parser = some)]
    overnight: Option<u64>,
    /// Purchases left open to weigh an open saga
    #[arg(long, default_value_t = 50_000, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
    open: u64,
    /// Purchases run alone, one after the other, for the latency of a single one
    #[arg(long, default_value_t = 1_000, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
    alone: u64,
    /// Measure a day instead: so many orders, cut, confirmed, posted and reconciled by the commands that a person types
    #[arg(long, value_name = "ORDERS", value_parser = some)]
    day: Option<u64>,
    /// The step of that day that a process does
    #[arg(long, hide = true, value_enum)]
    step: Option<step::Step>,
    /// Measure a restart instead: a process of its own completes --purchases, leaves --open, and is killed
    #[arg(long)]
    restart: bool,
    /// The process that is to be killed
    #[arg(long, hide = true, value_name = "FILE")]
    until_killed: Option<PathBuf>,
    /// Where the store and the bare log are written; a directory of its own below it, removed after
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// How to print the figures
    #[arg(short = 'o', long = "output", value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// Runs the benchmark and prints its figures.
pub(crate) async fn run(args: &BenchArgs) -> ExitCode {
    let scratch = args.dir.join(format!(".fundflow-bench-{}", std::process::id()));
    if let Some(path) = &args.until_killed {
        return exit_code(restart::until_killed(args, path).await, Ok(()), &scratch);
    }
    if args.restart {
        let measured = restart::measure(args, &scratch).await;
        let removed = std::fs::remove_dir_all(&scratch);
        let printed = measured.map(|restart| restart.print(args.output));
        return exit_code(printed, removed, &scratch);
    }
    if let (Some(orders), Some(step)) = (args.day, args.step) {
        return exit_code(step::run(step, orders, &args.dir).await, Ok(()), &args.dir);
    }
    if let Some(orders) = args.day {
        let measured = day::measure(args, orders, &scratch).await;
        let removed = std::fs::remove_dir_all(&scratch);
        let printed = measured.and_then(|day| day.print(args.output));
        return exit_code(printed, removed, &scratch);
    }
    let measured = match args.store.to_str() {
        Some("memory") => {
            let store = Arc::new(Measured::of(MemoryStore::default()));
            measure(args, store, "none (memory)", None).await
        }
        Some("sqlite") => sqlite(args, &scratch).await,
        Some(url) if url.contains("://") => match url.parse() {
            Ok(url) => on_server(args, &url, &scratch).await,
            Err(what) => return wrong_store(&format!("bench --store: {what}")),
        },
        Some(_) | None => {
            let given = args.store.display();
            return wrong_store(&format!(
                "bench --store {given}: choose sqlite (durable), memory, or the URL of a server"
            ));
        }
    };
    let removed = std::fs::remove_dir_all(&scratch);
    let printed = measured.map(|figures| report::print(&figures, args.output));
    exit_code(printed, removed, &scratch)
}

fn wrong_store(what: &str) -> ExitCode {
    complain(&format!("fundflow: {what}\n"));
    ExitCode::from(2)
}

fn exit_code(
    printed: Result<(), Trouble>,
    removed: std::io::Result<()>,
    scratch: &Path,
) -> ExitCode {
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!(
                "fundflow: the benchmark has no figures: {}\n",
                with_sources(&*error)
            ));
            if let Err(error) = removed {
                complain(&format!("fundflow: and {} is left over: {error}\n", scratch.display()));
            }
            ExitCode::FAILURE
        }
    }
}

async fn sqlite(args: &BenchArgs, scratch: &Path) -> Result<Figures, Trouble> {
    fundflow_infrastructure::files::make_directory(scratch, scratch)?;
    let store = SqliteStore::open(scratch.join("bench.sqlite"), &Settings::default())?;
    let durability = store.durability();
    let measured = Arc::new(Measured::of(store));
    let figures = measure(args, measured.clone(), durability, Some(scratch)).await?;
    measured.inner().close().await;
    Ok(figures)
}

/// In a schema of its own, which goes afterwards.
async fn on_server(args: &BenchArgs, url: &StoreUrl, scratch: &Path) -> Result<Figures, Trouble> {
    #[cfg(feature = "postgres")]
    if let StoreUrl::Postgres(server) = url {
        use fundflow_infrastructure::postgres::{PostgresStore, Scratch, Settings};
        fundflow_infrastructure::files::make_directory(scratch, scratch)?;
        let schema = Scratch::on(server);
        let settings = Settings::default();
        let store = PostgresStore::open(schema.place(), &settings, "fundflow bench").await?;
        let durability = store.durability().to_owned();
        let measured = Arc::new(Measured::of(store));
        let figures = measure(args, measured.clone(), &durability, Some(scratch)).await;
        measured.inner().close().await;
        schema.remove().await?;
        return figures;
    }
    Err(format!("{url} is no server, and {} stays as it is", scratch.display()).into())
}

async fn measure<S: EventStore + Checkpoints>(
    args: &BenchArgs,
    store: Arc<Measured<S>>,
    durability: &str,
    scratch: Option<&Path>,
) -> Result<Figures, Trouble> {
    // A fixed business instant: the figures must not depend on the day of the run.
    let monday: Timestamp = "2026-03-02T10:00:00+08:00".parse()?;
    let overnight = args.overnight()?;
    let progress = report::progress();

    progress.set_message("warming up");
    let bench = Bench::start(store.clone(), monday, true, 0).await?;
    bench.complete((args.purchases / 20).max(1), args.in_flight, overnight).await?;

    progress.set_message("complete purchases under load");
    store.take_batches();
    let (cpu_before, head_before) = (process::cpu_ms(), store.head().borrow().0);
    let run = bench.complete(args.purchases, args.in_flight, overnight).await?;
    let events = store.head().borrow().0 - head_before;
    let cpu_ms = process::cpu_ms().zip(cpu_before).map(|(after, before)| after - before);
    let batches = store.take_batches();

    progress.set_message("the same bytes and batches in a bare log");
    let bare = scratch.map(|directory| bare_log(directory, &batches)).transpose()?;

    progress.set_message("one purchase at a time");
    let alone = bench.complete(args.alone.max(1), 1, u64::MAX).await?;
    let now = bench.now();
    bench.stop().await?;

    progress.set_message("weighing open purchases");
    let first = (args.purchases + args.alone + args.purchases / 20 + 1).next_multiple_of(4);
    let bytes_per_open_saga = weigh(args.open, first, &store, now).await?;
    progress.finish_and_clear();
    Ok(Figures {
        run,
        events,
        batches: batches.len(),
        bytes: batches.iter().sum(),
        bare,
        alone,
        cpu_ms,
        peak_kib: process::peak_kib(),
        bytes_per_open_saga,
        open: args.open,
        in_flight: args.in_flight,
        overnight,
        durability: durability.to_owned(),
    })
}

/// A whole number that is not 0.
fn some(text: &str) -> Result<u64, String> {
    crate::args::whole(text).and_then(|number| match number {
        0 => Err("write a whole number, 1 or more".to_owned()),
        number => Ok(number),
    })
}

impl BenchArgs {
    /// A word on how far it is, for people who wait.
    fn says(&self, text: &str) {
        if matches!(self.output, Format::Table) {
            complain(&format!("{text}\n"));
        }
    }

    /// Purchases that are open overnight: no fewer than the calendar's days allow.
    fn overnight(&self) -> Result<u64, Trouble> {
        let least = self.purchases.div_ceil(NIGHTS).max(1);
        let Some(overnight) = self.overnight else { return Ok(self.in_flight.max(least)) };
        if overnight < least {
            let (purchases, nights) = (self.purchases, self.purchases.div_ceil(overnight.max(1)));
            return Err(format!(
                "--overnight {overnight} of --purchases {purchases} takes {nights} trading days, and the \
                 calendar has {NIGHTS} to give: --overnight {least} is the least"
            )
            .into());
        }
        Ok(overnight)
    }
}

fn bare_log(directory: &Path, batches: &[usize]) -> Result<Duration, Trouble> {
    let mut log = BareLog::create(directory.join("bare.log"))?;
    let bytes = vec![b'x'; batches.iter().copied().max().unwrap_or(0)];
    let start = Instant::now();
    for size in batches {
        log.append(&bytes[..*size])?;
    }
    Ok(start.elapsed())
}

/// The growth of the process while so many purchases open and wait for the registrar. Half as
/// many go before and are not counted: they fill the store's own caches.
async fn weigh<S: EventStore + Checkpoints>(
    open: u64,
    first: u64,
    store: &Arc<Measured<S>>,
    at: Timestamp,
) -> Result<Option<u64>, Trouble> {
    if open < 4 {
        return Ok(None);
    }
    let bench = Bench::start(store.clone(), at, false, first).await?;
    bench.open(open / 2).await?;
    let before = process::resident_kib();
    bench.open(open).await?;
    let after = process::resident_kib();
    bench.stop().await?;
    let grown = after.zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(grown.map(|kib| kib * 1024 / open))
}

#[cfg(test)]
mod tests {
    use super::{BenchArgs, NIGHTS};
    use crate::args::{Arguments, Command};
    use clap::{CommandFactory as _, Parser as _};

    fn args(typed: &[&str]) -> BenchArgs {
        let all = ["fundflow", "bench"].iter().chain(typed);
        let Command::Bench(args) = Arguments::try_parse_from(all).unwrap().command else {
            panic!("{typed:?} is a benchmark");
        };
        args
    }

    #[test]
    fn as_many_purchases_are_open_overnight_as_are_under_way_unless_another_number_is_given() {
        let rows: [(&[&str], u64); 4] = [
            (&[], 4_096),
            (&["--in-flight", "1000"], 1_000),
            (&["--in-flight", "1"], 556),
            (&["--overnight", "100000"], 100_000),
        ];
        for (typed, overnight) in rows {
            assert_eq!(args(typed).overnight().unwrap(), overnight, "{typed:?}");
        }
    }

    #[test]
    fn a_run_that_would_outlast_the_calendar_is_refused_with_the_least_that_would_not() {
        let typed = ["--purchases", "100000", "--overnight", "500"];
        let refused = args(&typed).overnight().unwrap_err().to_string();
        assert_eq!(
            refused,
            "--overnight 500 of --purchases 100000 takes 200 trading days, and the calendar has 180 \
             to give: --overnight 556 is the least"
        );
        assert_eq!(100_000_u64.div_ceil(556), NIGHTS);
    }

    #[test]
    fn the_store_of_a_benchmark_is_a_kind_wherever_it_is_typed_and_sqlite_where_it_is_not() {
        let rows: [(&[&str], &str); 3] = [
            (&["fundflow", "bench"], "sqlite"),
            (&["fundflow", "bench", "--store", "memory"], "memory"),
            (&["fundflow", "--store", "memory", "bench"], "memory"),
        ];
        for (typed, kind) in rows {
            let Command::Bench(args) = Arguments::try_parse_from(typed).unwrap().command else {
                panic!("{typed:?} is a benchmark");
            };
            assert_eq!(args.store.to_str(), Some(kind), "{typed:?}");
        }
        let mut whole = Arguments::command();
        whole.build();
        let help = whole.find_subcommand_mut("bench").unwrap().render_help().to_string();
        assert!(help.contains("[default: sqlite]") && !help.contains("fundflow-data"), "{help}");
    }
}
