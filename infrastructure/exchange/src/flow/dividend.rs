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
        /// The fund, by its code of six digits.
        pub fund_code: String = text "FundCode",
        /// Always 143: a dividend.
        pub business_code: String = text "BusinessCode",
        /// Fund account at the registrar.
        pub ta_account_id: String = text "TAAccountID",
        /// Trading account at the distributor.
        pub transaction_account_id: String = text "TransactionAccountID",
        /// Who sells the shares, by its code at the registrar.
        pub distributor_code: String = text "DistributorCode",
        /// The distributor's branch, by its code.
        pub branch_code: String = text "BranchCode",
        /// The registrar's answer.
        pub return_code: String = text "ReturnCode",
        /// Day the registrar confirmed.
        pub transaction_cfm_date: Option<NaiveDate> = day "TransactionCfmDate",
        /// The day that decides who gets the dividend.
        pub registration_date: Option<NaiveDate> = day "RegistrationDate",
        /// The day from which the price is without the dividend.
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
        /// Money that was confirmed, in yuan.
        pub confirmed_amount: Decimal = number "ConfirmedAmount",
        /// Net asset value it bought them at.
        pub nav: Decimal = number "NAV",
        /// 0 reinvested, 1 in cash.
        pub def_dividend_method: String = text "DefDividendMethod",
        /// What it costs, in yuan.
        pub charge: Decimal = number "Charge",
        /// Shares of them that are frozen.
        pub total_frozen_vol: Decimal = number "TotalFrozenVol",
        /// Shares of those that it bought that are frozen.
        pub frozen_reinvested_vol: Decimal = number "FrozenSharesforReinvest",
        /// Money of it that is frozen, in yuan.
        pub frozen_balance: Decimal = number "FrozenBalance",
        /// The manager's performance fee, in yuan.
        pub achievement_pay: Decimal = number "AchievementPay",
        /// Day the registrar sent the file.
        pub down_load_date: Option<NaiveDate> = day "DownLoaddate",
    }
}
