//! Two processes that find the same unfinished saga.

use crate::house::{Outside, ask, asking, audit, passed, show, wanted};
use fundflow_kernel::memory_store::MemoryStore;
use fundflow_testkit::worlds;
use std::sync::Arc;

/// Both take the saga up; whoever stores second conflicts, and stops. The bank moves the money once.
#[tokio::test]
async fn two_recoverers_run_one_saga_once() {
    // The answer to the first charge is lost with the process that made it.
    let scenario = "[override.TX-1]\ncharge = 'timeout_lost'\n";
    let outside = Outside::new(scenario, worlds::request_time());
    let store = Arc::new(MemoryStore::default());
    let first = outside.start(&store).await;
    ask(&first, asking("TX-1", wanted())).await.expect("a purchase");
    first.settle().await.expect("an engine that runs");
    drop(first);

    let one = outside.start(&store).await;
    let other = outside.start(&store).await;
    for _ in 0..24 * 14 {
        // The slower one stops once it finds events that it has not written.
        let _ = one.settle().await;
        let _ = other.settle().await;
        for engine in [&one, &other] {
            if engine.stopped().is_none() {
                let _ = engine.deliver(outside.due()).await;
            }
        }
        let now = fundflow_kernel::clock::Clock::now(&outside.clock);
        outside.clock.advance_to(now.plus_millis(3_600_000));
    }

    let look = show(&*store, "TX-1").await.look;
    assert_eq!(look.ending, Some("discount_purchase.completed"), "{look:#?}");
    let now = fundflow_kernel::clock::Clock::now(&outside.clock);
    let charges = outside.channel.charges();
    let debits: usize = charges.iter().map(|charge| charge.debits(now).len()).sum();
    assert_eq!(debits, 1, "{charges:#?}");
    passed(&audit(&*store).await);
}
