//! What every event store promises, as tests. An adapter passes by naming itself:
//!
//! ```
//! use fundflow_kernel::memory_store::MemoryStore;
//!
//! fundflow_contract::store_contract!(memory, || async { (MemoryStore::new(), ()) });
//! ```
//!
//! The closure opens an empty store, and may hand over something to keep until the test is over (a
//! temporary directory, say). A durable adapter says in a third argument how the same store is
//! closed and opened again. `name where answers` leaves the tests out where `answers()` is false, as without a server.
//!
//! | promise of [`EventStore`] | its tests |
//! |---|---|
//! | an append states its version, and is whole or refused | [`appending`] |
//! | the same append again writes nothing | [`repeating`] |
//! | positions order all events by commit | [`ordering`] |
//! | what is stored is read: by stream, by page, by several | [`reading`] |
//! | an append is durable when it returns, and nothing changes | [`durable`] |
//! | what a failed append leaves | [`faults`], by [`store_fault_contract!`](crate::store_fault_contract) |

#![allow(missing_docs, reason = "the names of the tests are the sentences of the contract")]

pub mod appending;
pub mod durable;
pub mod faults;
pub mod ordering;
pub mod reading;
pub mod repeating;
mod report;

pub use appending::*;
pub use durable::*;
pub use ordering::*;
pub use reading::*;
pub use repeating::*;
pub use report::{Outcome, try_all};

use crate::sample::stream;
use fundflow_kernel::{
    envelope::Recorded,
    store::{AppendError, Checkpoints, EventStore, Position, StreamAppend, Version},
};
use std::future::Future;

/// A store that the contract can be tried on.
pub trait Store: EventStore + Checkpoints + Clone {}
impl<S: EventStore + Checkpoints + Clone> Store for S {}

/// Hands the names of the promises that any open store can be tried on to a macro, behind what it is given first.
#[doc(hidden)]
#[macro_export]
macro_rules! each_promise {
    ($with:path, ($($first:tt)*)) => {
        $with! { $($first)*;
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
            a_checkpoint_is_stored_and_replaced,
        }
    };
}

/// Applies the contract to an adapter.
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $open:expr $(, $reopen:expr)?) => {
        $crate::store_contract!($name where || true, $open $(, $reopen)?);
    };
    ($name:ident where $may_run:expr, $open:expr $(, $reopen:expr)?) => {
        mod $name {
            #[allow(unused_imports, reason = "what the closure needs")]
            use super::*;

            $crate::each_promise!($crate::store_contract, (@tests $may_run, $open));
            $(
                #[test]
                fn reopening_changes_nothing() {
                    if !($may_run)() {
                        return;
                    }
                    $crate::store_contract::on_two_threads(async {
                        let open = $open;
                        let opened = open().await;
                        $crate::store_contract::reopening_changes_nothing(opened, $reopen).await;
                    });
                }
            )?
        }
    };
    (@tests $may_run:expr, $open:expr; $($test:ident,)+) => {
        $(
            #[test]
            fn $test() {
                if !($may_run)() {
                    return;
                }
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

/// The version that a refused append names.
async fn conflict(store: &impl Store, batch: impl Into<Vec<StreamAppend>>) -> (String, u64, u64) {
    match store.append(batch.into()).await {
        Err(AppendError::Conflict { stream, expected, actual }) => {
            let actual = actual.expect("an adapter that says what it found");
            (stream.to_string(), expected.0, actual.0)
        }
        other => panic!("no conflict, but {other:?}"),
    }
}
