//! That nothing can be taken back any more: what became of it, and since when that is so whatever became of it.

use fundflow_domain::time::Timestamp;
use fundflow_runtime::{
    process::Over,
    saga::{Saga, View},
};
use std::borrow::Cow;

/// Why there is nothing that could be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{became}{}", since(*irrevocable_since))]
pub struct Nothing {
    /// What became of it.
    pub became: Cow<'static, str>,
    /// The cut-off of its T, where that has passed.
    pub irrevocable_since: Option<Timestamp>,
}

impl Nothing {
    /// For that reason, at whatever time.
    pub fn of(became: impl Into<Cow<'static, str>>) -> Self {
        Self { became: became.into(), irrevocable_since: None }
    }

    /// For whoever asks at that instant.
    #[must_use]
    pub fn since(self, cut_off: Timestamp, asked: Timestamp) -> Self {
        Self { irrevocable_since: (asked >= cut_off).then_some(cut_off), ..self }
    }
}

fn since(instant: Option<Timestamp>) -> String {
    instant.map_or_else(String::new, |at| format!("; it could be taken back only before {at}"))
}

/// How it ended, in words; `None` while it is not over.
pub fn ended<S: Saga>(view: &View<'_, S>) -> Option<String> {
    let ending = match view.ending? {
        Over::Ended(ending) => S::ending_type(ending),
        Over::Abandoned => S::NAMES.abandoned,
    };
    let words = ending.rsplit_once('.').map_or(ending, |(_, words)| words);
    Some(words.replace('_', " "))
}
