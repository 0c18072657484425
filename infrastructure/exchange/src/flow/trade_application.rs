//! File 03: what a distributor asks of a registrar. Purchase (022), redemption (024), conversion
//! (036), cancellation (052) and the other kinds share one record; which fields a kind needs is
//! data, in [`crate::required`].

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::version::FileType;

typed_record! {
    /// A trade application.
    pub struct TradeApplication in FileType::TradeApplication, keys ["AppSheetSerialNo", "BusinessCode", "FundCode"] {
        /// The distributor's number of the application: the key that makes it count once.
        pub app_sheet_serial_no: String = text "AppSheetSerialNo",
        /// Kind of business, three digits.
        pub business_code: String = text "BusinessCode",
        /// Fund, six bytes; the source fund in a conversion.
        pub fund_code: String = text "FundCode",
        /// T, the day the order counts for.
        pub transaction_date: Option<NaiveDate> = day "TransactionDate",
        /// When the order was taken.
        pub transaction_time: Option<NaiveTime> = time "TransactionTime",
        /// Trading account at the distributor.
        pub transaction_account_id: String = text "TransactionAccountID",
        /// Fund account at the registrar.
        pub ta_account_id: String = text "TAAccountID",
        /// Who sells the shares, by its code at the registrar.
        pub distributor_code: String = text "DistributorCode",
        /// The distributor's branch, by its code.
        pub branch_code: String = text "BranchCode",
        /// Shares asked for, two decimals.
        pub application_vol: Decimal = number "ApplicationVol",
        /// Money offered, in yuan with two decimals.
        pub application_amount: Decimal = number "ApplicationAmount",
        /// 156 is the yuan.
        pub currency_type: String = text "CurrencyType",
        /// 0 charged at the front, 1 at the back.
        pub share_class: String = text "ShareClass",
        /// What a huge redemption leaves over: 0 is cancelled, 1 waits.
        pub large_redemption_flag: String = text "LargeRedemptionFlag",
        /// Share of the fee that is charged, four decimals: 1 all, 0 none.
        pub discount_rate_of_commission: Decimal = number "DiscountRateOfCommission",
        /// The fund converted into.
        pub code_of_target_fund: String = text "CodeOfTargetFund",
        /// Class of that fund.
        pub target_share_type: String = text "TargetShareType",
        /// Discount on the difference fee, four decimals.
        pub backenload_discount: Decimal = number "BackenloadDiscount",
        /// The application this one refers to, for example the one it cancels.
        pub original_app_sheet_no: String = text "OriginalAppSheetNo",
        /// The registrar's number of the lot that is meant.
        pub original_serial_no: String = text "OriginalSerialNo",
        /// By whose word shares are frozen, as a code.
        pub frozen_cause: String = text "FrozenCause",
        /// 0 institution, 1 person, 2 product.
        pub individual_or_institution: String = text "IndividualOrInstitution",
        /// Money-market income: 0 stays, 1 goes with the shares.
        pub take_income_flag: String = text "TakeIncomeFlag",
        /// Free text, 60 bytes.
        pub specification: String = text "Specification",
        /// 1 a rate is given, 2 a fee is given; registrars differ.
        pub charge_type: String = text "ChargeType",
        /// Money account the trade runs through.
        pub deposit_acct: String = text "DepositAcct",
        /// 0 a sum, 1 a single lot.
        pub detail_flag: String = text "DetailFlag",
        /// How the order was taken; 2 is the internet.
        pub accept_method: String = text "AcceptMethod",
    }
}
