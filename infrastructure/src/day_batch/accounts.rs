//! Fund accounts: the number of 12 digits under which a registrar's files have an investor.
//!
//! 1. No two investors have the same one: a number follows from its investor, and whoever would get one that another
//!    has is given the next that follows from him.
//! 2. Investors are bound in the order in which the log has their applications, so the same log gives the same
//!    numbers, and one that was given once is never given to somebody else. Nothing is stored.
//! 3. What follows first is the number that programs before this one gave without a look at others.

use fundflow_domain::ids::InvestorId;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// Digits of a fund account, which fill its field in every edition.
const DIGITS: usize = 12;

/// The accounts of all investors that have any.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    of: HashMap<InvestorId, u64>,
    whose: HashMap<u64, InvestorId>,
}

impl Accounts {
    /// Gives the investor an account, unless one was given before.
    pub fn bind(&mut self, investor: &InvestorId) {
        if self.of.contains_key(investor) {
            return;
        }
        let number = self.next(investor);
        self.of.insert(investor.clone(), number);
        self.whose.insert(number, investor.clone());
    }

    /// The investor's number, as it is written; of one that was not bound the one that would be given now.
    pub fn of(&self, investor: &InvestorId) -> String {
        let number = self.of.get(investor).copied().unwrap_or_else(|| self.next(investor));
        written(number)
    }

    /// Whose account that is.
    pub fn whose(&self, account: &str) -> Option<&InvestorId> {
        let is_one = account.len() == DIGITS && account.bytes().all(|byte| byte.is_ascii_digit());
        self.whose.get(&account.parse().ok().filter(|_| is_one)?)
    }

    /// The first of the investor's numbers that nobody has.
    fn next(&self, investor: &InvestorId) -> u64 {
        let free = (1..).map(|nth| number(investor, nth));
        let mut free = free.filter(|number| !self.whose.contains_key(number));
        // There are more investors' numbers than investors.
        free.next().unwrap_or_default()
    }
}

/// The number that follows from the investor, without a look at those of others.
pub fn fund_account(investor: &InvestorId) -> String {
    written(number(investor, 1))
}

/// The number that follows from the investor where so many before it are others' already, counted from 1.
pub(crate) fn nth_fund_account(investor: &InvestorId, nth: u32) -> String {
    written(number(investor, nth))
}

fn written(number: u64) -> String {
    format!("{number:0DIGITS$}")
}

fn number(investor: &InvestorId, nth: u32) -> u64 {
    let named = match nth {
        1 => format!("fund:{investor}"),
        nth => format!("fund.{nth}:{investor}"),
    };
    let hash = Sha256::digest(named.as_bytes());
    hash.iter().take(DIGITS).fold(0, |number, byte| number * 10 + u64::from(byte % 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(text: &str) -> InvestorId {
        text.parse().unwrap()
    }

    /// Two investors from whom the same number follows.
    const ALIKE: [&str; 2] = ["I-59838", "I-1001434"];

    #[test]
    fn the_second_of_two_investors_with_one_number_is_given_another_whichever_comes_first() {
        assert_eq!(ALIKE.map(|it| fund_account(&id(it))), ["808276765424"; 2]);
        for [first, second] in [ALIKE, [ALIKE[1], ALIKE[0]]] {
            let mut accounts = Accounts::default();
            accounts.bind(&id(first));
            let foreseen = accounts.of(&id(second));
            accounts.bind(&id(second));
            accounts.bind(&id(first));
            assert_eq!(accounts.of(&id(first)), "808276765424", "it keeps its number");
            assert_eq!(accounts.of(&id(second)), foreseen);
            assert_ne!(foreseen, "808276765424");
            assert_eq!(accounts.whose("808276765424"), Some(&id(first)));
            assert_eq!(accounts.whose(&foreseen), Some(&id(second)));
        }
    }

    #[test]
    fn what_is_no_account_is_nobodys() {
        let mut accounts = Accounts::default();
        accounts.bind(&id("I-1"));
        let own = accounts.of(&id("I-1"));
        assert_eq!(accounts.whose(&own), Some(&id("I-1")));
        for wrong in ["", "+80827676542", "8082767654240", "ABCDEFGHIJKL", &own[1..]] {
            assert_eq!(accounts.whose(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_account_leads_back_to_its_investor(ids in prop::collection::vec("[A-Z]{1,3}", 1..200)) {
            let mut accounts = Accounts::default();
            for it in &ids {
                accounts.bind(&id(it));
            }
            for it in &ids {
                prop_assert_eq!(accounts.whose(&accounts.of(&id(it))), Some(&id(it)));
            }
        }
    }
}
