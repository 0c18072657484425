//! One writer per store: a lock of the operating system on the database itself, whatever name it was opened by.
//!
//! The system drops the lock when the process dies, however it dies, so there is never a stale lock
//! to remove. It is a lock for writing, which only who may write the file can take. A file beside the database says
//! who holds it; nothing is decided by that text. An opening that fails takes the file away again that it has made.

use crate::place::Place;
use fundflow_kernel::time::Timestamp;
use nix::libc;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Far behind the bytes that SQLite locks.
#[cfg(target_os = "linux")]
const LOCKED: libc::off_t = 1 << 62;

/// Bytes of what says who holds it.
const HOLDER_MOST: u64 = 4096;

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

/// What is held until it is dropped; after every connection to the database, since the system drops
/// SQLite's locks with the first file of this process that is closed.
#[derive(Debug)]
pub(super) struct Lock {
    // While the name is still locked: whoever takes it next finds no text, or one of its own.
    made: Made,
    _name: File,
    _database: Option<File>,
}

/// The text beside the database, where it was not there before and no opening has come of it yet.
#[derive(Debug)]
struct Made(Option<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(made) = &self.0 {
            let _ = fs::remove_file(made);
        }
    }
}

/// Locks the name of a database that may not be there yet. Answers who now holds it, too.
pub(super) fn take(place: &Place) -> Result<(Lock, String), Denied> {
    let path = place.lock();
    let mut options = OpenOptions::new();
    options.read(true).write(true).truncate(false).mode(0o600);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let new = options.clone().create_new(true).open(&path);
    let made = Made(new.is_ok().then(|| path.clone()));
    let mut file = match new {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            options.create(true).open(&path)?
        }
        new => new?,
    };
    lock(&file, &path)?;
    let who = format!("process {} on {}", std::process::id(), host());
    file.set_len(0)?;
    file.write_all(who.as_bytes())?;
    // The start time is the file system's own stamp on that write: no clock is asked here.
    let stamp = file.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = Timestamp::from_micros(i64::try_from(stamp.as_micros()).unwrap_or_default());
    let since = format!(", since {since}");
    file.write_all(since.as_bytes())?;
    Ok((Lock { made, _name: file, _database: None }, who + &since))
}

impl Lock {
    /// Locks the database, too: it may have other names, each with a lock of its own.
    #[cfg(target_os = "linux")]
    pub(super) fn and_database(self, place: &Place) -> Result<Self, Denied> {
        let file = OpenOptions::new().read(true).write(true).open(place.database())?;
        // The text beside this name is our own by now; the holder's is beside the name that it used.
        lock(&file, &place.lock()).map_err(|denied| match denied {
            Denied::HeldBy(_) => {
                Denied::HeldBy("another process, by another name of the file".into())
            }
            denied @ Denied::Io(_) => denied,
        })?;
        Ok(Self { _database: Some(file), ..self })
    }

    /// Elsewhere the locks of a whole file may be in the way of those that SQLite takes on parts of it, so another
    /// name of the database is found by its missing companions alone.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn and_database(self, _: &Place) -> Result<Self, Denied> {
        Ok(self)
    }

    /// The opening is done: its text stays.
    pub(super) fn kept(mut self) -> Self {
        self.made.0 = None;
        self
    }
}

/// The lock is the open file's, not the process's: two engines of one process keep each other out as well.
#[cfg(target_os = "linux")]
fn lock(file: &File, text: &Path) -> Result<(), Denied> {
    use nix::{
        errno::Errno,
        fcntl::{FcntlArg, fcntl},
    };
    let short = |number: i32| libc::c_short::try_from(number).unwrap_or_default();
    let wanted = libc::flock {
        l_type: short(libc::F_WRLCK),
        l_whence: short(libc::SEEK_SET),
        l_start: LOCKED,
        l_len: 1,
        l_pid: 0,
    };
    match fcntl(file, FcntlArg::F_OFD_SETLK(&wanted)) {
        Ok(_) => Ok(()),
        Err(Errno::EAGAIN | Errno::EACCES) => Err(Denied::HeldBy(holder(text))),
        Err(error) => Err(Denied::Io(error.into())),
    }
}

#[cfg(not(target_os = "linux"))]
fn lock(file: &File, text: &Path) -> Result<(), Denied> {
    use std::fs::TryLockError;
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Denied::HeldBy(holder(text))),
        Err(TryLockError::Error(error)) => Err(Denied::Io(error)),
    }
}

/// As the holder wrote it; a text whose process is gone was written by an earlier one.
fn holder(text: &Path) -> String {
    let text = fundflow_files::text(text, HOLDER_MOST).unwrap_or_default();
    let process = text.strip_prefix("process ").and_then(|text| text.split(' ').next());
    let runs = |process: &str| Path::new("/proc").join(process).exists();
    match process {
        Some(process) if text.contains(&host()) && !runs(process) => "another process".into(),
        Some(_) => text,
        None => "another process".into(),
    }
}

fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = kernel.or_else(|_| std::env::var("HOSTNAME")).unwrap_or_default();
    if name.trim().is_empty() { "this host".into() } else { name.trim().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_holder_is_named_while_it_runs_and_never_once_it_is_gone() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let place = Place::of(&directory.path().join("events.db")).expect("a place");
        let (_held, who) = take(&place).ok().expect("a lock that is free");
        let denied = || match take(&place) {
            Err(Denied::HeldBy(holder)) => holder,
            Err(Denied::Io(error)) => panic!("{error}"),
            Ok(_) => panic!("it is held"),
        };
        assert_eq!(denied(), who);
        assert!(who.contains(&std::process::id().to_string()), "{who}");

        // No system hands out such a number.
        let gone = format!("process 4294967295 on {}, since 2026-02-12T10:00:00+08:00", host());
        fs::write(place.lock(), gone).expect("the text");

        assert_eq!(denied(), "another process");
    }
}
