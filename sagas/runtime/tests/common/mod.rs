//! The smallest saga: its facts are marks on a slate, its commands and calls make marks, and its
//! tables are data of each test. And a shell around the runner, without faults.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    dead_code,
    unreachable_pub,
    reason = "for tests alone; each of them uses a part"
)]

use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    decider::Decider,
    envelope::{Recorded, StreamName},
    ids::TransactionId,
    store::Position,
    stored_types,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Answered, Effect, Input, Output, What},
    port::{Keyed, Payload, Port, PortName},
    process::Open,
    process_names,
    runner::Runner,
    saga::{Calling, Heard, Names, OpenEnd, Preparing, Saga, View},
    step::Table,
    turn::{NotDone, Turn},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Marks, each made once.
#[derive(Debug)]
pub struct Slate;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Marked { mark: Arc<str> },
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("it never refuses")]
pub struct Never;

impl Decider for Slate {
    const CATEGORY: &'static str = "slate";
    type Command = Arc<str>;
    type Event = Event;
    type State = BTreeSet<Arc<str>>;
    type Refusal = Never;

    fn decide(state: &Self::State, mark: &Arc<str>) -> Result<Vec<Event>, Never> {
        Ok(if state.contains(mark) { vec![] } else { vec![Event::Marked { mark: mark.clone() }] })
    }

    fn evolve(mut state: Self::State, Event::Marked { mark }: &Event) -> Option<Self::State> {
        state.insert(mark.clone()).then_some(state)
    }
}

impl Stored for Slate {
    stored_types!(Event { Marked => "slate.marked" });
}

/// A word of the tables: the mark that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub &'static str);

/// The mark that stands for the end of the saga.
pub const ENDED: Mark = Mark("ended");

/// A fact that holds unless the mark `owed` was made and `paid` was not.
pub const NOTHING_OWED: Mark = Mark("nothing owed");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    Soon,
    Later,
}

