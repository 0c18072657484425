//! What a caller, an operator or the day's cut may ask of any running saga of the fund business.
//!
//! ```text
//! Cancel · Date · CloseCase      a person's word
//! Seal · Sent                    facts about an application: its batch, its file
//! ```
//!
//! A saga whose commands are these takes this type as its own; one that has more of its own converts
//! from it. Either way one desk speaks to all of them.

use super::{
    application::{ApplicationLeg, FundSaga},
    milestone::Scope,
};
use fundflow_domain::{
    application,
    case::{CaseId, Closing},
    ids::OrderId,
    time::Timestamp,
};
use fundflow_kernel::loaded::DecideError;
use fundflow_runtime::turn::Turn;
use std::sync::Arc;

/// A request to a running saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it back, or only what is done with the money-fund shares.
    Cancel {
        /// When the investor asked.
        at: Timestamp,
        /// How much of it.
        scope: Scope,
    },
    /// Say when the money counts as paid, where the bank's own word cannot be right.
    Date {
        /// T follows from it; never a T whose batch is sealed.
        at: Timestamp,
        /// For the auditor.
        reason: Arc<str>,
    },
    /// Close a case that keeps it from completing: the registrar's numbers stand.
    CloseCase {
        /// Which.
        case: CaseId,
        /// How, by whom and why.
        closing: Box<Closing>,
    },
    /// The application of that order belongs to that batch of its T.
    Seal {
        /// Which.
        order: OrderId,
        /// The batch's name.
        batch: Arc<str>,
    },
    /// The application of that order went out.
    Sent {
        /// Which.
        order: OrderId,
        /// The file's name.
        file: Arc<str>,
        /// The record in it, from 1.
        record: u64,
    },
}

/// Records a fact about the application of that order. Returns how many events followed.
///
/// # Errors
/// Why not, in words; nothing has changed.
pub fn file<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    legs: &[&ApplicationLeg],
    order: &OrderId,
    fact: &application::Command,
) -> Result<usize, String> {
    let leg = legs.iter().find(|leg| leg.order == *order);
    let Some(leg) = leg else { return Err(format!("order {order} is none of it")) };
    turn.decide(&leg.key, fact).map_err(|error: DecideError<_>| error.to_string())
}
