//! Our side of a day: what moved since it began, sums and prices.

use super::{
    ReconError,
    gather::{Around, Gathered, Next, Reading},
};
use chrono::{NaiveDate, NaiveTime};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{About, Sum, Sums, begins_at, moved_since, of_application, of_money},
};
use fundflow_domain::{
    application::Applications, calendar::TradingDay, decider::Decider as _, ids::FundCode,
    time::Timestamp,
};
use fundflow_infrastructure::reconciled::Side;
use fundflow_kernel::{
    envelope::StreamName,
    store::{Position, ReadError},
};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
    words,
};
use std::collections::BTreeSet;

/// Applications and money of the day, from where it begins in the log on.
pub(super) async fn events(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
    moved(around, gathered).await?;
    streams(around, gathered).await?;
    silent(around, gathered)
}

/// The names of what moved since the day began.
async fn moved(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
    let Next::Moved(at) = gathered.so_far.next else { return Ok(()) };
    let (day, calendar) = (around.day, &around.house.calendar);
    let before = around.t.and_then(|t| calendar.before(t).ok()).map(|t| calendar.cut_off(t));
    let midnight = Timestamp::shanghai(day.date, NaiveTime::MIN);
    let from = before.map_or(midnight, |before| before.min(midnight));
    let mut at = if at == 0 { begins_at(day.store, from).await? } else { Position(at) };
    while let Some((names, last)) = moved_since(day.store, at).await? {
        for name in &names {
            gathered.staging.put_stream(name.as_str())?;
        }
        at = last;
        gathered.mark(Next::Moved(at.0))?;
    }
    Ok(gathered.mark(Next::Events(String::new()))?)
}

/// What those streams say.
async fn streams(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
    let Next::Events(mut after) = gathered.so_far.next.clone() else { return Ok(()) };
    let day = around.day;
    let next = around.t.and_then(|t| around.house.calendar.plus(t, 1).ok());
    let next = next.map_or(day.date, TradingDay::date);
    let until = gathered.so_far.reached.get(&Source::Confirmations).copied().unwrap_or(next);
    loop {
        let page = gathered.staging.streams(&after)?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for name in page {
            let stream: StreamName = name.parse().map_err(ReadError::from)?;
            if stream.category() == Applications::CATEGORY {
                application(around, &stream, until, gathered).await?;
            } else {
                let rows = of_money(day.store, &stream, Some(day.date)).await?;
                add_or_leave(around, gathered, rows, true)?;
            }
        }
        gathered.mark(Next::Events(after.clone()))?;
    }
    Ok(gathered.mark(Next::Silent(0))?)
}

/// Rows that were put aside until it was known who owes files, and the files that are owed.
fn silent(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
    let Next::Silent(mut after) = gathered.so_far.next else { return Ok(()) };
    loop {
        let page = gathered.staging.waiting(after)?;
        let Some((last, ..)) = page.last() else { break };
        after = *last;
        for (_, from, row) in page {
            if gathered.so_far.owe.contains(&from) {
                add_or_leave(around, gathered, vec![row], false)?;
            } else {
                without_files(around, gathered, &row)?;
            }
        }
        gathered.mark(Next::Silent(after))?;
    }
    for from in gathered.so_far.owe.clone() {
        is_absent(gathered, Source::Confirmations, &from);
    }
    if !gathered.so_far.reached.contains_key(&Source::Statement)
        && gathered.so_far.coverage.of(Source::Statement).absent
    {
        is_absent(gathered, Source::Statement, "the channel");
    }
    Ok(gathered.mark(Next::Positions(Reading::default(), String::new()))?)
}

