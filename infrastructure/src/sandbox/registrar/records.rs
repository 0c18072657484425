//! What the registrar says as records of files 04 and 25.
//!
//! | said | business code | numbers |
//! |---|---|---|
//! | money of a subscription counts | 120 | the amount |
//! | shares | the application's code + 100; 130 for a subscription | as confirmed |
//! | a raising failed | 149 | what goes back, and its interest |
//! | refused | as if it were confirmed | `ReturnCode` and `ErrorDetail` |
//! | taken back | 152 | the application's number as the original one |

use super::{batch::Days, entry::record_serial};
use crate::{
    day_batch::Filler,
    exchange::{
        flow::{
            settlement::Settlement, trade_application::TradeApplication,
            trade_confirmation::TradeConfirmation,
        },
        wording::fitting,
    },
};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Confirmation, Outcome, Reception, RejectedFrozen, Rejection},
    money::Money,
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// One answer: the application's record, and what is said to it.
pub(super) type Said = (TradeApplication, ApplicationAnswer);

/// Bytes of `ErrorDetail`.
const ERROR_DETAIL: usize = 60;

/// The code of a raising that failed, in the registrar's dictionary.
const NOT_RAISED: &str = "0004";

pub(super) fn confirmation_of((asked, answer): &Said, days: Days) -> TradeConfirmation {
    let mut record = TradeConfirmation {
        app_sheet_serial_no: asked.app_sheet_serial_no.clone(),
        business_code: confirming_code(&asked.business_code),
        fund_code: asked.fund_code.clone(),
        transaction_date: asked.transaction_date,
        transaction_time: asked.transaction_time,
        transaction_account_id: asked.transaction_account_id.clone(),
        ta_account_id: asked.ta_account_id.clone(),
        distributor_code: asked.distributor_code.clone(),
        branch_code: asked.branch_code.clone(),
        application_vol: asked.application_vol,
        application_amount: asked.application_amount,
        currency_type: "156".to_owned(),
        share_class: "0".to_owned(),
        large_redemption_flag: asked.large_redemption_flag.clone(),
        code_of_target_fund: asked.code_of_target_fund.clone(),
        target_share_type: asked.target_share_type.clone(),
        transaction_cfm_date: Some(days.confirm_date),
        return_code: "0000".to_owned(),
        business_finish_flag: "1".to_owned(),
        from_ta_flag: "0".to_owned(),
        down_load_date: Some(days.confirm_date),
        ..TradeConfirmation::default()
    };
    // A registrar numbers its refusals too.
    record.ta_serial_no = record_serial(&asked.app_sheet_serial_no, 1).to_string();
    match answer {
        ApplicationAnswer::Confirmed(said) => fill_confirmed(&mut record, said),
        ApplicationAnswer::Received(said) => fill_received(&mut record, said),
        ApplicationAnswer::Rejected(said) => fill_rejected(&mut record, said),
        ApplicationAnswer::Cancelled => {
            "152".clone_into(&mut record.business_code);
            record.original_app_sheet_no.clone_from(&asked.app_sheet_serial_no);
        }
        ApplicationAnswer::Accepted(_)
        | ApplicationAnswer::NotCancelled(_)
        | ApplicationAnswer::OfAnother(_)
        | ApplicationAnswer::NotFound
        | ApplicationAnswer::Pending(_)
        | ApplicationAnswer::Unknown(_)
        | ApplicationAnswer::Sealed(_)
        | ApplicationAnswer::Sent { .. } => "9999".clone_into(&mut record.return_code),
    }
    record
}

/// An application's code and 100; a subscription's result has one of its own.
fn confirming_code(asked: &str) -> String {
    if asked == "020" {
        return "130".to_owned();
    }
    asked
        .parse()
        .map_or_else(|_| asked.to_owned(), |code: u16| code.saturating_add(100).to_string())
}

fn fill_received(record: &mut TradeConfirmation, said: &Reception) {
    "120".clone_into(&mut record.business_code);
    "0".clone_into(&mut record.business_finish_flag);
    record.ta_serial_no = said.serial.to_string();
    record.transaction_cfm_date = Some(said.on);
    record.confirmed_amount = said.amount.map_or(record.application_amount, Money::decimal);
    record.nav = Decimal::ONE;
}

fn fill_rejected(record: &mut TradeConfirmation, said: &Rejection) {
    if record.business_code == "130" && &*said.cause.code == NOT_RAISED {
        "149".clone_into(&mut record.business_code);
        record.refund_amount = record.application_amount;
        record.interest = said.interest.decimal();
        return;
    }
    if let Some(RejectedFrozen::InAll(frozen)) = said.frozen {
        record.total_frozen_vol = frozen.decimal();
    }
    record.return_code = said.cause.code.to_string();
    record.error_detail = fitting(&said.cause.text, ERROR_DETAIL).into_owned();
}

