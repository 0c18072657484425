//! What an append leaves that failed, or whose outcome nobody knows: promise 4 of
//! [`fundflow_kernel::store`], and what [`append`](fundflow_kernel::store::EventStore::append) says of a crash.
//!
//! Only the author of an adapter can make it fail: a disk that is full, a connection that breaks, a file system that
//! refuses to sync. [`crate::faulty_store`] is such a store for others' tests.

#![allow(clippy::unused_async, reason = "the tests of the contract are called alike")]

use super::{Store, all, appended, on_two_threads};
use crate::sample::{append, stream};
use fundflow_kernel::{
    envelope::Recorded,
    store::{AppendError, Position, StreamAppend, Version},
};
use std::future::Future;

/// Where the next append fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    /// Before anything is written.
    Before,
    /// While it writes: nothing is there, all is, or the first of the batch's appends.
    Within,
    /// After everything is written, and before anybody hears of it.
    After,
}

impl Fails {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::Within, Self::After];
}

/// Applies the contract of failed appends to an adapter: a closure that opens an empty store, as for
/// [`store_contract!`](macro@crate::store_contract), one that makes its next append fail where the test says,
/// and one that closes the store and opens the same one again.
///
/// ```
/// use fundflow_kernel::memory_store::MemoryStore;
/// use fundflow_contract::{faulty_store::FaultyStore, store_contract::faults::Fails};
///
/// fundflow_contract::store_fault_contract!(
///     memory_with_faults,
///     || async { (FaultyStore::scripted(MemoryStore::new(), []), ()) },
///     |store: &FaultyStore<MemoryStore>, _: &(), fails: Fails| store.script_more([fails.into()]),
///     async |store: FaultyStore<MemoryStore>, _: &()| {
///         store.reopen();
///         store
///     }
/// );
/// ```
#[macro_export]
macro_rules! store_fault_contract {
    ($name:ident, $open:expr, $fail:expr, $reopen:expr) => {
        $crate::store_fault_contract!($name where || true, $open, $fail, $reopen);
    };
    ($name:ident where $may_run:expr, $open:expr, $fail:expr, $reopen:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "what the closures need")]
            use super::*;

            $crate::store_fault_contract!(@tests $may_run, $open, $fail, $reopen,
                what_failed_before_it_was_written_is_not_there,
                what_failed_within_leaves_whole_appends_from_the_start,
                what_failed_after_it_was_written_is_there,
                whatever_became_of_it_a_retry_writes_the_rest_once,
                whoever_wants_the_same_version_conflicts_with_what_is_there,
                nothing_is_appended_on_what_nobody_knows,
                what_may_be_there_is_never_surely_absent,
            );
        }
    };
    (@tests $may_run:expr, $open:expr, $fail:expr, $reopen:expr, $($test:ident,)+) => {
        $(
            #[test]
            fn $test() {
                if !($may_run)() {
                    return;
                }
                $crate::store_contract::faults::each(
                    || async { let open = $open; open().await },
                    $fail,
                    &$reopen,
                    |tried| $crate::store_contract::faults::$test(tried),
                    stringify!($test),
                );
            }
        )+
    };
}

/// What stood before the fault, what was appended when it struck, what was said, and what stood when the store was open again.
#[derive(Debug)]
pub struct Tried<S> {
    fails: Fails,
    batch: Vec<StreamAppend>,
    before: Vec<Recorded>,
    said: AppendError,
    /// What a second append said before the store was opened again.
    next: Result<Position, AppendError>,
    after: Vec<Recorded>,
    store: S,
}

impl<S> Tried<S> {
    /// How many of the batch's appends are there: whole ones, from the first.
    fn whole(&self) -> usize {
        let ours = self.after.iter().filter(|it| &*it.event.causation != "next");
        let new = ours.skip(self.before.len());
        let new: Vec<(_, &str)> = new.map(|it| (&it.stream, &*it.event.causation)).collect();
        let mut rest = &new[..];
        for (whole, append) in self.batch.iter().enumerate() {
            let events = append.events.iter().map(|event| (&append.stream, &*event.causation));
            let events: Vec<(_, &str)> = events.collect();
            let Some(more) = rest.strip_prefix(&events[..]) else {
                assert_eq!(rest, [], "{:?}: a part of an append is there", self.fails);
                return whole;
            };
            rest = more;
        }
        assert_eq!(rest, [], "{:?}: more is there than was appended", self.fails);
        self.batch.len()
    }
}

