//! Registered shares as they were when the register made its file.
//!
//! 1. They are those of the hour at which the register makes its file, or of when its records were booked where these came
//!    later: what came late is in its file all the same.
//! 2. An investor's account follows from him alone, unless another investor had that number before: who was first, only the
//!    log says. It is read for that only where the file has an account that nobody has, or two have one.
//! 3. Each distributor's file has the accounts that have applied through it. Where only some of them have files, the
//!    others' accounts are missed by nobody.
//! 4. The accounts of banks that advance are known; what becomes of their shares is between them and the registrar, so no
//!    figure of theirs is compared.

use super::{
    ReconError, folded,
    gather::{Around, Doubt, Gathered, Next, Reading},
    ours::{add_or_leave, is_absent},
};
use fundflow::runtime::{process::Process, saga::Saga as _};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{HoldingAt, of_holding, of_wallet},
};
use fundflow_domain::{
    advance::{self, Advances},
    application::{Applications, Ask},
    calendar::TradingDay,
    decider::Decider as _,
    holdings::Holdings,
    ids::{ApplicationNo, DistributorCode, InvestorId, RegistrarCode},
    time::Timestamp,
    wallet::{Wallet, parse_id},
};
use fundflow_infrastructure::{
    day_batch::fund_account,
    reconciled::{Aside, GivenAccounts, Side, StagingError},
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore as _, Position, Version},
    streams::Key,
};
use fundflow_reconciliation::{
    coverage::Covered,
    row::{Row, Stand},
    source::Source,
};
use fundflow_sagas::{
    day_cut::{self, DayCut, done_type},
    ports::day_jobs::Job,
};
use std::collections::{BTreeMap, BTreeSet};

/// Events that are read at once.
const PAGE: u32 = 4096;

/// What is known of a registrar's accounts.
#[derive(Clone, Copy)]
struct Known<'a> {
    /// The number under which its files have an investor.
    account: &'a dyn Fn(&InvestorId) -> Result<String, StagingError>,
    /// Whether one of the files that are there must say that position.
    is_stated: &'a dyn Fn(&HoldingAt) -> Result<bool, StagingError>,
}

/// Puts every position of investors and banks beside the records of file 05.
pub(super) async fn positions(
    around: &Around<'_>,
    t: TradingDay,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let Next::Positions(reading, _) = gathered.so_far.next else { return Ok(()) };
    if !gathered.so_far.reached.contains_key(&Source::Holdings) {
        // Where a registrar sent nothing at all, that is said once, of its confirmations.
        if !around.answered.is_empty() && is_any(around, t).await? {
            is_absent(gathered, Source::Holdings, "the registrar");
        }
        return Ok(gathered.mark(Next::Sums)?);
    }
    let doubt = if let Some(doubt) = reading.again {
        doubt
    } else {
        let account = |investor: &InvestorId| Ok(fund_account(investor));
        let known = Known { account: &account, is_stated: &|_| Ok(true) };
        of_all(around, t, gathered, known).await?;
        let is_given = gathered.staging.is_in_doubt(Source::Holdings)?;
        let is_stated = gathered.staging.misses_any(Source::Holdings)?;
        Doubt { is_given, is_stated }
    };
    let Doubt { is_given, is_stated } = doubt;
    if !is_given && !is_stated {
        return Ok(gathered.mark(Next::Sums)?);
    }
    if reading.again.is_none() {
        gathered.staging.forget(Source::Holdings, Side::Ours)?;
        gathered.so_far.coverage.of(Source::Holdings).events = Covered::default();
        let again = Reading { again: Some(doubt), has_wallets: false };
        gathered.mark(Next::Positions(again, String::new()))?;
    }
    let given = if is_given { Some(given_accounts(around).await?) } else { None };
    let stated = if is_stated { Some(stated_accounts(around).await?) } else { None };
    let account = |investor: &InvestorId| match &given {
        Some(given) => given.of(investor),
        None => Ok(fund_account(investor)),
    };
    let is_stated = |at: &HoldingAt| match &stated {
        Some(stated) => {
            account_key(around, at).map_or(Ok(false), |key| Ok(stated.text(&key)?.is_some()))
        }
        None => Ok(true),
    };
    of_all(around, t, gathered, Known { account: &account, is_stated: &is_stated }).await?;
    Ok(gathered.mark(Next::Sums)?)
}

