//! What stands in the place of the C library: opening, writing, cutting and syncing.
//!
//! Each call does what the system does, and tells the model; a call on anything that is not modelled does only the
//! first. All have the declarations of the C library, with the mode of `open` always there: it is read where a
//! file may be made, as there.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a length or a pointer has 64 bits, signed or not, as the system's calls take and give it"
)]

use crate::{
    disk::Disk,
    system::{Answer, borrowed, call, in_c, in_model, path_named, path_of},
};
use libc::{c_char, c_int, c_uint, c_void, iovec, loff_t, mode_t, off_t, size_t, ssize_t};
use std::{fs::File, path::Path};

fn as_int(answer: Answer) -> c_int {
    in_c(answer).try_into().unwrap_or(-1)
}

/// A file of the model, or nothing where the descriptor is of anything else.
fn modelled<T>(of: c_int, act: impl FnOnce(&mut Disk, &File, &Path) -> T) -> Option<T> {
    let found = in_model(|disk| {
        let path = path_of(of).filter(|path| disk.holds(path))?;
        Some(act(disk, &borrowed(of), &path))
    });
    found.flatten()
}

unsafe fn open_at(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> Answer {
    // SAFETY: the caller's path, and nothing else that is a pointer.
    let open = |flags: c_int| unsafe {
        let arguments = [directory.into(), path as i64, flags.into(), mode.into(), 0, 0];
        call(libc::SYS_openat, arguments)
    };
    let found = in_model(|disk| {
        // SAFETY: the caller's path.
        let place = unsafe { path_named(directory, path) }.filter(|path| disk.holds(path))?;
        let writes = flags & libc::O_ACCMODE != libc::O_RDONLY;
        if writes && disk.is_read_only() {
            return Some(Err(libc::EROFS));
        }
        let existed = place.symlink_metadata().is_ok_and(|found| !found.is_dir());
        // What is synced is read back from the file.
        let write_only = flags & libc::O_ACCMODE == libc::O_WRONLY;
        let readable = if write_only { flags & !libc::O_ACCMODE | libc::O_RDWR } else { flags };
        let opened = open(readable);
        if let Some(file) = opened.ok().and_then(|it| it.try_into().ok()).map(borrowed) {
            if flags & libc::O_CREAT != 0 && !existed {
                disk.begin(&file);
            } else if flags & libc::O_TRUNC != 0 {
                disk.cut_to(&file, 0);
            }
        }
        Some(opened)
    });
    found.flatten().unwrap_or_else(|| open(flags))
}

/// What a write that the system has done, or refuses, is to the model.
fn written(to: c_int, at: Option<off_t>, write: impl Fn() -> Answer) -> Answer {
    let found = modelled(to, |disk, file, path| {
        if disk.is_read_only() {
            return Err(libc::EROFS);
        }
        let written = write()?;
        // SAFETY: takes no pointer.
        let flags = unsafe { libc::fcntl(to, libc::F_GETFL) };
        let to_the_end = flags & libc::O_APPEND != 0;
        let end = match at {
            // The system appends whatever the caller names.
            Some(_) if to_the_end => crate::disk::size_of(file).cast_signed(),
            Some(at) => at + written,
            // SAFETY: takes no pointer.
            None => unsafe { libc::lseek(to, 0, libc::SEEK_CUR) },
        };
        disk.wrote(file, (end - written).unsigned_abs(), end.unsigned_abs());
        if flags & libc::O_DSYNC != 0 {
            disk.sync(file, path)?;
        }
        Ok(written)
    });
    found.unwrap_or_else(write)
}

fn synced(of: c_int, number: libc::c_long) -> c_int {
    let synced = modelled(of, |disk, file, path| disk.sync(file, path).map(|()| 0));
    // SAFETY: takes no pointer.
    as_int(synced.unwrap_or_else(|| unsafe { call(number, [of.into(), 0, 0, 0, 0, 0]) }))
}

/// Whoever is refused copies by reading and writing.
fn copied(to: c_int, refusal: i32, copy: impl FnOnce() -> Answer) -> isize {
    let refused = modelled(to, |_, _, _| Err(refusal));
    isize::try_from(in_c(refused.unwrap_or_else(copy))).unwrap_or(-1)
}

/// Calls for which the C library has two names, which mean the same where a file's size has 64 bits.
macro_rules! same {
    ($($name:ident, $other:ident($($arg:ident: $type:ty),*) -> $answer:ty = $body:expr;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($arg: $type),*) -> $answer {
            $body
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $other($($arg: $type),*) -> $answer {
            $body
        }
    )*};
}

// Every `unsafe` below hands on what the caller of the C library's call has to answer for.
same! {
    open, open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int =
        // SAFETY: the caller's.
        as_int(unsafe { open_at(libc::AT_FDCWD, path, flags, mode) });
    openat, openat64(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int =
        // SAFETY: the caller's.
        as_int(unsafe { open_at(directory, path, flags, mode) });
    __open_2, __open64_2(path: *const c_char, flags: c_int) -> c_int =
        // SAFETY: the caller's.
        as_int(unsafe { open_at(libc::AT_FDCWD, path, flags, 0) });
    creat, creat64(path: *const c_char, mode: mode_t) -> c_int = {
        let flags = libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC;
        // SAFETY: the caller's.
        as_int(unsafe { open_at(libc::AT_FDCWD, path, flags, mode) })
    };
    pwrite, pwrite64(to: c_int, bytes: *const c_void, length: size_t, at: off_t) -> ssize_t = {
        let arguments = [to.into(), bytes as i64, length as i64, at, 0, 0];
        // SAFETY: the caller's.
        in_c(written(to, Some(at), || unsafe { call(libc::SYS_pwrite64, arguments) })) as ssize_t
    };
    pwritev, pwritev64(to: c_int, parts: *const iovec, count: c_int, at: off_t) -> ssize_t = {
        let arguments = [to.into(), parts as i64, count.into(), at, 0, 0];
        // SAFETY: the caller's.
        in_c(written(to, Some(at), || unsafe { call(libc::SYS_pwritev, arguments) })) as ssize_t
    };
    ftruncate, ftruncate64(of: c_int, size: off_t) -> c_int = {
        // SAFETY: takes no pointer.
        let cut = || unsafe { call(libc::SYS_ftruncate, [of.into(), size, 0, 0, 0, 0]) };
        let done = modelled(of, |disk, file, _| {
            if disk.is_read_only() {
                return Err(libc::EROFS);
            }
            let done = cut()?;
            disk.cut_to(file, size.unsigned_abs());
            Ok(done)
        });
        as_int(done.unwrap_or_else(cut))
    };
    fallocate, fallocate64(of: c_int, mode: c_int, from: off_t, length: off_t) -> c_int = {
        // Room at the end is zeros, as the size is taken at the sync; holes are more than the model knows.
        let refused = modelled(of, |disk, _, _| disk.is_read_only() || mode != 0);
        let arguments = [of.into(), mode.into(), from, length, 0, 0];
        as_int(match refused {
            Some(true) => Err(libc::EOPNOTSUPP),
            // SAFETY: takes no pointer.
            Some(false) | None => unsafe { call(libc::SYS_fallocate, arguments) },
        })
    };
    sendfile, sendfile64(to: c_int, from: c_int, at: *mut off_t, length: size_t) -> ssize_t =
        copied(to, libc::EINVAL, || {
            let arguments = [to.into(), from.into(), at as i64, length as i64, 0, 0];
            // SAFETY: the caller's.
            unsafe { call(libc::SYS_sendfile, arguments) }
        });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(to: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    let arguments = [to.into(), bytes as i64, length as i64, 0, 0, 0];
    // SAFETY: the caller's.
    in_c(written(to, None, || unsafe { call(libc::SYS_write, arguments) })) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn writev(to: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    let arguments = [to.into(), parts as i64, count.into(), 0, 0, 0];
    // SAFETY: the caller's.
    in_c(written(to, None, || unsafe { call(libc::SYS_writev, arguments) })) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(of: c_int) -> c_int {
    synced(of, libc::SYS_fsync)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(of: c_int) -> c_int {
    synced(of, libc::SYS_fdatasync)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn copy_file_range(
    from: c_int,
    from_at: *mut loff_t,
    to: c_int,
    to_at: *mut loff_t,
    length: size_t,
    flags: c_uint,
) -> ssize_t {
    copied(to, libc::EXDEV, || {
        let (from_at, to_at, length) = (from_at as i64, to_at as i64, length as i64);
        let arguments = [from.into(), from_at, to.into(), to_at, length, flags.into()];
        // SAFETY: the caller's.
        unsafe { call(libc::SYS_copy_file_range, arguments) }
    })
}
