//! How files are named: `OFD_<creator>_<receiver>_<YYYYMMDD>_<type>.TXT`, with `_<nnn>` behind
//! the type when a file is split, and `OFI_<creator>_<receiver>_<YYYYMMDD>.TXT` for the index.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::header_lines::parse_date;

/// The name of a data file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    /// Code of the creator of the file.
    pub creator: String,
    /// Whom it is made for.
    pub receiver: String,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// Two characters; wider than [`super::version::FileType`], since an index may list kinds of
    /// file that this engine does not read.
    pub file_type: String,
    /// Which part of a split file, from 1 to 999.
    pub part: Option<u16>,
}

/// The name of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexName {
    /// Code of the creator of the file.
    pub creator: String,
    /// Whom it is made for.
    pub receiver: String,
    /// The day it belongs to.
    pub date: NaiveDate,
}

/// Not a name of the standard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not named like {form}; rename it")]
pub struct NameError {
    /// As it stands in the directory, without it.
    pub name: String,
    /// What it should look like.
    pub form: &'static str,
}

const DATA_FORM: &str = "OFD_<creator>_<receiver>_<YYYYMMDD>_<type>[_<nnn>].TXT";
const INDEX_FORM: &str = "OFI_<creator>_<receiver>_<YYYYMMDD>.TXT";

/// Letters and digits only: a name from an index becomes a path, and must not climb out of its
/// directory.
fn is_party(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn parts<'a>(name: &'a str, prefix: &str) -> Option<Vec<&'a str>> {
    let (stem, extension) = name.rsplit_once('.')?;
    let mut parts = stem.split('_');
    let fits = extension.eq_ignore_ascii_case("txt")
        && parts.next().is_some_and(|first| first.eq_ignore_ascii_case(prefix));
    fits.then(|| parts.collect())
}

impl FromStr for FileName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        parse_data(name).ok_or_else(|| NameError { name: name.to_owned(), form: DATA_FORM })
    }
}

fn parse_data(name: &str) -> Option<FileName> {
    let parts = parts(name, "OFD")?;
    let (parties, part) = match parts.as_slice() {
        [parties @ .., number] if parts.len() == 5 => (parties, Some(parse_part(number)?)),
        parties => (parties, None),
    };
    let &[creator, receiver, date, file_type] = parties else { return None };
    let sound = is_party(creator) && is_party(receiver) && is_party(file_type);
    (sound && file_type.len() == 2).then_some(())?;
    Some(FileName {
        creator: creator.to_owned(),
        receiver: receiver.to_owned(),
        date: parse_date(date)?,
        file_type: file_type.to_ascii_uppercase(),
        part,
    })
}

fn parse_part(digits: &str) -> Option<u16> {
    let three = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|part| three && *part > 0)
}

impl FromStr for IndexName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let parsed = parts(name, "OFI").and_then(|parts| match parts.as_slice() {
            &[creator, receiver, date] if is_party(creator) && is_party(receiver) => Some(Self {
                creator: creator.to_owned(),
                receiver: receiver.to_owned(),
                date: parse_date(date)?,
            }),
            _ => None,
        });
        parsed.ok_or_else(|| NameError { name: name.to_owned(), form: INDEX_FORM })
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { creator, receiver, date, file_type, part } = self;
        write!(out, "OFD_{creator}_{receiver}_{}_{file_type}", date.format("%Y%m%d"))?;
        if let Some(part) = part {
            write!(out, "_{part:03}")?;
        }
        out.write_str(".TXT")
    }
}

impl fmt::Display for IndexName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { creator, receiver, date } = self;
        write!(out, "OFI_{creator}_{receiver}_{}.TXT", date.format("%Y%m%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_was_written() {
        for name in ["OFD_305_05_20260213_03.TXT", "OFD_305_05_20260213_04_002.TXT"] {
            let parsed: FileName = name.parse().expect(name);
            assert_eq!(parsed.to_string(), name);
        }
        let lower: FileName = "ofd_996_H0_20170427_03.txt".parse().expect("seen in practice");
        assert_eq!(lower.to_string(), "OFD_996_H0_20170427_03.TXT");
        let index: IndexName = "OFI_305_05_20260213.TXT".parse().expect("index");
        assert_eq!(index.to_string(), "OFI_305_05_20260213.TXT");
    }

    #[test]
    fn a_name_cannot_lead_out_of_its_directory() {
        for name in [
            "../OFD_305_05_20260213_03.TXT",
            "OFD_../x_05_20260213_03.TXT",
            "OFD_305_05_20260231_03.TXT",
            "OFD_305_05_20260213_03_000.TXT",
            "OFD_305_05_20260213_033.TXT",
            "OFD_305_05_20260213.TXT",
            "OFI_305_05_20260213_03.TXT",
            "OFD_305_05_20260213_03",
        ] {
            assert!(name.parse::<FileName>().is_err(), "{name}");
        }
        assert!("OFI_a/b_05_20260213.TXT".parse::<IndexName>().is_err());
    }
}
