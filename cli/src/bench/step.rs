//! A step of a day that is measured, in a process of its own: what a service does at that hour, with the shipped jobs of
//! day-cuts on an engine of its own.

use super::{load::Trouble, night, sandbox::SandboxRegistrar, statement::Statement};
use crate::house::{BANK, REGISTRAR, registrar_port, shipped};
use chrono::{NaiveDate, NaiveTime};
use clap::ValueEnum;
use fundflow::{Asking, Engine};
use fundflow_application::guard::LedgerGuard;
use fundflow_closing::{Attached, Dealing, Jobs, Place, announced, logged};
use fundflow_domain::{
    admission::buying::Way,
    calendar::TradingDay,
    ids::{DistributorCode, FundCode, RegistrarCode, TransactionId},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    money::{Amount, Nav},
    time::Timestamp,
};
use fundflow_infrastructure::{
    catalogue,
    day_batch::Filing,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{clock::ManualClock, loaded::with_sources};
use fundflow_sagas::{
    house::House,
    parts::cases::UnknownOrders,
    ports::{
        bank::Bank,
        day_jobs::{Job, JobCall, JobStand},
        registrar::Register,
    },
    purchase::{Asked, Purchase, Request},
};
use std::{collections::BTreeSet, path::Path, sync::Arc};

/// The trading day, what is bought on it, and at which price.
pub(super) const DATE: &str = "2026-03-02";
const FUND: &str = "011162";
const NAV: &str = "0.7421";
const DISTRIBUTOR: &str = "305";
/// Requests that are made at once.
const WAVE: u64 = 4096;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Step {
    /// 10:00: so many investors buy, and each pays.
    Placed,
    /// 17:00: the batch is sealed and goes out.
    Cut,
    /// The night: the registrar answers.
    Answered,
    /// 8:30 of the next day: its answers are read, and each order is confirmed and booked.
    Read,
    /// The ledger, up to the log's end.
    Posted,
}

impl Step {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Cut => "cut",
            Self::Answered => "answered",
            Self::Read => "read",
            Self::Posted => "posted",
        }
    }

    const fn jobs(self) -> &'static [Job] {
        match self {
            Self::Placed | Self::Answered => &[],
            Self::Cut => &[Job::Seal, Job::Applications],
            Self::Read => &[Job::Prices, Job::Confirmations, Job::Income],
            Self::Posted => &[Job::Postings],
        }
    }
}

/// Does that step on the store of that directory.
pub(super) async fn run(step: Step, orders: u64, base: &Path) -> Result<(), Trouble> {
    let day: NaiveDate = DATE.parse()?;
    let house = house()?;
    let t = house.calendar.day(day)?;
    let next = house.calendar.plus(t, 1)?;
    let out = base.join("exchange").join(DATE);
    let at = |day: TradingDay, hour, minute| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        Timestamp::shanghai(day.date(), time)
    };
    match step {
        Step::Placed => {
            let service = Service::start(base, house, at(t, 10, 0)).await?;
            service.place(orders).await?;
            service.stop().await
        }
        Step::Answered => {
            let (index, _) = announced(&out.join("out"))?.ok_or("the batch has not gone out")?;
            let what = (t, FUND.parse()?, NAV.parse()?);
            night::answer(&house, what, (&index, &out.join("in"))).map(drop)
        }
        Step::Cut => Service::start(base, house, at(t, 17, 0)).await?.work(step, t).await,
        Step::Read | Step::Posted => {
            Service::start(base, house, at(next, 8, 30)).await?.work(step, t).await
        }
    }
}

fn house() -> Result<House, Trouble> {
    let (fund, day, nav): (FundCode, NaiveDate, Nav) = (FUND.parse()?, DATE.parse()?, NAV.parse()?);
    let navs = move |of, on| (of == fund && on == day).then_some(nav);
    let shipped = shipped(REGISTRAR)?;
    Ok(House { navs: Arc::new(navs), distributor: Some(DISTRIBUTOR.parse()?), ..shipped })
}

/// A service's engine and its jobs.
struct Service {
    store: Arc<SqliteStore>,
    engine: Engine,
    jobs: Arc<Jobs<SqliteStore>>,
    statement: Arc<Statement>,
    _attached: Attached,
}

