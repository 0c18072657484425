//! The lines in front of the records: who sends what to whom, which fields a record has and how
//! many records there are.
//!
//! Widths are insisted upon when writing and not when reading, since registrars differ. Up to
//! V2.1 the parties have 9 bytes and the record count 8; V2.2 has 20 and 16. Text is filled with
//! spaces on the right, numbers with zeros on the left; the field names are not filled at all.

use std::sync::Arc;

use chrono::NaiveDate;

use super::dictionary;
use super::layout::{Layout, LayoutError};
use super::version::{FileType, Version};

/// The first line of a data file.
pub(crate) const MAGIC: &str = "OFDCFDAT";
/// The last line of a data file and of an index.
pub(crate) const TRAILER: &str = "OFDCFEND";
/// Far above the longest field name.
pub(crate) const LINE_MAX: usize = 512;

/// What the lines in front of the records say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The edition of the standard.
    pub version: Version,
    /// Code of the creator of the file.
    pub creator: String,
    /// Whom it is made for.
    pub receiver: String,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// Summary number, 1 in most files; 999 is seen too.
    pub sequence: u32,
    /// The kind of file.
    pub file_type: FileType,
    /// Who sends it, 8 bytes in every edition.
    pub sender: String,
    /// Who gets it, 8 bytes in every edition.
    pub recipient: String,
    /// The field names in the order of the record, spelled as in the file.
    pub fields: Vec<String>,
    /// The number of records.
    pub records: u64,
}

/// Why a header cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum HeaderError {
    /// Wider than its line.
    #[error("{what} {value:?} is wider than the {limit} bytes of its header line; shorten it")]
    TooLong {
        what: &'static str,
        /// Text that the standard demands.
        value: String,
        /// Bytes of the line.
        limit: usize,
    },
    /// Header lines are ASCII without spaces at the ends, which the reader would trim.
    #[error("{what} {value:?} must be printable ASCII without spaces around it")]
    NotPlain {
        what: &'static str,
        /// Text that the standard demands.
        value: String,
    },
    /// A date outside the four-digit years.
    #[error("the date {value} has no form YYYYMMDD; choose a year from 0 to 9999")]
    Date { value: NaiveDate },
    /// The name list does not fit the dictionary.
    #[error("{0}")]
    Layout(LayoutError),
}

struct Widths {
    version: usize,
    party: usize,
    sequence: usize,
    file_type: usize,
    endpoint: usize,
    fields: usize,
    records: usize,
}

const fn widths(version: Version) -> Widths {
    match version {
        Version::V20 | Version::V21 => Widths {
            version: 4,
            party: 9,
            sequence: 3,
            file_type: 2,
            endpoint: 8,
            fields: 3,
            records: 8,
        },
        Version::V22 => Widths {
            version: 8,
            party: 20,
            sequence: 8,
            file_type: 8,
            endpoint: 8,
            fields: 8,
            records: 16,
        },
    }
}

impl Header {
    /// A header with every field of the edition, in the order of the standard, and no records
    /// yet; the sender and the recipient are the two parties.
    pub fn standard(
        file_type: FileType,
        version: Version,
        (creator, receiver): (&str, &str),
        date: NaiveDate,
    ) -> Self {
        let fields = dictionary::fields_of(file_type, version).map(|field| field.name.clone());
        Self {
            version,
            creator: creator.to_owned(),
            receiver: receiver.to_owned(),
            date,
            sequence: 1,
            file_type,
            sender: creator.to_owned(),
            recipient: receiver.to_owned(),
            fields: fields.collect(),
            records: 0,
        }
    }

    /// Lays out the records of this header.
    pub fn layout(&self) -> Result<Arc<Layout>, HeaderError> {
        Layout::new(self.file_type, self.version, &self.fields).map(Arc::new).map_err(|errors| {
            let first = errors.into_iter().next().map(|(_, error)| error);
            HeaderError::Layout(first.unwrap_or(LayoutError::Empty))
        })
    }

