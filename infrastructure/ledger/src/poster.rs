//! From events to entries: the domain's posting rules, on folds that follow the log.
//!
//! 1. A stream's fold is read again where it had left memory, so that memory does not grow with the log. Streams whose
//!    new events post nothing are not read at all.
//! 2. What was posted before, and what differences became, is the tables' word: nothing before the page is read for it.

use crate::{
    LedgerError,
    amount::decimal,
    facts::{self, Fact},
    hot::Buffer,
    quotas::Counts,
    sql,
    trade_days::TradeDays,
};
use fundflow_domain::{
    advance::Advances,
    application::{self, Applications},
    case::{CaseId, Cases},
    day_limit::DayLimit,
    fast_quota::{FastQuota, QuotaKey},
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, InvestorId, OrderId, TransactionId, WalletId},
    payment::{self, Payments},
    payout::Payouts,
    postings::{
        Account, Differences, Posted, Posting, Source, of_advance, of_application, of_holdings,
        of_payment, of_payout, of_settlement, of_wallet, posts_nothing,
    },
    reconciled_day::{self, Figures, ReconciledDays},
    settlement::{Settlement, SettlementId, Settlements},
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::{self, Stored},
    decider::Decider as _,
    envelope::{Recorded, StreamName},
    loaded::Loaded,
    store::{EventStore, Position, ReadError, Version},
};
use rusqlite::{Connection, OptionalExtension as _};
use rust_decimal::Decimal;
use std::{
    any::Any,
    cell::RefCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Folds in memory, of a few KB each.
const AT_MOST: usize = 65_536;
const PAGE: u32 = 512;

/// What one event says of the books.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// What it posts; empty where it moves nothing.
    pub(crate) lines: Vec<Posting>,
    /// Whose saga the stream is.
    pub(crate) request: Option<TransactionId>,
    pub(crate) note: Option<Note>,
    /// What no posting says.
    pub(crate) facts: Vec<Fact>,
}

/// What else is in the tables.
#[derive(Debug)]
pub(crate) enum Note {
    Placed {
        application: ApplicationNo,
        order: OrderId,
        investor: InvestorId,
        /// The kind of saga that placed it.
        process: Arc<str>,
    },
    /// So many more final records hold.
    Final {
        application: ApplicationNo,
        more: i64,
    },
    Payment {
        order: OrderId,
    },
    Case {
        case: CaseId,
        request: Option<TransactionId>,
        is_open: bool,
    },
    Settlement {
        id: SettlementId,
        known: Box<Settlement>,
    },
    /// Figures of files and statements.
    Compared(Box<Figures>),
    /// Cash at once counts under a quota, or no more.
    Counts(Box<Counts>),
}

/// Who makes entries of the events behind a checkpoint.
pub(crate) struct Poster {
    /// The last event that it has heard.
    pub(crate) at: Position,
    /// What is posted on accounts that every order touches.
    pub(crate) hot: Buffer,
    folds: HashMap<StreamName, Box<dyn Any + Send + Sync>>,
    differences: Differences,
    days: TradeDays,
}

/// A stream's fold before an event, the event, and the fold after it.
type Step<D> = (Loaded<D>, <D as fundflow_kernel::decider::Decider>::Event, Loaded<D>);

/// What the tables say, in the transaction that books a page. The first failure is kept for whoever asks.
struct Booked<'a> {
    tables: &'a Connection,
    failed: RefCell<Option<rusqlite::Error>>,
}

impl Posted for Booked<'_> {
    fn balance(&self, account: &Account) -> Decimal {
        let found = self.tables.prepare_cached(sql::BALANCE).and_then(|mut query| {
            query.query_row([account.to_string()], |row| row.get::<_, i64>(0)).optional()
        });
        let balance =
            found.map_err(|error| self.failed.borrow_mut().get_or_insert(error).to_string());
        balance.ok().flatten().map(decimal).unwrap_or_default()
    }
}

