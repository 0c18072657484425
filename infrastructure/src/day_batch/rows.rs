//! Records of files 04, 05, 07 and 25 as rows of a reconciliation, one after the other: no file is held as a whole.
//!
//! 1. A record is read by the same code that hands it to the engine, so that both understand the same.
//! 2. A record in which something decisive cannot be read is a row all the same, with the case that the engine opens on
//!    it, if it has read it.
//! 3. Of a conversion in two records both are one row, of two parts.

use super::{
    confirmations::{Halves, said_by},
    puzzles::{Puzzle, Source as Raw},
};
use crate::exchange::{
    check::{Verified, open_framed},
    field_error::FieldError,
    file_name::FileName,
    flow::{
        fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
        trade_confirmation::TradeConfirmation,
    },
    index::{IndexError, IndexFile},
    reader::{ReadError, Taken},
    return_code::ReturnCodes,
    version::FileType,
};
use chrono::NaiveDate;
use fundflow_domain::status::{ConvertStatus, FundStatus, StatusDictionary};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
    words,
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use std::{collections::BTreeSet, path::Path};

/// What the files of a registrar are read with.
pub struct Ours<'a> {
    /// What its return codes mean.
    pub codes: &'a ReturnCodes,
    /// Our number of the application that a file has under another one, in digits; `None`: it is ours already.
    pub number: &'a dyn Fn(&str) -> Option<String>,
}

/// What was read of the files of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRows {
    /// The day of the files: that on which the registrar confirms.
    pub date: NaiveDate,
    /// The sources of which there is a file.
    pub sources: BTreeSet<Source>,
}

/// Why rows are not read.
#[derive(Debug, thiserror::Error)]
pub enum RowError<E: std::error::Error + 'static> {
    /// The set is not whole.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A file of it is broken.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Whoever takes the rows cannot.
    #[error("a row cannot be kept")]
    Kept(#[source] E),
}

/// Hands every record of the files of an index on as a row; its recipient is the distributor that the files are for.
///
/// # Errors
/// [`RowError`]; rows were handed on before, so whoever takes them throws them away.
pub fn rows_of<E: std::error::Error + 'static>(
    index: &Path,
    ours: &Ours<'_>,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<SetRows, RowError<E>> {
    let announced = IndexFile::open_complete(index)?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let registrar = &*announced.index.creator;
    let recipient = format!("{registrar}/{}", announced.index.receiver);
    let mut set = SetRows { date: announced.index.date, sources: BTreeSet::new() };
    let mut halves = Halves::default();
    for name in &announced.index.files {
        let kind = name.parse::<FileName>().ok();
        let Some(kind) = kind.and_then(|name| FileType::from_code(&name.file_type)) else {
            continue;
        };
        let Some(source) = source_of(kind) else { continue };
        set.sources.insert(source);
        let Verified { mut reader, .. } = open_framed(&directory.join(name))?;
        let mut nth = 0;
        while let Some(Taken { record, .. }) = reader.next_taken()? {
            nth += 1;
            let record = record.to_record();
            let raw = Raw { registrar, file: name, kind, record: &record, nth };
            if let Some(row) = row_of(&raw, ours, &mut halves) {
                take(Row { recipient: recipient.clone(), ..row }).map_err(RowError::Kept)?;
            }
        }
    }
    for puzzle in halves.unpaired() {
        let row = unreadable(Source::Confirmations, &puzzle);
        take(Row { recipient: recipient.clone(), ..row }).map_err(RowError::Kept)?;
    }
    Ok(set)
}

const fn source_of(kind: FileType) -> Option<Source> {
    match kind {
        FileType::TradeConfirmation => Some(Source::Confirmations),
        FileType::ShareBalance => Some(Source::Holdings),
        FileType::FundDay => Some(Source::FundDays),
        FileType::Settlement => Some(Source::Settlements),
        FileType::TradeApplication | FileType::Dividend => None,
    }
}

/// `None` for the first half of a conversion, which stands in the row of the second.
fn row_of(raw: &Raw<'_>, ours: &Ours<'_>, halves: &mut Halves) -> Option<Row> {
    let source = source_of(raw.kind)?;
    let read = match source {
        Source::Confirmations => confirmation(raw, ours, halves),
        Source::Holdings => holding(raw).map(Some),
        Source::FundDays => fund_day(raw).map(Some),
        Source::Settlements => settlement(raw).map(Some),
        Source::Statement => Ok(None),
    };
    match read {
        Ok(row) => row,
        Err(problem) => Some(unreadable(source, &raw.puzzle(problem))),
    }
}

fn unreadable(source: Source, puzzle: &Puzzle) -> Row {
    let row = Row::of(source, Stand::Unreadable, &*puzzle.file, puzzle.record);
    let no = puzzle.stray.no.as_ref();
    let row = row.word("application", no.map(ToString::to_string).unwrap_or_default());
    let evidence = format!("{}: {}", puzzle.problem, puzzle.stray.said);
    Row { fund: puzzle.stray.fund, evidence, cases: vec![puzzle.stray.case()], ..row }
}

/// A row of that record, with all that it says as evidence.
fn begun(raw: &Raw<'_>, source: Source, fund: &str) -> Row {
    let stray = raw.puzzle(String::new()).stray;
    let row = Row::of(source, Stand::Record, raw.file, raw.nth);
    Row { fund: fund.parse().ok(), cases: vec![stray.case()], evidence: stray.said, ..row }
}

