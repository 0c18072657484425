//! A service settles by the day: statements are in a folder, and a person may have to look.

use crate::house::{passed, show};
use fundflow::{Engine, Notice};
use fundflow_application::{audit, desk::Registry, guard::LedgerGuard};
use fundflow_domain::{
    case::{Cases, Closing, Command, How},
    settlement::{SettlementId, Settlements, Terms},
    text::Text,
};
use fundflow_infrastructure::statements::{Statement, StatementFolder};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    envelope::Actor,
    loaded::{Loaded, Meta},
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
    streams::Key,
};
use fundflow_sagas::{
    clearing::{self, Clearing},
    house::House,
    ports::statements::{Stated, StatementAnswer, StatementCall, Statements},
};
use fundflow_testkit::{at_par, worlds};
use std::{fs, sync::Arc};

const CHANNEL: &str = "channel.2026-02-12";
const HEADER: &str = "settlement,serial,way,amount,booked_on\n";

struct Stage {
    store: Arc<MemoryStore>,
    engine: Engine,
    clock: ManualClock,
    place: tempfile::TempDir,
}

fn saga(house: House) -> Clearing {
    Clearing { house, statements: worlds::read("statements") }
}

/// On the morning after T.
async fn stage() -> Stage {
    let store = Arc::new(MemoryStore::new());
    let clock = ManualClock::at(worlds::instant("2026-02-13T08:30:00+08:00"));
    started(store, clock, tempfile::tempdir().expect("a directory")).await
}

async fn started(store: Arc<MemoryStore>, clock: ManualClock, place: tempfile::TempDir) -> Stage {
    let folder = Arc::new(StatementFolder::below(place.path()));
    let engine = Engine::builder(store.clone())
        .clock(clock.clone())
        .guard(LedgerGuard)
        .saga(saga(at_par::house()))
        .port("statements", Arc::new(Statements(folder)))
        .expect("a name")
        .start()
        .await
        .expect("an engine");
    Stage { store, engine, clock, place }
}

fn due(party: &str, [receivable, payable, fees]: [&str; 3]) -> Terms {
    Terms {
        party: worlds::read(party),
        t: worlds::day("2026-02-12"),
        due_on: worlds::date("2026-02-13"),
        receivable: worlds::read(receivable),
        payable: worlds::read(payable),
        fees: worlds::read(fees),
    }
}

impl Stage {
    /// Another process goes on, and asks once more.
    async fn resumed(self) -> Self {
        self.engine.shutdown().await.expect("an engine that stops");
        let stage = started(self.store, self.clock, self.place).await;
        stage.until("2026-02-14T18:00:00+08:00").await;
        stage
    }

    async fn asks(&self, terms: Terms) {
        let id = clearing::id(terms.id()).expect("a name");
        self.engine.request::<Clearing>(id, terms, (), None, None).await.expect("a clearing");
        self.engine.settle().await.expect("an engine that runs");
    }

    /// A statement of those lines is there.
    fn states(&self, lines: &str) {
        let file = self.place.path().join("bank.csv");
        fs::write(&file, format!("{HEADER}{lines}")).expect("a file");
        let statement = Statement::read(&file).expect("a statement");
        StatementFolder::below(self.place.path()).take(&statement).expect("a folder");
    }

    async fn until(&self, then: &str) {
        while self.clock.now() < worlds::instant(then) {
            self.engine.settle().await.expect("an engine that runs");
            self.clock.advance_to(self.clock.now().plus_millis(1_800_000));
        }
        self.engine.settle().await.expect("an engine that runs");
    }

    async fn types(&self) -> Vec<String> {
        let log = self.store.read_all(Position::START, u32::MAX).await.expect("the log");
        let ours = |it: &&str| !it.starts_with("engine_clock") && !it.ends_with("retry_scheduled");
        let types = log.iter().map(|event| &*event.event.event_type).filter(ours);
        types.map(ToOwned::to_owned).collect()
    }

