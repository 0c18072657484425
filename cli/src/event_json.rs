//! An event as programs read it. The names of the keys are a promise.

use fundflow_kernel::envelope::Recorded;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An event with its envelope.
#[derive(Debug, Serialize)]
pub(crate) struct EventJson<'a> {
    event_id: String,
    stream: &'a str,
    version: u64,
    position: u64,
    event_type: &'a str,
    schema: u16,
    #[serde(serialize_with = "as_stored")]
    data: &'a str,
    correlation_id: &'a str,
    process: &'a str,
    causation_id: &'a str,
    actor: String,
    trace_parent: Option<&'a str>,
    occurred_at: String,
    recorded_at: String,
    trade_date: Option<String>,
    chain: String,
}

impl<'a> From<&'a Recorded> for EventJson<'a> {
    fn from(recorded: &'a Recorded) -> Self {
        let Recorded { position, stream, version, event } = recorded;
        Self {
            event_id: event.event_id.to_string(),
            stream: stream.as_str(),
            version: version.0,
            position: position.0,
            event_type: &event.event_type,
            schema: event.schema,
            data: &event.data,
            correlation_id: event.correlation.as_str(),
            process: &event.process,
            causation_id: &event.causation,
            actor: event.actor.to_string(),
            trace_parent: event.trace_parent.as_deref(),
            occurred_at: event.occurred_at.to_string(),
            recorded_at: event.recorded_at.to_string(),
            trade_date: event.trade_date.map(|day| day.to_string()),
            chain: event.chain.to_string(),
        }
    }
}

/// The stored bytes as they are; as a text where damage has made them something else than JSON.
fn as_stored<S: Serializer>(data: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match RawValue::from_string(data.to_owned()) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => data.serialize(serializer),
    }
}

pub(crate) const HEADER: &[&str] =
    &["POSITION ", "STREAM", "VERSION ", "TYPE", "RECORDED", "T", "ACTOR", "CAUSE"];

pub(crate) fn cells(recorded: &Recorded) -> Vec<String> {
    let Recorded { position, stream, version, event } = recorded;
    vec![
        position.to_string(),
        stream.to_string(),
        version.to_string(),
        event.event_type.to_string(),
        event.recorded_at.to_string(),
        crate::reading::or_dash(event.trade_date.as_ref()),
        event.actor.to_string(),
        event.causation.to_string(),
    ]
}