impl Service {
    async fn start(base: &Path, house: House, at: Timestamp) -> Result<Self, Trouble> {
        let store = Arc::new(SqliteStore::open(base.join("events.db"), &Settings::default())?);
        let clock = ManualClock::at(at);
        let jobs = jobs(base, &store, &house)?;
        let statement = Arc::new(Statement::below(base, clock.clone())?);
        let registrar = Arc::new(SandboxRegistrar::new(false, NAV.parse()?));
        let engine = Engine::builder(store.clone())
            .clock(clock)
            .guard(LedgerGuard)
            .unclaimed(UnknownOrders)
            .saga(Purchase { house })
            .port(BANK, Arc::new(Bank(statement.clone())))?
            .port(&registrar_port(REGISTRAR), Arc::new(Register(registrar)))?
            .start()
            .await?;
        let attached = jobs.attach(&engine);
        Ok(Self { store, engine, jobs, statement, _attached: attached })
    }

    async fn place(&self, orders: u64) -> Result<(), Trouble> {
        let mut first = 0;
        while first < orders {
            let until = orders.min(first + WAVE);
            let wave: Vec<_> = (first..until).map(asking).collect::<Result<_, _>>()?;
            for placed in self.engine.request_all(wave).await {
                placed.map_err(|error| with_sources(&error))?;
            }
            self.engine.settle().await?;
            first = until;
        }
        self.statement.flush()
    }

    async fn work(self, step: Step, t: TradingDay) -> Result<(), Trouble> {
        let registrar: RegistrarCode = REGISTRAR.parse()?;
        for job in step.jobs() {
            let call = JobCall { registrar: registrar.clone(), t, job: *job, after: None };
            match self.jobs.attempt(&call).await {
                Ok(JobStand::Done(_)) => {}
                Ok(JobStand::NotYet(why) | JobStand::Refused(why) | JobStand::Unknown(why)) => {
                    return Err(format!("{}: {why}", job.name()).into());
                }
                Ok(JobStand::Paged { .. }) => {
                    return Err(format!("{}: a part of it is done", job.name()).into());
                }
                Err(cause) => return Err(format!("{}: {cause}", job.name()).into()),
            }
            self.engine.settle().await?;
        }
        self.stop().await
    }

    async fn stop(self) -> Result<(), Trouble> {
        self.engine.shutdown().await?;
        self.store.close().await;
        Ok(())
    }
}

fn jobs(
    base: &Path,
    store: &Arc<SqliteStore>,
    house: &House,
) -> Result<Arc<Jobs<SqliteStore>>, Trouble> {
    let registrars: Arc<[RegistrarCode]> = [REGISTRAR.parse()?].into();
    let bad = |_| "the shipped catalogue is bad";
    let funds = catalogue::shipped().map_err(bad)?.codes().collect();
    let place = Place { base: base.to_owned(), house: house.clone(), registrars, funds };
    let distributor: DistributorCode = DISTRIBUTOR.parse()?;
    let dealing = Dealing {
        distributors: vec![distributor],
        filing: Arc::new(|_| Filing::default()),
        customers: Arc::new(|_| None),
        accounts: Arc::new(|_| None),
        may_read: Arc::new(|_| true),
        hears: logged(),
    };
    Ok(Arc::new(Jobs::of(store.clone(), Some(store.clone()), place).dealing(dealing)))
}

/// The purchase of an investor of its own, so that each has a holding.
fn asking(nth: u64) -> Result<Asking<Purchase>, Trouble> {
    let far = "2099-12-31".parse::<NaiveDate>()?;
    let investor = InvestorProfile {
        id: format!("I-{nth:07}").parse()?,
        account: "card-0".parse()?,
        risk: InvestorRisk::C5,
        questionnaire_valid_until: far,
        questionnaire: "q-2026".parse()?,
        kyc: KycState::Verified,
        id_valid_until: far,
        same_name_card: true,
        customer_type: CustomerType::Individual,
        holds: BTreeSet::new(),
    };
    let amount: Amount = "5000.00".parse()?;
    let request = Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        fund: FUND.parse()?,
        amount,
        way: Way::Purchase,
        only_today: false,
        distributor: None,
    };
    let channel = SalesChannel::DirectOnline;
    let asked = Asked { investor, channel, warning_confirmed: None, at: None };
    Ok(Asking::of(TransactionId::new(format!("P-{nth:07}"))?, request, asked))
}
