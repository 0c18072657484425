//! The system's calls themselves, and who is under way in the model.

use crate::{disk::Disk, settings::Settings};
use std::{
    cell::Cell,
    ffi::{CStr, OsStr},
    fs::{self, File},
    mem::ManuallyDrop,
    os::{fd::FromRawFd as _, unix::ffi::OsStrExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

/// What the system answers: a number, or which error.
pub(crate) type Answer = Result<i64, i32>;

/// Past the C library's name for it, which is ours here.
///
/// # Safety
/// As the system's documentation of the call demands of its arguments.
pub(crate) unsafe fn call(number: libc::c_long, arguments: [i64; 6]) -> Answer {
    let [first, second, third, fourth, fifth, sixth] = arguments;
    // SAFETY: the caller's; those beyond what the call takes are ignored.
    match unsafe { libc::syscall(number, first, second, third, fourth, fifth, sixth) } {
        // SAFETY: always points to this thread's own.
        -1 => Err(unsafe { *libc::__errno_location() }),
        done => Ok(done),
    }
}

/// As the C library answers it.
pub(crate) fn in_c(answer: Answer) -> i64 {
    answer.unwrap_or_else(|error| {
        // SAFETY: always points to this thread's own.
        unsafe { *libc::__errno_location() = error };
        -1
    })
}

/// Ends the process without anything that a process does at its end.
pub(crate) fn end(code: i32) -> ! {
    // SAFETY: takes no pointer, and does not return.
    unsafe { libc::_exit(code) }
}

thread_local! {
    /// The model's own calls go past it.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// One at a time through the model, whose locks a panic cannot leave: it ends the process.
pub(crate) fn in_model<T>(act: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    static DISK: OnceLock<Option<Mutex<Disk>>> = OnceLock::new();
    if INSIDE.replace(true) {
        return None;
    }
    let disk = DISK.get_or_init(|| Settings::read().map(Disk::start).map(Mutex::new));
    let done =
        disk.as_ref().map(|disk| act(&mut disk.lock().unwrap_or_else(PoisonError::into_inner)));
    INSIDE.set(false);
    done
}

/// A file of the caller's: it stays open. (To open it anew and close that would drop the locks of SQLite.)
pub(crate) fn borrowed(descriptor: i32) -> ManuallyDrop<File> {
    // SAFETY: it is open while the call that names it is under way, and is not closed here.
    ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) })
}

/// Where an open file or directory is now.
pub(crate) fn path_of(descriptor: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/self/fd/{descriptor}")).ok()
}

/// Where a path leads that the caller named, without what it leads to.
///
/// # Safety
/// The path is a text of C.
pub(crate) unsafe fn path_named(directory: i32, path: *const libc::c_char) -> Option<PathBuf> {
    // SAFETY: the caller's.
    let named = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()));
    let base = if directory == libc::AT_FDCWD {
        std::env::current_dir().ok()?
    } else {
        path_of(directory)?
    };
    let path = base.join(named);
    let above = path.parent()?.canonicalize().ok()?;
    Some(above.join(path.file_name()?))
}
