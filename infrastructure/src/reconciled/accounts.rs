//! Fund accounts as [`Accounts`](crate::day_batch::Accounts) gives them, for more investors than memory has room for.

use super::{Aside, StagingError};
use crate::day_batch::{fund_account, nth_fund_account};
use fundflow_domain::ids::InvestorId;

/// The accounts of all investors that were bound, on the disk.
#[derive(Debug)]
pub struct GivenAccounts {
    of: Aside,
    whose: Aside,
}

impl GivenAccounts {
    /// Nobody has one yet.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn new() -> Result<Self, StagingError> {
        Ok(Self { of: Aside::new()?, whose: Aside::new()? })
    }

    /// Gives the investor an account, unless one was given before. Investors come in the order of the log.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn bind(&mut self, investor: &InvestorId) -> Result<(), StagingError> {
        if self.of.text(investor.as_str())?.is_some() {
            return Ok(());
        }
        for nth in 1.. {
            let account = nth_fund_account(investor, nth);
            if self.whose.put(&account, investor.as_str())? {
                self.of.put(investor.as_str(), &account)?;
                break;
            }
        }
        Ok(())
    }

    /// The investor's number; of one that was not bound the one that follows from him alone.
    ///
    /// # Errors
    /// [`StagingError::Database`].
    pub fn of(&self, investor: &InvestorId) -> Result<String, StagingError> {
        Ok(self.of.text(investor.as_str())?.unwrap_or_else(|| fund_account(investor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day_batch::Accounts;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_those_that_are_given_in_memory(
            // The first two have one number.
            ids in prop::collection::vec("I-59838|I-1001434|[A-Z]{1,2}", 1..60),
        ) {
            let (mut given, mut known) = (GivenAccounts::new().unwrap(), Accounts::default());
            for id in &ids {
                let id = id.parse().unwrap();
                given.bind(&id).unwrap();
                known.bind(&id);
            }
            for id in &ids {
                let id = id.parse().unwrap();
                prop_assert_eq!(given.of(&id).unwrap(), known.of(&id));
            }
        }
    }
}
