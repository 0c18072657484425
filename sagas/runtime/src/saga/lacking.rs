//! The words of a saga that has none of a kind.

use serde::{Deserialize, Serialize};

/// The milestone of a saga that has none of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NoMilestone {}

/// The command of a saga of which nothing can be asked while it runs.
#[derive(Debug)]
pub enum NoCommand {}
