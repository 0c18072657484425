//! The contract as a report, for whoever tries a server of their own: each promise on a new store, and what it says.

use super::Store;
use futures_util::FutureExt as _;
use std::{any::Any, future::Future, panic::AssertUnwindSafe, time::Duration};

/// The longest that one promise is tried.
const LIMIT: Duration = Duration::from_secs(120);

/// What came of one promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The promise, as a sentence.
    pub promise: String,
    /// What was found instead.
    pub broken: Option<String>,
}

macro_rules! try_each {
    ($open:ident, $hear:ident; $($promise:ident,)+) => {
        $(
            let tried = async {
                match $open().await {
                    Ok(opened) => {
                        super::$promise(opened).await;
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            };
            $hear(outcome(stringify!($promise), tried).await);
        )+
    };
}

/// Tries each promise on a store that `open` makes, and says each outcome as it comes. An adapter that opens a store again
/// has further promises, which only its own tests can try.
pub async fn try_all<S, K, O>(open: impl Fn() -> O, mut hear: impl FnMut(Outcome))
where
    S: Store,
    O: Future<Output = Result<(S, K), String>>,
{
    crate::each_promise!(try_each, (open, hear));
}

async fn outcome(name: &str, tried: impl Future<Output = Result<(), String>>) -> Outcome {
    // Whatever panics was a test's word, and its store is not used again.
    let tried = AssertUnwindSafe(tried).catch_unwind();
    let broken = match tokio::time::timeout(LIMIT, tried).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(error))) => Some(error),
        Ok(Err(panic)) => Some(words(&*panic)),
        Err(_) => Some(format!("it has no answer after {} s", LIMIT.as_secs())),
    };
    Outcome { promise: name.replace('_', " "), broken }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a promise was broken without a word").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_kernel::memory_store::MemoryStore;

    #[tokio::test]
    async fn a_store_that_keeps_every_promise_has_a_clean_report_and_one_that_does_not_open_none() {
        let mut clean = Vec::new();
        try_all(|| async { Ok((MemoryStore::new(), ())) }, |outcome| clean.push(outcome)).await;
        assert!(clean.len() > 10 && clean.iter().all(|it| it.broken.is_none()), "{clean:?}");
        assert_eq!(clean[0].promise, "what is appended is read");

        let mut closed = Vec::new();
        let open = || async { Err::<(MemoryStore, ()), _>("it is not there".to_owned()) };
        try_all(open, |outcome| closed.push(outcome)).await;
        assert!(closed.iter().all(|it| it.broken.as_deref() == Some("it is not there")));
        assert_eq!(closed.len(), clean.len());
    }

    #[tokio::test]
    async fn a_broken_promise_is_told_in_the_words_of_its_test() {
        let found = outcome("all_is_well", async { panic!("version {} is missing", 3) }).await;
        assert_eq!(found.promise, "all is well");
        assert_eq!(found.broken.as_deref(), Some("version 3 is missing"));
    }
}
