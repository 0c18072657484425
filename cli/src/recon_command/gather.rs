//! Both sides of a day, put aside until they are joined.

use super::files::{Answered, answers, statements};
use crate::{
    folded,
    house::{OWN, Terms},
    reading::{Failure, Place, database},
};
use chrono::{Days, NaiveDate, NaiveTime};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{
        About, Moved, Sum, Sums, begins_at, moved_since, of_application, of_holding, of_money,
        of_wallet,
    },
};
use fundflow_domain::{
    application::Applications,
    calendar::TradingDay,
    holdings::Holdings,
    ids::{ApplicationNo, FundCode, PaymentNo, RegistrarCode},
    payment::Payments,
    payout::Payouts,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_infrastructure::{
    day_batch::{self, Numbers, Ours, fund_account, is_in_digits},
    exchange::return_code::ReturnCodes,
    reconciled::{self, Side, Staging, StagingError},
    sandbox::registrar::DICTIONARY,
    sqlite::SqliteStore,
};
use fundflow_kernel::{envelope::StreamName, loaded::with_sources, streams::Key};
use fundflow_reconciliation::{
    breaks::Break,
    coverage::Coverage,
    row::{Row, Stand},
    rules::Rules,
    source::Source,
    words,
};
use fundflow_sagas::house::House;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};

/// What a day is reconciled with.
pub(super) struct Day<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) place: Place<'a>,
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

impl From<StagingError> for Failure {
    fn from(error: StagingError) -> Self {
        Self::Engine(with_sources(&error))
    }
}

/// The registrars and distributors of the day, and what is looked up of funds.
struct Around<'a> {
    day: &'a Day<'a>,
    house: House,
    t: Option<TradingDay>,
    registrars: Vec<RegistrarCode>,
    answered: Vec<Answered>,
    distributor: String,
}

impl Around<'_> {
    /// The registrar that is meant by the name in a fund's or an application's terms.
    fn registrar<'r>(&'r self, named: &'r RegistrarCode) -> &'r RegistrarCode {
        let own = self.registrars.first().filter(|_| named.as_str() == OWN);
        own.unwrap_or(named)
    }

    fn has_answered(&self, named: &RegistrarCode) -> bool {
        let code = self.registrar(named);
        self.answered.iter().any(|it| it.registrar == *code)
    }

    fn registrar_of(&self, fund: FundCode) -> Option<RegistrarCode> {
        let terms = (self.house.funds)(fund, self.day.date)?;
        Some(self.registrar(&terms.registrar).clone())
    }
}

/// Reads the records of the day, and the events that they are about.
pub(super) async fn gather(day: &Day<'_>) -> Result<Gathered, Failure> {
    let terms = Terms::of(&day.place, day.store).await?;
    let house = terms.house(day.now)?;
    let base = base(&day.place);
    let registrars = terms.registrars()?;
    let t = house.calendar.day(day.date).ok();
    let answered = if t.is_some() { answers(&base, day.date, &registrars)? } else { Vec::new() };
    let mut around = Around { day, house, t, registrars, answered, distributor: String::new() };
    let mut gathered = Gathered {
        staging: Staging::new()?,
        reached: BTreeMap::new(),
        coverage: Coverage::default(),
        late: Vec::new(),
        files: Vec::new(),
    };
    let by_digits = OnceCell::new();
    let digits = |number: &str| in_digits(day.store, &by_digits, number);
    read_answers(&mut around, &mut gathered, &digits)?;
    read_statements(&around, &base, &mut gathered)?;
    let mut sums = Sums::default();
    events(&around, &mut gathered, &mut sums).await?;
    if let Some(t) = t {
        positions(&around, t, &mut gathered).await?;
        settled(&around, t, &sums, &mut gathered)?;
        funds(&around, &terms, &sums, &mut gathered)?;
    }
    named(&around, &mut gathered).await?;
    Ok(gathered)
}

