//! The load: complete purchases through the engine's own door, a given number in flight.
//!
//! ```text
//! T 10:00       a night's purchases; each is paid for and handed in           placed
//! T+1 9:00      the registrar confirms them, purchase and conversion          confirmed
//! T+1 9:00      the next night's purchases, until there are enough            placed
//! ```
//!
//! Nothing is confirmed before the cut-off of its T, so a purchase cannot complete in one go, and what is
//! placed on one day is open overnight.

use super::sandbox::{SandboxChannel, SandboxRegistrar};
use crate::house;
use chrono::{NaiveDate, NaiveTime};
use fundflow::{Asking, Engine, Notice, RequestError, Rest, SagaId};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::{
    calendar::{CalendarError, TradingCalendar},
    ids::{FundCode, TransactionId},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    money::{Amount, Nav},
    time::Timestamp,
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    loaded::with_sources,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Request},
    ports::{bank::Bank, registrar::Register},
};
use hdrhistogram::Histogram;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Why a run has no figures.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

const KIND: &str = <DiscountPurchase as fundflow::runtime::saga::Saga>::KIND;
const COMPLETED: &str = "discount_purchase.completed";

/// Figures of a run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) purchases: u64,
    /// From the first request until all are paid for and handed in.
    pub(super) placing: Duration,
    /// From the first confirmation until all are completed.
    pub(super) confirming: Duration,
    /// Microseconds from request to the durable answer.
    pub(super) prepared: Histogram<u64>,
    /// Microseconds from a purchase's confirmations to completed.
    pub(super) completed: Histogram<u64>,
}

impl Run {
    pub(super) const fn took(&self) -> Duration {
        self.placing.saturating_add(self.confirming)
    }

    fn add(&mut self, night: &Self) -> Result<(), Trouble> {
        self.purchases += night.purchases;
        self.placing += night.placing;
        self.confirming += night.confirming;
        self.prepared.add(&night.prepared)?;
        Ok(self.completed.add(&night.completed)?)
    }
}

/// What every purchase of the load is about.
#[derive(Debug, Clone)]
struct Template {
    wallet_fund: FundCode,
    target_fund: FundCode,
    amount: Amount,
    investor: InvestorProfile,
}

/// An engine under load.
pub(super) struct Bench {
    engine: Engine,
    clock: ManualClock,
    calendar: Arc<TradingCalendar>,
    registrar: Arc<SandboxRegistrar>,
    template: Template,
    next: Arc<AtomicU64>,
}

impl Bench {
    /// Starts an engine whose registrar confirms on the next day, or (for counting open sagas) never.
    pub(super) async fn start<S: EventStore + Checkpoints>(
        store: Arc<S>,
        at: Timestamp,
        confirms: bool,
        first: u64,
    ) -> Result<Self, Trouble> {
        let clock = ManualClock::at(at);
        let registrar = Arc::new(SandboxRegistrar::new(confirms, "1.2345".parse::<Nav>()?));
        let house = house::shipped(house::REGISTRAR)?;
        let calendar = house.calendar.clone();
        let port = house::registrar_port(house::REGISTRAR);
        let engine = Engine::builder(store)
            .clock(clock.clone())
            .guard(LedgerGuard)
            .saga(DiscountPurchase { house })
            .port(house::BANK, Arc::new(Bank(Arc::new(SandboxChannel(clock.clone())))))?
            .port(&port, Arc::new(Register(registrar.clone())))?
            .start()
            .await?;
        let (template, next) = (Template::new()?, Arc::new(AtomicU64::new(first)));
        Ok(Self { engine, clock, calendar, registrar, template, next })
    }

    /// The present instant of its clock.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// So many purchases, each brought to its end, `in_flight` at a time and so many a night.
    pub(super) async fn complete(
        &self,
        purchases: u64,
        in_flight: u64,
        overnight: u64,
    ) -> Result<Run, Trouble> {
        let mut all = self.one_night(purchases.min(overnight), in_flight).await?;
        while all.purchases < purchases {
            let night = (purchases - all.purchases).min(overnight);
            all.add(&self.one_night(night, in_flight).await?)?;
        }
        Ok(all)
    }

    /// Purchases that are placed on one trading day and confirmed on the morning of the next.
    async fn one_night(&self, purchases: u64, in_flight: u64) -> Result<Run, Trouble> {
        let start = Instant::now();
        let mut prepared = histogram()?;
        let mut workers = JoinSet::new();
        for share in shares(purchases, in_flight) {
            let (engine, template, next) =
                (self.engine.clone(), self.template.clone(), self.next.clone());
            workers.spawn(async move { place(&engine, &template, &next, share).await });
        }
        while let Some(done) = workers.join_next().await {
            done??.into_iter().try_for_each(|took| prepared.record(took))?;
        }
        self.engine.settle().await?;
        let placing = start.elapsed();
        self.clock.advance_to(next_morning(&self.calendar, self.clock.now())?);
        let (confirming, completed) = self.confirm(purchases, in_flight).await?;
        Ok(Run { purchases, placing, confirming, prepared, completed })
    }

