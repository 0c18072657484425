//! What people look at: purchases, orders and wallets, folded from the events of a store.
//!
//! 1. A model holds nothing that the log does not say. Deleting one loses nothing; following the
//!    log from the start builds it again, equal to what it was.
//! 2. [`Follow::at`] is the checkpoint: events up to it are in the model, later ones are not.
//!    Hearing an event at or before it again changes nothing.
//! 3. One purchase, order or wallet is looked up by reading its own streams, never the whole log.
//! 4. Where a saga stands in its table is not known here: models hand out the states, and whoever
//!    sees the tables asks them.

mod kept;
mod orders;
mod sagas;
mod wallets;

pub use kept::{Kept, Streams};
pub use orders::{OrderRow, Orders, RefundRow};
pub(crate) use sagas::wallet_of;
pub use sagas::{SagaRow, SagaStates, SagaView, Sagas};
pub use wallets::{LotRow, WalletRow, Wallets};

use fundflow_kernel::{
    envelope::Recorded,
    store::{EventStore, Position, ReadError},
};

const PAGE: u32 = 1024;

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

/// Takes in everything that was committed when it was called. Answers how many events were new.
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
