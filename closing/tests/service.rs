//! A service that embeds the engine cuts its day by the clock: it registers the jobs once, and the registrar's files come
//! and go through a directory.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use fundflow::{
    Asking, ByClock, Engine, Notice,
    runtime::{process::Process, saga::Saga as _},
};
use fundflow_application::{guard::LedgerGuard, read_models::StreamFold};
use fundflow_closing::{Attached, Dealing, Jobs, Place, announced, logged};
use fundflow_domain::{
    admission::buying::Way,
    calendar::TradingCalendar,
    ids::{DistributorCode, RegistrarCode},
    investor::{InvestorProfile, SalesChannel},
    time::Timestamp,
};
use fundflow_infrastructure::{
    catalogue,
    day_batch::Filing,
    sandbox::{
        channel::{Movement, SandboxChannel},
        registrar::{Confirming, Market, SandboxRegistrar},
        scenario::Scenario,
    },
    sqlite::{Settings, SqliteStore},
    statements::StatementFolder,
};
use fundflow_kernel::{
    clock::ManualClock,
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    store::{EventStore as _, Position},
};
use fundflow_sagas::{
    clearing::Clearing,
    day_cut::{DayCut, Left, Schedule},
    dividend::Dividends,
    freeze::Freeze,
    house::House,
    parts::cases::UnknownOrders,
    ports::{
        bank::Bank,
        day_jobs::{self, Job},
        registrar::Register,
        statements::Statements,
    },
    purchase::{self, Purchase},
};
use std::{path::Path, sync::Arc};

const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C5", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;
const CUT: &str = "cut.05.2026-02-12";

type Due = Box<dyn FnMut(Timestamp) -> Vec<Asking<DayCut>> + Send>;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The counterparties, who outlive a process of ours.
struct Outside {
    channel: Arc<SandboxChannel>,
    registrar: Arc<SandboxRegistrar>,
    clock: ManualClock,
}

/// A process of the service.
struct Service<'a> {
    outside: &'a Outside,
    store: Arc<SqliteStore>,
    engine: Engine,
    _attached: Attached,
    by_clock: ByClock<DayCut, Due>,
}

fn outside() -> Outside {
    let clock = ManualClock::at(at("2026-02-12T10:00:00+08:00"));
    let (calendar, time) = (Arc::new(TradingCalendar::xshg().unwrap()), Arc::new(clock.clone()));
    // It is asked for one fund, and states it in file 07.
    let (funds, code) = (catalogue::shipped().unwrap(), "011162".parse().unwrap());
    let market = Market::of(calendar, funds.history(code).iter().cloned());
    market.publish(code, "2026-02-12".parse().unwrap(), "1".parse().unwrap());
    let registrar = SandboxRegistrar::in_memory(Scenario::default(), market, time.clone());
    let registrar = Arc::new(registrar.confirming(Confirming::ByBatch));
    let channel = Arc::new(SandboxChannel::in_memory(Scenario::default(), time));
    Outside { channel, registrar, clock }
}

fn house() -> House {
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let funds = catalogue::shipped().unwrap();
    let terms = move |code, day| funds.on(code, day);
    let house = House::of(calendar, terms, "bank".parse().unwrap(), "ta-05".parse().unwrap());
    House { navs: Arc::new(|_, _| "1".parse().ok()), ..house }
}

/// One thing is registered: the jobs, on a store and its directory.
fn jobs(base: &Path, store: &Arc<SqliteStore>) -> Arc<Jobs<SqliteStore>> {
    let registrars: Arc<[RegistrarCode]> = ["05".parse().unwrap()].into();
    let funds = catalogue::shipped().unwrap().codes().collect();
    let place = Place { base: base.to_owned(), house: house(), registrars, funds };
    let dealing = Dealing {
        distributors: vec!["305".parse().unwrap()],
        filing: Arc::new(|_| Filing::default()),
        customers: Arc::new(|_| None),
        accounts: Arc::new(|_| None),
        may_read: Arc::new(|_| true),
        hears: logged(),
    };
    Arc::new(Jobs::of(store.clone(), Some(store.clone()), place).dealing(dealing))
}

fn by_clock() -> ByClock<DayCut, Due> {
    let calendar = TradingCalendar::xshg().unwrap();
    let registrars = vec!["05".parse().unwrap()];
    let mut schedule = Schedule::from(registrars, "2026-02-12".parse().unwrap());
    let due: Due = Box::new(move |now| {
        let due = schedule.due(&calendar, now).into_iter();
        due.map(|(id, request)| Asking::of(id, request, ())).collect()
    });
    ByClock::of(due)
}

