//! What a saga is: its words, its tables, and what each word means on the log.
//!
//! 1. A saga keeps nothing of its own. A fact holds or does not hold of folded streams; so hearing
//!    an event twice, late or in another order cannot move it to a place where the log is not.
//! 2. No rule lives in a saga: aggregates turn commands into events, sagas turn events into
//!    commands.
//! 3. Every key, number and stream name is minted once, in the plan. What an outside key (a payment
//!    or application number) belongs to is read off its stream: the first event names the kind of
//!    saga and the transaction.

mod brought;
mod calling;
mod clash;
mod income_given;
mod names;
mod preparing;
mod view;

pub use brought::Brought;
pub(crate) use brought::{nameless, refused, speaker};
pub use calling::Calling;
pub(crate) use calling::Wrap;
pub use clash::Clash;
pub use income_given::IncomeGiven;
pub use names::{NameForm, Names, NoCommand, NoMilestone};
pub use preparing::Preparing;
pub use view::View;

use crate::{
    port::{Callee, Payload},
    process::{Disposition, Open, Parked},
    quote::Revocable,
    step::Table,
    turn::{NotDone, Turn},
};
use fundflow_kernel::{
    cause::Cause,
    envelope::{Actor, StreamName},
    ids::{TransactionId, VersionTag},
    streams::{Need, Opener, Streams},
    time::Timestamp,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, hash::Hash, sync::Arc};

/// A word of a table: small, comparable, printable.
pub trait Word: Copy + Eq + Ord + Hash + fmt::Debug + Send + Sync + 'static {}
impl<T: Copy + Eq + Ord + Hash + fmt::Debug + Send + Sync + 'static> Word for T {}

/// Something that is stored as a part of an event.
pub trait Body:
    Serialize + DeserializeOwned + Clone + PartialEq + fmt::Debug + Send + Sync
{
}
impl<T: Serialize + DeserializeOwned + Clone + PartialEq + fmt::Debug + Send + Sync> Body for T {}

/// What is still under way, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEnd {
    /// As an operator names it in a disposition.
    pub name: Arc<str>,
    /// In the unit of account of what is at stake, as the saga documents it.
    #[serde(with = "rust_decimal::serde::str")]
    pub worth: Decimal,
}

/// What an answer was to the saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// So many events followed; 0: it was known already.
    Recorded(usize),
    /// Nobody answered: ask again later. Several of them in a row shut the breaker.
    Unknown(Cause),
    /// The other side speaks, and the outcome is still to come: ask again later.
    Pending(Cause),
    /// The other side never got the call: make it.
    NotFound,
    /// Recorded, and it does not add up: what is in dispute waits for a person. So many events
    /// followed.
    Disputed(Cause, usize),
    /// It will not be done by that call, and no rule says what to do instead: a person decides.
    Refused(Cause),
    /// It says the opposite of what already took effect, which stands. So many events keep it.
    Contradicts(Arc<str>, usize),
}

