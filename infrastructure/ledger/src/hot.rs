//! Accounts that every order touches (热点账户): the channel, the settlement account, funds, registers, fees. What is posted on them
//! is buffered, and folded when a day-cut is over (ADR 39).
//!
//! ```text
//! posting ──► buffer of the page (in memory) ──► sub-account 0..15 of the account ──day-cut──► its balance
//! ```
//!
//! 1. The stream of an order, a payment or a wallet has the posting. No hot account is a stream, so none is in the write path of
//!    an order, and nothing waits for one.
//! 2. A posting is on the sub-account of its request. A page writes each sub-account once, whatever number of postings it has; the
//!    account's own row is written once for each day-cut, by the event that completes it. A rebuild folds at the same events.
//! 3. What an account holds is its balance and its sub-accounts, in whichever of them it is.

use crate::{LedgerError, sql};
use fundflow_kernel::envelope::Recorded;
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Sub-accounts of a hot account.
pub(crate) const SHARDS: u8 = 16;
/// The event by which a day-cut is over.
const CUT: &str = "day_cut.completed";

/// What a page posts on hot accounts, until it is written.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// The accounts' numbers, by their codes.
    numbers: HashMap<String, i64>,
    /// Hundredths, by account and sub-account; debits positive.
    sums: BTreeMap<(i64, u8), i64>,
}

impl Buffer {
    /// The number of a hot account, if one of its postings was heard before.
    pub(crate) fn number(&self, code: &str) -> Option<i64> {
        self.numbers.get(code).copied()
    }

    /// Remembers the number of a hot account, so that its row is not looked for again.
    pub(crate) fn remember(&mut self, code: String, number: i64) {
        self.numbers.insert(code, number);
    }

    /// Adds what one request posts on a hot account; `None` where the sum is beyond what a table holds.
    pub(crate) fn add(&mut self, account: i64, request: &str, amount: i64) -> Option<()> {
        let sum = self.sums.entry((account, shard(request))).or_default();
        *sum = sum.checked_add(amount)?;
        Some(())
    }

    /// Writes what is buffered on the sub-accounts, and folds them all where the event is the end of a day-cut.
    pub(crate) fn fold_at(
        &mut self,
        tables: &Connection,
        event: &Recorded,
    ) -> Result<(), LedgerError> {
        if &*event.event.event_type != CUT {
            return Ok(());
        }
        self.write(tables)?;
        tables.prepare_cached(sql::FOLD)?.execute(())?;
        tables.prepare_cached(sql::EMPTY_SUB_ACCOUNTS)?.execute(())?;
        Ok(())
    }

    /// Writes what is buffered on the sub-accounts.
    pub(crate) fn write(&mut self, tables: &Connection) -> Result<(), LedgerError> {
        let mut statement = tables.prepare_cached(sql::SUB_ACCOUNT)?;
        for ((account, shard), amount) in std::mem::take(&mut self.sums) {
            if amount != 0 {
                statement.execute(params![account, shard, amount])?;
            }
        }
        Ok(())
    }
}

/// The sub-account of a request: the same in every rebuild and on every machine.
fn shard(request: &str) -> u8 {
    let digest = Sha256::digest(request.as_bytes());
    digest.first().map_or(0, |byte| byte % SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_over_all_sub_accounts_and_each_has_its_own_for_good() {
        let mut of = [0_u32; SHARDS as usize];
        for nth in 0..1600 {
            of[usize::from(shard(&format!("TX-{nth}")))] += 1;
        }
        // 100 each on average; a sub-account with less than half of it would be no help.
        assert!(of.iter().all(|count| (50..=150).contains(count)), "{of:?}");
        assert_eq!((shard("TX-1"), shard("W-01")), (14, 6));
    }
}