    async fn remains(&self, id: &str) -> String {
        let key = Key::<Settlements>::of(&SettlementId::parse(id).expect("a settlement"));
        let loaded = Loaded::<Settlements>::load(&*self.store, key.stream()).await;
        let state = loaded.expect("a stream").state;
        let known = state.settlement().expect("a settlement");
        known.remains().expect("a sum").to_string()
    }

    async fn audited(&self) {
        let registry = Registry::new().saga(saga(at_par::house()));
        passed(&audit::verify(&*self.store, &registry, |_, _| {}).await.expect("a log"));
    }
}

const BEGUN: [&str; 3] = ["clearing.prepared", "clearing.opened", "settlement.instructed"];

#[tokio::test]
async fn what_the_channel_pays_on_the_day_after_t_settles_it() {
    let stage = stage().await;
    stage.asks(due("channel", ["1000.00", "0", "0"])).await;
    assert_eq!(stage.types().await, BEGUN);
    stage.states("channel.2026-02-12,B-1,in,1000.00,2026-02-13\n");
    stage.until("2026-02-13T10:30:00+08:00").await;
    let end = ["settlement.moved", "clearing.completed"];
    assert_eq!(stage.types().await, [&BEGUN[..], &end].concat());
    stage.audited().await;
}

#[tokio::test]
async fn what_is_short_has_a_case_that_the_rest_closes() {
    let stage = stage().await;
    stage.asks(due("channel", ["1000.00", "0", "0"])).await;
    stage.states("channel.2026-02-12,B-1,in,900.00,2026-02-13\n");
    stage.until("2026-02-13T10:30:00+08:00").await;
    assert_eq!(stage.remains(CHANNEL).await, "100.00");
    let short = ["settlement.moved", "case.opened"];
    assert_eq!(stage.types().await, [&BEGUN[..], &short].concat());

    stage.until("2026-02-13T18:00:00+08:00").await;
    let look = show_of(&stage, "clear.channel.2026-02-12").await;
    assert_eq!(look.as_deref(), Some("settle"), "a person is called");
    stage.states("channel.2026-02-12,B-2,in,100.00,2026-02-24\n");
    let stage = stage.resumed().await;
    assert_eq!(stage.remains(CHANNEL).await, "0.00");
    let types = stage.types().await;
    assert_eq!(types.iter().filter(|it| *it == "case.closed").count(), 1, "{types:?}");
    assert_eq!(types.last().map(String::as_str), Some("clearing.completed"), "{types:?}");
    stage.audited().await;
}

/// The row at which it waits for a person.
async fn show_of(stage: &Stage, id: &str) -> Option<String> {
    let shown = show(&*stage.store, id).await;
    shown.look.parked.map(|(row, _)| row.to_string())
}

#[tokio::test]
async fn a_statement_that_does_not_come_has_a_case_once_the_day_of_pay_is_over() {
    let stage = stage().await;
    stage.asks(due("channel", ["1000.00", "0", "0"])).await;
    stage.until("2026-02-14T18:00:00+08:00").await;
    let types = stage.types().await;
    assert_eq!(types.iter().filter(|it| *it == "case.opened").count(), 1, "{types:?}");
    assert_eq!(show_of(&stage, "clear.channel.2026-02-12").await.as_deref(), Some("settle"));
}

#[tokio::test]
async fn money_that_comes_twice_or_is_stated_with_two_sums_has_a_case() {
    for second in ["B-2,in,1000.00", "B-1,in,1000.01"] {
        let stage = stage().await;
        stage.asks(due("channel", ["1000.00", "5.00", "0"])).await;
        let twice = format!("{CHANNEL},B-1,in,1000.00,2026-02-13\n{CHANNEL},{second},2026-02-13\n");
        stage.states(&twice);
        stage.until("2026-02-13T10:30:00+08:00").await;
        let types = stage.types().await;
        assert_eq!(types.iter().filter(|it| *it == "case.opened").count(), 1, "{second} {types:?}");
        assert!(!types.contains(&"clearing.completed".to_owned()), "{second} {types:?}");
        stage.audited().await;
    }
}

