//! What every inspecting command does: open the store to read, print, and say what went wrong.
//!
//! The store is opened read-only, so all of them work while an engine runs, and none of them can
//! change anything.

use crate::{
    args::{DEFAULT_STORE, Format},
    log, safe,
};
use comfy_table::{CellAlignment, Table, presets};
use fundflow_application::desk::DeskError;
use fundflow_domain::money::Shares;
use fundflow_infrastructure::{
    exchange::text_form::for_spreadsheet,
    sqlite::{OpenError, SqliteStore},
};
use fundflow_kernel::counted::counted;
use fundflow_kernel::{loaded::with_sources, store::ReadError};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Lists stop here unless an argument says otherwise.
pub(crate) const LIMIT: usize = 100;
/// Names that a refusal lists at most.
const KNOWN_MAX: usize = 40;
const DATABASE: &str = "events.db";

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Typed(String),
    #[error("{}", with_sources(.0))]
    Open(OpenError),
    #[error("{}; `fundflow audit verify` looks at everything", with_sources(.0))]
    Read(ReadError),
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Engine(String),
    #[error("the calendar that ships with the program cannot be read: {0}")]
    Calendar(String),
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NotFound { .. }
            | DeskError::AnotherKind { .. }
            | DeskError::Foreign { .. } => Self::NotFound(error.to_string()),
            DeskError::Ambiguous { .. } | DeskError::UnknownKind { .. } => {
                Self::Typed(error.to_string())
            }
            DeskError::Look(_) => {
                Self::Engine(format!("{error}; `fundflow audit verify` looks at everything"))
            }
            DeskError::Read(error) => Self::Read(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

/// The store that is meant, and the folder whose funds, registrars and prices count, if one was named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) store: &'a Path,
    pub(crate) folder: Option<&'a Path>,
}

impl Place<'_> {
    /// What is typed behind a command so that it is about this place, too.
    pub(crate) fn typed(&self) -> String {
        let store = (self.store != Path::new(DEFAULT_STORE)).then_some(("--store", self.store));
        let folder = self.folder.map(|folder| ("--folder", folder));
        let word = |(flag, path): (&str, &Path)| format!(" {flag} {}", quoted(path));
        store.into_iter().chain(folder).map(word).collect()
    }

    /// Each of these commands, so that it is about this place.
    pub(crate) fn typed_behind(&self, lines: Vec<String>) -> Vec<String> {
        let place = self.typed();
        let behind = |line: String| match line.split_once(LAST) {
            Some((command, id)) => format!("{command}{place}{LAST}{id}"),
            None => line + &place,
        };
        lines.into_iter().map(behind).collect()
    }
}

/// Behind it nothing is an option.
const LAST: &str = " -- ";

/// A command about something of that ID, as it is typed: an ID that begins with a hyphen stands last, or it would be
/// taken for an option. `options` begin with a space each.
pub(crate) fn typed(command: &str, id: &str, options: &str) -> String {
    if id.starts_with('-') {
        format!("{command}{options}{LAST}{id}")
    } else {
        format!("{command} {id}{options}")
    }
}

/// As a shell takes it for one word, and a command for no option.
pub(crate) fn quoted(path: &Path) -> String {
    let here = path.to_string_lossy().starts_with('-').then(|| Path::new(".").join(path));
    let path = here.as_deref().unwrap_or(path).to_string_lossy();
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "/._-+,:@%".contains(it);
    if path.chars().all(is_plain) {
        path.into_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// The database file that `--store` means.
pub(crate) fn database(store: &Path) -> PathBuf {
    let names_file =
        store.is_file() || !store.exists() && store.file_name() == Some(DATABASE.as_ref());
    if names_file { store.to_owned() } else { store.join(DATABASE) }
}

/// The store, to read.
pub(crate) fn open(store: &Path) -> Result<SqliteStore, Failure> {
    let opened = SqliteStore::open_read_only(database(store))?;
    if opened.is_alone() {
        complain(&format!(
            "warning: {} is without its companion that says how far it had acknowledged; its newest events may be \
             elsewhere\n",
            opened.path().display()
        ));
    }
    Ok(opened)
}

/// Turns the outcome of a command into its exit code, and says what went wrong.
pub(crate) fn finish(outcome: Result<ExitCode, Failure>) -> ExitCode {
    let failure = match outcome {
        Ok(code) => return code,
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(failure) => failure,
    };
    complain(&format!("error: {failure}\n"));
    match failure {
        Failure::Typed(_) => ExitCode::from(2),
        Failure::NotFound(_)
        | Failure::Engine(_)
        | Failure::Open(_)
        | Failure::Read(_)
        | Failure::Output(_)
        | Failure::Calendar(_) => ExitCode::FAILURE,
    }
}

/// The exit code where the output could not be written. What was not read because the pipe is closed is missed by
/// nobody.
pub(crate) fn unwritten(error: &io::Error, code: ExitCode) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return code;
    }
    complain(&format!("error: the output cannot be written: {error}\n"));
    ExitCode::FAILURE
}

