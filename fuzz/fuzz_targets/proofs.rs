//! Feeds bytes to the readers of tree heads and of bundles, as they are and with sums that fit.
#![no_main]

#[path = "../src/proofs.rs"]
mod proofs;

use std::sync::OnceLock;

use proofs::Known;

static KNOWN: OnceLock<Known> = OnceLock::new();

const EVENTS: &[u8] = include_bytes!("../../docs/proofs/example-events.bundle");
const CONSISTENCY: &[u8] = include_bytes!("../../docs/proofs/example-consistency.bundle");

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let known = KNOWN.get_or_init(|| Known::of([EVENTS, CONSISTENCY]));
    let _ = proofs::proofs(known, data);
    let _ = proofs::proofs(known, &proofs::resealed(data));
});
