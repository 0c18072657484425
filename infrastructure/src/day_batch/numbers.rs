//! How orders, accounts and records are named in the files of one registrar.
//!
//! An application's own number has letters (ADR 8). Editions before V2.2 have only digits where it stands, and a
//! registrar of V2.2 may want them, too: then the order goes under a number of 24 digits that follows from its own.
//!
//! 1. The same number always makes the same digits, so that an answer leads back to the order by making the digits of
//!    every order that there is. Nothing is stored.
//! 2. The first digit is never 0: no program that takes it for a number loses one.
//! 3. Of 9·10^23 numbers two orders among N share one with a chance of about N²/(1.8·10^24): 10^-6 for a billion.
//!    Whoever sends looks for it, and an order whose number is another's is in no file.

use crate::exchange::version::Version;
use fundflow_domain::ids::{ApplicationNo, InvestorId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// Digits of an application's number, which fills its field.
const APPLICATION: u32 = 24;
/// Bytes of a trading account.
const TRADING: usize = 17;
/// Digits of a registrar's number of a record, which fills its field.
const SERIAL: u32 = 20;

/// What stands for an investor's ID that has no place in the field.
fn trading_digits(investor: &InvestorId) -> String {
    let hash = Sha256::digest(format!("trading:{investor}").as_bytes());
    hash.iter().take(TRADING).map(|byte| char::from(b'0' + byte % 10)).collect()
}

/// Which characters a registrar takes in the numbers of orders, accounts and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// Digits and letters.
    #[default]
    Letters,
    /// The digits 0 to 9 alone.
    Digits,
}

impl Numbers {
    /// What an edition of the standard allows at least.
    pub const fn of(version: Version) -> Self {
        match version {
            Version::V20 | Version::V21 => Self::Digits,
            Version::V22 => Self::Letters,
        }
    }

    /// An application's number as its registrar's files have it.
    pub fn application(self, no: &ApplicationNo) -> String {
        match self {
            Self::Letters => no.to_string(),
            Self::Digits => digits_of("application", no.as_str(), APPLICATION),
        }
    }

    /// The trading account, 17 bytes wide: the investor's ID, or what stands for one that does not fit.
    pub fn trading_account(self, investor: &InvestorId) -> String {
        let id = investor.as_str();
        let fits = match self {
            Self::Letters => true,
            Self::Digits => id.bytes().all(|byte| byte.is_ascii_digit()),
        };
        if fits && id.len() <= TRADING {
            return id.to_owned();
        }
        trading_digits(investor)
    }
}

/// A registrar's number of one of its records, in digits; of whatever tells the record from all others.
pub(crate) fn serial_digits(of: &str) -> String {
    digits_of("record", of, SERIAL)
}

/// So many digits out of SHA-256, the first of them no 0.
fn digits_of(what: &str, of: &str, count: u32) -> String {
    let hash = Sha256::digest(format!("{what}:{of}"));
    let bits = hash.iter().take(16).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let least = 10_u128.pow(count - 1);
    (least + bits % (9 * least)).to_string()
}

/// Whether it could be an application's number in digits.
pub fn is_in_digits(number: &str) -> bool {
    number.len() == APPLICATION as usize && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Applications by their numbers in digits.
#[derive(Debug, Default)]
pub struct ByDigits(HashMap<String, Vec<ApplicationNo>>);

impl ByDigits {
    /// Of all of these, in their order.
    pub fn of(applications: impl IntoIterator<Item = ApplicationNo>) -> Self {
        let mut all: HashMap<String, Vec<ApplicationNo>> = HashMap::new();
        for no in applications {
            all.entry(Numbers::Digits.application(&no)).or_default().push(no);
        }
        Self(all)
    }

    /// The one application of that number; `None` where there is none, and where there are several: nobody can say
    /// which is meant.
    pub fn only(&self, number: &str) -> Option<&ApplicationNo> {
        match self.0.get(number).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// The first application of that number.
    pub fn first(&self, number: &str) -> Option<&ApplicationNo> {
        self.0.get(number).and_then(|all| all.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::ids::OrderId;
    use std::collections::BTreeSet;

    fn no(of: usize) -> ApplicationNo {
        ApplicationNo::of(&OrderId::new(format!("TX-{of}.mmf")).unwrap())
    }

    #[test]
    fn a_number_in_digits_fills_its_field_begins_with_no_0_and_is_always_the_same() {
        let all: BTreeSet<String> =
            (0..2_000).map(|of| Numbers::Digits.application(&no(of))).collect();

        assert_eq!(all.len(), 2_000);
        assert!(all.iter().all(|number| is_in_digits(number) && !number.starts_with('0')));
        assert_eq!(Numbers::Digits.application(&no(7)), "106608818775954282705558");
        assert_eq!(Numbers::Letters.application(&no(7)), no(7).as_str());
        assert_eq!(serial_digits("A").len(), 20);
    }

    #[test]
    fn a_number_that_two_orders_share_is_nobodys() {
        let mut all = ByDigits::of((0..3).map(no));
        let number = Numbers::Digits.application(&no(1));
        assert_eq!(all.only(&number), Some(&no(1)));

        // No two orders are known that share one.
        all.0.get_mut(&number).unwrap().push(no(9));

        assert_eq!((all.only(&number), all.first(&number)), (None, Some(&no(1))));
    }

    #[test]
    fn an_account_of_letters_has_digits_for_whoever_takes_no_letters() {
        let id = |text: &str| InvestorId::new(text).unwrap();
        assert_eq!(Numbers::Letters.trading_account(&id("I-1")), "I-1");
        assert_eq!(Numbers::Digits.trading_account(&id("30501")), "30501");
        let account = Numbers::Digits.trading_account(&id("I-1"));
        assert!(account.len() == 17 && account.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(Numbers::Letters.trading_account(&id(&"I".repeat(18))).len(), 17);
    }

    #[test]
    fn an_edition_of_digits_is_numbered_in_digits() {
        let all = Version::ALL.map(Numbers::of);
        assert_eq!(all, [Numbers::Digits, Numbers::Digits, Numbers::Letters]);
    }
}
