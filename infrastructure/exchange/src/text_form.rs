//! A file as JSON or CSV, for people and other programs. Values are text, so that digits and
//! decimals stay exact: a number is `"1234.50"`, a day `"20260213"`, an absent value `""`.
//!
//! The JSON document is `{"header": {...}, "records": [{...}, ...]}` and can be turned back into
//! a file; the CSV has one column per field and only goes out, since it has no header lines.

use super::strings::Strings;
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::convert::Misfit;
use super::header::{Header, HeaderError};
use super::header_lines::parse_date;
use super::reader::{ReadError, Reader};
use super::record::{Record, RecordRef};
use super::version::{FileType, Version};
use super::writer::{WriteError, Writer, Written};

/// Why a file cannot be turned into text or back.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum TextFormError {
    /// The file of records could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The text could not be written.
    #[error("the text cannot be written; check the disk and the permissions")]
    Io(#[from] io::Error),
    /// Not such a document.
    #[error("this is no JSON document of a file; make one with `file convert --to json`")]
    Json(#[from] serde_json::Error),
    /// Not a table.
    #[error("the table cannot be written; check the disk and the permissions")]
    Csv(#[from] csv::Error),
    /// A header line of the document.
    #[error("header {what} = {value:?} is not allowed; correct the document")]
    Header {
        what: &'static str,
        /// Text in the field.
        value: String,
    },
    /// A value that its field cannot hold; the line is the number of the record here.
    #[error("record at {0}")]
    Misfit(Misfit),
    /// The file of records could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<HeaderError> for TextFormError {
    fn from(error: HeaderError) -> Self {
        Self::Write(error.into())
    }
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct HeaderForm {
    version: String,
    creator: String,
    receiver: String,
    date: String,
    sequence: u32,
    file_type: String,
    sender: String,
    recipient: String,
    fields: Vec<String>,
}

impl HeaderForm {
    fn of(header: &Header) -> Self {
        Self {
            version: header.version.code().to_owned(),
            creator: header.creator.clone(),
            receiver: header.receiver.clone(),
            date: header.date.format("%Y%m%d").to_string(),
            sequence: header.sequence,
            file_type: header.file_type.code().to_owned(),
            sender: header.sender.clone(),
            recipient: header.recipient.clone(),
            fields: header.fields.clone(),
        }
    }

    fn header(self, records: u64) -> Result<Header, TextFormError> {
        let wrong = |what, value: &str| TextFormError::Header { what, value: value.to_owned() };
        let version = Version::from_code(&self.version);
        let file_type = FileType::from_code(&self.file_type);
        Ok(Header {
            version: version.ok_or_else(|| wrong("version", &self.version))?,
            date: parse_date(&self.date).ok_or_else(|| wrong("date", &self.date))?,
            file_type: file_type.ok_or_else(|| wrong("file_type", &self.file_type))?,
            creator: self.creator,
            receiver: self.receiver,
            sequence: self.sequence,
            sender: self.sender,
            recipient: self.recipient,
            fields: self.fields,
            records,
        })
    }
}

/// A record as a JSON object, its fields in the order of the file.
struct Object<'a>(RecordRef<'a>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let slots = self.0.layout().slots();
        let mut map = serializer.serialize_map(Some(slots.len()))?;
        for slot in slots {
            map.serialize_entry(&*slot.name, &self.0.display(slot))?;
        }
        map.end()
    }
}

/// Writes the records as a JSON document, one record per line.
pub fn to_json<R: BufRead>(
    reader: &mut Reader<R>,
    mut out: impl Write,
) -> Result<(), TextFormError> {
    out.write_all(b"{\"header\":")?;
    serde_json::to_writer(&mut out, &HeaderForm::of(reader.header()))?;
    out.write_all(b",\n\"records\":[")?;
    let mut separator: &[u8] = b"\n";
    while let Some(record) = reader.next_record()? {
        out.write_all(separator)?;
        serde_json::to_writer(&mut out, &Object(record))?;
        separator = b",\n";
    }
    out.write_all(b"\n]}\n")?;
    Ok(out.flush()?)
}

/// Writes the records as CSV with the field names on top.
pub fn to_csv<R: BufRead>(reader: &mut Reader<R>, out: impl Write) -> Result<(), TextFormError> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(&reader.header().fields)?;
    while let Some(record) = reader.next_record()? {
        for slot in record.layout().slots() {
            table.write_field(for_spreadsheet(&record.display(slot)).as_bytes())?;
        }
        table.write_record(None::<&[u8]>)?;
    }
    Ok(table.flush()?)
}

/// A field of a CSV file as a spreadsheet takes it for text: what begins like a formula gets an apostrophe in front.
pub fn for_spreadsheet(field: &str) -> Cow<'_, str> {
    let begins = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if field.starts_with(begins) { Cow::Owned(format!("'{field}")) } else { Cow::Borrowed(field) }
}

#[derive(Debug, serde::Deserialize)]
struct Document {
    header: HeaderForm,
    records: Vec<std::collections::BTreeMap<String, String>>,
}

/// Turns a JSON document back into a file, in its own edition or in `version`. The document is
/// held in memory, since its records have to be counted first.
pub fn from_json(
    input: impl Read,
    version: Option<Version>,
    out: impl Write,
) -> Result<Written, TextFormError> {
    let document: Document = serde_json::from_reader(BufReader::new(Strings::of(input)))?;
    let mut header = document.header.header(document.records.len() as u64)?;
    header.version = version.unwrap_or(header.version);
    let mut writer = Writer::new(out, header)?;
    let mut record = writer.blank();
    for (index, object) in document.records.iter().enumerate() {
        fill(&mut record, object)
            .map_err(|error| TextFormError::Misfit(Misfit { line: index as u64 + 1, error }))?;
        writer.write(record.as_ref())?;
    }
    Ok(writer.finish()?.1)
}

fn fill(
    record: &mut Record,
    object: &std::collections::BTreeMap<String, String>,
) -> Result<(), super::field_error::FieldError> {
    record.clear();
    object.iter().try_for_each(|(name, value)| record.set_displayed(name, value))
}
