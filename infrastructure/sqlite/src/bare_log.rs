//! The least that durable appending can cost: bytes behind bytes, one `fdatasync` per batch.
//!
//! Nothing reads it, nothing is indexed. It is what a store's speed is measured against, on the same
//! disk and in the same run.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// An append-only file.
#[derive(Debug)]
pub struct BareLog(File);

impl BareLog {
    /// Makes the file, empty.
    ///
    /// # Errors
    /// As the file system says.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().write(true).create(true).truncate(true).open(path).map(Self)
    }

    /// Appends a batch. It is durable when this returns.
    ///
    /// # Errors
    /// As the file system says.
    pub fn append(&mut self, batch: &[u8]) -> io::Result<()> {
        self.0.write_all(batch)?;
        self.0.sync_data()
    }
}
