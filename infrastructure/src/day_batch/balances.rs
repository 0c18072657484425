//! What file 05 says is frozen, of each account and fund.
//!
//! 1. A file has a row for each account and fund, or one for each of its lots: rows of one account
//!    and fund are added up.
//! 2. A row whose parts do not make its total is a puzzle; what it says is frozen counts all the
//!    same, since nobody may use shares while that is in question.

use crate::exchange::flow::share_balance::ShareBalance;
use chrono::NaiveDate;
use fundflow_domain::{ids::FundCode, money::Shares};
use std::collections::BTreeMap;

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

/// Adds a row; a file of that date.
pub(super) fn add(stated: &mut Stated, row: &ShareBalance, date: NaiveDate) -> Result<(), String> {
    let fund = row.fund_code.parse::<FundCode>().map_err(|error| format!("FundCode: {error}"))?;
    let frozen = Shares::new(row.total_frozen_vol);
    let frozen = frozen.map_err(|error| format!("TotalFrozenVol: {error}"))?;
    let on = row.transaction_cfm_date.unwrap_or(date);
    let of = (row.ta_account_id.clone(), fund);
    let known = stated.entry(of).or_insert(StatedFrozen { on, frozen: Shares::ZERO });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_of_the_day_that_a_row_names_or_of_its_file_whichever_is_the_latest() {
        let on = |text: &str| -> Option<NaiveDate> { text.parse().ok() };
        let mut stated = Stated::new();
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
            add(&mut stated, &row, "2026-02-13".parse().unwrap()).unwrap();
            assert_eq!(stated.values().map(|it| it.on.to_string()).collect::<Vec<_>>(), [latest]);
        }
    }
}
