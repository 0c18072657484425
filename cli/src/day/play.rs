//! The hands of the virtual clock: what happens next, until nothing does.
//!
//! 1. Time only moves to the next thing that is due: an order, a job of the day, a callback, a
//!    timer. What is due is done, and the engine settles, before time moves again.
//! 2. What is due is read off the log and the counterparties' books, so that a day that was killed
//!    finds the same agenda. Everything on it may be done twice.
//! 3. Orders within a second go in together, in one wave, at the instant of its last; a day of many
//!    orders has wider waves. A wave never spans a cut-off, and each order keeps its own instant.

use super::{
    Trouble, batch,
    progress::{Job, Moment},
    watched::Watched,
};
use fundflow::{Engine, Purchase, PurchaseError};
use fundflow_application::{
    audit::{self, Report},
    read_models::{Sagas, catch_up},
};
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    fund_order::Stage,
    ids::TransactionId,
    investor::SalesChannel,
    time::Timestamp,
};
use fundflow_infrastructure::{
    day_folder::{Day, Order},
    sandbox::{
        channel::{SandboxChannel, Totals},
        registrar::SandboxRegistrar,
    },
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    store::{Checkpoints, EventStore, Position},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// Milliseconds of a wave, at least.
const WAVE: i64 = 1000;
/// A day is cut into about so many waves at most: each costs some durable writes.
const WAVES_MAX: i64 = 500;
/// Batches after that of the day, for what is converted later.
const DAYS_MAX: usize = 5;

/// Who is on the other side, and where files are exchanged with them.
pub(super) struct Counterparties {
    pub(super) channel: Arc<SandboxChannel>,
    pub(super) registrar: Arc<SandboxRegistrar>,
    pub(super) files: PathBuf,
}

/// What a day brought.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) sagas: Sagas,
    /// Requests that the business refused, and why.
    pub(super) refused: BTreeMap<TransactionId, String>,
    /// Things that a person should look at.
    pub(super) remarks: Vec<String>,
    pub(super) audit: Report,
    pub(super) totals: Option<Totals>,
    pub(super) events_before: u64,
    pub(super) events_after: u64,
    pub(super) ended_at: Timestamp,
    pub(super) files: Vec<PathBuf>,
}

/// Something of the day that has its time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    /// These orders, by index.
    Wave(usize, usize),
    /// Seal the batch and send it.
    Send(TradingDay),
    /// The prices of that day are published.
    Prices(TradingDay),
    /// The registrar works through the batch of that day.
    Night(TradingDay),
    /// Its answers are read.
    Answers(TradingDay),
}

/// What a step did: one thing of the agenda, or only what counterparties and timers brought.
pub(super) struct Done(Option<Item>);

impl Done {
    fn job(&self) -> Option<Job> {
        match self.0.as_ref()? {
            Item::Wave(..) => None,
            Item::Send(t) => Some(Job::Sent(*t)),
            Item::Prices(t) => Some(Job::Priced(*t)),
            Item::Night(t) => Some(Job::Worked(*t)),
            Item::Answers(t) => Some(Job::Answered(*t)),
        }
    }
}

/// A day under way.
pub(super) struct Play<S> {
    pub(super) engine: Engine,
    pub(super) store: Arc<S>,
    pub(super) day: Arc<Day>,
    pub(super) calendar: Arc<TradingCalendar>,
    pub(super) clock: ManualClock,
    pub(super) with: Counterparties,
    pub(super) sagas: Watched,
    pub(super) remarks: Vec<String>,
    pub(super) written: Vec<PathBuf>,
    refused: BTreeMap<TransactionId, String>,
    /// Requests that were made of the engine.
    made: usize,
    agenda: BTreeSet<(Timestamp, Item)>,
    days: Vec<TradingDay>,
}

/// Eight in the morning of T, or where a day that was killed stopped.
pub(super) async fn start_of<S: EventStore>(store: &S, day: &Day) -> Result<Timestamp, Trouble> {
    let first = at(day.trade_date, 8, 0);
    let earliest = day.orders.first().map_or(first, |order| order.time.min(first));
    let head = store.head().borrow().0;
    let last = store.read_all(Position(head.saturating_sub(1)), 1).await?;
    Ok(last.first().map_or(earliest, |event| event.event.recorded_at.max(earliest)))
}

