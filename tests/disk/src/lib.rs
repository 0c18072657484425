//! A disk below an unchanged program: its power can be cut before or after any sync, and any sync can fail.
//!
//! The library is preloaded (`LD_PRELOAD`) and stands in the place of the C library's calls that open, write and
//! sync files. Of the files below one directory it keeps a second copy, the *disk*; the directory itself is what
//! the system's page cache is.
//!
//! ```text
//! program ── write ─► the directory          (the page cache: what a process reads, dead or alive)
//!                        │ fsync, fdatasync
//!                        ▼
//!                     the disk               (what is there after the power was cut)
//! ```
//!
//! 1. A write goes to the file and marks its pages of 4 KiB dirty. A sync of the file takes the dirty pages and
//!    the size to the disk. What nobody synced is not there after a cut.
//! 2. A name that was made, moved or removed is so on the disk only when its directory was synced. (On ext4 the
//!    sync of a new file takes its name along. Nothing promises it, so it is not so here.)
//! 3. A file's sync that fails answers `EIO`, and its pages are clean from then on *without* being on the disk:
//!    the page cache lies, as that of ext4 and XFS does. A page that is written again is dirty again. Marks
//!    outlive the process, as the page cache does.
//! 4. A directory's sync that fails is a journal that failed: the file system takes no more writes or syncs from
//!    this process on. What comes after is a new mount: start from the disk.
//! 5. At a cut the process ends at once, with `CUT_CODE`. Of what was not synced nothing is on the
//!    disk, or, by a seed, any of it: sectors of 512 bytes, sizes and directories.
//! 6. What is in the directory when the disk is made is on the disk.
//!
//! *Not modelled*: what is written through shared memory (`mmap`; of SQLite only `-shm`, which needs not
//! survive), by `FILE *`, by `truncate` of a path, by raw system calls or `io_uring`; several processes at a time;
//! names that are symbolic links; a directory made anew with the number of one that was removed. `sync`,
//! `syncfs` and `sync_file_range` take nothing to the disk. A directory's entries reach it together, never in
//! part; no other order between files is preserved, so it is harsher than a journal. The copies are as fast as memory:
//! nothing is really synced.
//!
//! The variables of `variables` say what is to happen; `journal` beside the disk says what did.

#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

mod variables;

// In the place of the C library.
mod calls;
mod system;

// What is on the disk.
mod disk;
mod pages;
mod settings;
mod torn;
