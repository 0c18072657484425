//! One event of every type, with every field filled: for golden files and for readers.
//!
//! ```text
//! book() = every aggregate of the fund business, every process of the sagas that are shipped
//!     -> Entry { types, schema, meaning, examples as they are stored, how an older body is read }
//! ```
//!
//! A saga or aggregate of a user's own gets the same from [`Entry::of`].

mod calendar;
mod cases;
mod clock;
mod meanings;
mod money;
mod orders;
mod plans;
mod processes;
mod promises;
mod reconciled;
mod shares;

pub use processes::{lives, milestones};

use fundflow_kernel::codec::{CodecError, Stored, decode, encode, schema_of};
use std::fmt::Debug;

/// Everything that is promised of one category of streams.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The category of the stream, the first part of the type's name.
    pub category: &'static str,
    /// Its event types, in the order of the code.
    pub types: &'static [&'static str],
    /// Type and stored body of each example, in the order in which they usually happen.
    pub examples: Vec<(&'static str, String)>,
    schema: fn(&str) -> u16,
    rewrite: fn(&str, u16, &str) -> Result<String, CodecError>,
}

impl Entry {
    /// What that decider stores, by example.
    ///
    /// # Panics
    /// If an example has no stored form.
    pub fn of<D: Stored>(examples: &[D::Event]) -> Self {
        Self {
            category: D::CATEGORY,
            types: D::TYPES,
            examples: examples.iter().map(stored::<D>).collect(),
            schema: schema_of::<D>,
            rewrite: rewrite::<D>,
        }
    }

    /// The schema in which bodies of that type are written now.
    pub fn schema(&self, event_type: &str) -> u16 {
        (self.schema)(event_type)
    }

    /// Reads a body of any schema and writes it in the present one.
    ///
    /// # Errors
    /// [`CodecError`]: the body is none of that type and schema.
    pub fn rewrite(&self, event_type: &str, schema: u16, body: &str) -> Result<String, CodecError> {
        (self.rewrite)(event_type, schema, body)
    }
}

/// Every category of streams that the shipped sagas write.
///
/// # Panics
/// If an event has no stored form.
pub fn book() -> Vec<Entry> {
    let mut book = money::entries();
    book.extend(orders::entries());
    book.extend(shares::entries());
    book.extend(cases::entries());
    book.extend(plans::entries());
    book.extend(calendar::entries());
    book.extend(reconciled::entries());
    book.extend(processes::entries());
    book.extend(clock::entries());
    book
}

/// What an event type says, in one line; `None` for one that nobody has described.
pub fn meaning(event_type: &str) -> Option<&'static str> {
    meanings::of(event_type)
}

/// Type and stored body of each example, in the order in which they usually happen.
///
/// # Panics
/// If an event has no stored form.
pub fn examples() -> Vec<(&'static str, String)> {
    book().into_iter().flat_map(|entry| entry.examples).collect()
}

fn stored<D: Stored>(event: &D::Event) -> (&'static str, String) {
    let (name, body) = encode::<D>(event).expect("an event that can be stored");
    let body: serde_json::Value = serde_json::from_str(&body).expect("a JSON body");
    (name, serde_json::to_string_pretty(&body).expect("a JSON body"))
}

fn rewrite<D: Stored>(event_type: &str, schema: u16, body: &str) -> Result<String, CodecError> {
    let event = decode::<D>(event_type, schema, body)?;
    Ok(stored::<D>(&event).1)
}

fn id<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("an identifier or number")
}