pub(super) fn base(place: &Place<'_>) -> PathBuf {
    let database = database(place.store);
    database.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Our number of an application that went out under digits; every application's digits are made once.
fn in_digits(
    store: &SqliteStore,
    known: &OnceCell<HashMap<String, String>>,
    number: &str,
) -> Option<String> {
    if !is_in_digits(number) {
        return None;
    }
    let all = || {
        let names = folded::names::<Applications>(store, "").unwrap_or_default();
        let digits = |name: StreamName| {
            let no = ApplicationNo::new(name.id()).ok()?;
            Some((Numbers::Digits.application(&no), no.to_string()))
        };
        names.into_iter().filter_map(digits).collect()
    };
    known.get_or_init(all).get(number).cloned()
}

fn read_answers(
    around: &mut Around<'_>,
    gathered: &mut Gathered,
    digits: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Failure> {
    let codes = ReturnCodes::built_in().map_err(|error| Failure::Engine(error.to_string()))?;
    for Answered { registrar, index } in around.answered.clone() {
        let codes = codes.clone().assign(registrar.as_str(), DICTIONARY);
        let ours = Ours { codes: &codes, number: digits };
        let mut told = String::new();
        let (staging, coverage) = (&mut gathered.staging, &mut gathered.coverage);
        let rules = around.day.rules;
        let read = day_batch::rows_of(&index, &ours, |row: Row| {
            told.clone_from(&row.told);
            coverage.of(row.source).records.all += u64::from(row.parts);
            staging.add(rules.source(row.source), Side::Theirs, &row)
        });
        let set = read.map_err(|error| Failure::Engine(with_sources(&error)))?;
        for source in set.sources {
            let reached = gathered.reached.entry(source).or_insert(set.date);
            *reached = set.date.max(*reached);
        }
        if around.distributor.is_empty() {
            told.split_once('/').map_or("", |(_, to)| to).clone_into(&mut around.distributor);
        }
        gathered.files.push(index.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(())
}

fn read_statements(
    around: &Around<'_>,
    base: &Path,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
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
        read.map_err(|error| Failure::Engine(with_sources(&error)))?;
        gathered.reached.insert(Source::Statement, day.date);
        gathered.files.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(())
}

/// Applications and money of the day, from where it begins in the log on.
async fn events(
    around: &Around<'_>,
    gathered: &mut Gathered,
    sums: &mut Sums,
) -> Result<(), Failure> {
    let (day, calendar) = (around.day, &around.house.calendar);
    let before = around.t.and_then(|t| calendar.before(t).ok()).map(|t| calendar.cut_off(t));
    let midnight = Timestamp::shanghai(day.date, NaiveTime::MIN);
    let from = before.map_or(midnight, |before| before.min(midnight));
    let mut moved = BTreeSet::new();
    moved_since(day.store, begins_at(day.store, from).await?, |it| {
        let (is_money, stream) = match it {
            Moved::Application(stream) => (false, stream),
            Moved::Money(stream) => (true, stream),
        };
        moved.insert((is_money, stream));
        Ok::<_, Failure>(())
    })
    .await?;
    let mut asked = BTreeSet::new();
    for (is_money, stream) in moved {
        if is_money {
            let rows = of_money(day.store, &stream, Some(day.date)).await?;
            add_or_leave(around, gathered, rows, true)?;
            continue;
        }
        let (fold, read) = StreamFold::<Applications>::load(day.store, &stream).await?;
        let Some(known) = fold.loaded.state.application() else { continue };
        if known.terms.trade_date.date() != day.date {
            continue;
        }
        let registrar = around.registrar(&known.terms.registrar).clone();
        let is_there = around.has_answered(&known.terms.registrar);
        let distributor = known.terms.distributor.as_ref();
        let distributor = distributor.map_or(around.distributor.as_str(), |code| code.as_str());
        let until = gathered.reached.get(&Source::Confirmations).copied().unwrap_or(day.date);
        let about = About { is_of_day: true, distributor, until };
        let rows = of_application(&fold, &read, about, sums);
        if known.sent.is_some() && !is_there {
            asked.insert(registrar);
        }
        add_or_leave(around, gathered, rows, is_there)?;
    }
    for registrar in asked {
        late_file(around, gathered, Source::Confirmations, registrar.as_str());
    }
    if !gathered.reached.contains_key(&Source::Statement)
        && gathered.coverage.of(Source::Statement).absent
    {
        late_file(around, gathered, Source::Statement, "the channel");
    }
    Ok(())
}

/// Rows whose file is there wait for their records; the others are loose from the start.
fn add_or_leave(
    around: &Around<'_>,
    gathered: &mut Gathered,
    rows: Vec<Row>,
    is_there: bool,
) -> Result<(), Failure> {
    for row in rows {
        let is_there = is_there && gathered.reached.contains_key(&row.source);
        let covered = gathered.coverage.of(row.source);
        if matches!(row.stand, Stand::Event { .. }) {
            covered.events.all += 1;
        }
        if is_there {
            gathered.staging.add(around.day.rules.source(row.source), Side::Ours, &row)?;
        } else if matches!(row.stand, Stand::Event { .. } | Stand::Asked { .. }) {
            covered.absent = true;
        }
    }
    Ok(())
}

/// A file that is not there breaks once its time has passed.
fn late_file(around: &Around<'_>, gathered: &mut Gathered, source: Source, from: &str) {
    let day = around.day;
    let next = match around.t.filter(|_| source != Source::Statement) {
        Some(t) => around.house.calendar.plus(t, 1).map(TradingDay::date).ok(),
        None => day.date.checked_add_days(Days::new(1)),
    };
    gathered.coverage.of(source).absent = true;
    let Some(due) = next else { return };
    if day.now > Timestamp::shanghai(due, day.rules.source(source).due) {
        gathered.late.push(Break::file_is_late(source, from, day.date, due));
    }
}

/// Registered shares as they were when the registrar's files had to be there.
async fn positions(
    around: &Around<'_>,
    t: TradingDay,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let (day, calendar) = (around.day, &around.house.calendar);
    if !gathered.reached.contains_key(&Source::Holdings) {
        return Ok(());
    }
    let next = calendar.plus(t, 1).map_err(|error| Failure::Calendar(error.to_string()))?;
    let until = Timestamp::shanghai(next.date(), day.rules.source(Source::Holdings).due);
    for stream in folded::names::<Wallet>(day.store, "")? {
        let at = of_wallet(day.store, &stream, until).await?;
        position(around, gathered, at)?;
    }
    for stream in folded::names::<Holdings>(day.store, "")? {
        let at = of_holding(day.store, &stream, until).await?;
        position(around, gathered, at)?;
    }
    Ok(())
}

fn position(
    around: &Around<'_>,
    gathered: &mut Gathered,
    at: Option<fundflow_application::reconciliation::HoldingAt>,
) -> Result<(), Failure> {
    let Some(at) = at else { return Ok(()) };
    let registrar = around.registrar_of(at.fund);
    let is_there =
        registrar.is_some_and(|code| around.answered.iter().any(|it| it.registrar == code));
    if !is_there {
        return Ok(());
    }
    let row = at.row(&fund_account(&at.investor), true, around.day.date);
    add_or_leave(around, gathered, vec![row], true)
}

/// The sums of what was confirmed, with the day on which each fund pays.
fn settled(
    around: &Around<'_>,
    t: TradingDay,
    sums: &Sums,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let calendar = &around.house.calendar;
    let pays = |sum: &Sum| {
        let terms = (around.house.funds)(sum.fund, t.date())?;
        let by = if sum.is_ours {
            terms.paid_by(calendar, t)
        } else {
            terms.confirmed_by(calendar, t).and_then(|by| calendar.plus(by, 1))
        };
        by.ok().map(TradingDay::date)
    };
    add_or_leave(around, gathered, sums.rows(pays), true)
}

/// The price and status of each fund on T. A fund of which something was confirmed must be in the file.
fn funds(
    around: &Around<'_>,
    terms: &Terms,
    sums: &Sums,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let date = around.day.date;
    let used = sums.funds();
    let codes: BTreeSet<FundCode> = terms.funds().collect();
    for fund in codes {
        let Some(known) = (around.house.funds)(fund, date) else { continue };
        if !around.has_answered(&known.registrar) {
            continue;
        }
        let nav = (around.house.navs)(fund, date);
        let stand = if used.contains(&fund) && nav.is_some() {
            Stand::Event { due: None, heard: date }
        } else {
            Stand::Known { due: None }
        };
        let row = Row::of(Source::FundDays, stand, "published prices and terms", fund);
        let row = row.word("fund", fund).day("day", Some(date)).word("value_type", "0");
        let row = row.word("status", words::status(known.status_on(date)));
        let row = row.word("convert_status", words::convert_status(known.convert_status));
        let row = match nav {
            Some(nav) => row.number("nav", nav.decimal()),
            None => row,
        };
        let evidence = format!("fund {fund} on {date}: {:?}", row.values);
        add_or_leave(around, gathered, vec![Row { fund: Some(fund), evidence, ..row }], true)?;
    }
    Ok(())
}

/// What records name besides what moved since the day began: an order of an earlier T, a payment of another day.
async fn named(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), Failure> {
    for source in [Source::Confirmations, Source::Statement] {
        let mut after = String::new();
        loop {
            let keys = gathered.staging.unmet(source, &after)?;
            let Some(last) = keys.last() else { break };
            after.clone_from(last);
            for key in keys {
                let rows = named_by(around, source, &key).await?;
                for row in rows {
                    gathered.staging.add(around.day.rules.source(source), Side::Ours, &row)?;
                }
            }
        }
    }
    Ok(())
}

async fn named_by(around: &Around<'_>, source: Source, key: &str) -> Result<Vec<Row>, Failure> {
    let (store, number) = (around.day.store, key.split('|').next().unwrap_or_default());
    if source == Source::Confirmations {
        let Ok(no) = ApplicationNo::new(number) else { return Ok(Vec::new()) };
        let stream = Key::<Applications>::of(&no);
        let (fold, read) = StreamFold::<Applications>::load(store, stream.stream()).await?;
        let until = around.day.date;
        let about = About { is_of_day: false, distributor: &around.distributor, until };
        return Ok(of_application(&fold, &read, about, &mut Sums::default()));
    }
    let Ok(no) = PaymentNo::new(number) else { return Ok(Vec::new()) };
    let payment = no.refund_of().unwrap_or_else(|| no.clone());
    let streams = [
        Key::<Payments>::of(&payment).stream().clone(),
        Key::<Payouts>::of(&no.attempt_of()).stream().clone(),
        Key::<Payouts>::of(&no).stream().clone(),
    ];
    for stream in streams {
        let rows = of_money(store, &stream, None).await?;
        let of_it: Vec<Row> = rows
            .into_iter()
            .filter(|row| row.values.get("number").is_some_and(|it| it.to_string() == number))
            .collect();
        if !of_it.is_empty() {
            return Ok(of_it);
        }
    }
    Ok(Vec::new())
}
