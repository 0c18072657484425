//! The names of streams, in order of bytes.

use super::SqliteStore;
use fundflow_kernel::{envelope::StreamName, store::ReadError};

impl SqliteStore {
    /// The streams whose names lie from `from` up to, but not including, `until`, in order of bytes.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub fn stream_names(&self, from: &str, until: &str) -> Result<Vec<StreamName>, ReadError> {
        self.0.readers.with(|reader| reader.stream_names(from, until, None))
    }

    /// The first of them, at most so many: for a store that has more streams than memory has room for.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub fn stream_names_page(
        &self,
        from: &str,
        until: &str,
        most: u32,
    ) -> Result<Vec<StreamName>, ReadError> {
        self.0.readers.with(|reader| reader.stream_names(from, until, Some(most)))
    }
}