fn at(day: TradingDay, hour: u32, minute: u32) -> Timestamp {
    let time = chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    Timestamp::shanghai(day.date(), time)
}

impl<S: EventStore + Checkpoints> Play<S> {
    /// Starts the engine and writes the agenda.
    pub(super) async fn start(
        store: Arc<S>,
        day: Arc<Day>,
        calendar: Arc<TradingCalendar>,
        clock: ManualClock,
        with: Counterparties,
    ) -> Result<Self, Trouble> {
        let (channel, registrar) = (with.channel.clone(), with.registrar.clone());
        let funds = day.clone();
        let engine = Engine::builder(store.clone(), channel, registrar, calendar.clone())
            .funds(move |code, date| funds.catalogue.on(code, date))
            .clock(clock.clone())
            .start()
            .await?;
        let sagas = Watched::over(calendar.clone());
        let (agenda, days) = (BTreeSet::new(), Vec::new());
        let (refused, remarks, written) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut play = Self {
            engine,
            store,
            day,
            calendar,
            clock,
            with,
            sagas,
            remarks,
            written,
            refused,
            made: 0,
            agenda,
            days,
        };
        for (from, until) in waves(&play.day.orders) {
            if let Some(last) = play.day.orders.get(until.saturating_sub(1)) {
                play.agenda.insert((last.time, Item::Wave(from, until)));
            }
        }
        play.plan(play.day.trade_date)?;
        play.plan(play.day.next)?;
        Ok(play)
    }

    fn plan(&mut self, t: TradingDay) -> Result<(), Trouble> {
        let next = self.calendar.plus(t, 1)?;
        self.days.push(t);
        self.agenda.extend([
            (at(t, 17, 0), Item::Send(t)),
            (at(t, 20, 0), Item::Prices(t)),
            (at(next, 8, 0), Item::Night(t)),
            (at(next, 8, 30), Item::Answers(t)),
        ]);
        Ok(())
    }

    /// Plays until nothing moves. `progress` hears of every step.
    pub(super) async fn run(
        mut self,
        mut progress: impl FnMut(&Moment),
    ) -> Result<Played, Trouble> {
        let events_before = self.store.head().borrow().0;
        let whole = self.agenda.len() as u64;
        self.settle().await?;
        while let Some(step) = self.step().await? {
            progress(&self.moment(whole, step.job()));
        }
        self.engine.shutdown().await?;
        let events = self.store.head().borrow().0;
        progress(&self.moment(whole, Some(Job::Settled { events })));
        let audit = audit::verify(&*self.store, |_, _| {}).await?.report;
        let now = self.clock.now();
        Ok(Played {
            totals: self.with.channel.totals(now),
            events_before,
            events_after: self.store.head().borrow().0,
            ended_at: now,
            files: self.written,
            sagas: self.sagas.into_inner(),
            refused: self.refused,
            remarks: self.remarks,
            audit,
        })
    }

    fn moment(&self, whole: u64, job: Option<Job>) -> Moment {
        let left = self.agenda.len() as u64;
        Moment {
            now: self.clock.now(),
            done: whole.saturating_sub(left),
            of: whole.max(left),
            made: self.made,
            requests: self.day.orders.len(),
            job,
        }
    }

    /// Moves time to the next thing that is due and does it; `None` when nothing is left.
    pub(super) async fn step(&mut self) -> Result<Option<Done>, Trouble> {
        let Some(next) = self.next()? else { return Ok(None) };
        self.clock.advance_to(next);
        let now = self.clock.now();
        let mut done = Done(None);
        if self.agenda.first().is_some_and(|(due, _)| *due <= now)
            && let Some((_, item)) = self.agenda.pop_first()
        {
            done = Done(Some(item.clone()));
            self.carry_out(item).await?;
        }
        let mut notices = self.with.channel.due(now);
        notices.extend(self.with.registrar.due(now));
        self.deliver(notices).await?;
        self.settle().await?;
        Ok(Some(done))
    }

