//! Positions order all events by commit, whoever writes at once.

use super::{Store, all};
use crate::sample::{append, stream};
use fundflow_kernel::{
    envelope::Recorded,
    store::{AppendError, Position, Version},
    subscription::Subscription,
};
use std::{future::Future, num::NonZeroU32};

pub async fn one_of_two_at_the_same_version_wins<S: Store, K>((store, _keep): (S, K)) {
    for version in 0..50 {
        let one = store.append(vec![append("wallet-1", version, &["one"])]);
        let two = store.append(vec![append("wallet-1", version, &["two"])]);
        let (one, two) = tokio::join!(one, two);

        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(won.expect("one wins"), Position(version + 1));
        let Err(AppendError::Conflict { actual, .. }) = lost else { panic!("both: {lost:?}") };
        assert_eq!(actual, Some(Version(version + 1)));
    }
}

pub async fn reader_never_misses_a_committed_event<S: Store, K>((store, _keep): (S, K)) {
    const WRITERS: u64 = 4;
    const APPENDS: u64 = 60;
    let total = WRITERS * APPENDS * 2;
    let live = tokio::spawn(follow(store.clone(), total, 7));
    let paging = tokio::spawn(follow(store.clone(), total, 1000));
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(contend(store.clone(), writer, APPENDS))).collect();
    for writer in writers {
        writer.await.expect("a writer");
    }

    let stored = all(&store).await;
    let positions: Vec<_> = stored.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=total).collect::<Vec<_>>());
    assert_eq!(live.await.expect("a reader"), stored);
    assert_eq!(paging.await.expect("a reader"), stored);
}

/// Reads all events as they come until there are so many.
fn follow<S: Store>(store: S, total: u64, limit: u32) -> impl Future<Output = Vec<Recorded>> {
    let limit = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
    let mut subscription = Subscription::new(store, Position::START, limit);
    async move {
        let mut seen = Vec::new();
        while (seen.len() as u64) < total {
            seen.extend(subscription.next().await.expect("a store that can be read"));
        }
        seen
    }
}

/// Appends to a stream of its own and to one that all writers want, in one batch each time.
async fn contend(store: impl Store, writer: u64, appends: u64) {
    let shared = stream("wallet-shared");
    let own = format!("wallet-{writer}");
    for own_version in 0..appends {
        let mut expected = Version::NONE;
        loop {
            let cause = format!("{writer}.{own_version}");
            let both = append("wallet-shared", expected.0, &[&cause]);
            match store.append(vec![append(&own, own_version, &[&cause]), both]).await {
                Ok(_) => break,
                Err(AppendError::Conflict { stream, actual: Some(actual), .. }) => {
                    assert_eq!(stream, shared, "nobody else writes to a writer's own stream");
                    expected = actual;
                }
                Err(other) => panic!("neither appended nor refused, but {other:?}"),
            }
        }
    }
}
