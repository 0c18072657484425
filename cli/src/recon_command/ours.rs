//! Our side of a day: what moved since it began, positions as they were, sums, prices, and what records name besides.

use super::gather::{Around, Gathered};
use crate::{folded, house::Terms, reading::Failure};
use chrono::{Days, NaiveTime};
use fundflow::runtime::{process::Process, saga::Saga as _};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{
        About, HoldingAt, Moved, Sum, Sums, begins_at, moved_since, of_application, of_holding,
        of_money, of_wallet,
    },
};
use fundflow_domain::{
    advance::{self, Advances},
    application::{Applications, Ask},
    calendar::TradingDay,
    holdings::Holdings,
    ids::{ApplicationNo, FundCode, InvestorId, PaymentNo, RegistrarCode},
    payment::Payments,
    payout::Payouts,
    time::Timestamp,
    wallet::{Wallet, parse_id},
};
use fundflow_infrastructure::{day_batch::fund_account, reconciled::Side};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    streams::Key,
};
use fundflow_reconciliation::{
    breaks::Break,
    row::{Row, Stand},
    source::Source,
    words,
};
use fundflow_sagas::{
    day_cut::{self, DayCut, done_type},
    ports::day_jobs::Job,
};
use std::collections::{BTreeMap, BTreeSet};

/// Applications and money of the day, from where it begins in the log on.
pub(super) async fn events(
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
    let next = around.t.and_then(|t| calendar.plus(t, 1).ok()).map_or(day.date, TradingDay::date);
    let until = gathered.reached.get(&Source::Confirmations).copied().unwrap_or(next);
    for (is_money, stream) in moved {
        if is_money {
            let rows = of_money(day.store, &stream, Some(day.date)).await?;
            add_or_leave(around, gathered, rows, true)?;
            continue;
        }
        let (fold, read) = StreamFold::<Applications>::load(day.store, &stream).await?;
        let Some(known) = fold.loaded.state.application() else { continue };
        let registrar = around.registrar(&known.terms.registrar).clone();
        let is_there = around.has_answered(&known.terms.registrar);
        let distributor = known.terms.distributor.as_ref();
        let distributor = distributor.map_or(around.distributor.as_str(), |code| code.as_str());
        let about = About { day: Some(day.date), distributor, until };
        let rows = of_application(&fold, &read, about, sums);
        let is_of_t = known.terms.trade_date.date() == day.date;
        if known.sent.is_some() && !is_there && is_of_t {
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

/// Registered shares as they were when the register made its file, and the accounts of banks that advance: what becomes of
/// their shares is between them and the registrar, so no figure of theirs is compared.
pub(super) async fn positions(
    around: &Around<'_>,
    t: TradingDay,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let (day, calendar) = (around.day, &around.house.calendar);
    if !gathered.reached.contains_key(&Source::Holdings) {
        return Ok(());
    }
    let next = calendar.plus(t, 1).map_err(|error| Failure::Calendar(error.to_string()))?;
    let as_of = Timestamp::shanghai(next.date(), day.rules.source(Source::Holdings).as_of);
    let heard = heard(around, t).await?;
    let until = |stream: &StreamName| {
        let fund = parse_id(stream.id()).map(|(_, fund)| fund);
        let registrar = fund.and_then(|fund| around.registrar_of(fund));
        let heard = registrar.and_then(|registrar| heard.get(&registrar).copied());
        heard.map_or(as_of, |heard| heard.max(as_of))
    };
    for stream in folded::names::<Wallet>(day.store, "")? {
        let at = of_wallet(day.store, &stream, until(&stream)).await?;
        position(around, gathered, at)?;
    }
    for stream in folded::names::<Holdings>(day.store, "")? {
        let at = of_holding(day.store, &stream, until(&stream)).await?;
        position(around, gathered, at)?;
    }
    banks(around, gathered).await
}

/// Until when each registrar's records of T were booked, by its day-cut: what came late is in its file of holdings all the
/// same.
async fn heard(
    around: &Around<'_>,
    t: TradingDay,
) -> Result<BTreeMap<RegistrarCode, Timestamp>, Failure> {
    let mut heard = BTreeMap::new();
    for registrar in &around.registrars {
        let Some(cut) = day_cut::id(registrar, t) else { continue };
        let stream = StreamName::of(DayCut::KIND, &cut);
        let (_, events) = StreamFold::<Process<DayCut>>::load(around.day.store, &stream).await?;
        let is_read = |it: &&Recorded| it.event.event_type == done_type(Job::Confirmations);
        if let Some(read) = events.iter().find(is_read) {
            heard.insert(
                registrar.clone(),
                Timestamp::from_micros(read.event.recorded_at.micros() + 1),
            );
        }
    }
    Ok(heard)
}

/// Banks' accounts, where the file has accounts that are no investor's.
async fn banks(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), Failure> {
    if gathered.staging.unmet(Source::Holdings, "")?.is_empty() {
        return Ok(());
    }
    let store = around.day.store;
    let mut seen = BTreeSet::new();
    for stream in folded::names::<Advances>(store, "")? {
        let (fold, _) = StreamFold::<Advances>::load(store, &stream).await?;
        let advance::State::Known(known) = &fold.loaded.state else { continue };
        let no = ApplicationNo::of(&known.terms.order);
        let application = Key::<Applications>::of(&no);
        let (fold, _) = StreamFold::<Applications>::load(store, application.stream()).await?;
        let Some(application) = fold.loaded.state.application() else { continue };
        let Ask::FastTransfer { to, .. } = &application.terms.ask else { continue };
        let Ok(bank) = InvestorId::new(to.as_str()) else { continue };
        let fund = application.terms.fund;
        if seen.insert((bank.clone(), fund)) {
            let row = Row::of(Source::Holdings, Stand::Known { due: None }, stream.as_str(), to);
            let row = row.word("account", fund_account(&bank)).word("fund", fund);
            let row = Row { fund: Some(fund), evidence: format!("bank {bank} advances"), ..row };
            add_or_leave(around, gathered, vec![row], true)?;
        }
    }
    Ok(())
}

fn position(
    around: &Around<'_>,
    gathered: &mut Gathered,
    at: Option<HoldingAt>,
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
pub(super) fn settled(
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
pub(super) fn funds(
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
pub(super) async fn named(around: &Around<'_>, gathered: &mut Gathered) -> Result<(), Failure> {
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
        let about = About { day: None, distributor: &around.distributor, until };
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
