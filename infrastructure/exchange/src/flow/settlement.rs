//! File 25: the money that moves between registrar and distributor, by fund, kind and day.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::version::FileType;

typed_record! {
    /// An amount to be settled.
    pub struct Settlement in FileType::Settlement, keys ["SequenceNO", "FundCode", "ConfirmedAmount", "PayDate"] {
        /// Number of the row, never used twice.
        pub sequence_no: String = text "SequenceNO",
        /// The fund, by its code of six digits.
        pub fund_code: String = text "FundCode",
        /// Who sells the shares, by its code at the registrar.
        pub distributor_code: String = text "DistributorCode",
        /// The distributor's branch, by its code.
        pub branch_code: String = text "BranchCode",
        /// The trading day (T) that it belongs to.
        pub transaction_date: Option<NaiveDate> = day "TransactionDate",
        /// Day the registrar confirmed.
        pub transaction_cfm_date: Option<NaiveDate> = day "TransactionCfmDate",
        /// Kind of business.
        pub business_code: String = text "BusinessCode",
        /// What the money is, three digits.
        pub capital_type: String = text "CapitalType",
        /// The money that is settled, in yuan.
        pub confirmed_amount: Decimal = number "ConfirmedAmount",
        /// 156 is the yuan.
        pub currency_type: String = text "CurrencyType",
        /// Received or paid; registrars differ in the values.
        pub receive_or_pay_flag: String = text "ReceOrPayFlag",
        /// Day the money was worked out.
        pub calculate_date: Option<NaiveDate> = day "CalculateDate",
        /// Day the money moves.
        pub pay_date: Option<NaiveDate> = day "PayDate",
        /// The distributor's settlement account.
        pub inst_account: String = text "InstAccount",
        /// 0 a sum, 1 a single trade.
        pub detail_flag: String = text "DetailFlag",
        /// Day the registrar sent the file.
        pub down_load_date: Option<NaiveDate> = day "DownLoaddate",
    }
}
