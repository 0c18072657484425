//! The embedded store: one SQLite file on one machine.
//!
//! 1. One thread writes (`writer`); it commits what waits in one transaction, one sync for all.
//! 2. Readers, here or in other processes, see what is committed and never wait for the writer.
//! 3. One process writes: a lock of the operating system keeps others out (`lock`), and an epoch
//!    checked inside every transaction stops a writer whom the lock did not stop.
//! 4. After a failed write the store is poisoned until it is opened again, and the log that it left is written
//!    to a new file before it is used.
//! 5. How far it has acknowledged stands beside the log, so a log that lost its end is refused, not believed.
//! 6. The database refuses to change or remove an event, a stream or an event type, by trigger.
//!
//! The tables are in `docs/STORE_FORMAT.md`.

// The door.
mod open;
mod open_error;
mod place;
mod store;

// What is there, whatever the log says.
mod acknowledged;
mod at_rest;
mod condition;
mod form;
mod rescue;

// Who writes, and what it remembers.
mod checkpoint;
mod heads;
mod lock;
mod tree;
mod writer;

// Who reads, and what a row is.
mod reader;
mod row;
mod sql;

// What the disk alone can do, to compare with.
pub mod bare_log;

pub use condition::{Condition, accept, condition, tree_faults};
pub use open_error::OpenError;
pub use store::{BackupError, Durability, Settings, SqliteStore};
pub use tree::{StoredTree, differences};
