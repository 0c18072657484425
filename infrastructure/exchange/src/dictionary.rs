//! Which fields a kind of file may have, with type and meaning, per edition of the standard.
//!
//! The tables are data: one `dictionary/NN.csv` per kind of file, one row per field, one column
//! per edition, `-` where an edition lacks the field. The order of rows is the order in which
//! this engine writes; a file that was received keeps the order its own header gives.
//! Source: JR/T 0017-2012 and GB/T 39595-2020. The standard's own spellings, such as
//! `DividentDate`, `DownLoaddate` or `DetailCapticalMode`, stay: they are names.

use std::sync::LazyLock;

use super::field_type::FieldType;
use super::version::{FileType, Version};

/// A row of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name as the standard spells it; files may use another case.
    pub name: String,
    /// Meaning in the standard.
    pub meaning: String,
    types: [Option<FieldType>; 3],
}

impl Field {
    /// The type in an edition, or nothing where the edition lacks the field.
    pub fn in_version(&self, version: Version) -> Option<FieldType> {
        self.types[version.index()]
    }
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum DictionaryError {
    /// Not a table at all.
    #[error("the field table is not CSV")]
    Csv(#[from] csv::Error),
    /// A cell that is neither a type nor `-`.
    #[error("field {field} has the type {notation:?}, which the standard does not know")]
    Type { field: String, notation: String },
}

static TABLES: LazyLock<[Vec<Field>; 6]> = LazyLock::new(|| {
    // A table that did not parse would know no field and so reject every file; the tests read
    // each of them and count.
    FileType::ALL.map(|file_type| parse(source(file_type)).unwrap_or_default())
});

const fn source(file_type: FileType) -> &'static str {
    match file_type {
        FileType::TradeApplication => include_str!("dictionary/03.csv"),
        FileType::TradeConfirmation => include_str!("dictionary/04.csv"),
        FileType::ShareBalance => include_str!("dictionary/05.csv"),
        FileType::Dividend => include_str!("dictionary/06.csv"),
        FileType::FundDay => include_str!("dictionary/07.csv"),
        FileType::Settlement => include_str!("dictionary/25.csv"),
    }
}

/// Every field of a kind of file, whatever the edition.
pub fn fields(file_type: FileType) -> &'static [Field] {
    let position = FileType::ALL.iter().position(|known| *known == file_type);
    position.map_or(&[], |index| TABLES[index].as_slice())
}

/// The fields an edition has, in the order of the standard.
pub fn fields_of(file_type: FileType, version: Version) -> impl Iterator<Item = &'static Field> {
    fields(file_type).iter().filter(move |field| field.in_version(version).is_some())
}

/// Looks a field up, whatever the case of its letters.
pub fn find(file_type: FileType, version: Version, name: &str) -> Option<&'static Field> {
    fields_of(file_type, version).find(|field| field.name.eq_ignore_ascii_case(name))
}

fn parse(table: &str) -> Result<Vec<Field>, DictionaryError> {
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    rows.records()
        .map(|row| {
            let row = row?;
            let cell = |index: usize| row.get(index).unwrap_or_default();
            let kind = |index| notation(cell(0), cell(index));
            let types = [kind(1)?, kind(2)?, kind(3)?];
            Ok(Field { name: cell(0).to_owned(), meaning: cell(4).to_owned(), types })
        })
        .collect()
}

