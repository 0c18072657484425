//! What would follow, before anybody does it: decided by a runner of its own on the streams as a store has
//! them. What that runner wants to append and to send is the answer, and nothing is appended or sent.
//!
//! ```text
//! Foreseeing::of(runner, what, now)
//! needs() -> the shell reads them -> provide(need, history)     until there are none
//! decided() -> Foreseen | why not
//! ```

use crate::{
    message::{Effect, Input, Output, Reply, SagaId, What},
    runner::Runner,
};
use fundflow_kernel::{
    envelope::{Actor, Recorded, StreamName},
    streams::{Damage, Need},
    time::Timestamp,
};
use std::sync::Arc;

/// An event that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedEvent {
    /// The stream that it would be appended to.
    pub stream: StreamName,
    /// Stored event type.
    pub event_type: String,
    /// The person or program in whose name it is decided.
    pub actor: Actor,
    /// Schema of the payload.
    pub schema: u16,
    /// The payload: one JSON object.
    pub data: Arc<str>,
}

/// The consequences of an input, in memory alone: nothing of it is stored or sent.
#[derive(Debug, Clone, Default)]
pub struct Foreseen {
    /// Events, in this order.
    pub events: Vec<PlannedEvent>,
    /// Calls, once the events are durable. A call can be read as its type: [`Effect::call_as`].
    pub calls: Vec<Effect>,
    /// Alerts that would go to a person.
    pub alerts: Vec<String>,
}

/// A decision that is previewed.
#[derive(Debug)]
pub struct Foreseeing {
    runner: Runner,
    saga: SagaId,
    now: Timestamp,
    step: Step,
}

/// The stage of the preview.
#[derive(Debug)]
enum Step {
    /// The streams of the saga itself.
    Restoring(Input),
    /// The streams that the decision reads.
    Deciding(Input),
    /// The streams that its consequences read.
    Following,
    /// Everything is in memory, so that it can be decided.
    Fed,
}

impl Foreseeing {
    /// Previews an input to that saga at that instant. The runner knows its kinds, and has nothing in memory.
    pub fn of(mut runner: Runner, saga: &SagaId, what: What, now: Timestamp) -> Self {
        runner.restore(saga.kind, &saga.transaction);
        Self { runner, saga: saga.clone(), now, step: Step::Restoring(Input::new(1, what)) }
    }

    /// The streams that must be read before it goes on; none once it is decided.
    pub fn needs(&mut self) -> Vec<Need> {
        loop {
            match std::mem::replace(&mut self.step, Step::Following) {
                Step::Restoring(input) => {
                    let needs = self.runner.missing(&self.saga);
                    if !needs.is_empty() {
                        self.step = Step::Restoring(input);
                        return needs;
                    }
                    self.step = Step::Deciding(input);
                }
                Step::Deciding(input) => {
                    if let Err(wanting) = self.runner.handle(input, self.now) {
                        self.step = Step::Deciding(wanting.input);
                        return wanting.needs;
                    }
                }
                Step::Fed => self.runner.go_on(self.now),
                Step::Following => {
                    let Some(needs) = self.runner.starving() else { return Vec::new() };
                    self.step = Step::Fed;
                    if !needs.is_empty() {
                        return needs;
                    }
                }
            }
        }
    }

    /// Takes in a stream, or the reason why it cannot be read.
    pub fn provide(&mut self, need: &Need, history: Result<&[Recorded], Damage>) {
        match history {
            // What is damaged is refused with its place, once somebody looks at it.
            Ok(history) => drop(self.runner.provide(need, history)),
            Err(damage) => self.runner.provide_damaged(need, damage),
        }
    }

    /// The consequences, in memory alone: nothing of it is stored or sent.
    ///
    /// # Errors
    /// The refusal of the saga or of its rules.
    pub fn decided(mut self) -> Result<Foreseen, Arc<str>> {
        let output = self.runner.take();
        match output.replies.first() {
            Some((_, Reply::NotActed(error))) => Err(error.to_string().into()),
            Some((_, Reply::Refused(_, words))) => Err(words.clone()),
            Some((_, Reply::Acted | Reply::Placed { .. } | Reply::Noticed(_) | Reply::Rest(_)))
            | None => Ok(output.into()),
        }
    }
}

impl From<Output> for Foreseen {
    fn from(output: Output) -> Self {
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
        Self { events, calls: output.effects, alerts }
    }
}
