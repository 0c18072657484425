//! Everything about one saga, read off its log, without its types: for desks, programs and audits.
//!
//! ```text
//! process history -> streams_of -> the desk reads them -> look
//! ```
//!
//! 1. Nothing but the log is asked: what an engine has in memory cannot make a look wrong.
//! 2. A damaged stream is named, never guessed around.

use crate::{
    grounds::{Groundless, Grounds},
    liveness::{self, Wait},
    message::SagaId,
    process::{Disposition, Over, Retry},
    quote::Revocable,
    replay::{Followed, Replayed},
    running::ending_name,
    saga::{IncomeGiven, OpenEnd, Saga, View},
    timeline::{Instants, Line},
};
use chrono::NaiveDate;
use fundflow_kernel::{
    cause::Cause,
    envelope::{Recorded, StreamName},
    ids::{TransactionId, VersionTag},
    store::ReadError,
    streams::{Damage, Streams},
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// One saga, folded from its log.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The kind of the saga and its transaction, which together are unique in a store.
    pub id: SagaId,
    /// The request in one line; where it was changed, the terms in force.
    pub summary: String,
    /// Terms as they were agreed one after the other, where the request was changed.
    pub agreed: Vec<Agreed>,
    /// The requester, as [`Saga::requester`] names it.
    pub requester: Arc<str>,
    /// The request, as it is stored.
    pub request: Value,
    /// The promise, as it is stored.
    pub promise: Value,
    /// The version of the table that it pinned.
    pub table: VersionTag,
    /// The row or move that it stands at, in the words of its table.
    pub stands_at: &'static str,
    /// Row and cause, while it waits for a person.
    pub parked: Option<(Arc<str>, Cause)>,
    /// The latest retry of each row that needed one.
    pub retries: Vec<Retry>,
    /// Stored type of its ending.
    pub ending: Option<&'static str>,
    /// Whether it is over and owes nothing.
    pub finished: bool,
    /// How much of it can be taken back, and until when.
    pub revocable: Vec<Revocable>,
    /// The reason of its failure, in the words of whoever refused it.
    pub failure: Option<Cause>,
    /// Open ends: what is in transit, reserved, owed or unpaid.
    pub open_ends: Vec<OpenEnd>,
    /// Units of the open ends, in the same order.
    pub units: Vec<Option<String>>,
    /// Open ends that a person took over when it was abandoned.
    pub given_up: Vec<Arc<str>>,
    /// Worth of each of these when that person last saw it, in the same order.
    pub given_up_as: Vec<Decimal>,
    /// Whether an operator may close the row that it stands on.
    pub can_skip: bool,
    /// Waits of the saga; empty once it is finished.
    pub waits: Vec<Wait>,
    /// Its past and what is ahead.
    pub timeline: Vec<Line>,
    /// Decisions that do not follow from the events before them. None in a sound log.
    pub groundless: Vec<Groundless>,
    /// Events that its own events announce and that are missing from its streams. None in a sound log.
    pub not_there: Vec<String>,
    /// What its own events say of the income that it gave, as [`Saga::income_given`].
    pub income_given: Option<IncomeGiven>,
    /// The business day that it belongs to.
    pub business_date: Option<NaiveDate>,
    /// The business day that was promised at first.
    pub promised_date: Option<NaiveDate>,
    /// Every stream that it ever worked on, its process stream first.
    pub streams: Vec<StreamName>,
    /// Those of them that may belong to no other saga, whether they hold events or not.
    pub own_streams: Vec<StreamName>,
}

/// What was agreed for the days from one on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreed {
    /// The first day that it holds for.
    pub from: NaiveDate,
    /// In one line, like [`Look::summary`].
    pub what: String,
    /// It holds for what comes next.
    pub in_force: bool,
}

/// Why a saga cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// Look the transaction ID up with `fundflow saga ls`.
    #[error("no {} {} was ever prepared", .0.kind, .0.transaction)]
    Unknown(SagaId),
    /// A stream of it cannot be folded; verify the store.
    #[error("{} cannot be used: {}", .0.place, .0.what)]
    Damaged(Damage),
    /// A defect: request or promise have no stored form.
    #[error("{0} cannot be written as JSON")]
    NotJson(&'static str),
}

impl From<ReadError> for LookError {
    fn from(error: ReadError) -> Self {
        LookError::Damaged(match error {
            ReadError::Damaged { place, what } => Damage { place: place.into(), what: what.into() },
            ReadError::Fault(source) => {
                Damage { place: "store".into(), what: source.to_string().into() }
            }
        })
    }
}

pub(crate) fn streams_of<S: Saga>(
    saga: &S,
    id: &TransactionId,
    history: &[Recorded],
) -> Vec<StreamName> {
    let mut replayed = Replayed::<S>::new(id.clone());
    let _ = history.iter().try_for_each(|event| replayed.hear(saga, event));
    names(replayed.followed())
}

