//! Files 04, 05, 07 and 25: what comes back.

use super::{
    BatchError,
    balances::{self, Stated},
    confirmations::{Halves, said_by},
    portions::portions_first,
    puzzles::{Puzzle, Source},
    serials::{SerialOf, numbered_twice},
};
use crate::exchange::{
    check::read_all_or_refuse,
    file_name::FileName,
    flow::{
        fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
        trade_application::TradeApplication,
    },
    index::IndexFile,
    record::Record,
    return_code::ReturnCodes,
    version::FileType,
};
use chrono::NaiveDate;
use fundflow_domain::ids::ApplicationNo;
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use std::path::Path;

/// What the registrar's files say.
#[derive(Debug, Default)]
pub struct Answers {
    /// Of file 04, in its order; but of one application, what more is to come after stands before what ends it.
    pub confirmations: Vec<(ApplicationNo, ApplicationAnswer)>,
    /// Of file 05.
    pub balances: Vec<ShareBalance>,
    /// What file 05 says is frozen, over all of its rows.
    pub frozen: Stated,
    /// Of file 07.
    pub fund_days: Vec<FundDay>,
    /// Of file 25.
    pub settlements: Vec<Settlement>,
    /// Records that a person must look at.
    pub puzzles: Vec<Puzzle>,
}

/// An application as it was sent, by its number.
pub type Sent<'a> = &'a dyn Fn(&ApplicationNo) -> Option<TradeApplication>;

/// Reads every file that an index names, if all are there and whole. What a return code means is
/// looked up under the registrar that wrote the index; see [`ReturnCodes::assign`]. A record is held
/// against the application that was sent, where that is known, and has a number that no other application's has.
///
/// # Errors
/// [`BatchError`]; nothing of a damaged set is returned.
pub fn read_answers(
    index: &Path,
    codes: &ReturnCodes,
    sent: Sent<'_>,
    serial_of: SerialOf<'_>,
) -> Result<Answers, BatchError> {
    let announced = IndexFile::open_complete(index)?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut answers = Answers::default();
    let mut halves = Halves::default();
    for name in &announced.index.files {
        let kind = name.parse::<FileName>().ok();
        let Some(kind) = kind.and_then(|name| FileType::from_code(&name.file_type)) else {
            continue;
        };
        let (_, records) = read_all_or_refuse(&directory.join(name))?;
        for (nth, record) in records.iter().enumerate() {
            let (registrar, file, nth) = (&*announced.index.creator, name.as_str(), nth + 1);
            let source = Source { registrar, file, kind, record, nth };
            let read = if kind == FileType::TradeConfirmation {
                let said = said_by(&source, (codes, sent), &mut halves);
                said.map(|said| answers.confirmations.extend(said))
            } else {
                take(&mut answers, kind, record, announced.index.date)
            };
            if let Err(problem) = read {
                answers.puzzles.push(source.puzzle(problem));
            }
        }
    }
    answers.puzzles.extend(halves.unpaired());
    numbered_twice(&mut answers.confirmations, serial_of);
    portions_first(&mut answers.confirmations);
    Ok(answers)
}

/// Why nobody takes a record of file 06.
const DIVIDEND: &str = "a dividend is booked by no file here; nothing changes by it";

fn take(
    answers: &mut Answers,
    kind: FileType,
    record: &Record,
    date: NaiveDate,
) -> Result<(), String> {
    let record = record.as_ref();
    let text = |error: crate::exchange::field_error::FieldError| error.to_string();
    match kind {
        FileType::ShareBalance => {
            let balance = ShareBalance::from_record(record).map_err(text)?;
            let stated = balances::add(&mut answers.frozen, &balance, date);
            answers.balances.push(balance);
            stated?;
        }
        FileType::FundDay => answers.fund_days.push(FundDay::from_record(record).map_err(text)?),
        FileType::Settlement => {
            answers.settlements.push(Settlement::from_record(record).map_err(text)?);
        }
        // What a fund gives comes with the prices of its days, and never by account.
        FileType::Dividend => return Err(DIVIDEND.to_owned()),
        // Applications are ours, confirmations are read elsewhere.
        FileType::TradeApplication | FileType::TradeConfirmation => {}
    }
    Ok(())
}
