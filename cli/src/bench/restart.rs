//! `fundflow bench --restart`: how long a store takes to be at work again after its process was killed.
//!
//! A process of its own completes purchases, leaves some open, and is killed where it stands. What is measured is
//! the opening of its store, and the start of an engine on it until that engine answers.

use super::{
    BenchArgs,
    load::{Bench, Trouble},
    measured::Measured,
    report::Format,
};
use crate::operate::time_of;
use comfy_table::Table;
use fundflow_domain::time::Timestamp;
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::store::EventStore as _;
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// What the process that is to be killed says when it has done its work.
const READY: &str = "ready";

/// A restart, measured.
#[derive(Debug)]
pub(super) struct Restart {
    log: u64,
    /// Bytes of the log of the database, which is written anew.
    wal: u64,
    open: usize,
    read: usize,
    opening: Duration,
    starting: Duration,
}

/// Has the work done by another process, kills it, and starts again on what it left.
pub(super) async fn measure(args: &BenchArgs, scratch: &Path) -> Result<Restart, Trouble> {
    std::fs::create_dir_all(scratch)?;
    let path = scratch.join("bench.sqlite");
    let mut working = Command::new(std::env::current_exe()?)
        .arg("bench")
        .args(["--purchases", &args.purchases.to_string()])
        .args(["--in-flight", &args.in_flight.to_string()])
        .args(["--overnight", &args.overnight()?.to_string()])
        .args(["--open", &args.open.to_string()])
        .arg("--until-killed")
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let is_ready = until_ready(&mut working);
    working.kill()?;
    working.wait()?;
    is_ready?;

    let wal = std::fs::metadata(scratch.join("bench.sqlite-wal")).map_or(0, |found| found.len());
    let began = Instant::now();
    let store = SqliteStore::open(&path, &Settings::default())?;
    let opening = began.elapsed();
    let store = Arc::new(Measured::of(store));
    let now = time_of(store.inner()).await.map_err(|failure| failure.to_string())?;
    let began = Instant::now();
    let bench = Bench::start(store.clone(), now, true, 0).await?;
    let open = bench.open_sagas().await?;
    let starting = began.elapsed();
    let (log, read) = (store.head().borrow().0, store.events_read());
    bench.stop().await?;
    store.inner().close().await;
    Ok(Restart { log, wal, open, read, opening, starting })
}

fn until_ready(working: &mut Child) -> Result<(), Trouble> {
    let said = working.stdout.take().map(BufReader::new).ok_or("nothing is heard of it")?;
    for line in said.lines() {
        if line? == READY {
            return Ok(());
        }
    }
    Err("the process that works ended before it was killed; see what it said".into())
}

/// The work: purchases that are complete, and some that stay open. Returns only when nobody is left to kill it.
pub(super) async fn until_killed(args: &BenchArgs, path: &PathBuf) -> Result<(), Trouble> {
    let monday: Timestamp = "2026-03-02T10:00:00+08:00".parse()?;
    let store = Arc::new(SqliteStore::open(path, &Settings::default())?);
    let bench = Bench::start(store.clone(), monday, true, 0).await?;
    bench.complete(args.purchases.max(1), args.in_flight, args.overnight()?).await?;
    bench.open(args.open).await?;
    writeln!(std::io::stdout(), "{READY}")?;
    let mut nothing = String::new();
    std::io::stdin().read_line(&mut nothing)?;
    Ok(())
}

impl Restart {
    pub(super) fn print(&self, format: Format) {
        let ms = |took: Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (opening, starting) = (ms(self.opening), ms(self.starting));
        let text = match format {
            Format::Json => format!(
                "{:#}",
                json!({
                    "events": self.log,
                    "log_bytes": self.wal,
                    "open_purchases": self.open,
                    "events_read": self.read,
                    "opening_ms": opening,
                    "starting_ms": starting,
                    "restart_ms": opening + starting,
                })
            ),
            Format::Table => {
                let mut table = Table::new();
                table.set_header(["restart after a kill", ""]);
                for (what, figure) in [
                    ("events in the store", self.log.to_string()),
                    ("bytes of its log", self.wal.to_string()),
                    ("open purchases", self.open.to_string()),
                    ("events read by the start", self.read.to_string()),
                    ("opening the store, ms", opening.to_string()),
                    ("starting the engine, ms", starting.to_string()),
                    ("both, ms", (opening + starting).to_string()),
                ] {
                    table.add_row([what, &figure]);
                }
                table.to_string()
            }
        };
        // A reader that went away has seen enough.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}
