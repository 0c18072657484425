//! Files 04, 05, 07 and 25: what comes back.

use super::BatchError;
use crate::exchange::{
    check::read_all_or_refuse,
    file_name::FileName,
    flow::{
        fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
        trade_confirmation::TradeConfirmation,
    },
    index::IndexFile,
    reader::ReadError,
    record::Record,
    return_code::ReturnCodes,
    version::FileType,
};
use fundflow_application::counterparty::ApplicationAnswer;
use fundflow_domain::{
    fund_order::{Cause, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed},
    ids::ApplicationNo,
    money::{Money, Nav, NumberError, Shares},
};
use std::path::Path;

/// What the registrar's files say.
#[derive(Debug, Default)]
pub struct Answers {
    /// Of file 04, in its order.
    pub confirmations: Vec<(ApplicationNo, ApplicationAnswer)>,
    /// Of file 05.
    pub balances: Vec<ShareBalance>,
    /// Of file 07.
    pub fund_days: Vec<FundDay>,
    /// Of file 25.
    pub settlements: Vec<Settlement>,
    /// Records that a person must look at.
    pub puzzles: Vec<Puzzle>,
}

/// A record of a sound file that this engine cannot make sense of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {record} of {file}: {problem}")]
pub struct Puzzle {
    /// The file.
    pub file: String,
    /// Counted from 1.
    pub record: usize,
    /// Why.
    pub problem: String,
}

/// Reads every file that an index names, if all are there and whole.
///
/// # Errors
/// [`BatchError`]; nothing of a damaged set is returned.
pub fn read_answers(index: &Path) -> Result<Answers, BatchError> {
    let set = IndexFile::open_complete(index)?;
    let codes = ReturnCodes::built_in().map_err(|error| ReadError::Io(error.into()))?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut answers = Answers::default();
    for name in &set.index.files {
        let kind = name.parse::<FileName>().ok();
        let Some(kind) = kind.and_then(|name| FileType::from_code(&name.file_type)) else {
            continue;
        };
        let (_, records) = read_all_or_refuse(&directory.join(name))?;
        for (nth, record) in records.iter().enumerate() {
            if let Err(problem) = take(&mut answers, &codes, &set.index.creator, kind, record) {
                answers.puzzles.push(Puzzle { file: name.clone(), record: nth + 1, problem });
            }
        }
    }
    Ok(answers)
}

fn take(
    answers: &mut Answers,
    codes: &ReturnCodes,
    registrar: &str,
    kind: FileType,
    record: &Record,
) -> Result<(), String> {
    let record = record.as_ref();
    let text = |error: crate::exchange::field_error::FieldError| error.to_string();
    match kind {
        FileType::TradeConfirmation => {
            let told = TradeConfirmation::from_record(record).map_err(text)?;
            let no = ApplicationNo::new(told.app_sheet_serial_no.as_str())
                .map_err(|error| error.to_string())?;
            answers.confirmations.push((no, answer_of(&told, codes, registrar)?));
        }
        FileType::ShareBalance => {
            answers.balances.push(ShareBalance::from_record(record).map_err(text)?);
        }
        FileType::FundDay => answers.fund_days.push(FundDay::from_record(record).map_err(text)?),
        FileType::Settlement => {
            answers.settlements.push(Settlement::from_record(record).map_err(text)?);
        }
        // Applications are ours, and dividends are no part of this day.
        FileType::TradeApplication | FileType::Dividend => {}
    }
    Ok(())
}

fn answer_of(
    told: &TradeConfirmation,
    codes: &ReturnCodes,
    registrar: &str,
) -> Result<ApplicationAnswer, String> {
    let code = codes.explain(registrar, &told.return_code);
    if !code.is_success() {
        let text =
            if told.error_detail.is_empty() { code.to_string() } else { told.error_detail.clone() };
        let cause = Cause { code: told.return_code.as_str().into(), text: text.into() };
        return Ok(ApplicationAnswer::Rejected(cause));
    }
    let number = |error: NumberError| error.to_string();
    let outcome = match told.business_code.as_str() {
        "122" => Outcome::Purchase(PurchaseConfirmed {
            amount: Money::new(told.confirmed_amount).map_err(number)?,
            fee: Money::new(told.charge).map_err(number)?,
            refund: Money::new(told.refund_amount).map_err(number)?,
            nav: Nav::new(told.nav).map_err(number)?,
            shares: Shares::new(told.confirmed_vol).map_err(number)?,
        }),
        "136" => Outcome::Conversion(ConversionConfirmed {
            shares_out: Shares::new(told.confirmed_vol).map_err(number)?,
            nav_out: Nav::new(told.nav).map_err(number)?,
            redemption_fee: Money::new(told.change_fee).map_err(number)?,
            topup_fee: Money::new(told.recuperate_fee).map_err(number)?,
            net_in: Money::new(told.confirmed_amount).map_err(number)?,
            nav_in: Nav::new(told.target_nav).map_err(number)?,
            shares_in: Shares::new(told.cfm_vol_of_target_fund).map_err(number)?,
        }),
        other => return Err(format!("business {other} answers no application of ours: 122, 136")),
    };
    let confirmed_on = told.transaction_cfm_date.ok_or("TransactionCfmDate is blank")?;
    let registered_on = told.share_register_date.unwrap_or(confirmed_on);
    let serial = told.ta_serial_no.as_str().into();
    let confirmation = Confirmation { serial, confirmed_on, registered_on, outcome };
    Ok(ApplicationAnswer::Confirmed(Box::new(confirmation)))
}
