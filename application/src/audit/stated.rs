//! What is said in several places of the log, held against each other.
//!
//! ```text
//! requests.rs, jobs.rs: a fact, whose it is, and each place that says it
//! an event -> what it says of its facts -> the same as whoever said it first, or who changed it last
//! ```
//!
//! 1. Whoever rewrites one field of one event and links its stream again is found, where another event says the same.
//! 2. What is said once cannot be found so: for that a head is kept elsewhere. `docs/STORED_ONCE.md` lists those fields.
//! 3. What a saga's events said is forgotten when the saga leaves memory, and read again with its own streams when
//!    something of it follows.

mod jobs;
mod requests;

use super::Owner;
use fundflow_domain::ids::{ApplicationNo, OrderId, PaymentNo};
use fundflow_kernel::{envelope::Recorded, time::Timestamp};
use jobs::JOBS;
use requests::REQUESTS;
use rust_decimal::Decimal;
use serde_json::Value;
use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    ptr,
    sync::Arc,
};

/// Something that several places say.
struct Fact {
    /// In words, with its article.
    what: &'static str,
    of: Of,
    said: &'static [Said],
}

/// Whose fact it is: within whose events it is the same.
#[derive(Clone, Copy)]
enum Of {
    /// A saga: all events under its transaction.
    Request,
    /// An order of it, which an event names, or the first one of its stream.
    Order,
    /// A record of such an order, by its serial.
    Record,
    /// One stream, as far as the saga writes it.
    Stream,
    /// One event, in which it stands twice.
    Event,
}

/// A place that says it: `type`, or `kinds:type` of sagas of those kinds alone; `*` stands for any kind.
struct Said {
    event: &'static str,
    place: Place,
    /// A field of the same body, and how it must end.
    when: Option<(&'static str, &'static str)>,
    was: Was,
}

/// What becomes of what was said before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Was {
    /// This must be the same.
    Same,
    /// From here on it is this.
    Replaced,
    /// From here on it may be this, too.
    Kept,
}

