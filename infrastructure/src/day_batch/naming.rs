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
    let texts = texts.into_iter().filter_map(|(field, placed, said)| differs(field, placed, said));
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

/// Of two records of one conversion, each may name the two funds from its own side.
fn funds(record: &TradeConfirmation, sent: &TradeApplication) -> Vec<Misnamed> {
    let halves = ["137", "138"].contains(&&*record.business_code);
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
