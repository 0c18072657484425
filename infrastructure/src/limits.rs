//! The most that is read of a file that a person wrote.

use fundflow_files::Limits;

/// Bytes of a field, a name or a text.
pub(crate) const FIELD: usize = 4096;

/// A table of a day: a million rows.
pub(crate) const OF_CSV: Limits =
    Limits { file: 128 * 1024 * 1024, line: 64 * 1024, lines: 1_000_001 };

/// Terms, a day or a scenario.
pub(crate) const OF_TOML: Limits =
    Limits { file: 4 * 1024 * 1024, line: 64 * 1024, lines: 200_000 };
