//! Our side of a day: what moved since it began, sums, prices, and what records name besides.

use super::{
    ReconError,
    gather::{Around, Gathered},
};
use chrono::{Days, NaiveDate, NaiveTime};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{About, Sum, Sums, begins_at, moved_since, of_application, of_money},
};
use fundflow_domain::{
    application::Applications,
    calendar::TradingDay,
    decider::Decider as _,
    ids::{ApplicationNo, FundCode, PaymentNo},
    payment::Payments,
    payout::Payouts,
    time::Timestamp,
};
use fundflow_infrastructure::reconciled::{Aside, Side};
use fundflow_kernel::{envelope::StreamName, store::ReadError, streams::Key};
use fundflow_reconciliation::{
    breaks::Break,
    row::{Row, Stand},
    source::Source,
    words,
};
use std::collections::BTreeSet;

/// Applications and money of the day, from where it begins in the log on.
pub(super) async fn events(
    around: &Around<'_>,
    gathered: &mut Gathered,
    sums: &mut Sums,
) -> Result<(), ReconError> {
    let (day, calendar) = (around.day, &around.house.calendar);
    let before = around.t.and_then(|t| calendar.before(t).ok()).map(|t| calendar.cut_off(t));
    let midnight = Timestamp::shanghai(day.date, NaiveTime::MIN);
    let from = before.map_or(midnight, |before| before.min(midnight));
    let mut moved = Aside::new()?;
    moved_since(day.store, begins_at(day.store, from).await?, |stream| {
        moved.put(stream.as_str(), "")?;
        Ok::<_, ReconError>(())
    })
    .await?;
    let next = around.t.and_then(|t| calendar.plus(t, 1).ok()).map_or(day.date, TradingDay::date);
    let until = gathered.reached.get(&Source::Confirmations).copied().unwrap_or(next);
    let (mut silent, mut after) = (Silent::default(), String::new());
    loop {
        let page = moved.page(&after)?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for name in page {
            let stream: StreamName = name.parse().map_err(ReadError::from)?;
            let (rows, is_there) = if stream.category() == Applications::CATEGORY {
                application(around, &stream, until, (sums, &mut silent)).await?
            } else {
                (of_money(day.store, &stream, Some(day.date)).await?, true)
            };
            add_or_leave(around, gathered, rows, is_there)?;
        }
    }
    let Silent { owe, rows } = silent;
    for (from, row) in rows {
        if owe.contains(&from) {
            add_or_leave(around, gathered, vec![row], false)?;
        } else {
            without_files(around, gathered, &row)?;
        }
    }
    for from in owe {
        late_file(around, gathered, Source::Confirmations, &from);
    }
    if !gathered.reached.contains_key(&Source::Statement)
        && gathered.coverage.of(Source::Statement).absent
    {
        late_file(around, gathered, Source::Statement, "the channel");
    }
    Ok(())
}

/// Of whom no files are there: a registrar, or one distributor's of it where others have theirs.
#[derive(Default)]
struct Silent {
    /// Those that owe some: an application of the day went out to them.
    owe: BTreeSet<String>,
    /// What is known of applications to those that may owe none.
    rows: Vec<(String, Row)>,
}

/// The rows of an application, and whether its registrar's files are there; those of one that may owe none are set aside.
async fn application(
    around: &Around<'_>,
    stream: &StreamName,
    until: NaiveDate,
    (sums, silent): (&mut Sums, &mut Silent),
) -> Result<(Vec<Row>, bool), ReconError> {
    let day = around.day;
    let (fold, read) = StreamFold::<Applications>::load(day.store, stream).await?;
    let Some(known) = fold.loaded.state.application() else { return Ok((Vec::new(), true)) };
    let registrar = &known.terms.registrar;
    let distributor = known.terms.distributor.as_ref();
    let distributor = distributor.map_or(around.distributor.as_str(), |code| code.as_str());
    let code = around.registrar(registrar).to_string();
    let recipient = &*format!("{code}/{distributor}");
    let about = About { day: Some(day.date), distributor, recipient, until };
    if around.has_answered_to(registrar, distributor) {
        return Ok((of_application(&fold, &read, about, sums), true));
    }
    let from =
        if around.has_answered(registrar) { format!("{code} to {distributor}") } else { code };
    if known.sent.is_some() && known.terms.trade_date.date() == day.date {
        silent.owe.insert(from.clone());
    }
    if silent.owe.contains(&from) {
        return Ok((of_application(&fold, &read, about, sums), false));
    }
    // Whoever owes no files owes no sums.
    let rows = of_application(&fold, &read, about, &mut Sums::default()).into_iter();
    silent.rows.extend(rows.map(|row| (from.clone(), row)));
    Ok((Vec::new(), true))
}

/// What a registrar has said although it owes no files of the day, as it does of an order before that has gone out: no
/// record will ever say it, and nobody waits for one.
fn without_files(
    around: &Around<'_>,
    gathered: &mut Gathered,
    row: &Row,
) -> Result<(), ReconError> {
    if matches!(row.stand, Stand::Event { .. }) {
        gathered.coverage.of(row.source).events.all += 1;
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
pub(super) fn late_file(around: &Around<'_>, gathered: &mut Gathered, source: Source, from: &str) {
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

/// Sums or prices that nobody states although the registrar's other files are there break once their time has passed.
pub(super) fn unstated(around: &Around<'_>, gathered: &mut Gathered) {
    for source in [Source::FundDays, Source::Settlements] {
        let is_owed = gathered.coverage.of(source).absent && !around.answered.is_empty();
        if is_owed && !gathered.reached.contains_key(&source) {
            late_file(around, gathered, source, "the registrar");
        }
    }
}

/// The sums of what was confirmed, with the day on which each fund pays.
pub(super) fn settled(
    around: &Around<'_>,
    t: TradingDay,
    sums: &Sums,
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
    add_or_leave(around, gathered, sums.rows(pays), true)
}

/// The price and status of each fund on T. A fund of which something was confirmed must be in the file.
pub(super) fn funds(
    around: &Around<'_>,
    sums: &Sums,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let date = around.day.date;
    let used = sums.funds();
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

/// What records name besides what moved since the day began: an order of an earlier T, a payment of another day.
pub(super) async fn named(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), ReconError> {
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

async fn named_by(around: &Around<'_>, source: Source, key: &str) -> Result<Vec<Row>, ReconError> {
    let (store, number) = (around.day.store, key.split('|').next().unwrap_or_default());
    if source == Source::Confirmations {
        let Ok(no) = ApplicationNo::new(number) else { return Ok(Vec::new()) };
        let stream = Key::<Applications>::of(&no);
        let (fold, read) = StreamFold::<Applications>::load(store, stream.stream()).await?;
        let until = around.day.date;
        let about = About { day: None, distributor: &around.distributor, recipient: "", until };
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
