//! What the adapters of stores have in common: the queue to the one writer, and what it and readers remember of names, so
//! that a store is not asked for what is known.

mod possible_ids;
mod queue;
mod recent;

pub use possible_ids::PossibleIds;
pub use queue::{Answer, Group, Job, Queue, Work};
pub use recent::Recent;
