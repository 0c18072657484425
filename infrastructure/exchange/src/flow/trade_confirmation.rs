//! File 04: what the registrar made of an application. A purchase is confirmed as 122, a
//! redemption as 124, a conversion as 136 in one record or as 137 and 138 in two.

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::field_error::FieldError;
use crate::version::FileType;

typed_record! {
    /// A trade confirmation.
    pub struct TradeConfirmation in FileType::TradeConfirmation, keys ["AppSheetSerialNo", "BusinessCode", "FundCode", "ReturnCode"] {
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
        /// Fee rate that was applied, eight decimals.
        pub rate_fee: Decimal = number "RateFee",
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
        /// Day the registrar confirmed.
        pub transaction_cfm_date: Option<NaiveDate> = day "TransactionCfmDate",
        /// The registrar's answer; see [`crate::return_code`].
        pub return_code: String = text "ReturnCode",
        /// The registrar's words on a failure.
        pub error_detail: String = text "ErrorDetail",
        /// The registrar's number of this confirmation.
        pub ta_serial_no: String = text "TASerialNO",
        /// Number of the confirmation that heads this one.
        pub general_ta_serial_no: String = text "GeneralTASerialNO",
        /// 1 when nothing more follows, 0 on an intermediate step.
        pub business_finish_flag: String = text "BusinessFinishFlag",
        /// Shares confirmed; of the source fund in a conversion.
        pub confirmed_vol: Decimal = number "ConfirmedVol",
        /// Money that was confirmed, in yuan.
        pub confirmed_amount: Decimal = number "ConfirmedAmount",
        /// Net asset value applied; four decimals, eight in V2.2.
        pub nav: Decimal = number "NAV",
        /// Net asset value of the fund converted into.
        pub target_nav: Decimal = number "TargetNAV",
        /// Shares confirmed of the fund converted into.
        pub cfm_vol_of_target_fund: Decimal = number "CfmVolOfTargetFund",
        /// 0 out, 1 in, when a conversion comes as two records.
        pub transfer_direction: String = text "TransferDirection",
        /// What it costs, in yuan.
        pub charge: Decimal = number "Charge",
        /// Part of the fee that is the distributor's.
        pub agency_fee: Decimal = number "AgencyFee",
        /// Fee for the transfer of title.
        pub transfer_fee: Decimal = number "TransferFee",
        /// A further fee, in yuan.
        pub other_fee1: Decimal = number "OtherFee1",
        /// A further fee, the second one, in yuan.
        pub other_fee2: Decimal = number "OtherFee2",
        /// Stamp duty, in yuan.
        pub stamp_duty: Decimal = number "StampDuty",
        /// Tax, in yuan.
        pub tax: Decimal = number "Tax",
        /// Fee for leaving early, in yuan.
        pub breach_fee: Decimal = number "BreachFee",
        /// Punitive fee, in yuan.
        pub punish_fee: Decimal = number "PunishFee",
        /// The distributor's part of the fee of a conversion.
        pub change_agency_fee: Decimal = number "ChangeAgencyFee",
        /// The distributor's part of the difference fee.
        pub recuperate_agency_fee: Decimal = number "RecuperateAgencyFee",
        /// All fees of the trade.
        pub total_trans_fee: Decimal = number "TotalTransFee",
        /// The part of the fees that is one for buying, put off until now. Yuan.
        pub total_backend_load: Decimal = number "TotalBackendLoad",
        /// Fee of a conversion.
        pub change_fee: Decimal = number "ChangeFee",
        /// Difference fee of a conversion.
        pub recuperate_fee: Decimal = number "RecuperateFee",
        /// Money given back.
        pub refund_amount: Decimal = number "RefundAmount",
        /// Share of the application that was allotted; five decimals, eight in V2.2.
        pub sale_percent: Decimal = number "SalePercent",
        /// Discount that was really applied, four decimals.
        pub manager_real_ratio: Decimal = number "ManagerRealRatio",
        /// The manager's performance fee, in yuan.
        pub achievement_pay: Decimal = number "AchievementPay",
        /// Money-market income not paid out yet; may be negative.
        pub undistribute_monetary_income: Decimal = signed "UndistributeMonetaryIncome",
        /// Interest of the raising period.
        pub interest: Decimal = number "Interest",
        /// The same, where a registrar fills this field or both.
        pub raise_interest: Decimal = number "RaiseInterest",
        /// Tax on that interest.
        pub interest_tax: Decimal = number "InterestTax",
        /// Shares bought by that interest.
        pub volume_by_interest: Decimal = number "VolumeByInterest",
        /// Day the lot was registered; holding time runs from it.
        pub share_register_date: Option<NaiveDate> = day "ShareRegisterDate",
        /// Shares of the account and fund that are frozen, in all; from V2.1 on.
        pub total_frozen_vol: Decimal = number "TotalFrozenVol",
        /// 0 started by the distributor, 1 by the registrar.
        pub from_ta_flag: String = text "FromTAFlag",
        /// Day the registrar sent the file.
        pub down_load_date: Option<NaiveDate> = day "DownLoaddate",
    }
}

/// How much of a conversion a confirmation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// 136: one record with the source fund and the fund converted into.
    Both,
    /// 138: the fund that is left; the other side is in another record.
    Out,
    /// 137: the fund that is entered; the other side is in another record.
    In,
}

impl TradeConfirmation {
    /// Which side of a conversion this is; nothing if it is about something else. Registrars
    /// confirm a conversion in one record or in two, and both are accepted.
    pub fn conversion_side(&self) -> Result<Option<Side>, FieldError> {
        let side = match self.business_code.as_str() {
            "136" => return Ok(Some(Side::Both)),
            "137" => Side::In,
            "138" => Side::Out,
            _ => return Ok(None),
        };
        match (self.transfer_direction.as_str(), side) {
            ("" | "0", Side::Out) | ("" | "1", Side::In) => Ok(Some(side)),
            (direction, _) => Err(FieldError::Code {
                field: "TransferDirection".into(),
                value: direction.to_owned(),
                allowed: "1 for business 137 and 0 for business 138",
            }),
        }
    }
}
