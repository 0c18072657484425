//! Which pages of a file are dirty, noted in a file of its own: the marks outlive the process.

use crate::disk::Expected as _;
use std::{
    fs::{File, OpenOptions},
    ops::Range,
    os::unix::fs::FileExt as _,
    path::Path,
};

/// What is dirty or clean as a whole, in bytes.
pub(crate) const PAGE: u64 = 4096;
/// Before the marks: the least size since the last sync, in bytes.
const HEADER: u64 = 8;

/// One byte per page: 1 is dirty.
pub(crate) struct Pages(File);

impl Pages {
    /// Of a file of which nothing is dirty.
    pub(crate) fn create(path: &Path) -> Self {
        let pages = Self::open_with(path, true);
        pages.set_least(u64::MAX);
        pages
    }

    pub(crate) fn open(path: &Path) -> Self {
        Self::open_with(path, false)
    }

    fn open_with(path: &Path, anew: bool) -> Self {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(anew).truncate(anew);
        Self(options.open(path).expected("the marks of a file"))
    }

    pub(crate) fn mark(&self, bytes: Range<u64>) {
        if bytes.is_empty() {
            return;
        }
        let (first, last) = (bytes.start / PAGE, (bytes.end - 1) / PAGE);
        let marks = vec![1; usize::try_from(last - first + 1).unwrap_or_default()];
        self.0.write_all_at(&marks, HEADER + first).expected("room for marks");
    }

    /// The dirty pages, by number.
    pub(crate) fn dirty(&self) -> Vec<u64> {
        let length = self.0.metadata().expected("the marks of a file").len() - HEADER;
        let mut marks = vec![0; usize::try_from(length).unwrap_or_default()];
        self.0.read_exact_at(&mut marks, HEADER).expected("the marks of a file");
        (0..).zip(marks).filter(|(_, mark)| *mark == 1).map(|(page, _)| page).collect()
    }

    /// All pages are clean from now on.
    pub(crate) fn clear(&self) {
        self.0.set_len(HEADER).expected("marks that can be cleared");
    }

    /// What lies behind the new end is gone, and was never dirty.
    pub(crate) fn cut(&self, size: u64) {
        let length = self.0.metadata().expected("the marks of a file").len();
        self.0.set_len(length.min(HEADER + size.div_ceil(PAGE))).expected("room for marks");
        self.set_least(self.least().min(size));
    }

    /// What lies behind it on the disk was cut off since.
    pub(crate) fn least(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.read_exact_at(&mut bytes, 0).expected("the marks of a file");
        u64::from_le_bytes(bytes)
    }

    pub(crate) fn set_least(&self, size: u64) {
        self.0.write_all_at(&size.to_le_bytes(), 0).expected("room for marks");
    }
}
