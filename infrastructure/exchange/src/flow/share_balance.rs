//! File 05: who holds how many shares, in the registrar's view. The reconciliation compares it
//! with ours.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::version::FileType;

typed_record! {
    /// A holding, or one lot of it.
    pub struct ShareBalance in FileType::ShareBalance, keys ["FundCode", "TAAccountID", "AvailableVol", "TotalFrozenVol"] {
        /// The fund, by its code of six digits.
        pub fund_code: String = text "FundCode",
        /// Trading account at the distributor.
        pub transaction_account_id: String = text "TransactionAccountID",
        /// Fund account at the registrar.
        pub ta_account_id: String = text "TAAccountID",
        /// Who sells the shares, by its code at the registrar.
        pub distributor_code: String = text "DistributorCode",
        /// The distributor's branch, by its code.
        pub branch_code: String = text "BranchCode",
        /// Day of the confirmation.
        pub transaction_cfm_date: Option<NaiveDate> = day "TransactionCfmDate",
        /// Shares free to use.
        pub available_vol: Decimal = number "AvailableVol",
        /// Shares of them that are frozen.
        pub total_frozen_vol: Decimal = number "TotalFrozenVol",
        /// Shares in total, free and frozen.
        pub total_vol: Decimal = number "TotalVolOfDistributorInTA",
        /// The registrar's number of the lot's confirmation.
        pub ta_serial_no: String = text "TASerialNO",
        /// 0 charged at the front, 1 at the back.
        pub share_class: String = text "ShareClass",
        /// 0 one row per account and fund, 1 one row per lot.
        pub detail_flag: String = text "DetailFlag",
        /// 0 normal, 1 frozen, 2 reported lost.
        pub account_status: String = text "AccountStatus",
        /// Day the lot was registered.
        pub share_register_date: Option<NaiveDate> = day "ShareRegisterDate",
        /// Money-market income not paid out yet; may be negative.
        pub undistribute_monetary_income: Decimal = signed "UndistributeMonetaryIncome",
        /// Where the lot came from.
        pub source_type: String = text "SourceType",
        /// 0 reinvested, 1 in cash.
        pub def_dividend_method: String = text "DefDividendMethod",
    }
}

impl ShareBalance {
    /// Whether the total is the sum of its parts; a row where it is not deserves a question.
    pub fn adds_up(&self) -> bool {
        self.available_vol + self.total_frozen_vol == self.total_vol
    }
}
