//! Whether a record of file 04 names its application as file 03 did.
//!
//! | field | must be |
//! |---|---|
//! | `BusinessCode` | an answer to the application's code; 152 to each |
//! | `FundCode`, `CodeOfTargetFund` | the same; in 137 and 138 either fund of the conversion |
//! | `TransactionDate` | T, also of what was carried over |
//! | `TransactionAccountID`, `TAAccountID`, `DistributorCode`, `CurrencyType` | the same |
//! | `ApplicationAmount`, `ApplicationVol` | what was asked for, not what is confirmed |
//! | `Interest`, `RaiseInterest` | none, but of a subscription, where both are one figure; see `raising` for more of it |
//! | `ShareClass`, `TargetShareType` | the same; not of 137 and 138, each of which is of its own fund |
//! | `TransferFee`, `OtherFee1`, `OtherFee2`, `StampDuty`, `Tax`, `BreachFee`, `PunishFee`, `AchievementPay` | none: nobody was promised one |
//! | `RefundAmount` | none, but of what money buys |
//! | `Charge` of a conversion, `TotalTransFee` | the fees that are held against the promise, each or all |
//! | `AgencyFee`, `ChangeAgencyFee`, `RecuperateAgencyFee` | a part of the fee of which it is one |
//! | `TakeIncomeFlag` | the same, of what takes shares out |
//! | `OriginalAppSheetNo` | no other application; of 152 the one that it takes back |
//! | `DiscountRateOfCommission` | the discount that was declared; of a purchase, a subscription, a conversion |
//! | `RateFee` | the rate at which `Charge` comes out of `ConfirmedAmount`, before or after that discount; of a purchase or a subscription |
//! | `SalePercent` | what of the amount was confirmed, where the rest goes back with the same record; the same |
//!
//! A field that is blank or 0 says nothing. So does a discount of 0: many files have it in every record.
//!
//! Two columns are held against nothing here. `FundVolBalance`, the balance after the record, needs a ledger of
//! the register's own side: portions and other orders of the day are in it, in an order that no record says.
//! `TotalFrozenVol` of what is confirmed is the account's, not the order's, and counts when file 05 says it; of a
//! rejection it is booked.
//! Nor is `RateFee` of shares that leave: each lot has a rate of its own.

use super::raising;
use crate::exchange::flow::{
    trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
};
use fundflow_domain::{
    application::Misnamed,
    fees::tiers::Charge,
    money::{Amount, Nav, Rate, ShareRounding},
    purchase,
};
use rust_decimal::Decimal;

/// Where a record contradicts what was sent, or, of a raising, itself.
pub(super) fn contradictions(
    record: &TradeConfirmation,
    sent: Option<&TradeApplication>,
    succeeds: bool,
) -> Vec<Misnamed> {
    let of_sent = sent.map(|sent| misnamed(record, sent)).unwrap_or_default();
    let itself = Some(record).filter(|_| succeeds).map(raising::contradicting);
    of_sent.into_iter().chain(itself.into_iter().flatten()).collect()
}

