//! What people look at besides sagas: orders, wallets, holdings and cases, folded from the events of
//! a store.
//!
//! 1. A model holds nothing that the log does not say. Deleting one loses nothing; following the
//!    log from the start builds it again, equal to what it was.
//! 2. [`Follow::at`] is the checkpoint: events up to it are in the model, later ones are not.
//!    Hearing an event at or before it again changes nothing.
//! 3. One order, wallet, holding or case is looked up by reading its own streams, never the whole
//!    log.

mod cases;
mod confirmed;
#[cfg(test)]
mod disputed_tests;
mod holdings;
mod orders;
mod stream_fold;
mod wallets;

pub use cases::{CaseRow, CaseStreams};
pub use confirmed::ConfirmedRow;
pub use holdings::{HoldingLotRow, HoldingRow, HoldingStreams};
pub use orders::{Order, OrderRow, OrderStreams, Orders, RefundRow};
pub use stream_fold::{StreamFold, Streams};
pub use wallets::{LotRow, WalletRow, Wallets};

use fundflow_domain::money::Shares;
use fundflow_kernel::{
    envelope::Recorded,
    store::{EventStore, Position, ReadError},
};

const PAGE: u32 = 1024;

/// Of shares in dispute: those that are registered, and those that are not there to be held.
fn there_and_missing(in_dispute: Shares, registered: Shares) -> (Shares, Shares) {
    let there = in_dispute.min(registered);
    (there, in_dispute.minus(there).unwrap_or_default())
}

/// A fold over all events.
pub trait Follow {
    /// The last event that is in it.
    fn at(&self) -> Position;

    /// Takes in one event; what is none of its business only moves the checkpoint.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when no decider could have written it there.
    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError>;
}

/// Takes in everything that was committed when it was called. Returns how many events were new.
///
/// # Errors
/// As the store's, and [`ReadError::Damaged`] as [`Follow::hear`].
pub async fn catch_up<S: EventStore>(store: &S, model: &mut impl Follow) -> Result<u64, ReadError> {
    let head = *store.head().borrow();
    let mut events = 0;
    while model.at() < head {
        let page = store.read_all(model.at(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        for event in page.iter().filter(|event| event.position <= head) {
            model.hear(event)?;
            events += 1;
        }
        if page.last().is_some_and(|event| event.position > head) {
            break;
        }
    }
    Ok(events)
}
