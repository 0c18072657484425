//! Files 04, 05, 06, 07 and 25: what comes back.
//!
//! 1. A file is refused only where its frame is broken. A record in which a field cannot be read on which something
//!    hangs is a puzzle; what is wrong with any other field is a finding, and the record is taken without it.

use super::{
    BatchError,
    balances::{Stated, Statements},
    confirmations::{Halves, said_by},
    dividends::{self, StatedDividend},
    findings::{Finding, oddities},
    portions::portions_first,
    puzzles::{Puzzle, Source},
    repeated::{Before, Place, Seen},
    serials::{SerialOf, numbered_twice},
};
use crate::exchange::{
    check::{Verified, framed},
    field_error::FieldError,
    file_name::FileName,
    finding::{Finding as FieldFinding, Stops},
    flow::{
        fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
        trade_application::TradeApplication,
    },
    index::{IndexError, IndexFile},
    reader::Taken,
    return_code::ReturnCodes,
    version::FileType,
};
use chrono::NaiveDate;
use fundflow_domain::ids::ApplicationNo;
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use rust_decimal::Decimal;
use std::path::Path;

/// What the registrar's files say.
#[derive(Debug, Default)]
pub struct Answers {
    /// Of file 04, in its order; but of one application, what more is to come after stands before what ends it.
    pub confirmations: Vec<(ApplicationNo, ApplicationAnswer)>,
    /// Of file 05 what tells its records apart, and what they say of shares: a record has thirty texts, and a file a
    /// million of them.
    pub balances: Vec<Balance>,
    /// What file 05 says is frozen, over all of its rows.
    pub frozen: Stated,
    /// Records of file 07.
    pub fund_days: Vec<FundDay>,
    /// Of file 06: those that can be booked.
    pub dividends: Vec<StatedDividend>,
    /// Records of file 25.
    pub settlements: Vec<Settlement>,
    /// Records that a person must look at.
    pub puzzles: Vec<Puzzle>,
    /// What is wrong with records that were taken all the same.
    pub findings: Vec<Finding>,
    /// The files that were read, and the SHA-256 of the bytes of each.
    pub files: Vec<(String, [u8; 32])>,
}

/// A record of file 05.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Fund, six bytes.
    pub fund_code: Box<str>,
    /// Fund account at the registrar.
    pub ta_account_id: Box<str>,
    /// Trading account at the distributor.
    pub transaction_account_id: Box<str>,
    /// The registrar's number of the lot.
    pub ta_serial_no: Box<str>,
    /// 0 charged at the front, 1 at the back.
    pub share_class: Box<str>,
    /// All shares of the account.
    pub total_vol: Decimal,
    /// Of these those that are frozen.
    pub total_frozen_vol: Decimal,
    /// Of these those that are free.
    pub available_vol: Decimal,
}

impl From<&ShareBalance> for Balance {
    fn from(row: &ShareBalance) -> Self {
        let text = |text: &str| text.into();
        Self {
            fund_code: text(&row.fund_code),
            ta_account_id: text(&row.ta_account_id),
            transaction_account_id: text(&row.transaction_account_id),
            ta_serial_no: text(&row.ta_serial_no),
            share_class: text(&row.share_class),
            total_vol: row.total_vol,
            total_frozen_vol: row.total_frozen_vol,
            available_vol: row.available_vol,
        }
    }
}

impl Balance {
    /// Whether both are of the same account, fund, lot and class.
    fn is_of_same(&self, other: &Self) -> bool {
        let keys = |it: &Self| {
            let accounts = [&it.ta_account_id, &it.transaction_account_id, &it.ta_serial_no];
            (accounts.map(Clone::clone), it.fund_code.clone(), it.share_class.clone())
        };
        keys(self) == keys(other)
    }
}

/// An application as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsSent {
    /// Its own number, whatever the file has in its place.
    pub no: ApplicationNo,
    /// Its record, as the file has it.
    pub record: TradeApplication,
}

/// The application that was sent under a number, as the files have it.
pub type Sent<'a> = &'a dyn Fn(&str) -> Option<AsSent>;

/// What is read, and what that is done with.
struct Reading<'a> {
    codes: &'a ReturnCodes,
    sent: Sent<'a>,
    date: NaiveDate,
    halves: Halves,
    seen: Seen,
    statements: Statements,
    answers: Answers,
}

