//! What goes into the runner and what comes out of it.

mod action_error;

pub use action_error::ActionError;

use crate::{
    breaker::Pass,
    port::{Ask, Payload, PortName},
    process::Disposition,
    saga::Wrap,
};
use fundflow_kernel::{
    cause::Cause,
    envelope::{Actor, EventId, StreamName},
    ids::TransactionId,
    store::StreamAppend,
    streams::Need,
    time::Timestamp,
};
use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Who waits for a reply; the shell's own number. 0: nobody.
pub type Ticket = u64;

/// A saga: its kind and its transaction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SagaId {
    /// The category of its process stream.
    pub kind: &'static str,
    /// The caller's idempotency key: the same one again is the same saga.
    pub transaction: TransactionId,
}

/// Of the transaction alone: hardly ever do two kinds share one.
impl Hash for SagaId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.transaction.hash(state);
    }
}

impl fmt::Display for SagaId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.kind, self.transaction)
    }
}

/// An input from outside.
#[derive(Debug, Clone)]
pub struct Input {
    /// Comes back with the reply, so that whoever asked is answered.
    pub ticket: Ticket,
    /// What is to be decided.
    pub what: What,
    /// What it needs besides its saga's own streams, once that was asked for.
    pub(crate) besides: Vec<Need>,
    /// How often the store had not given a stream when it was handed in first.
    pub(crate) failures: Option<u64>,
    /// No stream in the store has its transaction as an ID.
    pub(crate) is_new: bool,
}

impl Input {
    /// One that was not handed in yet.
    pub const fn new(ticket: Ticket, what: What) -> Self {
        Self { ticket, what, besides: Vec::new(), failures: None, is_new: false }
    }

    /// The same, and the store is sure that none of its streams has the transaction as an ID: no other kind of
    /// saga has to be read to know that it has not got this one.
    #[must_use]
    pub fn of_new_transaction(self, is_new: bool) -> Self {
        Self { is_new, ..self }
    }
}

/// Kinds of input from outside.
#[derive(Clone)]
pub enum What {
    /// Somebody asks for a saga.
    Request {
        /// The saga that is asked for.
        saga: SagaId,
        /// A `Saga::Request` of its kind.
        request: Payload,
        /// A `Saga::Asked` of its kind.
        asked: Payload,
        /// When it was asked; by the engine's clock without.
        at: Option<Timestamp>,
        /// W3C trace context (`traceparent`), stored with every event that follows; none: outside of any
        /// trace.
        trace_parent: Option<Arc<str>>,
    },
    /// Somebody asks something of a running saga.
    Command {
        /// The saga that is spoken to.
        saga: SagaId,
        /// A `Saga::Command` of its kind.
        command: Payload,
        /// Author of the command.
        actor: Actor,
        /// When it was asked; by the engine's clock without.
        at: Option<Timestamp>,
    },
    /// An operator acts on a saga.
    Act {
        /// The saga that is acted upon.
        saga: SagaId,
        /// Which of the operator's doors is used, and with what reason.
        action: Action,
        /// The operator's name, for the auditor.
        operator: Arc<str>,
    },
    /// The reply to a call.
    Answer(Box<Answered>),
    /// News that nobody asked for, about the stream of an outside key.
    Notice {
        /// Named after the key.
        stream: StreamName,
        /// What the saga that owns the stream can read.
        news: Payload,
    },
    /// What a saga rests on has changed under it, says the runner.
    Overtaken {
        /// The saga that moves on.
        saga: SagaId,
    },
    /// Whether, and how, a saga has come to rest.
    Watch {
        /// The saga that is watched.
        saga: SagaId,
    },
}

impl fmt::Debug for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Request { saga, .. } => write!(out, "request for {saga}"),
            What::Command { saga, .. } => write!(out, "command to {saga}"),
            What::Act { saga, action, .. } => write!(out, "{action:?} on {saga}"),
            What::Answer(answered) => write!(out, "answer to {}", answered.effect),
            What::Notice { stream, .. } => write!(out, "notice about {stream}"),
            What::Overtaken { saga } => write!(out, "{saga} is overtaken"),
            What::Watch { saga } => write!(out, "watch {saga}"),
        }
    }
}

/// A call and what came of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The call that was answered.
    pub effect: Effect,
    /// What the port said: the answer type of the call, which the saga that made it knows.
    pub answer: Payload,
}

/// What an operator may do to any saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Go on where it is parked, with the retries started over.
    Resume {
        /// Why, in the operator's words; stored with the event for the auditor.
        reason: Arc<str>,
    },
    /// Leave towards the nearest landing: the row that nobody answers is closed.
    SkipToLanding {
        /// Why, in the operator's words; stored with the event for the auditor.
        reason: Arc<str>,
    },
    /// Give up; every open end needs a disposition.
    Abandon {
        /// Why, in the operator's words; stored with the event for the auditor.
        reason: Arc<str>,
        /// Open end and what becomes of it.
        dispositions: Vec<(Arc<str>, Disposition)>,
    },
}

impl Action {
    /// Why, in the operator's words.
    pub const fn reason(&self) -> &Arc<str> {
        match self {
            Action::Resume { reason }
            | Action::SkipToLanding { reason }
            | Action::Abandon { reason, .. } => reason,
        }
    }
}

