//! What would follow from an action: it is decided by a runner of its own, on the saga's streams as
//! the store has them, and what that runner wants to append and to send is what is shown.

use super::{
    DeskError, Registry,
    reading::{damage_of, whole},
    show::{Shown, all_of, find, look_at},
};
use fundflow_kernel::{
    envelope::Actor,
    ids::TransactionId,
    store::{EventStore, Position},
    streams::Streams,
    time::Timestamp,
};
use fundflow_runtime::{
    foresee::{Foreseeing, Foreseen},
    kind::payload,
    look::Look,
    message::{Action, SagaId, What},
    port::Payload,
    quote::Quoted,
    saga::Preparing,
};
use std::{fmt, sync::Arc};

/// What is to be done to a saga.
#[derive(Clone)]
pub enum Deed {
    /// What an operator may do to any saga.
    Act(Action),
    /// What a caller or operator may ask of a saga of that kind: a `Saga::Command`.
    Command {
        /// The typed command of that saga.
        command: Payload,
        /// When it was asked; by the engine's clock without.
        at: Option<Timestamp>,
    },
}

impl fmt::Debug for Deed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Act(action) => fmt::Debug::fmt(action, out),
            Deed::Command { at, .. } => write!(out, "Command {{ at: {at:?} }}"),
        }
    }
}

/// Whether it can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It can, as things stand.
    Planned,
    /// Reason of the refusal.
    Refused(Arc<str>),
    /// It moved since somebody looked.
    Moved {
        /// The version that was seen.
        seen: Position,
    },
}

/// A saga, and what the deed would do to it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The saga that the command is for.
    pub saga: SagaId,
    /// State of the saga now.
    pub shown: Shown,
    /// Whether the deed can be done.
    pub outcome: Outcome,
    /// What would follow; nothing where it cannot be done.
    pub foreseen: Foreseen,
    /// What would become of each open end that is given up by it, in words and in the order of the look; `None`
    /// where the saga does not say. Nothing where none is.
    pub fates: Vec<Option<String>>,
}

/// Looks at what a deed would do. `seen` is the version that somebody saw before.
///
/// # Errors
/// [`DeskError`]: the saga is not there, or a stream of it is damaged.
pub async fn preview<S: EventStore>(
    store: &S,
    registry: &Registry,
    (kind, transaction): (Option<&str>, &TransactionId),
    seen: Option<Position>,
    (deed, operator): (&Deed, &Arc<str>),
    now: Timestamp,
) -> Result<Preview, DeskError> {
    let registry = &registry.renewed(store).await?;
    let kind = find(store, registry, kind, transaction).await?;
    let shown = look_at(store, kind.as_ref(), transaction).await?;
    let saga = SagaId { kind: kind.name(), transaction: transaction.clone() };
    let mut preview = Preview {
        saga,
        shown,
        outcome: Outcome::Planned,
        foreseen: Foreseen::default(),
        fates: vec![],
    };
    if let Some(seen) = seen.filter(|seen| *seen != preview.shown.version) {
        preview.outcome = Outcome::Moved { seen };
        return Ok(preview);
    }
    if let Some(why) = misdisposed(deed, &preview.shown.look) {
        preview.outcome = Outcome::Refused(why.into());
        return Ok(preview);
    }
    if let Deed::Act(Action::Abandon { dispositions, .. }) = deed {
        let events = all_of(store, kind.as_ref(), transaction).await?;
        preview.fates = kind.fates(transaction, &events, dispositions)?;
    }
    let what = what(&preview.saga, deed, operator);
    match decided(store, registry, &preview.saga, what, now).await {
        Ok(foreseen) => preview.foreseen = foreseen,
        Err(why) => preview.outcome = Outcome::Refused(why),
    }
    Ok(preview)
}

