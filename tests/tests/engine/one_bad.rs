//! A stream that is damaged, or that no decider wrote, stops the saga that needs it and no other, of whichever kind:
//! found at a start, and met while the engine runs.

use crate::{
    asking::{Asked, ask},
    house::{Outside, show},
};
use fundflow::Engine;
use fundflow_domain::{admission::buying::Way, modes::ConversionMode};
use fundflow_kernel::{
    envelope::StreamName,
    memory_store::MemoryStore,
    store::{EventStore as _, StreamAppend, Version},
};
use fundflow_sagas::{purchase, recharge};
use fundflow_testkit::{wanted::Wanted, worlds};
use std::sync::Arc;

/// A request of each of three kinds, by the investor of that name.
fn requests(investor: &str) -> [(&'static str, Wanted); 3] {
    let investor: fundflow_domain::ids::InvestorId = worlds::read(investor);
    let (account, amount) = (worlds::account(), worlds::amount("1000.00"));
    let by_wallet = fundflow_sagas::discount_purchase::Request {
        mode: None,
        investor: investor.clone(),
        ..worlds::request(ConversionMode::NextDay)
    };
    let into_wallet = recharge::Request {
        investor: investor.clone(),
        account: account.clone(),
        fund: worlds::wallet_code(),
        amount,
        only_today: false,
        distributor: None,
    };
    let plainly = purchase::Request {
        investor,
        account,
        fund: worlds::target_code(),
        amount,
        way: Way::Purchase,
        only_today: false,
        distributor: None,
    };
    [
        ("discount_purchase", Wanted::DiscountPurchase(by_wallet)),
        ("recharge", Wanted::Recharge(into_wallet)),
        ("purchase", Wanted::Purchase(plainly)),
    ]
}

async fn place(engine: &Engine, prefix: &str, investor: &str) {
    for (kind, wanted) in requests(investor) {
        let id = worlds::transaction(&format!("{prefix}-{kind}"));
        let asked = ask(engine, id, wanted).await;
        assert!(matches!(asked, Asked::Placed(..)), "{prefix} {kind}");
    }
}

/// What is wrong with a stream.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    /// An event that cannot be read.
    Damaged,
    /// One that cannot follow: the first, once more.
    Impossible,
}

/// Adds it to the process of each that is to be bad.
async fn spoil(store: &MemoryStore, wrong: Wrong) {
    for (kind, _) in requests("I-1") {
        let stream: StreamName = worlds::read(&format!("{kind}-BAD-{kind}"));
        let events = store.read(&stream, Version::NONE, 1000).await.expect("its events");
        let (first, last) = (&events[0].event, &events[events.len() - 1]);
        let mut event = first.clone();
        if let Wrong::Damaged = wrong {
            event.data = "7".into();
        }
        event.seal(last.event.chain, &stream, last.version.plus(1));
        let append = StreamAppend { stream, expected: last.version, events: vec![event] };
        store.append(vec![append]).await.expect("a place behind its last event");
    }
}

/// The bad ones are refused with their place, all others are complete.
async fn judge(store: &MemoryStore, engine: &Engine, wrong: Wrong) {
    for (kind, _) in requests("I-1") {
        let bad = worlds::transaction(&format!("BAD-{kind}"));
        let id = fundflow::SagaId { kind, transaction: bad.clone() };
        let damaged = engine.rest_of(id).await.expect_err("nobody knows how it stands");
        assert!(
            damaged.to_string().contains(&format!("{kind}-BAD-{kind}")),
            "{wrong:?}: {damaged}"
        );
        for good in ["GOOD", "NEW"] {
            let look = show(store, &format!("{good}-{kind}")).await.look;
            let ending = look.ending.expect("an ending");
            assert!(ending.ends_with("completed"), "{wrong:?} {good} {kind}: {ending}");
        }
    }
}

#[tokio::test]
async fn what_is_bad_at_a_start_stops_no_other_saga_of_any_kind() {
    for wrong in [Wrong::Damaged, Wrong::Impossible] {
        let (store, outside) =
            (Arc::new(MemoryStore::default()), Outside::new("", worlds::request_time()));
        let engine = outside.start(&store).await;
        place(&engine, "BAD", "INV-1").await;
        place(&engine, "GOOD", "INV-2").await;
        engine.settle().await.expect("an engine that runs");
        engine.shutdown().await.expect("an engine that stops");
        spoil(&store, wrong).await;

        let engine = outside.start(&store).await;
        place(&engine, "NEW", "INV-3").await;
        pass(&outside, &engine).await;

        judge(&store, &engine, wrong).await;
    }
}

#[tokio::test]
async fn what_goes_bad_while_the_engine_runs_stops_no_other_saga_of_any_kind() {
    for wrong in [Wrong::Damaged, Wrong::Impossible] {
        let (store, outside) =
            (Arc::new(MemoryStore::default()), Outside::new("", worlds::request_time()));
        let engine = outside.start(&store).await;
        place(&engine, "BAD", "INV-1").await;
        place(&engine, "GOOD", "INV-2").await;
        engine.settle().await.expect("an engine that runs");

        spoil(&store, wrong).await;
        // Whoever is met by it has to ask again, and does.
        for (kind, wanted) in requests("INV-3") {
            let id = worlds::transaction(&format!("NEW-{kind}"));
            loop {
                match ask(&engine, id.clone(), wanted.clone()).await {
                    Asked::Placed(..) => break,
                    Asked::Stopped => assert_eq!(engine.stopped(), None, "{wrong:?}"),
                    Asked::Refused(why) => panic!("{wrong:?} {kind}: {why}"),
                    Asked::Busy(_) => panic!("{wrong:?} {kind}: it is busy"),
                }
            }
        }
        pass(&outside, &engine).await;

        judge(&store, &engine, wrong).await;
    }
}

/// Two weeks, in which news about what is bad are not taken.
async fn pass(outside: &Outside, engine: &Engine) {
    use fundflow_kernel::clock::Clock as _;
    for _ in 0..=24 * 14 {
        engine.settle().await.expect("an engine that runs");
        let _ = engine.deliver(outside.due()).await;
        engine.settle().await.expect("an engine that runs");
        outside.clock.advance_to(outside.clock.now().plus_millis(3_600_000));
    }
}
