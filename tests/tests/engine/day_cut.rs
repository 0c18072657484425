//! A day is cut by a service: whoever does the jobs delivers into the engine that calls, and the registrar's files
//! are in a directory.

use crate::house::{Outside, ask, asking, audit, passed, show, wanted};
use fundflow::{Action, Asking, ByClock, Engine, Notice};
use fundflow_application::read_models::{Streams, catch_up};
use fundflow_domain::{
    application::{Applications, Quantity, Stage},
    ids::ApplicationNo,
    orders::Cause,
};
use fundflow_kernel::{
    clock::Clock as _,
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
};
use fundflow_sagas::{
    day_cut::{self, DayCut, Request, Schedule},
    ports::{
        day_jobs::{DayJobs, Figures, FileFigure, FileHash, Job, JobCall, JobStand, Jobs},
        registrar::{self, ApplicationAnswer},
    },
};
use fundflow_testkit::worlds;
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// Applications of a page.
const PAGE: usize = 2;
const CUT: &str = "cut.own.2026-02-13";

/// Seals, sends and reads, in a directory.
struct Service {
    store: Arc<MemoryStore>,
    /// The one that calls; it is started after its ports are there.
    engine: OnceLock<Engine>,
    place: PathBuf,
}

impl Service {
    async fn applications(&self, call: &JobCall) -> Vec<(ApplicationNo, Stage, Figures)> {
        let mut all = Streams::<Applications>::default();
        catch_up(&*self.store, &mut all).await.expect("the log");
        let of = all.iter().filter_map(|(_, entry)| entry.loaded.state.application());
        let ours = of.filter(|it| it.terms.trade_date == call.t);
        let figures = |quantity| match quantity {
            Quantity::Money(amount) => Figures { amount, ..Figures::counting(1) },
            Quantity::Shares(shares) => Figures { shares, ..Figures::counting(1) },
        };
        let row = |it: &fundflow_domain::application::Application| {
            (it.terms.no.clone(), it.stage.clone(), figures(it.terms.ask.quantity()))
        };
        ours.map(row).collect()
    }

    async fn deliver(&self, all: Vec<(ApplicationNo, ApplicationAnswer)>) {
        let notices = all.into_iter().map(|(no, answer)| {
            let (stream, news) = registrar::notice(&no, answer);
            Notice { stream, news }
        });
        let engine = self.engine.get().expect("an engine that has started");
        for heard in engine.deliver(notices.collect()).await {
            heard.expect("news that can be taken");
        }
    }

    async fn seal(&self, call: &JobCall) -> JobStand {
        let all = self.applications(call).await;
        let accepted = all.iter().filter(|(_, stage, _)| matches!(stage, Stage::Accepted));
        let sealed = |no: &ApplicationNo| (no.clone(), ApplicationAnswer::Sealed("T".into()));
        self.deliver(accepted.map(|(no, ..)| sealed(no)).collect()).await;
        let sum = all.iter().try_fold(Figures::default(), |sum, (.., one)| sum.plus(one));
        JobStand::Done(sum.expect("a sum"))
    }

    /// A file for each page.
    async fn send(&self, call: &JobCall) -> JobStand {
        let all = self.applications(call).await;
        let from = call.after.as_ref().map_or(0, |it| worlds::read::<usize>(it.as_str()));
        let page: Vec<_> = all.iter().skip(from).take(PAGE).collect();
        let until = from + page.len();
        let name = format!("03_{until:03}.TXT");
        let text: Vec<&str> = page.iter().map(|(no, ..)| no.as_str()).collect();
        fs::write(self.place.join(&name), text.join("\n")).expect("a file");
        let sent = (1..).zip(&page).map(|(record, (no, ..))| {
            (no.clone(), ApplicationAnswer::Sent { file: name.as_str().into(), record })
        });
        self.deliver(sent.collect()).await;
        let (name, records) = (worlds::read(&name), page.len() as u64);
        let file = FileFigure { name, sha256: FileHash([7; 32]), records };
        let figures = Figures { files: vec![file], ..Figures::counting(records) };
        if until < all.len() {
            JobStand::Paged { through: worlds::read(&until.to_string()), figures }
        } else {
            JobStand::Done(figures)
        }
    }