impl Poster {
    /// As the tables remember it at that checkpoint.
    pub(crate) fn recalled(tables: &Connection, at: Position) -> Result<Self, LedgerError> {
        let mut differences = Differences::default();
        let mut query = tables.prepare(sql::DIFFERENCES)?;
        let rows = query.query_map((), |row| row.get::<_, String>(0))?;
        for row in rows {
            let remembered = serde_json::from_str(&row?).map_err(LedgerError::Remembered)?;
            differences.recall(remembered);
        }
        let days = TradeDays::default();
        Ok(Self { at, hot: Buffer::default(), folds: HashMap::new(), differences, days })
    }

    /// What it remembers otherwise than at the last call: cases by name.
    pub(crate) fn take_changed(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let changed = self.differences.take_changed().into_iter();
        let row = |it: fundflow_domain::postings::Remembered| {
            Ok((it.case.to_string(), serde_json::to_string(&it)?))
        };
        changed.map(row).collect::<Result<_, _>>().map_err(LedgerError::Remembered)
    }

    /// Reads the streams that the page's entries need, as they were before it.
    ///
    /// # Errors
    /// As the store's, and [`ReadError::Damaged`] where a stream cannot be folded.
    pub(crate) async fn provide<S: EventStore>(
        &mut self,
        store: &S,
        page: &[Recorded],
    ) -> Result<(), ReadError> {
        self.days.provide(store, page).await?;
        if self.folds.len() > AT_MOST {
            self.folds.clear();
        }
        let needed = page.iter().filter(|event| !is_silent(event)).map(|event| &event.stream);
        let needed: HashSet<&StreamName> = needed.collect();
        for event in page {
            if !needed.contains(&event.stream) || self.folds.contains_key(&event.stream) {
                continue;
            }
            let fold: Box<dyn Any + Send + Sync> = match event.stream.category() {
                Payments::CATEGORY => Box::new(until::<Payments, S>(store, event).await?),
                Payouts::CATEGORY => Box::new(until::<Payouts, S>(store, event).await?),
                Advances::CATEGORY => Box::new(until::<Advances, S>(store, event).await?),
                Applications::CATEGORY => Box::new(until::<Applications, S>(store, event).await?),
                Wallet::CATEGORY => Box::new(until::<Wallet, S>(store, event).await?),
                Holdings::CATEGORY => Box::new(until::<Holdings, S>(store, event).await?),
                Cases::CATEGORY => Box::new(until::<Cases, S>(store, event).await?),
                Settlements::CATEGORY => Box::new(until::<Settlements, S>(store, event).await?),
                _ => continue,
            };
            self.folds.insert(event.stream.clone(), fold);
        }
        Ok(())
    }

    /// Makes the entry of the next event of a page that was [provided](Self::provide) for.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] where the event cannot follow or has no posting; the tables'.
    pub(crate) fn hear(
        &mut self,
        tables: &Connection,
        event: &Recorded,
    ) -> Result<Heard, LedgerError> {
        self.at = event.position;
        let mut facts: Vec<Fact> = self.days.wrong_with(event)?.into_iter().collect();
        if is_silent(event) && !self.folds.contains_key(&event.stream) {
            return Ok(Heard { facts, ..Heard::default() });
        }
        let booked = Booked { tables, failed: RefCell::default() };
        let heard = match event.stream.category() {
            Payments::CATEGORY => self.step::<Payments>(event).map(|step| payment(&step))?,
            Payouts::CATEGORY => self.step::<Payouts>(event).map(|step| payout(&step))?,
            Advances::CATEGORY => self.step::<Advances>(event).map(|step| advance(&step))?,
            Applications::CATEGORY => {
                let step = self.step::<Applications>(event)?;
                self.application(&step, &booked)?
            }
            Wallet::CATEGORY => {
                self.step::<Wallet>(event).map(|step| wallet_entry(event, &step))?
            }
            Holdings::CATEGORY => {
                self.step::<Holdings>(event).map(|step| holdings_entry(event, &step))?
            }
            Cases::CATEGORY => {
                let step = self.step::<Cases>(event)?;
                self.case(event, &step, &booked)
            }
            Settlements::CATEGORY => {
                self.step::<Settlements>(event).map(|step| settlement(&step))?
            }
            ReconciledDays::CATEGORY => {
                let reconciled_day::Event::Compared(figures) = said::<ReconciledDays>(event)?;
                let note = Some(Note::Compared(figures));
                Some(Heard { note, ..Heard::default() })
            }
            FastQuota::CATEGORY => Some(quota(event)?),
            DayLimit::CATEGORY => {
                facts.push(facts::of_day_limit(said::<DayLimit>(event)?));
                Some(Heard::default())
            }
            _ => Some(Heard::default()),
        };
        if let Some(failed) = booked.failed.into_inner() {
            return Err(failed.into());
        }
        let mut heard = heard.ok_or_else(|| damaged(event, "no postings can be made of it"))?;
        heard.facts.append(&mut facts);
        Ok(heard)
    }

