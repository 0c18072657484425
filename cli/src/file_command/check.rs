//! `fundflow file check`: what is wrong with files, for people and for programs.

use super::{Failure, UNSOUND, list};
use crate::args::Format;
use crate::{reading::complain, safe};
use fundflow_infrastructure::exchange::{
    check::{self, Report, hex},
    finding::{Findings, Stops},
    index::{self, IndexFile, IndexReport},
};
use fundflow_kernel::counted::counted;
use serde::Serialize;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A file that was checked.
enum Checked {
    Data(Report),
    Index(IndexReport),
}

/// The same for programs.
#[derive(Serialize)]
struct FileJson<'a> {
    file: &'a str,
    /// `data` or `index`.
    kind: &'static str,
    sound: bool,
    /// Whether a day takes the records that can be read.
    taken: bool,
    /// Records that it does not take.
    set_aside: u64,
    /// Null where they could not be looked at, and of an index.
    records: Option<u64>,
    /// The files that an index names.
    names: &'a [String],
    /// Those of them that are not there.
    missing: &'a [String],
    errors: Vec<FindingJson<'a>>,
    /// Listed or not.
    errors_total: u64,
    warnings: Vec<FindingJson<'a>>,
    warnings_total: u64,
    sha256: String,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    line: u64,
    column: usize,
    field: Option<&'a str>,
    value: &'a str,
    problem: String,
    advice: &'static str,
    /// `file`, `record` or `nothing`.
    stops: &'static str,
}

/// Checks each of them, and of an index every file that it names as well, once.
pub(super) fn all(paths: &[PathBuf], format: Format) -> Result<ExitCode, Failure> {
    let typed: Vec<PathBuf> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let (mut checked, mut readable) = (Vec::new(), true);
    for path in paths {
        match of(path, &typed) {
            Ok(found) => checked.extend(found),
            Err(said) => {
                readable = false;
                complain(&format!("error: {}\n", Failure::Open { path: path.clone(), said }));
            }
        }
    }
    let mut out = safe::output(format == Format::Json);
    match format {
        Format::Table => checked.iter().try_for_each(|it| it.write(&mut out))?,
        Format::Json => {
            let all: Vec<_> = checked.iter().map(Checked::json).collect();
            serde_json::to_writer_pretty(&mut out, &all)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(match (checked.iter().all(Checked::is_sound), readable) {
        (false, _) => ExitCode::from(UNSOUND),
        (true, false) => ExitCode::FAILURE,
        (true, true) => ExitCode::SUCCESS,
    })
}

/// What a day does with the file.
fn verdict(report: &Report) -> String {
    match (report.is_sound(), report.is_framed(), report.set_aside) {
        (true, ..) => "sound".to_owned(),
        (false, false, _) => "refused as a whole".to_owned(),
        (false, true, 0) => "taken with every record".to_owned(),
        (false, true, aside) => format!("taken without {}", counted(aside, "record", "records")),
    }
}

/// The file, and the files of an index that are not typed themselves.
fn of(path: &Path, typed: &[PathBuf]) -> io::Result<Vec<Checked>> {
    if !index::is_index(path)? {
        return Ok(vec![Checked::Data(check::check(path)?)]);
    }
    let mut index = IndexFile::check(path)?;
    let is_typed =
        |report: &Report| fs::canonicalize(&*report.file).is_ok_and(|path| typed.contains(&path));
    let reports = std::mem::take(&mut index.reports).into_iter();
    let reports = reports.filter(|report| !is_typed(report)).map(Checked::Data);
    Ok(std::iter::once(Checked::Index(index)).chain(reports).collect())
}

impl Checked {
    const fn is_sound(&self) -> bool {
        match self {
            Self::Data(report) => report.is_sound(),
            Self::Index(report) => report.is_sound(),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Data(report) => data(report, &verdict(report), out),
            Self::Index(report) => {
                let verdict = if report.is_sound() { "sound" } else { "refused as a whole" };
                of_index(report, verdict, out)
            }
        }
    }

    fn json(&self) -> FileJson<'_> {
        let (kind, sound) = match self {
            Self::Data(_) => ("data", self.is_sound()),
            Self::Index(_) => ("index", self.is_sound()),
        };
        match self {
            Self::Data(it) => FileJson {
                file: &it.file,
                kind,
                sound,
                taken: it.is_framed(),
                set_aside: it.set_aside,
                records: it.header.as_ref().map(|_| it.records),
                names: &[],
                missing: &[],
                errors: findings(&it.errors),
                errors_total: it.errors.total,
                warnings: findings(&it.warnings),
                warnings_total: it.warnings.total,
                sha256: it.sha256_hex(),
            },
            Self::Index(it) => FileJson {
                file: &it.file,
                kind,
                sound,
                taken: sound,
                set_aside: 0,
                records: None,
                names: it.index.as_ref().map_or(&[], |index| &index.files),
                missing: &it.missing,
                errors: findings(&it.errors),
                errors_total: it.errors.total,
                warnings: Vec::new(),
                warnings_total: 0,
                sha256: hex(&it.sha256),
            },
        }
    }
}

fn findings(of: &Findings) -> Vec<FindingJson<'_>> {
    let listed = of.listed.iter().map(|it| FindingJson {
        line: it.line,
        column: it.column,
        field: it.field.as_deref(),
        value: &it.value,
        problem: it.problem.to_string(),
        advice: it.problem.advice(),
        stops: match it.stops {
            Stops::File => "file",
            Stops::Record => "record",
            Stops::Nothing => "nothing",
        },
    });
    listed.collect()
}

fn data(report: &Report, verdict: &str, out: &mut impl Write) -> io::Result<()> {
    out.write_all(list(&report.errors).as_bytes())?;
    for warning in &report.warnings.listed {
        writeln!(out, "warning: {warning}; {}", warning.problem.advice())?;
    }
    let unlisted = report.warnings.total - report.warnings.listed.len() as u64;
    if unlisted > 0 {
        writeln!(out, "and {}", counted(unlisted, "more warning", "more warnings"))?;
    }
    let errors = counted(report.errors.total, "error", "errors");
    let warnings = counted(report.warnings.total, "warning", "warnings");
    let records = match report.header {
        Some(_) => counted(report.records, "record", "records"),
        None => "records not examined, because the header is damaged".to_owned(),
    };
    let file = &report.file;
    writeln!(out, "{file}: {verdict}: {records}, {errors}, {warnings}")?;
    writeln!(out, "{file}: SHA-256 {}", report.sha256_hex())
}

fn of_index(report: &IndexReport, verdict: &str, out: &mut impl Write) -> io::Result<()> {
    let file = &report.file;
    out.write_all(list(&report.errors).as_bytes())?;
    for name in &report.missing {
        writeln!(out, "error: {file}: {name} is named and not there; wait for it, or fetch it")?;
    }
    let errors = counted(report.errors.total, "error", "errors");
    let names = report.index.as_ref().map_or(0, |index| index.files.len());
    let missing = match report.missing.len() {
        0 => String::new(),
        some => format!(", {some} of them missing"),
    };
    let files = counted(names, "file", "files");
    writeln!(out, "{file}: {verdict}: an index of {files}{missing}, {errors}")?;
    writeln!(out, "{file}: SHA-256 {}", hex(&report.sha256))
}