async fn start<'a>(base: &Path, outside: &'a Outside) -> Service<'a> {
    let store = SqliteStore::open(base.join("events.db"), &Settings::default()).unwrap();
    let (store, house) = (Arc::new(store), house());
    let jobs = jobs(base, &store);
    let statements = Arc::new(StatementFolder::below(base));
    let engine = Engine::builder(store.clone())
        .saga(Purchase { house: house.clone() })
        .saga(Dividends { house: house.clone() })
        .saga(Freeze { house: house.clone() })
        .saga(Clearing { house: house.clone(), statements: "statements".parse().unwrap() })
        .saga(DayCut { house, jobs: "day-jobs".parse().unwrap() })
        .port("bank", Arc::new(Bank(outside.channel.clone())))
        .and_then(|it| it.port("ta-05", Arc::new(Register(outside.registrar.clone()))))
        .and_then(|it| it.port("statements", Arc::new(Statements(statements))))
        .and_then(|it| it.port("day-jobs", Arc::new(day_jobs::Jobs(jobs.clone()))))
        .unwrap()
        .guard(LedgerGuard)
        .unclaimed(UnknownOrders)
        .clock(outside.clock.clone());
    let engine = engine.start().await.unwrap();
    let attached = jobs.attach(&engine);
    Service { outside, store, engine, _attached: attached, by_clock: by_clock() }
}

impl Service<'_> {
    /// Moves the clock to that instant; what counterparties say by then is heard, and what is due is asked for.
    async fn until(&mut self, then: &str) {
        let then = at(&format!("2026-02-{then}+08:00"));
        self.outside.clock.advance_to(then);
        for _ in 0..4 {
            let mut due = self.outside.channel.due(then);
            due.extend(self.outside.registrar.due(then));
            let notices = due.into_iter().map(|(stream, news)| Notice { stream, news });
            self.engine.deliver(notices.collect()).await;
            assert_eq!(self.by_clock.ask(&self.engine).await.unwrap(), []);
            self.engine.settle().await.unwrap();
        }
    }

    async fn events(&self) -> Vec<Recorded> {
        self.store.read_all(Position::START, u32::MAX).await.unwrap()
    }

    async fn types(&self, of: &str) -> Vec<String> {
        let all = self.events().await.into_iter();
        let of_it = all.filter(|event| event.stream.category() == of);
        of_it.map(|event| event.event.event_type.to_string()).collect()
    }

    /// Jobs that are done, and what each came to.
    async fn done(&self) -> Vec<(Job, u64)> {
        let cut: TransactionId = CUT.parse().unwrap();
        let stream = StreamName::of(DayCut::KIND, &cut);
        let read = StreamFold::<Process<DayCut>>::load(&*self.store, &stream).await;
        let (fold, _) = read.unwrap();
        let open = fold.loaded.state.open().unwrap();
        let figures = open.notes.left.iter().filter_map(|(job, left)| match left {
            Left::Done(figures) => Some((*job, figures.count)),
            Left::Skipped(_) => None,
        });
        figures.collect()
    }

    async fn buys(&self) {
        let investor: InvestorProfile = serde_json::from_str(INVESTOR).unwrap();
        let request = purchase::Request {
            investor: investor.id.clone(),
            account: investor.account.clone(),
            fund: "011162".parse().unwrap(),
            amount: "10000.00".parse().unwrap(),
            way: Way::Purchase,
            only_today: false,
            distributor: None,
        };
        let channel = SalesChannel::DirectOnline;
        let asked = purchase::Asked { investor, channel, warning_confirmed: None, at: None };
        let id = "TX-1".parse().unwrap();
        let asked = self.engine.request::<Purchase>(id, request, asked, None, None).await;
        asked.unwrap();
        self.engine.settle().await.unwrap();
    }

    async fn stop(self) {
        self.engine.shutdown().await.unwrap();
        self.store.close().await;
    }
}

