//! `fundflow file`: look into the industry's files, check them, and turn them into other forms.
//!
//! Exit codes: 0 done, 1 the file or the arguments could not be used, 5 a file did not pass its
//! check. A closed pipe is not an error: whoever closed it has seen enough.

mod check;

use fundflow_kernel::loaded::with_sources;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::{args::Output, reading::complain, safe};
use clap::{Subcommand, ValueEnum};
use comfy_table::Table;
use fundflow_infrastructure::exchange::check::{Verified, verify};
use fundflow_infrastructure::exchange::convert::{self, ConvertError};
use fundflow_infrastructure::exchange::finding::{Finding, Findings};
use fundflow_infrastructure::exchange::layout::Slot;
use fundflow_infrastructure::exchange::reader::ReadError;
use fundflow_infrastructure::exchange::text_form::{self, TextFormError};
use fundflow_infrastructure::exchange::version::Version;
use fundflow_infrastructure::exchange::writer::WriteError;
use fundflow_infrastructure::files;
use fundflow_kernel::counted::counted;

/// What to do with files.
#[derive(Debug, Subcommand)]
pub(crate) enum FileCommand {
    /// Show the header and the records of a file
    Show {
        /// The file to show
        file: PathBuf,
        /// How to show it
        #[arg(short, long, value_enum, default_value_t = Form::Table)]
        output: Form,
        /// Only these fields, separated by commas
        #[arg(long, value_delimiter = ',')]
        fields: Vec<String>,
        /// At most so many records
        #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<u64>)]
        limit: Option<u64>,
    },
    /// Check whole files and list every error; of an index, every file that it names, too
    Check {
        /// The files to check
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Convert a file to JSON, CSV or another version, or a JSON document back to a file
    Convert {
        /// The file, or a JSON document if it ends in .json
        file: PathBuf,
        /// What to convert it to
        #[arg(long, value_enum)]
        to: Target,
        /// Where to write it; standard output by default
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// How records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A table for people
    Table,
    /// One JSON object per line
    Json,
    /// Comma-separated values, a line for each record
    Csv,
}

/// What a file is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// One JSON document
    Json,
    /// Comma-separated values, a line for each record
    Csv,
    /// A file of JR/T 0017-2012
    V20,
    /// A file of its revision of 2017
    V21,
    /// A file of GB/T 39595-2020
    V22,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{}: {said}; check the path and the permissions", path.display())]
    Open { path: PathBuf, said: io::Error },
    #[error("field {name} is not in this file; `fundflow file show` without --fields lists them")]
    Field { name: String },
    #[error("the output is closed")]
    Pipe,
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Damaged(Findings),
    #[error("{0}")]
    Other(String),
}

const UNSOUND: u8 = 5;

/// Runs the command and says how it went.
pub(crate) fn run(command: FileCommand) -> ExitCode {
    let outcome = match command {
        FileCommand::Show { file, output, fields, limit } => show(&file, output, &fields, limit),
        FileCommand::Check { files, output } => check::all(&files, output.format),
        FileCommand::Convert { file, to, out } => convert_file(&file, to, out.as_deref()),
    };
    match outcome {
        Ok(code) => code,
        Err(Failure::Pipe) => ExitCode::SUCCESS,
        Err(Failure::Damaged(findings)) => {
            complain(&list(&findings));
            ExitCode::from(UNSOUND)
        }
        Err(failure) => {
            complain(&format!("error: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}

fn list(findings: &Findings) -> String {
    let line = |finding: &Finding| format!("error: {finding}; {}\n", finding.problem.advice());
    let text: Vec<_> = findings.listed.iter().map(line).collect();
    let unlisted = findings.total - findings.listed.len() as u64;
    let more = counted(unlisted, "more error", "more errors");
    let more = if unlisted > 0 { format!("and {more}\n") } else { String::new() };
    text.concat() + &more
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Pipe } else { Self::Output(error) }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(source) => Self::Other(format!("the file cannot be read: {source}")),
            ReadError::Damaged(findings) => Self::Damaged(findings),
            ReadError::Changed => Self::Other(error.to_string()),
        }
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        let text = with_sources(&error);
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            _ => Self::Other(text),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() {
            io::Error::from(error).into()
        } else {
            Self::Other(with_sources(&error))
        }
    }
}

impl From<TextFormError> for Failure {
    fn from(error: TextFormError) -> Self {
        match error {
            TextFormError::Read(error) => error.into(),
            TextFormError::Io(error) | TextFormError::Write(WriteError::Io(error)) => error.into(),
            TextFormError::Csv(error) => error.into(),
            TextFormError::Json(error) if error.is_io() => error.into(),
            TextFormError::Json(ref cause) => Self::Other(format!("{error} ({cause})")),
            other => Self::Other(with_sources(&other)),
        }
    }
}

impl From<ConvertError> for Failure {
    fn from(error: ConvertError) -> Self {
        match error {
            ConvertError::Read(error) => error.into(),
            ConvertError::Write(WriteError::Io(error)) => error.into(),
            other => Self::Other(with_sources(&other)),
        }
    }
}

fn open(path: &Path) -> Result<Verified<File>, Failure> {
    let failed = |said| Failure::Open { path: path.to_owned(), said };
    let file = files::open(path).map_err(failed)?;
    Ok(verify(&path.display().to_string(), file)?)
}

fn show(
    path: &Path,
    form: Form,
    fields: &[String],
    limit: Option<u64>,
) -> Result<ExitCode, Failure> {
    let mut verified = open(path)?;
    let slots = chosen(verified.reader.layout().slots(), fields)?;
    let mut out = BufWriter::new(safe::output(form == Form::Json));
    let limit = limit.unwrap_or(u64::MAX);
    match form {
        Form::Table => show_table(&mut verified, &slots, limit, &mut out)?,
        Form::Json => show_json(&mut verified, &slots, limit, &mut out)?,
        Form::Csv => show_csv(&mut verified, &slots, limit, &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn chosen(slots: &[Slot], fields: &[String]) -> Result<Vec<Slot>, Failure> {
    if fields.is_empty() {
        return Ok(slots.to_vec());
    }
    let find = |name: &String| {
        let slot = slots.iter().find(|slot| slot.name.eq_ignore_ascii_case(name)).cloned();
        slot.ok_or_else(|| Failure::Field { name: name.clone() })
    };
    fields.iter().map(find).collect()
}

/// A table needs to know its widest cell, so it is made of this many records at a time.
const PAGE: u64 = 1_000;

fn show_table(
    verified: &mut Verified<File>,
    slots: &[Slot],
    limit: u64,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Verified { report, reader } = verified;
    let header = reader.header();
    writeln!(
        out,
        "file {} of version {}, from {} to {}, {}: {} of {}",
        header.file_type,
        header.version,
        header.creator,
        header.receiver,
        header.date,
        counted(header.records, "record", "records"),
        counted(header.fields.len(), "field", "fields"),
    )?;
    writeln!(out, "SHA-256 {}", report.sha256_hex())?;
    let mut left = limit;
    while left > 0 {
        let mut table = Table::new();
        table.set_header(slots.iter().map(|slot| slot.name.to_string()));
        let mut rows = 0;
        while rows < left.min(PAGE) {
            let Some(record) = reader.next_record()? else { break };
            table.add_row(slots.iter().map(|slot| record.display(slot).into_owned()));
            rows += 1;
        }
        if rows == 0 {
            break;
        }
        writeln!(out, "{table}")?;
        left -= rows;
    }
    Ok(())
}

fn show_json(
    verified: &mut Verified<File>,
    slots: &[Slot],
    limit: u64,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for _ in 0..limit {
        let Some(record) = verified.reader.next_record()? else { break };
        let mut separator = '{';
        for slot in slots {
            write!(out, "{separator}")?;
            serde_json::to_writer(&mut *out, &*slot.name)?;
            write!(out, ":")?;
            serde_json::to_writer(&mut *out, &record.display(slot))?;
            separator = ',';
        }
        writeln!(out, "}}")?;
    }
    Ok(())
}

fn show_csv(
    verified: &mut Verified<File>,
    slots: &[Slot],
    limit: u64,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(slots.iter().map(|slot| slot.name.as_bytes()))?;
    for _ in 0..limit {
        let Some(record) = verified.reader.next_record()? else { break };
        table.write_record(
            slots.iter().map(|slot| text_form::for_spreadsheet(&record.display(slot)).into_owned()),
        )?;
    }
    Ok(table.flush()?)
}

fn convert_file(path: &Path, to: Target, out: Option<&Path>) -> Result<ExitCode, Failure> {
    let Some(target) = out else {
        // What cannot be converted to its end is not begun: half a file looks like one.
        write_converted(path, to, &mut io::sink())?;
        if matches!(to, Target::Json | Target::Csv) {
            let mut stdout = BufWriter::new(safe::output(to == Target::Json));
            write_converted(path, to, &mut stdout)?;
            stdout.flush()?;
        } else {
            let mut stdout = BufWriter::new(io::stdout().lock());
            write_converted(path, to, &mut stdout)?;
            stdout.flush()?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let failed = |said| Failure::Open { path: target.to_owned(), said };
    let mut file = BufWriter::new(files::Draft::of(target).map_err(failed)?);
    write_converted(path, to, &mut file)?;
    let whole = file.into_inner().map_err(|error| failed(error.into_error()))?;
    whole.finish().map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

fn write_converted(path: &Path, to: Target, out: &mut impl Write) -> Result<(), Failure> {
    let version = match to {
        Target::V20 => Some(Version::V20),
        Target::V21 => Some(Version::V21),
        Target::V22 => Some(Version::V22),
        Target::Json | Target::Csv => None,
    };
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let Some(version) = version else {
            let advice = "a JSON document converts to a file: choose --to v20, v21 or v22";
            return Err(Failure::Other(advice.to_owned()));
        };
        let failed = |said| Failure::Open { path: path.to_owned(), said };
        let input = BufReader::new(files::open(path).map_err(failed)?);
        text_form::from_json(input, Some(version), out)?;
        return Ok(());
    }
    let mut verified = open(path)?;
    match (to, version) {
        (Target::Csv, _) => text_form::to_csv(&mut verified.reader, out)?,
        (_, Some(version)) => {
            convert::convert(&mut verified.reader, version, out)?;
        }
        (_, None) => text_form::to_json(&mut verified.reader, out)?,
    }
    Ok(())
}
