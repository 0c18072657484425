//! A process that gives a money fund's income is killed between two pages and within one, again and
//! again; the last one plays on, and every wallet has each day's income once.
//!
//! The wallets were filled by recharges before. The child carries one job after the other, and says
//! `page` whenever it asks for one, and `given DAY` when a job has ended.

use crate::{PLACE, SEED, WORK, dice::Dice};
use fundflow::{Asking, Builder, Engine, Notice, Rest};
use fundflow_application::{audit, desk::Registry};
use fundflow_domain::{ids::InvestorId, money_fund::Publication, orders::Cause, time::Timestamp};
use fundflow_infrastructure::{
    sandbox::{
        channel::SandboxChannel,
        registrar::{Market, SandboxRegistrar},
    },
    sqlite::{Settings, SqliteStore},
    wallet_owners::WalletOwners,
};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    store::{EventStore as _, Position},
};
use fundflow_sagas::{
    income::{Income, PAGE},
    ports::{
        bank::Bank,
        registrar::Register,
        wallets::{Page, WalletList, Wallets},
    },
    recharge::{self, Recharge},
};
use fundflow_testkit::{shipped, worlds};
use std::{
    collections::BTreeMap,
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The page that the child's list never answers.
const LAST: &str = "FUNDFLOW_KILL_LAST_PAGE";
/// The value of [`WORK`] for this child.
pub(crate) const GIVES_INCOME: &str = "income";
/// Two full pages and one that is not.
const OWNERS: usize = 2 * PAGE + 50;
const DAYS: [&str; 4] = ["2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];

/// The store's own list, which says aloud that a page is asked for.
struct Announced {
    owners: WalletOwners<SqliteStore>,
    asked: AtomicU64,
    /// It never answers this one.
    last: u64,
}

impl WalletList for Announced {
    async fn page(&self, page: Page) -> Result<Vec<InvestorId>, Cause> {
        say("page");
        if self.asked.fetch_add(1, Ordering::Relaxed) + 1 == self.last {
            std::future::pending::<()>().await;
        }
        self.owners.page(page).await
    }
}

fn say(line: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

fn evening() -> Timestamp {
    worlds::instant("2026-02-27T20:00:00+08:00")
}

fn open(place: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(place.join("events.db"), &Settings::default()).expect("the store"))
}

/// Every shipped saga, the list of wallets, and nobody else outside.
fn engine(store: &Arc<SqliteStore>, clock: ManualClock) -> Builder<SqliteStore> {
    let owners = WalletOwners::of(store.clone());
    let list = Announced { owners, asked: AtomicU64::new(0), last: crate::number(LAST, u64::MAX) };
    shipped::kinds()
        .into_iter()
        .fold(Engine::builder(store.clone()), Builder::kind)
        .port("wallets", Arc::new(Wallets(Arc::new(list))))
        .expect("a name")
        .clock(clock)
}

fn income(day: &str) -> Publication {
    let (day, per_10_000) = (worlds::date(day), worlds::read("0.4012"));
    Publication { fund: worlds::wallet_code(), day, per_10_000, publication: 0 }
}

fn asking(day: &str) -> Asking<Income> {
    Asking::of(income(day).job().expect("a name"), income(day), ())
}

/// The program that is killed. Never ends by itself.
pub(crate) fn child(place: &Path) {
    runs(async {
        let store = open(place);
        let engine = engine(&store, ManualClock::at(evening())).start().await.expect("an engine");
        for day in DAYS {
            let (_, rest) = engine.request_watched(asking(day)).await.expect("a job");
            assert_eq!(rest.await.expect("its end"), Rest::Ended("income.completed".into()));
            say(&format!("given {day}"));
        }
        std::future::pending::<()>().await;
    });
}

fn runs<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

/// 10,000.00 yuan of each owner, confirmed on the 24th.
fn fill(place: &Path) {
    runs(async {
        let clock = ManualClock::at(worlds::request_time());
        let (store, shared) = (open(place), Arc::new(clock.clone()));
        let channel = Arc::new(SandboxChannel::counting(shared.clone()));
        let market = Market::at_par(worlds::calendar());
        let registrar = Arc::new(SandboxRegistrar::counting(market, shared));
        let engine = engine(&store, clock.clone())
            .port("bank", Arc::new(Bank(channel)))
            .expect("a name")
            .port("ta-own", Arc::new(Register(registrar.clone())))
            .expect("a name");
        let engine = engine.start().await.expect("an engine");
        let placed = engine.request_all((0..OWNERS).map(recharge).collect()).await;
        assert!(placed.iter().all(Result::is_ok), "{:?}", placed.first());
        engine.settle().await.expect("an engine that runs");
        clock.advance_to(worlds::instant("2026-02-24T10:00:00+08:00"));
        let due = registrar.due(clock.now()).into_iter();
        engine.deliver(due.map(|(stream, news)| Notice { stream, news }).collect()).await;
        engine.settle().await.expect("an engine that runs");
        engine.shutdown().await.expect("an engine that runs");
        store.close().await;
    });
}

fn recharge(nth: usize) -> Asking<Recharge> {
    let mut investor = worlds::investor();
    investor.id = worlds::read(&format!("INV-{nth:04}"));
    let request = recharge::Request {
        investor: investor.id.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        amount: worlds::amount("10000.00"),
        only_today: false,
        distributor: None,
    };
    let channel = worlds::asked().channel;
    let asked = recharge::Asked { investor, channel, warning_confirmed: None, at: None };
    Asking::of(worlds::transaction(&format!("R-{nth:04}")), request, asked)
}

/// Starts the child and kills it a moment after its `pages`-th page was asked for, or when it has given
/// all. Returns whether it had. Where the child `waits`, that page is not answered.
fn kill_after(place: &Path, pages: u64, spins: u64, waits: bool) -> bool {
    let last = if waits { pages } else { u64::MAX };
    let mut child = Command::new(env::current_exe().expect("this test binary"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .envs([(WORK, GIVES_INCOME), (LAST, &last.to_string())])
        .env(PLACE, place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stderr.take().expect("a way from the child"));
    let (mut asked, mut all, mut killed) = (0, false, false);
    for line in output.lines().map_while(Result::ok) {
        assert!(!line.contains("panicked"), "the child: {line}");
        asked += u64::from(line == "page");
        all |= DAYS.last().is_some_and(|last| line == format!("given {last}"));
        if !killed && (all || asked == pages) {
            (0..spins).for_each(|_| std::hint::spin_loop());
            child.kill().expect("SIGKILL");
            killed = true;
        }
    }
    let status = child.wait().expect("the child's end");
    assert!(killed && status.code().is_none(), "the child ended by itself: {status}");
    all
}

#[test]
fn each_wallet_has_each_days_income_once_however_often_the_job_is_killed() {
    if env::var_os(PLACE).is_some() {
        return;
    }
    let seed = crate::number(SEED, 20_260_227);
    println!("{SEED}={seed}");
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    fill(directory.path());
    kill_after(directory.path(), 3, 0, true);
    let half = runs(facts(directory.path(), "income.paged"));
    assert_eq!(half.len(), 2, "two pages of three are given, and the process is dead");

    let (mut dice, mut kills) = (Dice::of(seed), 0);
    while !kill_after(directory.path(), 1 + dice.below(3), dice.below(3_000_000), false) {
        kills += 1;
        assert!(kills < 200, "the job gets nowhere");
    }
    println!("killed {kills} times more");
    verdict(directory.path());
}

fn verdict(place: &Path) {
    runs(async {
        let store = open(place);
        let before = *store.head().borrow();
        let engine = engine(&store, ManualClock::at(evening())).start().await.expect("an engine");
        for day in DAYS {
            let (_, rest) = engine.request_watched(asking(day)).await.expect("a job");
            assert_eq!(rest.await.expect("its end"), Rest::Ended("income.completed".into()));
        }
        engine.shutdown().await.expect("an engine that runs");
        assert_eq!(*store.head().borrow(), before, "asking again adds nothing");

        store.close().await;
        each_wallet_once(&facts(place, "wallet.income_accrued").await);
        each_page_once(&facts(place, "income.paged").await);
        let store = SqliteStore::open_read_only(place.join("events.db")).expect("the store");
        let kinds = shipped::kinds().into_iter().fold(Registry::new(), Registry::kind);
        let report = audit::verify(&store, &kinds, |_, _| {}).await.expect("a store");
        assert!(report.passed(), "{} findings: {:#?}", report.failures, report.findings);
    });
}

/// Events of that type: the ID of the stream, and the body.
async fn facts(place: &Path, event_type: &str) -> Vec<(String, serde_json::Value)> {
    let store = SqliteStore::open_read_only(place.join("events.db")).expect("the store");
    let log = store.read_all(Position::START, u32::MAX).await.expect("the log");
    let named = log.into_iter().filter(|it| *it.event.event_type == *event_type);
    let body = |data: &str| serde_json::from_str(data).expect("JSON");
    named.map(|it| (it.stream.id().to_owned(), body(&it.event.data))).collect()
}

fn text(body: &serde_json::Value, field: &str) -> String {
    body[field].as_str().expect("text").to_owned()
}

fn each_wallet_once(accrued: &[(String, serde_json::Value)]) {
    let mut given: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for (wallet, body) in accrued {
        given.entry((wallet, text(body, "day"))).or_default().push(text(body, "amount"));
    }
    assert_eq!(given.len(), OWNERS * DAYS.len());
    // 10,000.00 and what was carried of the days before, at 0.4012.
    assert!(given.values().all(|amounts| *amounts == ["0.4000"]), "{given:#?}");
}

fn each_page_once(pages: &[(String, serde_json::Value)]) {
    let mut jobs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (job, body) in pages {
        jobs.entry(job).or_default().push(format!("{} {}", body["wallets"], text(body, "accrued")));
    }
    assert_eq!(jobs.len(), DAYS.len());
    let once = ["200 80.0000", "200 80.0000", "50 20.0000"];
    assert!(jobs.values().all(|pages| *pages == once), "{jobs:#?}");
}