/// Where in an event.
#[derive(Clone, Copy)]
enum Place {
    /// A field of the body, `*` for each element of a list; the first that is there of several, between `|`.
    Body(&'static str),
    /// The same, of which it says something that it is not there.
    OrNone(&'static str),
    /// What alone may stand in another place of the same event.
    Const(&'static str),
    /// The ID of the stream.
    Stream,
    /// The investor and the fund that the stream is named after.
    Investor,
    Fund,
    /// The transaction that it is written under.
    Request,
    /// The T and the business instant of the envelope.
    T,
    At,
    /// What follows from the order in the body.
    ApplicationNo,
    PaymentNo,
}

const fn says(event: &'static str, place: Place) -> Said {
    Said { event, place, when: None, was: Was::Same }
}

impl Said {
    const fn when(self, path: &'static str, ends: &'static str) -> Self {
        Self { when: Some((path, ends)), ..self }
    }

    const fn changes(self) -> Self {
        Self { was: Was::Replaced, ..self }
    }

    const fn adds(self) -> Self {
        Self { was: Was::Kept, ..self }
    }

    fn is_of(&self, process: &str, event_type: &str) -> bool {
        let (kinds, named) = self.event.split_once(':').unwrap_or(("*", self.event));
        let is_kind = kinds == "*" || kinds.split(',').any(|kind| kind == process);
        let is_type = match named.strip_prefix('*') {
            Some(happened) => event_type.strip_prefix(process).is_some_and(|rest| rest == happened),
            None => named == event_type,
        };
        is_kind && is_type
    }
}

/// One place of a fact.
type Saying = (&'static Fact, &'static Said);

/// A fact, as far as it was heard.
struct Known {
    fact: &'static Fact,
    subject: u64,
    value: Box<str>,
    by: &'static str,
}

/// What the sagas in memory have said.
#[derive(Default)]
pub(super) struct Stated {
    of: HashMap<Owner, Vec<Known>>,
    /// What events of a kind of saga and of a type say.
    says: HashMap<(Arc<str>, String), Arc<[Saying]>>,
    hashing: RandomState,
}

impl Stated {
    /// The saga is in memory from now on.
    pub(super) fn begin(&mut self, owner: &Owner) {
        self.of.entry(owner.clone()).or_default();
    }

    pub(super) fn forget(&mut self, owner: &Owner) {
        self.of.remove(owner);
    }

    /// Hears once more what was compared before, of sagas that are in memory again.
    pub(super) fn recall(&mut self, history: &[Recorded]) {
        for event in history {
            let owner: Owner = (event.event.process.clone(), event.event.correlation.clone());
            if self.of.contains_key(&owner) {
                self.hear(event);
            }
        }
    }

    /// Hears an event of a saga, and says what it says otherwise than others.
    pub(super) fn hear(&mut self, event: &Recorded) -> Vec<String> {
        let new = &event.event;
        let key = (new.process.clone(), new.event_type.to_string());
        let says = self.says.entry(key).or_insert_with_key(|(process, name)| of(process, name));
        if says.is_empty() {
            return Vec::new();
        }
        let says = says.clone();
        let Ok(body) = serde_json::from_str::<Value>(&new.data) else { return Vec::new() };
        let owner: Owner = (new.process.clone(), new.correlation.clone());
        let mut known = self.of.remove(&owner).unwrap_or_default();
        let stream = self.hashing.hash_one(event.stream.as_str());
        let is_order = |fact| REQUESTS.first().is_some_and(|order| ptr::eq(fact, order));
        let of_stream = known.iter().find(|it| is_order(it.fact) && it.subject == stream);
        let order = text(body.pointer("/order")).map(str::to_owned);
        let order = order.or_else(|| of_stream.map(|it| it.value.to_string()));
        let spoken = Spoken { event, body, order, stream };
        let (mut wrong, mut within) = (Vec::new(), Vec::new());
        for (fact, said) in says.iter().filter(|(_, said)| spoken.meets(said.when)) {
            let of = fact.of;
            let Some(subject) = spoken.subject(of, &self.hashing) else { continue };
            let known = if matches!(of, Of::Event) { &mut within } else { &mut known };
            for value in said.place.values(&spoken) {
                wrong.extend(hold(known, (*fact, subject), said, value));
            }
        }
        self.of.insert(owner, known);
        wrong
    }
}

/// An event, and the order that it is about.
struct Spoken<'a> {
    event: &'a Recorded,
    body: Value,
    order: Option<String>,
    stream: u64,
}

impl Spoken<'_> {
    fn meets(&self, when: Option<(&str, &str)>) -> bool {
        when.is_none_or(|(path, end)| {
            let found = if path == "/order" {
                self.order.as_deref()
            } else {
                text(self.body.pointer(path))
            };
            found.is_some_and(|it| it.ends_with(end))
        })
    }

    fn subject(&self, of: Of, hashing: &RandomState) -> Option<u64> {
        match of {
            Of::Request | Of::Event => Some(0),
            Of::Order => Some(hashing.hash_one(self.order.as_ref()?)),
            Of::Record => {
                let serial = text(self.body.pointer("/serial"))?;
                Some(hashing.hash_one((self.order.as_ref()?, serial)))
            }
            Of::Stream => Some(self.stream),
        }
    }
}

/// Sagas whose events are known to say a fact alike. A saga of somebody else's own may write the same events with another
/// meaning.
const KINDS: [&str; 14] = [
    "calendar_change",
    "clearing",
    "conversion",
    "day_cut",
    "discount_purchase",
    "dividend",
    "fast_withdraw",
    "freeze",
    "income",
    "purchase",
    "recharge",
    "redemption",
    "regular_plan",
    "withdraw",
];

fn of(process: &str, event_type: &str) -> Arc<[Saying]> {
    if !KINDS.contains(&process) {
        return Arc::default();
    }
    let each = REQUESTS.iter().chain(JOBS);
    let says = each.flat_map(|fact| fact.said.iter().map(move |said| (fact, said)));
    says.filter(|(_, said)| said.is_of(process, event_type)).collect()
}

/// The first word stands, until somebody says that it changes.
fn hold(
    known: &mut Vec<Known>,
    (fact, subject): (&'static Fact, u64),
    said: &'static Said,
    value: String,
) -> Option<String> {
    let by = said.event;
    let is_of = |it: &Known| ptr::eq(it.fact, fact) && it.subject == subject;
    if known.iter().any(|it| is_of(it) && *it.value == *value) {
        return None;
    }
    match known.iter_mut().find(|it| is_of(it)) {
        Some(was) if said.was == Was::Replaced => (was.value, was.by) = (value.into(), by),
        Some(was) if said.was == Was::Same => {
            let (what, before) = (fact.what, was.by.rsplit(':').next().unwrap_or(was.by));
            return Some(format!("{what} is {value} here, and {} by {before}", was.value));
        }
        None | Some(_) => known.push(Known { fact, subject, value: value.into(), by }),
    }
    None
}

impl Place {
    /// What stands there, in one form for one meaning.
    fn values(self, spoken: &Spoken<'_>) -> Vec<String> {
        let Spoken { event, body, .. } = spoken;
        let new = &event.event;
        let id = || event.stream.id();
        let order = || text(body.pointer("/order"))?.parse::<OrderId>().ok();
        let one = match self {
            Place::Body(paths) => return fields(body, paths),
            Place::OrNone(path) => {
                Some(body.pointer(path).and_then(meant).unwrap_or_else(|| "none".to_owned()))
            }
            Place::Const(value) => Some(value.to_owned()),
            Place::Stream => Some(id().to_owned()),
            Place::Investor => id().rsplit_once('.').map(|(investor, _)| investor.to_owned()),
            Place::Fund => id().rsplit_once('.').map(|(_, fund)| fund.to_owned()),
            Place::Request => Some(new.correlation.to_string()),
            Place::T => new.trade_date.map(|t| t.to_string()),
            Place::At => Some(new.occurred_at.to_string()),
            Place::ApplicationNo => order().map(|it| ApplicationNo::of(&it).to_string()),
            Place::PaymentNo => order().map(|it| PaymentNo::pay(&it).to_string()),
        };
        one.into_iter().collect()
    }
}

fn fields(body: &Value, paths: &str) -> Vec<String> {
    let mut each = paths.split('|').map(|path| match path.split_once("/*") {
        None => body.pointer(path).and_then(meant).into_iter().collect(),
        Some((list, rest)) => {
            let all = body.pointer(list).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(|it| meant(it.pointer(rest)?)).collect::<Vec<_>>()
        }
    });
    each.find(|found| !found.is_empty()).unwrap_or_default()
}

/// A number or an instant may be written in several ways.
fn meant(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.contains('.') && text.parse::<Decimal>().is_ok() => {
            text.parse::<Decimal>().ok().map(|number| number.normalize().to_string())
        }
        Value::String(text) => {
            let at = text.contains('T').then(|| text.parse::<Timestamp>().ok()).flatten();
            Some(at.map_or_else(|| text.clone(), |at| at.to_string()))
        }
        other => Some(other.to_string()),
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str()
}