/// Tries a test of the contract wherever an append may fail.
#[doc(hidden)]
pub fn each<S, K, O, F, R, T>(
    open: impl Fn() -> O,
    fail: F,
    reopen: &R,
    test: impl Fn(Tried<S>) -> T,
    name: &str,
) where
    S: Store,
    O: Future<Output = (S, K)>,
    F: Fn(&S, &K, Fails),
    R: AsyncFn(S, &K) -> S,
    T: Future<Output = ()>,
{
    on_two_threads(async {
        for fails in Fails::ALL {
            let (store, keep) = open().await;
            appended(&store, [append("wallet-1", 0, &["a"])]).await;
            let before = all(&store).await;
            let batch = vec![
                append("wallet-1", 1, &["b", "c"]),
                append("wallet-2", 0, &["d"]),
                append("wallet-3", 0, &["e", "f"]),
            ];
            fail(&store, &keep, fails);
            let said = store.append(batch.clone()).await;
            let said = said.expect_err(&format!("{name}: {fails:?}, and the append is fine"));
            let next = store.append(vec![append("wallet-4", 0, &["next"])]).await;
            let store = reopen(store, &keep).await;
            let after = all(&store).await;
            test(Tried { fails, batch, before, said, next, after, store }).await;
        }
    });
}

pub async fn what_failed_before_it_was_written_is_not_there<S: Store>(tried: Tried<S>) {
    if tried.fails == Fails::Before {
        assert_eq!(tried.whole(), 0);
    }
}

pub async fn what_failed_within_leaves_whole_appends_from_the_start<S: Store>(tried: Tried<S>) {
    let whole = tried.whole();
    assert!(whole <= tried.batch.len(), "{:?}", tried.fails);
    assert_eq!(tried.after[..tried.before.len()], tried.before, "nothing of before has changed");
    let positions = tried.after.iter().map(|it| it.position.0);
    let gapless = (1..=tried.after.len() as u64).collect::<Vec<_>>();
    assert_eq!(positions.collect::<Vec<_>>(), gapless, "{:?}", tried.fails);
    let head = *tried.store.head().borrow();
    assert_eq!(head, Position(tried.after.len() as u64), "{:?}: the head", tried.fails);
}

pub async fn what_failed_after_it_was_written_is_there<S: Store>(tried: Tried<S>) {
    if tried.fails == Fails::After {
        assert_eq!(tried.whole(), tried.batch.len());
    }
}

pub async fn whatever_became_of_it_a_retry_writes_the_rest_once<S: Store>(tried: Tried<S>) {
    let Tried { store, batch, fails, .. } = tried;
    let stored = store.append(batch.clone()).await;
    let again = store.append(batch.clone()).await;

    assert!(matches!((&stored, &again), (Ok(one), Ok(two)) if one == two), "{fails:?}: {stored:?}");
    for append in &batch {
        let read = store.read(&append.stream, append.expected, 10).await.expect("a stream");
        let read: Vec<_> = read.into_iter().map(|it| it.event).collect();
        assert_eq!(read, append.events, "{fails:?}: once, and whole");
    }
}

pub async fn whoever_wants_the_same_version_conflicts_with_what_is_there<S: Store>(
    tried: Tried<S>,
) {
    let is_there = tried.whole() > 0;
    let other = tried.store.append(vec![append("wallet-1", 1, &["other"])]).await;
    let conflicts = matches!(other, Err(AppendError::Conflict { .. }));
    assert_eq!(conflicts, is_there, "{:?}: {other:?}", tried.fails);
    let versions = tried.store.read(&stream("wallet-1"), Version::NONE, 10).await;
    let versions: Vec<_> = versions.expect("a stream").iter().map(|it| it.version.0).collect();
    assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>(), "{:?}", tried.fails);
}

/// Either the store knows what it holds and goes on, or it is closed to writes until it is opened again.
pub async fn nothing_is_appended_on_what_nobody_knows<S: Store>(tried: Tried<S>) {
    let is_poisoned = |error: &AppendError| matches!(error, AppendError::Poisoned { .. });
    let is_there = tried.after.iter().any(|it| &*it.event.causation == "next");
    assert_eq!(is_there, tried.next.is_ok(), "{:?}: {:?}", tried.fails, tried.next);
    if is_poisoned(&tried.said) {
        let again = tried.next.as_ref().err().is_some_and(is_poisoned);
        assert!(again, "{:?}: poisoned, and then {:?}", tried.fails, tried.next);
    }
    let after = tried.store.append(vec![append("wallet-5", 0, &["later"])]).await;
    assert!(after.is_ok(), "{:?}: open again, and {after:?}", tried.fails);
}

pub async fn what_may_be_there_is_never_surely_absent<S: Store>(tried: Tried<S>) {
    for stored in &tried.after {
        let id = stored.stream.id();
        assert!(!tried.store.surely_lacks(id), "{:?}: {} is there", tried.fails, stored.stream);
    }
}