    fn application(
        &mut self,
        step: &Step<Applications>,
        booked: &Booked<'_>,
    ) -> Result<Option<Heard>, LedgerError> {
        let (before, said, after) = (&step.0.state, &step.1, &step.2.state);
        let (Some(request), Some(known)) = (request(step), after.application()) else {
            return Ok(None);
        };
        let source = source(booked.tables, &known.terms.order)?;
        let Some(mut lines) = of_application(&request, source, before, said) else {
            return Ok(None);
        };
        let of = (&request, source);
        self.differences.of_application(of, (before, said), &mut lines, booked);
        let application = known.terms.no.clone();
        let more = facts::finals(after) - facts::finals(before);
        let note = if let application::Event::Placed(terms) = said {
            let (order, investor) = (terms.order.clone(), terms.investor.clone());
            let process = step.2.owner.as_ref().map(|(process, _)| process.clone());
            let process = process.unwrap_or_default();
            Some(Note::Placed { application, order, investor, process })
        } else {
            (more != 0).then_some(Note::Final { application, more })
        };
        let facts = facts::of_application(before, said, known);
        Ok(Some(Heard { lines, request: Some(request), note, facts }))
    }

    fn case(&mut self, event: &Recorded, step: &Step<Cases>, booked: &Booked<'_>) -> Option<Heard> {
        let case: CaseId = event.stream.id().parse().ok()?;
        let state = &step.2.state;
        let lines = self.differences.of_case(case, state, booked);
        let of = state.case().and_then(|it| it.transaction.clone());
        let note = Note::Case { case, request: of.clone(), is_open: state.is_open() };
        let request = of.or_else(|| request(step));
        Some(Heard { lines, request, note: Some(note), facts: Vec::new() })
    }

    /// The event, and the states on both sides of it.
    fn step<D>(&mut self, event: &Recorded) -> Result<Step<D>, ReadError>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let fold = self.folds.remove(&event.stream).and_then(|it| it.downcast::<Loaded<D>>().ok());
        let before = *fold.ok_or_else(|| damaged(event, "its stream was not read"))?;
        let mut after = before.clone();
        after.replay(event)?;
        let said = said::<D>(event)?;
        self.folds.insert(event.stream.clone(), Box::new(after.clone()));
        Ok((before, said, after))
    }
}

fn said<D: Stored>(event: &Recorded) -> Result<D::Event, ReadError> {
    let new = &event.event;
    let said = codec::decode::<D>(&new.event_type, new.schema, &new.data);
    said.map_err(|error| damaged(event, &error.to_string()))
}

/// Whether it posts nothing and nothing else of it is in the tables, wherever its stream stands.
fn is_silent(event: &Recorded) -> bool {
    let begins = event.version == Version::NONE.plus(1);
    !begins && posts_nothing(event.stream.category()).contains(&&*event.event.event_type)
}

fn source(tables: &Connection, order: &OrderId) -> Result<Source, LedgerError> {
    let mut query = tables.prepare_cached(sql::IS_PAID)?;
    let is_paid = query.query_row([order.as_str()], |row| row.get(0))?;
    Ok(if is_paid { Source::Payment } else { Source::Proceeds })
}

