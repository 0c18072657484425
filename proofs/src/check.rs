//! Whether what a bundle says holds: fields give links, links give leaves, leaves and paths give the root.

use crate::{
    bundle::Subject,
    event::Proven,
    head::{CONTRADICTION, Head},
    refused::Refused,
};
use fundflow_kernel::{
    envelope::{Chain, EventId, Recorded, StreamName},
    merkle::{Hash, extends, leaf, root_by},
    store::Version,
};
use std::collections::HashMap;

/// Each event with the name of its section.
pub(crate) fn events(
    subject: &Subject,
    head: &Head,
    events: &[(String, Proven)],
) -> Result<(), Refused> {
    let mut next = 0;
    let mut latest: HashMap<&StreamName, (Version, Chain)> = HashMap::new();
    for (title, event) in events {
        let refuse =
            |field: &str, what: String| Err(Refused::new(format!("{title} ({field})"), what));
        if event.index < next || event.index >= head.tree.size {
            let what =
                format!("index {} is not from {next} to below {}", event.index, head.tree.size);
            return refuse("index", what);
        }
        next = event.index + 1;
        let before = latest.get(&event.recorded.stream).copied();
        if let Err((field, what)) = placed(event, before) {
            return refuse(field, what);
        }
        latest.insert(&event.recorded.stream, (event.recorded.version, event.recorded.event.chain));
        let link = before.filter(|(earlier, _)| earlier.plus(1) == event.recorded.version);
        if let Err((field, what)) = alone(head, event, link.map(|(_, link)| link)) {
            return refuse(field, what);
        }
        let is_meant = match subject {
            Subject::Transaction(id) => event.recorded.event.correlation == *id,
            Subject::Event(id) => event.recorded.event.event_id == *id && events.len() == 1,
        };
        if !is_meant {
            return refuse("correlation", format!("the bundle is about {subject}"));
        }
    }
    Ok(())
}

/// Whether its version fits its index and the event of its stream that is before it in the bundle.
fn placed(event: &Proven, before: Option<(Version, Chain)>) -> Result<(), (&'static str, String)> {
    let Recorded { stream, version, .. } = &event.recorded;
    if version.0 > event.index + 1 {
        let what = format!("{version} is above {}, the index and 1", event.index + 1);
        return Err(("version", what));
    }
    if let Some((earlier, _)) = before.filter(|(earlier, _)| version <= earlier) {
        let what = format!("{version} is not above {earlier}, that of {stream} before it");
        return Err(("version", what));
    }
    Ok(())
}

/// What can be checked with an event by itself, the head, and the link one version earlier if the bundle has it.
fn alone(
    head: &Head,
    event: &Proven,
    earlier: Option<Chain>,
) -> Result<(), (&'static str, String)> {
    let Proven { index, recorded, before, path } = event;
    let link = recorded.event.link(*before, &recorded.stream, recorded.version);
    if link != recorded.event.chain {
        return Err(("link", format!("the fields give {link}")));
    }
    let id = EventId::of(link);
    if id != recorded.event.event_id {
        return Err(("event_id", format!("the link gives {id}")));
    }
    if (recorded.version == Version(1)) != (*before == Chain::START) {
        return Err(("before", "it is all zeros for version 1, and only for that".into()));
    }
    if earlier.is_some_and(|link| link != *before) {
        return Err(("before", "it is not the link of the version before".into()));
    }
    let hash = head.tree.hash;
    let leaf = leaf(hash, recorded.stream.as_str(), recorded.version, link);
    let root = root_by(hash, leaf, (*index, head.tree.size), path);
    if root != Some(head.tree.root) {
        let led = root.map_or_else(|| "nowhere".to_owned(), |root| format!("to {root}"));
        return Err((
            "path",
            format!("it leads {led}; the root of the head is {}", head.tree.root),
        ));
    }
    if *index == 0 && Head::origin_of(link) != head.origin {
        return Err(("link", "the origin of the head is of another first event".into()));
    }
    let last = (recorded.event.event_id, recorded.event.recorded_at);
    if index + 1 == head.tree.size && last != (head.last_event, head.last_recorded) {
        return Err(("event_id", "the head names another last event, or another instant".into()));
    }
    Ok(())
}

pub(crate) fn consistency(from: &Head, to: &Head, path: &[Hash]) -> Result<(), Refused> {
    let refuse = |place: &str, what: &str| Err(Refused::new(place, what));
    if from.origin != to.origin {
        return refuse("sections from and to (origin)", "they are heads of two logs");
    }
    if from.tree.hash != to.tree.hash {
        return refuse("sections from and to (hash)", "they are made with two hashes");
    }
    if from.tree.size > to.tree.size {
        return refuse("sections from and to (size)", "the earlier head is the larger one");
    }
    if from.contradicts(to) {
        return refuse("sections from and to", CONTRADICTION);
    }
    if extends(&from.tree, &to.tree, path) {
        return Ok(());
    }
    refuse("section path (node)", "it does not lead from the one root to the other")
}
