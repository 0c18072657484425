//! Both sides of a day, put aside until they are joined.

use super::{
    ReconError,
    files::{Answered, answers, statements},
    folded,
    ours::{events, funds, named, settled, unstated},
    positions::positions,
};
use crate::place::{OWN, Place};
use chrono::NaiveDate;
use fundflow_application::reconciliation::Sums;
use fundflow_domain::{
    application::Applications,
    calendar::TradingDay,
    ids::{ApplicationNo, FundCode, RegistrarCode},
    time::Timestamp,
};
use fundflow_infrastructure::{
    day_batch::{self, Numbers, Ours, is_in_digits},
    exchange::return_code::ReturnCodes,
    reconciled::{self, Aside, Side, Staging},
    sandbox::registrar::DICTIONARY,
    sqlite::SqliteStore,
};
use fundflow_reconciliation::{
    breaks::Break, coverage::Coverage, row::Row, rules::Rules, source::Source,
};
use fundflow_sagas::house::House;
use std::{
    cell::OnceCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What a day is reconciled with.
pub(super) struct Day<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) place: &'a Place,
    pub(super) rules: &'a Rules,
    pub(super) date: NaiveDate,
    pub(super) statements: &'a [PathBuf],
    pub(super) now: Timestamp,
}

/// Both sides, and what is known of the files.
pub(super) struct Gathered {
    pub(super) staging: Staging,
    /// The day to which each source's records have come.
    pub(super) reached: BTreeMap<Source, NaiveDate>,
    /// What is loose already: events whose file is not there.
    pub(super) coverage: Coverage,
    /// Files that are not there although their time has passed.
    pub(super) late: Vec<Break>,
    /// The files that were read, by name.
    pub(super) files: Vec<String>,
}

/// The registrars and distributors of the day, and what is looked up of funds.
pub(super) struct Around<'a> {
    pub(super) day: &'a Day<'a>,
    pub(super) house: &'a House,
    /// The day itself, where it is a trading day.
    pub(super) t: Option<TradingDay>,
    pub(super) registrars: &'a [RegistrarCode],
    pub(super) answered: Vec<Answered>,
    /// Whose are orders that name none.
    pub(super) distributor: String,
}

impl Around<'_> {
    /// The registrar that is meant by the name in a fund's or an application's terms.
    pub(super) fn registrar<'r>(&'r self, named: &'r RegistrarCode) -> &'r RegistrarCode {
        let own = self.registrars.first().filter(|_| named.as_str() == OWN);
        own.unwrap_or(named)
    }

    pub(super) fn has_answered(&self, named: &RegistrarCode) -> bool {
        let code = self.registrar(named);
        self.answered.iter().any(|it| it.registrar == *code)
    }

    /// Whether that distributor has answers of that registrar.
    pub(super) fn has_answered_to(&self, named: &RegistrarCode, distributor: &str) -> bool {
        let code = self.registrar(named);
        self.answered.iter().any(|it| it.registrar == *code && it.distributor == distributor)
    }

    pub(super) fn registrar_of(&self, fund: FundCode) -> Option<RegistrarCode> {
        let terms = (self.house.funds)(fund, self.day.date)?;
        Some(self.registrar(&terms.registrar).clone())
    }
}

/// Reads the records of the day, and the events that they are about.
pub(super) async fn gather(day: &Day<'_>) -> Result<Gathered, ReconError> {
    let Place { base, house, registrars, .. } = day.place;
    let t = house.calendar.day(day.date).ok();
    let answered = if t.is_some() { answers(base, day.date, registrars)? } else { Vec::new() };
    let first = house.distributor.as_ref().map(ToString::to_string);
    let first = first.or_else(|| answered.first().map(|it| it.distributor.clone()));
    let distributor = first.unwrap_or_default();
    let around = Around { day, house, t, registrars, answered, distributor };
    let mut gathered = Gathered {
        staging: Staging::new()?,
        reached: BTreeMap::new(),
        coverage: Coverage::default(),
        late: Vec::new(),
        files: Vec::new(),
    };
    let by_digits = OnceCell::new();
    let digits = |number: &str| in_digits(day.store, &by_digits, number);
    read_answers(&around, &mut gathered, &digits)?;
    read_statements(&around, base, &mut gathered)?;
    let mut sums = Sums::default();
    events(&around, &mut gathered, &mut sums).await?;
    if let Some(t) = t {
        positions(&around, t, &mut gathered).await?;
        settled(&around, t, &sums, &mut gathered)?;
        funds(&around, &sums, &mut gathered)?;
        unstated(&around, &mut gathered);
    }
    named(&around, &mut gathered).await?;
    Ok(gathered)
}

/// Our number of an application that went out under digits; every application's digits are made once, the first time that
/// somebody asks.
fn in_digits(store: &SqliteStore, known: &OnceCell<Option<Aside>>, number: &str) -> Option<String> {
    if !is_in_digits(number) {
        return None;
    }
    let all = || {
        let mut all = Aside::new().ok()?;
        for name in folded::Pages::of::<Applications>(store).flatten().flatten() {
            let no = ApplicationNo::new(name.id()).ok()?;
            all.put(&Numbers::Digits.application(&no), no.as_str()).ok()?;
        }
        Some(all)
    };
    known.get_or_init(all).as_ref()?.text(number).ok()?
}

fn read_answers(
    around: &Around<'_>,
    gathered: &mut Gathered,
    digits: &dyn Fn(&str) -> Option<String>,
) -> Result<(), ReconError> {
    let codes = ReturnCodes::built_in().map_err(|error| ReconError::of(&error))?;
    for Answered { registrar, index, .. } in &around.answered {
        let codes = codes.clone().assign(registrar.as_str(), DICTIONARY);
        let ours = Ours { codes: &codes, number: digits };
        let (staging, coverage) = (&mut gathered.staging, &mut gathered.coverage);
        let rules = around.day.rules;
        let read = day_batch::rows_of(index, &ours, |row: Row| {
            coverage.of(row.source).records.all += u64::from(row.parts);
            staging.add(rules.source(row.source), Side::Theirs, &row)
        });
        let set = read.map_err(|error| ReconError::of(&error))?;
        for source in set.sources {
            let reached = gathered.reached.entry(source).or_insert(set.date);
            *reached = set.date.max(*reached);
        }
        gathered.files.push(index.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(())
}

fn read_statements(
    around: &Around<'_>,
    base: &Path,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let day = around.day;
    let named = day.statements.to_vec();
    let found = if named.is_empty() { statements(base, day.date)? } else { named };
    for path in found {
        let (staging, coverage) = (&mut gathered.staging, &mut gathered.coverage);
        let rules = day.rules.source(Source::Statement);
        let read = reconciled::rows_of(&path, rules, |row: Row| {
            coverage.of(row.source).records.all += 1;
            staging.add(rules, Side::Theirs, &row)
        });
        read.map_err(|error| ReconError::of(&error))?;
        gathered.reached.insert(Source::Statement, day.date);
        gathered.files.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(())
}
