//! A real engine process is killed with SIGKILL in the middle of its work, again and again, and
//! started again on the same store.
//!
//! ```text
//! parent ── starts ─► child: store, engine, counterparties, callers     (child.rs)
//!        ◄─ pipe ──── "ask TX", "ack TX HASH"                           (parent.rs)
//!        ── SIGKILL ► at a drawn point, then the next child
//! parent: lets everything come to rest, then compares three books       (verdict.rs)
//!         with each other, and with an engine that nobody killed       (reference.rs)
//! ```
//!
//! 1. The child is this test binary, run again with a variable set: no second program is needed. There
//!    are two more of its kind: one gives a fund's income (income.rs), one cuts a day (`day_cut.rs`).
//! 2. What a killed process had written to the pipe is still read, as is its counterparties' journal:
//!    the outside world does not forget when we die.
//! 3. Everything drawn follows from one seed; the moment of the kill is the machine's own besides.
//!
//! `cargo test` kills 8 times. The long version, and a run with a known seed:
//!
//! ```text
//! FUNDFLOW_KILLS=200 cargo test --release -p fundflow-testkit --test kill -- --nocapture
//! FUNDFLOW_KILL_SEED=7 cargo test -p fundflow-testkit --test kill -- --nocapture
//! ```

#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

#[path = "../common/asking.rs"]
mod asking;
mod child;
mod day_cut;
mod dice;
mod income;
mod parent;
mod reference;
mod requests;
mod verdict;
mod world;

use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use std::{env, path::PathBuf};

/// What the child does; without it, everything but income.
pub(crate) const WORK: &str = "FUNDFLOW_KILL_WORK";
/// Where the child finds its store; the child's sign that it is one.
pub(crate) const PLACE: &str = "FUNDFLOW_KILL_PLACE";
/// Which start it is, for new transaction IDs.
pub(crate) const START: &str = "FUNDFLOW_KILL_START";
/// What everything drawn follows from.
pub(crate) const SEED: &str = "FUNDFLOW_KILL_SEED";
const KILLS: &str = "FUNDFLOW_KILLS";

/// Not a test of its own: the program that is killed. Does nothing unless a parent started it.
#[test]
fn child() {
    let Some(place) = env::var_os(PLACE).map(PathBuf::from) else { return };
    match env::var(WORK).as_deref() {
        Ok(income::GIVES_INCOME) => income::child(&place),
        Ok(day_cut::CUTS_A_DAY) => day_cut::child(&place),
        _ => child::run(&place, number(START, 0), number(SEED, 0)),
    }
}

#[test]
fn whatever_was_acknowledged_survives_every_kill_and_nothing_is_paid_twice() {
    if env::var_os(PLACE).is_some() {
        return;
    }
    let (kills, seed) = (number(KILLS, 8), number(SEED, 20_260_213));
    println!("{KILLS}={kills} {SEED}={seed}");
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let undisturbed = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    reference::endow(directory.path());
    let heard = parent::kill_again_and_again(directory.path(), kills, seed);
    verdict::judge((directory.path(), undisturbed.path()), seed, &heard);
}

#[test]
fn two_engines_cannot_write_one_store() {
    if env::var_os(PLACE).is_some() {
        return;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let open = || SqliteStore::open(directory.path().join("events.db"), &Settings::default());
    let mut first = parent::running(directory.path());

    let Err(OpenError::Held { holder, .. }) = open().map(drop) else {
        panic!("a second engine opened the store of a running one");
    };
    assert!(holder.starts_with(&format!("process {} on ", first.id())), "{holder}");

    // The lock ends with the process, however that ends: nothing is left over to be removed.
    first.kill().expect("SIGKILL");
    first.wait().expect("its end");
    open().map(drop).expect("the store of a dead engine");
}

pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
}
