// What must hold for any folder of a day: reading it does not panic, says the same twice, and every problem names a
// file of it. A line `=== NAME` begins a file.

use std::{fs, path::Path};

use fundflow_domain::calendar::TradingCalendar;
use fundflow_infrastructure::day_folder;

const FILES: [&str; 9] = [
    "day.toml",
    "investors.csv",
    "navs.csv",
    "orders.csv",
    "plans.csv",
    "freezes.csv",
    "frozen.csv",
    "income.csv",
    "scenario.toml",
];

/// Whether it is a day that can be played; panics if a promise is broken.
pub(crate) fn folder(at: &Path, calendar: &TradingCalendar, data: &[u8]) -> bool {
    for name in FILES {
        let _ = fs::remove_file(at.join(name));
    }
    let mut name = None;
    let mut content: Vec<u8> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let begins = FILES.iter().find(|name| line == format!("=== {name}\n").as_bytes());
        if begins.is_some() {
            put(at, name, &content);
            content.clear();
            name = begins;
        } else {
            content.extend_from_slice(line);
        }
    }
    put(at, name, &content);
    let reading = day_folder::read(at, calendar);
    let again = day_folder::read(at, calendar);
    let said = |reading: &day_folder::Reading| {
        reading.problems.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>()
    };
    assert_eq!(said(&reading), said(&again), "the same folder, and other problems");
    reading.day.is_some()
}

fn put(at: &Path, name: Option<&&str>, content: &[u8]) {
    if let Some(name) = name {
        fs::write(at.join(name), content).expect("a file of the folder");
    }
}
