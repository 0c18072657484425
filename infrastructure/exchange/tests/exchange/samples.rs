//! Small synthetic files, the same on every run.

use std::path::PathBuf;

use chrono::NaiveDate;
use fundflow_exchange::field_type::FieldType;
use fundflow_exchange::header::Header;
use fundflow_exchange::record::Record;
use fundflow_exchange::version::{FileType, Version};
use fundflow_exchange::writer::Writer;
use rust_decimal::Decimal;

pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 13).expect("a day")
}

pub(crate) fn header(file_type: FileType, version: Version) -> Header {
    Header::standard(file_type, version, ("305", "05"), day())
}

/// A blank record, one with a value in every field, and one with the widest values.
pub(crate) fn file(file_type: FileType, version: Version) -> Vec<u8> {
    let mut header = header(file_type, version);
    header.records = 3;
    let mut writer = Writer::new(Vec::new(), header).expect("a standard header");
    let mut record = writer.blank();
    writer.write(record.as_ref()).expect("blank");
    for widest in [false, true] {
        fill(&mut record, widest);
        writer.write(record.as_ref()).expect("filled");
    }
    writer.finish().expect("three records").0
}

fn fill(record: &mut Record, widest: bool) {
    let slots = record.as_ref().layout().slots().to_vec();
    for (index, slot) in slots.iter().enumerate() {
        let number = i64::try_from(index).expect("few fields") + 1;
        match slot.kind {
            FieldType::A(8) => record.set_date(&slot.name, Some(day())),
            FieldType::A(width) => record.set_text(&slot.name, &"9".repeat(width)),
            FieldType::C(width) if widest && width >= 4 => {
                let text = "\u{20BB7}".repeat(width / 4) + &"x".repeat(width % 4);
                record.set_text(&slot.name, &text)
            }
            FieldType::C(width) if width >= 8 => record.set_text(&slot.name, "货币基金"),
            FieldType::C(width) => record.set_text(&slot.name, &"0".repeat(width)),
            FieldType::N { len, decimals } => {
                let most = 10_i64.pow(u32::try_from(len).expect("few digits")) - 1;
                let mantissa = if widest { most } else { number.min(most) };
                record.set_decimal(&slot.name, Decimal::new(mantissa, decimals))
            }
            FieldType::Text => Ok(()),
        }
        .expect("a value that fits");
    }
}

/// The file of the example: four fields, one record, 49 bytes wide.
pub(crate) fn example() -> Vec<u8> {
    let lines = [
        "OFDCFDAT",
        "21  ",
        "305      ",
        "05       ",
        "20260213",
        "001",
        "03",
        "305     ",
        "05      ",
        "004",
        "AppSheetSerialNo",
        "FundCode",
        "ApplicationAmount",
        "BusinessCode",
        "00000001",
        "3052026021300000000000010007300000000001000000022",
        "OFDCFEND",
        "",
    ];
    lines.join("\r\n").into_bytes()
}

pub(crate) fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/exchange").join(name)
}

pub(crate) fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/exchange_reader")
}

pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}
