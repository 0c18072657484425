//! What a registrar's return code means. `0000` is success everywhere; every other code means
//! what the registrar's own dictionary says, and dictionaries contradict each other: 0201 is a
//! wrong date in one and a wrong fund in another. So the map is data (`return_codes.csv`), a
//! registrar is assigned a dictionary, and a code nobody explained is a rejection that says so.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// What a return code comes down to for the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// The registrar did what was asked.
    Success,
    /// Taken for a later day.
    PreBooked,
    /// Not enough shares.
    InsufficientShares,
    /// The account is frozen.
    AccountFrozen,
    /// The account is reported lost.
    AccountLost,
    /// The account does not exist, or its number is wrong.
    NoAccount,
    /// The account is in another state than the business needs.
    AccountState,
    /// The fund is not being raised.
    NotRaising,
    /// The fund is in its closed period.
    ClosedPeriod,
    /// Not a day the fund is open.
    NotOpenDay,
    /// Not taken because of a huge redemption.
    HugeRedemption,
    /// The fund takes no purchases.
    PurchaseStopped,
    /// The fund is unknown or not allowed here.
    WrongFund,
    /// The amount is not allowed.
    WrongAmount,
    /// The number of shares is not allowed.
    WrongShares,
    /// A date or time is not allowed.
    WrongDate,
    /// Some other field is wrong.
    WrongField,
    /// A failure the registrar does not explain by its code.
    Other,
    /// A code that is in no dictionary: a rejection all the same.
    Unknown,
}

/// A registrar's answer, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnCode {
    /// Whose table has it: codes differ from one to another.
    pub registrar: String,
    /// As the file has it; `0000` is success everywhere.
    pub code: String,
    /// What it comes down to.
    pub kind: ReturnKind,
    /// Meaning in the standard.
    pub meaning: String,
}

impl ReturnCode {
    /// Whether the business was done. Taken for a later day is not done yet.
    pub fn is_success(&self) -> bool {
        self.kind == ReturnKind::Success
    }
}

impl fmt::Display for ReturnCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "registrar {} answered {}: {}", self.registrar, self.code, self.meaning)
    }
}

#[derive(Debug, serde::Deserialize)]
struct Row {
    dictionary: String,
    code: String,
    kind: ReturnKind,
    meaning: String,
}

/// The dictionaries, and which registrar uses which.
#[derive(Debug, Clone, Default)]
pub struct ReturnCodes {
    meanings: BTreeMap<(String, String), (ReturnKind, String)>,
    dictionaries: BTreeMap<String, String>,
}

impl ReturnCodes {
    /// The dictionaries that come with the engine: `published`, of the widespread set, and
    /// `demonstration`, of a demonstration system for V2.2.
    pub fn built_in() -> Result<Self, csv::Error> {
        Self::from_csv(include_str!("return_codes.csv").as_bytes())
    }

    /// Dictionaries from a table with the columns dictionary, code, kind and meaning.
    pub fn from_csv(table: impl Read) -> Result<Self, csv::Error> {
        let mut codes = Self::default();
        for row in csv::Reader::from_reader(table).deserialize() {
            let Row { dictionary, code, kind, meaning } = row?;
            codes.meanings.insert((dictionary, code), (kind, meaning));
        }
        Ok(codes)
    }

    /// Says which dictionary a registrar uses. Without one, its codes are unknown but `0000`.
    #[must_use]
    pub fn assign(mut self, registrar: &str, dictionary: &str) -> Self {
        self.dictionaries.insert(registrar.to_owned(), dictionary.to_owned());
        self
    }

    /// What a code of a registrar means.
    pub fn explain(&self, registrar: &str, code: &str) -> ReturnCode {
        let found = self
            .dictionaries
            .get(registrar)
            .and_then(|name| self.meanings.get(&(name.clone(), code.to_owned())))
            .cloned();
        let (kind, meaning) = match (code, found) {
            ("0000", _) => (ReturnKind::Success, "success".to_owned()),
            (_, Some(found)) => found,
            (_, None) => {
                let advice = format!("code {code:?} is in no dictionary of registrar {registrar}");
                (ReturnKind::Unknown, format!("{advice}; add it to the table of return codes"))
            }
        };
        ReturnCode { registrar: registrar.to_owned(), code: code.to_owned(), kind, meaning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> ReturnCodes {
        let codes = ReturnCodes::built_in().expect("the table of the engine");
        codes.assign("05", "published").assign("98", "demonstration")
    }

    #[test]
    fn the_same_code_means_different_things_to_different_registrars() {
        let codes = codes();
        assert_eq!(codes.explain("05", "0201").kind, ReturnKind::WrongDate);
        assert_eq!(codes.explain("98", "0201").kind, ReturnKind::WrongFund);
        assert_eq!(codes.explain("05", "0001").kind, ReturnKind::InsufficientShares);
    }

    #[test]
    fn success_is_success_with_every_registrar() {
        assert!(codes().explain("never heard of", "0000").is_success());
    }

    #[test]
    fn an_unexplained_code_is_a_rejection_that_names_it() {
        let answer = codes().explain("05", "7777");
        assert!(!answer.is_success());
        assert_eq!(
            answer.to_string(),
            "registrar 05 answered 7777: code \"7777\" is in no dictionary of registrar 05; \
             add it to the table of return codes"
        );
        assert_eq!(codes().explain("77", "0001").kind, ReturnKind::Unknown);
    }
}
