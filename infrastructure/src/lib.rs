//! Placeholder.

/// The industry's files, read and written by bytes.
pub mod exchange;
