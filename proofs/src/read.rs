//! Reading a bundle: every line, then every sum, then what it says.

use crate::{
    bundle::{Bundle, EVENTS_MAX, FORMAT, Subject},
    event::Proven,
    head::SignedHead,
    lines::Lines,
    refused::Refused,
    text::to_event_id,
};

/// Lines of a head: seven, an empty one, sixteen signatures.
const NOTE_MAX: usize = 24;
/// Twice the height of the highest tree.
const PATH_MAX: u64 = 128;

/// What is read before the sums are known to fit: sections of notes are still text.
enum Parts {
    Events { subject: Subject, head: Note, events: Vec<(String, Proven)> },
    Consistency { from: Note, to: Note, path: Vec<fundflow_kernel::merkle::Hash> },
}

struct Note {
    title: String,
    text: String,
}

impl Bundle {
    /// Reads a file and checks all that can be checked without a store or a key.
    ///
    /// # Errors
    /// [`Refused`] with the line or the section.
    pub fn read(bytes: &[u8]) -> Result<Self, Refused> {
        let mut lines = Lines::of(bytes)?;
        let parts = parts(&mut lines)?;
        lines.close()?;
        match parts {
            Parts::Events { subject, head, events } => {
                let head = head.head()?;
                crate::check::events(&subject, &head.head, &events)?;
                let events = events.into_iter().map(|(_, event)| event).collect();
                Ok(Bundle::Events { subject, head, events })
            }
            Parts::Consistency { from, to, path } => {
                let (from, to) = (from.head()?, to.head()?);
                crate::check::consistency(&from.head, &to.head, &path)?;
                Ok(Bundle::Consistency { from, to, path })
            }
        }
    }
}

fn parts(lines: &mut Lines<'_>) -> Result<Parts, Refused> {
    lines.begin("bundle")?;
    lines.field("format", FORMAT, |it| (it == FORMAT).then_some(()))?;
    let of_events = lines.field("kind", "events or consistency", |it| match it {
        "events" => Some(true),
        "consistency" => Some(false),
        _ => None,
    })?;
    if !of_events {
        lines.end()?;
        let (from, to) = (note(lines, "from")?, note(lines, "to")?);
        lines.begin("path")?;
        let path = lines.path(PATH_MAX)?;
        lines.end()?;
        return Ok(Parts::Consistency { from, to, path });
    }
    let subject = lines.field("subject", "transaction ID or event EVENT-ID", |it| {
        match it.split_once(' ')? {
            ("transaction", id) => Some(Subject::Transaction(id.parse().ok()?)),
            ("event", id) => Some(Subject::Event(to_event_id(id)?)),
            _ => None,
        }
    })?;
    let count = lines.number("events", 1..=EVENTS_MAX as u64)?;
    lines.end()?;
    let head = note(lines, "head")?;
    let event = |_| Proven::read(lines).map(|event| (lines.title(), event));
    let events = (0..count).map(event).collect::<Result<_, _>>()?;
    Ok(Parts::Events { subject, head, events })
}

fn note(lines: &mut Lines<'_>, section: &str) -> Result<Note, Refused> {
    lines.begin(section)?;
    let mut text = String::new();
    let mut count = 0;
    while lines.is_next("note") {
        count += 1;
        let line = lines.value("note", "a line of a head")?;
        if count > NOTE_MAX {
            return Err(lines.refuse("note", "a head has no more lines"));
        }
        text.push_str(line);
        text.push('\n');
    }
    lines.end()?;
    Ok(Note { title: lines.title(), text })
}

impl Note {
    fn head(&self) -> Result<SignedHead, Refused> {
        SignedHead::read(self.text.as_bytes()).map_err(|refused| refused.within(&self.title))
    }
}
