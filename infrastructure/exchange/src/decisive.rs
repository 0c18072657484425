//! Which fields something hangs on: what names a record, what it moves, the day it counts for, and the codes that
//! decide. A record in which one of them cannot be read is not taken. What is wrong with any other field is said,
//! and the record is taken without it.
//!
//! A field belongs here as soon as anything decides by it, if only whether a record contradicts itself.

use super::version::FileType;

const APPLICATION: &[&str] = &[
    "AppSheetSerialNo",
    "BusinessCode",
    "FundCode",
    "TransactionDate",
    "TransactionAccountID",
    "TAAccountID",
    "DistributorCode",
    "ApplicationVol",
    "ApplicationAmount",
    "CurrencyType",
    "ShareClass",
    "LargeRedemptionFlag",
    "DiscountRateOfCommission",
    "CodeOfTargetFund",
    "TargetShareType",
    "BackenloadDiscount",
    "OriginalAppSheetNo",
    "OriginalSerialNo",
    "TakeIncomeFlag",
    "DetailFlag",
    "DepositAcct",
];

const CONFIRMATION: &[&str] = &[
    "AppSheetSerialNo",
    "BusinessCode",
    "FundCode",
    "TransactionDate",
    "TransactionAccountID",
    "TAAccountID",
    "DistributorCode",
    "ApplicationVol",
    "ApplicationAmount",
    "CurrencyType",
    "ShareClass",
    "DiscountRateOfCommission",
    "RateFee",
    "CodeOfTargetFund",
    "TargetShareType",
    "OriginalAppSheetNo",
    "TakeIncomeFlag",
    "TransactionCfmDate",
    "ReturnCode",
    "TASerialNO",
    "BusinessFinishFlag",
    "ConfirmedVol",
    "ConfirmedAmount",
    "NAV",
    "TargetNAV",
    "CfmVolOfTargetFund",
    "TransferDirection",
    "Charge",
    "AgencyFee",
    "TransferFee",
    "OtherFee1",
    "OtherFee2",
    "StampDuty",
    "Tax",
    "BreachFee",
    "PunishFee",
    "ChangeAgencyFee",
    "RecuperateAgencyFee",
    "TotalTransFee",
    "TotalBackendLoad",
    "ChangeFee",
    "RecuperateFee",
    "RefundAmount",
    "SalePercent",
    "AchievementPay",
    "UndistributeMonetaryIncome",
    "UndistributeMonetaryIncomeFlag",
    "Interest",
    "RaiseInterest",
    "InterestTax",
    "VolumeByInterest",
    "ShareRegisterDate",
    "TotalFrozenVol",
];

const BALANCE: &[&str] = &[
    "FundCode",
    "TAAccountID",
    "TransactionAccountID",
    "DistributorCode",
    "AvailableVol",
    "TotalFrozenVol",
    "TotalVolOfDistributorInTA",
    "TransactionCfmDate",
    "TASerialNO",
    "ShareClass",
    "DetailFlag",
    "ShareRegisterDate",
    "SourceType",
];

const DIVIDEND: &[&str] = &[
    "TASerialNO",
    "FundCode",
    "BusinessCode",
    "TAAccountID",
    "TransactionAccountID",
    "DistributorCode",
    "ReturnCode",
    "TransactionCfmDate",
    "RegistrationDate",
    "XRDate",
    "DividentDate",
    "BasisforCalculatingDividend",
    "DividendPerUnit",
    "DrawBonusUnit",
    "DividendAmount",
    "VolOfDividendforReinvestment",
    "ConfirmedAmount",
    "NAV",
    "DefDividendMethod",
    "Charge",
    "TotalFrozenVol",
    "FrozenSharesforReinvest",
    "FrozenBalance",
    "AchievementPay",
];

const FUND_DAY: &[&str] = &[
    "FundCode",
    "FundStatus",
    "ConvertStatus",
    "NAV",
    "UpdateDate",
    "NetValueType",
    "FundIncome",
    "FundIncomeFlag",
];

const SETTLEMENT: &[&str] = &[
    "SequenceNO",
    "FundCode",
    "DistributorCode",
    "TransactionDate",
    "TransactionCfmDate",
    "BusinessCode",
    "CapitalType",
    "ConfirmedAmount",
    "CurrencyType",
    "ReceOrPayFlag",
    "PayDate",
    "DetailFlag",
];

/// The decisive fields of a kind of file, by the names of the standard.
pub const fn fields_of(file_type: FileType) -> &'static [&'static str] {
    match file_type {
        FileType::TradeApplication => APPLICATION,
        FileType::TradeConfirmation => CONFIRMATION,
        FileType::ShareBalance => BALANCE,
        FileType::Dividend => DIVIDEND,
        FileType::FundDay => FUND_DAY,
        FileType::Settlement => SETTLEMENT,
    }
}

/// Whether something hangs on a field, whatever the case of its letters.
pub(crate) fn is_decisive(file_type: FileType, name: &str) -> bool {
    fields_of(file_type).iter().any(|field| field.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dictionary, version::Version};

    #[test]
    fn every_decisive_field_is_one_of_its_file_and_named_once() {
        for file_type in FileType::ALL {
            let fields = fields_of(file_type);
            for (nth, name) in fields.iter().enumerate() {
                assert!(dictionary::find(file_type, Version::V22, name).is_some(), "{name}");
                assert!(!fields[..nth].contains(name), "{name} twice");
            }
        }
    }
}
