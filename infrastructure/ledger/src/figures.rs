//! Figures of files and statements, as a reconciliation had them: facts beside the postings, which they are held against.

use crate::{LedgerError, amount::hundredths, sql};
use fundflow_domain::reconciled_day::{Closing, Confirmed, Figures, Held};
use fundflow_kernel::{envelope::Recorded, store::ReadError};
use rusqlite::{Transaction, params};
use rust_decimal::Decimal;

/// Puts the figures of a day in the place of those that were known of it.
pub(crate) fn write(
    tables: &Transaction<'_>,
    event: &Recorded,
    figures: &Figures,
) -> Result<(), LedgerError> {
    let finer = || ReadError::Damaged {
        place: format!("{} (position {})", event.stream, event.position),
        what: "a figure is finer than a hundredth".to_owned(),
    };
    let whole = |number: Decimal| hundredths(number).ok_or_else(finer);
    let day = figures.day.to_string();
    for statement in sql::FORGET_DAY.split_inclusive(';').filter(|it| !it.trim().is_empty()) {
        tables.prepare_cached(statement)?.execute([&day])?;
    }
    for it in &figures.counted {
        let loose = i64::try_from(it.loose).unwrap_or(i64::MAX);
        tables.prepare_cached(sql::COUNTED)?.execute(params![day, it.source.as_str(), loose])?;
    }
    for Held { fund, ours, stated, ours_frozen, stated_frozen, apart } in &figures.held {
        let (ours, stated) = (whole(ours.decimal())?, whole(stated.decimal())?);
        let frozen = (whole(ours_frozen.decimal())?, whole(stated_frozen.decimal())?);
        let apart = i64::try_from(*apart).unwrap_or(i64::MAX);
        tables.prepare_cached(sql::HELD)?.execute(params![
            day,
            fund.to_string(),
            ours,
            stated,
            frozen.0,
            frozen.1,
            apart
        ])?;
    }
    for Confirmed { fund, business, records, stated, apart } in &figures.confirmed {
        let (records, stated) = (whole(records.decimal())?, whole(stated.decimal())?);
        let apart = i64::try_from(*apart).unwrap_or(i64::MAX);
        tables.prepare_cached(sql::CONFIRMED)?.execute(params![
            day,
            fund.to_string(),
            business.as_str(),
            records,
            stated,
            apart
        ])?;
    }
    for Closing { file, balance } in &figures.closings {
        let balance = whole(balance.decimal())?;
        tables.prepare_cached(sql::CLOSING)?.execute(params![day, file.as_str(), balance])?;
    }
    Ok(())
}