/// To the error output; if that is closed too, there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = if log::is_json() {
        safe::objects().write_all(log::objects(text).as_bytes())
    } else {
        safe::errors().write_all(text.as_bytes())
    };
}

/// The error output for a command that writes into one, line by line.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<u8>);

impl Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        let whole = self.0.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.0.split_off(whole);
        complain(&String::from_utf8_lossy(&std::mem::replace(&mut self.0, rest)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        complain(&String::from_utf8_lossy(&std::mem::take(&mut self.0)));
        Ok(())
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        // It never fails: who closed the error output reads none of it.
        let _ = self.flush();
    }
}

/// Prints one JSON document.
pub(crate) fn json(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}

/// A list of which some may be left out.
pub(crate) struct List<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) left_out: usize,
}

impl<T> List<T> {
    /// The first `limit` of what is given.
    pub(crate) fn of(rows: impl IntoIterator<Item = T>, limit: Option<usize>) -> Self {
        let limit = limit.unwrap_or(LIMIT);
        let mut list = Self { rows: Vec::new(), left_out: 0 };
        for row in rows {
            if list.rows.len() < limit {
                list.rows.push(row);
            } else {
                list.left_out += 1;
            }
        }
        list
    }
}

impl<T: Serialize> List<T> {
    /// Prints an array of objects, or a table.
    pub(crate) fn print(
        &self,
        format: Format,
        header: &[&str],
        cells: impl Fn(&T) -> Vec<String>,
        out: &mut impl Write,
    ) -> Result<ExitCode, Failure> {
        match format {
            Format::Json => json(out, &self.rows)?,
            Format::Table => table(out, header, self.rows.iter().map(cells))?,
        }
        if self.left_out > 0 {
            let shown = self.rows.len();
            complain(&format!(
                "{} not shown; --limit {} shows all\n",
                counted(self.left_out, "more is", "more are"),
                shown + self.left_out
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints a table without lines, so that it can be cut and searched. Headers that end in a space
/// are of numbers.
pub(crate) fn table(
    out: &mut impl Write,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(|name| name.trim_end()));
    for row in rows {
        table.add_row(row.iter().map(|cell| safe::shown(cell)));
    }
    for (index, name) in header.iter().enumerate() {
        if let Some(column) = table.column_mut(index)
            && name.ends_with(' ')
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?)
}

/// Prints names and values, one pair a line.
pub(crate) fn pairs(out: &mut impl Write, pairs: &[(&str, String)]) -> Result<(), Failure> {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    Ok(pairs
        .iter()
        .try_for_each(|(name, value)| writeln!(out, "{name:width$}  {}", safe::shown(value)))?)
}

/// What may be written instead; not more than a person reads.
pub(crate) fn one_of<T: Display>(known: &BTreeSet<T>) -> String {
    if known.is_empty() {
        return "the store has none".to_owned();
    }
    let some: Vec<String> = known.iter().take(KNOWN_MAX).map(ToString::to_string).collect();
    let more = if known.len() > KNOWN_MAX { ", …" } else { "" };
    format!("write one of: {}{more}", some.join(", "))
}

/// Shares in dispute, and beside them those that are not there.
pub(crate) fn in_dispute(there: Shares, missing: Shares) -> String {
    if missing.is_zero() { there.to_string() } else { format!("{there} ({missing} missing)") }
}

/// A value that may be missing.
pub(crate) fn or_dash(value: Option<&impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// Lines for a spreadsheet, which takes no cell for a formula.
pub(crate) fn csv_lines(
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let unwritten = |error: csv::Error| Failure::Output(io::Error::other(error));
    let mut lines = csv::Writer::from_writer(out);
    let names = header.iter().map(|name| name.trim_end().to_lowercase());
    lines.write_record(names).map_err(unwritten)?;
    for row in rows {
        lines.write_record(row.iter().map(|cell| harmless(cell))).map_err(unwritten)?;
    }
    Ok(lines.flush()?)
}

/// A number, and the dash for nothing, stay what they are.
fn harmless(cell: &str) -> String {
    let is_plain = cell == "-" || cell.parse::<rust_decimal::Decimal>().is_ok();
    if is_plain { cell.to_owned() } else { for_spreadsheet(&safe::shown(cell)).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_taken_for_a_formula_and_a_number_stays_one() {
        for formula in ["=1+1", "+1-1", "-A1", "@SUM", "\t=1", "＝1"] {
            let cell = harmless(formula);
            assert!(cell.starts_with('\'') || cell.starts_with('\\'), "{cell}");
        }
        for plain in ["-12.30", "+5", "-", "A-1", "L:CUST:PENDING", ""] {
            assert_eq!(harmless(plain), plain);
        }
    }
}