impl When {
    pub fn after(self, start: Timestamp) -> Timestamp {
        start.plus_millis(match self {
            When::Soon => 86_400_000,
            When::Later => 2 * 86_400_000,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call(pub Arc<str>);

impl Keyed for Call {
    fn key(&self) -> Arc<str> {
        self.0.clone()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Marks(&'static str),
    Pending,
    Unknown,
}

/// Never called: the tests answer in its stead.
#[derive(Debug)]
pub struct Friend;

impl Port for Friend {
    type Call = Call;
    type Answer = Answer;

    async fn call(&self, _: Call) -> Answer {
        Answer::Unknown
    }

    async fn query(&self, _: Call) -> Answer {
        Answer::Unknown
    }

    fn silence(_: &Call, _: Cause) -> Answer {
        Answer::Unknown
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub what: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub from: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    Halfway { miles: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no: {0}")]
pub struct Refused(pub String);

#[derive(Debug)]
pub struct Errand(pub &'static Table<Errand>);

impl Saga for Errand {
    const KIND: &'static str = "errand";
    const NAMES: Names = process_names!("errand": ["halfway"], ["done", "failed"]);
    const TABLES: &'static [&'static Table<Self>] = super::TABLES;

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = Milestone;
    type Notes = u32;
    type Refusal = Refused;
    type Plan = Key<Slate>;
    type Fact = Mark;
    type Do = Mark;
    type Call = Mark;
    type When = When;
    type Ending = bool;
    type Command = ();
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        if first == again { vec![] } else { vec!["what"] }
    }

    fn differs(fields: Vec<&'static str>) -> Refused {
        Refused(fields.join(", "))
    }

    fn taken(stream: &StreamName, _: &str, _: &TransactionId) -> Refused {
        Refused(stream.to_string())
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Slate>()]
    }

    fn reads(&self, asked: &Preparing<'_, Self>) -> Vec<Need> {
        vec![Key::<Slate>::of(asked.id).need()]
    }

    fn prepare(
        &self,
        _: &Streams,
        asked: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refused> {
        Ok((Promise { from: asked.now }, self.0))
    }

    fn plan(&self, id: &TransactionId, _: &Open<Self>) -> Key<Slate> {
        Key::of(id)
    }

    fn streams(plan: &Key<Slate>) -> Vec<Need> {
        vec![plan.need()]
    }

    fn own_streams(plan: &Key<Slate>) -> Vec<StreamName> {
        vec![plan.stream().clone()]
    }

    fn milestone_type(_: &Milestone) -> &'static str {
        "errand.halfway"
    }

    fn remember(notes: &mut u32, Milestone::Halfway { miles }: &Milestone) -> Option<()> {
        *notes = (*miles).max(*notes);
        (*miles > 0).then_some(())
    }

    fn ending_type(ending: bool) -> &'static str {
        if ending { "errand.done" } else { "errand.failed" }
    }

    fn ending_of(event_type: &str) -> Option<bool> {
        [true, false].into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_, Self>, fact: Mark) -> bool {
        let marks = view.state(view.plan);
        let has = |mark: &str| marks.is_some_and(|marks| marks.contains(mark));
        match fact {
            ENDED => view.ending.is_some(),
            NOTHING_OWED => !has("owed") || has("paid"),
            Mark(mark) => has(mark),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Mark) -> Result<usize, NotDone> {
        let plan = turn.plan();
        match what {
            ENDED => turn.end(true, None),
            Mark(mark) => Ok(turn.decide(plan, &mark.into())?),
        }
    }

    fn call(&self, view: &View<'_, Self>, Mark(mark): Mark, _: Timestamp) -> Option<Calling<Self>> {
        let key = format!("{}.{mark}", view.id).into();
        Some(Calling::to::<Friend>(&friend(), Call(key), |answer| answer))
    }

    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Answer) -> Result<Heard, NotDone> {
        let plan = turn.plan();
        Ok(match answer {
            Answer::Pending => Heard::Pending(Cause::new("busy", "not decided yet")),
            Answer::Unknown => Heard::Unknown(Cause::new("time_out", "no answer in time")),
            Answer::Marks(mark) => Heard::Recorded(turn.decide(plan, &(*mark).into())?),
        })
    }

    fn notice(view: &View<'_, Self>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let ours = stream == view.plan.stream();
        news.downcast_ref::<Answer>().filter(|_| ours).cloned()
    }

    fn command(&self, _: &mut Turn<'_, Self>, (): &()) -> Result<usize, Refused> {
        Err(Refused("nothing can be asked".into()))
    }

    fn when(&self, view: &View<'_, Self>, when: When) -> Option<Timestamp> {
        Some(when.after(view.open.promise.from))
    }

    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        let open = !Self::holds(view, NOTHING_OWED);
        open.then(|| OpenEnd { name: "debt".into(), worth: 1.into() }).into_iter().collect()
    }

    fn requester(_: &Request) -> Arc<str> {
        "somebody".into()
    }

    fn summary(request: &Request) -> String {
        request.what.to_string()
    }
}

pub fn friend() -> PortName {
    PortName::new("friend").unwrap()
}

pub fn transaction() -> TransactionId {
    "TX-1".parse().unwrap()
}

/// The runner with that table, and what is durable.
pub struct Bench {
    pub runner: Runner,
    pub log: Vec<Recorded>,
    pub now: Timestamp,
    pub last: Output,
}

impl Bench {
    pub fn on(table: &'static Table<Errand>) -> Self {
        let mut runner = Runner::new();
        runner.register(Arc::new(Errand(table)));
        Self { runner, log: Vec::new(), now: Timestamp::default(), last: Output::default() }
    }

    /// Somebody asks for the errand.
    pub fn request(&mut self) {
        self.handle(What::Request {
            saga: saga_id::<Errand>(&transaction()),
            request: payload(Request { what: "bread".into() }),
            asked: payload(()),
            at: None,
            trace_parent: None,
        });
    }

    /// The call that was sent last is answered.
    pub fn answer(&mut self, answer: Answer) {
        let effect = self.last.effects.last().unwrap().clone();
        self.handle(What::Answer(Box::new(Answered { effect, answer: payload(answer) })));
    }

    /// News about the slate.
    pub fn tell(&mut self, mark: &'static str) {
        let stream = Key::<Slate>::of(&transaction()).stream().clone();
        self.handle(What::Notice { stream, news: payload(Answer::Marks(mark)) });
    }

    pub fn handle(&mut self, what: What) {
        let mut input = Input { ticket: 1, what };
        while let Err(wanting) = self.runner.handle(input, self.now) {
            wanting.needs.iter().for_each(|need| self.provide(need));
            input = wanting.input;
        }
        self.commit();
    }

    pub fn ring(&mut self) {
        self.now = self.runner.next_timer().unwrap().max(self.now);
        self.runner.ring(self.now, 9);
        self.commit();
    }

    pub fn provide(&mut self, need: &Need) {
        let history = self.log.iter().filter(|it| it.stream == *need.stream());
        assert_eq!(self.runner.provide(need, history), None);
    }

    pub fn commit(&mut self) {
        let output = self.runner.take();
        for append in &output.appends {
            for (version, event) in (1..).map(|n| append.expected.plus(n)).zip(&append.events) {
                let position = Position(self.log.len() as u64 + 1);
                let (stream, event) = (append.stream.clone(), event.clone());
                self.log.push(Recorded { position, stream, version, event });
            }
        }
        self.runner.settle(output.batch, &output.finished, &output.released);
        self.last = output;
    }

    /// Event types and marks, in commit order.
    pub fn stored(&self) -> Vec<String> {
        let line = |it: &Recorded| match &*it.event.event_type {
            "slate.marked" => it.event.data.to_string(),
            other => other.to_owned(),
        };
        self.log.iter().map(line).collect()
    }

    /// What was sent with the last batch.
    pub fn sent(&self) -> Vec<String> {
        self.last.effects.iter().map(|effect: &Effect| format!("{effect:?}")).collect()
    }
}
