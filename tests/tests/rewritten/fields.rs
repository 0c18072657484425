//! The fields of each event type, and what else may stand there.

use fundflow_kernel::envelope::{Chain, Recorded};
use fundflow_testkit::events::{Entry, book};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;

/// The event type and the path of the field in its body.
pub(crate) type Field = (String, String);

/// One field of one event says something else, or is gone.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    at: usize,
    pointer: String,
    says: Option<Value>,
}

impl Change {
    fn body_of(&self, event: &Recorded) -> String {
        let mut body: Value = serde_json::from_str(&event.event.data).unwrap();
        if let Some(says) = &self.says {
            *body.pointer_mut(&self.pointer).unwrap() = says.clone();
        } else {
            let (above, key) = self.pointer.rsplit_once('/').unwrap();
            // An element of a list stays.
            if let Some(object) = body.pointer_mut(above).unwrap().as_object_mut() {
                object.remove(key);
            }
        }
        body.to_string()
    }

    /// Whether it means something else. What cannot be read does.
    fn is_one(&self, event: &Recorded, book: &[Entry]) -> bool {
        let new = &event.event;
        let meant = |body: &str| {
            let mut read =
                book.iter().filter_map(|it| it.rewrite(&new.event_type, new.schema, body).ok());
            read.next()
        };
        meant(&self.body_of(event)) != meant(&new.data)
    }

    /// The log in which it is so, and that stream linked again.
    pub(crate) fn made_in(&self, events: &[Recorded]) -> Vec<Recorded> {
        let mut events = events.to_vec();
        let changed = &mut events[self.at];
        changed.event.data = self.body_of(changed).into();
        let (stream, mut before) = (changed.stream.clone(), Chain::START);
        for event in events.iter_mut().filter(|it| it.stream == stream) {
            event.event.seal(before, &stream, event.version);
            before = event.event.chain;
        }
        events
    }
}

/// A place where a field stands: the event's, the pointer into its body, what stands there.
type Found = (usize, String, Value);

/// Of each field and kind of saga: what may be rewritten in one of the events.
pub(crate) fn fields(events: &[Recorded]) -> Vec<(Field, Vec<Change>)> {
    let mut found: BTreeMap<(Field, &str), Vec<Found>> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        let body: Value = serde_json::from_str(&event.event.data).unwrap();
        leaves(&body, "", "", &mut |path, pointer, value| {
            let field = (event.event.event_type.to_string(), path.to_owned());
            let of = found.entry((field, &event.event.process)).or_default();
            of.push((at, pointer.to_owned(), value.clone()));
        });
    }
    let book = book();
    let changes = |of: &[Found]| {
        let (at, pointer, value) = &of[of.len() / 2];
        let other = of.iter().map(|(_, _, other)| other).find(|other| *other != value);
        let says = a_little_otherwise(value).or_else(|| other.cloned());
        let says = says.map(Some).into_iter().chain([None]);
        let changes = says.map(|says| Change { at: *at, pointer: pointer.clone(), says });
        changes.filter(|it| it.is_one(&events[*at], &book)).collect()
    };
    found.iter().map(|((field, _), of)| (field.clone(), changes(of))).collect()
}

fn leaves(value: &Value, path: &str, pointer: &str, hear: &mut dyn FnMut(&str, &str, &Value)) {
    let mut below = |name: &str, key: &str, value: &Value| {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        leaves(value, &path, &format!("{pointer}/{key}"), hear);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| below(key, key, value)),
        Value::Array(each) => {
            each.iter().enumerate().for_each(|(at, value)| below("*", &at.to_string(), value));
        }
        leaf => hear(path, pointer, leaf),
    }
}

fn a_little_otherwise(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Bool(is) => Value::Bool(!is),
        Value::Number(number) => Value::from(number.as_u64()? + 1),
        Value::String(text) => Value::String(another(text)),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}

fn another(text: &str) -> String {
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        return (day + chrono::Days::new(1)).to_string();
    }
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        let later = at + chrono::TimeDelta::seconds(1);
        return later.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
    }
    if let Ok(number) = text.parse::<Decimal>()
        && text.contains('.')
    {
        return (number + Decimal::new(1, number.scale())).to_string();
    }
    let mut other = text.to_owned();
    let last = other.pop();
    other.push(if last == Some('7') { '8' } else { '7' });
    other
}