/// Until when our positions count, by the registrar of their fund.
pub(super) struct Until<'a> {
    around: &'a Around<'a>,
    as_of: Timestamp,
    /// Until when each registrar's records of T were booked, by its day-cut.
    pub(super) heard: BTreeMap<RegistrarCode, Timestamp>,
}

impl<'a> Until<'a> {
    pub(super) async fn of(around: &'a Around<'_>, t: TradingDay) -> Result<Self, ReconError> {
        let next = around.house.calendar.plus(t, 1);
        let next = next?;
        let as_of = around.day.rules.source(Source::Holdings).as_of;
        let mut heard = BTreeMap::new();
        for registrar in around.registrars {
            let Some(cut) = day_cut::id(registrar, t) else { continue };
            let stream = StreamName::of(DayCut::KIND, &cut);
            let (_, events) =
                StreamFold::<Process<DayCut>>::load(around.day.store, &stream).await?;
            let is_read = |it: &&Recorded| it.event.event_type == done_type(Job::Confirmations);
            if let Some(read) = events.iter().find(is_read) {
                let behind = Timestamp::from_micros(read.event.recorded_at.micros() + 1);
                heard.insert(registrar.clone(), behind);
            }
        }
        Ok(Self { around, as_of: Timestamp::shanghai(next.date(), as_of), heard })
    }

    fn on(&self, stream: &StreamName) -> Timestamp {
        let fund = parse_id(stream.id()).map(|(_, fund)| fund);
        let registrar = fund.and_then(|fund| self.around.registrar_of(fund));
        let heard = registrar.and_then(|registrar| self.heard.get(&registrar).copied());
        heard.map_or(self.as_of, |heard| heard.max(self.as_of))
    }
}

