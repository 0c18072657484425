//! A bundle: events and their way to a head, or the way from one head to a later one.

use crate::{
    event::{Proven, Unwritable},
    head::SignedHead,
    lines::Writer,
};
use fundflow_kernel::{envelope::EventId, ids::TransactionId, merkle::Hash};
use std::fmt;

/// Events that a bundle may hold.
pub const EVENTS_MAX: usize = 10_000;
pub(crate) const FORMAT: &str = "fundflow-bundle/1";

/// What somebody outside is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bundle {
    /// These events stood in the log.
    Events {
        /// Which events these are meant to be.
        subject: Subject,
        /// Of the log that they stood in.
        head: SignedHead,
        /// Proven events, by index.
        events: Vec<Proven>,
    },
    /// The later log begins with the earlier one.
    Consistency {
        /// The earlier one.
        from: SignedHead,
        /// The later one.
        to: SignedHead,
        /// From one to the other.
        path: Vec<Hash>,
    },
}

/// Which events a bundle is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Events of that transaction. That these are all of them is not proved.
    Transaction(TransactionId),
    /// The one event.
    Event(EventId),
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Transaction(id) => write!(out, "transaction {id}"),
            Subject::Event(id) => write!(out, "event {id}"),
        }
    }
}

impl Bundle {
    /// The file.
    ///
    /// # Errors
    /// [`Unwritable`] names an event that has no place in one.
    pub fn write(&self) -> Result<String, Unwritable> {
        let mut out = Writer::default();
        out.begin("bundle");
        out.put("format", FORMAT);
        match self {
            Bundle::Events { subject, head, events } => {
                events.iter().try_for_each(Proven::is_writable)?;
                out.put("kind", "events");
                out.put("subject", subject);
                out.put("events", events.len());
                out.end();
                note(&mut out, "head", head);
                for event in events {
                    event.write(&mut out);
                }
            }
            Bundle::Consistency { from, to, path } => {
                out.put("kind", "consistency");
                out.end();
                note(&mut out, "from", from);
                note(&mut out, "to", to);
                out.begin("path");
                out.path(path);
                out.end();
            }
        }
        Ok(out.close())
    }

    /// The heads that it is about, the earlier one first.
    pub fn heads(&self) -> Vec<&SignedHead> {
        match self {
            Bundle::Events { head, .. } => vec![head],
            Bundle::Consistency { from, to, .. } => vec![from, to],
        }
    }
}

fn note(out: &mut Writer, section: &str, head: &SignedHead) {
    out.begin(section);
    for line in head.to_string().lines() {
        out.put("note", line);
    }
    out.end();
}
