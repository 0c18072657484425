//! Moving the log into the database beside the writer, so that appends hardly wait for it.
//!
//! 1. When the log has grown to its limit, the writer wakes the helper and goes on writing.
//! 2. The helper moves what is in the log by then, which takes the time and the syncs.
//! 3. The writer moves the little that came meanwhile. Nothing is left to move, so SQLite writes
//!    the next transaction at the log's beginning, and the file does not grow.
//!
//! *If the process dies anywhere in between, the log still holds every page, and the next opening
//! moves them again.* For the same reason a failure here is reported and not passed on: what was
//! committed is durable in the log.

use crate::{Settings, open, open_error::Trouble, place::Place};
use rusqlite::{Connection, hooks::Wal};
use std::{
    ffi::c_int,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

const RESTING: u8 = 0;
const MOVING: u8 = 1;
const MOVED: u8 = 2;

/// Lets a helper thread attend to the writer's connection. It ends when [`dismiss`] is called.
pub(super) fn employ(
    writer: &mut Connection,
    place: &Place,
    settings: &Settings,
) -> Result<JoinHandle<()>, Trouble> {
    let database = open::helper(place, settings)?;
    let state = Arc::new(AtomicU8::new(RESTING));
    let (wake, woken) = mpsc::sync_channel(1);
    let helper = std::thread::Builder::new().name("fundflow-checkpoint".into());
    let helpers_state = state.clone();
    let thread = helper.spawn(move || {
        while woken.recv().is_ok() {
            report(database.pragma(None, "wal_checkpoint", "PASSIVE", |_| Ok(())));
            helpers_state.store(MOVED, Ordering::Release);
        }
    })?;
    let limit = c_int::try_from(settings.checkpoint_pages).unwrap_or(c_int::MAX);
    writer.wal_hook(Some(move |log: &mut Wal, pages: c_int| {
        if limit > 0 && pages >= limit {
            grown(log, &state, &wake);
        }
        Ok(())
    }))?;
    Ok(thread)
}

/// Takes the helper off the writer's connection and waits for it to end.
pub(super) fn dismiss(writer: &mut Connection, helper: JoinHandle<()>) {
    report(writer.wal_hook(None::<fn(&mut Wal, c_int) -> rusqlite::Result<()>>));
    // A panic of the helper was reported by its own thread; the log is whole.
    let _ = helper.join();
}

fn grown(log: &mut Wal, state: &AtomicU8, wake: &mpsc::SyncSender<()>) {
    // Marked before the helper is woken: it may be done before this thread goes on.
    let before = state.swap(MOVING, Ordering::AcqRel);
    if before == MOVING || before == RESTING && wake.try_send(()).is_ok() {
        return;
    }
    // It has moved most of it; or there is no helper any more.
    state.store(RESTING, Ordering::Release);
    report(log.checkpoint());
}

fn report(outcome: rusqlite::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the store's log was not moved into its database; it will be later");
    }
}
