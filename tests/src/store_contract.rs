//! What every event store promises, as tests. An adapter passes by naming itself:
//!
//! ```
//! use fundflow_kernel::memory_store::MemoryStore;
//!
//! fundflow_testkit::store_contract!(memory, || async { (MemoryStore::new(), ()) });
//! ```
//!
//! The closure opens an empty store, and may hand over something to keep until the test is over (a
//! temporary directory, say). A durable adapter says in a third argument how the same store is
//! closed and opened again.

#![allow(missing_docs, reason = "the names of the tests are the sentences of the contract")]

use crate::sample::{append, event, stream};
use fundflow_kernel::{
    envelope::{Actor, NewEvent, Recorded},
    store::{AppendError, Checkpoints, EventStore, Position, StreamAppend, Version},
    subscription::Subscription,
};
use std::{future::Future, num::NonZeroU32};

/// A store that the contract can be tried on.
pub trait Store: EventStore + Checkpoints + Clone {}
impl<S: EventStore + Checkpoints + Clone> Store for S {}

/// Applies the contract to an adapter.
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $open:expr $(, $reopen:expr)?) => {
        mod $name {
            #[allow(unused_imports, reason = "what the closure needs")]
            use super::*;

            $crate::store_contract!(@tests $open,
                what_is_appended_is_read,
                a_stream_that_moved_on_refuses,
                an_empty_stream_refuses_too,
                a_batch_is_all_or_nothing,
                a_stream_may_come_twice_in_a_batch,
                pages_forward_and_backward_meet,
                several_streams_are_read_at_once,
                what_an_append_has_begun_is_never_surely_absent,
                every_field_comes_back,
                a_repeated_append_writes_nothing,
                a_repeat_that_differs_conflicts,
                one_of_two_at_the_same_version_wins,
                reader_never_misses_a_committed_event,
                a_checkpoint_is_kept_and_replaced,
            );
            $(
                #[test]
                fn reopening_changes_nothing() {
                    $crate::store_contract::on_two_threads(async {
                        let open = $open;
                        let opened = open().await;
                        $crate::store_contract::reopening_changes_nothing(opened, $reopen).await;
                    });
                }
            )?
        }
    };
    (@tests $open:expr, $($test:ident,)+) => {
        $(
            #[test]
            fn $test() {
                $crate::store_contract::on_two_threads(async {
                    let open = $open;
                    let opened = open().await;
                    $crate::store_contract::$test(opened).await;
                });
            }
        )+
    };
}

/// Runs a test of the contract: with a thread for the store's other side.
#[doc(hidden)]
pub fn on_two_threads(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("threads").block_on(test);
}

async fn appended(store: &impl Store, batch: impl Into<Vec<StreamAppend>>) -> Position {
    store.append(batch.into()).await.expect("an append that fits")
}

async fn all(store: &impl Store) -> Vec<Recorded> {
    store.read_all(Position::START, u32::MAX).await.expect("a store that can be read")
}

async fn versions(store: &impl Store, name: &str, after: u64, limit: u32) -> Vec<u64> {
    let events = store.read(&stream(name), Version(after), limit).await;
    events.expect("a stream that can be read").iter().map(|event| event.version.0).collect()
}

/// The version that a refused append was told of.
async fn conflict(store: &impl Store, batch: impl Into<Vec<StreamAppend>>) -> (String, u64, u64) {
    match store.append(batch.into()).await {
        Err(AppendError::Conflict { stream, expected, actual }) => {
            let actual = actual.expect("an adapter that says what it found");
            (stream.to_string(), expected.0, actual.0)
        }
        other => panic!("no conflict, but {other:?}"),
    }
}

pub async fn what_is_appended_is_read<S: Store, K>((store, _keep): (S, K)) {
    let first = append("wallet-1", 0, &["a", "b"]);
    let second = append("wallet-2", 0, &["c"]);

    assert_eq!(appended(&store, [first.clone(), second.clone()]).await, Position(3));

    let recorded = |append: &StreamAppend, index: usize, position| Recorded {
        position: Position(position),
        stream: append.stream.clone(),
        version: append.expected.plus(index + 1),
        event: append.events[index].clone(),
    };
    let expected = [recorded(&first, 0, 1), recorded(&first, 1, 2), recorded(&second, 0, 3)];
    assert_eq!(all(&store).await, expected);
    let read = store.read(&first.stream, Version::NONE, 10).await.expect("a stream");
    assert_eq!(read, expected[..2]);
    assert_eq!(*store.head().borrow(), Position(3));
}

pub async fn a_stream_that_moved_on_refuses<S: Store, K>((store, _keep): (S, K)) {
    appended(&store, [append("wallet-1", 0, &["a", "b"])]).await;

    let behind = conflict(&store, [append("wallet-1", 1, &["other"])]).await;
    let ahead = conflict(&store, [append("wallet-1", 3, &["other"])]).await;

    assert_eq!(behind, ("wallet-1".into(), 1, 2));
    assert_eq!(ahead, ("wallet-1".into(), 3, 2));
    assert_eq!(all(&store).await.len(), 2);
}

