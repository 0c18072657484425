//! File 07: each fund's net asset value, status and limits on a day. Without it nothing is
//! confirmed.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::columns::typed_record;
use crate::version::FileType;

typed_record! {
    /// A fund on a day.
    pub struct FundDay in FileType::FundDay, keys ["FundCode", "NAV", "UpdateDate"] {
        /// The fund, by its code of six digits.
        pub fund_code: String = text "FundCode",
        /// The fund's name, as the registrar writes it.
        pub fund_name: String = text "FundName",
        /// What may be traded; see [`crate::fund_status`].
        pub fund_status: String = text "FundStatus",
        /// 0 both ways, 1 in, 2 out, 3 none.
        pub convert_status: String = text "ConvertStatus",
        /// Net asset value per share; four decimals, eight in V2.2.
        pub nav: Decimal = number "NAV",
        /// The same with all dividends added.
        pub accumulative_nav: Decimal = number "AccumulativeNAV",
        /// Day the value is of.
        pub update_date: Option<NaiveDate> = day "UpdateDate",
        /// 0 ordinary, 1 for purchases, 2 for redemptions.
        pub net_value_type: String = text "NetValueType",
        /// Next day of trading.
        pub next_trade_date: Option<NaiveDate> = day "NextTradeDate",
        /// 156 is the yuan.
        pub currency_type: String = text "CurrencyType",
        /// 01 equity, 02 bond, 03 mixed, 04 money market.
        pub fund_type: String = text "FundType",
        /// Who keeps the register, by its code.
        pub registrar_code: String = text "RegistrarCode",
        /// Money-market income of 10,000 shares, five decimals.
        pub fund_income: Decimal = signed "FundIncome",
        /// Money-market yield of seven days as a yearly rate, five decimals.
        pub seven_day_yield: Decimal = signed "Yield",
        /// The fund's income of the day.
        pub fund_day_income: Decimal = signed "FundDayIncome",
        /// Persons: least first purchase.
        pub min_bids_amount_by_indi: Decimal = number "MinBidsAmountByIndi",
        /// Institutions: least first purchase.
        pub min_bids_amount_by_inst: Decimal = number "MinBidsAmountByInst",
        /// Persons: least further purchase.
        pub min_app_bids_amount_by_indi: Decimal = number "MinAppBidsAmountByIndi",
        /// Institutions: least further purchase.
        pub min_app_bids_amount_by_inst: Decimal = number "MinAppBidsAmountByInst",
        /// Least shares redeemed.
        pub min_redemption_vol: Decimal = number "MinRedemptionVol",
        /// Least shares converted.
        pub min_interconvert_vol: Decimal = number "MinInterconvertVol",
        /// Least shares held.
        pub min_account_balance: Decimal = number "MinAccountBalance",
        /// Persons: most per purchase.
        pub indi_max_purchase: Decimal = number "IndiMaxPurchase",
        /// Institutions: most per purchase.
        pub inst_max_purchase: Decimal = number "InstMaxPurchase",
        /// Persons: most bought in a day.
        pub indi_day_max_sum_buy: Decimal = number "IndiDayMaxSumBuy",
        /// Institutions: most bought in a day.
        pub inst_day_max_sum_buy: Decimal = number "InstDayMaxSumBuy",
        /// Persons: most redeemed in a day.
        pub indi_day_max_sum_redeem: Decimal = number "IndiDayMaxSumRedeem",
        /// Institutions: most redeemed in a day.
        pub inst_day_max_sum_redeem: Decimal = number "InstDayMaxSumRedeem",
    }
}
