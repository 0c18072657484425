//! `fundflow bench --day N`: a day of so many orders, each step in a process of its own.
//!
//! ```text
//! placed       at 10:00 each investor buys, and each payment is in the channel's statement
//! cut          at 17:00 sealed, and written (03)
//! answered     the registrar's files 04, 05, 07 and 25
//! read         at 8:30 of the next day: confirmed and booked
//! posted       the ledger, made from the log
//! reconciled   04, 05, 07, 25 and the statement beside the log, by `recon run --apply`: nothing breaks
//! gathering    one payment of a hundred is not in the statement; killed once a part of all rows is put aside
//! opening      killed once a page of its cases is in the log
//! resumed      the rest: every case once
//! ```
//!
//! The peak and the processor time of a process are read while it runs, so that they may be the last few milliseconds
//! short.

use super::{
    BenchArgs,
    load::Trouble,
    process,
    report::Format,
    step::{DATE, Step},
};
use clap::ValueEnum as _;
use comfy_table::Table;
use fundflow_infrastructure::{files, sqlite::SqliteStore};
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Of so many payments one is taken out of the statement.
const ONE_OF: u64 = 100;
/// Bytes of rows for an order: with so many some are put aside and some are not.
const PUT_ASIDE: u64 = 1500;
/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// One command, measured.
#[derive(Debug, Serialize)]
struct Stage {
    /// `played`, `posted` and so on.
    #[serde(rename = "stage")]
    name: &'static str,
    milliseconds: u64,
    /// Of the processor; nothing where the system does not say it.
    cpu_ms: Option<u64>,
    /// The most memory of the process at once; nothing where the system does not say it.
    peak_kib: Option<u64>,
    /// Events in the log after it.
    events: u64,
    /// Cases in the log after it.
    cases: u64,
}

/// Every stage of a day.
#[derive(Debug, Serialize)]
pub(super) struct Day {
    orders: u64,
    stages: Vec<Stage>,
}

/// What was seen of a process.
#[derive(Debug, Default)]
struct Seen {
    peak_kib: Option<u64>,
    cpu_ms: Option<u64>,
    is_killed: bool,
}

/// Where a day is played.
struct Place {
    store: PathBuf,
}

/// When a process is killed.
#[derive(Clone, Copy)]
enum Until {
    /// As soon as what is put aside has so many bytes.
    Bytes(u64),
    /// As soon as so many cases are in the log.
    Cases(u64),
}

/// Plays a day of so many orders and closes it.
pub(super) async fn measure(args: &BenchArgs, orders: u64, scratch: &Path) -> Result<Day, Trouble> {
    let place = Place { store: scratch.to_owned() };
    files::make_directory(scratch, scratch)?;
    let run = ["recon", "run", "--date", DATE, "--apply"];
    let mut stages = Vec::new();
    let mut done = |stage: Stage| {
        args.says(&format!("{}: {} ms", stage.name, stage.milliseconds));
        stages.push(stage);
    };
    for step in [Step::Placed, Step::Cut, Step::Answered, Step::Read, Step::Posted] {
        done(place.step(step, orders).await?);
    }
    done(place.stage("reconciled", &run, None).await?);
    let planted = place.take_out_payments()?;
    let some = Until::Bytes(orders * PUT_ASIDE);
    done(place.stage("gathering", &run, Some(some)).await?);
    done(place.stage("opening", &run, Some(Until::Cases(planted.min(256)))).await?);
    done(place.stage("resumed", &run, None).await?);
    let cases = place.cases()?;
    if cases != planted {
        return Err(
            format!("{planted} payments were taken out, and {cases} cases were opened").into()
        );
    }
    Ok(Day { orders, stages })
}

impl Place {
    async fn step(&self, step: Step, orders: u64) -> Result<Stage, Trouble> {
        let directory = self.store.to_string_lossy();
        let orders = orders.to_string();
        let value = step.to_possible_value().map(|it| it.get_name().to_owned());
        let name = value.unwrap_or_default();
        let words = ["bench", "--day", &orders, "--step", &name, "--dir", &directory];
        self.stage(step.name(), &words, None).await
    }

