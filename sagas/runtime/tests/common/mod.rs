//! The smallest saga: its facts are marks on a slate, its commands and calls make marks, and its
//! tables are data of each test. And a shell around the runner.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "for tests alone; each of them uses a part"
)]

mod bench;

pub use bench::Bench;

use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    decider::Decider,
    envelope::StreamName,
    ids::{TransactionId, VersionTag},
    stored_types,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
use fundflow_runtime::{
    port::{Callee, Keyed, Payload, Port, PortName},
    process::Open,
    process_names,
    saga::{Calling, Clash, Heard, NameForm, Names, OpenEnd, Preparing, Saga, View},
    step::Table,
    turn::{NotDone, Turn},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

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

/// A command that can be done by halves only.
pub const TORN: Mark = Mark("torn");

/// The same, and each half stands without the other.
pub const HALF: Mark = Mark("each half");

/// A fact that holds unless the mark `owed` was made and `paid` was not.
pub const NOTHING_OWED: Mark = Mark("nothing owed");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    InAMinute,
    Soon,
    Later,
}

impl When {
    pub fn after(self, start: Timestamp) -> Timestamp {
        start.plus_millis(match self {
            When::InAMinute => 60_000,
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
    /// The call never came.
    NotFound,
    /// A mark that is in dispute.
    Disputed(&'static str),
    /// The marks are on another slate from now on.
    Moves,
    /// It goes on by the table `other.v1` from now on.
    Leads,
    /// Half of it can be recorded, and the rest cannot.
    Torn,
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

/// So many miles lead to another table.
const LED: u32 = 100;

static OTHER: LazyLock<VersionTag> = LazyLock::new(|| VersionTag::literal("other.v1"));

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no: {0}")]
pub struct Refused(pub String);

impl From<Clash> for Refused {
    fn from(clash: Clash) -> Self {
        Refused(match clash {
            Clash::Differs(fields) => fields.join(", "),
            Clash::Taken { stream, .. } => stream.to_string(),
        })
    }
}

/// Whose name the house gives.
fn is_rehearsal(name: &TransactionId) -> bool {
    name.as_str().starts_with("rehearsal.")
}

#[derive(Debug)]
pub struct Errand(pub &'static Table<Errand>);

impl Saga for Errand {
    const KIND: &'static str = "errand";
    const NAMES: Names = process_names!("errand": ["halfway"], ["done", "failed"]);
    const TABLES: &'static [&'static Table<Self>] = super::TABLES;
    const RESERVES: &'static [NameForm] =
        &[NameForm { of: "of a rehearsal (rehearsal.{n})", has: is_rehearsal }];

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

    fn callees(&self, _: &Open<Self>, _: &Key<Slate>) -> Vec<Callee> {
        vec![Callee::of::<Call>(friend(), "the friend")]
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Key<Slate> {
        if matches!(open.notes, 0 | LED) { Key::of(id) } else { Key::of(&format!("{id}.2")) }
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

    fn leads_to(Milestone::Halfway { miles }: &Milestone) -> Option<&VersionTag> {
        (*miles == LED).then(|| &*OTHER)
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

    /// From the mark `said` follows the mark `followed`.
    fn is_half_done(view: &View<'_, Self>) -> bool {
        Self::holds(view, Mark("said")) && !Self::holds(view, Mark("followed"))
    }

    fn do_rest(&self, turn: &mut Turn<'_, Self>) -> Result<usize, NotDone> {
        Ok(turn.decide(turn.plan(), &"followed".into())?)
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Mark) -> Result<usize, NotDone> {
        let plan = turn.plan();
        match what {
            ENDED => turn.end(true, None),
            TORN => by_halves(turn),
            HALF => turn.as_far_as_it_goes(|turn| {
                turn.decide(turn.plan(), &"half".into())?;
                Err(NotDone::Lacks("the other half"))
            }),
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
            Answer::NotFound => Heard::NotFound,
            Answer::Disputed(mark) => {
                let events = turn.decide(plan, &(*mark).into())?;
                Heard::Disputed(Cause::new("disputed", "it does not add up"), events)
            }
            Answer::Torn => Heard::Recorded(by_halves(turn)?),
            Answer::Moves => Heard::Recorded(turn.reach(Milestone::Halfway { miles: 1 })?),
            Answer::Leads => Heard::Recorded(turn.reach(Milestone::Halfway { miles: LED })?),
            Answer::Marks(mark) => Heard::Recorded(turn.decide(plan, &(*mark).into())?),
        })
    }

    fn notice(view: &View<'_, Self>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let ours = stream == view.plan.stream();
        news.downcast_ref::<Answer>().filter(|_| ours).cloned()
    }

    /// Refused once it has decided on both of its streams.
    fn command(&self, turn: &mut Turn<'_, Self>, (): &()) -> Result<usize, Refused> {
        let refused = |error: NotDone| Refused(error.to_string());
        turn.decide(turn.plan(), &"asked for".into()).map_err(|it| refused(it.into()))?;
        turn.reach(Milestone::Halfway { miles: 1 }).map_err(refused)?;
        turn.decide(turn.plan(), &"owed".into()).map_err(|it| refused(it.into()))?;
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

/// Fails after its first decisions.
fn by_halves(turn: &mut Turn<'_, Errand>) -> Result<usize, NotDone> {
    turn.decide(turn.plan(), &"half".into())?;
    turn.reach(Milestone::Halfway { miles: 1 })?;
    Err(NotDone::Lacks("the other half"))
}

pub fn friend() -> PortName {
    PortName::new("friend").unwrap()
}

pub fn transaction() -> TransactionId {
    "TX-1".parse().unwrap()
}
