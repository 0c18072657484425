//! Feeds lines to everything that reads a number, a name, a date or an instant.
#![no_main]

#[path = "../src/words.rs"]
mod words;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = words::words(data);
});
