//! Moving the log into the database beside the writer, so that appends hardly wait for it.
//!
//! 1. When the log has grown to its limit, the writer wakes the helper and goes on writing.
//! 2. The helper moves what is in the log by then, which takes the time and the syncs.
//! 3. The writer moves the little that came meanwhile. Nothing is left to move, so SQLite writes
//!    the next transaction at the log's beginning, and the file does not grow.
//!
//! *If the process dies anywhere in between, the log still holds every page, and the next opening
//! moves them again.* So it must after a failure of the disk: SQLite syncs the database only when the
//! whole log is moved, and counts what it moved before as done. A sync that fails may leave those
//! pages clean in the system's cache and not on the disk; a second try would move the rest alone and
//! give up the log. Hence such a failure poisons the store, and the log is left as it is. What else
//! fails is reported and not passed on: what was committed is durable in the log.

use crate::{Settings, open, open_error::Trouble, place::Place, writer::said_by};
use rusqlite::{Connection, ErrorCode, config::DbConfig, hooks::Wal};
use std::{
    ffi::c_int,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

const RESTING: u8 = 0;
const MOVING: u8 = 1;
const MOVED: u8 = 2;

/// What the disk said when it failed while the log was moved, if it ever did.
pub(super) type Failure = Arc<OnceLock<Arc<str>>>;

/// The thread that moves the log.
pub(super) struct Helper {
    thread: JoinHandle<()>,
    pub(super) failure: Failure,
}

/// Lets a helper thread attend to the writer's connection. It ends when [`dismiss`] is called.
pub(super) fn employ(
    writer: &mut Connection,
    place: &Place,
    settings: &Settings,
) -> Result<Helper, Trouble> {
    let database = open::helper(place, settings)?;
    let state = Arc::new(AtomicU8::new(RESTING));
    let (wake, woken) = mpsc::sync_channel(1);
    let helper = std::thread::Builder::new().name("fundflow-checkpoint".into());
    let helpers_state = state.clone();
    let failure = Failure::default();
    let (helpers_failure, writers_failure) = (failure.clone(), failure.clone());
    let thread = helper.spawn(move || {
        while woken.recv().is_ok() {
            let moved = database.pragma(None, "wal_checkpoint", "PASSIVE", |_| Ok(()));
            judge(moved, &helpers_failure);
            helpers_state.store(MOVED, Ordering::Release);
        }
    })?;
    let limit = c_int::try_from(settings.checkpoint_pages).unwrap_or(c_int::MAX);
    writer.wal_hook(Some(move |log: &mut Wal, pages: c_int| {
        if limit > 0 && pages >= limit && writers_failure.get().is_none() {
            grown(log, &state, &wake, &writers_failure);
        }
        Ok(())
    }))?;
    Ok(Helper { thread, failure })
}

/// Takes the helper off the writer's connection and waits for it to end. Returns whether the disk failed.
pub(super) fn dismiss(writer: &mut Connection, helper: Helper) -> bool {
    let Helper { thread, failure } = helper;
    judge(writer.wal_hook(None::<fn(&mut Wal, c_int) -> rusqlite::Result<()>>), &failure);
    // A panic of the helper was reported by its own thread; the log is whole.
    let _ = thread.join();
    failure.get().is_some()
}

/// Moves the log into the database, so that the next opening has nothing to recover.
pub(super) fn leave(database: Connection, poisoned: bool) {
    let moved = if poisoned {
        Ok(false)
    } else {
        database.pragma(None, "wal_checkpoint", "TRUNCATE", |_| Ok(())).map(|()| true)
    };
    // What a failed sync left is for the next opening to look at, not for SQLite to try again while it closes.
    let log_stays = if matches!(moved, Ok(true)) {
        Ok(true)
    } else {
        database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
    };
    let closed = database.close().map_err(|(_, error)| error);
    if let Err(error) = moved.and(log_stays).and(closed) {
        tracing::warn!(%error, "the store was left with a log to recover at the next opening");
    }
}

fn grown(log: &mut Wal, state: &AtomicU8, wake: &mpsc::SyncSender<()>, failure: &Failure) {
    // Marked before the helper is woken: it may be done before this thread goes on.
    let before = state.swap(MOVING, Ordering::AcqRel);
    if before == MOVING || before == RESTING && wake.try_send(()).is_ok() {
        return;
    }
    // It has moved most of it; or there is no helper any more.
    state.store(RESTING, Ordering::Release);
    // Looked at after its last move: the helper says first that the disk failed, and then that it is done.
    if failure.get().is_none() {
        judge(log.checkpoint(), failure);
    }
}

fn judge(outcome: rusqlite::Result<()>, failure: &Failure) {
    let Err(error) = outcome else { return };
    if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
        tracing::error!(%error, "the store's log was not moved into its database; the store takes no more until reopened");
        // The first is the one to tell.
        let _ = failure.set(said_by(&error));
    } else {
        tracing::warn!(%error, "the store's log was not moved into its database; it will be later");
    }
}
