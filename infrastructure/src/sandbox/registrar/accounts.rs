//! Under which account the register shows an investor: the one that the files of applications name.

use super::{ApplicationEntry, SandboxRegistrar};
use crate::{day_batch::fund_account, exchange::flow::trade_application::TradeApplication};
use fundflow_domain::ids::InvestorId;
use std::collections::HashMap;

/// The accounts that do not follow from their investor alone.
pub(super) struct Accounts(HashMap<InvestorId, Box<str>>);

impl Accounts {
    pub(super) fn of(&self, investor: &InvestorId) -> String {
        self.0.get(investor).map_or_else(|| fund_account(investor), ToString::to_string)
    }
}

impl SandboxRegistrar {
    pub(super) fn accounts(&self) -> Accounts {
        let named = self.applications().into_iter();
        Accounts(named.filter_map(|it| Some((it.terms.investor, it.account?))).collect())
    }
}

impl ApplicationEntry {
    /// With the account that its record names.
    pub(super) fn under_account_of(self, record: &TradeApplication) -> Self {
        let own = fund_account(&self.terms.investor);
        let other = Some(record.ta_account_id.as_str()).filter(|it| **it != own);
        Self { account: other.map(Box::from), ..self }
    }
}
