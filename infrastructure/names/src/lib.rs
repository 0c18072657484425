//! What the adapters of stores remember of names, so that a store is not asked for what is known.

mod possible_ids;
mod recent;

pub use possible_ids::PossibleIds;
pub use recent::Recent;
