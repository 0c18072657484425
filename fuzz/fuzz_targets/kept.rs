//! Feeds bytes to the reader of what was kept of a log.
#![no_main]

#[path = "../src/kept.rs"]
mod kept;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let words = vec!["kept".to_owned()];
    let _ = runtime.block_on(kept::kept(&words, |_| data.to_vec()));
});
