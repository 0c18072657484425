//! Both sides of a day, put aside until they are joined.
//!
//! Each page ends with a mark: whoever dies goes on behind the last one ([`Next`]), and repeats no more than a page.

use super::{
    ReconError,
    basis::{basis, is_still},
    files::{Answered, answers, statements},
    folded,
    named::named_besides,
    ours::{events, funds, settled, unstated},
    positions::positions,
};
use crate::place::{OWN, Place, RECON};
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
    reconciled::{self, Aside, Begun, Side, Staging, StagingError},
    sandbox::registrar::DICTIONARY,
    sqlite::SqliteStore,
};
use fundflow_kernel::store::EventStore as _;
use fundflow_reconciliation::{coverage::Coverage, row::Row, rules::Rules, source::Source};
use fundflow_sagas::house::House;
use serde::{Deserialize, Serialize};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The mark of how far both sides have come.
const GATHERED: &str = "gathered";

/// Rows of a file that are put aside between two marks.
const PAGE: u64 = 2048;

/// What a day is reconciled with.
pub(super) struct Day<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) place: &'a Place,
    pub(super) rules: &'a Rules,
    pub(super) date: NaiveDate,
    pub(super) statements: &'a [PathBuf],
    pub(super) now: Timestamp,
}

/// Both sides, and how far they have come.
pub(super) struct Gathered {
    pub(super) staging: Staging,
    pub(super) begun: Begun,
    pub(super) so_far: SoFar,
}

/// What is known of both sides by a mark.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SoFar {
    /// What is done next; nothing of what is before it is done again.
    pub(super) next: Next,
    /// The position of the log at which it began.
    head: u64,
    /// The day to which each source's records have come.
    pub(super) reached: BTreeMap<Source, NaiveDate>,
    /// What is loose already: events whose file is not there.
    pub(super) coverage: Coverage,
    /// Files that are not there: their source, and of whom they are.
    pub(super) absent: Vec<(Source, String)>,
    /// The files that were read, by name.
    pub(super) files: Vec<String>,
    pub(super) sums: Sums,
    /// Those without files that owe some: an application of the day went out to them.
    pub(super) owe: BTreeSet<String>,
}

/// What is done next, in the order in which it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Next {
    /// So many sets and statements are read, and so many rows of the next.
    Files(usize, u64),
    /// The log is read for streams that moved, behind that position.
    Moved(u64),
    /// Those streams are read, behind that name.
    Events(String),
    /// Rows of whoever may owe no files are looked at, behind that number.
    Silent(i64),
    /// Positions are read, behind that stream.
    Positions(Reading, String),
    /// Sums and prices.
    Sums,
    /// What records name besides, behind that key.
    Named(Source, String),
    /// Both sides are there.
    Join,
}

/// How positions are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Reading {
    /// Once they have been read: what the rows showed.
    pub(super) again: Option<Doubt>,
    /// Wallets are read, and holdings follow.
    pub(super) has_wallets: bool,
}

/// Why positions are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doubt {
    /// An account of the file is nobody's, or two have one: accounts are those that the log says were given.
    pub(super) is_given: bool,
    /// Some are missing: only what a file that is there must say is missed.
    pub(super) is_stated: bool,
}

impl Default for Next {
    fn default() -> Self {
        Self::Files(0, 0)
    }
}

