//! Which streams moved since a day began.

use fundflow_domain::{
    advance::Advances, application::Applications, decider::Decider, payment::Payments,
    payout::Payouts, time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    store::{EventStore, Position, ReadError},
};

/// Events that are read at once.
const PAGE: u32 = 1024;

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

/// Every event behind that position is looked at; `take` hears of the streams that moved of which a counterparty has to
/// say something, too: applications, payments, payouts and advances. Of one as often as it did.
///
/// # Errors
/// As the store's, and as `take`'s.
pub async fn moved_since<S: EventStore, E: From<ReadError>>(
    store: &S,
    from: Position,
    mut take: impl FnMut(&StreamName) -> Result<(), E>,
) -> Result<(), E> {
    let mut at = from;
    loop {
        let page = store.read_all(at, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        at = last.position;
        for event in &page {
            if SAID_BY_BOTH.contains(&event.stream.category()) {
                take(&event.stream)?;
            }
        }
    }
}
