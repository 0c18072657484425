//! What is where: the sums of all postings, by account and by kind of account.

use super::{Account, Class, Commodity, Posting, Side};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

/// Balances by account; an account without balance has no entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(HashMap<Account, Decimal>);

/// What was posted so far, wherever that is.
pub trait Posted {
    /// Of one account, debits positive; nothing where nothing was posted on it.
    fn balance(&self, account: &Account) -> Decimal;
}

impl Posted for Balances {
    fn balance(&self, account: &Account) -> Decimal {
        self.of(account)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// Two customers have 7.00 and 3.00 yuan on their way back out of 10.00 in settlement, and one of them
    /// holds 5.00 shares.
    fn balances() -> Balances {
        let (fund, investor) = ("000730".parse().unwrap(), "inv-1".parse().unwrap());
        let mut balances = Balances::default();
        for (account, debit) in [
            (Account::Settlement, "10.00"),
            (Account::Refund("acc-1".parse().unwrap()), "-7.00"),
            (Account::Refund("acc-2".parse().unwrap()), "-3.00"),
            (Account::Holding(fund, investor, crate::postings::Part::Available), "5.00"),
            (Account::Register(fund), "-5.00"),
        ] {
            balances.post(&Posting { account, debit: number(debit) }).unwrap();
        }
        balances
    }

    #[test]
    fn a_class_sums_its_accounts_each_positive_on_its_own_side() {
        let shares = Commodity::SharesOf("000730".parse().unwrap());
        let holding = Class::Holding(crate::postings::Part::Available);
        let expected = [
            ((Class::Settlement, Commodity::Yuan), number("10.00")),
            ((Class::Refund, Commodity::Yuan), number("10.00")),
            ((holding, shares), number("5.00")),
            ((Class::Register, shares), number("5.00")),
        ];
        assert_eq!(balances().by_class(), BTreeMap::from(expected));
    }

    #[test]
    fn all_accounts_of_a_commodity_sum_to_what_is_lost() {
        let shares = Commodity::SharesOf("000730".parse().unwrap());
        let mut balances = balances();
        let none = [(Commodity::Yuan, number("0")), (shares, number("0"))];
        assert_eq!(balances.totals(), BTreeMap::from(none));

        let debit = number("0.50");
        balances.post(&Posting { account: Account::Settlement, debit }).unwrap();
        assert_eq!(balances.totals()[&Commodity::Yuan], debit);
    }
}