    fn read(&self) -> JobStand {
        if !self.place.join("04.TXT").exists() {
            return JobStand::NotYet(Cause::new("no_index", "no index is there"));
        }
        JobStand::Done(Figures::counting(1))
    }
}

impl DayJobs for Service {
    async fn work(&self, call: JobCall) -> JobStand {
        match call.job {
            Job::Seal => self.seal(&call).await,
            Job::Applications => self.send(&call).await,
            Job::Confirmations => self.read(),
            Job::Prices
            | Job::Income
            | Job::Postings
            | Job::Reconciliation
            | Job::Settlement
            | Job::Statements
            | Job::Head => JobStand::Done(Figures::counting(1)),
        }
    }
}

struct Played {
    outside: Outside,
    store: Arc<MemoryStore>,
    service: Arc<Service>,
    engine: Engine,
    _place: tempfile::TempDir,
}

/// Three purchases of the morning, and a day-cut that was asked for before noon.
async fn morning() -> Played {
    let outside = Outside::new("", worlds::request_time());
    let store = Arc::new(MemoryStore::default());
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let (engine, path) = (OnceLock::new(), place.path().to_owned());
    let service = Arc::new(Service { store: store.clone(), engine, place: path });
    let jobs = Arc::new(Jobs(service.clone()));
    let builder = outside.builder(&store).port("day-jobs", jobs).expect("a name");
    let engine = builder.start().await.expect("an engine");
    assert!(service.engine.set(engine.clone()).is_ok());
    for id in ["TX-1", "TX-2", "TX-3"] {
        ask(&engine, asking(id, wanted())).await.expect("a purchase");
    }
    cut(&engine).await;
    engine.settle().await.expect("an engine that runs");
    Played { outside, store, service, engine, _place: place }
}

async fn cut(engine: &Engine) {
    let request = Request { registrar: worlds::read("own"), t: worlds::day("2026-02-13") };
    let id = worlds::transaction(CUT);
    engine.request::<DayCut>(id, request, (), None, None).await.expect("a day-cut");
}

async fn until(stage: &Played, then: &str) {
    while stage.outside.clock.now() < worlds::instant(then) {
        stage.outside.pass(&stage.engine, 0).await;
    }
    stage.engine.settle().await.expect("an engine that runs");
}

async fn types(store: &MemoryStore) -> BTreeMap<String, usize> {
    let log = store.read_all(Position::START, u32::MAX).await.expect("the log");
    let mut types = BTreeMap::new();
    for event in log {
        *types.entry(event.event.event_type.to_string()).or_default() += 1;
    }
    types
}

#[tokio::test]
async fn a_service_cuts_a_day_and_what_was_done_is_found_done() {
    let stage = morning().await;
    let before = types(&stage.store).await;
    assert_eq!(before.get("day_cut.prepared"), Some(&1));
    assert_eq!(before.get("day_cut.opened"), None, "the batch is open until two hours after 15:00");

    until(&stage, "2026-02-13T18:00:00+08:00").await;
    let sent = types(&stage.store).await;
    let of = |name: &str| sent.get(name).copied().unwrap_or_default();
    // Each purchase has two applications.
    assert_eq!(["application.sealed", "application.sent"].map(of), [6, 6], "{sent:?}");
    let jobs = ["day_cut.sealed", "day_cut.paged", "day_cut.applications_sent"];
    assert_eq!(jobs.map(of), [1, 2, 1], "{sent:?}");
    assert_eq!(of("day_cut.prices_in"), 0, "they are asked for in the evening");

    // Done twice it changes nothing.
    let end = *stage.store.head().borrow();
    for job in [Job::Seal, Job::Applications] {
        let (registrar, t) = (worlds::read("own"), worlds::day("2026-02-13"));
        stage.service.work(JobCall { registrar, t, job, after: None }).await;
    }
    cut(&stage.engine).await;
    stage.engine.settle().await.expect("an engine that runs");
    assert_eq!(*stage.store.head().borrow(), end);

    fs::write(stage.service.place.join("04.TXT"), "").expect("a file");
    until(&stage, "2026-02-24T10:00:00+08:00").await;
    let look = show(&*stage.store, CUT).await.look;
    assert_eq!((look.ending, look.failure), (Some("day_cut.completed"), None));
    passed(&audit(&*stage.store).await);
}

