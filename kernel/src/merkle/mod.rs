//! One Merkle tree over a log, as RFC 9162 hashes it: whoever holds a root can be shown what is in the log, and that
//! the log of later begins with the log of then.
//!
//! ```text
//! leaf = H(0x00 || data)      node = H(0x01 || left || right)
//! ```
//!
//! 1. A leaf is made of stream, version and link. So it does not depend on where a store keeps the event.
//! 2. The index of a leaf is the event's place among all events, from 0.
//! 3. A tree only grows: the subtree of a height and a number, once complete, never changes.

mod frontier;
mod hashing;
mod nodes;
mod proof;

pub use frontier::{Frontier, TreeHead};
pub use hashing::{Hash, NotAHash, TreeHash, leaf};
pub use nodes::{Nodes, STORED_EVERY, consistency, inclusion, subtree};
pub use proof::{extends, root_by};

#[cfg(test)]
mod tests;
