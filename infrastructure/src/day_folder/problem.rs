//! One mistake in a folder: where it is, what stands there, and what may stand there.

use crate::catalogue::CatalogueError;
use fundflow_kernel::printable::shown;
use serde::Serialize;
use std::fmt;

/// A mistake in a file of the folder, and what is allowed there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, seen from the folder.
    pub file: String,
    /// Counted from 1; none when the file as a whole is meant.
    pub line: Option<usize>,
    /// The column or key; empty when the line as a whole is meant.
    pub field: String,
    /// Text in the field.
    pub value: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl std::error::Error for Problem {}

impl Problem {
    pub(super) fn of_file(file: &str, problem: impl Into<String>) -> Self {
        let (file, field, value) = (file.to_owned(), String::new(), String::new());
        Self { file, line: None, field, value, problem: problem.into() }
    }

    pub(super) fn of_line(file: &str, line: usize, problem: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::of_file(file, problem) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, field, value, problem } = self;
        out.write_str(&shown(file))?;
        if let Some(line) = line {
            write!(out, ":{line}")?;
        }
        if !field.is_empty() {
            // A value of any length would bury its line.
            let short: String = value.chars().take(80).collect();
            write!(out, ": {} {short:?}", shown(field))?;
        }
        write!(out, ": {}", shown(problem))
    }
}

impl From<CatalogueError> for Problem {
    fn from(error: CatalogueError) -> Self {
        let CatalogueError { file, line, key, value, problem } = error;
        // A text is shown without the quotes that it has in TOML.
        let bare = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let value = bare.map(str::to_owned).unwrap_or(value);
        Self { file, line, field: key, value, problem }
    }
}
