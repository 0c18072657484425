//! The four data types of the standard. Every width is in bytes of GB18030.

use std::fmt;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `C9`: characters, left-aligned, filled with spaces.
    C(usize),
    /// `A8`: the digits 0 to 9, left-aligned, filled with spaces; all spaces means absent.
    A(usize),
    /// `N16(2)`: `len` digits in all, the last `decimals` of them behind an unwritten point;
    /// right-aligned, filled with zeros, never signed. Absent is zero.
    N {
        /// Digits in all, at most 18.
        len: usize,
        /// How many of them are decimals.
        decimals: u32,
    },
    /// Characters up to the end of the record. Only announcements (file 08) have it, which is
    /// not among our files; a layout refuses it.
    Text,
}

/// The widest number of the dictionaries is 16; 18 digits still fit an `i64`.
const DIGITS_MAX: usize = 18;

impl FieldType {
    /// Reads the notation of the standard: `C40`, `A8`, `N16(2)`, `N5`, `TEXT`.
    pub fn parse(notation: &str) -> Option<Self> {
        if notation == "TEXT" {
            return Some(Self::Text);
        }
        let (kind, rest) = notation.split_at_checked(1)?;
        match kind {
            "C" => width(rest).map(Self::C),
            "A" => width(rest).map(Self::A),
            "N" => number(rest),
            _ => None,
        }
    }

    /// Bytes the field takes in a record; none for `TEXT`, which takes what is left.
    pub const fn width(self) -> usize {
        match self {
            Self::C(len) | Self::A(len) | Self::N { len, .. } => len,
            Self::Text => 0,
        }
    }

    /// What an absent value is filled with.
    pub const fn fill(self) -> u8 {
        match self {
            Self::N { .. } => b'0',
            Self::C(_) | Self::A(_) | Self::Text => b' ',
        }
    }
}

fn width(digits: &str) -> Option<usize> {
    digits.parse().ok().filter(|len| *len > 0)
}

fn number(notation: &str) -> Option<FieldType> {
    let (len, decimals) = match notation.split_once('(') {
        Some((len, rest)) => (len, rest.strip_suffix(')')?.parse().ok()?),
        None => (notation, 0),
    };
    let len = width(len)?;
    let fits = len <= DIGITS_MAX && usize::try_from(decimals).is_ok_and(|d| d <= len);
    fits.then_some(FieldType::N { len, decimals })
}

impl fmt::Display for FieldType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::C(len) => write!(out, "C{len}"),
            Self::A(len) => write!(out, "A{len}"),
            Self::N { len, decimals: 0 } => write!(out, "N{len}"),
            Self::N { len, decimals } => write!(out, "N{len}({decimals})"),
            Self::Text => out.write_str("TEXT"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FieldType;

    #[test]
    fn a_notation_reads_back_as_it_was_written() {
        for notation in ["C1", "C200", "A24", "N5", "N16(2)", "N9(8)", "TEXT"] {
            let parsed = FieldType::parse(notation).map(|kind| kind.to_string());
            assert_eq!(parsed.as_deref(), Some(notation));
        }
    }

    #[test]
    fn a_notation_outside_the_standard_is_not_a_type() {
        for notation in ["", "C", "C0", "X3", "N2(3)", "N19", "N16(2", "基3"] {
            assert_eq!(FieldType::parse(notation), None, "{notation}");
        }
    }
}
