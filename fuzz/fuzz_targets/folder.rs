//! Feeds folders to the reader of a day.
#![no_main]

#[path = "../src/folder.rs"]
mod folder;

use std::{fs, path::PathBuf, sync::OnceLock};

use fundflow_domain::calendar::TradingCalendar;

static PLACE: OnceLock<(PathBuf, TradingCalendar)> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (place, calendar) = PLACE.get_or_init(|| {
        let place = std::env::temp_dir().join(format!("fundflow-fuzz-{}", std::process::id()));
        fs::create_dir_all(&place).expect("a directory for the folder");
        (place, TradingCalendar::xshg().expect("the shipped calendar"))
    });
    let _ = folder::folder(place, calendar, data);
});
