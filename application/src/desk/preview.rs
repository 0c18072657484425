//! What would follow from an action: it is decided by a runner of its own, on the saga's streams as
//! the store has them, and what that runner wants to append and to send is what is shown.

use super::{
    DeskError, Registry,
    reading::{damage_of, whole},
    show::{Shown, find, look_at},
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    ids::TransactionId,
    store::{EventStore, Position},
    streams::Need,
    time::Timestamp,
};
use fundflow_runtime::{
    look::Look,
    message::{Action, Effect, Input, Output, Reply, SagaId, What},
    port::Payload,
    runner::Runner,
};
use std::{fmt, sync::Arc};

/// What is to be done to a saga.
#[derive(Clone)]
pub enum Deed {
    /// What an operator may do to any saga.
    Act(Action),
    /// What a caller or operator may ask of a saga of that kind: a `Saga::Command`.
    Command {
        /// The typed command.
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
    /// It cannot, and why.
    Refused(Arc<str>),
    /// It moved since somebody looked.
    Moved {
        /// The version that was seen.
        seen: Position,
    },
}

/// An event that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedEvent {
    /// The stream that it would be appended to.
    pub stream: StreamName,
    /// As it is stored.
    pub event_type: String,
    /// In whose name.
    pub actor: Actor,
    /// Of the payload, as it is stored.
    pub schema: u16,
    /// The payload: one JSON object.
    pub data: Arc<str>,
}

/// What would follow.
#[derive(Debug, Clone, Default)]
pub struct Foreseen {
    /// Events, in this order.
    pub events: Vec<PlannedEvent>,
    /// Calls, once the events are durable. A call can be read as its type: [`Effect::call_as`].
    pub calls: Vec<Effect>,
    /// What a person would be told.
    pub alerts: Vec<String>,
}

/// A saga, and what the deed would do to it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Kind and transaction.
    pub saga: SagaId,
    /// As it is now.
    pub shown: Shown,
    /// Whether the deed can be done.
    pub outcome: Outcome,
    /// What would follow; nothing where it cannot be done.
    pub foreseen: Foreseen,
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
    let kind = find(store, registry, kind, transaction).await?;
    let shown = look_at(store, kind.as_ref(), transaction).await?;
    let saga = SagaId { kind: kind.name(), transaction: transaction.clone() };
    let mut preview =
        Preview { saga, shown, outcome: Outcome::Planned, foreseen: Foreseen::default() };
    if let Some(seen) = seen.filter(|seen| *seen != preview.shown.version) {
        preview.outcome = Outcome::Moved { seen };
        return Ok(preview);
    }
    if let Some(why) = misdisposed(deed, &preview.shown.look) {
        preview.outcome = Outcome::Refused(why.into());
        return Ok(preview);
    }
    let mut runner = registry.runner();
    let input = input(&preview.saga, deed, operator);
    match decided(store, &mut runner, &preview.saga, input, now).await {
        Ok(output) => preview.foreseen = foreseen(output),
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
    let mut runner = registry.runner();
    let (saga, at, trace_parent) = (saga.clone(), None, None);
    let what = What::Request { saga: saga.clone(), request, asked, at, trace_parent };
    let input = Input::new(1, what);
    Ok(foreseen(decided(store, &mut runner, &saga, input, now).await?))
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

fn input(saga: &SagaId, deed: &Deed, operator: &Arc<str>) -> Input {
    let (saga, operator) = (saga.clone(), operator.clone());
    let what = match deed.clone() {
        Deed::Act(action) => What::Act { saga, action, operator },
        Deed::Command { command, at } => {
            What::Command { saga, command, actor: Actor::Operator(operator), at }
        }
    };
    Input::new(1, what)
}

async fn decided<S: EventStore>(
    store: &S,
    runner: &mut Runner,
    saga: &SagaId,
    mut input: Input,
    now: Timestamp,
) -> Result<Output, Arc<str>> {
    runner.restore(saga.kind, &saga.transaction);
    loop {
        let needs = runner.missing(saga);
        if needs.is_empty() {
            break;
        }
        provide(store, runner, needs).await;
    }
    while let Err(wanting) = runner.handle(input, now) {
        provide(store, runner, wanting.needs).await;
        input = wanting.input;
    }
    loop {
        let needs = runner.starving();
        if needs.is_empty() {
            break;
        }
        provide(store, runner, needs).await;
        runner.go_on(now);
    }
    let output = runner.take();
    match output.replies.first() {
        Some((_, Reply::NotActed(error))) => Err(error.to_string().into()),
        Some((_, Reply::Refused(_, words))) => Err(words.clone()),
        Some((_, Reply::Acted | Reply::Placed { .. } | Reply::Noticed(_) | Reply::Rest(_)))
        | None => Ok(output),
    }
}

async fn provide<S: EventStore>(store: &S, runner: &mut Runner, needs: Vec<Need>) {
    for need in needs {
        match whole(store, need.stream()).await {
            Ok(history) => drop(runner.provide(&need, &history)),
            Err(error) => {
                let damage = damage_of(need.stream(), error);
                runner.provide_damaged(&need, damage);
            }
        }
    }
}

fn foreseen(output: Output) -> Foreseen {
    let mut events = Vec::new();
    for append in output.appends {
        events.extend(append.events.into_iter().map(|event| PlannedEvent {
            stream: append.stream.clone(),
            event_type: event.event_type.into_owned(),
            actor: event.actor,
            schema: event.schema,
            data: event.data,
        }));
    }
    let alerts = output.alerts.into_iter().map(|alert| alert.what.to_string()).collect();
    Foreseen { events, calls: output.effects, alerts }
}