    async fn confirm(
        &self,
        purchases: u64,
        in_flight: u64,
    ) -> Result<(Duration, Histogram<u64>), Trouble> {
        let mut words = self.registrar.take().into_iter();
        let (start, mut workers) = (Instant::now(), JoinSet::new());
        for share in shares(purchases, in_flight) {
            let mine: Vec<_> = words.by_ref().take(usize::try_from(share)?).collect();
            let engine = self.engine.clone();
            workers.spawn(async move { conclude(&engine, mine).await });
        }
        let mut completed = histogram()?;
        while let Some(done) = workers.join_next().await {
            done??.into_iter().try_for_each(|took| completed.record(took))?;
        }
        if completed.len() != purchases {
            return Err(format!("{} of {purchases} were completed", completed.len()).into());
        }
        Ok((start.elapsed(), completed))
    }

    /// So many purchases that stay open, waiting for the registrar.
    pub(super) async fn open(&self, purchases: u64) -> Result<(), Trouble> {
        let mut left = purchases;
        while left > 0 {
            let wave = left.min(4096);
            let batch = (0..wave).map(|_| self.template.purchase(&self.next));
            let batch: Vec<_> = Result::from_iter::<Vec<_>>(batch.collect())?;
            for placed in self.engine.request_all(batch).await {
                placed.map_err(|error| with_sources(&error))?;
            }
            self.engine.settle().await?;
            left -= wave;
        }
        Ok(())
    }

    /// How many purchases are open, as soon as the engine answers.
    pub(super) async fn open_sagas(&self) -> Result<usize, Trouble> {
        Ok(self.engine.in_memory().await?.open)
    }

    pub(super) async fn stop(self) -> Result<(), Trouble> {
        Ok(self.engine.shutdown().await?)
    }
}

/// How many each of the workers takes.
fn shares(all: u64, workers: u64) -> impl Iterator<Item = u64> {
    let workers = workers.clamp(1, all.max(1));
    (0..workers).map(move |worker| all / workers + u64::from(worker < all % workers))
}

/// Nine on the trading day after that instant's.
fn next_morning(calendar: &TradingCalendar, now: Timestamp) -> Result<Timestamp, CalendarError> {
    let next = calendar.plus(calendar.t_of(now)?, 1)?;
    Ok(Timestamp::shanghai(next.date(), NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()))
}

async fn place(
    engine: &Engine,
    template: &Template,
    next: &AtomicU64,
    share: u64,
) -> Result<Vec<u64>, Trouble> {
    let mut took = Vec::new();
    for _ in 0..share {
        let Asking { transaction, request, asked, .. } = template.purchase(next)?;
        let start = Instant::now();
        loop {
            let (transaction, request, asked) =
                (transaction.clone(), request.clone(), asked.clone());
            let placed =
                engine.request::<DiscountPurchase>(transaction, request, asked, None, None);
            match placed.await {
                Ok(_) => break,
                Err(RequestError::Busy { retry_after }) => tokio::time::sleep(retry_after).await,
                Err(error) => return Err(with_sources(&error).into()),
            }
        }
        took.push(micros(start));
    }
    Ok(took)
}

async fn conclude(
    engine: &Engine,
    purchases: Vec<(TransactionId, Vec<Notice>)>,
) -> Result<Vec<u64>, Trouble> {
    let mut took = Vec::new();
    for (transaction, notices) in purchases {
        let start = Instant::now();
        let saga = SagaId { kind: KIND, transaction };
        let (rest, delivered) = tokio::join!(engine.rest_of(saga.clone()), engine.deliver(notices));
        for delivered in delivered {
            delivered?;
        }
        match rest? {
            Rest::Ended(ending) if *ending == *COMPLETED => took.push(micros(start)),
            other @ (Rest::Ended(_) | Rest::Parked(_)) => {
                return Err(format!("{saga} came to rest, {other}").into());
            }
        }
    }
    Ok(took)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
}

fn histogram() -> Result<Histogram<u64>, Trouble> {
    Ok(Histogram::new_with_bounds(1, 600_000_000, 3)?)
}

impl Template {
    fn new() -> Result<Self, Trouble> {
        let far = "2099-12-31".parse::<NaiveDate>()?;
        Ok(Self {
            wallet_fund: "000730".parse()?,
            target_fund: "011162".parse()?,
            amount: "10000.00".parse()?,
            investor: InvestorProfile {
                id: "bench".parse()?,
                account: "card-0".parse()?,
                risk: InvestorRisk::C5,
                questionnaire_valid_until: far,
                questionnaire: "q-2026".parse()?,
                kyc: KycState::Verified,
                id_valid_until: far,
                same_name_card: true,
                customer_type: CustomerType::Individual,
                holds: std::collections::BTreeSet::new(),
            },
        })
    }

    /// The next purchase: another transaction; four purchases an investor.
    fn purchase(&self, next: &AtomicU64) -> Result<Asking<DiscountPurchase>, Trouble> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let mut investor = self.investor.clone();
        investor.id = format!("INV-{:09}", number / 4).parse()?;
        let request = Request {
            investor: investor.id.clone(),
            account: investor.account.clone(),
            wallet_fund: self.wallet_fund,
            target_fund: self.target_fund,
            amount: self.amount,
            mode: None,
            only_today: false,
            by_plan: false,
            distributor: None,
        };
        let channel = SalesChannel::DirectOnline;
        let asked = Asked { investor, channel, warning_confirmed: None, at: None };
        let transaction = TransactionId::new(format!("TX-20260213-{number:010}"))?;
        Ok(Asking { transaction, request, asked, at: None, trace_parent: None })
    }
}
