//! File 06: a dividend paid out or reinvested.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::version::FileType;

typed_record! {
    /// A dividend of one account.
    pub struct Dividend in FileType::Dividend, keys ["FundCode", "TAAccountID", "ReturnCode"] {
        /// The registrar's number of the dividend.
        pub ta_serial_no: String = text "TASerialNO",
        /// Fund.
        pub fund_code: String = text "FundCode",
        /// 143.
        pub business_code: String = text "BusinessCode",
        /// Fund account at the registrar.
        pub ta_account_id: String = text "TAAccountID",
        /// Trading account at the distributor.
        pub transaction_account_id: String = text "TransactionAccountID",
        /// The distributor.
        pub distributor_code: String = text "DistributorCode",
        /// The branch.
        pub branch_code: String = text "BranchCode",
        /// The registrar's answer.
        pub return_code: String = text "ReturnCode",
        /// Day the registrar confirmed.
        pub transaction_cfm_date: Option<NaiveDate> = day "TransactionCfmDate",
        /// Record date.
        pub registration_date: Option<NaiveDate> = day "RegistrationDate",
        /// Ex-dividend date.
        pub xr_date: Option<NaiveDate> = day "XRDate",
        /// Day the dividend is paid.
        pub dividend_date: Option<NaiveDate> = day "DividentDate",
        /// Shares the dividend is worked out on.
        pub basis: Decimal = number "BasisforCalculatingDividend",
        /// Dividend per `draw_bonus_unit` shares, before tax.
        pub dividend_per_unit: Decimal = number "DividendPerUnit",
        /// Shares that is for.
        pub draw_bonus_unit: Decimal = number "DrawBonusUnit",
        /// Dividend in cash.
        pub dividend_amount: Decimal = number "DividendAmount",
        /// Shares the dividend bought.
        pub reinvested_vol: Decimal = number "VolOfDividendforReinvestment",
        /// Money confirmed.
        pub confirmed_amount: Decimal = number "ConfirmedAmount",
        /// Net asset value it bought them at.
        pub nav: Decimal = number "NAV",
        /// 0 reinvested, 1 in cash.
        pub def_dividend_method: String = text "DefDividendMethod",
        /// Fee.
        pub charge: Decimal = number "Charge",
        /// Shares frozen.
        pub total_frozen_vol: Decimal = number "TotalFrozenVol",
        /// Money frozen.
        pub frozen_balance: Decimal = number "FrozenBalance",
        /// Performance fee.
        pub achievement_pay: Decimal = number "AchievementPay",
        /// Day the registrar sent the file.
        pub down_load_date: Option<NaiveDate> = day "DownLoaddate",
    }
}