fn payment(step: &Step<Payments>) -> Option<Heard> {
    let note = match &step.1 {
        payment::Event::Requested(terms) => Some(Note::Payment { order: terms.order.clone() }),
        payment::Event::Paid(_)
        | payment::Event::Declined { .. }
        | payment::Event::Closed { .. }
        | payment::Event::ReceiptUnapplied { .. }
        | payment::Event::RefundRequested { .. }
        | payment::Event::Refunded { .. } => None,
    };
    let lines = of_payment(&step.0.state, &step.1)?;
    Some(Heard { lines, request: request(step), note, facts: Vec::new() })
}

fn payout(step: &Step<Payouts>) -> Option<Heard> {
    let request = request(step)?;
    let lines = of_payout(&request, &step.1);
    Some(Heard { lines, request: Some(request), ..Heard::default() })
}

fn settlement(step: &Step<Settlements>) -> Option<Heard> {
    let known = Box::new(step.2.state.settlement()?.clone());
    let lines = of_settlement(&step.0.state, &step.1)?;
    let note = Note::Settlement { id: known.terms.id(), known };
    Some(Heard { lines, request: request(step), note: Some(note), facts: Vec::new() })
}

fn quota(event: &Recorded) -> Result<Heard, ReadError> {
    let key = QuotaKey::parse(event.stream.id());
    let key = key.ok_or_else(|| damaged(event, "its stream is not named after a quota"))?;
    let note = Note::Counts(Box::new(Counts::of(key, said::<FastQuota>(event)?)));
    Ok(Heard { note: Some(note), ..Heard::default() })
}

fn advance(step: &Step<Advances>) -> Option<Heard> {
    let request = request(step)?;
    let lines = of_advance(&request, &step.0.state, &step.1)?;
    Some(Heard { lines, request: Some(request), ..Heard::default() })
}

/// The stream as it was before that event.
async fn until<D, S>(store: &S, event: &Recorded) -> Result<Loaded<D>, ReadError>
where
    D: Stored<State: Clone + Send + Sync> + 'static,
    S: EventStore,
{
    let mut loaded = Loaded::<D>::default();
    while loaded.version.plus(1) < event.version {
        let page = store.read(&event.stream, loaded.version, PAGE).await?;
        let earlier = |it: &&Recorded| it.version < event.version;
        let at = loaded.version;
        loaded.refold(&mut page.iter().filter(earlier))?;
        if loaded.version == at {
            return Err(damaged(event, "the events before it are missing"));
        }
    }
    Ok(loaded)
}

fn request<D: Stored>(step: &Step<D>) -> Option<TransactionId> {
    step.2.owner.as_ref().map(|(_, transaction)| transaction.clone())
}

fn wallet_entry(event: &Recorded, step: &Step<Wallet>) -> Option<Heard> {
    let (investor, fund) = wallet::parse_id(event.stream.id())?;
    let id = WalletId { investor, fund };
    let lines = of_wallet(&id, &step.0.state, &step.2.state, &step.1)?;
    let facts = vec![facts::of_shown((&id.investor, id.fund), step.2.state.counted()?)];
    let request = Some(event.event.correlation.clone());
    Some(Heard { lines, request, note: None, facts })
}

fn holdings_entry(event: &Recorded, step: &Step<Holdings>) -> Option<Heard> {
    let id = HoldingId::parse(event.stream.id())?;
    let lines = of_holdings(&id, &step.0.state, &step.2.state, &step.1)?;
    let facts = vec![facts::of_shown((&id.investor, id.fund), step.2.state.registered())];
    let request = Some(event.event.correlation.clone());
    Some(Heard { lines, request, note: None, facts })
}

fn damaged(event: &Recorded, what: &str) -> ReadError {
    let Recorded { stream, version, position, .. } = event;
    let place = format!("{stream} version {version} (position {position})");
    ReadError::Damaged { place, what: what.to_owned() }
}