/// Everything about that saga. `events` are all of its streams'; any order of streams will do.
///
/// # Errors
/// [`LookError`]: it was never prepared, or a stream is damaged.
pub fn look<S: Saga>(saga: &S, id: &TransactionId, events: &[Recorded]) -> Result<Look, LookError> {
    let mut ordered: Vec<&Recorded> = events.iter().collect();
    ordered.sort_by_key(|event| event.position);
    let (mut replayed, mut instants) = (Replayed::<S>::new(id.clone()), Instants::new());
    let mut grounds = Grounds::default();
    for event in ordered {
        grounds.judge(replayed.followed(), replayed.streams(), event);
        replayed.hear(saga, event)?;
        instants.note(&replayed, event);
    }
    let (timeline, groundless) = (instants.lines(&replayed), grounds.found);
    let glance = glance(saga, replayed.followed(), replayed.streams())?;
    Ok(Look { timeline, groundless, ..glance })
}

/// What would become of each open end if a person gave them up so, in the order of [`Look::open_ends`].
///
/// # Errors
/// [`LookError`]: it was never prepared, or a stream is damaged.
pub(crate) fn fates<S: Saga>(
    saga: &S,
    id: &TransactionId,
    events: &[Recorded],
    given: &[(Arc<str>, Disposition)],
) -> Result<Vec<Option<String>>, LookError> {
    let mut ordered: Vec<&Recorded> = events.iter().collect();
    ordered.sort_by_key(|event| event.position);
    let mut replayed = Replayed::<S>::new(id.clone());
    for event in ordered {
        replayed.hear(saga, event)?;
    }
    let Some(view) = replayed.view() else {
        return Err(LookError::Unknown(SagaId { kind: S::KIND, transaction: id.clone() }));
    };
    Ok(open_ends(&view).iter().map(|end| S::fate(&view, end, given)).collect())
}

/// What is open, and nobody has made up for.
fn open_ends<S: Saga>(view: &View<'_, S>) -> Vec<OpenEnd> {
    let mut ends = S::open_ends(view);
    ends.retain(|end| !S::is_made_up(view, end));
    ends
}

fn names<S: Saga>(followed: &Followed<S>) -> Vec<StreamName> {
    followed.used().iter().map(|need| need.stream().clone()).collect()
}

/// The same of streams that were folded already: without a timeline, and without a judgement of what was decided.
///
/// # Errors
/// [`LookError`]: it was never prepared.
pub fn glance<S: Saga>(
    saga: &S,
    followed: &Followed<S>,
    streams: &Streams,
) -> Result<Look, LookError> {
    let id = SagaId { kind: S::KIND, transaction: followed.id().clone() };
    let Some(view) = followed.view(streams) else { return Err(LookError::Unknown(id)) };
    let table = followed.table(streams);
    let stand = table.map(|table| table.stand(&view));
    let waits = liveness::waits(saga, &view, table);
    let agreed = saga.agreed(&view);
    let now = agreed.iter().find(|agreed| agreed.in_force).map(|agreed| agreed.what.clone());
    let ends = open_ends(&view);
    let View { open, ending, .. } = view;
    Ok(Look {
        id,
        summary: now.unwrap_or_else(|| S::summary(&open.request)),
        agreed,
        requester: S::requester(&open.request),
        request: json(&open.request, "the request")?,
        promise: json(&open.promise, "the promise")?,
        table: open.table.clone(),
        stands_at: stand.as_ref().map_or(UNKNOWN_TABLE, |stand| stand.place().name()),
        parked: open.parked.as_ref().map(|it| (it.row.clone(), it.cause.clone())),
        retries: open.retries.clone(),
        ending: ending.map(ending_name::<S>),
        finished: ending.is_some() && waits.is_empty(),
        revocable: saga.revocable(&view),
        failure: S::failure(&view)
            .or_else(|| view.left_because().filter(|_| matches!(ending, Some(Over::Abandoned)))),
        units: ends.iter().map(|end| S::unit(&view, &end.name)).collect(),
        open_ends: ends,
        given_up: open.given_up.iter().map(|end| end.name.clone()).collect(),
        given_up_as: open.given_up.iter().map(|end| end.worth).collect(),
        can_skip: stand.is_some_and(|stand| stand.can_be_skipped()),
        waits,
        timeline: Vec::new(),
        groundless: Vec::new(),
        not_there: S::not_there(&view),
        income_given: S::income_given(&view),
        business_date: S::business_date(&view),
        promised_date: S::day_of_promise(&open.promise),
        streams: names(followed),
        own_streams: followed.own().to_vec(),
    })
}

/// Where a saga stands whose table is gone.
pub(crate) const UNKNOWN_TABLE: &str = "a table that this program does not know";

fn json(of: &impl Serialize, what: &'static str) -> Result<Value, LookError> {
    serde_json::to_value(of).map_err(|_| LookError::NotJson(what))
}
