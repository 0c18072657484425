//! Folders that an earlier program played, which noted nothing of the words that it took: cancels, and words to
//! plans. Such a word may have left nothing in the store, and what it was about may be over by now.
//!
//! 1. A folder was played then if whatever else it asked for before that is in the store, from then. Its words
//!    of that time were taken, unless it is noted that they were refused.
//! 2. A word to what the store does not know was not taken.

use super::{Trouble, play::Play};
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_infrastructure::day_folder::{Kind, Order};
use fundflow_kernel::store::{Checkpoints, EventStore};

/// Until when such a program played this folder; none if it did not.
pub(super) async fn played_until<S: EventStore + Checkpoints>(
    play: &Play<S>,
) -> Result<Option<Timestamp>, Trouble> {
    let Some(since) = play.with.verdicts.noted_since() else { return Ok(None) };
    let before = || play.day.orders.iter().filter(|order| order.time < since);
    if !before().any(is_word) {
        return Ok(None);
    }
    let refused = |order: &Order| play.with.verdicts.why_not(&play.day, order).is_some();
    let asked = before().filter(|order| !is_word(order) && !refused(order));
    let mut found = None;
    for order in asked {
        if began(play, &order.transaction).await?.is_none_or(|began| began >= since) {
            return Ok(None);
        }
        found = Some(since);
    }
    Ok(found)
}

/// Whether the word that is said now, of the wave that is placed, was taken then.
pub(super) async fn took<S: EventStore + Checkpoints>(
    play: &Play<S>,
    of: &TransactionId,
) -> Result<bool, Trouble> {
    let then = play.played_earlier.is_some_and(|until| play.wave < until);
    Ok(then && began(play, of).await?.is_some())
}

const fn is_word(order: &Order) -> bool {
    matches!(order.kind, Kind::Cancel { .. } | Kind::PlanWord { .. })
}

/// When the first event of that transaction was written.
pub(super) async fn began<S: EventStore + Checkpoints>(
    play: &Play<S>,
    transaction: &TransactionId,
) -> Result<Option<Timestamp>, Trouble> {
    match desk::show(&*play.store, &play.table.sagas.desk, None, transaction).await {
        Ok(shown) => Ok(shown.events.first().map(|first| first.event.recorded_at)),
        Err(DeskError::Read(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