fn confirmation(
    raw: &Raw<'_>,
    ours: &Ours<'_>,
    halves: &mut Halves,
) -> Result<Option<Row>, String> {
    let text = |error: FieldError| error.to_string();
    let record = TradeConfirmation::from_record(raw.record.as_ref()).map_err(text)?;
    let Some((no, said)) = said_by(raw, (ours.codes, &|_| None), halves)? else { return Ok(None) };
    let number = (ours.number)(no.as_str()).unwrap_or_else(|| no.to_string());
    let row = begun(raw, Source::Confirmations, &record.fund_code);
    let row = row.word("application", number).word("business", &record.business_code);
    let row = row.word("serial", &record.ta_serial_no).word("fund", &record.fund_code);
    let row = row.day("trade_date", record.transaction_date);
    let parts = if matches!(&*record.business_code, "137" | "138") { 2 } else { 1 };
    Ok(Some(Row { parts, ..answered(row, &said, &record) }))
}

fn answered(row: Row, said: &ApplicationAnswer, record: &TradeConfirmation) -> Row {
    let dated = |row: Row, status: &str| {
        row.word("status", status).day("confirmed_on", record.transaction_cfm_date)
    };
    match said {
        ApplicationAnswer::Confirmed(said) => row.confirmed(said),
        ApplicationAnswer::Received(said) => {
            let row = dated(row, words::RECEIVED);
            let amount = said.amount.map(fundflow_domain::money::Money::decimal);
            amount.map_or_else(|| row.clone(), |amount| row.clone().number("amount", amount))
        }
        ApplicationAnswer::Rejected(_) => dated(row, words::REJECTED),
        ApplicationAnswer::Cancelled => dated(row, words::CANCELLED),
        ApplicationAnswer::NotCancelled(_) => dated(row, words::NOT_CANCELLED),
        ApplicationAnswer::OfAnother(it) => answered(row, &it.said, record),
        ApplicationAnswer::Accepted(_)
        | ApplicationAnswer::NotFound
        | ApplicationAnswer::Pending(_)
        | ApplicationAnswer::Unknown(_)
        | ApplicationAnswer::Sealed(_)
        | ApplicationAnswer::Sent { .. } => dated(row, "unknown"),
    }
}

/// `DetailFlag` of a row that is all there is of its account and fund.
const SUM: &str = "0";

fn holding(raw: &Raw<'_>) -> Result<Row, String> {
    let it = ShareBalance::from_record(raw.record.as_ref()).map_err(|it| it.to_string())?;
    let row = begun(raw, Source::Holdings, &it.fund_code);
    let lot = if it.detail_flag == SUM { "" } else { it.ta_serial_no.as_str() };
    let row = row.word("account", &it.ta_account_id).word("fund", &it.fund_code).word("lot", lot);
    let row = row.number("registered", it.total_vol).number("frozen", it.total_frozen_vol);
    let rest = it.total_vol - it.available_vol - it.total_frozen_vol;
    // Said only where there is one: a record that adds up is the same record as ever.
    Ok(if rest.is_zero() { row } else { row.number("unaccounted", rest) })
}

fn fund_day(raw: &Raw<'_>) -> Result<Row, String> {
    let it = FundDay::from_record(raw.record.as_ref()).map_err(|it| it.to_string())?;
    let of_status = |code: &str| {
        let mut digits = code.chars();
        let digit = digits.next().filter(|_| digits.as_str().is_empty());
        digit.and_then(|digit| FundStatus::from_code(digit, StatusDictionary::Standard).ok())
    };
    let of_convert = |code: &str| {
        let mut digits = code.chars();
        let digit = digits.next().filter(|_| digits.as_str().is_empty());
        digit.and_then(ConvertStatus::from_code)
    };
    // A digit without a meaning stands as it is, and agrees with nothing.
    let status = of_status(&it.fund_status)
        .map_or_else(|| it.fund_status.clone(), |it| words::status(it).to_owned());
    let convert = of_convert(&it.convert_status)
        .map_or_else(|| it.convert_status.clone(), |it| words::convert_status(it).to_owned());
    let row = begun(raw, Source::FundDays, &it.fund_code);
    let row = row.word("fund", &it.fund_code).day("day", it.update_date);
    let row =
        row.word("value_type", if it.net_value_type.is_empty() { "0" } else { &it.net_value_type });
    Ok(row.number("nav", it.nav).word("status", status).word("convert_status", convert))
}

fn settlement(raw: &Raw<'_>) -> Result<Row, String> {
    let it = Settlement::from_record(raw.record.as_ref()).map_err(|it| it.to_string())?;
    let row = begun(raw, Source::Settlements, &it.fund_code);
    let row = row.word("fund", &it.fund_code).word("business", &it.business_code);
    let row = row.day("trade_date", it.transaction_date).word("distributor", &it.distributor_code);
    let direction = match it.receive_or_pay_flag.as_str() {
        "0" => words::PAY,
        "1" => words::RECEIVE,
        other => other,
    };
    let row = row.word("direction", direction);
    Ok(row.number("amount", it.confirmed_amount).day("pay_date", it.pay_date))
}
