//! Which streams moved since a day began.

use fundflow_domain::{
    advance::Advances, application::Applications, decider::Decider, payment::Payments,
    payout::Payouts, time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    store::{EventStore, Position, ReadError},
};
use std::collections::BTreeSet;

/// Events that are read at once.
const PAGE: u32 = 4096;

const SAID_BY_BOTH: [&str; 4] =
    [Applications::CATEGORY, Payments::CATEGORY, Payouts::CATEGORY, Advances::CATEGORY];

/// The position behind which everything was recorded at that instant or later. The engine's time never goes back, so
/// few events are looked at.
///
/// # Errors
/// As the store's.
pub async fn begins_at<S: EventStore>(
    store: &S,
    instant: Timestamp,
) -> Result<Position, ReadError> {
    let head = store.head().borrow().0;
    let (mut before, mut from) = (0, head);
    while before < from {
        let middle = before + (from - before) / 2;
        let found = store.read_all(Position(middle), 1).await?;
        if found.first().is_some_and(|event| event.event.recorded_at < instant) {
            before = middle + 1;
        } else {
            from = middle;
        }
    }
    Ok(Position(before))
}

/// A page of the log behind that position, and where it ends: the streams that moved of which a counterparty has to say
/// something, too, each once: applications, payments, payouts and advances. `None` at the end of the log.
///
/// # Errors
/// As the store's.
pub async fn moved_since<S: EventStore>(
    store: &S,
    from: Position,
) -> Result<Option<(BTreeSet<StreamName>, Position)>, ReadError> {
    let page = store.read_all(from, PAGE).await?;
    let Some(last) = page.last().map(|event| event.position) else { return Ok(None) };
    let of_both = |stream: &StreamName| SAID_BY_BOTH.contains(&stream.category());
    let names = page.into_iter().map(|event| event.stream).filter(of_both).collect();
    Ok(Some((names, last)))
}