#[tokio::test]
async fn files_that_are_missing_at_noon_call_a_person_who_lets_it_go_on() {
    let stage = morning().await;
    until(&stage, "2026-02-24T13:00:00+08:00").await;
    let look = show(&*stage.store, CUT).await.look;
    let (row, cause) = look.parked.expect("a person who is called");
    assert_eq!((&*row, &*cause.code), ("confirmations", "no_index"));

    fs::write(stage.service.place.join("04.TXT"), "").expect("a file");
    let saga = fundflow::SagaId { kind: "day_cut", transaction: worlds::transaction(CUT) };
    let action = Action::Resume { reason: "the registrar has sent them".into() };
    stage.engine.act(saga, action, "chen".into()).await.expect("a day-cut that is parked");
    stage.engine.settle().await.expect("an engine that runs");
    let look = show(&*stage.store, CUT).await.look;
    assert_eq!(look.ending, Some("day_cut.completed"));
    passed(&audit(&*stage.store).await);
}

#[tokio::test]
async fn files_that_come_while_it_waits_for_a_person_wake_it() {
    let stage = morning().await;
    until(&stage, "2026-02-24T13:00:00+08:00").await;
    let (registrar, t) = (worlds::read("own"), worlds::day("2026-02-13"));
    let call = JobCall { registrar, t, job: Job::Confirmations, after: None };
    let stand = JobStand::Done(Figures::counting(3));
    let answer = fundflow_sagas::ports::day_jobs::JobAnswer { call, stand };
    let (stream, news) = day_cut::notice(&worlds::transaction(CUT), answer);
    stage.engine.deliver(vec![Notice { stream, news }]).await;
    stage.engine.settle().await.expect("an engine that runs");
    let look = show(&*stage.store, CUT).await.look;
    assert_eq!((look.ending, look.parked), (Some("day_cut.completed"), None));
}

/// A service asks by the clock alone; over a holiday, and once more after a restart.
#[tokio::test]
async fn a_service_asks_for_each_day_by_the_clock_and_a_restart_asks_for_none_twice() {
    let stage = morning().await;
    let calendar = fundflow_domain::calendar::TradingCalendar::xshg().expect("the shipped list");
    let by_clock = || {
        let mut schedule = Schedule::from(vec![worlds::read("own")], worlds::read("2026-02-13"));
        let calendar = calendar.clone();
        ByClock::<DayCut, _>::of(move |now| {
            let due = schedule.due(&calendar, now).into_iter();
            due.map(|(id, request)| Asking::of(id, request, ())).collect()
        })
    };
    let mut first = by_clock();
    assert_eq!(first.ask(&stage.engine).await.expect("an engine that runs"), []);
    assert_eq!(types(&stage.store).await.get("day_cut.prepared"), Some(&1), "asked for by hand");

    fs::write(stage.service.place.join("04.TXT"), "").expect("a file");
    until(&stage, "2026-02-24T10:00:00+08:00").await;
    first.ask(&stage.engine).await.expect("an engine that runs");
    until(&stage, "2026-02-24T18:00:00+08:00").await;
    first.ask(&stage.engine).await.expect("an engine that runs");
    stage.engine.settle().await.expect("an engine that runs");
    let seen = types(&stage.store).await;
    assert_eq!(seen.get("day_cut.prepared"), Some(&2), "the 24th besides: {seen:?}");
    assert_eq!(seen.get("day_cut.applications_sent"), Some(&2), "{seen:?}");

    let end = *stage.store.head().borrow();
    let mut again = by_clock();
    assert_eq!(again.ask(&stage.engine).await.expect("an engine that runs"), []);
    stage.engine.settle().await.expect("an engine that runs");
    assert_eq!(*stage.store.head().borrow(), end);
}
