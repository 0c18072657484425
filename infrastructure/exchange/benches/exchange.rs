//! How fast a file 04 of V2.1 (121 fields, 1,234 bytes) is written, checked and read, on one core.
//!
//! `cargo bench -p fundflow-exchange --bench exchange -- 1000000`; the number is the count
//! of records, one million by default. The file lies in a temporary directory.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use fundflow_exchange::check;
use fundflow_exchange::field_type::FieldType;
use fundflow_exchange::flow::trade_confirmation::TradeConfirmation;
use fundflow_exchange::header::Header;
use fundflow_exchange::reader::Reader;
use fundflow_exchange::record::Record;
use fundflow_exchange::version::{FileType, Version};
use fundflow_exchange::writer::Writer;
use rust_decimal::Decimal;

type Outcome<T> = Result<T, Box<dyn Error>>;

const CHUNK: usize = 256 * 1024;

fn main() -> Outcome<()> {
    let wanted = std::env::args().skip(1).find_map(|argument| argument.parse::<u64>().ok());
    let records = wanted.unwrap_or(1_000_000);
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("OFD_05_305_20260213_04.TXT");
    let bytes = measure("write, 121 fields set from values", records, || generate(&path, records))?;
    measure("read, every field validated", records, || read(&path).map(|()| bytes))?;
    measure("read, 52 values into TradeConfirmation", records, || {
        read_typed(&path).map(|()| bytes)
    })?;
    measure("check whole file, with SHA-256", records, || check_file(&path).map(|()| bytes))?;
    measure("read and write on, with SHA-256", records, || copy(&path).map(|()| bytes))?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!("{peak} (peak memory)");
    Ok(())
}

/// Nanoseconds this thread has spent on a core. Wall time says little on a machine that others
/// use as well.
fn on_core() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// Runs `work`, which returns the bytes it went over, and prints its rate in whole numbers.
fn measure(what: &str, records: u64, work: impl FnOnce() -> Outcome<u64>) -> Outcome<u64> {
    let (start, core_start) = (Instant::now(), on_core());
    let bytes = work()?;
    let wall = u64::try_from(start.elapsed().as_millis())?.max(1);
    let core = on_core().zip(core_start).map_or(wall, |(end, start)| (end - start) / 1_000_000);
    let core = core.max(1);
    let (rate, mebibytes) = (records * 1_000 / core, bytes * 1_000 / core / 1_048_576);
    println!(
        "{what:<38} {core:>6} ms on core ({wall:>6} ms wall) {rate:>8} records/s {mebibytes:>5} MiB/s"
    );
    Ok(bytes)
}

fn generate(path: &Path, records: u64) -> Outcome<u64> {
    let date = NaiveDate::from_ymd_opt(2026, 2, 13).ok_or("no such day")?;
    let (file_type, version) = (FileType::TradeConfirmation, Version::V21);
    let mut header = Header::standard(file_type, version, ("05", "305"), date);
    header.records = records;
    let mut writer = Writer::new(BufWriter::with_capacity(CHUNK, File::create(path)?), header)?;
    let mut record = writer.blank();
    let slots = record.as_ref().layout().slots().to_vec();
    for number in 1..=records {
        for slot in &slots {
            fill(&mut record, &slot.name, slot.kind, number, date)?;
        }
        writer.write(record.as_ref())?;
    }
    let (_, written) = writer.finish()?;
    Ok(written.bytes)
}

/// A value for every field, a Chinese one in one field of text.
fn fill(record: &mut Record, name: &str, kind: FieldType, n: u64, day: NaiveDate) -> Outcome<()> {
    match kind {
        FieldType::A(8) => record.set_date(name, Some(day))?,
        FieldType::A(width) if width >= 17 => record.set_text(name, "30520260213000001")?,
        FieldType::A(width) => record.set_text(name, &"000000000000000"[..width])?,
        FieldType::C(60) if name == "Specification" => {
            record.set_text(name, "优惠购：货币基金转换")?;
        }
        FieldType::C(1) => record.set_text(name, "0")?,
        FieldType::C(width) => record.set_text(name, &"ABCDEFGH"[..width.min(8)])?,
        FieldType::N { len: 16, decimals } => {
            record.set_decimal(name, Decimal::new(i64::try_from(n)?, decimals))?;
        }
        FieldType::N { decimals, .. } => record.set_decimal(name, Decimal::new(12, decimals))?,
        FieldType::Text => {}
    }
    Ok(())
}

fn open(path: &Path) -> Outcome<Reader<BufReader<File>>> {
    Ok(Reader::new("bench", BufReader::with_capacity(CHUNK, File::open(path)?))?)
}

fn read(path: &Path) -> Outcome<()> {
    let mut reader = open(path)?;
    while reader.next_record()?.is_some() {}
    Ok(())
}

fn read_typed(path: &Path) -> Outcome<()> {
    let mut reader = open(path)?;
    while let Some(record) = reader.next_record()? {
        std::hint::black_box(TradeConfirmation::from_record(record)?);
    }
    Ok(())
}

fn check_file(path: &Path) -> Outcome<()> {
    let report = check::check(path)?;
    if report.is_sound() { Ok(()) } else { Err(report.errors.to_string().into()) }
}

fn copy(path: &Path) -> Outcome<()> {
    let mut reader = open(path)?;
    let out = BufWriter::with_capacity(CHUNK, std::io::sink());
    let mut writer = Writer::new(out, reader.header().clone())?;
    while let Some(record) = reader.next_record()? {
        writer.write(record)?;
    }
    writer.finish()?.0.flush()?;
    Ok(())
}
