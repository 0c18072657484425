//! What file 05 says is frozen, of each account and fund.
//!
//! 1. A file has a row for each account and fund, or one for each of its lots: rows of one account
//!    and fund are added up.
//! 2. A row whose parts do not make its total is a puzzle; what it says is frozen counts all the
//!    same, since nobody may use shares while that is in question.
//! 3. A row that cannot be read leaves its account's statement out, and one whose account cannot be read leaves out
//!    every statement that is made of lots: shares would be given free by what is missing.

use super::answers::Balance;
use crate::exchange::{flow::share_balance::ShareBalance, record::RecordRef};
use chrono::NaiveDate;
use fundflow_domain::{ids::FundCode, money::Shares};
use std::collections::{BTreeMap, BTreeSet};

/// `DetailFlag` of a row that is all there is of its account and fund.
const SUM: &str = "0";

/// How many shares of one account and fund the register says are frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedFrozen {
    /// The day of the statement.
    pub on: NaiveDate,
    /// Shares; 0.00 where none are.
    pub frozen: Shares,
}

/// Statements by fund account, as [`fund_account`](super::fund_account) writes it, and fund.
pub type Stated = BTreeMap<(String, FundCode), StatedFrozen>;

/// The statements of a set of files, while it is read.
#[derive(Debug, Default)]
pub(super) struct Statements {
    stated: Stated,
    /// Those of which a row is missing, so that they say too little.
    incomplete: BTreeSet<(String, FundCode)>,
    /// Those that may have further rows: the ones that are no sums.
    of_lots: BTreeSet<(String, FundCode)>,
    /// There is a row of which nobody knows whose it is.
    has_nobodys: bool,
}

impl Statements {
    /// Adds a row; a file of that date.
    pub(super) fn add(&mut self, row: &ShareBalance, date: NaiveDate) -> Result<(), String> {
        let fund =
            row.fund_code.parse::<FundCode>().map_err(|error| format!("FundCode: {error}"))?;
        let frozen = Shares::new(row.total_frozen_vol);
        let frozen = frozen.map_err(|error| format!("TotalFrozenVol: {error}"))?;
        let on = row.transaction_cfm_date.unwrap_or(date);
        let of = (row.ta_account_id.clone(), fund);
        if row.detail_flag != SUM {
            self.of_lots.insert(of.clone());
        }
        let known = self.stated.entry(of).or_insert(StatedFrozen { on, frozen: Shares::ZERO });
        let sum = known.frozen.plus(frozen);
        known.frozen = sum.ok_or("TotalFrozenVol: more than can be counted")?;
        known.on = known.on.max(on);
        if row.adds_up() {
            return Ok(());
        }
        Err(format!(
            "AvailableVol {} and TotalFrozenVol {} are not TotalVolOfDistributorInTA {}; what is frozen \
             counts as stated",
            row.available_vol, row.total_frozen_vol, row.total_vol
        ))
    }

    /// A row that says otherwise than one of the same account, which was added: the most that is said counts.
    pub(super) fn contradict(&mut self, earlier: &Balance, row: &Balance) {
        let Ok(fund) = row.fund_code.parse::<FundCode>() else { return };
        let more = row.total_frozen_vol.saturating_sub(earlier.total_frozen_vol);
        let known = self.stated.get_mut(&(row.ta_account_id.to_string(), fund));
        let (Some(known), Ok(more)) = (known, Shares::new(more)) else { return };
        known.frozen = known.frozen.plus_or_most(more);
    }

    /// A row that cannot be read: its account's statement would say too little.
    pub(super) fn miss(&mut self, record: RecordRef<'_>) {
        let account = record.text("TAAccountID").ok().filter(|it| !it.is_empty());
        let fund = record.text("FundCode").ok().and_then(|fund| fund.parse().ok());
        match (account, fund) {
            (Some(account), Some(fund)) => {
                self.incomplete.insert((account.into_owned(), fund));
            }
            _ => self.has_nobodys = true,
        }
    }

    /// Those that are whole.
    pub(super) fn whole(self) -> Stated {
        let Self { mut stated, incomplete, of_lots, has_nobodys } = self;
        stated.retain(|of, _| !(incomplete.contains(of) || has_nobodys && of_lots.contains(of)));
        stated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_of_the_day_that_a_row_names_or_of_its_file_whichever_is_the_latest() {
        let on = |text: &str| -> Option<NaiveDate> { text.parse().ok() };
        let mut statements = Statements::default();
        for (said, latest) in [
            (on("2026-02-12"), "2026-02-12"),
            (None, "2026-02-13"),
            (on("2026-02-10"), "2026-02-13"),
            (on("2026-02-24"), "2026-02-24"),
        ] {
            let row = ShareBalance {
                fund_code: "000730".into(),
                total_frozen_vol: 1.into(),
                total_vol: 1.into(),
                transaction_cfm_date: said,
                ..ShareBalance::default()
            };
            statements.add(&row, "2026-02-13".parse().unwrap()).unwrap();
            let stated = statements.stated.values();
            assert_eq!(stated.map(|it| it.on.to_string()).collect::<Vec<_>>(), [latest]);
        }
    }
}
