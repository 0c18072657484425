//! The load: complete purchases through the engine's own door, a given number in flight.

use super::sandbox::{SandboxChannel, SandboxRegistrar};
use chrono::NaiveDate;
use fundflow::{Engine, Purchase, PurchaseError, Rest};
use fundflow_application::counterparty::Notice;
use fundflow_domain::{
    calendar::TradingCalendar,
    catalogue::Catalogue,
    discount_purchase::Ending,
    ids::{FundCode, TransactionId},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    money::{Amount, Nav},
    time::Timestamp,
};
use fundflow_kernel::{
    clock::ManualClock,
    loaded::with_sources,
    store::{Checkpoints, EventStore},
};
use hdrhistogram::Histogram;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet};

/// Why a run has no figures.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// What a run measured.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) purchases: u64,
    pub(super) took: Duration,
    /// Microseconds from request to the durable answer.
    pub(super) prepared: Histogram<u64>,
    /// Microseconds from request to completed.
    pub(super) completed: Histogram<u64>,
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
    template: Template,
    next: Arc<AtomicU64>,
}

impl Bench {
    /// Starts an engine whose registrar confirms at once, or (for counting open sagas) never.
    pub(super) async fn start<S: EventStore + Checkpoints>(
        store: Arc<S>,
        catalogue: Catalogue,
        confirms: bool,
        first: u64,
    ) -> Result<Self, Trouble> {
        // A fixed business instant: the figures must not depend on the day of the run.
        let clock = ManualClock::at("2026-02-13T10:00:00+08:00".parse::<Timestamp>()?);
        let (to_notices, mut notices) = mpsc::unbounded_channel();
        let registrar = SandboxRegistrar {
            notices: confirms.then_some(to_notices),
            confirmed_on: "2026-02-24".parse::<NaiveDate>()?,
            nav: "1.2345".parse::<Nav>()?,
        };
        let channel = Arc::new(SandboxChannel(clock.clone()));
        let calendar = Arc::new(TradingCalendar::xshg()?);
        let engine = Engine::builder(store, channel, Arc::new(registrar), calendar)
            .clock(clock)
            .funds(move |code, date| catalogue.on(code, date))
            .start()
            .await?;
        let deliverer = engine.clone();
        tokio::spawn(async move {
            let mut told: Vec<Notice> = Vec::new();
            while notices.recv_many(&mut told, 4096).await > 0 {
                if deliverer.deliver(std::mem::take(&mut told)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self { engine, template: Template::new()?, next: Arc::new(AtomicU64::new(first)) })
    }

    /// So many purchases, each waited for to its end, `in_flight` at a time.
    pub(super) async fn complete(&self, purchases: u64, in_flight: u64) -> Result<Run, Trouble> {
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for worker in 0..in_flight.min(purchases) {
            let share = purchases / in_flight + u64::from(worker < purchases % in_flight);
            let (engine, template, next) =
                (self.engine.clone(), self.template.clone(), self.next.clone());
            workers.spawn(async move { work(&engine, &template, &next, share).await });
        }
        let (mut prepared, mut completed) = (histogram()?, histogram()?);
        while let Some(done) = workers.join_next().await {
            for (took_prepared, took_completed) in done?? {
                prepared.record(took_prepared)?;
                completed.record(took_completed)?;
            }
        }
        Ok(Run { purchases, took: start.elapsed(), prepared, completed })
    }

    /// So many purchases that stay open, waiting for the registrar.
    pub(super) async fn open(&self, purchases: u64) -> Result<(), Trouble> {
        let mut left = purchases;
        while left > 0 {
            let wave = left.min(4096);
            let batch = (0..wave).map(|_| self.template.purchase(&self.next)).collect();
            let batch: Vec<Purchase> = Result::from_iter::<Vec<_>>(batch)?;
            for placed in self.engine.purchase_all(batch).await? {
                placed?;
            }
            self.engine.settle().await?;
            left -= wave;
        }
        Ok(())
    }

    pub(super) async fn stop(self) -> Result<(), Trouble> {
        Ok(self.engine.shutdown().await?)
    }
}

async fn work(
    engine: &Engine,
    template: &Template,
    next: &AtomicU64,
    share: u64,
) -> Result<Vec<(u64, u64)>, Trouble> {
    let mut took = Vec::new();
    for _ in 0..share {
        let purchase = template.purchase(next)?;
        let start = Instant::now();
        let rest = loop {
            match engine.purchase_watched(purchase.clone()).await {
                Ok((_, rest)) => break rest,
                Err(PurchaseError::Busy { retry_after }) => tokio::time::sleep(retry_after).await,
                Err(error) => return Err(with_sources(&error).into()),
            }
        };
        let prepared = micros(start);
        match rest.await? {
            Rest::Ended(Ending::Completed) => took.push((prepared, micros(start))),
            other => return Err(format!("{} came to {other:?}", purchase.transaction).into()),
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
    fn purchase(&self, next: &AtomicU64) -> Result<Purchase, Trouble> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let mut investor = self.investor.clone();
        investor.id = format!("INV-{:09}", number / 4).parse()?;
        Ok(Purchase {
            transaction: TransactionId::new(format!("TX-20260213-{number:010}"))?,
            investor,
            wallet_fund: self.wallet_fund,
            target_fund: self.target_fund,
            amount: self.amount,
            mode: None,
            only_today: false,
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            at: None,
            trace_parent: None,
        })
    }
}
