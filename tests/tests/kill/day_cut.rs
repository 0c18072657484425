//! A process that cuts a day is killed after every job and within every page; the next one goes on where the log
//! ends, and nothing is done twice.
//!
//! The jobs work in a real directory: a page is a file, written once, and each file that is written adds a line
//! to `acts`. Where the child hangs it is killed: in front of the work of its second call, or between a page
//! that it wrote and its answer.

use crate::{PLACE, WORK};
use fundflow::{Asking, Builder, Engine, Rest};
use fundflow_application::{audit, desk::Registry};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    clock::ManualClock,
    store::{EventStore as _, Position},
};
use fundflow_runtime::port::Keyed as _;
use fundflow_sagas::{
    day_cut::{self, DayCut, Request},
    ports::day_jobs::{DayJobs, Figures, Job, JobCall, JobStand, Jobs},
};
use fundflow_testkit::{shipped, worlds};
use std::{
    collections::BTreeMap,
    env,
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where the child hangs.
const HANGS: &str = "FUNDFLOW_KILL_HANGS";
/// Values of [`WORK`] and [`HANGS`] for this child.
pub(crate) const CUTS_A_DAY: &str = "day_cut";
const BEFORE: &str = "before";
const WITHIN: &str = "within";
/// Pages of the applications.
const PAGES: u64 = 4;
/// Starts that are enough for a page each.
const STARTS: usize = 40;

/// Writes pages into a directory.
struct Writer {
    place: PathBuf,
    hangs: String,
    /// Calls of this process.
    calls: AtomicU64,
}

impl Writer {
    async fn hang(&self, line: &str) {
        say(line);
        std::future::pending::<()>().await;
    }

    /// Returns whether it was written now.
    fn write(&self, key: &str) -> bool {
        let path = self.place.join(format!("{key}.page"));
        if path.exists() {
            return false;
        }
        let acts = self.place.join("acts");
        let acts = OpenOptions::new().create(true).append(true).open(acts);
        let mut acts = acts.expect("a file");
        writeln!(acts, "{key}").expect("a line");
        fs::write(path, key).expect("a page");
        true
    }
}

impl DayJobs for Writer {
    async fn work(&self, call: JobCall) -> JobStand {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if self.hangs == BEFORE && nth == 2 {
            self.hang("hangs").await;
        }
        let is_new = self.write(&call.key());
        if self.hangs == WITHIN && is_new {
            self.hang("hangs").await;
        }
        let page = call.after.as_ref().map_or(1, |after| worlds::read::<u64>(after.as_str()) + 1);
        match call.job {
            Job::Applications if page < PAGES => JobStand::Paged {
                through: worlds::read(&page.to_string()),
                figures: Figures::counting(100),
            },
            Job::Applications => JobStand::Done(Figures::counting(6)),
            Job::Seal
            | Job::Prices
            | Job::Confirmations
            | Job::Income
            | Job::Postings
            | Job::Reconciliation
            | Job::Settlement
            | Job::Statements
            | Job::Head => JobStand::Done(Figures::counting(1)),
        }
    }
}

fn say(line: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

fn open(place: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(place.join("events.db"), &Settings::default()).expect("the store"))
}

fn engine(store: &Arc<SqliteStore>, place: &Path, hangs: &str) -> Builder<SqliteStore> {
    let (place, hangs) = (place.to_owned(), hangs.to_owned());
    let writer = Writer { place, hangs, calls: AtomicU64::new(0) };
    // In the evening of the day after T every job has its hour.
    let clock = ManualClock::at(worlds::instant("2026-02-24T20:00:00+08:00"));
    let kinds = shipped::kinds().into_iter();
    kinds
        .fold(Engine::builder(store.clone()), Builder::kind)
        .port("day-jobs", Arc::new(Jobs(Arc::new(writer))))
        .expect("a name")
        .clock(clock)
}

fn asking() -> Asking<DayCut> {
    let request = Request { registrar: worlds::read("05"), t: worlds::day("2026-02-13") };
    let id = day_cut::id(&request.registrar, request.t).expect("a name");
    Asking::of(id, request, ())
}

/// The program that is killed. Never ends by itself.
pub(crate) fn child(place: &Path) {
    let hangs = env::var(HANGS).expect("where it hangs");
    runs(async {
        let engine = engine(&open(place), place, &hangs).start().await.expect("an engine");
        let (_, rest) = engine.request_watched(asking()).await.expect("a day-cut");
        assert_eq!(rest.await.expect("its end"), Rest::Ended("day_cut.completed".into()));
        say("completed");
        std::future::pending::<()>().await;
    });
}

fn runs<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

/// Starts the child, and kills it where it hangs or when the day is cut. Returns whether it was.
fn killed_at(place: &Path, hangs: &str) -> bool {
    let mut child = Command::new(env::current_exe().expect("this test binary"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .envs([(WORK, CUTS_A_DAY), (HANGS, hangs)])
        .env(PLACE, place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stderr.take().expect("a way from the child"));
    let (mut completed, mut killed) = (false, false);
    for line in output.lines().map_while(Result::ok) {
        assert!(!line.contains("panicked"), "the child: {line}");
        completed |= line == "completed";
        if !killed && (completed || line == "hangs") {
            child.kill().expect("SIGKILL");
            killed = true;
        }
    }
    let status = child.wait().expect("the child's end");
    assert!(killed && status.code().is_none(), "the child ended by itself: {status}");
    completed
}

fn kill_until_it_is_cut(hangs: &str) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let place = directory.path();
    let kills = (0..STARTS).position(|_| killed_at(place, hangs));
    let kills = kills.expect("a day that is cut in the end");
    // One page or job less than there are, or one for each.
    assert!((12..=13).contains(&kills), "killed {kills} times");
    verdict(place);
}

fn verdict(place: &Path) {
    let acts = fs::read_to_string(place.join("acts")).expect("what was done");
    let mut expected = vec!["cut.05.2026-02-13.seal".to_owned()];
    expected.push("cut.05.2026-02-13.applications".to_owned());
    expected.extend((1..PAGES).map(|page| format!("cut.05.2026-02-13.applications.{page}")));
    let later = Job::ALL.iter().filter(|job| **job > Job::Applications);
    expected.extend(later.map(|job| format!("cut.05.2026-02-13.{job}")));
    assert_eq!(acts.lines().collect::<Vec<_>>(), expected, "each page was written once");
    runs(async {
        let store = open(place);
        let before = *store.head().borrow();
        let engine = engine(&store, place, "").start().await.expect("an engine");
        let (_, rest) = engine.request_watched(asking()).await.expect("a day-cut");
        assert_eq!(rest.await.expect("its end"), Rest::Ended("day_cut.completed".into()));
        engine.shutdown().await.expect("an engine that runs");
        assert_eq!(*store.head().borrow(), before, "asking again adds nothing");
        let log = store.read_all(Position::START, u32::MAX).await.expect("the log");
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        for event in &log {
            *types.entry(event.event.event_type.to_string()).or_default() += 1;
        }
        for job in Job::ALL {
            assert_eq!(types.get(day_cut::done_type(job)), Some(&1), "{job}: {types:?}");
        }
        assert_eq!(types.get("day_cut.paged"), Some(&3), "{types:?}");
        let sent = log.iter().find(|it| *it.event.event_type == *"day_cut.applications_sent");
        let sent = &sent.expect("applications that were sent").event.data;
        assert!(sent.contains("\"count\":306"), "{sent}");
        store.close().await;
        let store = SqliteStore::open_read_only(place.join("events.db")).expect("the store");
        let kinds = shipped::kinds().into_iter().fold(Registry::new(), Registry::kind);
        let report = audit::verify(&store, &kinds, |_, _| {}).await.expect("a store");
        assert!(report.passed(), "{} findings: {:#?}", report.failures, report.findings);
    });
}

#[test]
fn a_day_is_cut_once_however_often_it_dies_between_two_pages() {
    if env::var_os(PLACE).is_none() {
        kill_until_it_is_cut(BEFORE);
    }
}

#[test]
fn a_day_is_cut_once_however_often_it_dies_between_a_page_and_its_answer() {
    if env::var_os(PLACE).is_none() {
        kill_until_it_is_cut(WITHIN);
    }
}
