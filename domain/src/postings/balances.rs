//! What is where: the sums of all postings, by account and by kind of account.

use super::{Account, Class, Commodity, Posting, Side};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

/// Balances by account; an account without balance is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(HashMap<Account, Decimal>);

impl Balances {
    /// Adds one posting. Returns the account's balance before and after it, debits positive, or
    /// `None` when the sum leaves every range that money can have.
    pub fn post(&mut self, posting: &Posting) -> Option<(Decimal, Decimal)> {
        let before = self.of(&posting.account);
        let after = before.checked_add(posting.debit)?;
        if after.is_zero() {
            self.0.remove(&posting.account);
        } else {
            self.0.insert(posting.account.clone(), after);
        }
        Some((before, after))
    }

    /// Of one account, debits positive.
    pub fn of(&self, account: &Account) -> Decimal {
        self.0.get(account).copied().unwrap_or_default()
    }

    /// Every account with a balance, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, Decimal)> {
        self.0.iter().map(|(account, balance)| (account, *balance))
    }

    /// The sum of all accounts of each commodity: zero everywhere, or something is lost.
    pub fn totals(&self) -> BTreeMap<Commodity, Decimal> {
        let mut totals = BTreeMap::new();
        for (account, balance) in self.iter() {
            *totals.entry(account.commodity()).or_insert(Decimal::ZERO) += balance;
        }
        totals
    }

    /// Where everything is, by kind of account and commodity; positive on the kind's own side.
    pub fn by_class(&self) -> BTreeMap<(Class, Commodity), Decimal> {
        let mut classes = BTreeMap::new();
        for (account, balance) in self.iter() {
            let natural = natural(account, balance);
            *classes.entry((account.class(), account.commodity())).or_insert(Decimal::ZERO) +=
                natural;
        }
        classes
    }
}

/// A balance as people read it: positive on the account's own side.
pub fn natural(account: &Account, balance: Decimal) -> Decimal {
    match account.class().side() {
        Side::Debit => balance,
        // Nothing has no sign.
        Side::Credit => Decimal::ZERO - balance,
    }
}
