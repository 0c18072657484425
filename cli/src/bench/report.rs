//! The benchmark's figures, for people and for programs.

use super::load::Run;
use crate::safe;
use clap::ValueEnum;
use comfy_table::Table;
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::{io::Write as _, time::Duration};

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, for people
    Table,
    /// One JSON document, for programs
    Json,
}

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) run: Run,
    pub(super) events: u64,
    pub(super) batches: usize,
    pub(super) bytes: usize,
    pub(super) bare: Option<Duration>,
    pub(super) alone: Run,
    pub(super) cpu_ms: Option<u64>,
    pub(super) peak_kib: Option<u64>,
    pub(super) bytes_per_open_saga: Option<u64>,
    pub(super) open: u64,
    pub(super) in_flight: u64,
    pub(super) overnight: u64,
    pub(super) durability: String,
}

pub(super) fn progress() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

pub(super) fn print(figures: &Figures, format: Format) {
    let text = match format {
        Format::Json => format!("{:#}", json(figures)),
        Format::Table => table(figures).to_string(),
    };
    // A reader that went away has seen enough.
    let _ = writeln!(safe::output(format == Format::Json), "{text}");
}

fn json(figures: &Figures) -> Value {
    json!({
        "purchases": figures.run.purchases,
        "in_flight": figures.in_flight,
        "overnight": figures.overnight,
        "durability": figures.durability,
        "seconds": number(&thousandths(millis(figures.run.took()))),
        "placing_seconds": number(&thousandths(millis(figures.run.placing))),
        "confirming_seconds": number(&thousandths(millis(figures.run.confirming))),
        "purchases_per_s": per_second(figures.run.purchases, figures.run.took()),
        "events_per_s": per_second(figures.events, figures.run.took()),
        "events": figures.events,
        "batches": figures.batches,
        "bytes": figures.bytes,
        "ratio_to_bare_log": ratio(figures).map(|ratio| number(&ratio)),
        "prepared_ms": percentiles(&figures.run.prepared),
        "completed_ms": percentiles(&figures.run.completed),
        "alone_prepared_ms": percentiles(&figures.alone.prepared),
        "alone_completed_ms": percentiles(&figures.alone.completed),
        "cpu_ms": figures.cpu_ms,
        "cpu_us_per_purchase": figures.cpu_ms.map(|ms| ms * 1000 / figures.run.purchases.max(1)),
        "peak_memory_kib": figures.peak_kib,
        "open_sagas": figures.open,
        "bytes_per_open_saga": figures.bytes_per_open_saga,
    })
}

fn table(figures: &Figures) -> Table {
    let mut table = Table::new();
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    let run = &figures.run;
    row("durability", figures.durability.clone());
    row(
        "complete purchases",
        format!("{} in {} s", run.purchases, thousandths(millis(run.took()))),
    );
    row(
        "of it to place, to confirm",
        format!(
            "{} s, {} s",
            thousandths(millis(run.placing)),
            thousandths(millis(run.confirming))
        ),
    );
    let overnight = figures.overnight.min(run.purchases);
    row("under way at a time, overnight", format!("{}, {overnight}", figures.in_flight));
    row("purchases per second", per_second(run.purchases, run.took()).to_string());
    row("events per second", per_second(figures.events, run.took()).to_string());
    row(
        "events, batches, bytes",
        format!("{}, {}, {}", figures.events, figures.batches, figures.bytes),
    );
    row(
        "of the bare log's speed",
        ratio(figures).unwrap_or_else(|| "not measured (memory)".into()),
    );
    row("to prepared, ms (p50 / p99 / p99.9)", three(&run.prepared));
    row("from confirmation to completed, ms", three(&run.completed));
    row("one alone: to prepared, ms", three(&figures.alone.prepared));
    row("one alone: from confirmation to completed, ms", three(&figures.alone.completed));
    let unknown = || "not told by this system".to_owned();
    let cpu = figures
        .cpu_ms
        .map(|ms| format!("{ms} ms, {} us per purchase", ms * 1000 / run.purchases.max(1)));
    row("processor time", cpu.unwrap_or_else(unknown));
    row("peak memory", figures.peak_kib.map_or_else(unknown, |kib| format!("{} MiB", kib / 1024)));
    let weight = figures.bytes_per_open_saga.map(|bytes| {
        format!("{bytes} bytes (growth of the process over {} of them)", figures.open)
    });
    row("memory per open purchase", weight.unwrap_or_else(unknown));
    table
}

/// Ours over the bare log's: 0.100 means a tenth of its speed.
fn ratio(figures: &Figures) -> Option<String> {
    let (bare, ours) = (figures.bare?.as_micros(), figures.run.took().as_micros().max(1));
    Some(thousandths(u64::try_from(bare * 1000 / ours).ok()?))
}

fn per_second(count: u64, took: Duration) -> u64 {
    let micros = took.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn three(histogram: &Histogram<u64>) -> String {
    let [p50, p99, p999] = quantiles(histogram).map(thousandths);
    format!("{p50} / {p99} / {p999}")
}

fn percentiles(histogram: &Histogram<u64>) -> Value {
    let [p50, p99, p999] = quantiles(histogram).map(|micros| number(&thousandths(micros)));
    json!({ "p50": p50, "p99": p99, "p999": p999 })
}

fn quantiles(histogram: &Histogram<u64>) -> [u64; 3] {
    [0.5, 0.99, 0.999].map(|quantile| histogram.value_at_quantile(quantile))
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A whole number of thousandths with its decimal point.
fn thousandths(count: u64) -> String {
    format!("{}.{:03}", count / 1000, count % 1000)
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