/// The rows of an application. Those of whoever may owe no files wait until all applications are read.
async fn application(
    around: &Around<'_>,
    stream: &StreamName,
    until: NaiveDate,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let day = around.day;
    let (fold, read) = StreamFold::<Applications>::load(day.store, stream).await?;
    let Some(known) = fold.loaded.state.application() else { return Ok(()) };
    let registrar = &known.terms.registrar;
    let distributor = known.terms.distributor.as_ref();
    let distributor = distributor.map_or(around.distributor.as_str(), |code| code.as_str());
    let code = around.registrar(registrar).to_string();
    let recipient = &*format!("{code}/{distributor}");
    let about = About { day: Some(day.date), distributor, recipient, until };
    if around.has_answered_to(registrar, distributor) {
        let rows = of_application(&fold, &read, about, &mut gathered.so_far.sums);
        return add_or_leave(around, gathered, rows, true);
    }
    let from =
        if around.has_answered(registrar) { format!("{code} to {distributor}") } else { code };
    if known.sent.is_some() && known.terms.trade_date.date() == day.date {
        gathered.so_far.owe.insert(from.clone());
    }
    if gathered.so_far.owe.contains(&from) {
        let rows = of_application(&fold, &read, about, &mut gathered.so_far.sums);
        return add_or_leave(around, gathered, rows, false);
    }
    // Whoever owes no files owes no sums.
    for row in of_application(&fold, &read, about, &mut Sums::default()) {
        gathered.staging.wait(&from, &row)?;
    }
    Ok(())
}

/// What a registrar has said although it owes no files of the day, as it does of an order before that has gone out: no
/// record will ever say it, and nobody waits for one.
fn without_files(
    around: &Around<'_>,
    gathered: &mut Gathered,
    row: &Row,
) -> Result<(), ReconError> {
    if matches!(row.stand, Stand::Event { .. }) {
        gathered.so_far.coverage.of(row.source).events.all += 1;
    }
    Ok(gathered.staging.add(around.day.rules.source(row.source), Side::Ours, row)?)
}

/// Rows whose file is there wait for their records; the others are loose from the start.
pub(super) fn add_or_leave(
    around: &Around<'_>,
    gathered: &mut Gathered,
    rows: Vec<Row>,
    is_there: bool,
) -> Result<(), ReconError> {
    for row in rows {
        let is_there = is_there && gathered.so_far.reached.contains_key(&row.source);
        let covered = gathered.so_far.coverage.of(row.source);
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

/// A file is not there that had to be.
pub(super) fn is_absent(gathered: &mut Gathered, source: Source, from: &str) {
    gathered.so_far.coverage.of(source).absent = true;
    gathered.so_far.absent.push((source, from.to_owned()));
}

/// Sums or prices that nobody states although the registrar's other files are there.
pub(super) fn unstated(around: &Around<'_>, gathered: &mut Gathered) {
    for source in [Source::FundDays, Source::Settlements] {
        let is_owed = gathered.so_far.coverage.of(source).absent && !around.answered.is_empty();
        if is_owed && !gathered.so_far.reached.contains_key(&source) {
            is_absent(gathered, source, "the registrar");
        }
    }
}

/// The sums of what was confirmed, with the day on which each fund pays.
pub(super) fn settled(
    around: &Around<'_>,
    t: TradingDay,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
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
    let rows = gathered.so_far.sums.rows(pays);
    add_or_leave(around, gathered, rows, true)
}

/// The price and status of each fund on T. A fund of which something was confirmed must be in the file.
pub(super) fn funds(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
    let date = around.day.date;
    let used = gathered.so_far.sums.funds();
    let codes: BTreeSet<FundCode> = around.day.place.funds.iter().copied().collect();
    for fund in codes {
        let Some(known) = (around.house.funds)(fund, date) else { continue };
        // A registrar may state funds that another one keeps; none is missed of one that said nothing.
        let is_there = around.has_answered(&known.registrar);
        let nav = (around.house.navs)(fund, date);
        let stand = if used.contains(&fund) && nav.is_some() && is_there {
            Stand::Event { due: None, heard: date, dated: date }
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
        let said = row.values.iter().map(|(name, value)| format!("{name} = {value}"));
        let evidence = said.collect::<Vec<_>>().join("; ");
        add_or_leave(around, gathered, vec![Row { fund: Some(fund), evidence, ..row }], true)?;
    }
    Ok(())
}