/// Where a record names another order than the application that was sent.
pub(super) fn misnamed(record: &TradeConfirmation, sent: &TradeApplication) -> Vec<Misnamed> {
    let date = |date: Option<chrono::NaiveDate>| date.map(|it| it.to_string()).unwrap_or_default();
    let texts = [
        ("TransactionAccountID", &sent.transaction_account_id, &record.transaction_account_id),
        ("TAAccountID", &sent.ta_account_id, &record.ta_account_id),
        ("DistributorCode", &sent.distributor_code, &record.distributor_code),
        ("CurrencyType", &sent.currency_type, &record.currency_type),
        ("TransactionDate", &date(sent.transaction_date), &date(record.transaction_date)),
    ];
    let classes = [
        ("ShareClass", &sent.share_class, &record.share_class),
        ("TargetShareType", &sent.target_share_type, &record.target_share_type),
    ];
    let income = ("TakeIncomeFlag", &sent.take_income_flag, &record.take_income_flag);
    // What was sent says nothing of some funds either.
    let known = |(_, placed, _): &(&str, &String, &String)| !placed.is_empty();
    let classes = classes.into_iter().filter(|it| !is_half(record) && known(it));
    let classes = classes.chain(Some(income).filter(known));
    let refers = ("OriginalAppSheetNo", &sent.app_sheet_serial_no, &record.original_app_sheet_no);
    let classes = classes.chain([refers]);
    let texts = texts
        .into_iter()
        .chain(classes)
        .filter_map(|(field, placed, said)| differs(field, placed, said));
    let (possible, code) = (answers(&sent.business_code), &*record.business_code);
    let code = if possible.contains(&code) {
        None
    } else {
        Misnamed::unless_same("BusinessCode", &possible.join(", "), code)
    };
    let numbers = [
        ("ApplicationAmount", sent.application_amount, record.application_amount),
        ("ApplicationVol", sent.application_vol, record.application_vol),
    ];
    let numbers = numbers.into_iter().filter(|(_, _, said)| !said.is_zero());
    let raised = sent.business_code == "020";
    let interest = [("Interest", record.interest), ("RaiseInterest", record.raise_interest)];
    let interest = interest.into_iter().filter(|_| !raised);
    let numbers = numbers.chain(interest.map(|(field, said)| (field, Decimal::ZERO, said)));
    let numbers = numbers.filter_map(|(field, placed, said)| {
        Misnamed::unless_same(field, &format!("{placed:.2}"), &format!("{said:.2}"))
    });
    code.into_iter().chain(funds(record, sent)).chain(texts).chain(numbers).collect()
}

/// Where a confirmation contradicts the discount that was declared, or its own amounts.
pub(super) fn contradicting(record: &TradeConfirmation, sent: &TradeApplication) -> Vec<Misnamed> {
    let discounted = ["020", "022", "036", "039"].contains(&&*sent.business_code);
    let (declared, said) = (sent.discount_rate_of_commission, record.discount_rate_of_commission);
    let discount = (discounted && !said.is_zero())
        .then(|| ("DiscountRateOfCommission", format!("{declared:.4}"), format!("{said:.4}")));
    let bought = ["122", "130", "139"].contains(&&*record.business_code);
    let of_amounts = [rate_of_charge(record, declared), part_of_amount(record, sent)];
    let of_amounts = of_amounts.into_iter().flatten().filter(|_| bought);
    let all = discount.into_iter().chain(of_amounts);
    all.filter_map(|(field, placed, said)| Misnamed::unless_same(field, &placed, &said)).collect()
}