#[tokio::test]
async fn money_that_comes_once_more_after_the_end_has_a_case() {
    let stage = stage().await;
    let terms = due("channel", ["1000.00", "0", "0"]);
    stage.asks(terms.clone()).await;
    stage.states("channel.2026-02-12,B-1,in,1000.00,2026-02-13\n");
    stage.until("2026-02-13T10:30:00+08:00").await;
    stage.states("channel.2026-02-12,B-2,in,1000.00,2026-02-13\n");
    let folder = StatementFolder::below(stage.place.path());
    let parts = folder.said(terms.id()).expect("a folder").expect("a statement");
    let call = StatementCall { settlement: terms.id() };
    let answer = StatementAnswer { call, stated: Stated::Parts(parts) };
    let id = clearing::id(terms.id()).expect("a name");
    let (stream, news) = clearing::notice(&id, answer);
    stage.engine.deliver(vec![Notice { stream, news }]).await;
    assert_eq!(stage.remains(CHANNEL).await, "-1000.00");
    let types = stage.types().await;
    assert_eq!(types.last().map(String::as_str), Some("case.opened"), "{types:?}");
    stage.audited().await;
}

#[tokio::test]
async fn a_person_who_closes_the_case_takes_over_what_remains() {
    let stage = stage().await;
    stage.asks(due("channel", ["1000.00", "0", "0"])).await;
    stage.states("channel.2026-02-12,B-1,in,990.00,2026-02-13\n");
    stage.until("2026-02-13T10:30:00+08:00").await;
    stage.until("2026-02-13T18:00:00+08:00").await;
    closes_the_case(&stage).await;
    let stage = stage.resumed().await;
    let types = stage.types().await;
    let end = ["settlement.written_off", "clearing.resumed", "clearing.completed"];
    assert_eq!(types[types.len() - 3..], end, "{types:?}");
    stage.audited().await;
}

/// On its own stream, as somebody does who speaks to no saga.
async fn closes_the_case(stage: &Stage) {
    let log = stage.store.read_all(Position::START, u32::MAX).await.expect("the log");
    let opened = log.iter().find(|it| &*it.event.event_type == "case.opened").expect("a case");
    let text = |words: &str| Text::lossy(words);
    let how = How::Manual { text: text("set off against a fee") };
    let closing = Closing { how, by: Text::lossy("chen"), reason: text("by their letter") };
    let mut loaded = Loaded::<Cases>::load(&*stage.store, &opened.stream).await.expect("a stream");
    let now = stage.clock.now();
    let meta = Meta {
        correlation: opened.event.correlation.clone(),
        process: "clearing".into(),
        causation: "a person".into(),
        actor: Actor::Operator("chen".into()),
        trace_parent: None,
        occurred_at: now,
        recorded_at: now,
        trade_date: None,
    };
    let mut batch = Vec::new();
    let decided = loaded.decide(&opened.stream, &Command::Close(closing), &meta, &mut batch);
    assert!(decided.is_ok_and(|events| events > 0));
    stage.store.append(batch).await.expect("an append");
}

#[tokio::test]
async fn a_fund_and_we_set_off_what_both_owe_and_the_net_moves() {
    let stage = stage().await;
    stage.asks(due("fund.000730", ["300.00", "800.00", "20.00"])).await;
    stage.states("fund.000730.2026-02-12,B-1,out,520.00,2026-02-13\n");
    stage.until("2026-02-13T10:30:00+08:00").await;
    let end = ["settlement.moved", "clearing.completed"];
    assert_eq!(stage.types().await, [&BEGUN[..], &end].concat());
    stage.audited().await;
}
