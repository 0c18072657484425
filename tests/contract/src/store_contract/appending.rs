//! An append states the version that it expects, and is stored whole or not at all.

use super::{Store, all, appended, conflict, versions};
use crate::sample::{append, event, stream};
use fundflow_kernel::{
    envelope::{Actor, NewEvent, Recorded},
    store::{Position, StreamAppend, Version},
};

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
        event.occurred_at = fundflow_kernel::time::Timestamp::from_micros(-1);
        events.push(event);
    }
    let batch = StreamAppend { stream: name.clone(), expected: Version::NONE, events };

    appended(&store, [batch.clone()]).await;

    let read = store.read(&name, Version::NONE, 100).await.expect("a stream");
    assert_eq!(read.into_iter().map(|read| read.event).collect::<Vec<_>>(), batch.events);
}
