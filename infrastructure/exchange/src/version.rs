//! Which edition of the standard a file follows, and what kind of file it is.
//!
//! Three editions are in use side by side: JR/T 0017-2012 (line `20`), the central platform's
//! revision of 2017 (`21`) and GB/T 39595-2020 (`22`). They share the layout of the file and
//! differ in widths, in the type of some fields and in a few fields at the end.

use std::fmt;

/// An edition of the data-exchange standard, as the second line of a file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The standard JR/T 0017-2012.
    V20,
    /// The revision of 2017.
    V21,
    /// The standard GB/T 39595-2020.
    V22,
}

impl Version {
    /// Every edition, oldest first.
    pub const ALL: [Self; 3] = [Self::V20, Self::V21, Self::V22];

    /// The two digits in the header.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V20 => "20",
            Self::V21 => "21",
            Self::V22 => "22",
        }
    }

    /// The edition of a header line, already trimmed.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.code() == code)
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::V20 => 0,
            Self::V21 => 1,
            Self::V22 => 2,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// The kinds of file this engine reads and writes, out of the thirty of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileType {
    /// 03, from the distributor to the registrar.
    TradeApplication,
    /// 04, from the registrar.
    TradeConfirmation,
    /// 05, from the registrar: who holds how much.
    ShareBalance,
    /// 06, from the registrar.
    Dividend,
    /// 07, from the registrar: net asset value, status and limits of each fund.
    FundDay,
    /// 25, from the registrar: the money that moves.
    Settlement,
}

impl FileType {
    /// Every kind, by its code.
    pub const ALL: [Self; 6] = [
        Self::TradeApplication,
        Self::TradeConfirmation,
        Self::ShareBalance,
        Self::Dividend,
        Self::FundDay,
        Self::Settlement,
    ];

    /// The two digits in the header and in the file name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TradeApplication => "03",
            Self::TradeConfirmation => "04",
            Self::ShareBalance => "05",
            Self::Dividend => "06",
            Self::FundDay => "07",
            Self::Settlement => "25",
        }
    }

    /// The kind of a header line, already trimmed.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file_type| file_type.code() == code)
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}
