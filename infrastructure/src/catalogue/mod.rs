//! The fund catalogue as files that a person edits: one `NNNNNN.toml` per fund, every change of terms
//! a further `[[terms]]` with a later `effective_from`.
//!
//! ```text
//! bytes ──text──► UTF-8 ──toml──► tables ──terms──► FundTerms ──domain──► Catalogue
//!          │               │                │                     │
//!          └── CatalogueError: file, line, key, value, what is allowed
//! ```
//!
//! 1. Every error of every file is reported, not only the first. What funds contradict each other in
//!    is looked for once every file can be read.
//! 2. A key that nobody knows is an error; a misspelt limit would otherwise be no limit.
//! 3. Numbers with a decimal point stand in quotes. A TOML float is refused: it has been rounded
//!    before anybody could look at it.
//! 4. A catalogue with an error is not loaded in part.

mod allowed;
mod files;
pub(crate) mod section;
mod shipped;
mod terms;
pub(crate) mod text;

use files::Bytes;
use fundflow_domain::catalogue::{Catalogue, Contradiction};
use fundflow_domain::fund::FundTerms;
use fundflow_kernel::printable::shown;
use section::Report;
use serde::Serialize;
use std::{fmt, path::Path};

pub use files::Files;

/// What is wrong in a catalogue's file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueError {
    /// The file, as it was found.
    pub file: String,
    /// Counted from 1; none when the file as a whole is meant.
    pub line: Option<usize>,
    /// The path to the key, like `terms[0].limits.individual.first_min`; empty for the whole file.
    pub key: String,
    /// What stands there; empty when nothing does.
    pub value: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl std::error::Error for CatalogueError {}

impl fmt::Display for CatalogueError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        let [key, value, problem] = [&self.key, &self.value, &self.problem].map(|it| shown(it));
        out.write_str(&shown(file))?;
        if let Some(line) = line {
            write!(out, ":{line}")?;
        }
        match (key.is_empty(), value.is_empty()) {
            (true, true | false) => write!(out, ": {problem}"),
            (false, true) => write!(out, ": {key}: {problem}"),
            (false, false) => write!(out, ": {key} = {value}: {problem}"),
        }
    }
}

/// Reads every `*.toml` of a directory.
///
/// # Errors
/// Every [`CatalogueError`] of every file, in the order of file and line.
pub fn load(dir: &Path) -> Result<Catalogue, Vec<CatalogueError>> {
    Files::in_directory(dir)?.catalogue()
}

/// The catalogue that is part of the program.
///
/// # Errors
/// Never for what is shipped; a test keeps it so.
pub fn shipped() -> Result<Catalogue, Vec<CatalogueError>> {
    let files = shipped::FILES.iter();
    read(files.map(|(name, text)| ((*name).to_owned(), Ok(text.as_bytes().to_vec()))))
}

/// That the whole numbers of a TOML text are digits alone, at most with a minus: TOML would take a plus, separators and
/// other bases, too.
///
/// # Errors
/// The first [`CatalogueError`] of the file: its syntax, or such a number.
pub fn plain_numbers(file: &str, text: &str) -> Result<(), CatalogueError> {
    let first = |mut errors: Vec<CatalogueError>| {
        errors.truncate(1);
        errors.pop().unwrap_or_else(|| whole_file(file, "is not TOML".to_owned()))
    };
    let (_, report) = text::parse(file, text).map_err(first)?;
    report.not_plain().map_or(Ok(()), Err)
}

fn read(files: impl Iterator<Item = (String, Bytes)>) -> Result<Catalogue, Vec<CatalogueError>> {
    let (mut reports, mut errors, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (file, bytes) in files {
        let report = bytes.and_then(|bytes| {
            let text = text::decode(&file, &bytes)?;
            let (tables, mut report) = text::parse(&file, text)?;
            let terms = terms::read(&tables, &mut report);
            report.into_result().map(|report| (report, terms))
        });
        match report {
            Ok((report, terms)) => {
                all.extend(terms);
                reports.push(report);
            }
            Err(mut found) => errors.append(&mut found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let order: Vec<_> = all.iter().map(|t: &FundTerms| (t.code, t.version.clone())).collect();
    Catalogue::new(all)
        .map_err(|found| found.into_iter().map(|it| located(it, &reports, &order)).collect())
}

/// Finds the line that a contradiction speaks of: its key's, or its terms'.
fn located(
    found: Contradiction,
    reports: &[Report],
    order: &[(fundflow_domain::ids::FundCode, fundflow_domain::ids::VersionTag)],
) -> CatalogueError {
    let of_fund = order.iter().filter(|(code, _)| *code == found.fund);
    let nth = of_fund.clone().position(|(_, version)| *version == found.version).unwrap_or(0);
    let key = format!("terms[{nth}].{}", found.key);
    let report = reports.iter().find(|report| report.is_about(found.fund));
    CatalogueError {
        file: report.map_or_else(|| found.fund.to_string(), |report| report.file().to_owned()),
        line: report.and_then(|report| report.line_of(&key)),
        key,
        value: found.value,
        problem: format!("allowed: {}", found.allowed),
    }
}

fn whole_file(file: &str, problem: String) -> CatalogueError {
    let (file, key, value) = (file.to_owned(), String::new(), String::new());
    CatalogueError { file, line: None, key, value, problem }
}

#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod tests;
