//! What looks wrong with an event of the books, and what would explain it.

use super::Check;
use fundflow_domain::{case::CaseId, ids::TransactionId, money::Money, postings::Account};
use rust_decimal::Decimal;

/// Something that may be wrong.
#[derive(Debug, Clone)]
pub(super) struct Suspect {
    pub(super) check: Check,
    pub(super) what: String,
    pub(super) excuse: Excuse,
}

/// What would explain it, if it is there when everything was heard.
#[derive(Debug, Clone)]
pub(super) enum Excuse {
    /// No excuse: the finding stands.
    None,
    /// So much is to come back from the customer of that request, or from its bank.
    OwedBack(TransactionId, Money),
    /// That record has its case.
    Case(CaseId),
    /// There is a case about that request, open or not.
    AnyCase(TransactionId),
}

impl Suspect {
    pub(super) const fn new(check: Check, what: String) -> Self {
        Self { check, what, excuse: Excuse::None }
    }
}

impl Excuse {
    /// What would explain that an account of a customer is below zero.
    pub(super) fn of(account: &Account, balance: Decimal) -> Self {
        let short = Money::new(balance.abs());
        match (account, short) {
            (Account::Redeem(request), Ok(short)) => Excuse::OwedBack(request.clone(), short),
            _ => Excuse::None,
        }
    }
}