/// What becomes of a call that its counterparty never got, as things stand when it is asked about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NeverGot {
    /// It is made again, under its key.
    Made,
    /// It is not made any more, and its row is refused.
    Refused,
    /// What it hangs on is decided anew first, and it is made if that still wants it.
    Anew,
    /// It is not made any more; a person decides.
    Person,
    /// Only a word about it is waited for: whatever that is, it is not made by this row.
    Waited,
}

/// A call to make, once its batch is durable.
#[derive(Clone)]
pub struct Effect {
    /// The saga that makes the call.
    pub saga: SagaId,
    /// The port that it goes to.
    pub port: PortName,
    /// Made, or only asked about.
    pub ask: Ask,
    /// The idempotency key: a call that is made again, or asked about, has the same one.
    pub key: Arc<str>,
    /// What becomes of the call where the counterparty says that it never got it.
    pub never_got: NeverGot,
    pub(crate) pass: Pass,
    pub(crate) lane: usize,
    pub(crate) seq: u32,
    pub(crate) call: Payload,
    pub(crate) wrap: Wrap,
}

impl Effect {
    /// What the port is given.
    pub fn call(&self) -> Payload {
        self.call.clone()
    }

    /// The same, as the type that a port of that kind takes.
    pub fn call_as<C: Any>(&self) -> Option<&C> {
        self.call.downcast_ref()
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ask = match self.ask {
            Ask::Call => "call",
            Ask::Query => "query",
        };
        write!(out, "{ask} {} at {}", self.key, self.port)
    }
}

/// The answer to a ticket's holder.
#[derive(Clone)]
pub enum Reply {
    /// To a request, the first or a repeated one: durable, and the same for ever.
    Placed {
        /// A `Saga::Promise`: what was decided then.
        promise: Payload,
        /// How it has ended by now, if it has: the stored type of the ending.
        ending: Option<Arc<str>>,
    },
    /// The business says no; nothing was stored. A `Saga::Refusal`, and the same in words.
    Refused(Payload, Arc<str>),
    /// The action was taken (and stored), or had already been.
    Acted,
    /// The action cannot be taken.
    NotActed(ActionError),
    /// What became of a notice.
    Noticed(Noticed),
    /// How a saga came to rest; `None` while it has not.
    Rest(Option<Rest>),
}

impl fmt::Debug for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Placed { ending, .. } => write!(out, "placed, ending {ending:?}"),
            Reply::Refused(_, text) => write!(out, "refused: {text}"),
            Reply::Acted => out.write_str("acted"),
            Reply::NotActed(error) => write!(out, "not acted: {error}"),
            Reply::Noticed(noticed) => write!(out, "{noticed:?}"),
            Reply::Rest(Some(rest)) => write!(out, "{rest}"),
            Reply::Rest(None) => out.write_str("not at rest"),
        }
    }
}

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// Events that were recorded.
    Recorded(Vec<EventId>),
    /// All of it was known.
    Repeated,
    /// It contradicts what holds: the streams where that is stored, a case's with its ID; where it was known, those
    /// where it stands since.
    Contradicted(Vec<StreamName>),
    /// It says that nobody knows yet.
    NoNews,
    /// No saga has that key. The stream that it was stored in, a case's, where the engine has a place for it.
    Unclaimed(Option<StreamName>),
}

/// How a saga came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// It is over: the stored type of its ending.
    Ended(Arc<str>),
    /// It waits for a person.
    Parked(Cause),
}

impl fmt::Display for Rest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rest::Ended(ending) => write!(out, "ended: {ending}"),
            Rest::Parked(cause) => write!(out, "parked: {} ({})", cause.text, cause.code),
        }
    }
}

/// Something that a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Name of the saga or stream.
    pub about: Arc<str>,
    /// The incident, in words.
    pub what: Arc<str>,
}

/// What the shell must append, send and tell.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// To append in this order.
    pub appends: Vec<StreamAppend>,
    /// To send once they are durable.
    pub effects: Vec<Effect>,
    /// To tell once they are durable.
    pub replies: Vec<(Ticket, Reply)>,
    /// To forget once they are durable.
    pub finished: Vec<SagaId>,
    /// Streams that were used beside those of a saga's plan; released once they are durable.
    pub released: Vec<StreamName>,
    /// Which batch this is, counted from 1.
    pub batch: u64,
    /// How sagas came to rest: over, or parked.
    pub rests: Vec<(SagaId, Rest)>,
    /// For a person's eyes: what was refused because it contradicts, what was parked.
    pub alerts: Vec<Alert>,
}

impl Output {
    /// How much there is of each.
    pub(crate) const fn counts(&self) -> [usize; 7] {
        let Self { appends, effects, replies, finished, released, rests, alerts, batch: _ } = self;
        [
            appends.len(),
            effects.len(),
            replies.len(),
            finished.len(),
            released.len(),
            rests.len(),
            alerts.len(),
        ]
    }

    /// Nothing to append, send, tell or forget.
    pub fn is_empty(&self) -> bool {
        self.counts() == [0; 7]
    }
}