/// Looks at what a request for a saga would bring about; nothing where it repeats one that is known. Whom
/// it would call is looked for among the registry's [ports](Registry::ports), where it has any.
/// `request` is a `Saga::Request`, `asked` a `Saga::Asked`.
///
/// # Errors
/// Why the saga, or its rules, say no.
pub async fn preview_request<S: EventStore>(
    store: &S,
    registry: &Registry,
    saga: &SagaId,
    (request, asked): (Payload, Payload),
    now: Timestamp,
) -> Result<Foreseen, Arc<str>> {
    let registry = registry.renewed(store).await;
    let registry = &registry.map_err(|error| Arc::<str>::from(error.to_string()))?;
    let what = What::Request { saga: saga.clone(), request, asked, at: None, trace_parent: None };
    decided(store, registry, saga, what, now).await
}

/// What a request for that saga would come to, as it says itself. `asked` is what the decision looks at besides
/// the request.
///
/// # Errors
/// Why the saga, or the rules of any saga, would refuse it.
pub async fn quote<S: Quoted, St: EventStore>(
    store: &St,
    (registry, saga): (&Registry, &S),
    id: &TransactionId,
    (request, asked): (S::Request, S::Asked),
    now: Timestamp,
) -> Result<S::Quote, Arc<str>> {
    let quote = {
        let of = Preparing { id, request: &request, asked: &asked, now, ports: None };
        let mut streams = Streams::default();
        for need in saga.reads(&of) {
            let history = whole(store, need.stream()).await;
            let history = history.map_err(|error| Arc::<str>::from(error.to_string()))?;
            if let Some(damage) = streams.provide(&need, &history) {
                return Err(format!("{} is damaged: {}", damage.place, damage.what).into());
            }
        }
        saga.quote(&streams, &of).map_err(|refusal| Arc::<str>::from(refusal.to_string()))?
    };
    if S::says_no(&quote) {
        return Ok(quote);
    }
    let saga = SagaId { kind: S::KIND, transaction: id.clone() };
    let asked = (payload::<S::Request>(request), payload::<S::Asked>(asked));
    preview_request(store, registry, &saga, asked, now).await?;
    Ok(quote)
}

/// What is wrong with the dispositions of an abandoning, all of it at once.
fn misdisposed(deed: &Deed, look: &Look) -> Option<String> {
    let Deed::Act(Action::Abandon { dispositions, .. }) = deed else { return None };
    let open = &look.open_ends;
    let words: Vec<_> = open.iter().map(|end| format!("{} ({})", end.name, end.worth)).collect();
    let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    let named = |name: &str| dispositions.iter().any(|(named, _)| **named == *name);
    let missing: Vec<_> = open.iter().filter(|end| !named(&end.name)).collect();
    let mut wrong = Vec::new();
    let unknown = dispositions.iter().find(|(named, _)| open.iter().all(|end| end.name != *named));
    wrong.extend(unknown.map(|(name, _)| format!("{name} is not open; open are: {words}")));
    // Whoever is over may go on with what is not named.
    let must = look.ending.is_none() || dispositions.is_empty();
    if must && !missing.is_empty() {
        let ask = |end: &&fundflow_runtime::saga::OpenEnd| {
            format!("--disposition {}=refund|suspense|manual", end.name)
        };
        let missing: Vec<_> = missing.iter().map(ask).collect();
        let missing = missing.join(" ");
        wrong.push(format!("open ends need a disposition ({words}); add {missing}"));
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

fn what(saga: &SagaId, deed: &Deed, operator: &Arc<str>) -> What {
    let (saga, operator) = (saga.clone(), operator.clone());
    match deed.clone() {
        Deed::Act(action) => What::Act { saga, action, operator },
        Deed::Command { command, at } => {
            What::Command { saga, command, actor: Actor::Operator(operator), at }
        }
    }
}

async fn decided<S: EventStore>(
    store: &S,
    registry: &Registry,
    saga: &SagaId,
    what: What,
    now: Timestamp,
) -> Result<Foreseen, Arc<str>> {
    let mut foreseeing = Foreseeing::of(registry.runner(), saga, what, now);
    loop {
        let needs = foreseeing.needs();
        if needs.is_empty() {
            return foreseeing.decided();
        }
        for need in needs {
            let history = whole(store, need.stream()).await;
            let history = history.as_deref();
            foreseeing.provide(&need, history.map_err(|error| damage_of(need.stream(), error)));
        }
    }
}