pub async fn an_empty_stream_refuses_too<S: Store, K>((store, _keep): (S, K)) {
    let refused = conflict(&store, [append("wallet-1", 1, &["a"])]).await;

    assert_eq!(refused, ("wallet-1".into(), 1, 0));
    assert_eq!(all(&store).await, []);
    assert_eq!(appended(&store, [append("wallet-1", 0, &["a"])]).await, Position(1));
}

pub async fn a_batch_is_all_or_nothing<S: Store, K>((store, _keep): (S, K)) {
    appended(&store, [append("wallet-1", 0, &["a"])]).await;
    let before = all(&store).await;

    let new = [append("wallet-2", 0, &["b"]), append("wallet-1", 1, &["c"])];
    let late = append("wallet-1", 0, &["too late"]);
    let refused = conflict(&store, [&new[..], &[late]].concat()).await;

    assert_eq!((refused.0.as_str(), refused.1), ("wallet-1", 0));
    assert_eq!(all(&store).await, before);
    assert_eq!(*store.head().borrow(), Position(1));
    assert_eq!(appended(&store, new).await, Position(3), "what was refused left no trace");
}

pub async fn a_stream_may_come_twice_in_a_batch<S: Store, K>((store, _keep): (S, K)) {
    let batch = [
        append("wallet-1", 0, &["a", "b"]),
        append("wallet-2", 0, &["c"]),
        append("wallet-1", 2, &["d"]),
    ];

    assert_eq!(appended(&store, batch.clone()).await, Position(4));
    assert_eq!(versions(&store, "wallet-1", 0, 10).await, [1, 2, 3]);
    assert_eq!(appended(&store, batch).await, Position(4), "repeated as a whole");
}

pub async fn pages_forward_and_backward_meet<S: Store, K>((store, _keep): (S, K)) {
    let name = stream("wallet-1");
    appended(&store, [append("wallet-2", 0, &["x"])]).await;
    appended(&store, [append("wallet-1", 0, &["a", "b", "c", "d", "e"])]).await;

    assert_eq!(versions(&store, "wallet-1", 0, 2).await, [1, 2]);
    assert_eq!(versions(&store, "wallet-1", 2, 2).await, [3, 4]);
    assert_eq!(versions(&store, "wallet-1", 4, 2).await, [5]);
    assert_eq!(versions(&store, "wallet-1", 5, 2).await, [0; 0]);
    assert_eq!(versions(&store, "wallet-none", 0, 2).await, [0; 0]);
    let rows = [(None, vec![5, 4]), (Some(4), vec![3, 2]), (Some(2), vec![1]), (Some(1), vec![])];
    for (before, expected) in rows {
        let page = store.read_back(&name, before.map(Version), 2).await.expect("a page");
        let page: Vec<_> = page.iter().map(|event| event.version.0).collect();
        assert_eq!(page, expected, "before {before:?}");
    }
    let page = store.read_all(Position(2), 3).await.expect("a page");
    assert_eq!(page.iter().map(|event| event.position.0).collect::<Vec<_>>(), [3, 4, 5]);
}

pub async fn several_streams_are_read_at_once<S: Store, K>((store, _keep): (S, K)) {
    let many: Vec<String> = (0..25).map(|number| format!("wallet-{number}")).collect();
    let [long, short] = [append("wallet-3", 0, &["a", "b", "c"]), append("wallet-17", 0, &["d"])];
    appended(&store, [long.clone(), short.clone()]).await;

    let names: Vec<_> = many.iter().map(|name| stream(name)).collect();
    let histories = store.read_each(&names, 2).await.expect("streams that can be read");

    assert_eq!(histories.len(), names.len(), "one for each, in the order asked");
    for (name, history) in names.iter().zip(&histories) {
        let alone = store.read(name, Version::NONE, 2).await.expect("a stream that can be read");
        assert_eq!(*history, alone, "{name}");
    }
    assert_eq!((histories[3].len(), histories[17].len()), (2, 1));
    let twice = [short.stream.clone(), short.stream];
    let histories = store.read_each(&twice, 10).await.expect("streams that can be read");
    assert_eq!(histories[0], histories[1]);
    assert_eq!(store.read_each(&[], 10).await.expect("nothing to read"), Vec::<Vec<_>>::new());
}

