//! What an engine finds again when it starts on the log of one that was killed.

use crate::house::{Outside, ask, asking, audit, passed, show, wanted};
use fundflow::RequestError;
use fundflow_domain::{ids::WalletId, wallet::Wallet};
use fundflow_infrastructure::sandbox::channel::RefundEntry;
use fundflow_kernel::{
    memory_store::MemoryStore,
    store::{EventStore as _, Position, StreamAppend, Version},
    streams::Key,
};
use fundflow_testkit::{faulty_store::FaultyStore, worlds};
use std::sync::Arc;

/// The log as a killed process leaves it: all events, and none of the list that a shutdown keeps.
async fn as_killed(store: &MemoryStore) -> Arc<MemoryStore> {
    let copy = MemoryStore::default();
    let log = store.read_all(Position::START, u32::MAX).await.expect("the log");
    let appends = log.into_iter().map(|recorded| StreamAppend {
        stream: recorded.stream,
        expected: Version(recorded.version.0 - 1),
        events: vec![recorded.event],
    });
    copy.append(appends.collect::<Vec<_>>()).await.expect("the same log");
    Arc::new(copy)
}

#[tokio::test]
async fn a_refund_that_is_owed_after_the_end_is_sent_by_the_next_process() {
    let id = "TX-short";
    // A fen too little is no payment: the purchase fails, and its money is on its way back when the
    // answer to the refund is lost and the process dies.
    let scenario = "[override.TX-short]\ncharge = 'short'\nrefund = 'timeout_lost'\n";
    let outside = Outside::new(scenario, worlds::request_time());
    let store = Arc::new(MemoryStore::default());
    let engine = outside.start(&store).await;
    ask(&engine, asking(id, wanted())).await.expect("a purchase");
    engine.settle().await.expect("an engine that runs");
    let store = as_killed(&store).await;
    let moved = outside.channel.refunds().iter().filter(|refund| refund.moved()).count();
    assert_eq!(moved, 0, "nothing of it has moved yet");

    let engine = outside.start(&store).await;
    outside.pass(&engine, 2).await;

    let look = show(&*store, id).await.look;
    assert_eq!(look.ending, Some("discount_purchase.rolled_back"));
    assert!(look.finished, "{look:#?}");
    let refunds = outside.channel.refunds();
    let moved: Vec<_> = refunds.iter().map(RefundEntry::moved).collect();
    assert_eq!(moved, [true], "{refunds:#?}");
    passed(&audit(&*store).await);
}

#[tokio::test]
async fn a_wallet_that_the_store_cannot_give_holds_its_purchases_up_until_it_can() {
    let outside = Outside::new("", worlds::request_time());
    let store = Arc::new(FaultyStore::scripted(MemoryStore::new(), []));
    let engine = outside.start(&store).await;
    ask(&engine, asking("TX-1", wanted())).await.expect("a purchase");
    engine.settle().await.expect("an engine that runs");
    engine.shutdown().await.expect("an engine that runs");
    let id = WalletId { investor: wanted().investor, fund: worlds::wallet_code() };
    store.cannot_read(Key::<Wallet>::of(&id).stream().clone());
    let engine = outside.start(&store).await;
    let unread = ask(&engine, asking("TX-2", wanted())).await;
    assert!(matches!(unread, Err(RequestError::Damaged { .. })), "{unread:?}");

    store.reads_again();
    ask(&engine, asking("TX-2", wanted())).await.expect("a purchase under the same ID");
    outside.pass(&engine, 24 * 14).await;

    for id in ["TX-1", "TX-2"] {
        let look = show(&*store, id).await.look;
        assert_eq!(look.ending, Some("discount_purchase.completed"), "{look:#?}");
    }
    passed(&audit(&*store).await);
}
