//! Feeds bytes to the reader of what a reader saved of a log.
#![no_main]

#[path = "../src/checkpoint.rs"]
mod checkpoint;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let words = vec!["kept".to_owned()];
    let _ = runtime.block_on(checkpoint::checkpoint(&words, |_| data.to_vec()));
});
