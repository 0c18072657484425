//! Feeds rules of a reconciliation and a statement that is read by them.
#![no_main]

#[path = "../src/recon.rs"]
mod recon;

use std::{fs, path::PathBuf, sync::OnceLock};

static PLACE: OnceLock<PathBuf> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let place = PLACE.get_or_init(|| {
        let place = std::env::temp_dir().join(format!("fundflow-fuzz-recon-{}", std::process::id()));
        fs::create_dir_all(&place).expect("a directory for the statement");
        place
    });
    let _ = recon::recon(place, data);
});
