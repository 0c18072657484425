//! Whether a record of file 04 names its application as file 03 did.
//!
//! | field | must be |
//! |---|---|
//! | `BusinessCode` | an answer to the application's code; 152 to each |
//! | `FundCode`, `CodeOfTargetFund` | the same; in 137 and 138 either fund of the conversion |
//! | `TransactionDate` | T, also of what was carried over |
//! | `TransactionAccountID`, `TAAccountID`, `DistributorCode`, `CurrencyType` | the same |
//! | `ApplicationAmount`, `ApplicationVol` | what was asked for, not what is confirmed |
//! | `Interest` | none, but of a subscription |
//! | `ShareClass`, `TargetShareType` | the same; not of 137 and 138, each of which is of its own fund |
//! | `TransferFee`, `OtherFee1`, `OtherFee2`, `StampDuty`, `Tax`, `BreachFee`, `PunishFee`, `AchievementPay` | none: nobody was promised one |
//! | `RefundAmount` | none, but of what money buys |
//! | `Charge` of a conversion, `TotalTransFee` | the fees that are held against the promise, each or all |
//! | `AgencyFee`, `ChangeAgencyFee`, `RecuperateAgencyFee` | a part of the fee of which it is one |
//!
//! A field that is blank or 0 says nothing.

use crate::exchange::flow::{
    trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
};
use fundflow_domain::application::Misnamed;
use rust_decimal::Decimal;

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
    // What was sent says nothing of some funds either.
    let known = |(_, placed, _): &(&str, &String, &String)| !placed.is_empty();
    let classes = classes.into_iter().filter(|it| !is_half(record) && known(it));
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
    let interest = (!raised).then_some(("Interest", Decimal::ZERO, record.interest));
    let numbers = numbers.chain(interest).filter_map(|(field, placed, said)| {
        Misnamed::unless_same(field, &format!("{placed:.2}"), &format!("{said:.2}"))
    });
    code.into_iter().chain(funds(record, sent)).chain(texts).chain(numbers).collect()
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
    let both = leaving.saturating_add(topup);
    let promised = if of_conversion { both } else { charge };
    let charges = [leaving, topup, both].into_iter().filter(|_| of_conversion);
    let charges: Vec<Decimal> = charges.chain([promised, Decimal::ZERO]).collect();
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
