//! Feeds bytes to the reader of the industry's files.
#![no_main]

#[path = "../src/rewrite.rs"]
mod rewrite;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = rewrite::rewrite(data);
});
