//! From one edition of the standard to another. Columns that both editions have are carried over
//! with their values; a value that does not fit is an error, and so is a value in a column that
//! the other edition lacks: nothing is rounded, cut or dropped unseen.

use std::io::{BufRead, Write};

use super::dictionary;
use super::field_error::FieldError;
use super::header::Header;
use super::reader::{ReadError, Reader};
use super::record::{Record, RecordRef};
use super::version::Version;
use super::writer::{WriteError, Writer, Written};

/// Values that did not fit are listed up to here.
const MISFITS_MAX: usize = 100;

/// A value that the other edition has no place for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct Misfit {
    /// Line of the record.
    pub line: u64,
    /// What the other edition cannot hold of it.
    pub error: FieldError,
}

/// Why a file is not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The file that is read cannot be, or is none of the standard.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file that is written cannot be.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Values that do not fit; the target has no trailer and is to be thrown away.
    #[error("values that do not fit: {total}, the first of them:\n{}", display(first))]
    Misfits {
        /// The first ones.
        first: Vec<Misfit>,
        /// Number of records in the file.
        total: u64,
    },
}

fn display(misfits: &[Misfit]) -> String {
    misfits.iter().map(Misfit::to_string).collect::<Vec<_>>().join("\n")
}

/// The header of the same file in another edition: the same fields in the same order, without
/// those the edition lacks.
pub fn header(source: &Header, version: Version) -> Header {
    let known = |name: &&String| dictionary::find(source.file_type, version, name).is_some();
    let fields = source.fields.iter().filter(known).cloned().collect();
    Header { version, fields, ..source.clone() }
}

/// Carries every value of `source` to `target`; with errors, all of them.
pub fn carry(source: RecordRef<'_>, target: &mut Record) -> Result<(), Vec<FieldError>> {
    target.clear();
    let mut errors = Vec::new();
    for slot in source.layout().slots() {
        let carried = if source.is_blank(&slot.name) {
            Ok(())
        } else {
            target.set_displayed(&slot.name, &source.display(slot))
        };
        errors.extend(carried.err().map(|error| match error {
            FieldError::Absent { field } => FieldError::NotInVersion {
                field,
                value: source.display(slot).into_owned(),
                version: target.as_ref().layout().version(),
            },
            other => other,
        }));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Converts a whole file that was checked before.
pub fn convert<R: BufRead, W: Write>(
    reader: &mut Reader<R>,
    version: Version,
    out: W,
) -> Result<Written, ConvertError> {
    let mut writer = Writer::new(out, header(reader.header(), version))?;
    let mut target = writer.blank();
    let (mut first, mut total) = (Vec::new(), 0);
    loop {
        let line = reader.line() + 1;
        let Some(record) = reader.next_record()? else { break };
        if let Err(errors) = carry(record, &mut target) {
            total += errors.len() as u64;
            let room = MISFITS_MAX.saturating_sub(first.len());
            first.extend(errors.into_iter().take(room).map(|error| Misfit { line, error }));
        }
        if total == 0 {
            writer.write(target.as_ref())?;
        }
    }
    if total > 0 {
        return Err(ConvertError::Misfits { first, total });
    }
    Ok(writer.finish()?.1)
}
