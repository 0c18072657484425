//! One writer per store: a lock of the operating system on a file beside the database.
//!
//! The system drops the lock when the process dies, however it dies, so there is never a stale lock
//! to remove. The file's text only says who holds it; nothing is decided by it.

use fundflow_kernel::time::Timestamp;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Why the lock was not taken.
pub(super) enum Denied {
    HeldBy(String),
    Io(io::Error),
}

impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Denied::Io(error)
    }
}

/// Where the lock of a database is.
pub(super) fn path_of(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Takes the lock; it is held until the file is dropped. Answers who now holds it, too.
pub(super) fn take(database: &Path) -> Result<(File, String), Denied> {
    let path = path_of(database);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Denied::HeldBy(holder(&mut file))),
        Err(TryLockError::Error(error)) => return Err(Denied::Io(error)),
    }
    let who = format!("process {} on {}", std::process::id(), host());
    file.set_len(0)?;
    file.write_all(who.as_bytes())?;
    // The start time is the file system's own stamp on that write: no clock is asked here.
    let stamp = file.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = Timestamp::from_micros(i64::try_from(stamp.as_micros()).unwrap_or_default());
    let since = format!(", since {since}");
    file.write_all(since.as_bytes())?;
    Ok((file, who + &since))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    if read.is_err() || text.is_empty() { "another process".into() } else { text }
}

fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = kernel.or_else(|_| std::env::var("HOSTNAME")).unwrap_or_default();
    if name.trim().is_empty() { "this host".into() } else { name.trim().into() }
}