/// Whether an answered registrar has shares of anybody.
async fn is_any(around: &Around<'_>, t: TradingDay) -> Result<bool, ReconError> {
    let (store, until) = (around.day.store, Until::of(around, t).await?);
    let has = |at: Option<HoldingAt>| at.is_some_and(|at| is_there(around, &at) && !at.is_empty());
    for page in folded::Pages::of::<Wallet>(store) {
        for stream in page? {
            if has(of_wallet(store, &stream, until.on(&stream)).await?) {
                return Ok(true);
            }
        }
    }
    for page in folded::Pages::of::<Holdings>(store) {
        for stream in page? {
            if has(of_holding(store, &stream, until.on(&stream)).await?) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether the registrar of that position's fund has sent files.
fn is_there(around: &Around<'_>, at: &HoldingAt) -> bool {
    let registrar = around.registrar_of(at.fund);
    registrar.is_some_and(|code| around.answered.iter().any(|it| it.registrar == code))
}

/// From where it was left on; the caller says what is next once banks are there, too.
async fn of_all(
    around: &Around<'_>,
    t: TradingDay,
    gathered: &mut Gathered,
    known: Known<'_>,
) -> Result<(), ReconError> {
    let (store, until) = (around.day.store, Until::of(around, t).await?);
    let Next::Positions(mut reading, after) = gathered.so_far.next.clone() else { return Ok(()) };
    if !reading.has_wallets {
        for page in folded::Pages::behind::<Wallet>(store, &after) {
            let page = page?;
            for stream in &page {
                let at = of_wallet(store, stream, until.on(stream)).await?;
                position(around, gathered, at, known)?;
            }
            read_until(gathered, reading, &page)?;
        }
        reading.has_wallets = true;
        gathered.mark(Next::Positions(reading, String::new()))?;
    }
    let Next::Positions(_, after) = gathered.so_far.next.clone() else { return Ok(()) };
    for page in folded::Pages::behind::<Holdings>(store, &after) {
        let page = page?;
        for stream in &page {
            let at = of_holding(store, stream, until.on(stream)).await?;
            position(around, gathered, at, known)?;
        }
        read_until(gathered, reading, &page)?;
    }
    banks(around, gathered, known).await
}

fn read_until(
    gathered: &mut Gathered,
    reading: Reading,
    page: &[StreamName],
) -> Result<(), ReconError> {
    let Some(last) = page.last() else { return Ok(()) };
    Ok(gathered.mark(Next::Positions(reading, last.as_str().to_owned()))?)
}

fn position(
    around: &Around<'_>,
    gathered: &mut Gathered,
    at: Option<HoldingAt>,
    known: Known<'_>,
) -> Result<(), ReconError> {
    let Some(at) = at else { return Ok(()) };
    if !is_there(around, &at) {
        return Ok(());
    }
    let row = at.row(&(known.account)(&at.investor)?, (known.is_stated)(&at)?, around.day.date);
    add_or_leave(around, gathered, vec![row], true)
}

/// Banks' accounts, where the file has accounts that are no investor's.
async fn banks(
    around: &Around<'_>,
    gathered: &mut Gathered,
    known: Known<'_>,
) -> Result<(), ReconError> {
    if gathered.staging.unmet(Source::Holdings, "")?.is_empty() {
        return Ok(());
    }
    let store = around.day.store;
    let mut seen = BTreeSet::new();
    for page in folded::Pages::of::<Advances>(store) {
        for stream in page? {
            let (fold, _) = StreamFold::<Advances>::load(store, &stream).await?;
            let advance::State::Known(advance) = &fold.loaded.state else { continue };
            let no = ApplicationNo::of(&advance.terms.order);
            let application = Key::<Applications>::of(&no);
            let (fold, _) = StreamFold::<Applications>::load(store, application.stream()).await?;
            let Some(application) = fold.loaded.state.application() else { continue };
            let Ask::FastTransfer { to, .. } = &application.terms.ask else { continue };
            let Ok(bank) = InvestorId::new(to.as_str()) else { continue };
            let fund = application.terms.fund;
            if seen.insert((bank.clone(), fund)) {
                let stand = Stand::Known { due: None };
                let row = Row::of(Source::Holdings, stand, stream.as_str(), to);
                let row = row.word("account", (known.account)(&bank)?).word("fund", fund);
                let evidence = format!("bank {bank} advances");
                let row = Row { fund: Some(fund), evidence, ..row };
                add_or_leave(around, gathered, vec![row], true)?;
            }
        }
    }
    Ok(())
}

/// The accounts of investors with an order through a distributor to which the registrar's files came: each hears of the
/// accounts that have applied through it, and of no others.
async fn stated_accounts(around: &Around<'_>) -> Result<Aside, ReconError> {
    let (store, mut stated) = (around.day.store, Aside::new()?);
    for page in folded::Pages::of::<Applications>(store) {
        for stream in page? {
            let (fold, _) = StreamFold::<Applications>::load(store, &stream).await?;
            let Some(application) = fold.loaded.state.application() else { continue };
            let terms = &application.terms;
            let distributor = terms.distributor.as_ref().map(DistributorCode::as_str);
            if around.has_answered_to(&terms.registrar, distributor.unwrap_or(&around.distributor))
            {
                let code = around.registrar(&terms.registrar);
                stated.put(&format!("{code}|{}", terms.investor), "")?;
            }
        }
    }
    Ok(stated)
}

fn account_key(around: &Around<'_>, at: &HoldingAt) -> Option<String> {
    Some(format!("{}|{}", around.registrar_of(at.fund)?, at.investor))
}

/// The accounts as they were given: in the order in which the log has the investors' applications.
async fn given_accounts(around: &Around<'_>) -> Result<GivenAccounts, ReconError> {
    let store = around.day.store;
    let (mut given, mut at) = (GivenAccounts::new()?, Position::START);
    loop {
        let page = store.read_all(at, PAGE).await?;
        let Some(last) = page.last() else { return Ok(given) };
        at = last.position;
        let begins = |event: &&Recorded| {
            event.version == Version::NONE.plus(1)
                && event.stream.category() == Applications::CATEGORY
        };
        for event in page.iter().filter(begins) {
            let mut fold = StreamFold::<Applications>::default();
            fold.hear(event)?;
            if let Some(application) = fold.loaded.state.application() {
                given.bind(&application.terms.investor)?;
            }
        }
    }
}