pub async fn every_field_comes_back<S: Store, K>((store, _keep): (S, K)) {
    let actors = [
        Actor::Engine,
        Actor::Requester("e".into()),
        Actor::Counterparty("a:b".into()),
        Actor::Operator("王五".into()),
    ];
    let correlations = ["TX-1", "TX-1.mmf", "TX", "7", "TX-2"];
    let name = stream("fund_order-TX-1.mmf");
    let mut events: Vec<NewEvent> = Vec::new();
    for (index, correlation) in correlations.iter().enumerate() {
        let mut event = event(&name, Version::NONE.plus(index + 1), "cause / 起因");
        event.correlation = correlation.parse().expect("a transaction");
        event.process = ["redemption", "月度计划", "p"][index % 3].into();
        event.actor = actors[index % actors.len()].clone();
        if index % 2 == 0 {
            (event.trace_parent, event.trade_date) = (None, None);
        }
        event.event_type = format!("fund_order.kind_{}", index % 3).into();
        event.schema = [1, u16::MAX][index % 2];
        event.occurred_at = fundflow_domain::time::Timestamp::from_micros(-1);
        events.push(event);
    }
    let batch = StreamAppend { stream: name.clone(), expected: Version::NONE, events };

    appended(&store, [batch.clone()]).await;

    let read = store.read(&name, Version::NONE, 100).await.expect("a stream");
    assert_eq!(read.into_iter().map(|read| read.event).collect::<Vec<_>>(), batch.events);
}

pub async fn a_repeated_append_writes_nothing<S: Store, K>((store, _keep): (S, K)) {
    let batch = [append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];
    appended(&store, batch.clone()).await;
    appended(&store, [append("wallet-1", 2, &["later"])]).await;
    let before = all(&store).await;

    assert_eq!(appended(&store, batch.clone()).await, Position(3));
    assert_eq!(appended(&store, [batch[0].clone()]).await, Position(2));
    assert_eq!(all(&store).await, before);

    let mixed = [batch[0].clone(), append("wallet-3", 0, &["new"])];
    assert_eq!(appended(&store, mixed).await, Position(5), "the part that is new is written");
}

pub async fn a_repeat_that_differs_conflicts<S: Store, K>((store, _keep): (S, K)) {
    appended(&store, [append("wallet-1", 0, &["a", "b"])]).await;
    let before = all(&store).await;
    let mut elsewhere = append("wallet-1", 0, &["a", "b"]);
    elsewhere.expected = Version(1);

    let rows = [
        append("wallet-1", 0, &["a", "b", "c"]),
        append("wallet-1", 0, &["a", "other"]),
        append("wallet-1", 1, &["b", "c"]),
        elsewhere,
    ];
    for row in rows {
        let told = ("wallet-1".into(), row.expected.0, 2);
        assert_eq!(conflict(&store, [row]).await, told);
    }
    assert_eq!(all(&store).await, before);
}

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

pub async fn a_checkpoint_is_kept_and_replaced<S: Store, K>((store, _keep): (S, K)) {
    assert_eq!(store.load("balances").await.expect("a load"), None);

    store.save("balances", Position(3), vec![1, 0, 255]).await.expect("a save");
    store.save("ledger", Position(1), vec![]).await.expect("a save");
    store.save("balances", Position(4), vec![2]).await.expect("a save");

    let loaded = store.load("balances").await.expect("a load");
    assert_eq!(loaded, Some((Position(4), vec![2])));
    let loaded = store.load("ledger").await.expect("a load");
    assert_eq!(loaded, Some((Position(1), vec![])));
}

pub async fn what_an_append_has_begun_is_never_surely_absent<S: Store, K>((store, _keep): (S, K)) {
    assert!(!store.surely_lacks("1") || all(&store).await.is_empty());
    for nth in 0..200 {
        let name = format!("wallet-I-{nth}.000730");
        appended(&store, [append(&name, 0, &["a"])]).await;
        assert!(!store.surely_lacks(&format!("I-{nth}.000730")), "{name}");
    }
    conflict(&store, [append("wallet-refused", 1, &["a"])]).await;
    appended(&store, [append("wallet-refused", 0, &["a"])]).await;
    assert!(!store.surely_lacks("refused"), "whatever was said of it before");
}

pub async fn reopening_changes_nothing<S, K, F, R>((store, keep): (S, K), reopen: F)
where
    S: Store,
    F: AsyncFn(S, &K) -> R,
    R: Store,
{
    let batch = [append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];
    appended(&store, batch.clone()).await;
    store.save("balances", Position(3), vec![7]).await.expect("a save");
    let before = all(&store).await;

    let store = reopen(store, &keep).await;

    assert_eq!(all(&store).await, before);
    assert_eq!(*store.head().borrow(), Position(3));
    assert_eq!(store.load("balances").await.expect("a load"), Some((Position(3), vec![7])));
    assert_eq!(appended(&store, batch).await, Position(3), "still recognised");
    assert!(!store.surely_lacks("1") && !store.surely_lacks("2"));
    let refused = conflict(&store, [append("wallet-1", 0, &["other"])]).await;
    assert_eq!(refused, ("wallet-1".into(), 0, 2));
    assert_eq!(appended(&store, [append("wallet-1", 2, &["d"])]).await, Position(4));
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
