//! The sales ledger as tables: double entry for cash and shares, projected from the log into a database of its own beside
//! the store, so that it never contends with the writer.
//!
//! ```text
//! log -> page of events -> postings (domain rules) -> one transaction: entries, balances, checkpoint
//! rebuild: the same into ledger.db.new, synced, and renamed over ledger.db
//! ```
//!
//! 1. It holds nothing that the log does not say. Deleting it costs time, nothing else.
//! 2. An event is in it once: its position is the entry's key, and a page and the checkpoint behind it are one
//!    transaction. Whoever dies in between goes on from the checkpoint.
//! 3. A checkpoint names the event that it stands at by its leaf in the tree over the log. A ledger of another log is
//!    refused, or made anew where the caller asks for a current one.
//! 4. Amounts are whole hundredths, of yuan and of shares; a finer one is an error with its place.
//! 5. Following reads what is behind the checkpoint, and the streams of which something new is posted; balances and what
//!    differences became are read from the tables. Where streams are long, their folds cost more than the new events.

mod amount;
mod check;
mod entry;
mod error;
mod facts;
mod figures;
mod hot;
mod ledger;
mod movements;
mod place;
mod poster;
mod queries;
mod quotas;
mod settlements;
mod sql;
mod trade_days;

pub use check::Verdict;
pub use error::LedgerError;
pub use ledger::{Caught, Ledger};
pub use movements::Movement;
pub use queries::{Balance, HotAccount, InFlight, Line, Period};
pub use settlements::{Due, Settled};
