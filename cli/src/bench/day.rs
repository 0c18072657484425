//! `fundflow bench --day N`: a day of so many orders, by the commands that a person types, each in a process of its own.
//!
//! ```text
//! played       placed, paid, cut and written (03), confirmed (04), booked; counterparties of the sandbox beside it
//! posted       the ledger made anew from the log
//! reconciled   04, 05, 07, 25 and the statement beside the log: nothing breaks
//! killed       one payment of a hundred is not in the statement; killed once a page of its cases is in the log
//! resumed      the rest: every case once
//! ```
//!
//! The peak and the processor time of a process are read while it runs, so that they may be the last few milliseconds
//! short.

use super::{BenchArgs, load::Trouble, process, report::Format};
use comfy_table::Table;
use fundflow_infrastructure::sqlite::SqliteStore;
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const DATE: &str = "2026-03-02";
const FUND: &str = "011162";
/// Of so many payments one is taken out of the statement.
const ONE_OF: u64 = 100;
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
    folder: PathBuf,
    store: PathBuf,
}

/// Plays a day of so many orders and closes it.
pub(super) async fn measure(args: &BenchArgs, orders: u64, scratch: &Path) -> Result<Day, Trouble> {
    let place = Place { folder: scratch.join("folder"), store: scratch.join("store") };
    fs::create_dir_all(&place.folder)?;
    fs::create_dir_all(&place.store)?;
    write_folder(&place.folder, orders)?;
    let folder = place.folder.to_string_lossy().into_owned();
    let run = ["recon", "run", "--date", DATE, "--apply"];
    let mut stages = Vec::new();
    let mut done = |stage: Stage| {
        args.says(&format!("{}: {} ms", stage.name, stage.milliseconds));
        stages.push(stage);
    };
    done(place.stage("played", &["day", "--no-progress", &folder], None).await?);
    done(place.stage("posted", &["ledger", "rebuild"], None).await?);
    done(place.stage("reconciled", &run, None).await?);
    let planted = place.take_out_payments()?;
    done(place.stage("killed", &run, Some(planted.min(256))).await?);
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
    /// Runs a command to its end, or until so many cases are in the log: then it is killed.
    async fn stage(
        &self,
        name: &'static str,
        words: &[&str],
        until: Option<u64>,
    ) -> Result<Stage, Trouble> {
        let began = Instant::now();
        let said = self.store.with_extension("said");
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
    async fn watch(&self, child: &mut Child, until: Option<u64>) -> Result<Seen, Trouble> {
        let mut seen = Seen::default();
        while child.try_wait()?.is_none() {
            seen.peak_kib = seen.peak_kib.max(process::peak_kib_of(child.id()));
            seen.cpu_ms = seen.cpu_ms.max(process::cpu_ms_of(child.id()));
            if let Some(until) = until
                && self.cases()? >= until
            {
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

/// One purchase of each of so many investors, so that each has a holding.
fn write_folder(folder: &Path, orders: u64) -> Result<(), Trouble> {
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    writeln!(file("day.toml")?, "trade_date = {DATE}\nseed = 1")?;
    writeln!(file("navs.csv")?, "fund,date,nav\n{FUND},{DATE},0.7421")?;
    let (mut investors, mut all) = (file("investors.csv")?, file("orders.csv")?);
    writeln!(
        investors,
        "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type"
    )?;
    writeln!(all, "transaction,time,kind,investor,fund,amount")?;
    for nth in 0..orders {
        writeln!(investors, "I-{nth},A-{nth},C5,2027-01-31,verified,2035-06-30,yes,individual")?;
        writeln!(all, "P-{nth},10:00:00,purchase,I-{nth},{FUND},5000.00")?;
    }
    Ok(all.flush().and_then(|()| investors.flush())?)
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