    /// The header as the standard writes it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HeaderError> {
        let widths = widths(self.version);
        let mut out = Vec::with_capacity(2_048);
        line(&mut out, MAGIC);
        line(&mut out, &text("the version", self.version.code(), widths.version)?);
        line(&mut out, &text("the creator", &self.creator, widths.party)?);
        line(&mut out, &text("the receiver", &self.receiver, widths.party)?);
        line(&mut out, &date(self.date)?);
        line(&mut out, &number("the sequence", self.sequence.into(), widths.sequence)?);
        line(&mut out, &text("the file type", self.file_type.code(), widths.file_type)?);
        line(&mut out, &text("the sender", &self.sender, widths.endpoint)?);
        line(&mut out, &text("the recipient", &self.recipient, widths.endpoint)?);
        let count = self.fields.len() as u64;
        line(&mut out, &number("the number of fields", count, widths.fields)?);
        for name in &self.fields {
            line(&mut out, name);
        }
        line(&mut out, &number("the number of records", self.records, widths.records)?);
        Ok(out)
    }
}

pub(crate) fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

pub(crate) fn text(what: &'static str, value: &str, limit: usize) -> Result<String, HeaderError> {
    let plain = super::gb18030::is_plain(value.as_bytes()) && value.trim() == value;
    if !plain {
        return Err(HeaderError::NotPlain { what, value: value.to_owned() });
    }
    if value.len() > limit {
        return Err(HeaderError::TooLong { what, value: value.to_owned(), limit });
    }
    Ok(format!("{value:<limit$}"))
}

pub(crate) fn number(what: &'static str, value: u64, limit: usize) -> Result<String, HeaderError> {
    let digits = format!("{value:0>limit$}");
    if digits.len() > limit {
        return Err(HeaderError::TooLong { what, value: digits, limit });
    }
    Ok(digits)
}

pub(crate) fn date(value: NaiveDate) -> Result<String, HeaderError> {
    let digits = value.format("%Y%m%d").to_string();
    if digits.len() == 8 { Ok(digits) } else { Err(HeaderError::Date { value }) }
}

/// Widths of the lines an index shares with a data file: version, party, number of files.
pub(crate) const fn index_widths(version: Version) -> (usize, usize, usize) {
    let widths = widths(version);
    (widths.version, widths.party, widths.fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: Version) -> Header {
        let date = NaiveDate::from_ymd_opt(2026, 2, 13).expect("a day");
        let parties = ("305", "05");
        let mut header = Header::standard(FileType::TradeApplication, version, parties, date);
        header.fields = vec!["FundCode".into(), "APPSHEETSERIALNO".into()];
        header.records = 1_006;
        header
    }

    #[test]
    fn lines_are_filled_to_the_widths_of_their_edition() {
        let narrow = "OFDCFDAT\r\n21  \r\n305      \r\n05       \r\n20260213\r\n001\r\n03\r\n\
                      305     \r\n05      \r\n002\r\nFundCode\r\nAPPSHEETSERIALNO\r\n00001006\r\n";
        assert_eq!(header(Version::V21).to_bytes(), Ok(narrow.as_bytes().to_vec()));
        let wide = "OFDCFDAT\r\n22      \r\n305                 \r\n05                  \r\n\
                    20260213\r\n00000001\r\n03      \r\n305     \r\n05      \r\n00000002\r\n\
                    FundCode\r\nAPPSHEETSERIALNO\r\n0000000000001006\r\n";
        assert_eq!(header(Version::V22).to_bytes(), Ok(wide.as_bytes().to_vec()));
    }

    #[test]
    fn what_does_not_fit_a_line_is_named_with_its_limit() {
        let refused = |change: fn(&mut Header)| {
            let mut header = header(Version::V21);
            change(&mut header);
            header.to_bytes().expect_err("it does not fit").to_string()
        };
        assert_eq!(
            refused(|header| header.creator = "1234567890".into()),
            "the creator \"1234567890\" is wider than the 9 bytes of its header line; shorten it"
        );
        assert_eq!(
            refused(|header| header.records = 100_000_000),
            "the number of records \"100000000\" is wider than the 8 bytes of its header line; \
             shorten it"
        );
        assert_eq!(
            refused(|header| header.sender = "基金".into()),
            "the sender \"基金\" must be printable ASCII without spaces around it"
        );
    }
}
