//! Why there is no ledger to read.

use fundflow_kernel::store::{Position, ReadError};
use std::{io, path::PathBuf};

/// What went wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The tables cannot be read or written.
    #[error(
        "the ledger's tables cannot be read or written; `fundflow ledger rebuild` makes them anew"
    )]
    Tables(#[from] rusqlite::Error),
    /// The file's directory cannot be written, or the file is somebody else's.
    #[error("{path} cannot be read or written")]
    File {
        /// The ledger's file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// It was made of another log, or the log lost its end.
    #[error(
        "the ledger stands at position {0} of another log, or of one that had more; `fundflow ledger rebuild` makes it of this one"
    )]
    AnotherLog(Position),
    /// What it remembers of differences has no form that this program knows.
    #[error(
        "what the ledger remembers of differences: {0}; `fundflow ledger rebuild` makes it anew"
    )]
    Remembered(serde_json::Error),
    /// It was made by another program.
    #[error(
        "the ledger's tables have the format {0}, not that of this program; `fundflow ledger rebuild` makes them anew"
    )]
    Format(i64),
}

impl LedgerError {
    /// Whether tables made anew of the log that is there are free of it: they are of another log, or of another program.
    pub const fn is_mended_by_making_anew(&self) -> bool {
        match self {
            Self::AnotherLog(_) | Self::Format(_) | Self::Remembered(_) => true,
            Self::Read(_) | Self::Tables(_) | Self::File { .. } => false,
        }
    }
}