/// A field, what it should be, and what it is.
type Said = (&'static str, String, String);

/// The rate of a fee that is not the one by which the record's fee comes out of its amount.
fn rate_of_charge(record: &TradeConfirmation, declared: Decimal) -> Option<Said> {
    let (said, charge) = (record.rate_fee, record.charge);
    let amount = Amount::new(record.confirmed_amount).ok().filter(|_| !said.is_zero())?;
    let fee = |rate: Decimal| {
        let rate = Rate::new(rate.round_dp(8)).ok()?;
        let priced = purchase::price(amount, Charge::Rate(rate), Nav::ONE, ShareRounding::HalfUp);
        Some(priced.ok()?.fee.decimal())
    };
    let discounts = [Decimal::ONE, declared, record.discount_rate_of_commission];
    let comes_out = |discount: &Decimal| fee(said.saturating_mul(*discount)) == Some(charge);
    if discounts.iter().any(comes_out) {
        return None;
    }
    let net = record.confirmed_amount.saturating_sub(charge);
    let applied = charge.checked_div(net).unwrap_or_default();
    Some(("RateFee", format!("{applied:.8}"), format!("{said:.8}")))
}

/// An allotment that is not what the record confirms of the amount. What is confirmed by several records is not
/// known from one of them.
fn part_of_amount(record: &TradeConfirmation, sent: &TradeApplication) -> Option<Said> {
    let (asked, said) = (sent.application_amount, record.sale_percent);
    let confirmed = record.confirmed_amount;
    if said.is_zero() || confirmed.saturating_add(record.refund_amount) != asked {
        return None;
    }
    let part = confirmed.checked_div(asked)?;
    // Five decimals of older versions, and the fen that a part is rounded to.
    let rounded = Decimal::new(1, 5).saturating_add(Decimal::new(1, 2).checked_div(asked)?);
    let differs = said.saturating_sub(part).abs() > rounded;
    differs.then(|| ("SalePercent", format!("{part:.8}"), format!("{said:.8}")))
}

fn differs(field: &str, placed: &str, said: &str) -> Option<Misnamed> {
    if said.is_empty() {
        return None;
    }
    Misnamed::unless_same(field, placed, said)
}

/// Money of a confirmation that no order was promised, and that is part of nothing that is held against a promise.
pub(super) fn unpromised_fees(record: &TradeConfirmation) -> Vec<Misnamed> {
    let of_conversion = ["136", "137", "138"].contains(&&*record.business_code);
    let (leaving, topup, charge) = (record.change_fee, record.recuperate_fee, record.charge);
    let promised = if of_conversion { leaving.saturating_add(topup) } else { charge };
    // Beside all of it: one of the two, or nothing.
    let charges = [leaving, topup].into_iter().filter(|_| of_conversion);
    let charges: Vec<Decimal> = charges.chain([Decimal::ZERO]).collect();
    let bought = ["122", "130", "139"].contains(&&*record.business_code);
    let none = [
        ("TransferFee", record.transfer_fee),
        ("OtherFee1", record.other_fee1),
        ("OtherFee2", record.other_fee2),
        ("StampDuty", record.stamp_duty),
        ("Tax", record.tax),
        ("BreachFee", record.breach_fee),
        ("PunishFee", record.punish_fee),
        ("AchievementPay", record.achievement_pay),
        ("RefundAmount", if bought { Decimal::ZERO } else { record.refund_amount }),
    ];
    let none = none.map(|(field, said)| (field, Decimal::ZERO, said));
    let parts = [
        ("AgencyFee", promised, record.agency_fee),
        ("ChangeAgencyFee", leaving, record.change_agency_fee),
        ("RecuperateAgencyFee", topup, record.recuperate_agency_fee),
    ];
    let parts = parts.into_iter().filter(|(_, whole, part)| part > whole);
    let sums = [("Charge", promised, charge), ("TotalTransFee", promised, record.total_trans_fee)];
    let sums = sums.into_iter().filter(|(_, _, said)| !charges.contains(said));
    let differs = |(field, placed, said): (_, Decimal, Decimal)| {
        Misnamed::unless_same(field, &format!("{placed:.2}"), &format!("{said:.2}"))
    };
    none.into_iter().chain(sums).chain(parts).filter_map(differs).collect()
}

fn is_half(record: &TradeConfirmation) -> bool {
    ["137", "138"].contains(&&*record.business_code)
}

/// Of two records of one conversion, each may name the two funds from its own side.
fn funds(record: &TradeConfirmation, sent: &TradeApplication) -> Vec<Misnamed> {
    let halves = is_half(record);
    let both = [&sent.fund_code, &sent.code_of_target_fund];
    let of = |field, placed: &str, said: &String| {
        if halves && both.contains(&said) {
            return None;
        }
        differs(field, placed, said)
    };
    let source = of("FundCode", &sent.fund_code, &record.fund_code);
    let target = of("CodeOfTargetFund", &sent.code_of_target_fund, &record.code_of_target_fund);
    source.into_iter().chain(target).collect()
}

/// The codes of what may become of an application.
fn answers(code: &str) -> &'static [&'static str] {
    match code {
        "020" => &["120", "130", "149", "152"],
        "022" => &["122", "152"],
        "024" => &["124", "152"],
        "036" => &["136", "137", "138", "152"],
        "039" => &["139", "152"],
        "098" => &["198", "152"],
        _ => &[],
    }
}