impl Gathered {
    /// Says what is done next: what was put aside by now stays.
    pub(super) fn mark(&mut self, next: Next) -> Result<(), StagingError> {
        self.so_far.next = next;
        self.staging.mark(GATHERED, &self.so_far)
    }
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

/// Reads the records of the day, and the events that they are about. `keeps`: in a file from which a later run goes on.
pub(super) async fn gather(day: &Day<'_>, keeps: bool) -> Result<Gathered, ReconError> {
    let Place { base, house, registrars, .. } = day.place;
    let t = house.calendar.day(day.date).ok();
    let answered = if t.is_some() { answers(base, day.date, registrars)? } else { Vec::new() };
    let first = house.distributor.as_ref().map(ToString::to_string);
    let first = first.or_else(|| answered.first().map(|it| it.distributor.clone()));
    let distributor = first.unwrap_or_default();
    let around = Around { day, house, t, registrars, answered, distributor };
    let named = day.statements.to_vec();
    let lines = if named.is_empty() { statements(base, day.date)? } else { named };
    let mut gathered = begin(&around, &lines, keeps).await?;
    read_files(&around, &lines, &mut gathered)?;
    events(&around, &mut gathered).await?;
    if let Some(t) = t {
        positions(&around, t, &mut gathered).await?;
        if gathered.so_far.next == Next::Sums {
            settled(&around, t, &mut gathered)?;
            funds(&around, &mut gathered)?;
            unstated(&around, &mut gathered);
        }
    }
    named_besides(&around, &mut gathered).await?;
    Ok(gathered)
}

/// What an earlier run has put aside, or nothing.
async fn begin(
    around: &Around<'_>,
    statements: &[PathBuf],
    keeps: bool,
) -> Result<Gathered, ReconError> {
    let day = around.day;
    let head = day.store.head().borrow().0;
    let anew = SoFar { head, ..SoFar::default() };
    if !keeps {
        return Ok(Gathered { staging: Staging::new()?, begun: Begun::Anew, so_far: anew });
    }
    let basis = basis(around, statements).await?;
    let (mut staging, mut begun) = Staging::at(&kept_at(day), &basis)?;
    let mut so_far: Option<SoFar> = staging.marked(GATHERED)?;
    if let Some(known) = &so_far
        && !is_still(around, known.head).await?
    {
        (staging, begun, so_far) = (staging.anew()?, Begun::Overtaken, None);
    }
    Ok(Gathered { staging, begun, so_far: so_far.unwrap_or(anew) })
}

/// Where rows of a day are until it is reconciled.
fn kept_at(day: &Day<'_>) -> PathBuf {
    day.place.base.join(RECON).join(format!("{}.rows.db", day.date))
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

/// Sets of registrars first, then statements.
fn read_files(
    around: &Around<'_>,
    statements: &[PathBuf],
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let codes = ReturnCodes::built_in().map_err(|error| ReconError::of(&error))?;
    let by_digits = OnceCell::new();
    let digits = |number: &str| in_digits(around.day.store, &by_digits, number);
    for (nth, Answered { registrar, index, .. }) in around.answered.iter().enumerate() {
        let Some(mut taking) = Taking::of(around, nth, gathered) else { continue };
        let codes = codes.clone().assign(registrar.as_str(), DICTIONARY);
        let ours = Ours { codes: &codes, number: &digits };
        let read = day_batch::rows_of(index, &ours, |row| taking.take(&row));
        let set = read.map_err(|error| ReconError::of(&error))?;
        let reached = set.sources.into_iter().map(|source| (source, set.date));
        taking.done(reached, index)?;
    }
    for (nth, path) in (around.answered.len()..).zip(statements) {
        let Some(mut taking) = Taking::of(around, nth, gathered) else { continue };
        let rules = around.day.rules.source(Source::Statement);
        let read = reconciled::rows_of(path, rules, |row| taking.take(&row));
        read.map_err(|error| ReconError::of(&error))?;
        taking.done([(Source::Statement, around.day.date)], path)?;
    }
    if matches!(gathered.so_far.next, Next::Files(..)) {
        gathered.mark(Next::Moved(0))?;
    }
    Ok(())
}

/// A set or a statement while its rows are taken.
struct Taking<'a> {
    rules: &'a Rules,
    gathered: &'a mut Gathered,
    /// The how manieth it is.
    file: usize,
    /// Rows that an earlier run has taken.
    before: u64,
    seen: u64,
}

impl<'a> Taking<'a> {
    /// `None` where an earlier run has read all of it.
    fn of(around: &Around<'a>, file: usize, gathered: &'a mut Gathered) -> Option<Self> {
        let Next::Files(done, rows) = gathered.so_far.next else { return None };
        let before = if file == done { rows } else { 0 };
        let rules = around.day.rules;
        (file >= done).then_some(Self { rules, gathered, file, before, seen: 0 })
    }

    fn take(&mut self, row: &Row) -> Result<(), StagingError> {
        self.seen += 1;
        if self.seen <= self.before {
            return Ok(());
        }
        self.gathered.so_far.coverage.of(row.source).records.all += u64::from(row.parts);
        self.gathered.staging.add(self.rules.source(row.source), Side::Theirs, row)?;
        if self.seen.is_multiple_of(PAGE) {
            self.gathered.mark(Next::Files(self.file, self.seen))?;
        }
        Ok(())
    }

    fn done(
        self,
        sources: impl IntoIterator<Item = (Source, NaiveDate)>,
        path: &Path,
    ) -> Result<(), StagingError> {
        let so_far = &mut self.gathered.so_far;
        for (source, date) in sources {
            let reached = so_far.reached.entry(source).or_insert(date);
            *reached = date.max(*reached);
        }
        so_far.files.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        self.gathered.mark(Next::Files(self.file + 1, 0))
    }
}