/// What a decision on a request fixes, and the table that the saga runs on; or why not.
pub type Prepared<S> = Result<(<S as Saga>::Promise, &'static Table<S>), <S as Saga>::Refusal>;

/// A process manager: implement it, register it, and the runtime carries it.
pub trait Saga: Sized + Send + Sync + 'static {
    /// The category of its process streams; stored, so never renamed.
    const KIND: &'static str;
    /// The event types of its process stream.
    const NAMES: Names;
    /// Every table that an unfinished saga may still be on.
    const TABLES: &'static [&'static Table<Self>];
    /// Forms of names that are given by the house itself, and by no caller. While this saga is registered a
    /// request of any saga under such a name is refused, before its own rules are asked.
    const RESERVES: &'static [NameForm] = &[];

    /// What the caller asks for. The same again under one transaction ID is a repeat.
    type Request: Body;
    /// What the decision looks at besides the request; not stored.
    type Asked: fmt::Debug + Send + Sync;
    /// What the decision fixed; stored with the request, and all that a replay needs.
    type Promise: Body;
    /// What happens to the process itself besides what happens to any process.
    type Milestone: Body;
    /// What is remembered of milestones.
    type Notes: Default + Clone + PartialEq + fmt::Debug + Send + Sync;
    /// Why a request or command is refused; its identity may be, whatever the saga.
    type Refusal: std::error::Error + From<Clash> + Clone + PartialEq + Send + Sync;
    /// Every key, number and stream name, minted once.
    type Plan: Clone + fmt::Debug + Send + Sync;
    /// Something that the log says.
    type Fact: Word;
    /// A command to an aggregate of ours.
    type Do: Word;
    /// A call to a counterparty.
    type Call: Word;
    /// A time that rows refer to.
    type When: Word;
    /// Endings of the saga.
    type Ending: Word;
    /// What a caller or operator may ask of a running saga.
    type Command: fmt::Debug + Send + Sync;
    /// Answers of counterparties.
    type Answer: Clone + fmt::Debug + Send + Sync;

    /// The fields in which `again` asks for something else than `first`.
    fn differences(first: &Self::Request, again: &Self::Request) -> Vec<&'static str>;

    /// What the name of that request stands for, [as its form says it](NameForm::of), where the house itself
    /// gave it; `None` where a caller did.
    fn named_by_the_house(_request: &Self::Request) -> Option<&'static str> {
        None
    }
    /// The refusal of a request under a reserved name, in the saga's own words; `None` leaves it to the runner.
    fn reserved(_name: &TransactionId) -> Option<Self::Refusal> {
        None
    }

    /// What a first request brings of names and of words; nothing is looked at of one that the house itself makes.
    fn brings(_request: &Self::Request) -> Vec<Brought<'_>> {
        Vec::new()
    }
    /// The same of a command.
    fn brings_by(_command: &Self::Command) -> Vec<Brought<'_>> {
        Vec::new()
    }
    /// Why that may not be stored, and what is taken: of a request, a command, or an action's reason and operator.
    fn unfit(_brought: Brought<'_>) -> Option<String> {
        None
    }

    /// Every aggregate that it works on, its own process set aside.
    fn aggregates() -> Vec<Opener>;
    /// Streams that every decision of it rests on, and that persons add to: a calendar. Always in memory.
    fn rests_on() -> Vec<Need> {
        Vec::new()
    }
    /// The saga as those streams have it; `None` where they change nothing of it.
    fn renewed(&self, _streams: &Streams) -> Option<Self> {
        None
    }
    /// What a person should hear when an engine starts: that what it rests on ends soon.
    fn caution(&self, _now: Timestamp) -> Option<String> {
        None
    }
    /// Whether that has changed under it, so that it must [move on](Self::move_on): a day is none any more.
    fn is_overtaken(&self, _view: &View<'_, Self>) -> bool {
        false
    }
    /// Decides that again. [`NotDone::Missing`] names what must be read first; any other error parks the saga.
    ///
    /// # Errors
    /// [`NotDone`]; nothing of it was decided.
    fn move_on(&self, _turn: &mut Turn<'_, Self>) -> Result<(), NotDone> {
        Ok(())
    }
    /// What must be in memory to decide on the request: what the decision looks at, and the streams
    /// named after the keys that the saga would hand out, which may belong to somebody else.
    fn reads(&self, request: &Preparing<'_, Self>) -> Vec<Need>;
    /// Decides on a request, from what is in memory. Nothing is stored if it refuses.
    ///
    /// # Errors
    /// Why the business says no.
    fn prepare(
        &self,
        streams: &Streams,
        request: &Preparing<'_, Self>,
    ) -> Result<(Self::Promise, &'static Table<Self>), Self::Refusal>;

    /// Everybody whom its table may have it call, from that promise to any end. A request is refused
    /// where one of them cannot be called.
    fn callees(&self, open: &Open<Self>, plan: &Self::Plan) -> Vec<Callee>;
    /// Those whom its requests are known to call before there is one: who of them cannot be called is
    /// said when an engine starts.
    fn foreseen(&self) -> Vec<Callee> {
        Vec::new()
    }

    /// Derives every stream's key and every number from the transaction and the request alone.
    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Self::Plan;
    /// The plan after a further event of the process; `None` if it is still that one. A saga that is
    /// in a hurry takes the keys over from there instead of minting them again.
    fn replan(
        &self,
        id: &TransactionId,
        open: &Open<Self>,
        _plan: &Self::Plan,
    ) -> Option<Self::Plan> {
        Some(self.plan(id, open))
    }
    /// The streams that the saga works on, its process stream set aside.
    fn streams(plan: &Self::Plan) -> Vec<Need>;
    /// Those of them that may belong to no other saga: they are named after keys that it hands out.
    fn own_streams(_plan: &Self::Plan) -> Vec<StreamName> {
        Vec::new()
    }

    /// The stored type of a milestone.
    fn milestone_type(milestone: &Self::Milestone) -> &'static str;
    /// Remembers a milestone; `None` if it cannot follow.
    fn remember(_notes: &mut Self::Notes, _milestone: &Self::Milestone) -> Option<()> {
        None
    }
    /// The table on which the saga goes on from that milestone; none: the one that it is on. Both must stand
    /// at the same row then.
    fn leads_to(_milestone: &Self::Milestone) -> Option<&VersionTag> {
        None
    }
    /// The stored type of an ending.
    fn ending_type(ending: Self::Ending) -> &'static str;
    /// The ending of a stored type.
    fn ending_of(event_type: &str) -> Option<Self::Ending>;

    /// Whether the log says so.
    fn holds(view: &View<'_, Self>, fact: Self::Fact) -> bool;
    /// Whether it rests because its requester said so, and goes on when they say so.
    fn is_paused(_view: &View<'_, Self>) -> bool {
        false
    }
    /// Whether a death between two appends of one batch has left undone what follows at once from what is
    /// stored. Looked at before everything else, also while a person is waited for.
    fn is_half_done(_view: &View<'_, Self>) -> bool {
        false
    }
    /// Decides that. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`], for defects; nothing of it was decided.
    fn do_rest(&self, _turn: &mut Turn<'_, Self>) -> Result<usize, NotDone> {
        Ok(0)
    }
    /// Decides a command of a row. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; the saga is parked with it, and nothing of it was decided.
    fn act(&self, turn: &mut Turn<'_, Self>, what: Self::Do) -> Result<usize, NotDone>;
    /// The call of a row as it is made at that instant; `None` when the log lacks what it needs.
    fn call(
        &self,
        view: &View<'_, Self>,
        what: Self::Call,
        now: Timestamp,
    ) -> Option<Calling<Self>>;
    /// What must be in memory, besides the plan's streams, to hear that answer.
    fn needs(&self, _view: &View<'_, Self>, _answer: &Self::Answer, _now: Timestamp) -> Vec<Need> {
        Vec::new()
    }
    /// Records what a counterparty says.
    ///
    /// # Errors
    /// [`NotDone`], for defects only: what the business refuses is a [`Heard`]. Nothing of it was decided
    /// then.
    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Self::Answer) -> Result<Heard, NotDone>;
    /// Reads unasked news about one of the plan's streams; `None` if it is none of this saga's.
    fn notice(_: &View<'_, Self>, _: &StreamName, _: &Payload) -> Option<Self::Answer> {
        None
    }
    /// What must be in memory to decide that command.
    fn command_needs(&self, _view: &View<'_, Self>, _command: &Self::Command) -> Vec<Need> {
        Vec::new()
    }
    /// Decides what a caller or operator asks of a running saga. Returns how many events followed.
    ///
    /// # Errors
    /// Why not; nothing has changed.
    fn command(
        &self,
        turn: &mut Turn<'_, Self>,
        command: &Self::Command,
    ) -> Result<usize, Self::Refusal>;

    /// How much of it can be taken back, and until when; nothing where no command takes it back.
    fn revocable(&self, _view: &View<'_, Self>) -> Vec<Revocable> {
        Vec::new()
    }

    /// The instant that a row refers to; `None` when nobody can know it (the calendar has ended).
    fn when(&self, view: &View<'_, Self>, when: Self::When) -> Option<Timestamp>;
    /// What is in transit, reserved, owed or unpaid, in any aggregate that the saga touched.
    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd>;
    /// The same in the figures of earlier programs, where those were others: whoever gave up under one saw those.
    fn open_ends_before(_view: &View<'_, Self>) -> Option<Vec<OpenEnd>> {
        None
    }
    /// What its own events say is in a stream of the plan, and is not there, each in words: for audits. Of what
    /// is stored before the event that says so, so that nothing is missing wherever a death has cut a batch.
    fn not_there(_view: &View<'_, Self>) -> Vec<String> {
        Vec::new()
    }
    /// What its events say of the income that it gave, once everybody was asked: for audits. `None` where they do not
    /// say all of it.
    fn income_given(_view: &View<'_, Self>) -> Option<IncomeGiven> {
        None
    }
    /// Why what was heard does not let its table go on yet: it parks with that, and asks no more.
    fn held_up_by(_view: &View<'_, Self>) -> Option<Cause> {
        None
    }
    /// Whether what a row waits for a person for, or did, is settled by now: then it waits for nobody.
    fn is_settled(_view: &View<'_, Self>, _parked: &Parked) -> bool {
        false
    }
    /// What that open end is counted in, behind a number; `None` where only the docs say so.
    fn unit(_view: &View<'_, Self>, _end: &str) -> Option<String> {
        None
    }
    /// What becomes of that open end if a person gives up the ends that are named there, in words; `None` where the
    /// saga does not say.
    fn fate(
        _view: &View<'_, Self>,
        _end: &OpenEnd,
        _given: &[(Arc<str>, Disposition)],
    ) -> Option<String> {
        None
    }
    /// Whether a person who had that open end has made up for it, so that it is reported to nobody any more.
    fn is_made_up(_view: &View<'_, Self>, _end: &OpenEnd) -> bool {
        false
    }
    /// Why it did not go through, as the one who refused it said.
    fn failure(_view: &View<'_, Self>) -> Option<Cause> {
        None
    }
    /// The business day that was promised, for the first event.
    fn day_of_promise(_promise: &Self::Promise) -> Option<chrono::NaiveDate> {
        None
    }
    /// The business day that its events belong to.
    fn business_date(_view: &View<'_, Self>) -> Option<chrono::NaiveDate> {
        None
    }
    /// Who asks, as lists name them.
    fn requester(request: &Self::Request) -> Arc<str>;
    /// Who asks, as the first event names its actor: the requester, where nothing else is said.
    fn actor(request: &Self::Request) -> Actor {
        Actor::Requester(Self::requester(request))
    }
    /// What is asked, in one line for lists.
    fn summary(request: &Self::Request) -> String;
    /// What was agreed one after the other, where what was asked for can be changed and was; none otherwise.
    fn agreed(&self, _view: &View<'_, Self>) -> Vec<crate::look::Agreed> {
        Vec::new()
    }
}
