//! Names that a saga has: of its stored events, of transactions that only the house names, and none at all.

use fundflow_kernel::ids::TransactionId;
use serde::{Deserialize, Serialize};

/// The event types of a saga's process stream, as they are stored; see
/// [`process_names!`](crate::process_names).
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// Accepted, nothing released downstream.
    pub prepared: &'static str,
    /// A row will be tried again.
    pub retry_scheduled: &'static str,
    /// Stopped; a person must decide.
    pub parked: &'static str,
    /// A parked saga goes on, since a person or what it waited for let it.
    pub resumed: &'static str,
    /// A person sent it to the nearest landing.
    pub landing_chosen: &'static str,
    /// A person gave up on it.
    pub abandoned: &'static str,
    /// All of them, with the saga's own milestones and endings.
    pub all: &'static [&'static str],
}

/// Writes [`Names`] for a kind: `process_names!("points_exchange": ["reserved"], ["done"])` names
/// the milestones `points_exchange.reserved` and the ending `points_exchange.done`.
#[macro_export]
macro_rules! process_names {
    ($kind:literal: [$($milestone:literal),* $(,)?], [$($ending:literal),* $(,)?]) => {
        $crate::saga::Names {
            prepared: concat!($kind, ".prepared"),
            retry_scheduled: concat!($kind, ".retry_scheduled"),
            parked: concat!($kind, ".parked"),
            resumed: concat!($kind, ".resumed"),
            landing_chosen: concat!($kind, ".landing_chosen"),
            abandoned: concat!($kind, ".abandoned"),
            all: &[
                concat!($kind, ".prepared"),
                $(concat!($kind, ".", $milestone),)*
                concat!($kind, ".retry_scheduled"),
                concat!($kind, ".parked"),
                concat!($kind, ".resumed"),
                concat!($kind, ".landing_chosen"),
                concat!($kind, ".abandoned"),
                $(concat!($kind, ".", $ending),)*
            ],
        }
    };
}

/// A form of transaction IDs that the house itself gives, and no caller.
#[derive(Debug, Clone, Copy)]
pub struct NameForm {
    /// What a name of that form stands for, with the form, as a refusal says it: `of a plan's date (...)`.
    pub of: &'static str,
    /// Whether a name has that form.
    pub has: fn(&TransactionId) -> bool,
}

impl NameForm {
    /// The first of those forms that the name has.
    pub fn among<'a>(forms: &'a [Self], name: &TransactionId) -> Option<&'a Self> {
        forms.iter().find(|form| (form.has)(name))
    }
}

/// The milestone of a saga that has none of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NoMilestone {}

/// The command of a saga of which nothing can be asked while it runs.
#[derive(Debug)]
pub enum NoCommand {}
