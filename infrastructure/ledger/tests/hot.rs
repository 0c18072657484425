//! Accounts that every order touches: buffered on sub-accounts, and folded when a day-cut is over.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{as_, confirms, pays_for, trial};
use fundflow_kernel::{
    envelope::Chain,
    memory_store::MemoryStore,
    store::{EventStore as _, Position, StreamAppend, Version},
};
use fundflow_ledger::{HotAccount, Ledger};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::Path;

/// The event by which a day-cut is over, as its saga writes it.
async fn cut(store: &MemoryStore, nth: usize) {
    let mut event = store.read_all(Position::START, 1).await.unwrap()[0].event.clone();
    let stream = as_(&format!("day_cut-cut.{nth:02}.2026-02-13"));
    event.event_type = "day_cut.completed".into();
    event.data = "{}".into();
    let expected = Version::NONE;
    event.seal(Chain::START, &stream, expected.plus(1));
    let append = StreamAppend { stream, expected, events: vec![event] };
    store.append(vec![append]).await.unwrap();
}

fn of<'a>(all: &'a [HotAccount], account: &str) -> &'a HotAccount {
    all.iter().find(|it| it.account == account).unwrap()
}

/// How often the own row of the channel's account was written, by a trigger that counts.
fn counting(folder: &Path) {
    let tables = Connection::open(folder.join("ledger.db")).unwrap();
    tables.execute_batch(include_str!("planted/counts.sql")).unwrap();
}

fn written(folder: &Path) -> i64 {
    let tables = Connection::open(folder.join("ledger.db")).unwrap();
    tables.query_row(include_str!("planted/written.sql"), (), |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn postings_wait_on_sixteen_sub_accounts_and_the_day_cut_folds_them_once() {
    let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
    let mut ledger = Ledger::open(folder.path()).unwrap();
    counting(folder.path());
    for nth in 0..200 {
        pays_for(&store, &format!("TX{nth}")).await;
    }
    ledger.follow(&store).await.unwrap();

    let before = ledger.hot_accounts().unwrap();
    let channel = of(&before, "A:CHANNEL:RECV");
    assert_eq!((channel.folded, channel.buffered), (as_("0"), as_("200000.00")));
    assert_eq!((channel.sub_accounts, written(folder.path())), (16, 0));
    let expected = ["A:CHANNEL:RECV CNY 200000.00 0.00", "L:CUST:PENDING CNY 0.00 200000.00"];
    assert_eq!(trial(&ledger), expected);

    cut(&store, 5).await;
    pays_for(&store, "LATER").await;
    ledger.follow(&store).await.unwrap();
    let after = ledger.hot_accounts().unwrap();
    let channel = of(&after, "A:CHANNEL:RECV");
    assert_eq!((channel.folded, channel.buffered), (as_("200000.00"), as_("1000.00")));
    assert_eq!((channel.sub_accounts, written(folder.path())), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn whatever_is_cut_and_whoever_follows_when_each_account_has_the_sum_of_its_postings(
        steps in prop::collection::vec(0..4_u8, 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
            let mut ledger = Ledger::open(folder.path()).unwrap();
            pays_for(&store, "FIRST").await;
            for (nth, step) in steps.iter().enumerate() {
                let id = format!("TX{nth}");
                match step {
                    0 => pays_for(&store, &id).await,
                    1 => {
                        pays_for(&store, &id).await;
                        confirms(&store, &id).await;
                    }
                    2 => cut(&store, nth).await,
                    _ => drop(ledger.follow(&store).await.unwrap()),
                }
            }
            ledger.follow(&store).await.unwrap();

            let (verdicts, hot) = (ledger.check().unwrap(), ledger.hot_accounts().unwrap());
            for invariant in ["I1", "I6", "I12"] {
                let verdict = verdicts.iter().find(|it| it.invariant == invariant).unwrap();
                prop_assert_eq!(&verdict.breaks, &Vec::<String>::new(), "{}", invariant);
            }
            let paid = steps.iter().filter(|step| **step < 2).count() + 1;
            let channel = of(&hot, "A:CHANNEL:RECV");
            prop_assert_eq!(channel.folded + channel.buffered, as_(&format!("{paid}000.00")));
            let (anew, _) = Ledger::rebuild(folder.path(), &store).await.unwrap();
            prop_assert_eq!(anew.hot_accounts().unwrap(), hot, "made anew");
            prop_assert_eq!(trial(&anew), trial(&ledger));
            Ok(())
        })?;
    }
}
