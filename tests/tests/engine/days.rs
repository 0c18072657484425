//! Whole days of any requests, with everything going wrong outside: all comes to rest, the books
//! agree, nothing is paid twice.

use crate::house::{Outside, ask, asking, audit, passed, show};
use fundflow::RequestError;
use fundflow_domain::money::Money;
use fundflow_infrastructure::sandbox::scenario::{ChargeFate, Scenario};
use fundflow_kernel::{clock::Clock as _, envelope::Actor, memory_store::MemoryStore};
use fundflow_sagas::discount_purchase::{Command, DiscountPurchase};
use fundflow_testkit::{
    strategies::{Day, Happens, days, notices},
    worlds,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

const SCENARIO: &str = "
[charge.per_mille]
declined = 60
timeout_paid = 80
timeout_declined = 40
timeout_lost = 40
late_paid = 60
late_declined = 40
double_debit = 60
double_callback = 40
short = 40
[refund.per_mille]
timeout_refunded = 150
timeout_lost = 100
[front.per_mille]
rejected = 60
timeout_accepted = 60
timeout_rejected = 40
timeout_lost = 40
[confirmation.per_mille]
partial = 60
rejected = 60
late = 60
twice = 60
";

fn runs<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

async fn play(day: Day) {
    let mut scenario = Scenario::from_toml(SCENARIO).expect("a scenario");
    scenario.seed = day.seed;
    let open = worlds::instant("2026-02-12T09:30:00+08:00");
    let funds = vec![worlds::wallet_fund(), worlds::target_fund()];
    let (store, outside) =
        (Arc::new(MemoryStore::default()), Outside::playing(funds, scenario, open));
    let engine = outside.start(&store).await;
    let mut placed = BTreeSet::new();
    for (at, happens) in day.moments {
        outside.clock.advance_to(at);
        match happens {
            Happens::Asks(id, request) => match ask(&engine, asking(id.as_str(), *request)).await {
                Ok(_) => {
                    placed.insert(id);
                }
                Err(RequestError::Refused(_)) => {}
                Err(error) => panic!("{id}: {error}"),
            },
            Happens::Cancels(id, scope) => {
                let command = Command::Cancel { at, scope };
                let actor = Actor::Investor("INV-1".into());
                let asked = engine.command::<DiscountPurchase>(id.clone(), command, actor, None);
                match asked.await {
                    Ok(()) | Err(RequestError::Refused(_) | RequestError::NoSuch(_)) => {}
                    Err(error) => panic!("{id}: {error}"),
                }
            }
        }
        engine.settle().await.expect("an engine that runs");
    }
    outside.pass(&engine, 24 * 16).await;
    engine.shutdown().await.expect("an engine that runs");
    for id in &placed {
        let look = show(&*store, id.as_str()).await.look;
        assert!(look.finished || look.parked.is_some(), "{id} never came to rest: {look:#?}");
        assert!(!look.finished || look.open_ends.is_empty(), "{look:#?}");
    }
    passed(&audit(&*store).await);
    nothing_moved_twice(&outside);
}

fn nothing_moved_twice(outside: &Outside) {
    let now = outside.clock.now();
    for charge in outside.channel.charges() {
        let debits = charge.debits(now);
        let twice = charge.fate == ChargeFate::DoubleDebit;
        assert!(debits.len() <= 1 || twice, "{charge:?} moved money twice");
    }
    let totals = outside.channel.totals(now).expect("books");
    assert!(totals.refunded <= totals.charged, "{totals:?}");
    assert_eq!(totals.paid_out, Money::ZERO, "no mode of these days pays out");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_asked_on_a_day_comes_to_rest_and_the_books_agree(day in days(24)) {
        runs(play(day));
    }

    #[test]
    fn whatever_is_said_unasked_leaves_books_that_agree(
        news in proptest::collection::vec(notices(), 0..12)
    ) {
        runs(async {
            let outside = Outside::new("", worlds::request_time());
            let store = Arc::new(MemoryStore::default());
            let engine = outside.start(&store).await;
            let placed = ask(&engine, asking("TX-1", crate::house::wanted())).await;
            assert!(placed.is_ok(), "{placed:?}");
            for (stream, news) in news {
                for outcome in engine.deliver(vec![fundflow::Notice { stream, news }]).await {
                    outcome.expect("news that can be taken, whatever they say");
                }
            }
            outside.pass(&engine, 24 * 14).await;
            engine.shutdown().await.expect("an engine that runs");
            passed(&audit(&*store).await);
        });
    }
}