fn fill_confirmed(record: &mut TradeConfirmation, said: &Confirmation) {
    for misnamed in said.misnamed.iter().filter(|it| it.field.as_str() == "FundCode") {
        record.fund_code = misnamed.said.to_string();
    }
    record.ta_serial_no = said.serial.to_string();
    record.transaction_cfm_date = Some(said.confirmed_on);
    record.share_register_date = Some(said.registered_on);
    if !said.finished {
        "0".clone_into(&mut record.business_finish_flag);
    }
    match &said.outcome {
        Outcome::Purchase(it) => {
            record.confirmed_amount = it.amount.decimal();
            record.charge = it.fee.decimal();
            record.total_trans_fee = it.fee.decimal();
            record.refund_amount = it.refund.decimal();
            record.nav = it.nav.decimal();
            record.confirmed_vol = it.shares.decimal();
        }
        Outcome::Subscription(it) => {
            record.confirmed_amount = it.amount.decimal();
            record.charge = it.fee.decimal();
            record.total_trans_fee = it.fee.decimal();
            record.refund_amount = it.refund.decimal();
            record.interest = it.interest.decimal();
            record.volume_by_interest = it.interest_shares.decimal();
            record.nav = it.face.decimal();
            record.confirmed_vol = it.shares.decimal();
        }
        Outcome::Redemption(it) => {
            record.confirmed_vol = it.shares.decimal();
            record.nav = it.nav.decimal();
            record.charge = it.fee.decimal();
            record.total_trans_fee = it.fee.decimal();
            record.total_backend_load = it.back_end_fee.decimal();
            record.confirmed_amount = it.payout.decimal();
            record.undistribute_monetary_income = it.income.decimal();
        }
        Outcome::Conversion(it) => {
            record.confirmed_vol = it.shares_out.decimal();
            record.nav = it.nav_out.decimal();
            record.change_fee = it.redemption_fee.decimal();
            record.total_backend_load = it.back_end_fee.decimal();
            record.recuperate_fee = it.topup_fee.decimal();
            record.confirmed_amount = it.net_in.decimal();
            record.target_nav = it.nav_in.decimal();
            record.cfm_vol_of_target_fund = it.shares_in.decimal();
            record.undistribute_monetary_income = it.income.decimal();
        }
        Outcome::FastTransfer(it) => {
            record.confirmed_vol = it.shares.decimal();
            record.undistribute_monetary_income = it.income.decimal();
        }
    }
}

/// One row per fund and business: what the distributor owes for purchases, and what it is owed for
/// redemptions; `pays`: on which day the fund, and whether it pays, or is paid.
pub(super) fn settlements(
    said: &[Said],
    days: Days,
    pays: impl Fn(&str, bool) -> NaiveDate,
) -> Vec<Filler<'static>> {
    let mut sums: BTreeMap<(&str, String), (Decimal, &TradeApplication)> = BTreeMap::new();
    // A record that comes twice is due once.
    let mut seen = BTreeSet::new();
    for (asked, answer) in said {
        let ApplicationAnswer::Confirmed(it) = answer else { continue };
        let due = match &it.outcome {
            Outcome::Purchase(numbers) => numbers.amount,
            Outcome::Subscription(numbers) => numbers.amount,
            Outcome::Redemption(numbers) => numbers.payout,
            Outcome::Conversion(_) | Outcome::FastTransfer(_) => continue,
        };
        if seen.insert((&asked.app_sheet_serial_no, &it.serial)) {
            let key = (asked.fund_code.as_str(), confirming_code(&asked.business_code));
            sums.entry(key).or_insert((Decimal::ZERO, asked)).0 += due.decimal();
        }
    }
    let rows = (1..).zip(sums).map(|(nth, ((fund, business), (sum, asked)))| {
        let paid_to_us = business == "124";
        let row = Settlement {
            sequence_no: format!("{}{nth:04}", days.confirm_date.format("%Y%m%d")),
            fund_code: fund.to_owned(),
            distributor_code: asked.distributor_code.clone(),
            branch_code: asked.branch_code.clone(),
            transaction_date: Some(days.t),
            transaction_cfm_date: Some(days.confirm_date),
            business_code: business,
            capital_type: "001".to_owned(),
            confirmed_amount: sum,
            currency_type: "156".to_owned(),
            receive_or_pay_flag: if paid_to_us { "1" } else { "0" }.to_owned(),
            calculate_date: Some(days.confirm_date),
            pay_date: Some(pays(fund, paid_to_us)),
            detail_flag: "0".to_owned(),
            down_load_date: Some(days.confirm_date),
            ..Settlement::default()
        };
        Box::new(move |record: &mut _| row.to_record(record)) as Filler<'static>
    });
    rows.collect()
}
