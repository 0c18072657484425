//! Whole days of any requests, with everything going wrong outside: all comes to rest, the books
//! agree, nothing is paid twice.

use crate::{
    house::{Outside, ask, asking, audit, passed},
    playing::Played,
};
use fundflow_infrastructure::sandbox::scenario::Scenario;
use fundflow_kernel::memory_store::MemoryStore;
use fundflow_testkit::{
    strategies::{Day, EVERYTHING, days, notices},
    worlds,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use std::{collections::BTreeSet, sync::Arc};

const RAISING: &str = "
[[raising]]
fund = '018145'
founded_on = '2026-02-26'
";
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

fn stormy() -> Scenario {
    Scenario::from_toml(&format!("{SCENARIO}{RAISING}")).expect("a scenario")
}

fn fair() -> Scenario {
    Scenario::from_toml(RAISING).expect("a scenario")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_asked_on_a_day_comes_to_rest_and_the_books_agree(day in days(24)) {
        runs(async {
            let mut played = Played::of(&day, stormy()).await;
            played.books_agree().await;
            played.changes_nothing_when_it_is_said_again().await;
        });
    }

    #[test]
    fn a_death_in_the_middle_of_a_day_changes_nothing(day in days(24)) {
        runs(async {
            let undisturbed = Day { death: None, ..day.clone() };
            let undisturbed = Played::of(&undisturbed, fair()).await;
            let played = Played::of(&day, fair()).await;
            assert_eq!(played.account().await, undisturbed.account().await);
            assert_eq!(played.taken, undisturbed.taken, "what was taken");
            played.books_agree().await;
        });
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

#[test]
fn the_days_have_everything_and_most_of_it_is_taken() {
    let mut runner = TestRunner::deterministic();
    let (mut drawn, mut deaths) = (0, 0);
    let (mut taken, mut refusals) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let day = days(40).new_tree(&mut runner).expect("a day").current();
        let played = runs(Played::of(&day, fair()));
        drawn += day.moments.len();
        deaths += played.deaths;
        refusals.extend(played.refusals);
        taken.extend(played.taken.into_iter().map(|(_, it)| it.name()));
    }
    let names: BTreeSet<_> = taken.iter().copied().collect();
    assert_eq!(names, BTreeSet::from(EVERYTHING), "what was taken; others: {refusals:#?}");
    assert!(2 * taken.len() > drawn, "{} of {drawn} taken; others: {refusals:#?}", taken.len());
    assert!(deaths > 1, "only {deaths} died");
}
