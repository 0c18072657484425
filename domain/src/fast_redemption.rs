//! Who may advance cash for money-market shares (T+0), as the 2018 guidance allows it: only a bank with
//! a licence to sell funds; never the manager, the distributor or money of the settlement account.
//! Source: guidance of the CSRC and the central bank on internet sales and redemption of money-market
//! funds, in force 2018-06-01.

use crate::ids::AccountRef;
use serde::{Deserialize, Serialize};

/// Who pays the investor before the fund does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advancer {
    /// A bank that holds a licence to sell funds.
    LicensedBank(AccountRef),
    /// A bank without that licence.
    OtherBank(AccountRef),
    /// The fund's manager, who may not advance.
    Manager,
    /// Whoever sold the fund, and any other company.
    Distributor,
}
