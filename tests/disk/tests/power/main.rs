//! The power is cut before and after every sync, and every sync fails once: what was acknowledged is there.
//!
//! ```text
//! parent ── starts ─► child, on a modelled disk (machine.rs)
//!        ◄─ pipe ──── what was acknowledged as durable
//! parent: takes what is on the disk, starts the next child on it, and compares
//! ```
//!
//! 1. The model itself does as it says (model.rs).
//! 2. The store keeps what it acknowledged (store.rs; its child is driver.rs).
//! 3. A day of the whole engine goes on after each cut (day.rs).
//!
//! The child is this test binary, run again with a variable set and the library preloaded. Where nothing can be
//! preloaded each test says that it is skipped.

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

mod day;
mod driver;
mod machine;
mod model;
mod store;
#[path = "../../src/variables.rs"]
mod variables;

/// Not a test of its own: what a parent starts. Does nothing unless one did.
#[test]
fn child() {
    match machine::work().as_deref() {
        Some("script") => model::child(),
        Some("store") => driver::child(),
        Some("day") => day::child(),
        Some(other) => panic!("no such work: {other}"),
        None => {}
    }
}