/// The channel says what it moved, and the registrar works through what was sent.
fn night(base: &Path, outside: &Outside) {
    let (t, now) = ("2026-02-12".parse().unwrap(), at("2026-02-13T00:00:00+08:00"));
    let line = |it: &Movement| {
        let direction = if it.is_in { "in" } else { "out" };
        format!("{t},{},{},{direction},{},done\n", it.no, it.serial, it.amount)
    };
    let lines: String = outside.channel.statement(t, now).iter().map(line).collect();
    let directory = base.join(format!("statements/{t}"));
    std::fs::create_dir_all(&directory).unwrap();
    let text = format!("date,number,serial,direction,amount,status\n{lines}");
    std::fs::write(directory.join("channel.csv"), text).unwrap();
    let day = base.join("exchange/2026-02-12");
    let (index, _) = announced(&day.join("out")).unwrap().unwrap();
    let own: DistributorCode = "305".parse().unwrap();
    outside.registrar.run_batch(&index, &day.join("in"), &own).unwrap();
}

#[tokio::test]
async fn a_service_cuts_its_day_by_the_clock_with_files_in_a_directory() {
    let (base, outside) = (tempfile::tempdir().unwrap(), outside());
    let mut service = start(base.path(), &outside).await;
    service.buys().await;
    service.until("12T15:00:01").await;
    assert_eq!(
        service.types("day_cut").await,
        ["day_cut.prepared"],
        "the batch is open until 17:00"
    );

    service.until("12T17:00:01").await;
    assert_eq!(service.done().await, [(Job::Seal, 1), (Job::Applications, 1)]);
    assert!(service.types("application").await.contains(&"application.sent".to_owned()));
    service.until("12T22:00:01").await;
    service.stop().await;

    // The files come while no process runs.
    outside.clock.advance_to(at("2026-02-13T08:00:00+08:00"));
    night(base.path(), &outside);
    let mut service = start(base.path(), &outside).await;
    service.until("13T09:00:01").await;
    let done = service.done().await;
    assert_eq!(done.iter().map(|(job, _)| *job).collect::<Vec<_>>(), Job::ALL, "{done:?}");
    assert!(service.types("purchase").await.contains(&"purchase.completed".to_owned()));
    assert!(service.types("clearing").await.contains(&"clearing.opened".to_owned()), "{done:?}");
    assert!(base.path().join("heads/cut.05.2026-02-12.head").is_file());
    // Files 04, 05, 07 and 25 and the channel's statement are held against our events.
    let records = done.iter().find(|(job, _)| *job == Job::Reconciliation).unwrap().1;
    assert!(records >= 8, "{done:?}");
    assert_eq!(service.types("reconciled_day").await, ["reconciled_day.compared"]);
    let cases = service.events().await.into_iter().filter(|it| it.stream.category() == "case");
    let cases: Vec<String> = cases.map(|it| it.event.data.to_string()).collect();
    assert_eq!(cases, Vec::<String>::new());
    // 10,000.00 yuan less 1.5 % of what is bought, at 1.0000.
    let statement = base.path().join("reports/2026-02-12/statements.05.csv");
    let statement = std::fs::read_to_string(statement).unwrap();
    let line = "INV-1,U:011162:INV-1:AVAIL,2026-02-13,holdings.credited,TX-1,9852.22,9852.22\n";
    assert!(statement.contains(line), "{statement}");

    // Asked for once more, also by a process that knows nothing: nothing happens twice.
    let events = service.events().await.len();
    service.stop().await;
    let mut service = start(base.path(), &outside).await;
    service.until("13T09:00:02").await;
    assert_eq!(service.events().await.len(), events);
    service.stop().await;
}

#[tokio::test]
async fn files_that_do_not_come_call_a_person_and_the_day_goes_on_when_they_come() {
    let (base, outside) = (tempfile::tempdir().unwrap(), outside());
    let mut service = start(base.path(), &outside).await;
    service.buys().await;
    for then in ["12T15:00:01", "12T17:00:01", "12T22:00:01", "13T09:00:01", "13T13:00:00"] {
        service.until(then).await;
    }
    let events = service.events().await;
    let parked = events.iter().rfind(|it| *it.event.event_type == *"day_cut.parked").unwrap();
    let what = "exchange/2026-02-12/in: the registrar has not sent its answers; ask it for them";
    assert!(parked.event.data.contains(what), "{}", parked.event.data);

    // It is asked for slowly all the same.
    night(base.path(), &outside);
    for then in ["13T17:00:00", "13T21:00:00", "14T09:00:00", "14T21:00:00"] {
        service.until(then).await;
    }
    let types = service.types("day_cut").await;
    assert!(types.contains(&"day_cut.completed".to_owned()), "{types:?}");
    service.stop().await;
}
