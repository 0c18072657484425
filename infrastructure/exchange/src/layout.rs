//! Where each field of a record lies. A layout comes from the name list of a file's header and
//! the dictionary of the header's edition, never from a fixed order: registrars leave fields out
//! and reorder them.

use std::sync::Arc;

use super::field_type::FieldType;
use super::version::{FileType, Version};
use super::{decisive, dictionary};

/// A field's place in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name as the header spells it.
    pub name: Arc<str>,
    /// How its bytes are to be read.
    pub kind: FieldType,
    /// Bytes before it.
    pub offset: usize,
    /// Bytes it takes.
    pub width: usize,
    /// Whether something hangs on it; see [`super::decisive`].
    pub decides: bool,
}

/// The places of all fields of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    file_type: FileType,
    version: Version,
    slots: Vec<Slot>,
    // An open hash table of positions, at most half full: access by name is on the hot path of
    // writing, and a sorted list made it the largest part of the time.
    by_name: Vec<Option<u16>>,
    width: usize,
}

/// Why a list of names is not a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum LayoutError {
    /// The dictionary of the edition lacks the name.
    #[error("field {field} is not in file {file_type} of version {version}")]
    Unknown {
        field: String,
        /// The kind of file.
        file_type: FileType,
        version: Version,
    },
    /// The same name twice.
    #[error("field {field} is listed twice")]
    Twice { field: String },
    /// No names at all.
    #[error("the list of fields is empty")]
    Empty,
}

impl Layout {
    /// Lays out the fields in the order of `names`; with errors, all of them, each with the
    /// position of the name it is about.
    pub fn new(
        file_type: FileType,
        version: Version,
        names: &[String],
    ) -> Result<Self, Vec<(usize, LayoutError)>> {
        let places = (names.len() * 2).next_power_of_two();
        let slots = Vec::with_capacity(names.len());
        let by_name = vec![None; places];
        let mut layout = Self { file_type, version, slots, by_name, width: 0 };
        let mut errors = Vec::new();
        for (position, name) in names.iter().enumerate() {
            let known = dictionary::find(file_type, version, name)
                .and_then(|field| field.in_version(version))
                .filter(|kind| *kind != FieldType::Text);
            let Some(kind) = known else {
                let error = LayoutError::Unknown { field: name.clone(), file_type, version };
                errors.push((position, error));
                continue;
            };
            if layout.insert(name, kind).is_none() {
                errors.push((position, LayoutError::Twice { field: name.clone() }));
            }
        }
        if names.is_empty() {
            errors.push((0, LayoutError::Empty));
        }
        if errors.is_empty() { Ok(layout) } else { Err(errors) }
    }

    fn insert(&mut self, name: &str, kind: FieldType) -> Option<()> {
        let place = self.search(name).err()?;
        self.by_name[place] = Some(u16::try_from(self.slots.len()).ok()?);
        let (offset, width) = (self.width, kind.width());
        let decides = decisive::is_decisive(self.file_type, name);
        self.slots.push(Slot { name: Arc::from(name), kind, offset, width, decides });
        self.width += width;
        Some(())
    }

    /// The position of a name, or the free place where it belongs.
    fn search(&self, name: &str) -> Result<usize, usize> {
        let mask = self.by_name.len() - 1;
        let mut place = hash(name) & mask;
        while let Some(position) = self.by_name[place] {
            let position = usize::from(position);
            let known = &*self.slots[position].name;
            if known == name || known.eq_ignore_ascii_case(name) {
                return Ok(position);
            }
            place = (place + 1) & mask;
        }
        Err(place)
    }

    /// The kind of file the records belong to.
    pub const fn file_type(&self) -> FileType {
        self.file_type
    }

    /// The edition the types are from.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The fields in the order of the record.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Bytes of a record, without its line end.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Position of a field, whatever the case of its letters.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.search(name).ok()
    }
}

/// Hashes a name eight letters at a time, without their case.
fn hash(name: &str) -> usize {
    let mut sum = name.len() as u64;
    let mut step = |letters: u64| {
        let upper = letters & 0xdfdf_dfdf_dfdf_dfdf;
        sum = (sum.rotate_left(5) ^ upper).wrapping_mul(0x517c_c1b7_2722_0a95);
    };
    let (chunks, rest) = name.as_bytes().as_chunks::<8>();
    for chunk in chunks {
        step(u64::from_le_bytes(*chunk));
    }
    step(rest.iter().fold(0, |letters, byte| letters << 8 | u64::from(*byte)));
    // The upper bits are the well mixed ones.
    (sum >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_header_decides_the_order_and_the_case_of_letters_does_not_matter() {
        let list = names(&["BUSINESSCODE", "appsheetserialno", "FundCode"]);
        let layout = Layout::new(FileType::TradeApplication, Version::V21, &list).expect("known");
        let places: Vec<_> = layout.slots().iter().map(|s| (&*s.name, s.offset, s.width)).collect();
        assert_eq!(
            places,
            [("BUSINESSCODE", 0, 3), ("appsheetserialno", 3, 24), ("FundCode", 27, 6)]
        );
        assert_eq!(layout.position("fundcode"), Some(2));
        assert_eq!(layout.position("NAV"), None);
        assert_eq!(layout.width(), 33);
    }

    #[test]
    fn every_name_that_does_not_belong_is_reported() {
        let list = names(&["FundCode", "Fundcode", "UUID", "Colour"]);
        let (file_type, version) = (FileType::TradeApplication, Version::V21);
        let errors = Layout::new(file_type, version, &list).expect_err("three wrong names");
        let unknown =
            |field: &str| LayoutError::Unknown { field: field.into(), file_type, version };
        assert_eq!(
            errors,
            [
                (1, LayoutError::Twice { field: "Fundcode".into() }),
                (2, unknown("UUID")),
                (3, unknown("Colour")),
            ]
        );
    }
}