fn notation(field: &str, cell: &str) -> Result<Option<FieldType>, DictionaryError> {
    match (cell, FieldType::parse(cell)) {
        ("-", _) => Ok(None),
        (_, Some(kind)) => Ok(Some(kind)),
        (_, None) => {
            Err(DictionaryError::Type { field: field.to_owned(), notation: cell.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(file_type: FileType, version: Version) -> (usize, usize) {
        let kinds = fields_of(file_type, version).filter_map(|field| field.in_version(version));
        let widths: Vec<_> = kinds.map(FieldType::width).collect();
        (widths.len(), widths.iter().sum())
    }

    #[test]
    fn records_are_as_wide_as_the_standard_says() {
        use FileType as F;
        let published = [
            (F::TradeApplication, Version::V20, (74, 665)),
            (F::TradeApplication, Version::V21, (74, 665)),
            (F::TradeConfirmation, Version::V20, (116, 1170)),
            (F::TradeConfirmation, Version::V21, (121, 1234)),
            (F::ShareBalance, Version::V20, (20, 191)),
            (F::ShareBalance, Version::V21, (20, 191)),
            (F::Dividend, Version::V21, (41, 440)),
            (F::FundDay, Version::V21, (83, 972)),
            (F::Settlement, Version::V21, (18, 148)),
        ];
        for (file_type, version, expected) in published {
            assert_eq!(size(file_type, version), expected, "{file_type} {version}");
        }
    }

    #[test]
    fn the_edition_of_2020_adds_fields_and_widens_others() {
        use FileType as F;
        let counts = F::ALL.map(|file_type| size(file_type, Version::V22).0);
        assert_eq!(counts, [78, 122, 24, 41, 83, 18]);
        let nav =
            find(F::TradeConfirmation, Version::V22, "nav").map(|f| f.in_version(Version::V22));
        assert_eq!(nav, Some(Some(FieldType::N { len: 16, decimals: 8 })));
        assert_eq!(find(F::TradeApplication, Version::V21, "UUID"), None);
    }

    #[test]
    fn the_fields_that_carry_money_have_the_types_of_each_edition() {
        use FileType as F;
        let literals = [
            (F::TradeApplication, "ApplicationAmount", ["N16(2)", "N16(2)", "N16(2)"]),
            (F::TradeApplication, "DiscountRateOfCommission", ["N5(4)", "N5(4)", "N5(4)"]),
            (F::TradeApplication, "DepositAcct", ["C19", "C19", "C40"]),
            (F::TradeApplication, "IPAddress", ["-", "-", "C40"]),
            (F::TradeConfirmation, "ReturnCode", ["A4", "A4", "A4"]),
            (F::TradeConfirmation, "Charge", ["N10(2)", "N10(2)", "N16(2)"]),
            (F::TradeConfirmation, "NAV", ["N7(4)", "N7(4)", "N16(8)"]),
            (F::TradeConfirmation, "SalePercent", ["N8(5)", "N8(5)", "N16(8)"]),
            (F::TradeConfirmation, "FundVolBalance", ["-", "N16(2)", "N16(2)"]),
            (F::ShareBalance, "AvailableVol", ["N16(2)", "N16(2)", "N16(2)"]),
            (F::FundDay, "FundIncome", ["N8(5)", "N8(5)", "N8(5)"]),
            (F::FundDay, "FundName", ["C40", "C40", "C200"]),
            (F::Settlement, "ConfirmedAmount", ["N16(2)", "N16(2)", "N16(2)"]),
            (F::Dividend, "DividendPerUnit", ["N16(2)", "N16(2)", "N16(2)"]),
        ];
        for (file_type, name, expected) in literals {
            let types = Version::ALL.map(|version| {
                let kind = find(file_type, version, name).and_then(|f| f.in_version(version));
                kind.map_or("-".to_owned(), |kind| kind.to_string())
            });
            assert_eq!(types, expected, "{file_type} {name}");
        }
    }

    #[test]
    fn every_table_parses_and_names_a_field_once() {
        for file_type in FileType::ALL {
            let rows = parse(source(file_type)).expect("a table of the standard");
            let mut names: Vec<_> = rows.iter().map(|f| f.name.to_ascii_uppercase()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), rows.len(), "{file_type}");
            assert!(rows.iter().all(|field| !field.meaning.is_empty()), "{file_type}");
        }
    }

    #[test]
    fn a_type_outside_the_standard_is_named() {
        let error = parse("name,v20,v21,v22,meaning\nNAV,Q7,N7(4),-,x\n").expect_err("Q7");
        assert_eq!(
            error.to_string(),
            "field NAV has the type \"Q7\", which the standard does not know"
        );
    }
}