/// Reads every file that an index names, if all are there and their frames are whole. What a return code means is
/// looked up under the registrar that wrote the index; see [`ReturnCodes::assign`]. A record is held
/// against the application that was sent, where that is known, and has a number that no other application's has.
///
/// # Errors
/// [`BatchError`]; nothing of a set with a broken frame is returned.
pub fn read_answers(
    index: &Path,
    codes: &ReturnCodes,
    sent: Sent<'_>,
    serial_of: SerialOf<'_>,
) -> Result<Answers, BatchError> {
    let announced = IndexFile::open_complete(index)?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let date = announced.index.date;
    let (halves, seen, statements) = (Halves::default(), Seen::default(), Statements::default());
    let answers = Answers::default();
    let mut reading = Reading { codes, sent, date, halves, seen, statements, answers };
    for name in &announced.index.files {
        let kind = name.parse::<FileName>().ok();
        let Some(kind) = kind.and_then(|name| FileType::from_code(&name.file_type)) else {
            continue;
        };
        let path = directory.join(name);
        let file = fundflow_files::open(&path).map_err(|source| IndexError::Io { path, source })?;
        // One record at a time: a file of a million has a gigabyte.
        let Verified { report, mut reader } = framed(name, file)?;
        reading.answers.files.push((name.clone(), report.sha256));
        let (registrar, file, mut nth) = (&*announced.index.creator, name.as_str(), 0);
        while let Some(Taken { record, line, findings }) = reader.next_taken()? {
            nth += 1;
            let record = record.to_record();
            let source = Source { registrar, file, kind, record: &record, nth };
            reading.take(&source, line, findings);
        }
    }
    let Reading { halves, statements, mut answers, .. } = reading;
    answers.frozen = statements.whole();
    answers.puzzles.extend(halves.unpaired());
    numbered_twice(&mut answers.confirmations, serial_of);
    portions_first(&mut answers.confirmations);
    Ok(answers)
}

impl Reading<'_> {
    fn take(&mut self, source: &Source<'_>, line: u64, findings: Vec<FieldFinding>) {
        let of_fields = findings.into_iter().filter(|it| it.stops == Stops::Nothing);
        self.answers.findings.extend(of_fields.map(Finding::Field));
        let odd = oddities(source, line).into_iter();
        self.answers.findings.extend(odd.map(Finding::Field));
        let before = self.seen.before(source);
        if let Before::Same(first) = &before {
            self.answers.findings.push(Finding::again(source, first));
        }
        if let Err(problem) = self.hear(source, &before) {
            self.answers.puzzles.push(source.puzzle(problem));
        }
    }

    fn hear(&mut self, source: &Source<'_>, before: &Before) -> Result<(), String> {
        let (record, is_again) = (source.record.as_ref(), matches!(before, Before::Same(_)));
        let text = |error: FieldError| error.to_string();
        match source.kind {
            FileType::TradeConfirmation => {
                if let Before::Another(first) = before {
                    self.answers.findings.push(Finding::otherwise(source, first));
                }
                let said = said_by(source, (self.codes, self.sent), &mut self.halves)?;
                self.answers.confirmations.extend(said);
                Ok(())
            }
            // Of what counts once, the first counted.
            _ if is_again => Ok(()),
            FileType::ShareBalance => self.balance(source, before),
            FileType::FundDay => {
                let day = FundDay::from_record(record).map_err(text)?;
                let key = |it: &FundDay| {
                    (it.fund_code.clone(), it.update_date, it.net_value_type.clone())
                };
                let days = &mut self.answers.fund_days;
                believed(before, || days.retain(|it| key(it) != key(&day)))?;
                days.push(day);
                Ok(())
            }
            FileType::Settlement => {
                let row = Settlement::from_record(record).map_err(text)?;
                let rows = &mut self.answers.settlements;
                believed(before, || rows.retain(|it| it.sequence_no != row.sequence_no))?;
                rows.push(row);
                Ok(())
            }
            FileType::Dividend => {
                let stated = dividends::stated(source, self.codes)?;
                let known = &mut self.answers.dividends;
                believed(before, || known.retain(|it| it.serial != stated.serial))?;
                known.push(stated);
                Ok(())
            }
            // Applications are ours.
            FileType::TradeApplication => Ok(()),
        }
    }

    fn balance(&mut self, source: &Source<'_>, before: &Before) -> Result<(), String> {
        let record = source.record.as_ref();
        let row = ShareBalance::from_record(record).map_err(|error| {
            self.statements.miss(record);
            format!("{error}; what is frozen on its account is not followed by this file")
        })?;
        let Before::Another(first) = before else {
            let stated = self.statements.add(&row, self.date);
            self.answers.balances.push(Balance::from(&row));
            return stated;
        };
        let row = Balance::from(&row);
        let balances = &mut self.answers.balances;
        if let Some(earlier) = balances.iter().find(|it| it.is_of_same(&row)) {
            self.statements.contradict(earlier, &row);
        }
        balances.retain(|it| !it.is_of_same(&row));
        Err(otherwise(first) + "; of what is frozen, the most counts")
    }
}

/// Of two that contradict each other neither is believed: the one that was is taken out again.
fn believed(before: &Before, take_out: impl FnOnce()) -> Result<(), String> {
    let Before::Another(first) = before else { return Ok(()) };
    take_out();
    Err(otherwise(first) + "; neither is believed")
}

fn otherwise(first: &Place) -> String {
    format!("it says otherwise than record {} of {}", first.nth, first.file)
}