    /// When something is due next; a further day is planned when a batch still waits for one.
    fn next(&mut self) -> Result<Option<Timestamp>, Trouble> {
        let mut due = [
            self.agenda.first().map(|(due, _)| *due),
            self.with.channel.next_due(),
            self.with.registrar.next_due(),
            self.sagas.next_due(self.clock.now()),
        ];
        due.sort();
        let first = due.into_iter().flatten().next();
        let last = self.days.last().copied();
        match (first, last) {
            (None, Some(last)) if self.days.len() < DAYS_MAX && self.is_batch_waiting() => {
                self.plan(self.calendar.plus(last, 1)?)?;
                Ok(self.agenda.first().map(|(due, _)| *due))
            }
            (first, _) => Ok(first),
        }
    }

    fn is_batch_waiting(&self) -> bool {
        let orders = self.sagas.orders().iter();
        let stages = orders.filter_map(|(_, kept)| Some(&kept.loaded.state.order()?.stage));
        stages.into_iter().any(|stage| matches!(stage, Stage::Accepted(_) | Stage::Sealed))
    }

    async fn carry_out(&mut self, item: Item) -> Result<(), Trouble> {
        match item {
            Item::Wave(from, until) => self.place(from, until).await,
            Item::Send(t) => batch::send(self, t).await,
            Item::Prices(t) => {
                let of_day = self.day.prices.iter().filter(|price| price.date == t.date());
                for price in of_day {
                    self.with.registrar.market().publish(price.fund, price.date, price.nav);
                }
                Ok(())
            }
            Item::Night(t) => batch::night(self, t),
            Item::Answers(t) => batch::answers(self, t).await,
        }
    }

    async fn place(&mut self, from: usize, until: usize) -> Result<(), Trouble> {
        let orders = self.day.orders.get(from..until).unwrap_or_default();
        let purchases = orders.iter().filter_map(|order| {
            let investor = self.day.investors.get(&order.investor)?.profile.clone();
            Some(Purchase {
                transaction: order.transaction.clone(),
                investor,
                wallet_fund: order.wallet_fund,
                target_fund: order.target_fund,
                amount: order.amount,
                mode: order.mode,
                only_today: order.only_today,
                channel: SalesChannel::DirectOnline,
                warning_confirmed: order.warning_confirmed.clone(),
                at: Some(order.time),
                trace_parent: None,
            })
        });
        let answers = self.engine.purchase_all(purchases.collect()).await?;
        self.made += orders.len();
        for (order, answer) in orders.iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(PurchaseError::Refused(refusal)) => {
                    self.refused.insert(order.transaction.clone(), refusal.to_string());
                }
                Err(error @ PurchaseError::Busy { .. }) => {
                    return Err(Trouble::Defect(error.to_string()));
                }
                Err(PurchaseError::Stopped { cause }) => {
                    return Err(fundflow::Stopped { cause }.into());
                }
                Err(PurchaseError::Defect(what)) => return Err(Trouble::Defect(what)),
            }
        }
        Ok(())
    }

    /// Hands notices to the engine; what is about no order of ours is a remark.
    pub(super) async fn deliver(
        &mut self,
        notices: Vec<fundflow_application::counterparty::Notice>,
    ) -> Result<(), Trouble> {
        if notices.is_empty() {
            return Ok(());
        }
        let delivered = self.engine.deliver(notices).await?;
        let unknown = delivered.unknown.iter();
        self.remarks.extend(unknown.map(|notice| format!("about no order of ours: {notice:?}")));
        Ok(())
    }

    pub(super) async fn settle(&mut self) -> Result<(), Trouble> {
        self.engine.settle().await?;
        catch_up(&*self.store, &mut self.sagas).await?;
        self.sagas.look();
        Ok(())
    }
}

/// From and until of each wave.
fn waves(orders: &[Order]) -> Vec<(usize, usize)> {
    let micros = |order: Option<&Order>| order.map_or(0, |order| order.time.micros());
    let span = (micros(orders.last()) - micros(orders.first())) / 1000;
    let many = i64::try_from(orders.len()).is_ok_and(|orders| orders > WAVES_MAX);
    let wave = if many { WAVE.max(span / WAVES_MAX) } else { WAVE };
    let mut waves: Vec<(usize, usize)> = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        let first = waves.last().and_then(|(from, _)| orders.get(*from));
        let joins = first
            .is_some_and(|first| order.t == first.t && order.time < first.time.plus_millis(wave));
        match waves.last_mut() {
            Some((_, until)) if joins => *until = index + 1,
            Some(_) | None => waves.push((index, index + 1)),
        }
    }
    waves
}
