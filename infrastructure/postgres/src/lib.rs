//! The event store on a PostgreSQL server, version 15 or later.
//!
//! 1. One task writes (`writer`); what waits goes out as one statement, in one round trip, all of it or nothing.
//! 2. The writer gives the positions, so they have no gap and are in the order of the commits. Nobody else can: each statement
//!    locks the row that says who owns the store, and adds nothing where that is another one.
//! 3. Ownership is a lease by the server's clock with an epoch. Who takes over raises the epoch; the one before is
//!    refused by the server from then on, whatever it believes.
//! 4. An answer that was lost is not guessed: what the server has is read, and what is there is recognised by its event IDs.
//! 5. The server refuses to change or remove an event, a stream, an event type or a node of the tree, by trigger.
//!
//! The tables are in `sql/migrations`.

// The door.
mod open;
mod open_error;
mod place;
mod scratch;
mod settings;
mod store;

// Who writes, and what it remembers.
mod ends;
mod rows;
mod state;
mod writer;

// Who reads, and what a row is.
mod connection;
mod learner;
mod reader;
mod row;
mod sql;
mod tail;
mod tree;

pub use open_error::OpenError;
pub use place::{NotAPlace, Place};
pub use scratch::Scratch;
pub use settings::Settings;
pub use store::PostgresStore;