    /// Runs a command to its end, or until so many cases are in the log: then it is killed.
    async fn stage(
        &self,
        name: &'static str,
        words: &[&str],
        until: Option<Until>,
    ) -> Result<Stage, Trouble> {
        let began = Instant::now();
        let said = self.store.join("said");
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--store")
            .arg(&self.store)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&said)?)
            .spawn()?;
        let Seen { peak_kib, cpu_ms, is_killed } = self.watch(&mut child, until).await?;
        let took = began.elapsed();
        let status = child.wait()?;
        if !status.success() && !is_killed {
            let said = fs::read_to_string(&said)?;
            return Err(format!("`{}` ended with {status}: {said}", words.join(" ")).into());
        }
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (events, cases) = (self.events()?, self.cases()?);
        Ok(Stage { name, milliseconds, cpu_ms, peak_kib, events, cases })
    }

    /// Looks at a process until it ends, or is killed.
    async fn watch(&self, child: &mut Child, until: Option<Until>) -> Result<Seen, Trouble> {
        let mut seen = Seen::default();
        while child.try_wait()?.is_none() {
            seen.peak_kib = seen.peak_kib.max(process::peak_kib_of(child.id()));
            seen.cpu_ms = seen.cpu_ms.max(process::cpu_ms_of(child.id()));
            let is_over = match until {
                Some(Until::Cases(cases)) => self.cases()? >= cases,
                Some(Until::Bytes(bytes)) => self.put_aside() >= bytes,
                None => false,
            };
            if is_over {
                child.kill()?;
                return Ok(Seen { is_killed: true, ..seen });
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(seen)
    }

    fn log(&self) -> Result<SqliteStore, Trouble> {
        Ok(SqliteStore::open_read_only(self.store.join("events.db"))?)
    }

    fn events(&self) -> Result<u64, Trouble> {
        use fundflow_kernel::store::EventStore as _;
        Ok(self.log()?.head().borrow().0)
    }

    /// Bytes of the rows of a reconciliation that is under way, with the log of their database.
    fn put_aside(&self) -> u64 {
        let of = |end: &str| {
            let path = self.store.join("recon").join(format!("{DATE}.rows.db{end}"));
            fs::metadata(path).map_or(0, |it| it.len())
        };
        of("") + of("-wal")
    }

    fn cases(&self) -> Result<u64, Trouble> {
        Ok(self.log()?.stream_names("case-", "case.")?.len() as u64)
    }

    /// Takes one payment of a hundred out of the channel's statement. Returns how many.
    fn take_out_payments(&self) -> Result<u64, Trouble> {
        let path = self.store.join("statements").join(DATE).join("channel.csv");
        let text = fs::read_to_string(&path)?;
        let (mut left, mut out) = (BufWriter::new(File::create(&path)?), 0);
        for (nth, line) in (0_u64..).zip(text.lines()) {
            if nth % ONE_OF == 1 {
                out += 1;
            } else {
                writeln!(left, "{line}")?;
            }
        }
        left.flush()?;
        Ok(out)
    }
}

impl Day {
    pub(super) fn print(&self, format: Format) -> Result<(), Trouble> {
        let text = match format {
            Format::Json => serde_json::to_string_pretty(self)?,
            Format::Table => {
                let mut table = Table::new();
                table.set_header([
                    "stage",
                    "ms",
                    "processor, ms",
                    "peak memory, MiB",
                    "events",
                    "cases",
                ]);
                for it in &self.stages {
                    let shown = |figure: Option<u64>| {
                        figure.map_or_else(|| "not known".to_owned(), |it| it.to_string())
                    };
                    table.add_row([
                        it.name.to_owned(),
                        it.milliseconds.to_string(),
                        shown(it.cpu_ms),
                        shown(it.peak_kib.map(|kib| kib / 1024)),
                        it.events.to_string(),
                        it.cases.to_string(),
                    ]);
                }
                format!("{} orders\n{table}", self.orders)
            }
        };
        // A reader that went away has seen enough.
        let _ = writeln!(std::io::stdout(), "{text}");
        Ok(())
    }
}
