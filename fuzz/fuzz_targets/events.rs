//! Feeds stored events of every type and schema to their readers, upcasts among them.
#![no_main]

#[path = "../src/events.rs"]
mod events;

use std::sync::OnceLock;

use fundflow_testkit::events::{Entry, book};

static BOOK: OnceLock<Vec<Entry>> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = events::events(BOOK.get_or_init(book), data);
});
